import os
import time
from pathlib import Path

from tests.files.test_kinds import out_of_order, problem
from tests.following import append, follow, lines

CLOCK_REALTIME_COARSE = 5
DAYS = ("app-2026-11-25.log", "app-2026-11-26.log", "app-2026-11-27.log")


def a_moment_later() -> None:
    """Wait until the clock that files get their times from has ticked."""
    begun = time.clock_gettime_ns(CLOCK_REALTIME_COARSE)
    while time.clock_gettime_ns(CLOCK_REALTIME_COARSE) == begun:
        pass


def test_a_back_log_in_dated_files_comes_in_order(logs: Path) -> None:
    """Each day stopped growing before the next began: one is read to its end before the next, whatever their names."""
    for number, name in enumerate(reversed(DAYS)):
        append(logs / name, lines(20_000 * number, 20_000 * number + 20_000))
        a_moment_later()
    follower = follow(logs, "app-*.log")
    follower.read()
    assert problem(lines(0, 60_000), follower) == ""
    assert out_of_order(lines(0, 60_000), follower) == ""


def test_sessions_at_the_same_time_do_not_wait_for_each_other(logs: Path) -> None:
    """Their names differ in digits only, too, and all have their turn."""
    for name in DAYS:
        append(logs / name, lines(0, 1))
    a_moment_later()
    for name in DAYS:
        append(logs / name, lines(0, 20_000))
    follower = follow(logs, "app-*.log")
    follower.read()
    assert {block.name for block in follower.blocks[:6]} == set(DAYS)


def test_files_of_other_folders_are_others(logs: Path) -> None:
    """Digits in a folder's name say nothing about who writes there."""
    for folder in ("worker-1", "worker-2"):
        (logs / folder).mkdir()
        append(logs / folder / "a.log", lines(0, 20_000))
        a_moment_later()
    follower = follow(logs, "*/a.log")
    follower.step()
    assert {os.path.dirname(file.lineage) for file in follower.catalog.files.values()} == {  # noqa: PTH120 - as text
        f"{logs}/worker-1",
        f"{logs}/worker-2",
    }
    first = follower.take()
    assert first[0].file != first[1].file
