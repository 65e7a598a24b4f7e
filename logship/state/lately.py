"""The newest finished generations with the digests of what was read of them: of a shorter copy it is known what it is.

A row (:mod:`logship.state.rows`) knows a whole copy only. Each has a place in a small file, written over by the one
that comes sixty-four later. What a crash leaves of that costs lines that come again, and no more: it is not synced.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from isal import isal_zlib

from logship.model import FileId
from logship.state.fingerprint import MOST_POINTS, Digest, Fingerprint
from logship.state.identity import HEAD_BYTES
from logship.state.rows import FORMAT, Row, path_hash

MOST: Final = 64
"""About 200 KiB in memory, 64 on disk."""
_POINT: Final = struct.Struct("<QI")
_CRC: Final = struct.Struct("<I")
PLACE_BYTES: Final = _CRC.size + FORMAT.size + _POINT.size * (1 + MOST_POINTS)


class Lately:
    """Their rows and digests, the newest last."""

    def __init__(self, path: Path | None = None, *, since: float = 0.0, anew: bool = False) -> None:
        """Know what is in the file and was finished ``since`` then (Unix seconds), unless it begins ``anew``.

        Without a path all of it is in memory alone.
        """
        self._path = path
        self._kept: dict[FileId, tuple[int, Row, Digest]] = {}
        """With the place that each has."""
        self._free = list(range(MOST))
        self._changed: dict[int, bytes] = {}
        """What is to be written, by its place."""
        with suppress(OSError):
            if path and anew:
                path.unlink(missing_ok=True)
            elif path:
                self._load(path.read_bytes(), since)

    def _load(self, data: bytes, since: float) -> None:
        found = []
        for place in range(min(MOST, len(data) // PLACE_BYTES)):
            known = _unpacked(data[place * PLACE_BYTES : (place + 1) * PLACE_BYTES])
            found += [(known[0].seen, place, *known)] if known and known[0].seen >= since else []
        for _, place, row, digest in sorted(found, key=lambda each: each[:2]):
            self._keep(place, row, digest)

    def _keep(self, place: int, row: Row, digest: Digest) -> None:
        self._kept[row.file] = place, row, digest
        self._free.remove(place)

    @property
    def pending(self) -> bool:
        """Whether there is something to write."""
        return bool(self._path and self._changed)

    def note(self, row: Row, digest: Digest) -> None:
        """Keep one that is finished; of a few bytes a beginning proves nothing."""
        if row.size <= HEAD_BYTES or digest.end != row.size:
            return
        self.forget(row.file)
        if not self._free:
            self.forget(next(iter(self._kept)))
        place = self._free[-1]
        self._keep(place, row, digest)
        self._changed[place] = _packed(row, digest.fingerprint())

    def forget(self, file: FileId) -> None:
        """Keep it no longer: it is read on."""
        if kept := self._kept.pop(file, None):
            self._free.append(kept[0])
            self._changed[kept[0]] = bytes(PLACE_BYTES)

    def of(self, file: FileId) -> Fingerprint | None:
        """Give the digest of one."""
        kept = self._kept.get(file)
        return kept[2].fingerprint() if kept else None

    def of_lineage(self, path: str) -> Iterator[tuple[Row, Digest]]:
        """Give what they were."""
        hashed = path_hash(path) if self._kept else 0
        return ((row, digest) for _, row, digest in self._kept.values() if row.lineage == hashed)

    def flush(self) -> None:
        """Write what is new; raises OSError, and it is written the next time."""
        if not self.pending or not self._path:
            return
        changed = dict(self._changed)
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            for place, data in changed.items():
                os.pwrite(fd, data, place * PLACE_BYTES)
        finally:
            os.close(fd)
        for place, data in changed.items():
            if self._changed.get(place) is data:
                del self._changed[place]


def _packed(row: Row, digest: Fingerprint) -> bytes:
    points = b"".join(_POINT.pack(*pair) for pair in ((digest.base, 0), *digest.pairs))
    data = (FORMAT.pack(*row) + points).ljust(PLACE_BYTES - _CRC.size, b"\0")
    return _CRC.pack(isal_zlib.crc32(data)) + data


def _unpacked(data: bytes) -> tuple[Row, Digest] | None:
    """Give what a place has; None where that is nothing, or was not written to its end."""
    crc, row = _CRC.unpack_from(data)[0], Row(*FORMAT.unpack_from(data, _CRC.size))
    (base, _), *points = _POINT.iter_unpack(data[_CRC.size + FORMAT.size :])
    if not row.size or crc != isal_zlib.crc32(data[_CRC.size :]):
        return None
    known = tuple(number for pair in points if pair[0] for number in pair)
    return row, Digest(Fingerprint(base, known))
