"""Files that give their name to another one that begins as they do: what only they have, what only that one has."""

import os
import time
from pathlib import Path

import pytest

from tests.files.test_backups import look, tick, written_anew
from tests.files.test_kinds import paces, problem
from tests.following import append, begun, follow, lines


@paces
@pytest.mark.parametrize("kept", [False, True], ids=["removed", "elsewhere"])
def test_a_release_whose_log_begins_as_the_last_ones(logs: Path, pause: float, *, kept: bool) -> None:
    """What was written to the last one right before the swap is in no other."""
    for number in range(4):
        (logs / f"r{number}").mkdir()
        append(logs / f"r{number}" / "a.log", lines(0, 100))
    (logs / "current").symlink_to(logs / "r0")
    follower = follow(logs, "current/*.log")
    look(follower, pause)
    due = lines(0, 100)
    for number in range(1, 4):
        begin = number * 1000
        append(logs / f"r{number - 1}" / "a.log", lines(begin, begin + 5))
        append(logs / f"r{number}" / "a.log", lines(begin + 5, begin + 15))
        (logs / "new").symlink_to(logs / f"r{number}")
        (logs / "new").rename(logs / "current")
        if not kept:
            (logs / f"r{number - 1}" / "a.log").unlink()
        due += lines(begin, begin + 15)
        look(follower, pause)
    follower.drain()
    assert problem(due, follower) == ""


@pytest.mark.parametrize("away", [False, True], ids=["running", "killed"])
def test_a_rotated_file_whose_time_was_set_back_is_no_history(logs: Path, *, away: bool) -> None:
    """It was born after somebody looked last, and nothing of it is known: a time of change alone proves nothing."""
    live = logs / "a.log"
    followers = [begun(logs, 60)]
    followers[-1].step(5.0)
    if away:
        followers[-1].save()
        followers[-1].kill()
    (logs / ".looked").touch()
    tick(logs / ".looked")
    live.rename(logs / "a.log.2")
    append(live, lines(60, 100))
    live.rename(logs / "a.log.1")
    append(live, lines(100, 120))
    os.utime(logs / "a.log.1", (time.time() - 3 * 86400,) * 2)
    if away:
        followers.append(follow(logs))
    look(followers[-1], 3.0)
    followers[-1].drain()
    assert problem(lines(0, 120), *followers) == ""


@paces
@pytest.mark.parametrize("suffix", [".bak", "~", ".orig", "-backup", ".~1~"])
@pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])
def test_a_backup_that_is_renamed_before_the_file_is_written_anew(
    logs: Path, pause: float, suffix: str, *, kill: bool
) -> None:
    """``install -b``, ``cp -b``, an editor: what the backup's name says, and that all was there again, is proof."""

    def anew(live: Path, backup: Path, more: bytes) -> None:
        live.rename(backup)
        tick(backup)
        append(live, backup.read_bytes() + more)

    assert written_anew(logs, pause, f"a.log{suffix}", anew, kill=kill) == ""


@paces
def test_a_link_that_leads_to_a_longer_copy(logs: Path, pause: float) -> None:
    """The copy is another file, under the same name."""
    follower, due = follow(logs), b""
    for number in range(4):
        due += lines(number * 100, number * 100 + 80)
        (logs / f"a-{number}.data").write_bytes(due)
        (logs / "new").symlink_to(f"a-{number}.data")
        (logs / "new").rename(logs / "a.log")
        look(follower, pause)
    follower.drain()
    assert problem(due, follower) == ""
