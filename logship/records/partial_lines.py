"""Lines that go on with the next one, as a container's runtime cuts them: put together to one record; pure.

A line says itself whether the next one goes on with it. One that does is held back until that is there, as a record of
several lines is by :mod:`logship.records.joining`. Where it is not waited for any more is noted, and what comes later
is a record of its own.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from msgspec.structs import replace

from logship.model import Block
from logship.records.content import Content
from logship.records.framing import Frame
from logship.records.joining import Joined, More

RUNTIMES: Final = ("cri", "docker")
"""Values of ``PARSE`` by which there are such lines."""
Continues = Callable[[bytes], bool]
"""Tells of a line, without its newline and CR, whether the next one goes on with it."""


class PartialLines(NamedTuple):
    """How such lines are put together before a block is made of them."""

    continues: Continues
    max_lines: int
    """Lines of one record; what is beyond is a record of its own."""
    max_bytes: int

    def join(self, data: bytes, start: int, more: More) -> Joined:
        """Make frames of whole records of ``data``, which begins at offset ``start``, as ``join_lines`` does.

        A last line without newline is left.
        """
        lines = data.split(b"\n")[:-1]
        ends = [*accumulate((len(line) + 1 for line in lines), initial=start)]
        goes_on = [self.continues(line.removesuffix(b"\r")) for line in lines]
        frames: list[Frame] = []
        joins: list[tuple[int, int]] = []
        at = since = 0
        while at < len(lines):
            end = self._end(goes_on, ends, at)
            is_open = goes_on[end - 1] and end == len(lines)
            if is_open and more in (More.MAYBE, More.SOON):
                break
            joins += [(ends[at], ends[end])] if end - at > 1 else []
            at = end
            if goes_on[end - 1] and not (is_open and more in (More.NEVER, More.NOTED)):
                frames.append(_frame(data, start, ends[since], ends[at], joins, cut=True))
                since, joins = at, []
        if at > since:
            frames.append(_frame(data, start, ends[since], ends[at], joins))
        return Joined(frames, ends[at])

    def _end(self, goes_on: Sequence[bool], ends: Sequence[int], first: int) -> int:
        """Give the line behind a record."""
        end = first + 1
        most = min(first + self.max_lines, len(goes_on))
        while goes_on[end - 1] and end < most and ends[end + 1] - ends[first] <= self.max_bytes:
            end += 1
        return end


def _frame(
    data: bytes, start: int, first: int, last: int, joins: Sequence[tuple[int, int]], *, cut: bool = False
) -> Frame:
    cuts = ((last, ""),) if cut else ()
    return Frame(first, last, data[first - start : last - start], joins=(*joins,), cuts=cuts)


def joined(content: Content, continues: Continues | None) -> Content:
    """Put each line that goes on together with the one behind it, a newline between; the same if none does."""
    goes_on = [continues(_last(line)) for line in content.lines] if continues else []
    if True not in goes_on[:-1]:
        return content
    spans = [*_spans(goes_on)]
    before = [0, *accumulate(content.sizes)]
    places = [content.offsets[first] for first, _ in spans], [before[end] - before[first] for first, end in spans]
    return Content([b"\n".join(content.lines[first:end]) for first, end in spans], lambda: places, content.skipped)


def together(block: Block, lines: Sequence[Block], continues: Continues) -> list[Block]:
    """Do the same with blocks of a line each of one block; what was skipped between two such lines is within."""
    goes_on = [continues(_last(line.data.removesuffix(b"\n").removesuffix(b"\r"))) for line in lines]
    found = []
    for first, end in _spans(goes_on):
        start, stop = lines[first].start, lines[end - 1].end
        data = block.data[start - block.start : stop - block.start]
        found.append(replace(lines[first], end=stop, data=data) if end - first > 1 else lines[first])
    return found


def _last(record: bytes) -> bytes:
    """Give the last line of what is put together already."""
    return record.rpartition(b"\n")[2]


def _spans(goes_on: Sequence[bool]) -> list[tuple[int, int]]:
    """Give the first line of each record and the one behind its last."""
    ends = [at for at, more in enumerate(goes_on, 1) if not more or at == len(goes_on)]
    return [*zip([0, *ends], ends, strict=False)]
