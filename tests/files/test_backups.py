"""A file that is replaced by a longer version of itself, while what it was is kept under a backup's name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.files.test_kinds import paces, problem
from tests.following import Follower, append, follow, lines, tick


def replaced(live: Path, backup: Path, more: bytes) -> None:
    """Write a file anew, rename the old one to a backup's name and the new one to its: ``sed -i.bak``, ``rsync -b``."""
    temporary = live.with_name(".sedAbCdEf")
    temporary.write_bytes(live.read_bytes() + more)
    tick(temporary)
    live.rename(backup)
    temporary.rename(live)


def look(follower: Follower, pause: float) -> None:
    """Look and read three times."""
    for _ in range(3):
        follower.read()
        follower.step(pause)


def written_anew(
    logs: Path, pause: float, backup: str, anew: Callable[[Path, Path, bytes], None], *, kill: bool
) -> str:
    """Write a log anew three times, with lines more, and keep what it was; give what is wrong with what came.

    ``anew`` gets the log, its backup and those lines; ``kill``: logship is away then.
    """
    live, followers, due = logs / "a.log", [follow(logs)], b""
    for number in range(0, 120, 40):
        append(live, lines(number, number + 40))
        more = lines(number + 1000, number + 1010)
        due += lines(number, number + 40) + more
        look(followers[-1], pause)
        if kill:
            followers[-1].save()
            followers[-1].kill()
        anew(live, logs / backup, more)
        if kill:
            followers.append(follow(logs))
        look(followers[-1], pause)
    followers[-1].drain()
    return problem(due, *followers)


@paces
@pytest.mark.parametrize("suffix", [".bak", ".1", ".old", "~"])
@pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])
def test_what_a_backup_has_is_not_sent_again(logs: Path, pause: float, suffix: str, *, kill: bool) -> None:
    """The new file was there before the old one lost its name, with all that had been read: it is the same log."""
    assert written_anew(logs, pause, f"a.log{suffix}", replaced, kill=kill) == ""


@paces
def test_the_same_lines_once_more(logs: Path, pause: float) -> None:
    """What was made after the old file lost its name is new, whatever is in it: a job may run again."""
    live, rotated = logs / "a.log", logs / "a.log.1"
    follower = follow(logs)
    append(live, lines(0, 40))
    look(follower, pause)
    live.rename(rotated)
    tick(rotated)
    append(live, lines(0, 40))
    look(follower, pause)
    follower.drain()
    assert problem(lines(0, 40) * 2, follower) == ""
