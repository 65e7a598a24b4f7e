"""Finds the few odd lines of a block, so that all others stay on the path of whole blocks; pure.

The decoder itself says where it stopped: the lines before that one are decoded again, without it. They are read in
groups, so that this costs little; what it says is a hint alone, and never believed without that second reading.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, compress, pairwise
from typing import Final, NamedTuple

import msgspec

from logship.records.line_parser import MAX_DEPTH
from logship.records.places import among, without

_GROUP: Final = 32
"""Lines that are decoded at once."""
LONG: Final = 2 * MAX_DEPTH - 4
"""Bytes; a shorter line can't nest too deep."""
_FEW: Final = 8
"""Of so many lines one may be odd."""
_PAUSE: Final = 16
_LARGE: Final = 64 << 10
"""Bytes."""
_BYTE: Final = re.compile(r"\(byte (\d+)\)$")
_PLACE: Final = re.compile(r" - at `\$\[(\d+)\]")


class Parted(NamedTuple):
    """The lines of a block, told apart."""

    pieces: list[bytes]
    """The plain ones, without the ``{"`` that they start with, the brace that they end with and the newline."""
    records: list[msgspec.Struct]
    """One for each of those."""
    end: bytes
    """The brace and the newline of each of them."""
    odd: list[bytes]
    """All others, with their newlines."""
    places: list[int]
    """Which lines of the block those are, in order."""
    has_escapes: bool
    """Whether there is a backslash in the block."""

    def joins(self) -> tuple[tuple[int, int], ...]:
        """Give where in all odd bytes those begin and end that have several lines."""
        ends = [*accumulate(map(len, self.odd), initial=0)]
        return tuple(span for line, span in zip(self.odd, pairwise(ends), strict=True) if b"\n" in line[:-1])

    def kept(self, starts: Sequence[int]) -> tuple[list[int], list[int]]:
        """Give the odd lines that start there in all odd bytes; and their places once the others are dropped."""
        if len(starts) == len(self.odd):
            return [*range(len(starts))], self.places
        numbers = {start: at for at, start in enumerate(accumulate(map(len, self.odd), initial=0))}
        which = [numbers[start] for start in starts]
        return which, [self.places[at] - (at - before) for before, at in enumerate(which)]

    def sizes(self) -> list[int]:
        """Give the bytes of each plain line, with its newline."""
        around = len(self.end) + 2
        return [len(piece) + around for piece in self.pieces]

    def offsets(self, start: int) -> tuple[list[int], list[int]]:
        """Give where plain and odd lines begin, if the block begins at ``start``."""
        sizes = among(self.sizes(), self.places, [*map(len, self.odd)])
        offsets = [*accumulate(sizes, initial=start)][:-1]
        return without(offsets, self.places), [offsets[at] for at in self.places]


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
    parted = Parted([], [], end, [], [], b"\\" in data)
    at = 0
    for start, stop in (*joins, (len(data), len(data))):
        if start < at or (start > at and not (data[start - 1 : start] == b"\n" and _take(parted, data[at:start]))):
            return None
        if start < stop:
            parted.places.append(len(parted.pieces) + len(parted.odd))
            parted.odd.append(data[start:stop])
        at = stop
    lines = len(parted.pieces) + len(parted.odd)
    few = lines >= _FEW and len(parted.odd) * _FEW <= lines
    return parted if few and data.endswith(b"\n") else None


def _take(parted: Parted, data: bytes) -> bool:
    """Take whole lines apart, and add them; say whether few of them are odd."""
    pieces, _, end, odd, places, _ = parted
    before = len(odd)
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
                places.append(len(pieces) + len(odd))
                odd.append(line)
        if (len(odd) - before) * _FEW > max(len(parts), _GROUP):
            return False
    return True


def _with_newline(pieces: Sequence[bytes]) -> list[int]:
    """Give the pieces with a newline in them."""
    text = b"".join(pieces)
    newline = text.find(b"\n")
    if newline < 0:
        return []
    found: list[int] = []
    ends = [*accumulate(map(len, pieces))]
    while newline >= 0:
        found.append(bisect_right(ends, newline))
        newline = text.find(b"\n", ends[found[-1]])
    return found


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


def without_odd(parted: Parted, gone: Sequence[int], *, decoded: bool = False) -> Parted:
    """Take pieces, in order, for odd ones; ``decoded``: they have no records already."""
    if not gone:
        return parted
    pieces, records, end, odd, places, _ = parted
    more = ((row, b'{"' + pieces[at] + end) for at, row in zip(gone, _lines_of(gone, places), strict=True))
    found = sorted([*zip(places, odd, strict=True), *more])
    left = without(records, gone) if records and not decoded else records
    return parted._replace(
        pieces=without(pieces, gone),
        records=left,
        odd=[line for _, line in found],
        places=[at for at, _ in found],
    )


def _lines_of(pieces: Sequence[int], odd: Sequence[int]) -> list[int]:
    """Give which lines of the block some pieces are, given which lines are odd; all in order."""
    lines, before = [], 0
    for at in pieces:
        while before < len(odd) and odd[before] <= at + before:
            before += 1
        lines.append(at + before)
    return lines


def decoded(parted: Parted, decoder: msgspec.json.Decoder[msgspec.Struct], *, at_once: bool = True) -> Parted | None:
    """Decode the pieces, of which few may turn out to be odd; None if more do. ``at_once``: hope that none does."""
    pieces, most = parted.pieces, len(parted.pieces) // _FEW
    if not pieces:
        return None
    if at_once and isinstance(whole := _attempt(decoder, pieces), list):
        return parted._replace(records=whole)
    records: list[msgspec.Struct] = []
    gone: list[int] = []
    at = 0
    while at < len(pieces):
        group = pieces[at : at + _GROUP]
        found = _attempt(decoder, group)
        if not isinstance(found, list):
            found = _before_odd(decoder, group, found)
            gone.append(at + len(found))
            at += 1
        if len(gone) > most:
            return None
        records += found
        at += len(found)
    return without_odd(parted._replace(records=records), gone, decoded=True)


def _attempt(decoder: msgspec.json.Decoder[msgspec.Struct], pieces: Sequence[bytes]) -> list[msgspec.Struct] | int:
    """Give a record for each piece, if all are plain; else which one seems not to be, or -1."""
    data = text_of(pieces)
    try:
        records = decoder.decode_lines(data)
    except msgspec.DecodeError as why:
        words = str(why)
        if byte := _BYTE.search(words):
            return data.count(b"\n", 0, int(byte[1]))
        place = _PLACE.search(words)
        return int(place[1]) if place else -1
    except RecursionError:
        return -1
    return records if len(records) == len(pieces) else -1


def text_of(pieces: Sequence[bytes]) -> bytes:
    """Put pieces together to lines of JSON."""
    # A large one is copied faster than it is formatted.
    return b'{"' + b'}\n{"'.join(pieces) + b"}"


def _before_odd(
    decoder: msgspec.json.Decoder[msgspec.Struct], pieces: Sequence[bytes], hint: int
) -> list[msgspec.Struct]:
    """Give the records of the pieces before the first one that is not plain."""
    if hint >= 0:
        head = _attempt(decoder, pieces[:hint]) if hint else []
        if isinstance(head, list) and hint < len(pieces):
            return head
    found: list[msgspec.Struct] = []
    for piece in pieces[:-1]:
        record = _attempt(decoder, [piece])
        if not isinstance(record, list):
            break
        found += record
    return found


def unreadable(pieces: Sequence[bytes], *, known_text: bool) -> list[int]:
    """Give the places of pieces that are no UTF-8, or may nest too deep."""
    odd = set() if known_text else {*_no_text(pieces)}
    if max(map(len, pieces), default=0) >= LONG - 4:
        odd |= {at for at, piece in enumerate(pieces) if may_be_deep(piece)}
    return sorted(odd)


def _no_text(pieces: Sequence[bytes]) -> list[int]:
    """Give the pieces, none with a newline, that are no UTF-8; most are."""
    data = memoryview(b"\n".join(pieces))
    ends: list[int] = []
    found: list[int] = []
    while len(found) * _FEW <= len(pieces):
        start = ends[found[-1]] if found else 0
        try:
            str(data[start:], "utf-8")
        except UnicodeDecodeError as why:
            ends = ends or [*accumulate(len(piece) + 1 for piece in pieces)]
            found.append(bisect_right(ends, start + why.start))
        else:
            return found
    return [at for at, piece in enumerate(pieces) if not is_text(piece)]


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
