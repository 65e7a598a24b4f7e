"""Reads the contents of a rotated file that was packed before all of it was shipped (DECISIONS 7).

Offsets, fingerprints and markers are those of the contents, so a generation goes on where it stopped.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import suppress

from msgspec import Struct, field

from logship.files.decoding import MAGIC_BYTES, UNREADABLE, packed_as, unpack
from logship.files.packed import Others, Piece
from logship.model import NO_LIMIT
from logship.state.identity import HEAD_BYTES

MAX_CONTENT_BYTES = 2 << 30
"""A file that unpacks to more is left alone. To find out costs a second or two of processor time a gibibyte, and a few
megabytes on disk are enough to ask for it; a pod's log that is rotated only past this is not seen."""
_TOO_MUCH = "unpacks to more than 2 GiB"
_NULS = 16
"""So many at the end of a file are no part of an archive."""
_STEP_BYTES = 1 << 16
_WINDOW_BYTES = 1 << 20
_MEMBERS = 4096
_MARK_BYTES = 64
_PLACES = 3
"""At which one archive is read at once."""


class Contents:
    """The unpacked bytes of an open archive, read mostly forwards; a window of 1 MiB is kept, never the whole.

    Stepping back behind the window unpacks again from the start, and both places are kept: sinks may be far from each
    other. What takes long comes in steps of up to 256 KiB, so that nobody else has to wait. Raises OSError where the
    file is damaged.
    """

    def __init__(self, fd: int, kind: str = "", start: int = 0, end: int = NO_LIMIT) -> None:
        """Take the archive, or those that follow each other, between two offsets of the file."""
        self._fd = fd
        self.kind = kind or packed_as(os.pread(fd, MAGIC_BYTES, start))
        """``gzip``, ``zstd``, …; empty where the file is not packed."""
        self.start, self.end = start, end
        self.members: list[tuple[int, int]] = []
        """Where archives end that follow each other: in the contents, and in the file. At most 4,096."""
        self.size = 0
        """Bytes in all, once they are measured."""
        self.complete = False
        """Whether they were measured, and are all there."""
        self.missing = 0
        """Bytes, at least, that are not in ``size`` since the archive is cut, or damaged; those packed where it is."""
        self._readable_to = end
        """Where NULs begin that a crash left instead of its end."""
        self.problem = ""
        """Why they can't be read."""
        self.left_out = 0
        """Bytes, at least, in other files of a zip or tar, once they are measured: only the first one is read."""
        self.unpacked = 0
        """Bytes that were unpacked so far, those that were unpacked again included."""
        self._lines = 0
        """Where the last whole line ends."""
        self._beginning: bytes | None = None
        self._places: list[_Place] = []
        """Those that were used last are at the end."""
        self._marks: tuple[tuple[int, bytes], ...] = ()
        """What it began and ended with when it was measured, by offsets in the file: packers write a digest there."""

    def head(self) -> bytes:
        """Give the first bytes, for the fingerprint; empty where the file can't be read."""
        if self._beginning is None:
            try:
                self._beginning = self.read_at(HEAD_BYTES, 0)
            except OSError as error:
                self._beginning, self.problem = b"", error.strerror or str(error)
        return self._beginning

    def measure(self) -> Generator[None, None, bool]:
        """Unpack it all, once; gives whether it is complete.

        Of one that is cut the size is that of its whole lines, of a damaged one that of the archives in front of that.
        """
        complete = yield from self._go_through()
        end = min(self.end, os.fstat(self._fd).st_size)
        nuls = 0 if complete or self.problem == _TOO_MUCH else end - self._nuls_from(end)
        if nuls >= _NULS:  # they are read as data of the format
            self._readable_to, self.problem, self.members = end - nuls, "", []
            complete = yield from self._go_through()
        self.complete = complete
        if not complete and self.problem != _TOO_MUCH:
            self._leave_out(end)
        return complete

    def _go_through(self) -> Generator[None, None, bool]:
        total, complete, lines = 0, False, 0
        try:
            for piece, end in self._unpack(self._note_others):
                newline = piece.rfind(b"\n")
                lines = total + newline + 1 if newline >= 0 else lines
                total, complete = total + len(piece), bool(end)
                if end and len(self.members) < _MEMBERS:
                    self.members.append((total, end))
                if end:
                    self._mark(end)  # before anybody else has a turn
                self.unpacked += len(piece)
                if total > MAX_CONTENT_BYTES:
                    self.problem = _TOO_MUCH
                    return False
                yield
        except OSError as error:
            self.problem, complete = error.strerror or str(error), False
        self.size, self._lines = total, lines
        return complete

    def _nuls_from(self, end: int) -> int:
        at = end
        while at > self.start:
            data = os.pread(self._fd, min(_STEP_BYTES, at - self.start), max(self.start, at - _STEP_BYTES))
            if kept := data.rstrip(b"\0"):
                return at - len(data) + len(kept)
            at -= len(data)
        return at

    def _leave_out(self, end: int) -> None:
        """Have only what is sound."""
        total, lines = self.size, self._lines
        last = total - (self.members[-1][0] if self.members else 0)
        if self.kind == "gzip" and not self.problem and _is_size(os.pread(self._fd, 4, max(0, end - 4)), last):
            self.problem = "it is damaged"
        if self.problem:
            self.size, sound = self.members[-1] if self.members else (0, self.start)
            self.missing = end - sound
        else:
            self.size, self.missing = lines, total - lines
            self._mark(end)

    def _mark(self, end: int) -> None:
        offsets = self.start, max(self.start, end - _MARK_BYTES)
        self._marks = tuple((offset, os.pread(self._fd, _MARK_BYTES, offset)) for offset in offsets)

    @property
    def there(self) -> bool:
        """Whether it is still the archive that was measured: some are written over where they are."""
        return all(os.pread(self._fd, len(data), offset) == data for offset, data in self._marks)

    def _note_others(self, nbytes: int) -> None:
        self.left_out = nbytes

    def _unpack(self, others: Others | None = None) -> Iterator[Piece]:
        return unpack(self._fd, self.kind, self.start, self._readable_to, others)

    def of(self, fd: int) -> "Contents":
        """Give the same by another descriptor of the file."""
        same = Contents(fd, self.kind, self.start, self.end)
        same.size, same.complete, same.members, same.missing = self.size, self.complete, self.members, self.missing
        same._marks, same._readable_to = self._marks, self._readable_to
        return same

    def split(self, member: tuple[int, int]) -> tuple["Contents", "Contents"]:
        """Give what is before and what is behind the end of a member, both measured."""
        total, at = member
        before = Contents(self._fd, self.kind, self.start, at)
        after = Contents(self._fd, self.kind, at, self.end)
        before.size, after.size = total, self.size - total
        before.complete, after.complete, after.missing = True, self.complete, self.missing
        before._marks = after._marks = self._marks
        after._readable_to = self._readable_to
        before.members = [each for each in self.members if each[1] <= at]
        after.members = [(end - total, where) for end, where in self.members if where > at]
        return before, after

    def reach(self, offset: int) -> Iterator[None]:
        """Unpack up to ``offset``: what is there, and right before it, is then read without delay."""
        place = self._place(offset)
        with suppress(OSError):  # whoever reads there is told
            while place.end < offset and self._take_piece(place, offset):
                yield

    def rest(self) -> None:
        """Give memory back: but for its head, what is read next is unpacked again."""
        self.head()
        self._places.clear()

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Give up to ``size`` bytes at ``offset``."""
        size = size if self.complete or not self.size else max(0, min(size, self.size - offset))
        if self._beginning and offset + size <= len(self._beginning):
            return self._beginning[offset : offset + size]
        place = self._place(offset)
        while place.end < offset + size and self._take_piece(place, offset):
            pass
        at = offset - place.start
        return bytes(place.window[at : at + size])

    def _place(self, offset: int) -> "_Place":
        """Give the nearest place from which ``offset`` can be reached; begin anew where there is none."""
        place = max((each for each in self._places if each.start <= offset), key=lambda each: each.start, default=None)
        if place is None:
            readable = self.kind and self.kind not in UNREADABLE
            place = _Place(self._unpack() if readable else iter(()))
            del self._places[: -_PLACES + 1]
        else:
            self._places.remove(place)
        self._places.append(place)
        return place

    def _take_piece(self, place: "_Place", needed_from: int) -> bool:
        piece = next(place.pieces, None)
        if piece is None:
            return False
        place.window += piece[0]
        self.unpacked += len(piece[0])
        surplus = min(len(place.window) - _WINDOW_BYTES, needed_from - place.start)
        if surplus > 0:
            del place.window[:surplus]
            place.start += surplus
        return True


class _Place(Struct, eq=False):
    """Where one unpacks."""

    pieces: Iterator[Piece]
    start: int = 0
    window: bytearray = field(default_factory=bytearray)
    """What was unpacked last; it begins at ``start``."""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.window)


def _is_size(trailer: bytes, total: int) -> bool:
    """Whether the last four bytes of a gzip are about the size of what was unpacked, which they end with (RFC 1952).

    Then it is damaged in a way that decoders do not see, and nothing of it is sound: cut elsewhere it ends with any.
    """
    return abs(int.from_bytes(trailer, "little") - total % (1 << 32)) <= total // 8
