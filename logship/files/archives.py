"""Reads the contents of a rotated file that was packed before all of it was shipped (DECISIONS 7).

Offsets, fingerprints and markers are those of the contents, so a generation goes on where it stopped.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import suppress

from logship.files.decoding import MAGIC_BYTES, UNREADABLE, packed_as, unpack
from logship.state.identity import HEAD_BYTES

MAX_CONTENT_BYTES = 2 << 30
"""A file that unpacks to more is left alone. To find out costs a second or two of processor time a gibibyte, and a few
megabytes on disk are enough to ask for it; a pod's log that is rotated only past this is not seen."""
_WINDOW_BYTES = 4 << 20


class Contents:
    """The unpacked bytes of an open archive, read mostly forwards; a window of 4 MiB is kept, never the whole.

    Stepping back behind the window unpacks again from the start. What takes long comes in steps of up to 1 MiB, so that
    nobody else has to wait. Raises OSError where the file is damaged.
    """

    def __init__(self, fd: int, kind: str = "") -> None:
        self._fd = fd
        self.kind = kind or packed_as(os.pread(fd, MAGIC_BYTES, 0))
        """``gzip``, ``zstd``, …; empty where the file is not packed."""
        self.size = 0
        """Bytes in all, once they are measured."""
        self.complete = False
        """Whether they were measured, and are all there."""
        self.problem = ""
        """Why they can't be read."""
        self.unpacked = 0
        """Bytes that were unpacked so far, those that were unpacked again included."""
        self._beginning: bytes | None = None
        self._rewind()

    def head(self) -> bytes:
        """Give the first bytes, for the fingerprint; empty where the file can't be read."""
        if self._beginning is None:
            try:
                self._beginning = self.read_at(HEAD_BYTES, 0)
            except OSError as error:
                self._beginning, self.problem = b"", error.strerror or str(error)
        return self._beginning

    def measure(self) -> Generator[None, None, bool]:
        """Unpack it all, once; gives whether it is complete."""
        total, complete = 0, False
        try:
            for piece, may_end in unpack(self._fd, self.kind):
                total, complete = total + len(piece), may_end
                self.unpacked += len(piece)
                if total > MAX_CONTENT_BYTES:
                    self.problem = "unpacks to more than 2 GiB"
                    return False
                yield
        except OSError as error:
            self.problem, complete = error.strerror or str(error), False
        self.size, self.complete = total, complete
        return complete

    def reach(self, offset: int) -> Iterator[None]:
        """Unpack up to ``offset``: what is there, and right before it, is then read without delay."""
        if offset < self._start:
            self._rewind()
        with suppress(OSError):  # whoever reads there is told
            while self._start + len(self._window) < offset and self._take_piece(offset):
                yield

    def rest(self) -> None:
        """Give memory back: what is read next is unpacked again."""
        self._rewind()

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Give up to ``size`` bytes at ``offset``."""
        if self._beginning and offset + size <= len(self._beginning):
            return self._beginning[offset : offset + size]
        if offset < self._start:
            self._rewind()
        while self._start + len(self._window) < offset + size and self._take_piece(offset):
            pass
        at = offset - self._start
        return bytes(self._window[at : at + size])

    def _take_piece(self, needed_from: int) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._window += piece[0]
        self.unpacked += len(piece[0])
        surplus = min(len(self._window) - _WINDOW_BYTES, needed_from - self._start)
        if surplus > 0:
            del self._window[:surplus]
            self._start += surplus
        return True

    def _rewind(self) -> None:
        readable = self.kind and self.kind not in UNREADABLE
        self._pieces: Iterator[tuple[bytes, bool]] = unpack(self._fd, self.kind) if readable else iter(())
        self._start = 0
        self._window = bytearray()
