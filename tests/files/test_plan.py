import gzip
import os
import time
from pathlib import Path

import pytest

from logship.files.discovery import Discovery
from logship.files.patterns import Pattern
from logship.files.plan import COPY, HISTORY, Plan, PlannedDiscovery
from logship.records.enrichment import Enrichment
from logship.records.first_time import FirstTime
from logship.state.finished import KEEP_SECONDS

SECOND = 10**9


def plan_of(*, history: bool = True, first_start_ns: int = 0) -> Plan:
    """Make a plan without a daemon."""
    first_time = FirstTime(Enrichment({})).of
    return Plan(first_time, history=history, first_start_ns=first_start_ns, now_ns=time.time_ns())


def listed(folder: Path, plan: Plan) -> list[str]:
    """Give the names in the order of a plan."""
    discovery: Discovery = PlannedDiscovery([Pattern.of(f"{folder}/*.log")], [], plan)
    return [candidate.name for candidate in discovery.candidates(set())]


def put(path: Path, text: str, mtime: int) -> None:
    """Write a file, an archive where its name says so, as old as that."""
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    os.utime(path, (mtime, mtime))


def test_the_first_time_in_a_file_orders_it(tmp_path: Path) -> None:
    """Packed or not, whatever its name and its mtime say; where there is none, its last write does."""
    put(tmp_path / "app.log", "2026-11-28T10:00:00Z INFO d\n", 10**9)
    put(tmp_path / "app.log.1.gz", "2026-11-28T08:00:00Z INFO b\n", 2 * 10**9)
    put(tmp_path / "app.log.2", "no time\n2026-11-28T07:00:00Z INFO a\n", 2 * 10**9)
    put(tmp_path / "b.log", "no time\n", 1_795_856_400)  # 2026-11-28T09:00:00Z
    assert listed(tmp_path, plan_of()) == ["app.log.2", "app.log.1.gz", "b.log", "app.log"]


def test_of_files_that_tell_nothing_else_the_number_of_a_rotation_does(tmp_path: Path) -> None:
    """The higher, the older; the live file comes last."""
    for name in ("app.log.2", "app.log", "app.log.10.gz", "app.log.1"):
        put(tmp_path / name, "no time\n", 10**9)
    assert listed(tmp_path, plan_of()) == ["app.log.10.gz", "app.log.2", "app.log.1", "app.log"]


def test_what_can_not_be_looked_into_comes_last(tmp_path: Path) -> None:
    """Whoever opens it says why."""
    (tmp_path / "a.log").symlink_to("/etc/hostname")
    put(tmp_path / "b.log", "x\n", 10**9)
    (tmp_path / "c.log").write_bytes(gzip.compress(b"x\n" * 9999)[:20])
    os.utime(tmp_path / "c.log", (1, 1))
    assert listed(tmp_path, plan_of())[-1] == "a.log"


def test_none_is_read_before_all_older_ones_were_opened(tmp_path: Path) -> None:
    """However sweeps fall: what waits for its turn holds up what is younger."""
    plan = plan_of()
    for number in range(3):
        put(tmp_path / f"{number}.log", "x\n", 10**9 + number)
    listed(tmp_path, plan)
    oldest, middle, newest = ((tmp_path / f"{number}.log").stat().st_ino for number in range(3))
    assert plan.may_read(newest)
    plan.wait_for([newest, middle])
    assert [plan.may_read(inode) for inode in (oldest, middle, newest)] == [True, False, False]
    plan.wait_for([])
    assert plan.may_read(newest)


def test_what_went_before_it_was_opened_is_told(tmp_path: Path) -> None:
    """But for what was opened, is known, or was left out."""
    plan = plan_of()
    paths = [tmp_path / f"{number}.log" for number in range(4)]
    for path in paths:
        put(path, "12345\n", 10**9)
    listed(tmp_path, plan)
    inodes = [path.stat().st_ino for path in paths]
    plan.started.add(inodes[0])
    plan.left_out.note(str(paths[1]), HISTORY)
    assert plan.remaining({inodes[2]}.__contains__, 10.0) == 6
    for path in paths:
        path.unlink()
    assert plan.missed({inodes[2]}.__contains__) == [str(paths[3])]


@pytest.mark.parametrize(("days_ago", "doubted"), [(100, False), (50, True), (31, True), (29, False), (1, False)])
def test_what_may_have_been_shipped_and_forgotten_is_doubted(days_ago: int, doubted: bool) -> None:  # noqa: FBT001 - a column
    """Written to after the first start, 60 days ago, and before all that is remembered."""
    plan = plan_of(first_start_ns=time.time_ns() - 60 * 86400 * SECOND)
    found = type("Found", (), {"mtime_ns": time.time_ns() - days_ago * 86400 * SECOND})()
    assert plan.doubts(found) is doubted
    assert KEEP_SECONDS == 30 * 86400


def test_copies_are_not_counted_as_left_out() -> None:
    """Nothing is missing of what they have."""
    plan = plan_of()
    for number, why in enumerate((HISTORY, COPY, HISTORY)):
        plan.left_out.note(str(number), why)
    assert plan.left_out.counts() == {"history": 2}
