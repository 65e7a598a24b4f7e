import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.files.holes import HOLE_SECONDS, Holes, Padding, find_hole, first_data, nuls_end
from logship.files.joining import Joining
from tests.following import follow, lines

PAGE = 4096
MIB = 1 << 20


def reading(data: bytes) -> Callable[[int, int], bytes]:
    """Read from bytes as from a file."""
    return lambda size, offset: data[offset : offset + size]


def dense(offset: int) -> int:
    """Know of no holes, as many file systems do."""
    return offset


@given(st.binary(max_size=20), st.integers(0, 300), st.binary(max_size=20))
def test_where_nuls_end(before: bytes, count: int, after: bytes) -> None:
    """However many they are: the first byte that is none, or the end."""
    data = before + bytes(count) + after
    rest = data[len(before) :]
    assert nuls_end(data, len(before)) == len(data) - len(rest.lstrip(b"\0"))


@pytest.mark.parametrize(
    ("data", "start", "at"),
    [
        (b"text\n", 0, -1),
        (b"a\0b\n", 0, -1),
        (b"a\n\0b\n", 0, 2),
        (b"\0a\n", 0, 0),
        (b"a" + bytes(63) + b"b\n", 0, -1),
        (b"a" + bytes(64) + b"b\n", 0, 1),
        (b"a\n" + b"b\0", 0, 3),
        (b"a" * 10 + bytes(6) + b"b\n", PAGE - 16, 10),
        (b"a" * 10 + bytes(6) + b"b\n", PAGE - 15, -1),
        (b"a\0b\n\0c\n", 0, 4),
    ],
    ids=["none", "in a line", "at a line", "first", "few", "many", "at the end", "page", "no page", "second"],
)
def test_what_looks_like_a_hole(data: bytes, start: int, at: int) -> None:
    """At the start of a line, or many, or up to the end of a page or of what is there; else they are of a line."""
    assert find_hole(data, start) == at


def readable(holes: Holes, data: bytes, now: float, *, more: bool = True, ended: bool = False, start: int = 0) -> int:
    """Ask how much may be read; ``more`` says that something follows."""
    return holes.readable(data, start, now, follows=lambda _: more, ended=ended)


def test_a_hole_is_waited_for() -> None:
    """What is before it may be read at once, all of it three seconds after it was first seen."""
    holes, data = Holes(), b"one\n" + bytes(100) + b"two\n"
    assert readable(holes, data, 10.0) == 4
    assert not holes.due(10.0 + HOLE_SECONDS - 0.1)
    assert readable(holes, data, 10.0 + HOLE_SECONDS - 0.1) == 4
    assert holes.due(10.0 + HOLE_SECONDS)
    assert readable(holes, data, 10.0 + HOLE_SECONDS) == 4, "it is passed by itself, and noted"
    assert readable(holes, data[4:], 10.0 + HOLE_SECONDS, start=4) == len(data) - 4
    assert not holes.due(20.0)


def test_each_hole_is_waited_for_by_itself() -> None:
    """A second one does not profit from the first."""
    holes = Holes()
    assert readable(holes, bytes(100) + b"two\n", 10.0) == 0
    assert readable(holes, b"x\n" + bytes(100) + b"two\n", 13.0, start=500) == 2
    assert readable(holes, b"x\n" + bytes(100) + b"two\n", 15.9, start=500) == 2
    assert readable(holes, bytes(100) + b"two\n", 16.0, start=502) == 104


def test_each_hole_is_passed_by_itself() -> None:
    """Whether it is waited for or not: each may yet be filled. One within a line is none to note."""
    data = bytes(100) + b"two\n" + bytes(70) + b"three\n"
    assert [readable(Holes(), data[at:], 10.0, ended=True, start=at) for at in (0, 104)] == [104, 76]
    assert readable(Holes(), b"x" + data, 10.0, ended=True) == 105
    assert readable(Holes(), b"x" + data[:104], 10.0, ended=True) == 105


def test_one_wait_is_for_all_holes_that_were_there() -> None:
    """What comes behind them later has a wait of its own."""
    holes, hole = Holes(), bytes(10)
    data = hole + b"one\n" + hole + b"two\n" + hole + b"three\n"
    assert readable(holes, data, 10.0) == 0
    assert readable(holes, data, 13.0) == 14
    assert readable(holes, data[14:], 13.0, start=14) == 14
    assert readable(holes, data[28:] + hole + b"four\n", 13.1, start=28) == 16
    assert readable(holes, hole + b"four\n", 13.1, start=44) == 0
    assert readable(holes, hole + b"four\n", 16.1, start=44) == 15


def test_a_hole_that_is_filled_is_one_that_was_passed_until_its_bytes_begin() -> None:
    """So a checkpoint that is saved before that has it."""
    holes = Holes(((10, 100), (200, 300)))
    assert not holes.look(reading(bytes(400)))
    data = bytes(200) + b"x" * 100 + bytes(100)
    assert [holes.look(reading(data)) for _ in range(2)] == [True, False]
    assert (holes.filled, holes.passed) == (((200, 300),), ((10, 100), (200, 300)))
    assert holes.begin_filled() == ((200, 300),)
    assert (holes.filled, holes.passed) == ((), ((10, 100),))


def test_a_few_nuls_at_each_line_are_passed_together() -> None:
    """As lines of UTF-16 have them: nobody fills those, and a read for each would cost a hundred times as much."""
    holes, data = Holes(), "one\ntwo\nthree\n".encode("utf-16-le")
    assert readable(holes, data, 10.0, start=100) == 8 - 1
    assert readable(holes, data[7:], 13.0, start=107) == len(data) - 7


def test_nuls_at_the_end_are_never_passed() -> None:
    """Nor is the wait for them begun: nobody knows that they are a hole."""
    holes = Holes()
    assert [readable(holes, b"one\n" + bytes(100), now, more=False) for now in (10.0, 100.0)] == [4, 4]
    assert not holes.due(1000.0)
    assert readable(holes, b"one\n" + bytes(100), 1000.0, more=False, ended=True) == 4


def test_a_hole_that_nobody_fills_is_passed_at_once() -> None:
    """From 0 up to the size before a truncation, or in a file that has no writer; no other one is."""
    data = bytes(100) + b"two\n"
    assert readable(Holes(), data, 10.0, ended=True) == len(data)
    holes = Holes()
    holes.filled_from = 100
    assert readable(holes, data, 10.0) == len(data)
    assert readable(holes, b"x\n" + data, 10.0, start=500) == 2


def test_text_is_read_at_once() -> None:
    """A NUL within a line is a byte of it."""
    assert readable(Holes(), b"a\0b\n", 0.0) == 4


def test_data_ends_where_nuls_begin_that_reach_the_end() -> None:
    """As it is filled, and however it is cut in the end."""
    padding = Padding()
    for filled in (0, 10, 5000, 9999):
        data = b"x" * filled + bytes(10_000 - filled)
        assert padding.data_size(10_000, 0, reading(data), dense) == filled
        assert padding.there
    assert padding.data_size(10_000, 0, reading(b"x" * 10_000), dense) == 10_000
    assert padding.data_size(0, 0, reading(b""), dense) == 0


@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 200))
def test_what_is_known_to_be_data_is_data(known: int, nuls: int, data: int) -> None:
    """Bytes that were read, or seen before, count, though NULs were written over them since."""
    whole = bytes(known) + b"x" * data + bytes(nuls)
    found = Padding().data_size(len(whole), known, reading(whole), dense)
    assert found == known + data


def test_of_many_nuls_some_are_looked_through_at_a_time() -> None:
    """4 MiB a look; what comes behind them is found by the next ones, and nothing is read twice."""
    size = 11 * MIB
    data = bytes(size - 10) + b"x" + bytes(9)
    looked, padding = 0, Padding()

    def read_at(count: int, offset: int) -> bytes:
        nonlocal looked
        looked += min(count, size - offset)
        return data[offset : offset + count]

    found = [padding.data_size(size, 0, read_at, dense) for _ in range(3)]
    assert found == [0, 0, size - 9]
    assert looked < size + 10


def test_a_hole_of_a_terabyte_costs_nothing(tmp_path: Path) -> None:
    """The file system says where data begins again."""
    path, size = tmp_path / "sparse", 1 << 40
    with path.open("wb") as file:
        file.truncate(size)
        file.seek(size // 2)
        file.write(b"text\n")
    fd, reads = os.open(path, os.O_RDONLY), count()

    def read_at(length: int, offset: int) -> bytes:
        next(reads)
        return os.pread(fd, length, offset)

    def data_start(offset: int) -> int:
        try:
            return os.lseek(fd, offset, os.SEEK_DATA)
        except OSError:
            return 1 << 62

    try:
        assert first_data(0, size, read_at, data_start) == size // 2
        assert first_data(size // 2 + 5, size, read_at, data_start) == size
        assert Padding().data_size(size, 0, read_at, data_start) == size // 2 + 5
    finally:
        os.close(fd)
    assert next(reads) < 12


@given(st.integers(0, 100), st.integers(0, 300), st.binary(max_size=50))
def test_the_first_data_after_nuls(offset: int, nuls: int, after: bytes) -> None:
    """Or the end of the file."""
    data = b"x" * offset + bytes(nuls) + after
    kept = data[offset:].lstrip(b"\0")
    assert first_data(offset, len(data), reading(data), dense) == len(data) - len(kept)


def test_a_line_of_text_in_front_of_a_hole_leaves_once_that_is_passed(logs: Path) -> None:
    """It may go on with nothing that comes behind it: it was held back for ever, and all of the file with it."""
    text = b"started with some words\n"
    (logs / "a.log").write_bytes(text + bytes(70_000) + lines(0, 20))
    follower = follow(logs)
    follower.reader._joining = Joining.by("auto", "auto", 1000, 1 << 20, 1.0)
    for _ in range(10):
        follower.read()
        follower.step(1.0)
    assert b"".join(block.data for block in follower.blocks) == text + lines(0, 20)
