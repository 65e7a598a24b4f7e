"""The first file of a tar (POSIX.1-1988), as far as it is there; loaded only where there is one."""

import tarfile
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Final

from logship.files.packed import OUTPUT_BYTES, Others, Piece
from logship.model import NO_LIMIT

HEADER_BYTES: Final = 1 << 20
"""So much may stand in front of the first file, and as much behind it is gone through: headers say how long they are,
``tarfile`` reads each at once, and in between nobody else has a turn."""
_READ_BYTES: Final = 512


class _Stream:
    """Pieces as a file that ``tarfile`` reads forwards."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces, self._buffer, self._at = pieces, bytearray(), 0
        self.left = HEADER_BYTES
        """Bytes that may yet be asked for."""

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int) -> None:
        while self._at < offset and self.read(min(tarfile.BLOCKSIZE, offset - self._at)):
            pass
        if self._at > offset:
            message = "a header that leads back"
            raise tarfile.ReadError(message)

    def read(self, size: int) -> bytes:
        self.left -= size
        if self.left < 0:
            message = "too much in headers"
            raise tarfile.ReadError(message)
        while len(self._buffer) < size and (piece := next(self._pieces, None)) is not None:
            self._buffer += piece[0]
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._at += len(data)
        return data


def first_of_tar(pieces: Iterator[Piece], others: Others | None) -> Iterator[Piece]:
    """Give its contents; ``others`` is called if there is another one. Raises ``tarfile.TarError``, and more."""
    stream = _Stream(pieces)
    with tarfile.open(mode="r:", fileobj=stream) as tar:  # type: ignore[call-overload]
        member = next(_files(tar), None)
        file = tar.extractfile(member) if member else None
        stream.left = NO_LIMIT
        yield from _read_of_tar(file, member.size) if file and member else ()
        stream.left = HEADER_BYTES
        with suppress(tarfile.TarError):  # to go through all of them may take long
            if file and others and (nbytes := next((each.size for each in _files(tar) if each.size), 0)):
                others(min(nbytes, NO_LIMIT))


def _files(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Give what follows and is a file; ``tarfile`` would keep all that it has met."""
    while (member := tar.next()) is not None:
        tar.members.clear()  # type: ignore[attr-defined]
        if member.isreg():
            yield member


def _read_of_tar(file: IO[bytes], left: int) -> Iterator[Piece]:
    """Give what is there of a member; ``tarfile`` fails for the last of what it is asked for where a tar is cut."""
    data = bytearray()
    while left and (some := _read_or_end(file, min(left, _READ_BYTES))):
        left -= len(some)
        data += some
        if len(data) >= OUTPUT_BYTES or not left:
            yield bytes(data), not left
            data.clear()
    if data:
        yield bytes(data), 0


def _read_or_end(file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except tarfile.ReadError:
        return b""
