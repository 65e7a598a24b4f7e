import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from logship.files.framer import Place, TruncatedError
from logship.files.reading import READ_BYTES, read_on
from logship.files.tailing import TailedFile
from logship.model import Block, LineState
from tests.following import an_entry

MAX_LINE = 1 << 20


class Counting(TailedFile):
    """One of which a test may exchange what reads."""


@dataclass
class Tail:
    """A file that is written and read on, and how many bytes were asked for."""

    path: Path
    max_line: int = MAX_LINE
    place: Place = field(default_factory=Place)
    now: float = 1.0
    bytes_read: int = 0

    def __post_init__(self) -> None:
        """Open it."""
        self.path.touch()
        self.file = Counting(an_entry("f" * 22, "/logs/a.log"), os.open(self.path, os.O_RDONLY), "", None, 0.0)
        plain = self.file.read_at

        def counting(size: int, offset: int) -> bytes:
            data = plain(size, offset)
            self.bytes_read += len(data)
            return data

        self.file.read_at = counting  # type: ignore[method-assign]

    def write(self, data: bytes) -> None:
        """Append and look."""
        with self.path.open("ab") as file:
            file.write(data)
        self.look()

    def look(self) -> bool:
        """Ask for the size, and put this reader's place where a look expects it."""
        self.file.places["sink"] = self.place
        return self.file.look(self.now)

    def read(self, size: int = READ_BYTES, *, at_end: bool = False) -> list[Block]:
        """Read once."""
        blocks, self.place = read_on(self.file, self.place, self.max_line, self.now, size=size, at_end=at_end)
        return blocks

    def read_all(self, *, at_end: bool = False) -> list[Block]:
        """Read until there is no more to have."""
        blocks: list[Block] = []
        before = None
        while before != self.place:
            before = self.place
            blocks += self.read(at_end=at_end)
        return blocks


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Tail]]:
    """Make tails of files that are closed in the end."""
    tails: list[Tail] = []

    def open_tail(max_line: int = MAX_LINE) -> Tail:
        tails.append(Tail(tmp_path / f"{len(tails)}.log", max_line))
        return tails[-1]

    yield open_tail
    for tail in tails:
        tail.file.close()


def flags(blocks: list[Block]) -> list[tuple[tuple[str, ...], str, bytes]]:
    """Give what tells blocks apart."""
    return [(block.flags, block.skipped, block.data) for block in blocks]


def test_a_read_gives_whole_lines_and_leaves_the_rest(make: Callable[..., Tail]) -> None:
    """The offset does not pass an incomplete line; a block says where it is and what it is from."""
    tail = make()
    tail.write(b"one\ntwo\nthr")
    (block,) = tail.read()
    assert (block.start, block.end, block.data, block.name) == (0, 8, b"one\ntwo\n", "a.log")
    assert block.path == "/logs/a.log"
    assert (tail.place.offset, tail.place.state, tail.place.tail) == (8, LineState.WHOLE, b"one\ntwo\n")
    assert block.time_ns == tail.path.stat().st_mtime_ns


def test_a_long_line_that_arrives_in_small_writes_is_not_scanned_again(make: Callable[..., Tail]) -> None:
    """1 MiB in writes of 4 KiB costs each byte twice (the search, the line) and a marker for each look and read."""
    tail = make()
    tail.write(b"first\n")
    tail.read_all()
    tail.bytes_read = 0
    line = b"x" * (MAX_LINE - 1) + b"\n"
    for at in range(0, MAX_LINE, 4096):
        with tail.path.open("ab") as file:
            file.write(line[at : at + 4096])
        blocks = tail.read()
    assert [block.data for block in blocks] == [line]
    assert tail.bytes_read <= 2 * MAX_LINE + 2 * 64 * (MAX_LINE // 4096)


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_the_limit_of_a_long_line_is_exact(make: Callable[..., Tail], extra: int) -> None:
    """Over several reads, too, a line of the limit is whole and one of a byte more is cut, then skipped."""
    limit = 2 * READ_BYTES
    tail = make(max_line=limit)
    line = b"x" * (limit + extra) + b"\n"
    tail.write(line + b"next\n")
    expected = (
        [((), "", line), ((), "", b"next\n")]
        if extra <= 0
        else [(("truncated",), "", line[:limit]), ((), "overlong", b""), ((), "", b"next\n")]
    )
    assert flags(tail.read_all()) == expected
    assert tail.place.offset == limit + extra + 6


def test_an_overlong_line_is_cut_before_its_newline_comes(make: Callable[..., Tail]) -> None:
    """Its first part leaves at once, at a character's boundary; every further read is a gap until the newline."""
    tail = make(max_line=101)
    tail.write("é".encode() * 60)
    assert flags(tail.read_all()) == [(("truncated",), "", "é".encode() * 50), ((), "overlong", b"")]
    assert tail.place.state is LineState.SKIPPING
    tail.write(b"more")
    assert flags(tail.read_all()) == [((), "overlong", b"")]
    tail.write(b"\nnext\n")
    assert flags(tail.read_all()) == [((), "overlong", b""), ((), "", b"next\n")]


def test_a_partial_line_and_its_continuation(make: Callable[..., Tail]) -> None:
    """At the end an unterminated line is partial; what follows is a continuation, whole, partial again or cut."""
    tail = make(max_line=100)
    tail.write(b"half")
    assert tail.read_all() == []
    assert flags(tail.read_all(at_end=True)) == [(("partial",), "", b"half")]
    tail.write(b" more")
    assert tail.read_all() == []
    assert flags(tail.read_all(at_end=True)) == [(("continuation",), "", b" more")]
    assert tail.place.state is LineState.PARTIAL
    tail.write(b"x" * 150 + b"\nnext\n")
    assert flags(tail.read_all()) == [
        (("continuation", "truncated"), "", b"x" * 100),
        ((), "overlong", b""),
        ((), "", b"next\n"),
    ]


def test_a_newline_alone_ends_a_partial_line(make: Callable[..., Tail]) -> None:
    """The newline that was missing makes no record."""
    tail = make()
    tail.write(b"half")
    tail.read_all(at_end=True)
    tail.write(b"\nnext\n")
    assert flags(tail.read_all()) == [((), "empty", b""), ((), "", b"next\n")]


def test_at_the_end_a_line_longer_than_a_read_is_still_one_record(make: Callable[..., Tail]) -> None:
    """What is at the end of a read is not at the end of the file."""
    tail = make()
    line = b"x" * (READ_BYTES * 3 // 2) + b"\n"
    tail.write(b"first\n" + line + b"last")
    assert flags(tail.read_all(at_end=True)) == [((), "", b"first\n"), ((), "", line), (("partial",), "", b"last")]


def test_an_unterminated_line_of_exactly_one_read_is_shipped_at_the_end(make: Callable[..., Tail]) -> None:
    """The end is known once a read comes back short."""
    tail = make()
    tail.write(b"x" * READ_BYTES)
    assert flags(tail.read_all(at_end=True)) == [(("partial",), "", b"x" * READ_BYTES)]


def test_a_hole_is_skipped_without_being_read(make: Callable[..., Tail]) -> None:
    """A hole of 1 TiB before the text is a gap once nobody fills it, and costs few looks at what follows it."""
    tail = make()
    os.truncate(tail.path, 1 << 40)
    tail.write(b"text\n")
    assert tail.read_all() == []
    tail.now += 2.9
    assert tail.read_all() == []
    tail.now += 0.2
    assert tail.look()
    blocks = tail.read_all()
    assert flags(blocks) == [((), "nul", b""), ((), "", b"text\n")]
    assert (blocks[0].start, blocks[0].end) == (0, 1 << 40)
    assert tail.bytes_read < 4 * READ_BYTES


def test_nuls_at_the_end_are_never_passed(make: Callable[..., Tail]) -> None:
    """Whoever made the file that long fills them: they are no bytes of the file until then."""
    tail = make()
    tail.write(b"one\n")
    with tail.path.open("ab") as file:
        file.write(b"x" * ((1 << 16) - 5) + b"\n")
    tail.read_all()
    assert tail.place.offset == 1 << 16
    os.truncate(tail.path, 1 << 20)
    for _ in range(3):
        tail.now += 60.0
        tail.look()
        assert tail.read_all() == []
    assert (tail.place.offset, tail.file.size) == (1 << 16, 1 << 16)
    with tail.path.open("r+b") as file:
        file.seek(1 << 16)
        file.write(b"filled\n")
    tail.look()
    assert [block.data for block in tail.read_all()] == [b"filled\n"]


def test_a_hole_over_what_was_read_is_a_truncation(make: Callable[..., Tail]) -> None:
    """A writer that does not append leaves one where it goes on: nothing of it may be taken for NULs of the file."""
    tail = make()
    with tail.path.open("wb", buffering=0) as writer:
        writer.write(b"x" * 5000 + b"\n")
        tail.look()
        tail.read_all()
        writer.write(b"unread\n" * 100)
        os.truncate(tail.path, 0)
        writer.write(b"new\n")
    with pytest.raises(TruncatedError):
        tail.read()
    assert not tail.file.sound


def test_a_truncation_that_grew_past_the_offset_is_noticed_by_what_is_before_it(make: Callable[..., Tail]) -> None:
    """By a read, and by a look before any read."""
    tail = make()
    tail.write(b"one\ntwo\n")
    tail.read_all()
    tail.path.write_bytes(b"three\nfour\nfive\n")
    with pytest.raises(TruncatedError):
        tail.read()
    tail.file.doubt.clear()
    tail.look()
    assert not tail.file.sound


def test_a_truncation_before_the_first_read_is_noticed_by_the_head(make: Callable[..., Tail]) -> None:
    """A slow sink's reader has nothing behind it to compare: what the file began with when it was seen is."""
    tail = make()
    tail.write(b"one\n" * 20)
    tail.path.write_bytes(b"two\n" * 30)
    with pytest.raises(TruncatedError):
        tail.read()
    assert not tail.file.sound


def test_a_gap_is_followed_by_a_marker_too(make: Callable[..., Tail]) -> None:
    """After an overlong line, a truncation is noticed as after any other."""
    tail = make(max_line=100)
    tail.write(b"y" * 1200 + b"\n")
    tail.read_all()
    assert tail.place.tail == b"y" * 63 + b"\n"
    tail.path.write_bytes(b"y" * 1024 + b"z" * 500 + b"\n")
    with pytest.raises(TruncatedError):
        tail.read()


def test_points_lie_close_together_only_near_the_end_of_a_file(make: Callable[..., Tail]) -> None:
    """Of the blocks of a back-log only the last ones end where somebody may go back to."""
    tail = make()
    tail.write(b"0123456\n" * (3 * READ_BYTES // 8))
    points = [len(block.points) for block in tail.read_all()]
    assert len(points) == 3
    assert points[0] < points[1] == points[2]
