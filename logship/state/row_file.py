"""The file of finished generations, row by row: those on disk, and those in memory until they are put there."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import compress, islice
from pathlib import Path
from typing import Final

from logship.state.rows import FORMAT, ROW_BYTES, Row

_PIECE_BYTES: Final = ROW_BYTES * 16384


class RowFile:
    """Rows by their numbers, the oldest first. Without a path all of them stay in memory."""

    def __init__(self, path: Path | None) -> None:
        """Begin with no row; :meth:`open` has those that are on disk."""
        self._path = path
        self._changing, self._flushing = threading.Lock(), threading.Lock()
        self._written, self._tail = 0, bytearray()
        """How many rows are on disk, and those that are not there yet."""

    def open(self) -> None:
        """Go on after the rows that are on disk; raises OSError."""
        if self._path:
            self._written = self._path.stat().st_size // ROW_BYTES

    @property
    def pending(self) -> bool:
        """Whether there are rows that are not on disk yet."""
        return bool(self._path and self._tail)

    def append(self, row: Row) -> None:
        """Have another row."""
        with self._changing:
            self._tail += FORMAT.pack(*row)

    def row(self, number: int) -> Row:
        """Give one row; raises OSError."""
        with self._changing:
            if number >= self._written:
                return Row(*FORMAT.unpack_from(self._tail, (number - self._written) * ROW_BYTES))
        assert self._path  # noqa: S101 - nothing is written without one
        with self._path.open("rb") as file:
            return Row(*FORMAT.unpack(os.pread(file.fileno(), ROW_BYTES, number * ROW_BYTES)))

    def pieces(self) -> Iterator[bytes]:
        """Give all rows, packed, some thousands at a time: first those on disk, as far as it can be read."""
        yield from self._on_disk()
        yield bytes(self._tail)

    def rows(self) -> Iterator[Row]:
        """Give the rows on disk."""
        for piece in islice(self._on_disk(), -(-self._written * ROW_BYTES // _PIECE_BYTES)):
            yield from map(Row._make, FORMAT.iter_unpack(piece))

    def _on_disk(self) -> Iterator[bytes]:
        if self._path and self._written:
            with suppress(OSError), self._path.open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    yield piece[: len(piece) // ROW_BYTES * ROW_BYTES]

    def flush(self) -> None:
        """Put new rows on disk; raises OSError, and they are written the next time."""
        with self._flushing:
            self._flush()

    def _flush(self) -> None:
        if not self.pending or not self._path:
            return
        count = len(self._tail) // ROW_BYTES
        data = bytes(self._tail[: count * ROW_BYTES])
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(fd, data, self._written * ROW_BYTES)
            os.fsync(fd)
        finally:
            os.close(fd)
        with self._changing:
            self._written += count
            del self._tail[: len(data)]

    @contextmanager
    def quiet(self) -> Iterator[bool]:
        """Hold all rows on disk, and nobody writing; gives whether that is so. Raises OSError."""
        if not self._path or not self._flushing.acquire(blocking=False):
            yield False
            return
        try:
            self._flush()
            yield True
        finally:
            self._flushing.release()

    def rewrite(self, kept: bytearray) -> None:
        """Write the file anew with those rows on disk that are ``kept``, by number; raises OSError."""
        assert self._path  # noqa: S101 - nothing is on disk without one
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            file.writelines(FORMAT.pack(*row) for row in compress(self.rows(), kept))
        temporary.replace(self._path)
        self._written = sum(kept)
