"""Finds the few odd lines of a block, so that all others stay on the path of whole blocks; pure.

Each line is decoded by itself, all by one call: that costs a tenth more than to decode them together, and where it
fails it goes on with the next line.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from logship.json_faults import UNREADABLE
from logship.records.kept_lines import all_lines
from logship.records.line_parser import MAX_DEPTH
from logship.records.looks import all_records, those
from logship.records.places import put
from logship.records.plain_lines import end_of

LONG: Final = 2 * MAX_DEPTH - 4
"""Bytes; a shorter line can't nest too deep."""
_FEW: Final = 8
"""Of so many lines one may be odd."""
_FIRST: Final = 64
"""Lines whose looks say whether few are odd: to be told so by decoding them costs far more."""
_PAUSE: Final = 16
_LARGE: Final = 64 << 10
"""Bytes."""


class Parted(NamedTuple):
    """The lines of a block, told apart."""

    data: bytes
    """All of them."""
    lines: list[bytes]
    """With their newlines; in the place of an odd one a plain one: what is done to all alike takes no notice of it, and
    its own comes there in the end. Each ends with a brace, once they are decoded."""
    records: list[Any]
    """One for each of those."""
    end: bytes
    """The brace and the newline of each plain line."""
    odd: list[bytes]
    """The odd lines, with their newlines."""
    places: list[int]
    """Which lines of the block those are, in order."""
    has_escapes: bool
    """Whether there is a backslash in the block."""

    @property
    def plain(self) -> int:
        """How many lines are plain."""
        return len(self.lines) - len(self.odd)

    def joins(self) -> tuple[tuple[int, int], ...]:
        """Give where in all odd bytes those begin and end that have several lines."""
        ends = [*accumulate(map(len, self.odd), initial=0)]
        return tuple(span for line, span in zip(self.odd, pairwise(ends), strict=True) if b"\n" in line[:-1])

    def kept(self, starts: Sequence[int]) -> tuple[list[int], list[int]]:
        """Give the places of the odd lines that start there in all odd bytes, once the others are dropped; and which.

        Those are places among all lines.
        """
        places = dict(zip(accumulate(map(len, self.odd), initial=0), self.places, strict=False))
        found = [places[start] for start in starts]
        dropped = sorted({*self.places}.difference(found))
        return [at - bisect(dropped, at) for at in found], dropped

    def count(self, text: bytes) -> int:
        """Say how often a text without a newline is in the plain lines: all together, without putting them together."""
        return self.data.count(text) - sum(line.count(text) for line in self.odd)

    def pieces(self) -> list[bytes]:
        """Give each line without the ``{"`` that it starts with, the brace that it ends with and the newline."""
        return [*map(itemgetter(slice(2, -len(self.end))), self.lines)]

    def sizes(self) -> list[int]:
        """Give the bytes of each line, with its newline."""
        return put([*map(len, self.lines)], self.places, [*map(len, self.odd)])

    def offsets(self, start: int) -> list[int]:
        """Give where each line begins, if the block begins at ``start``."""
        return [*accumulate(self.sizes(), initial=start)][:-1]


class Habit:
    """What the last blocks were like: how the next is looked at first."""

    def __init__(self) -> None:
        self.odd = False
        """The last one had odd lines among plain ones: seldom does such a block come alone."""
        self._pause = 0

    def few(self) -> bool:
        """Say whether the next block is worth taking apart; after a large one that was not, several are not."""
        self._pause -= self._pause > 0
        return not self._pause

    def note(self, parted: Parted | None, nbytes: int) -> None:
        """Note what a block came to, of so many bytes; None if it was not taken apart, or in vain."""
        self.odd = bool(parted and parted.odd)
        if not (parted or self._pause) and nbytes >= _LARGE:
            self._pause = _PAUSE


def parted(data: bytes, joins: Sequence[tuple[int, int]] = ()) -> Parted | None:
    """Take a block apart into lines, of which few may be odd; None if more are. There are no records yet.

    ``joins``: where lines that are one record begin and end in it, ascending; such are one odd line.
    """
    odd, places, texts = list[bytes](), list[int](), list[int]()
    if joins:
        lines, at = list[bytes](), 0
        for start, stop in joins:
            if start < at or (start > at and data[start - 1 : start] != b"\n"):
                return None
            lines.extend(BytesIO(data[at:start]))
            places.append(len(lines))
            odd.append(data[start:stop])
            lines.append(b"")
            at = stop
        lines.extend(BytesIO(data[at:]))
    else:
        lines, texts = all_lines.take(data)
    first = lines[:_FIRST]
    others = sum(not line.startswith(b'{"') for line in first)
    few = len(first) >= _FEW and others * _FEW <= len(first) and (len(odd) + len(texts)) * _FEW <= len(lines)
    if not (few and data.endswith(b"\n")):
        return None
    found = Parted(data, lines, [], end_of(data), odd, places, b"\\" in data)
    return without_odd(found, [*texts, *_unreadable(data, lines)])


def without_odd(parted: Parted, gone: Iterable[int]) -> Parted:
    """Take some lines for odd ones; those that are already have another line in their place, and stay what they are."""
    data, lines, records, end, odd, places, has_escapes = parted
    more = [(at, lines[at]) for at in {*gone}.difference(places)]
    if more:
        both = sorted([*zip(places, odd, strict=True), *more])
        places, odd = [at for at, _ in both], [line for _, line in both]
    elif not places or lines[places[0]]:  # there is another line in their place
        return parted
    plain = next((at for at, place in enumerate((*places, -1)) if at != place), 0)
    if plain < len(lines):
        lines = put(lines, places, [lines[plain]] * len(places))
        records = put(records, places, [records[plain]] * len(places)) if records else records
    return Parted(data, lines, records, end, odd, places, has_escapes)


def decoded(parted: Parted, decoder: msgspec.json.Decoder[msgspec.Struct]) -> Parted | None:
    """Decode the plain lines, of which few may turn out to be odd; None if more do.

    How they begin is left to look at.
    """
    records, gone, lines = list[Any](), list[int](), parted.lines
    found = map(decoder.decode, lines)
    while len(records) < len(lines):
        try:
            records += found
        except UNREADABLE:
            # What was decoded before that line is there already.
            gone.append(len(records))
            records.append(None)
            if len(gone) * _FEW > len(lines):
                return None
    some = without_odd(parted._replace(records=records), gone)
    return without_odd(some, _ending_otherwise(some.lines, some.end)) if some.plain else None


def _ending_otherwise(lines: Sequence[bytes], end: bytes) -> set[int]:
    """Give the lines, each of which is an object, that do not end as plain ones do."""
    ends = zip(range(-len(end), -1), end, strict=False)
    return {at for place, byte in ends for at in _others(bytes(map(itemgetter(place), lines)), byte)}


def beginning_otherwise(lines: Sequence[bytes]) -> Sequence[int]:
    """Give the lines, each of which is an object, that do not start with ``{"``."""
    if all_records(lines):
        return ()
    # An object starts with a brace, and has a quote behind it unless there is white space somewhere.
    return _others(bytes(map(itemgetter(1), lines)), ord('"'))


def _others(column: bytes, byte: int) -> list[int]:
    """Give the places of all bytes but those, where few are others."""
    if column.count(byte) == len(column):
        return []
    return [match.start() for match in re.finditer(b"[^%b]" % re.escape(bytes((byte,))), column)]


def _unreadable(data: bytes, lines: Sequence[bytes]) -> list[int]:
    """Give the places of lines that are no UTF-8, or may nest too deep."""
    if data.isascii():
        return [at for at, line in enumerate(lines) if may_be_deep(line)] if max(map(len, lines)) >= LONG else []
    simple = bytes([line.isascii() and len(line) < LONG for line in lines])
    if simple.count(1) * 2 > len(lines):
        return [at for at in _others(simple, 1) if not is_text(lines[at]) or may_be_deep(lines[at])]
    # Where most are not, to look at many at once is faster.
    return those(lines, _is_no_text) + [at for at, line in enumerate(lines) if may_be_deep(line)]


def is_text(data: bytes) -> bool:
    """Say whether the bytes are UTF-8."""
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _is_no_text(data: bytes) -> bool:
    return not is_text(data)


def may_be_deep(line: bytes) -> bool:
    """Say whether a line, or a piece of one, may nest deeper than a record may."""
    # The first brace may have been cut off.
    return len(line) > LONG and line.count(b"{") + line.count(b"[") >= MAX_DEPTH
