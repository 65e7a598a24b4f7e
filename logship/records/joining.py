"""Frames of whole lines into frames of whole records: which of their lines are one, and what may yet go on.

Pure. A record that may go on is held back, which costs nothing: it stays in the file. What cuts it all the same, the
clock or a limit, is in the frame that ends there: whoever reads the same bytes again has to cut there again.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from itertools import accumulate
from operator import or_
from typing import NamedTuple

import msgspec

from logship.model import Block, LineState
from logship.records.framing import CONTINUATION, PARTIAL, Frame
from logship.records.line_starts import DIGITS
from logship.records.multiline import END, RECORD, Multiline

_TEXT = re.compile(rb'\n(?!\{"|\Z)')
"""A line that is no JSON record by its looks."""
_ALONE = {"p", "pe", "pb", "h", "w", "wp", "n", "na", "sn", "sm", END}
"""States of records of one line, so far: what comes after they were cut is judged as if nothing had been before."""


class More(Enum):
    """What follows the last line."""

    MAYBE = "maybe"
    """Something may: a record that would go on is held back."""
    NEVER = "never"
    """Nothing that could go on with it: a gap, an odd line, what is known to begin a record."""
    NOTED = "noted"
    """What the last record was cut from, and that is noted: it ends here, whatever it looks like."""
    LATE = "late"
    """Something may, but it is not waited for: where the record is cut is noted."""


class Joined(NamedTuple):
    """What lines come to."""

    frames: list[Frame]
    held: int
    """The offset of the record that is held back; where the data ends if none is."""


def is_plain(data: bytes) -> bool:
    """Whether every line is a JSON record by its looks: in such data there is nothing to join."""
    return data.startswith(RECORD) and not _TEXT.search(data)


def join_lines(multiline: Multiline, data: bytes, start: int, more: More, *, form: str = "", state: str = "") -> Joined:
    """Join the lines of ``data``, which begins at offset ``start`` with a record, or with the rest of one in ``state``.

    ``form`` is what its generation has learned. A last line without newline, passed only where it is to leave, is taken
    where it goes on with a record, whose frame is partial then; else it is left, as if held back.
    """
    whole = data.endswith(b"\n")
    if whole and is_plain(data):
        return Joined([Frame(start, start + len(data), data)], start + len(data))
    lines = data.removesuffix(b"\n").split(b"\n")
    ends = [*accumulate((len(line) + 1 for line in lines), initial=start)]
    ends[-1] = start + len(data)
    walk = _Walk(data, start, ends)
    bare = [line.removesuffix(b"\r") for line in lines] if b"\r" in data else lines
    alone = _alone(multiline, data, bare, form)
    at = 0
    while at < len(bare) and (whole or state or at < len(bare) - 1):
        if not state and alone[at]:
            at += 1
            continue
        extent = multiline.extent(bare, at, form, state)
        if not extent.certain and more is More.MAYBE:
            break
        if not extent.certain and more is More.NOTED:
            count = len(bare) - at
        else:
            count = extent.lines + (extent.empty if more is More.LATE else 0)
        if not count:
            state = ""
            continue
        cut = extent.state != END and (extent.certain or more is More.LATE)
        follows = "" if extent.state in _ALONE else extent.state
        walk.record(at, at + count, (follows,) if cut else (), goes_on=bool(state))
        state = follows if cut else ""
        at += count
    walk.plain(at)
    return Joined(walk.frames, ends[at])


def _alone(multiline: Multiline, data: bytes, lines: Sequence[bytes], form: str) -> list[bool]:
    """Say which lines are records by themselves for sure, if they are no part of one before: most are.

    JSON records are; heads of the form that was learned are if another one or JSON follows; where none was learned,
    lines that nobody knows if such a line or JSON does.
    """
    skeleton = form.partition("|")[2].encode("latin-1")
    flat = data.translate(DIGITS).split(b"\n") if skeleton else lines
    heads = (skeleton, RECORD) if skeleton else (RECORD,)
    sure = [line.startswith(heads) for line in flat[: len(lines)]]
    calm = [not (skeleton or known) and multiline.is_calm(line) for known, line in zip(sure, lines, strict=True)]
    ends = [*map(or_, sure[1:], calm[1:]), False]
    follows = [*sure[1:], False]
    return [
        line.startswith(RECORD) or (known and head) or (quiet and end)
        for line, known, head, quiet, end in zip(lines, sure, follows, calm, ends, strict=True)
    ]


def joined_lines(block: Block) -> tuple[list[int], list[bytes]]:
    """Give the offsets and the bytes, newlines included, of a block's lines, those that are one record as one."""
    offsets: list[int] = []
    lines: list[bytes] = []
    at = block.start
    for start, end in (*block.joins, (block.end, block.end)):
        between = block.data[at - block.start : start - block.start].split(b"\n")[
            :-1
        ]  # before a record, lines are whole
        lines += [line + b"\n" for line in between]
        offsets += [*accumulate((len(line) + 1 for line in between), initial=at)][:-1]
        if start < end:
            offsets.append(start)
            lines.append(block.data[start - block.start : end - block.start])
            at = end
    return offsets, lines


def one_line(record: bytes) -> bytes:
    """Give a record without its last newline; a JSON object over several lines on one, others with their newlines."""
    if b"\n" not in record[:-1]:
        return record.removesuffix(b"\n")
    lines = [line.removesuffix(b"\r") for line in record.removesuffix(b"\n").split(b"\n")]
    if lines[0].startswith(b"{") and lines[-1].startswith(b"}"):
        flat = b" ".join(line.strip() for line in lines)
        with suppress(msgspec.DecodeError, RecursionError):
            msgspec.json.decode(flat, type=dict[str, msgspec.Raw])
            return flat
    return b"\n".join(lines).rstrip(b"\n")


class _Walk:
    """Makes frames of the records that were found, one after the other."""

    def __init__(self, data: bytes, start: int, ends: Sequence[int]) -> None:
        self.frames: list[Frame] = []
        self._data, self._start, self._ends = data, start, ends
        self._since = 0
        self._joins: list[tuple[int, int]] = []

    def record(self, at: int, end: int, cut: tuple[str, ...], *, goes_on: bool) -> None:
        """Add a record of the lines from ``at`` to ``end``; ``cut``: the state that it was cut in."""
        alone = goes_on or (end == len(self._ends) - 1 and not self._data.endswith(b"\n"))
        if alone:
            self.plain(at)
        if end - at > 1:
            self._joins.append((self._ends[at], self._ends[end]))
        if alone or cut:
            self._frame(end, (CONTINUATION,) if goes_on else (), cut)

    def plain(self, end: int) -> None:
        """Make a frame of all lines up to ``end`` that are in none."""
        if end > self._since:
            self._frame(end, (), ())

    def _frame(self, end: int, flags: tuple[str, ...], cut: tuple[str, ...]) -> None:
        first, last = self._ends[self._since], self._ends[end]
        data = self._data[first - self._start : last - self._start]
        cuts = tuple((last, state) for state in cut)
        after = LineState.WHOLE
        if not data.endswith(b"\n"):
            flags, after = (*flags, PARTIAL), LineState.PARTIAL
        self.frames.append(Frame(first, last, data, flags, after=after, joins=tuple(self._joins), cuts=cuts))
        self._since, self._joins = end, []
