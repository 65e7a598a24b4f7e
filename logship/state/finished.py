"""Finished generations, 92 bytes each: read to the end by every sink, or never to be read.

They are rows of one file, which is only appended to; in memory there is a number for each that is still there. A row
knows its file again when that grows, and a copy of it under another name of its lineage, for 30 days.
"""

import base64
import hashlib
import os
import struct
import threading
import time
from array import array
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from isal import isal_zlib

from logship.model import FileId
from logship.state.fingerprint import Fingerprint, ReadAt
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, Entry, Print, Saved

KEEP_SECONDS: Final = 30 * 86400.0
MAX_ROWS: Final = 200_000
"""18 MB on disk; of more the oldest are dropped, which is said."""
_FORMAT: Final = struct.Struct("<16sQQQQQqqIIIHHxxxx")
ROW_BYTES: Final = _FORMAT.size
_LINEAGE_AT: Final = 16
_HEAD_AND_SIZE: Final = struct.Struct("<QQ")
_HEAD_AT: Final = 24
_SEARCHED_BYTES: Final = ROW_BYTES * 16384
IGNORED: Final = 1
"""Never to be read: from before the first start, or a copy."""
SEALED: Final = 4
"""Its file is a copy: what is appended to it is another generation's."""
GONE: Final = 2
"""No file has it any more."""
_BITS: Final = 2**64 - 1


class Row(NamedTuple):
    """One finished generation."""

    number: bytes
    """Its identity, 16 bytes."""
    lineage: int
    """Hash of the live path."""
    head: int
    """Hash of the first bytes, up to 1 KiB."""
    size: int
    """Bytes; of an archive those of its contents."""
    file_size: int
    """Bytes of the file."""
    inode: int
    mtime_ns: int
    birth_ns: int
    """0 where it is not known."""
    crc: int
    """CRC-32 of all its bytes; 0 where it was never read."""
    tail: int
    """CRC-32 of the last 64."""
    seen: int
    """Unix seconds when it was finished."""
    sinks: int
    """Hash of the sinks that have read it."""
    flags: int

    @property
    def ignored(self) -> bool:
        """Whether it is never to be read."""
        return bool(self.flags & IGNORED)

    @property
    def file(self) -> FileId:
        """The generation's identity."""
        return FileId(base64.urlsafe_b64encode(self.number).decode().rstrip("="))

    def begins(self, size: int, read_at: ReadAt) -> bool:
        """Whether a file of ``size`` bytes has this one's first bytes, and at its end the last ones."""
        if size < self.size or _hash(read_at(min(HEAD_BYTES, self.size), 0)) != self.head:
            return False
        length = min(MARKER_BYTES, self.size)
        return isal_zlib.crc32(read_at(length, self.size - length)) == self.tail

    def entry(self, path: str, sinks: Collection[str], read_at: ReadAt) -> Entry:
        """Give the row as an entry again, of a file that begins with its bytes; a sink that is new begins at 0."""
        marker = Print.of(read_at(min(MARKER_BYTES, self.size), max(0, self.size - MARKER_BYTES)))
        done = Saved(self.size, marker=marker)
        known = self.sinks == sinks_hash(sinks)
        return Entry(
            file=self.file,
            path=path,
            inode=self.inode,
            birth_ns=self.birth_ns or None,
            head=Print.of(read_at(min(HEAD_BYTES, self.size), 0)),
            size=self.size,
            seen=float(self.seen),
            offsets={} if self.ignored else {sink: done if known else Saved() for sink in sinks},
            ignored=self.ignored,
            sealed=bool(self.flags & SEALED),
            digest=Fingerprint(0, (self.size, self.crc)) if self.crc else Fingerprint(),
        )


def row_of(entry: Entry, file_size: int, mtime_ns: int, tail: bytes) -> Row | None:
    """Give the row of a generation that is finished; None where it is not, or has an identity of another kind."""
    offsets = entry.offsets.values()
    done = entry.ignored or (offsets and all(saved == Saved(entry.size, marker=saved.marker) for saved in offsets))
    try:
        number = base64.urlsafe_b64decode(entry.file + "==")
    except ValueError:
        return None
    known = len(number) == 16 and entry.head.length == min(HEAD_BYTES, entry.size)  # noqa: PLR2004 - bytes of an identity
    if not done or entry.gone or not known:
        return None
    points = entry.digest.points
    whole = entry.digest.end == entry.size and not entry.digest.base and bool(points)
    return Row(
        number,
        path_hash(entry.path),
        int.from_bytes(bytes.fromhex(entry.head.digest)[:8], "little"),
        entry.size,
        file_size,
        entry.inode & _BITS,
        mtime_ns,
        entry.birth_ns or 0,
        points[-1] if whole else 0,
        isal_zlib.crc32(tail),
        int(time.time()),
        sinks_hash(entry.offsets),
        (IGNORED if entry.ignored else 0) | (SEALED if entry.sealed else 0),
    )


class Finished:
    """The table. Rows are appended in memory, and put on disk by :meth:`flush`, which may run in a thread."""

    def __init__(self, path: Path | None = None, *, anew: bool = False) -> None:
        self._path = path
        self._changing = threading.Lock()
        self._there: dict[int, int] = {}
        """By inode, the row of the file that is there, as far as is known."""
        self._sizes, self._mtimes, self._flags = array("Q"), array("q"), array("B")
        self._written, self._tail = 0, bytearray()
        """Rows on disk, and those that are not there yet."""
        self.dropped = 0
        """Rows that were younger than 30 days and had to go."""
        if path and anew:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        elif path:
            self._load(path)

    def __len__(self) -> int:
        """Give how many files are there, as far as is known."""
        return len(self._there)

    def add(self, row: Row, *, there: bool = True) -> None:
        """Know a generation as finished; ``there`` says that a file still has it."""
        row = row if there else row._replace(flags=row.flags | GONE)
        with self._changing:
            self._note(row)
            self._tail += _FORMAT.pack(*row)

    def _note(self, row: Row) -> None:
        if not row.flags & GONE:
            self._there[row.inode] = len(self._sizes)
        self._sizes.append(row.file_size)
        self._mtimes.append(row.mtime_ns)
        self._flags.append(row.flags)

    def at(self, inode: int) -> Row | None:
        """Give the finished generation whose file has an inode."""
        number = self._there.get(inode)
        return None if number is None else self._row(number)

    def unchanged(self, inode: int, size: int, mtime_ns: int) -> bool:
        """Whether the file with an inode is as it was."""
        number = self._there.get(inode)
        return number is not None and self._sizes[number] == size and self._mtimes[number] == mtime_ns

    @property
    def pending(self) -> bool:
        """Whether there are rows that are not on disk yet."""
        return bool(self._path and self._tail)

    def __contains__(self, inode: int) -> bool:
        """Whether a finished file had this inode when it was last there."""
        return inode in self._there

    def forget(self, inode: int) -> None:
        """Note that the file is open again, or gone; its row stays, for copies of it."""
        self._there.pop(inode, None)

    def keep_only(self, inodes: Collection[int]) -> None:
        """Note that only files with these inodes are there."""
        if len(self._there) > len(inodes) or not self._there.keys() <= inodes:  # type: ignore[operator]
            self._there = {inode: number for inode, number in self._there.items() if inode in inodes}

    def like(self, path: str, head: bytes) -> Iterator[Row]:
        """Give rows of a lineage whose files began with ``head``, or with its first bytes."""
        hashes: dict[int, int] = {}
        for piece, start in self._places(path):
            known, size = _HEAD_AND_SIZE.unpack_from(piece, start + _HEAD_AT)
            length = min(HEAD_BYTES, size)
            if length not in hashes:
                hashes[length] = _hash(head[:length])
            if size and hashes[length] == known:
                yield Row(*_FORMAT.unpack_from(piece, start))

    def of_lineage(self, path: str) -> Iterator[Row]:
        """Give all rows of a lineage, of files that are there or gone."""
        return (Row(*_FORMAT.unpack_from(piece, start)) for piece, start in self._places(path))

    def _places(self, path: str) -> Iterator[tuple[bytes, int]]:
        """Give where the rows of a lineage begin, and in what."""
        lineage = struct.pack("<Q", path_hash(path))
        for piece in self._pieces():
            at = piece.find(lineage)
            while at >= 0:
                start = at - _LINEAGE_AT
                if start % ROW_BYTES == 0:
                    yield piece, start
                at = piece.find(lineage, at + 1)

    def doubt(self, path: str) -> None:
        """Forget which files of a lineage are never to be read: they are looked at again."""
        for inode in {row.inode for row in self.of_lineage(path) if row.ignored}:
            row = self.at(inode)  # an inode may have had other rows before
            if row and row.ignored and row.lineage == path_hash(path):
                del self._there[inode]

    def left_alone(self) -> Iterator[Row]:
        """Give what is there and never to be read."""
        return map(self._row, self._ignored())

    def count_left_alone(self) -> int:
        """Give how many those are, without reading any."""
        return sum(1 for _ in self._ignored())

    def _ignored(self) -> Iterator[int]:
        return (number for number in self._there.values() if self._flags[number] & IGNORED)

    def flush(self) -> None:
        """Put new rows on disk; raises OSError, and they are written the next time."""
        if not self._path or not self._tail:
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

    def _row(self, number: int) -> Row:
        with self._changing:
            if number >= self._written:
                return Row(*_FORMAT.unpack_from(self._tail, (number - self._written) * ROW_BYTES))
        assert self._path  # noqa: S101 - nothing is written without one
        with self._path.open("rb") as file:
            return Row(*_FORMAT.unpack(os.pread(file.fileno(), ROW_BYTES, number * ROW_BYTES)))

    def _pieces(self) -> Iterator[bytes]:
        if self._path and self._written:
            with suppress(OSError), self._path.open("rb") as file:
                while piece := file.read(_SEARCHED_BYTES):
                    yield piece[: len(piece) // ROW_BYTES * ROW_BYTES]
        yield bytes(self._tail)

    def _load(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError:
            return
        rows = [Row(*each) for each in _FORMAT.iter_unpack(data[: len(data) // ROW_BYTES * ROW_BYTES])]
        now = time.time()
        young = [row for row in rows if now - row.seen < KEEP_SECONDS]
        self.dropped = max(0, len(young) - MAX_ROWS)
        kept = young[self.dropped :]
        for row in kept:
            self._note(row)
        if len(kept) == len(rows):
            self._written = len(kept)
        else:
            self._tail += b"".join(_FORMAT.pack(*row) for row in kept)
            self._rewrite(path)

    def _rewrite(self, path: Path) -> None:
        temporary = path.with_suffix(".tmp")
        with suppress(OSError):
            temporary.write_bytes(bytes(self._tail))
            temporary.replace(path)
            self._written, self._tail = len(self._sizes), bytearray()


def path_hash(path: str) -> int:
    """Give what a row keeps of a live path."""
    return _hash(os.fsencode(path))


def sinks_hash(sinks: Collection[str]) -> int:
    """Give what a row keeps of the sinks that have read a file."""
    return _hash(",".join(sorted(sinks)).encode()) & 0xFFFF


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=16).digest()[:8], "little")  # as in a Print
