"""Finds the few odd lines of a block, so that all others stay on the path of whole blocks; pure.

The decoder itself says where it stopped: the lines before that one are decoded again, without it. They are read in
groups, so that this costs little; what it says is a hint alone, and never believed without that second reading.
"""

import re
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate, compress, pairwise, repeat
from operator import contains
from typing import Any, Final, NamedTuple

import msgspec

from logship.records.line_parser import MAX_DEPTH
from logship.records.places import put

_GROUP: Final = 32
"""Lines that are decoded at once."""
LONG: Final = 2 * MAX_DEPTH - 4
"""Bytes; a shorter line can't nest too deep."""
_FEW: Final = 8
"""Of so many lines one may be odd."""
_PAUSE: Final = 16
_LARGE: Final = 64 << 10
"""Bytes."""
_NEWLINE: Final = ord("\n")
_BYTE: Final = re.compile(r"\(byte (\d+)\)$")
_PLACE: Final = re.compile(r" - at `\$\[(\d+)\]")


class Parted(NamedTuple):
    """The lines of a block, told apart."""

    data: bytes
    """All of them."""
    pieces: list[bytes]
    """Each without the ``{"`` that it starts with, the brace that it ends with and the newline; in the place of an odd
    one any other: what is done to all alike takes no notice of it, and its own comes there in the end."""
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
        return len(self.pieces) - len(self.odd)

    def joins(self) -> tuple[tuple[int, int], ...]:
        """Give where in all odd bytes those begin and end that have several lines."""
        ends = [*accumulate(map(len, self.odd), initial=0)]
        return tuple(span for line, span in zip(self.odd, pairwise(ends), strict=True) if b"\n" in line[:-1])

    def kept(self, starts: Sequence[int]) -> tuple[list[int], list[int]]:
        """Give the places of the odd lines that start there in all odd bytes, once the others are dropped; and which.

        Those are places among all lines.
        """
        if len(starts) == len(self.odd):
            return self.places, []
        places = dict(zip(accumulate(map(len, self.odd), initial=0), self.places, strict=False))
        found = [places[start] for start in starts]
        dropped = sorted({*self.places}.difference(found))
        return [at - bisect(dropped, at) for at in found], dropped

    def count(self, text: bytes) -> int:
        """Say how often a text without a newline is in the plain lines: all together, without putting them together."""
        return self.data.count(text) - sum(line.count(text) for line in self.odd)

    def sizes(self) -> list[int]:
        """Give the bytes of each line, with its newline."""
        around = len(self.end) + 2
        sizes = [len(piece) + around for piece in self.pieces]
        return put(sizes, self.places, [*map(len, self.odd)])

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


def by_looks(data: bytes, joins: Sequence[tuple[int, int]] = ()) -> Parted | None:
    """Take a block apart; None if not nearly all lines look plain. There are no records yet.

    ``joins``: where lines that are one record begin and end in it, ascending; such are one odd line.
    """
    end = b"}\r\n" if data.endswith(b"\r\n") else b"}\n"
    parted = Parted(data, [], [], end, [], [], b"\\" in data)
    at = 0
    for start, stop in (*joins, (len(data), len(data))):
        if start < at or (start > at and not (data[start - 1 : start] == b"\n" and _take(parted, data[at:start]))):
            return None
        if start < stop:
            _put_aside(parted, data[start:stop])
        at = stop
    few = len(parted.pieces) >= _FEW and len(parted.odd) * _FEW <= len(parted.pieces)
    return without_odd(parted, ()) if few and data.endswith(b"\n") else None


def _take(parted: Parted, data: bytes) -> bool:
    """Take whole lines apart, and add them; say whether few of them are odd."""
    pieces, end, before = parted.pieces, parted.end, len(parted.odd)
    parts = data.split(end + b'{"')
    done, last = 0, len(parts) - 1
    for at in sorted({0, last, *_with_newline(parts)}):
        pieces += parts[done:at]
        done = at + 1
        text = (b'{"' if at else b"") + parts[at] + (end if at < last else b"")
        for line in [line + b"\n" for line in text.split(b"\n")[:-1]]:
            if line.startswith(b'{"') and line.endswith(end):
                pieces.append(line[2 : -len(end)])
            else:
                _put_aside(parted, line)
        if (len(parted.odd) - before) * _FEW > max(len(parts), _GROUP):
            return False
    return True


def _put_aside(parted: Parted, line: bytes) -> None:
    parted.places.append(len(parted.pieces))
    parted.odd.append(line)
    parted.pieces.append(b"")


def _with_newline(pieces: Sequence[bytes]) -> list[int]:
    """Give the pieces with a newline in them."""
    return [*compress(range(len(pieces)), map(contains, pieces, repeat(_NEWLINE)))]


def those(pieces: Sequence[bytes], test: Callable[[bytes], object]) -> list[int]:
    """Give the pieces, few of many, for which the test holds; it also holds for any that are joined with such a one.

    To join some and look once is much faster than to look at each.
    """
    found: list[int] = []
    for start in range(0, len(pieces), _GROUP):
        group = pieces[start : start + _GROUP]
        if test(b"".join(group)):
            found += compress(range(start, start + _GROUP), map(test, group))
    return found


def without_odd(parted: Parted, gone: Sequence[int]) -> Parted:
    """Take some plain lines, in order, for odd ones."""
    data, pieces, records, end, odd, places, has_escapes = parted
    if gone:
        more = [(at, b'{"' + pieces[at] + end) for at in gone]
        both = sorted([*zip(places, odd, strict=True), *more])
        places, odd = [at for at, _ in both], [line for _, line in both]
    plain = next((at for at, place in enumerate((*places, -1)) if at != place), 0)
    if places and plain < len(pieces):
        pieces = put(pieces, places, [pieces[plain]] * len(places))
        records = put(records, places, [records[plain]] * len(places)) if records else records
    return Parted(data, pieces, records, end, odd, places, has_escapes)


def decoded(parted: Parted, decoder: msgspec.json.Decoder[msgspec.Struct], *, at_once: bool = True) -> Parted | None:
    """Decode the plain lines, of which few may turn out to be odd; None if more do. ``at_once``: hope that none is."""
    pieces, around = parted.pieces, len(parted.end) + 2
    ends = [*accumulate(map(len, pieces), initial=0)]
    records, gone = list[Any](), list[int]()
    data, group = memoryview(parted.data), len(pieces) if at_once else _GROUP
    # ``start`` is where the line at ``at`` begins, less what the pieces before it come to.
    at = start = 0

    def lines(first: int, last: int) -> memoryview:
        return data[start + ends[first] + around * first : start + ends[last] + around * last]

    for place, odd in zip((*parted.places, len(pieces)), (*parted.odd, b""), strict=True):
        while at < place:
            last = min(at + group, place)
            found = _attempt(decoder, lines(at, last), last - at)
            if isinstance(found, list):
                at = last
            elif last - at > _GROUP:
                group, found = _GROUP, []
            else:
                found = [*_before_odd(decoder, lines, at, last, found), None]
                at += len(found)
                gone.append(at - 1)
            records += found
        if odd:
            records.append(None)
            start += len(odd) - around - len(pieces[at])
            at += 1
        if len(gone) * _FEW > parted.plain:
            return None
    return without_odd(parted._replace(records=records), gone)


def _attempt(decoder: msgspec.json.Decoder[msgspec.Struct], lines: memoryview, count: int) -> list[Any] | int:
    """Give a record for each of so many lines, if all are plain; else which one seems not to be, or -1."""
    try:
        records = decoder.decode_lines(lines)
    except msgspec.DecodeError as why:
        words = str(why)
        if byte := _BYTE.search(words):
            return bytes(lines[: int(byte[1])]).count(b"\n")
        place = _PLACE.search(words)
        return int(place[1]) if place else -1
    except RecursionError:
        return -1
    return records if len(records) == count else -1


def _before_odd(
    decoder: msgspec.json.Decoder[msgspec.Struct],
    lines: Callable[[int, int], memoryview],
    first: int,
    last: int,
    hint: int,
) -> list[Any]:
    """Give the records of the lines, from the first on, before the one that is not plain."""
    if 0 <= hint < last - first:
        head = _attempt(decoder, lines(first, first + hint), hint) if hint else []
        if isinstance(head, list):
            return head
    found: list[Any] = []
    for at in range(first, last - 1):
        record = _attempt(decoder, lines(at, at + 1), 1)
        if not isinstance(record, list):
            break
        found += record
    return found


def unreadable(parted: Parted) -> list[int]:
    """Give the places of plain lines that are no UTF-8, or may nest too deep."""
    pieces, odd = parted.pieces, list[int]()
    if not is_text(parted.data):
        odd += [at for at, is_ascii in enumerate(map(bytes.isascii, pieces)) if not (is_ascii or is_text(pieces[at]))]
    if max(map(len, pieces), default=0) >= LONG - 4:
        odd += [at for at, piece in enumerate(pieces) if may_be_deep(piece)]
    return sorted({*odd}.difference(parted.places)) if odd else odd


def is_text(data: bytes) -> bool:
    """Say whether the bytes are UTF-8."""
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def may_be_deep(line: bytes) -> bool:
    """Say whether a line, or a piece of one, may nest deeper than a record may."""
    # The first brace may have been cut off.
    return len(line) > LONG and line.count(b"{") + line.count(b"[") >= MAX_DEPTH
