"""Archives that are written over in place: go-zero gives two generations that began in one second the same name."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.files.test_kinds import problem
from tests.following import Follower, append, follow, lines

FIRST, LIVE, UNSEEN = lines(10_000, 10_300), lines(20_000, 20_300), lines(30_000, 30_300)
BYTES = 20_000

seconds = pytest.mark.parametrize("second", [UNSEEN, LIVE], ids=["unseen", "followed"])
sizes = pytest.mark.parametrize("size", [BYTES - 100, BYTES, BYTES + 5, BYTES + 500])
kills = pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])


def packed(data: bytes, size: int = 0) -> bytes:
    """Pack it, in as many bytes as somebody wants: a file name in the header fills them."""
    archive = gzip.compress(data, 0, mtime=0)
    spare = size - len(archive)
    return archive if spare <= 0 else archive[:3] + b"\x08" + archive[4:10] + b"n" * (spare - 1) + b"\0" + archive[10:]


def away(logs: Path, first: bytes, live: bytes) -> Follower:
    """Have an archive of ``first``, which came and was packed unseen, and another live file; not started again yet."""
    append(logs / "app.log", lines(0, 300))
    follower = follow(logs)
    follower.read()
    follower.save()
    follower.kill()
    (logs / "app.log").rename(logs / "app.log.2")
    (logs / "app.log.1.gz").write_bytes(packed(first, BYTES))
    append(logs / "app.log", live)
    return follower


def to_the_end(logs: Path, before: list[Follower], *, kill: bool) -> list[Follower]:
    """Read and drain all, after a kill or without; gives all lives."""
    if kill:
        before[-1].kill()
        before.append(follow(logs))
    for _ in range(6):
        before[-1].read()
        before[-1].step(5)
    before[-1].drain()
    return before


@sizes
@seconds
@kills
@pytest.mark.parametrize("saved", [False, True], ids=["unsaved", "saved"])
@pytest.mark.parametrize("ack", [False, True], ids=["unacked", "acked"])
def test_after_it_was_read(logs: Path, size: int, second: bytes, *, saved: bool, ack: bool, kill: bool) -> None:
    """What is there now is another generation."""
    before = [away(logs, FIRST, LIVE), follow(logs)]
    for _ in range(3):
        before[-1].step(1)
        before[-1].read(ack=ack)
        before[-1].save() if saved else None
    (logs / "app.log").rename(logs / "app.log.3")
    append(logs / "app.log", lines(40_000, 40_010))
    (logs / "app.log.1.gz").write_bytes(packed(second, size))
    due = lines(0, 300) + FIRST + LIVE + lines(40_000, 40_010) + (UNSEEN if second == UNSEEN else b"")
    assert problem(due, *to_the_end(logs, before, kill=kill)) == ""


@sizes
@seconds
@kills
def test_after_it_was_finished(logs: Path, size: int, second: bytes, *, kill: bool) -> None:
    """Of that one only a row is left: what is a few bytes larger is not the beginning of what is appended to it."""
    before = [away(logs, FIRST, LIVE), follow(logs)]
    for _ in range(4):
        before[-1].step(40)
        before[-1].read()
    (logs / "app.log").rename(logs / "app.log.3")
    append(logs / "app.log", lines(40_000, 40_010))
    (logs / "app.log.1.gz").write_bytes(packed(second, size))
    due = lines(0, 300) + FIRST + LIVE + lines(40_000, 40_010) + (UNSEEN if second == UNSEEN else b"")
    assert problem(due, *to_the_end(logs, before, kill=kill)) == ""


def at_pause(follower: Follower, number: int, act: Callable[[], object]) -> None:
    """Have the next sweep meet something at one of its pauses, or behind the last one."""
    sweep = follower.catalog.sweep

    def sweeping(now: float) -> Iterator[None]:
        follower.catalog.sweep = sweep  # type: ignore[method-assign]
        paused = -1
        for paused, _ in enumerate(sweep(now)):
            if paused == number:
                act()
            yield
        if paused < number:
            act()

    follower.catalog.sweep = sweeping  # type: ignore[method-assign]


@pytest.mark.parametrize("pause", range(8))
@sizes
@seconds
@kills
def test_before_it_is_read(logs: Path, pause: int, size: int, second: bytes, *, kill: bool) -> None:
    """At any pause of the sweep that finds it: what the first one had is gone, and is never mixed with the second.

    Its loss is counted, but where a kill has that forgotten.
    """
    before = [away(logs, FIRST, LIVE), follow(logs)]
    at_pause(before[-1], pause, lambda: (logs / "app.log.1.gz").write_bytes(packed(second, size)))
    before[-1].step(1)
    before[-1].read()
    due = lines(0, 300) + LIVE + (UNSEEN if second == UNSEEN else b"")
    assert problem(due, *to_the_end(logs, before, kill=kill)) == ""
    counted = [dict(each.lost()) for each in before if dict(each.lost())]
    assert kill or counted == [{"truncated": len(FIRST)}]


@seconds
@kills
def test_while_it_is_read(logs: Path, second: bytes, *, kill: bool) -> None:
    """After a block: the rest is gone, and nothing of what is there now is taken for it."""
    first, other = lines(100_000, 120_000), (UNSEEN if second == UNSEEN else LIVE) + lines(200_000, 220_000)
    live = other if second == LIVE else LIVE
    before = [away(logs, first, live), follow(logs)]
    before[-1].step(1)
    blocks = before[-1].reader.read()
    for block in blocks:
        before[-1].journal.sent("sink", block)
    before[-1].blocks += blocks
    read = b"".join(block.data for block in blocks)
    (logs / "app.log.1.gz").write_bytes(packed(other))
    due = lines(0, 300) + live + (other if second == UNSEEN else b"")
    assert read
    assert first.startswith(read)
    due += read
    assert problem(due, *to_the_end(logs, before, kill=kill)) == ""
