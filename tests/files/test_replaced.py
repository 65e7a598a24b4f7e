"""Files that give their name to another one that begins as they do: what only they have, what only that one has."""

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.files.test_backups import look, written_anew
from tests.files.test_kinds import paces, problem
from tests.following import append, begun, follow, lines, tick


def swap(logs: Path, target: str, link: str = "current") -> None:
    """Have a link lead to another file, or folder, at once."""
    (logs / "new").symlink_to(target)
    (logs / "new").rename(logs / link)


@paces
@pytest.mark.parametrize("kept", [False, True], ids=["removed", "elsewhere"])
def test_a_release_whose_log_begins_as_the_last_ones(logs: Path, pause: float, *, kept: bool) -> None:
    """What was written to the last one right before the swap is in no other."""
    for number in range(4):
        (logs / f"r{number}").mkdir()
        append(logs / f"r{number}" / "a.log", lines(0, 100))
    tick(logs / "r3" / "a.log", 20_000_000)  # it is there when somebody looks, if nowhere that a name leads to
    swap(logs, "r0")
    follower = follow(logs, "current/*.log")
    look(follower, pause)
    due = lines(0, 100)
    for number in range(1, 4):
        begin = number * 1000
        append(logs / f"r{number - 1}" / "a.log", lines(begin, begin + 5))
        append(logs / f"r{number}" / "a.log", lines(begin + 5, begin + 15))
        swap(logs, f"r{number}")
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
@pytest.mark.parametrize("looks", [0, 1, 3], ids=["at once", "met before", "settled before"])
@pytest.mark.parametrize(("pattern", "names"), [("*.log", "a-{}.data"), ("a.log", "b-{}.log")])
def test_a_link_that_leads_to_a_longer_copy(logs: Path, pause: float, pattern: str, names: str, looks: int) -> None:
    """The copy is another file, under the same name, whether it is met before the link leads to it or not."""
    follower, due = follow(logs, pattern), b""
    for number in range(4):
        due += lines(number * 100, number * 100 + 80)
        (logs / names.format(number)).write_bytes(due)
        for _ in range(looks if number else 0):
            look(follower, pause)
        swap(logs, names.format(number), "a.log")
        look(follower, pause)
        more = lines(number * 100 + 80, number * 100 + 90)
        append(logs / names.format(number), more)
        due += more
        look(follower, pause)
    follower.drain()
    assert problem(due, follower) == ""


@paces
@pytest.mark.parametrize("linked", [False, True], ids=["rename", "link"])
def test_a_copy_with_the_time_of_what_had_its_name(logs: Path, pause: float, *, linked: bool) -> None:
    """``cp -p`` and ``rsync -a`` keep the time of the last write: no job that runs again has it to the nanosecond."""
    live = logs / "a.log"
    former, copy = (logs / "a-0.data", logs / "a-1.data") if linked else (logs / "a.log.1", live)
    append(former if linked else live, lines(0, 80))
    if linked:
        swap(logs, former.name, "a.log")
    follower = follow(logs)
    look(follower, pause)
    if not linked:
        live.rename(former)
    shutil.copy2(former, copy)
    if linked:
        swap(logs, copy.name, "a.log")
    look(follower, pause)
    append(live, lines(80, 90))
    look(follower, pause)
    follower.drain()
    assert problem(lines(0, 90), follower) == ""


@paces
def test_files_that_a_link_could_lead_to_and_that_are_alike(logs: Path, pause: float) -> None:
    """What a pattern matches ships, whatever it is equal to; so does what begins as another, and goes on otherwise."""
    follower = follow(logs)
    swap(logs, "s0x.log", "t.log")
    swap(logs, "a-0.data", "a.log")
    for number in range(2):
        append(logs / f"a-{number}.data", lines(0, 100) + lines(2000 + 100 * number, 2100 + 100 * number))
        for session in range(50 * number, 50 * number + 50):
            append(logs / f"s{session}x.log", lines(0, 80) + lines(1000, 1000 + session % 2))
        look(follower, pause)
    follower.drain()
    due = lines(0, 80) * 100 + lines(1000, 1001) * 50 + lines(0, 100) * 2 + lines(2000, 2200)
    assert problem(due, follower) == ""
