"""The first file of a tar (POSIX.1-1988), as far as it is there; loaded only where there is one."""

import tarfile
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Final

from logship.files.packed import OUTPUT_BYTES, Others, Piece

_READ_BYTES: Final = 512


class _Stream:
    """Pieces as a file that ``tarfile`` reads forwards."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces, self._buffer = pieces, bytearray()

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size and (piece := next(self._pieces, None)) is not None:
            self._buffer += piece[0]
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data


def first_of_tar(pieces: Iterator[Piece], others: Others | None) -> Iterator[Piece]:
    """Give its contents; ``others`` is called if there is another one. Raises ``tarfile.TarError``."""
    with tarfile.open(mode="r|", fileobj=_Stream(pieces), bufsize=tarfile.BLOCKSIZE * 20) as tar:  # type: ignore[call-overload]
        member = next((each for each in tar if each.isreg()), None)
        file = tar.extractfile(member) if member else None
        left = member.size if member else 0
        yield from _read_of_tar(file, left) if file else ()
        with suppress(tarfile.TarError):  # to go through all of them may take long
            behind = (each.size for each in iter(tar.next, None) if each.isreg())
            if file and others and (nbytes := next(filter(None, behind), 0)):
                others(nbytes)


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
