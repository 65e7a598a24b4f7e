"""Files with a line or two, too short for their bytes to prove much: rotated and packed, live and over a kill."""

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.files.test_kinds import each_once, paces, problem
from tests.following import append, follow

Rotation = Callable[[Path, int], None]
TURNS = 4


def one(number: int, size: int) -> bytes:
    """Make one line of so many bytes."""
    return b"%d " % number + b"x" * (size - 3) + b"\n"


def pack(plain: Path, archive: Path) -> None:
    """Pack a file as gzip does: the archive has its time."""
    stat = plain.stat()
    archive.write_bytes(gzip.compress(plain.read_bytes()))
    os.utime(archive, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    plain.unlink()


def packed(live: Path, turn: int) -> None:
    """``create`` and ``compress``."""
    pack(live, live.with_name(f"a.log.{TURNS - turn}.gz"))


def packed_later(live: Path, turn: int) -> None:
    """``delaycompress``: at the next rotation."""
    plain = live.with_name("a.log.1")
    if plain.exists():
        pack(plain, live.with_name(f"a.log.{TURNS + 2 - turn}.gz"))
    live.rename(plain)


def copied(live: Path, turn: int) -> None:
    """``copytruncate``."""
    live.with_name(f"a.log.{TURNS - turn}").write_bytes(live.read_bytes())
    os.truncate(live, 0)


def copied_and_packed(live: Path, turn: int) -> None:
    """``copytruncate`` and ``compress``: the time is the copy's."""
    live.with_name(f"a.log.{TURNS - turn}.gz").write_bytes(gzip.compress(live.read_bytes()))
    os.truncate(live, 0)


@paces
@pytest.mark.parametrize("size", [5, 14, 40, 63])
@pytest.mark.parametrize("rotate", [packed, packed_later, copied, copied_and_packed])
def test_a_generation_of_one_short_line_comes_once(logs: Path, rotate: Rotation, size: int, pause: float) -> None:
    """All of it in a rotated form is a copy of it, however little that is."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        for turn in range(TURNS):
            append(live, one(turn, size))
            yield b""
            rotate(live, turn)
            yield b""
        append(live, one(TURNS, size))
        yield b"".join(one(turn, size) for turn in range(TURNS + 1))

    each_once(logs, scenario, pause)


@pytest.mark.parametrize("size", [5, 40])
def test_a_short_finished_file_is_packed_when_it_was_long_closed(logs: Path, size: int) -> None:
    """A row is all that is known of it: the archive has its content, and its time."""
    live, follower = logs / "a.log", follow(logs, rotate_wait=0.1)
    append(live, one(1, size))
    follower.read()
    live.rename(logs / "a.log.1")
    append(live, one(2, size))
    for _ in range(3):
        follower.read()
        follower.step(60.0)
    pack(logs / "a.log.1", logs / "a.log.2.gz")
    follower.read()
    follower.step(6.0)
    follower.drain()
    assert problem(one(1, size) + one(2, size), follower) == ""


@pytest.mark.parametrize("size", [5, 40])
def test_an_equal_short_line_of_a_later_run_that_only_an_archive_has_is_shipped(logs: Path, size: int) -> None:
    """A job writes the same line each time: what has another time is another run's."""
    live, follower = logs / "a.log", follow(logs, rotate_wait=0.1)
    append(live, one(1, size))
    follower.read()
    live.rename(logs / "a.log.1")
    for _ in range(3):
        follower.step(60.0)
        follower.read()
    later = (logs / "a.log.1").stat().st_mtime_ns + 2 * 10**9
    (logs / "a.log.2.gz").write_bytes(gzip.compress(one(1, size)))
    os.utime(logs / "a.log.2.gz", ns=(later, later))
    follower.read()
    follower.step(6.0)
    follower.drain()
    assert [block.data for block in follower.blocks] == [one(1, size)] * 2
