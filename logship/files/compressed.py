"""Reads the contents of a rotated file that was compressed (gzip, RFC 1952) before all of it was shipped (DECISIONS 7).

Offsets, fingerprints and markers are those of the contents, so a generation goes on where it stopped.
"""

import errno
import os
from collections.abc import Generator, Iterator
from contextlib import suppress

from isal import isal_zlib
from isal.igzip_lib import IsalError

from logship.files.tailing import TailedFile
from logship.model import FileId
from logship.state.identity import HEAD_BYTES

MAX_CONTENT_BYTES = 2 << 30
"""A file that unpacks to more is left alone. To find out costs a second or two of processor time a gibibyte, and a few
megabytes on disk are enough to ask for it; a pod's log that is rotated only past this is not seen."""
_INPUT_BYTES = 64 * 1024
_OUTPUT_BYTES = 1 << 20
_WINDOW_BYTES = 4 << 20
_GZIP = 31


class Contents:
    """The unpacked bytes of an open gzip file, read mostly forwards; a window of 4 MiB is kept, never the whole.

    Stepping back behind the window unpacks again from the start. What takes long comes in steps of up to 1 MiB, so that
    nobody else has to wait. Raises OSError where the file is not gzip, or damaged.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.size: int | None = None
        """Bytes in all, once they are measured; None if it is incomplete, damaged or too large."""
        self.unpacked = 0
        """Bytes that were unpacked so far, those that were unpacked again included."""
        self._beginning: bytes | None = None
        self._rewind()

    def head(self) -> bytes:
        """Give the first bytes, for the fingerprint; empty where the file is not gzip."""
        if self._beginning is None:
            try:
                self._beginning = self.read_at(HEAD_BYTES, 0)
            except OSError:
                self._beginning = b""
        return self._beginning

    def measure(self) -> Generator[None, None, int | None]:
        """Unpack it all, once, and give its size."""
        total, complete = 0, False
        with suppress(OSError):
            for piece, ends_member in _unpack(self._fd):
                total, complete = total + len(piece), ends_member
                self.unpacked += len(piece)
                if total > MAX_CONTENT_BYTES:
                    return None
                yield
            self.size = total if complete else None
        return self.size

    def reach(self, offset: int) -> Iterator[None]:
        """Unpack up to ``offset``: what is there, and right before it, is then read without delay."""
        with suppress(OSError):  # whoever reads there is told
            while self._start + len(self._window) < offset and self._take_piece(offset):
                yield

    def read_at(self, size: int, offset: int) -> bytes:
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
        self._pieces = _unpack(self._fd)
        self._start = 0
        self._window = bytearray()


class CompressedFile(TailedFile):
    """A generation whose rest is in a gzip file: complete, never growing."""

    def __init__(self, file: FileId, fd: int, lineage: str, contents: Contents, now: float) -> None:
        self._contents = contents
        self._content_size = contents.size or 0
        super().__init__(file, fd, lineage, "", None, now)

    def look(self, now: float) -> bool:
        """See whether it was deleted; its contents stay what they are."""
        stat = os.fstat(self.fd)
        self.device, self.inode, self.mtime_ns = stat.st_dev, stat.st_ino, stat.st_mtime_ns
        self.signature = stat.st_size, stat.st_mtime_ns
        self.deleted = stat.st_nlink == 0
        grew = self.size != self._content_size
        self.size = self.largest = self._content_size
        if grew:
            self.grown_at = now
        return grew

    def read_at(self, size: int, offset: int) -> bytes:
        """Read up to ``size`` bytes of the contents at ``offset``."""
        return self._contents.read_at(size, offset)

    def data_start(self, offset: int) -> int:
        """Contents have no holes."""
        return offset


def _unpack(fd: int) -> Iterator[tuple[bytes, bool]]:
    """Give pieces of the contents, and whether each ends a gzip member at the end of the file."""
    unpacker, offset, pending = isal_zlib.decompressobj(wbits=_GZIP), 0, b""
    while True:
        data = pending or os.pread(fd, _INPUT_BYTES, offset)
        if not data:
            return
        if not pending:
            offset += len(data)
        try:
            piece = unpacker.decompress(data, _OUTPUT_BYTES)
        except IsalError as error:  # type: ignore[misc]  # its stub calls it an instance
            raise OSError(errno.EBADMSG, f"not gzip: {error}") from error
        ended = unpacker.eof
        pending = unpacker.unused_data if ended else unpacker.unconsumed_tail
        if ended:
            unpacker = isal_zlib.decompressobj(wbits=_GZIP)
        yield piece, ended and not pending
