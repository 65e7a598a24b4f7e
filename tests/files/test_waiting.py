import os
import time
from pathlib import Path

import pytest

from logship.files import reconciler
from logship.files.waiting import Left
from tests.following import Follower, append, follow, lines


def write(path: Path, data: bytes) -> None:
    """Append to a file; the time of that is not as coarse as a file system's."""
    append(path, data)
    os.utime(path, ns=(0, time.time_ns()))


@pytest.fixture
def full(logs: Path, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Follow a file that never rests, which takes the only place."""
    monkeypatch.setattr(reconciler, "NEWER_SLACK_NS", 0)
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
    """All that it had is counted, after a second in which it might have been on its way to another name."""
    write(logs / "a.log", lines(100, 110))
    full.read()
    (logs / "a.log").unlink()
    full.step(0.05)
    assert not dict(full.lost())
    full.step(0.9)
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
    assert dict(full.lost()) == {"max_files": 600}
    assert full.drain() == lines(100, 110)
    assert dict(full.lost()) == {"max_files": 600}


def test_what_was_held_is_no_history(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was found as a copy in the making, and proves to be something else once it does not grow any more."""
    monkeypatch.setattr(reconciler, "NEWER_SLACK_NS", 0)
    append(logs / "a.log", lines(0, 1))
    follower = follow(logs)
    follower.read()
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
    monkeypatch.setattr(reconciler, "NEWER_SLACK_NS", 0)
    append(logs / "a.log", lines(0, 1))
    follower = follow(logs)
    follower.read()
    write(logs / "a.log.1", lines(100, 110))
    sweep = follower.catalog.sweep(follower.now)
    next(sweep)
    follower.save()
    sweep.close()  # type: ignore[attr-defined]  # a generator
    follower.kill()
    again = follow(logs)
    assert again.read() + again.read() == lines(100, 110)
