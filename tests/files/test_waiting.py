import gzip
import os
import time
from pathlib import Path

import pytest

from logship.files import ages, closing
from logship.files.waiting import Left
from tests.following import Follower, append, begun, follow, lines


def write(path: Path, data: bytes) -> None:
    """Append to a file; the time of that is not as coarse as a file system's."""
    append(path, data)
    os.utime(path, ns=(0, time.time_ns()))


@pytest.fixture
def full(logs: Path, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Follow a file that never rests, which takes the only place."""
    monkeypatch.setattr(ages, "NEWER_SLACK_NS", 0)
    append(logs / "busy.log", lines(0, 1))
    follower = follow(logs)
    follower.catalog.max_files = 1
    follower.read()
    append(logs / "busy.log", lines(1, 2))
    return follower


def test_what_was_rotated_while_it_waited_is_no_history(full: Follower, logs: Path) -> None:
    """However long it waits, and whatever its name is then: nobody has seen it."""
    write(logs / "a.log", lines(100, 110))
    full.read()
    (logs / "a.log").rename(logs / "a.log.1")
    full.read()
    full.read()
    assert full.catalog.waiting.files == 1
    assert full.drain() == lines(100, 110)
    assert not dict(full.lost())


def test_what_was_rotated_while_it_waited_is_no_history_after_a_kill(full: Follower, logs: Path) -> None:
    """What was saved after it was written is no look at it."""
    write(logs / "a.log", lines(100, 110))
    full.read()
    (logs / "a.log").rename(logs / "a.log.1")
    full.save()
    full.kill()
    again = follow(logs)
    assert again.read() + again.read() == lines(100, 110)


def test_what_is_removed_while_it_waits_is_lost(full: Follower, logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """All that it had is counted, after 5 s in which it might have been on its way to another name."""
    write(logs / "a.log", lines(100, 110))
    full.read()
    (logs / "a.log").unlink()
    full.step(0.05)
    assert not dict(full.lost())
    full.step(4.9)
    assert not dict(full.lost())
    full.step(0.2)
    assert dict(full.lost()) == {"max_files": len(lines(100, 110))}
    (said,) = [record for record in caplog.records if "went while they waited" in record.message]
    assert "LOGSHIP_MAX_FILES" in said.__dict__["advice"]
    assert said.__dict__["path"] == str(logs / "a.log")


def test_what_is_removed_while_it_waits_is_lost_when_a_drain_ends(full: Follower, logs: Path) -> None:
    """There is no other look then."""
    write(logs / "a.log", lines(100, 110))
    full.read()
    (logs / "a.log").unlink()
    full.drain()
    assert dict(full.lost()) == {"max_files": len(lines(100, 110))}


@pytest.mark.parametrize("ending", [False, True], ids=["live", "draining"])
@pytest.mark.parametrize("turns", [1, 2])
def test_what_was_packed_while_it_waited_is_not_lost(full: Follower, logs: Path, turns: int, *, ending: bool) -> None:
    """It is read from its archive, which waits for a place itself; each archive stands for one file."""
    for turn in range(turns):
        write(logs / "a.log", lines(100 + 10 * turn, 109 + 9 * turn))
        full.read()
        (logs / "a.log").rename(logs / f"a.log.{turn + 1}")
        full.read()
    for turn in range(turns):
        plain = logs / f"a.log.{turn + 1}"
        write(logs / f"{plain.name}.gz", gzip.compress(plain.read_bytes()))
        plain.unlink()
    full.step(5.1)
    assert not dict(full.lost())
    read = b""
    for _ in range(0 if ending else 8):
        full.step(5.1)
        read += full.read()
    read += full.drain()
    due = b"".join(lines(100 + 10 * turn, 109 + 9 * turn) for turn in range(turns))
    assert sorted(read.splitlines()) == sorted(due.splitlines())
    assert not dict(full.lost())


def test_an_archive_of_another_file_is_no_reason_to_count_nothing(full: Follower, logs: Path) -> None:
    """What was removed while it waited is lost, whatever is packed beside it."""
    write(logs / "a.log", lines(100, 110))
    write(logs / "b.log", lines(200, 210))
    full.read()
    write(logs / "b.log.gz", gzip.compress(lines(200, 210)))
    (logs / "a.log").unlink()
    (logs / "b.log").unlink()
    for _ in range(4):
        full.step(5.1)
        full.read()
    full.drain()
    assert dict(full.lost()) == {"max_files": len(lines(100, 110))}


def test_what_was_read_of_a_file_that_waits_after_a_kill_is_not_lost(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was open, and is known by the checkpoint; what is removed is counted once."""
    monkeypatch.setattr(ages, "NEWER_SLACK_NS", 0)
    append(logs / "a.log", lines(0, 10))
    append(logs / "b.log", lines(20, 30))
    first = follow(logs)
    first.read()
    first.save()
    first.kill()
    append(logs / "a.log", lines(10, 12))
    append(logs / "b.log", lines(30, 33))
    second = follow(logs)
    second.catalog.max_files = 1
    second.step()  # nothing is read: the other has to wait
    (open_file,) = second.catalog.files.values()
    waits, rest = ("b.log", lines(30, 33)) if Path(open_file.path).name == "a.log" else ("a.log", lines(10, 12))
    (logs / waits).unlink()
    second.step(5.1)
    second.step(5.1)
    second.step(3601.0)
    assert dict(second.lost()) == {"max_files": len(rest)}


def test_of_one_that_was_read_before_only_the_rest_is_lost(full: Follower, logs: Path) -> None:
    """It was closed for another, grew, and was removed before it had another turn."""
    full.read()
    write(logs / "a.log", lines(100, 110))
    full.step(0.6)  # the busy one has rested
    assert full.read() == lines(100, 110)
    append(logs / "busy.log", lines(2, 4))
    full.step(0.05)
    assert full.catalog.waiting.nbytes == len(lines(2, 4))
    (logs / "busy.log").unlink()
    full.drain()
    assert dict(full.lost()) == {"max_files": len(lines(2, 4))}


def test_a_rotated_file_gives_its_place_up_to_one_that_waits(full: Follower, logs: Path) -> None:
    """It has a name still, by which it is found again if somebody writes to it."""
    full.read()
    (logs / "busy.log").rename(logs / "busy.log.1")
    write(logs / "a.log", lines(100, 110))
    full.step(0.05)
    full.step(0.6)
    assert full.read() == lines(100, 110)
    append(logs / "busy.log.1", lines(2, 3))
    full.step(0.6)
    assert full.read() == lines(2, 3)


def test_an_inode_that_is_used_again_is_another_file() -> None:
    """A smaller one is, and one that was born at another time."""
    before = Left("/logs/a.log.1", 100, 100, 7)
    assert before.is_in(Left("/logs/a.log.2", 100, 100, 7))
    assert not before.is_in(Left("/logs/b.log", 99, 99, 7))
    assert not before.is_in(Left("/logs/b.log", 100, 100, 8))


def test_a_file_that_took_the_inode_of_one_that_waited(full: Follower, logs: Path) -> None:
    """What that one had is lost; the new file is read."""
    write(logs / "a.log", lines(100, 110))
    full.read()
    inode = (logs / "a.log").stat().st_ino
    left = full.catalog.waiting.left
    left[inode] = Left(left[inode].path, 600, 600, 1)  # born long ago
    full.read()
    append(logs / "busy.log", lines(2, 3))
    full.step(5.1)
    assert dict(full.lost()) == {"max_files": 600}
    assert full.drain().endswith(lines(100, 110))
    assert dict(full.lost()) == {"max_files": 600}


def test_what_was_held_is_no_history(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was found as a copy in the making, and proves to be something else once it does not grow any more."""
    monkeypatch.setattr(ages, "NEWER_SLACK_NS", 0)
    follower = begun(logs, 1)
    (logs / "a.log.1").touch()
    follower.read()
    write(logs / "a.log.1", lines(100, 110))
    for _ in range(3):
        follower.step(0.5)
    assert follower.read() == b""
    follower.step(2.0)
    assert follower.read() == lines(100, 110)


def test_what_a_sweep_had_not_judged_when_it_was_killed_is_no_history(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint is saved meanwhile, as blocks go on moving; sweeps may take seconds."""
    monkeypatch.setattr(ages, "NEWER_SLACK_NS", 0)
    follower = begun(logs, 1)
    write(logs / "a.log.1", lines(100, 110))
    sweep = follower.catalog.sweep(follower.now)
    next(sweep)
    follower.save()
    sweep.close()  # type: ignore[attr-defined]  # a generator
    follower.kill()
    again = follow(logs)
    assert again.read() + again.read() == lines(100, 110)


def with_few_places(logs: Path, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Follow a folder with eight places, of which four are many."""
    monkeypatch.setattr(closing, "MANY_FILES", 4)
    follower = follow(logs)
    follower.catalog.max_files = 8
    return follower


def test_of_many_open_files_quiet_ones_give_their_places_up_early(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most places are for files that are busy; what is open takes memory, and nothing else needs it."""
    follower = with_few_places(logs, monkeypatch)
    for number in range(20):
        append(logs / f"{number}.log", lines(number, number + 1))
        assert follower.read() == lines(number, number + 1)
        follower.now += 1.0
    assert len(follower.catalog.files) == 4
    append(logs / "0.log", lines(50, 51))
    assert follower.read() == lines(50, 51)


def test_busy_files_take_all_places(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is closed who is read, or written to."""
    follower = with_few_places(logs, monkeypatch)
    for number in range(8):
        append(logs / f"{number}.log", lines(number, number + 1))
        follower.read()
    assert len(follower.catalog.files) == 8
