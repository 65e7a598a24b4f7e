"""A folder has so many names that sweeps take long and rest: rotated files are followed up all the same."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from logship.record_metrics import value_of
from tests.following import Follower, append, begun, follow, lines


@pytest.fixture
def slow(logs: Path, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Give a follower of ``a.log``, which has ten lines; it has just had a sweep of ten seconds, and rests from it."""
    append(logs / "a.log", lines(0, 10))
    return resting(follow(logs), monkeypatch)


def resting(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Let the first sweep take so long that there is no other one for half a minute; what it found is read."""
    plain = follower.catalog.sweep

    def sweep(now: float) -> Iterator[None]:
        yield from plain(now)
        follower.now += 10.0
        follower.intake._pace.long = 1  # so was the one before

    monkeypatch.setattr(follower.catalog, "sweep", sweep)
    follower.read()
    return follower


def rotate(live: Path, count: int = 1) -> None:
    """Rename a file like a ``RotatingFileHandler``."""
    for number in range(count, 0, -1):
        older = live.with_name(f"{live.name}.{number}")
        if older.exists():
            older.rename(live.with_name(f"{live.name}.{number + 1}"))
    live.rename(live.with_name(f"{live.name}.1"))


def sweep(follower: Follower) -> bytes:
    """Let the rest be over, and read what there is."""
    follower.step(60)
    return b"".join(block.data for block in follower.take())


def test_the_successor_is_read_while_sweeps_rest(slow: Follower, logs: Path) -> None:
    """However often its file is rotated; the end of each file comes first."""
    for turn in range(1, 6):
        append(logs / "a.log", lines(turn * 10, turn * 10 + 5))
        rotate(logs / "a.log", turn)
        append(logs / "a.log", lines(turn * 10 + 5, turn * 10 + 10))
        slow.now += 0.3
        assert slow.read() == lines(turn * 10, turn * 10 + 10)
    assert sweep(slow) == b""
    assert value_of(slow.metrics.files_rotated) == 5
    assert not list(slow.lost())


def test_a_file_in_between_is_waited_for(slow: Follower, logs: Path) -> None:
    """Of two rotations between two looks the last file is not read before the one that has no known name."""
    rotate(logs / "a.log")
    append(logs / "a.log", lines(10, 20))
    rotate(logs / "a.log", 2)
    append(logs / "a.log", lines(20, 30))
    assert slow.read() == b""
    assert sweep(slow) == lines(10, 30)
    assert not list(slow.lost())


def test_a_name_with_a_date_is_followed_up(slow: Follower, logs: Path) -> None:
    """Where the former file went need not be known."""
    (logs / "a.log").rename(logs / "a-2024-05-01.log")
    append(logs / "a.log", lines(10, 20))
    assert slow.read() == lines(10, 20)
    append(logs / "a-2024-05-01.log", lines(30, 31))
    assert slow.read() == lines(30, 31)
    assert sweep(slow) == b""


def test_what_may_be_no_new_file_is_left_to_the_sweep(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a followed file and a file that was followed before say nothing new under another name."""
    append(logs / "a.log", lines(0, 10))
    append(logs / "a-1.log", lines(10, 20))
    slow = resting(follow(logs), monkeypatch)
    (logs / "copy").write_bytes(lines(0, 10))
    (logs / "a-1.log").rename(logs / "a-1.log.1")
    (logs / "copy").rename(logs / "a-1.log")
    assert slow.read() == b""
    assert sweep(slow) == b""


def link_out(live: Path) -> None:
    """Put a link in the place of a file."""
    (live.parent.parent / "secret").write_bytes(b"secret\n")
    live.symlink_to(live.parent.parent / "secret")


@pytest.mark.parametrize("make", [link_out, os.mkfifo, Path.mkdir])
def test_no_name_leads_out(slow: Follower, logs: Path, make: Callable[[Path], object]) -> None:
    """What has come in the place of the file is no file of the folder: nothing is read."""
    rotate(logs / "a.log")
    make(logs / "a.log")
    assert slow.read() == b""
    assert len(slow.catalog.files) == 1


def test_a_folder_swapped_for_a_link_does_not_lead_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The successor's whole path is opened beneath the root."""
    inner, outside = tmp_path / "logs" / "sub", tmp_path / "outside"
    inner.mkdir(parents=True)
    outside.mkdir()
    append(inner / "a.log", lines(0, 10))
    append(outside / "a.log", b"secret\n")
    slow = resting(Follower(f"{tmp_path}/logs/*/a.log", tmp_path / "state"), monkeypatch)
    inner.rename(tmp_path / "logs" / "away")
    inner.symlink_to(outside)
    assert slow.read() == b""
    assert sweep(slow) == b""


def test_what_rotations_cost_is_bounded(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any number of rotations sixteen are followed up at once, four times a second; the others come in turn."""
    names = [f"{number}.log" for number in range(40)]
    for name in names:
        append(logs / name, lines(0, 1))
    slow = resting(follow(logs), monkeypatch)
    for name in names:
        rotate(logs / name)
        append(logs / name, lines(1, 2))
    read = [slow.read() for _ in range(16)]
    assert [data.count(b"\n") for data in read if data] == [16, 16, 8]
    assert [bool(data) for data in read].index(True) == 0
    assert sum(bool(data) for data in read[:5]) == 1


def test_what_a_look_asks_is_bounded(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more files that do not grow, each has its turn."""
    monkeypatch.setattr("logship.files.successors.MAX_ASKED", 2)
    for number in range(10):
        append(logs / f"{number}.log", lines(0, 1))
    slow = resting(follow(logs), monkeypatch)
    asked: list[str] = []
    plain = os.lstat

    def lstat(path: str) -> os.stat_result:
        asked.append(path)
        return plain(path)

    monkeypatch.setattr(os, "lstat", lstat)
    rotate(logs / "7.log")
    append(logs / "7.log", lines(1, 2))
    read = []
    for _ in range(5):
        asked.clear()
        read.append(slow.read())
        assert len(asked) <= 4  # two names, and where a rotated file went
    assert sorted(read) == [b""] * 4 + [lines(1, 2)]


def test_no_more_files_than_allowed_are_opened(slow: Follower, logs: Path) -> None:
    """The limit has a margin for successors; when it is used up, they wait."""
    slow.catalog.max_files = -62
    for turn in range(1, 4):
        rotate(logs / "a.log", turn)
        append(logs / "a.log", lines(turn, turn + 1))
        slow.now += 0.3
        slow.step()
    assert len(slow.catalog.files) == 2


def test_a_successor_amid_a_sweep_keeps_its_name(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep has seen the former file under it: that is outdated, and no rotation."""
    monkeypatch.setattr("logship.files.pace.LONG_SWEEP_SECONDS", -1.0)
    monkeypatch.setattr("logship.files.sweeping.NAMES_AT_ONCE", 1)
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs, "a*")
    follower.read()
    (logs / "other").touch()

    async def rotate_amid() -> None:
        step = asyncio.ensure_future(follower.intake.step())
        await asyncio.sleep(0)
        rotate(logs / "a.log")
        append(logs / "a.log", lines(10, 20))
        while not step.done():
            follower.now += 0.06
            await asyncio.sleep(0)
        await step

    asyncio.run(rotate_amid())
    assert [file.path for file in follower.catalog.files.values()] == [f"{logs}/a.log.1", f"{logs}/a.log"]
    assert value_of(follower.metrics.files_rotated) == 1


@pytest.mark.parametrize("begin", range(12))
def test_what_a_sweep_has_opened_is_no_second_file(logs: Path, monkeypatch: pytest.MonkeyPatch, begin: int) -> None:
    """At any pause of a sweep that is about to adopt the successor itself, there is one of it."""
    for step in ("sweeping.NAMES_AT_ONCE", "sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
        monkeypatch.setattr(f"logship.files.{step}", 1)
    follower = begun(logs, 10)
    rotate(logs / "a.log")
    append(logs / "a.log", lines(10, 20))
    for number, _ in enumerate(follower.catalog.sweep(follower.now)):
        if number >= begin:
            follower.catalog.succeed(follower.now)
    assert len(follower.catalog.new) == 1
    assert follower.read() == lines(10, 20)


def test_a_gap_in_the_numbers_is_left_to_the_sweep(slow: Follower, logs: Path) -> None:
    """Something may have come and gone in between: the sweep sees all names."""
    (logs / "a.log").rename(logs / "a.log.2")
    append(logs / "a.log", lines(20, 30))
    assert slow.read() == b""
    assert sweep(slow) == lines(20, 30)
    assert not dict(slow.lost())


def test_a_copy_that_has_only_been_begun_is_no_successor(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is that of an older copy, which is followed, too, and it is empty when it is met."""
    live, copy = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 60))
    append(copy, lines(100, 160))
    follower = resting(follow(logs, "a.log*"), monkeypatch)
    copy.rename(logs / "a.log.2")
    copy.touch()
    follower.now += 0.3
    read = follower.read()
    append(copy, lines(0, 60))
    os.truncate(live, 0)
    for _ in range(4):
        follower.step(6.0)
        read += follower.read()
    assert read == b""
    assert not list(follower.lost())
