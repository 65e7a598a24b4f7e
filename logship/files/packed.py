"""What is packed in a file, read forwards; what comes of it, in pieces."""

import os
from collections.abc import Callable
from typing import Final

from logship.model import NO_LIMIT

Piece = tuple[bytes, int]
"""Some bytes, and where in the file the archive that ends with them does, or another positive number; 0: it does not.

Another archive may follow it."""
Others = Callable[[int], None]
"""Is told how many bytes are in files that are not read: of a tar, at least."""
INPUT_BYTES: Final = 64 * 1024
OUTPUT_BYTES: Final = 1 << 18


class Packed:
    """The bytes of a file from ``start`` to ``end``, which are read forwards."""

    def __init__(self, fd: int, start: int = 0, end: int = NO_LIMIT) -> None:
        self.fd = fd
        self.at, self._end = start, end
        """``at``: up to where they were read."""

    def read(self) -> bytes:
        """Give the next ones; none at the end."""
        data = os.pread(self.fd, max(0, min(INPUT_BYTES, self._end - self.at)), self.at)
        self.at += len(data)
        return data

    def behind(self, data: bytes) -> bytes:
        """Give what follows an archive, of which ``data`` was read; none where it is padded with NULs."""
        data = data or self.read()
        return b"" if data[:1] == b"\0" and not ((data + self.read()).strip(b"\0") or self.read()) else data
