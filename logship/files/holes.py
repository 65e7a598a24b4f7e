"""NULs in a file: what nobody has written yet, and what nobody will.

Preallocated and memory-mapped files end in NULs that their writer fills; network file systems show a hole where a block
has not arrived; a writer without ``O_APPEND`` leaves one from 0 up to where it was before a truncation.
"""

import errno
import os
from collections.abc import Callable

from logship.model import NO_LIMIT
from logship.state.identity import Print

HOLE_SECONDS = 3.0
"""NULs in front of other bytes are waited for so long: whoever writes out of order fills them."""
_PAGE_BYTES = 4096
_HOLE_BYTES = 64
_NOTED = bytes(8)
"""Fewer NULs at a line's start are no hole to be filled: lines of UTF-16 all have one there."""
_REMEMBERED = 16
_NULS = bytes(_HOLE_BYTES)
_LOOKED_THROUGH = 4 << 20
"""Bytes of NULs that one look goes through."""

ReadAt = Callable[[int, int], bytes]


def find_hole(data: bytes, start: int) -> int:
    """Find NULs that look like a hole and not like a byte of a line; -1 where there are none.

    They are at a line's start, or 64 or more, or they reach a page's end or that of ``data``, which is at ``start``.
    """
    at = data.find(b"\0")
    while at >= 0:
        end = nuls_end(data, at)
        at_line_start = at == 0 or data[at - 1 : at] == b"\n"
        if at_line_start or end - at >= _HOLE_BYTES or end == len(data) or (start + end) % _PAGE_BYTES == 0:
            return at
        at = data.find(b"\0", end)
    return -1


def nuls_end(data: bytes, at: int) -> int:
    """Give where the NULs that begin at ``at`` end."""
    while data[at : at + _HOLE_BYTES] == _NULS:
        at += _HOLE_BYTES
    rest = data[at : at + _HOLE_BYTES]
    return at + len(rest) - len(rest.lstrip(b"\0"))


def next_data(fd: int, offset: int) -> int:
    """Give the first offset from ``offset`` on that is not in a hole of the file system; NO_LIMIT past the last."""
    try:
        return os.lseek(fd, offset, os.SEEK_DATA)
    except OSError as error:
        return NO_LIMIT if error.errno == errno.ENXIO else offset


def head_print(head: bytes) -> Print:
    """Take the print of a file's first bytes, up to a hole: what may yet be filled is no fingerprint."""
    at = find_hole(head, 0)
    return Print.of(head if at < 0 else head[:at])


class Holes:
    """Which NULs of one file may be passed."""

    __slots__ = ("_at", "_seen", "_since", "ends", "filled", "filled_from", "passed")

    def __init__(self, passed: tuple[tuple[int, int], ...] = ()) -> None:
        self.filled_from = 0
        """The size before a truncation: nobody fills NULs from 0 up to there."""
        self._at, self._seen, self._since = -1, 0, 0.0
        """Where NULs are waited for, up to where there were others when that wait began, and when it began."""
        self.ends = NO_LIMIT
        """Where what may be read ends by NULs that are passed next: no line in front of them goes on behind them."""
        self.passed = passed
        """The last holes that were passed, and whose bytes have not begun: (start, end)."""
        self.filled: tuple[tuple[int, int], ...] = ()
        """Those of them that are filled now."""

    def readable(self, data: bytes, start: int, now: float, *, follows: Callable[[int], bool], ended: bool) -> int:
        """Give how many bytes of ``data``, which is at ``start``, may be read: up to NULs that somebody may yet fill.

        Eight NULs and more at the start of a line are read by themselves: whoever passes them notes them, as they may
        yet be filled.
        ``follows(offset)`` says whether any byte but NUL comes at or after an offset; ``ended`` that nobody writes.
        """
        at, self.ends = find_hole(data, start), NO_LIMIT
        if at < 0:
            self._at = -1 if start <= self._at < start + len(data) else self._at  # it is filled
            return len(data)
        end = nuls_end(data, at)
        if end == len(data) and not follows(start + end):
            return at
        left_by_truncation = start + at == 0 and bool(self.filled_from)
        if start + at != self._at:
            if start + at >= self._seen:  # else those were there when others were first waited for: one wait is for all
                self._seen, self._since = start + len(data), now
            self._at = start + at
        if not (left_by_truncation or ended) and now - self._since < HOLE_SECONDS:
            return at
        if data[:at].endswith(b"\n") and data.startswith(_NOTED, at):
            self.ends = start + at
            return at
        self._at = -1
        return data.find(b"\n" + _NOTED, at) + 1 or len(data)

    def past(self, start: int, size: int, read_at: ReadAt, data_start: Callable[[int], int], *, note: bool) -> int:
        """Give where NULs end that begin at the start of a line, maybe a terabyte; ``note`` that they are passed."""
        end = first_data(start, size, read_at, data_start)
        if note:
            self.note_passed(start, end)
        return end

    def note_passed(self, start: int, end: int) -> None:
        """Note that readers have passed NULs; of the last 16 it is known when somebody fills them after all."""
        if not (start == 0 and self.filled_from) and (start, end) not in self.passed:
            self.passed = (*self.passed, (start, end))[-_REMEMBERED:]

    def remembers(self, end: int) -> bool:
        """Whether one that was passed, up to ``end``, might yet be filled."""
        return any(hole[1] == end for hole in self.passed)

    def look(self, read_at: ReadAt) -> bool:
        """Note which of those have something else now at either end; gives whether that is news."""
        before, self.filled = self.filled, tuple(hole for hole in self.passed if _is_filled(*hole, read_at))
        return self.filled != before

    def begin_filled(self) -> tuple[tuple[int, int], ...]:
        """Give those, once: their bytes begin."""
        filled, self.filled = self.filled, ()
        self.passed = tuple(hole for hole in self.passed if hole not in filled)
        return filled

    @property
    def wait(self) -> bool:
        """Whether NULs are waited for."""
        return self._at >= 0

    def due(self, now: float) -> bool:
        """Whether NULs that were waited for may be passed now."""
        return self._at >= 0 and now - self._since >= HOLE_SECONDS


def _is_filled(start: int, end: int, read_at: ReadAt) -> bool:
    size = min(_HOLE_BYTES, end - start)
    return any(read_at(size, at).strip(b"\0") for at in (start, end - size))


class Padding:
    """Where the data of a file ends that ends in NULs."""

    __slots__ = ("_full_to", "_looked_at", "there")

    def __init__(self) -> None:
        self.there = False
        self._full_to = 0
        """Up to this size it is known not to end in NULs."""
        self._looked_at = 0

    def data_size(self, size: int, known: int, read_at: ReadAt, data_start: Callable[[int], int]) -> int:
        """Give the size without the NULs at the end; ``known`` is up to where there is data for sure.

        Of many NULs 4 MiB are looked through at once, the next ones in the next call.
        """
        if size <= self._full_to or not size:
            return size
        self.there = read_at(1, size - 1) == b"\0"
        if not self.there:
            self._full_to = size
            return size
        found = known = min(known, size)
        at = first = known if read_at(1, known) != b"\0" or not known < self._looked_at < size else self._looked_at
        while at < size and at - first < _LOOKED_THROUGH:
            at = min(size, max(at, data_start(at)))
            data = read_at(min(512 * 1024, size - at), at)
            if not data:
                break
            kept = len(data.rstrip(b"\0"))
            found = at + kept if kept else found
            at += len(data)
        self._looked_at = at
        return found


def first_data(offset: int, size: int, read_at: ReadAt, data_start: Callable[[int], int]) -> int:
    """Give where the NULs from ``offset`` on end; ``size`` where nothing else follows."""
    while offset < size:
        offset = max(offset, data_start(offset))
        data = read_at(512 * 1024, offset) if offset < size else b""
        kept = data.lstrip(b"\0")
        if kept or not data:
            return min(size, offset + len(data) - len(kept))
        offset += len(data)
    return size
