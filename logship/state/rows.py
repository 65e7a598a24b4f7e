"""What is kept of one finished generation: 92 bytes, which know its file again, and a copy of it."""

import base64
import hashlib
import os
import struct
import time
from collections.abc import Collection
from typing import Final, NamedTuple

from isal import isal_zlib

from logship.model import FileId
from logship.state.fingerprint import Fingerprint, ReadAt
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, Entry, Print, Saved, is_punched

FORMAT: Final = struct.Struct("<16sQQQQQqqIIIHHxxxx")
ROW_BYTES: Final = FORMAT.size
LINEAGE_AT: Final = 16
LINEAGE_AND_HEAD: Final = struct.Struct("<QQ")
IGNORED: Final = 1
"""Never to be read: from before the first start, or a copy."""
SEALED: Final = 4
"""Its file is a copy: what is appended to it is another generation's."""
NOISE: Final = 16
"""Its file was shredded, or, by an older version, is an archive of what nobody saw: it is a copy of nothing."""
PACKED: Final = 32
"""It is in an archive that was appended to, or may be: ``done`` says up to where all of that file is known."""
BROKEN: Final = 8
"""It is what is sound of an archive that is cut or damaged: it may go on in another file."""
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
    def done(self) -> int:
        """Up to where all of the file is known; of an archive that is never to be read this is its size."""
        return self.size if self.ignored else self.file_size if self.flags & PACKED else 0

    @property
    def file(self) -> FileId:
        """The generation's identity."""
        return FileId(base64.urlsafe_b64encode(self.number).decode().rstrip("="))

    def begins(self, size: int, read_at: ReadAt) -> bool:
        """Whether a file of ``size`` bytes has this one's first bytes, and at its end the last ones."""
        return size >= self.size and self.has_head(read_at) and self._has_tail(read_at)

    def is_packed_in(self, size: int, mtime_ns: int) -> bool:
        """Whether an archive with ``size`` bytes was made of its file: packers keep the time, if to the second only."""
        return size == self.size and mtime_ns // 10**9 == self.mtime_ns // 10**9

    def is_punched(self, size: int, read_at: ReadAt) -> bool:
        """Whether a file of ``size`` bytes has a hole where this one began, and the last ones, so many as prove it."""
        head = read_at(min(HEAD_BYTES, self.size), 0)
        return size >= self.size > HEAD_BYTES and is_punched(head) and self._has_tail(read_at)

    def has_head(self, read_at: ReadAt) -> bool:
        """Whether a file has its first bytes."""
        return bytes_hash(read_at(min(HEAD_BYTES, self.size), 0)) == self.head

    def _has_tail(self, read_at: ReadAt) -> bool:
        length = min(MARKER_BYTES, self.size)
        return isal_zlib.crc32(read_at(length, self.size - length)) == self.tail

    def entry(self, path: str, sinks: Collection[str], read_at: ReadAt) -> Entry:
        """Give the row as an entry again, of a file that may begin with its bytes; a sink that is new begins at 0.

        Without a digest, or a marker, where the file has others. The entry's head is the file's: :meth:`has_head` says
        whether that is the row's.
        """
        tail = read_at(min(MARKER_BYTES, self.size), max(0, self.size - MARKER_BYTES))
        marker = Print.of(tail) if isal_zlib.crc32(tail) == self.tail else Print()
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
            broken=bool(self.flags & BROKEN),
            digest=Fingerprint(0, (self.size, self.crc)) if self.crc and self.has_head(read_at) else Fingerprint(),
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
        (IGNORED if entry.ignored else 0) | (SEALED if entry.sealed else 0) | (BROKEN if entry.broken else 0),
    )


def path_hash(path: str) -> int:
    """Give what a row keeps of a live path."""
    return bytes_hash(os.fsencode(path))


def sinks_hash(sinks: Collection[str]) -> int:
    """Give what a row keeps of the sinks that have read a file."""
    return bytes_hash(",".join(sorted(sinks)).encode()) & 0xFFFF


def bytes_hash(data: bytes) -> int:
    """Give 64 bits of what a Print has."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=16).digest()[:8], "little")
