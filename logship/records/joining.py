"""Frames of whole lines into frames of whole records: which of their lines are one, and what may yet go on.

Pure. A record that may go on is held back, which costs nothing: it stays in the file. What cuts it all the same, the
clock or a limit, is in the frame that ends there: whoever reads the same bytes again has to cut there again.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from io import BytesIO
from itertools import accumulate
from operator import and_, itemgetter, or_
from typing import NamedTuple

import msgspec

from logship.json_faults import UNREADABLE
from logship.model import Block, LineState
from logship.records.framing import BOM, CONTINUATION, PARTIAL, Frame
from logship.records.kept_lines import AllLines, all_lines
from logship.records.line_starts import DIGITS, END
from logship.records.looks import RECORD, are_records, past_bars
from logship.records.multiline import Extent, Multiline
from logship.records.multiline_rules import BRIEF
from logship.records.text_stretches import BETWEEN, EACH, stretches

_FEW_LINES = 16
"""In so many, between two JSON records, there is a stack trace, and little else."""
_TEXT = re.compile(b"\0")
_SELDOM = 8
"""One line of text in so many, and nearly all of a block is JSON."""
_ALONE = {*BRIEF, "pe", "le", "re", "pb", "pj", "h", "w", "we", "wp", "n", "na", "sn", "sm", "sd", END}
"""States of records of one line, so far: what comes after they were cut is judged as if nothing had been before."""


def _follows(state: str) -> str:
    """Give the state in which what follows a cut is judged."""
    return "" if state in _ALONE else state


class More(Enum):
    """What follows the last line."""

    MAYBE = "maybe"
    """Something may: a record that would go on is held back."""
    NEVER = "never"
    """Nothing that could go on with it: a gap, an odd line, what is known to begin a record."""
    NOTED = "noted"
    """What the last record was cut from, and that is noted: it ends here, whatever it looks like."""
    SOON = "soon"
    """Something may; a line that nobody knows, by itself, is not waited for any more, and where it ends is noted."""
    LATE = "late"
    """Something may, but it is not waited for: where the record is cut is noted."""


class Joined(NamedTuple):
    """What lines come to."""

    frames: list[Frame]
    held: int
    """The offset of the record that is held back; where the data ends if none is."""
    brief: bool = False
    """Whether that is a line that nobody knows, by itself: what would go on with it comes at once, or never."""


def join_lines(
    multiline: Multiline, data: bytes, start: int, more: More, *, form: str = "", state: str = "", noted: str = ""
) -> Joined:
    """Join the lines of ``data``, which begins at offset ``start`` with a record, or with the rest of one in ``state``.

    ``form`` is what its generation has learned, ``noted`` the state of what was cut where the data ends. A last line
    without newline, passed only where it is to leave, is taken where it goes on with a record, whose frame is partial
    then; else it is left, as if held back.
    """
    walk = _Walk(multiline, form, more, data, start, noted)
    lines = BytesIO(data).readlines()
    # A record that was cut may go on in any line; else JSON between two stretches ends what is before it.
    some = walk.whole and not state
    at = past = 0
    looks = BETWEEN if multiline.fits(2, len(data)) else EACH
    records = are_records(lines) if some else b""
    for first, end in stretches(lines, records, walk.skeleton, looks) if some else [(0, len(lines))]:
        size = sum(map(len, lines[first:end]))
        place = past + sum(map(len, lines[at:first])) if end < len(lines) else len(data) - size
        at, past = end, place + size
        held = walk.stretch(
            _Lines.of(lines, first, end, BOM if start == first == 0 else b""), place, state, of_text=some
        )
        if held < past:
            break
    else:
        held = len(data)
    walk.plain(held)
    if len(walk.frames) == 1 and walk.frames[0].data is data and not walk.frames[0].joins:
        _keep(data, lines, records)
    return Joined(walk.frames, start + held, walk.brief)


def _keep(data: bytes, lines: list[bytes], records: bytes) -> None:
    """Keep the lines for who encodes them, who asks where nearly all are JSON; ``records`` has 1 for each that is."""
    if records.count(0) * _SELDOM < len(records) and all_lines.is_free():
        all_lines.keep(data, AllLines(lines, [found.start() for found in _TEXT.finditer(records)]))


class _Lines(NamedTuple):
    """The lines of a stretch, and the JSON record behind it, if one is there."""

    raw: list[bytes]
    bare: list[bytes]
    """Without newlines and CRs."""
    own: int
    """How many are the stretch's."""

    @classmethod
    def of(cls, lines: Sequence[bytes], first: int, end: int, before: bytes) -> "_Lines":
        """Take the lines of a stretch; ``before``: what may stand before the first one, and is none of it."""
        raw = [*lines[first : end + 1]]
        bare = [line.removesuffix(b"\n").removesuffix(b"\r") for line in raw]
        bare[:1] = [line.removeprefix(before) for line in bare[:1]]
        return cls(raw, [*past_bars(bare)], end - first)

    def size(self, first: int, end: int) -> int:
        """Give the bytes of some, with their newlines."""
        return sum(map(len, self.raw[first:end]))


def _alone(multiline: Multiline, stretch: _Lines, skeleton: bytes, *, of_text: bool) -> list[bool]:
    """Say which lines are records by themselves for sure, if they are no part of one before: most are.

    As in :func:`stretches`; and where no form was learned, lines that nobody knows if such a line or JSON follows.
    ``of_text``: none of the stretch is JSON.
    """
    lines = stretch.bare
    if skeleton:
        heads = b"\n".join(map(itemgetter(slice(len(skeleton))), lines)).translate(DIGITS).split(b"\n")
    if of_text:
        records = [False] * stretch.own + [True] * (len(lines) - stretch.own)
    else:
        records = [line.startswith(RECORD) for line in lines]
    if skeleton:
        sure = [*map(or_, records, map(skeleton.__eq__, heads))]
        return [*map(or_, records, map(and_, sure, [*sure[1:], False]))]
    if len(lines) <= _FEW_LINES:
        return _few_alone(multiline, lines, records)
    fits = multiline.fits(2, stretch.size(0, len(lines)))
    sure = [*map(or_, records, multiline.alone(lines, prefixed=fits))]
    return [*map(or_, records, map(and_, sure, [*sure[1:], False]))]


def _few_alone(multiline: Multiline, lines: Sequence[bytes], records: Sequence[bool]) -> list[bool]:
    """Do so up to the first line that is not; nothing is said of those behind it: mostly they are the same record's."""
    alone = [False] * len(lines)
    is_calm = False
    for at, (is_record, line) in enumerate(zip(records, lines, strict=True)):
        before, is_calm = is_calm, not is_record and multiline.is_calm(line)
        if at and before and (is_record or is_calm):
            alone[at - 1] = True
        alone[at] = is_record
        if not (is_record or is_calm):
            break
    return alone


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
    if record.startswith(BOM + b"{"):
        return BOM + one_line(record.removeprefix(BOM))
    lines = [line.removesuffix(b"\r") for line in record.removesuffix(b"\n").split(b"\n")]
    if lines[0].startswith(b"{") and lines[-1].startswith(b"}"):
        flat = b" ".join(line.strip() for line in lines)
        with suppress(*UNREADABLE):
            msgspec.json.decode(flat.decode(errors="replace"), type=dict[str, msgspec.Raw])
            return flat
    return b"\n".join(lines).rstrip(b"\n")


class _Walk:
    """Makes frames of the records that were found, one after the other; all places are in the data."""

    def __init__(self, multiline: Multiline, form: str, more: More, data: bytes, start: int, noted: str) -> None:
        self.frames: list[Frame] = []
        self.whole = data.endswith(b"\n")
        self.brief = False
        """Whether what is held back is a line that nobody knows, by itself."""
        self._multiline, self._form, self._more, self._noted = multiline, form, more, noted
        self.skeleton = form.partition("|")[2].encode("latin-1")
        self._data, self._start = data, start
        self._since = 0
        self._joins: list[tuple[int, int]] = []

    def stretch(self, lines: _Lines, place: int, state: str, *, of_text: bool) -> int:
        """Join the lines of a stretch that begins there; give the place of the record held back, or else its end."""
        count = lines.own
        end = count if self.whole else count - 1
        alone = _alone(self._multiline, lines, self.skeleton, of_text=of_text)
        alone[end:] = [False]
        at, given_up = 0, False
        while at < end or (state and at < count):
            if not (state or given_up) and alone[at]:
                following = alone.index(False, at)
                place += lines.size(at, following)
                at = following
                continue
            extent = self._multiline.extent(lines.bare, at, self._form, state)
            if not extent.certain and self._is_held(extent, count - at):
                break
            taken = self._taken(extent, count - at)
            if not taken:
                # With more lines it may have gone on: that it did not is known by a cut behind the next record.
                state, given_up = "", not extent.certain
                continue
            cut = given_up or (extent.state != END and (extent.certain or self._more in (More.LATE, More.SOON)))
            given_up = False
            follows = _follows(extent.state)
            past = place + lines.size(at, at + taken)
            self._record(place, past, taken, (follows,) if cut else (), goes_on=bool(state))
            state = follows if cut else ""
            at, place = at + taken, past
        return place

    def _is_held(self, extent: Extent, left: int) -> bool:
        """Say whether a record that may go on, with so many lines left, is waited for."""
        if self._more not in (More.MAYBE, More.SOON):
            return False
        self.brief = self.whole and extent.state in BRIEF and extent.lines == left == 1
        return not (self.brief and self._more is More.SOON)

    def _taken(self, extent: Extent, left: int) -> int:
        """Say how many lines a record has, of those that are left."""
        if not extent.certain and self._more is More.NOTED:
            # Where the clock cut, lines that only might have gone on with a record were left out: then another one was
            # cut here. A limit cuts among such lines, too; and empty ones the clock leaves to the record as it was.
            states = {extent.guess, extent.state} if extent.empty else {extent.guess}
            is_other = extent.lines == 0 and self._noted not in map(_follows, states)
            return 0 if is_other else left
        return extent.lines + (extent.empty if self._more is More.LATE else 0)

    def _record(self, at: int, end: int, lines: int, cut: tuple[str, ...], *, goes_on: bool) -> None:
        """Add a record of so many lines from ``at`` to ``end``; ``cut``: the state that it was cut in."""
        alone = goes_on or (end == len(self._data) and not self.whole)
        if alone:
            self.plain(at)
        if lines > 1:
            self._joins.append((self._start + at, self._start + end))
        if alone or cut:
            self._frame(end, (CONTINUATION,) if goes_on else (), cut)

    def plain(self, end: int) -> None:
        """Make a frame of all lines up to ``end`` that are in none."""
        if end > self._since:
            self._frame(end, (), ())

    def _frame(self, end: int, flags: tuple[str, ...], cut: tuple[str, ...]) -> None:
        data = self._data[self._since : end]
        first, last = self._start + self._since, self._start + end
        cuts = tuple((last, state) for state in cut)
        after = LineState.WHOLE
        if not data.endswith(b"\n"):
            flags, after = (*flags, PARTIAL), LineState.PARTIAL
        self.frames.append(Frame(first, last, data, flags, after=after, joins=tuple(self._joins), cuts=cuts))
        self._since, self._joins = end, []
