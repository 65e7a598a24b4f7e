"""Lines that came in parts: which records begin, or end, within one; pure.

A container's runtime writes a long line of its program's in pieces, each a line of the file. What is known at an offset
is, beside what :mod:`.private_keys` knows, which of the program's streams have a line whose rest is still to come, and
whether the offset itself is within a line of the file. It is a word, which is saved beside the offset.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from logship.model import Block
from logship.records.runtime_lines import Piece, Rewrap

_STREAMS: Final = ("stdout", "stderr")
_OTHER: Final = "other"
"""Of all streams that no runtime has: a word must not grow with what a file says."""
_CUT: Final = "cut"


class Known(NamedTuple):
    """What is known at an offset."""

    key: str = ""
    """As :mod:`.private_keys` has it."""
    streams: tuple[str, ...] = ()
    """Those that have a line whose rest is still to come."""
    cut: bool = False
    """The offset is within a line of the file."""

    @classmethod
    def of(cls, word: str) -> "Known":
        """Read a word."""
        key, *streams = word.removesuffix(_CUT).split("+")
        return cls(key, tuple(streams), word.endswith(_CUT))

    @property
    def word(self) -> str:
        """What is saved; empty where nothing is known."""
        return "+".join((self.key, *self.streams)) + (_CUT if self.cut else "")


class Looked(NamedTuple):
    """What was seen in a block; records are told by the (start, end) in the file of their lines."""

    begin: Sequence[tuple[int, int]] = ()
    """Records that begin within a line of their stream."""
    end: Sequence[tuple[int, int]] = ()
    """Records that end within one."""
    streams: tuple[str, ...] = ()
    """The streams that have a line whose rest comes behind the block."""


class OpenLines(NamedTuple):
    """How a runtime's lines are told apart."""

    piece: Callable[[bytes], Piece | None]
    """Takes a line, without its newline and CR, apart; None if it is not a runtime's."""
    may_go_on: Callable[[bytes], bool]
    """Says False only of lines of which none has its rest in a later one."""
    wrap: Rewrap
    """Gives a line that was taken apart with another text."""

    def apart(self, text: bytes) -> Sequence[tuple[bytes, Piece]]:
        """Give the lines of a record, bare, each with what was taken out of it; nothing if one is not a runtime's."""
        lines = [line.removesuffix(b"\r") for line in text.split(b"\n")]
        found = [(line, piece) for line in lines if (piece := self.piece(line))]
        return found if len(found) == len(lines) else ()

    def look(self, block: Block, streams: tuple[str, ...]) -> Looked:
        """Look at a block before which these streams had such a line."""
        if not (block.data and (streams or self.may_go_on(block.data))):
            return Looked(streams=streams)
        begin, end, opened = [], [], dict.fromkeys(streams)
        for place, lines in _records(block):
            first = self.piece(lines[0])
            last = self.piece(lines[-1]) if len(lines) > 1 else first
            if first and _name(first) in opened:
                begin.append(place)
            for piece in (first, last):
                if piece:
                    opened.pop(_name(piece), None)
            if last and last.goes_on:
                end.append(place)
                opened[_name(last)] = None
        return Looked(begin, end, (*opened,))


def _records(block: Block) -> Iterator[tuple[tuple[int, int], Sequence[bytes]]]:
    """Give the lines of each record, bare, and where they are."""
    ends, at, within = dict(block.joins), block.start, list[bytes]()
    start = until = at
    for line in block.data.removesuffix(b"\n").split(b"\n"):
        if at >= until:
            start, until, within = at, ends.get(at, at), []
        within.append(line.removesuffix(b"\r"))
        at += len(line) + 1
        if at >= until:
            yield (start, at), within


def _name(piece: Piece) -> str:
    return piece.stream if piece.stream in _STREAMS else _OTHER


def which(records: Sequence[tuple[int, int]], offsets: Sequence[int]) -> Iterator[int]:
    """Give which of the records that begin at some offsets, in order, are those."""
    for start, end in records:
        at = bisect_left(offsets, start)
        if at < len(offsets) and offsets[at] < end:
            yield at
