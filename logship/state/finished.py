"""Finished generations, 92 bytes each: read to the end by every sink, or never to be read.

They are rows of one file, which is only appended to; in memory there is a number for each that is still there. A row
knows its file again when that grows, and a copy of it under another name of its lineage, for 30 days.
"""

import logging
import struct
import time
from array import array
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from logship.state.bits import Bits
from logship.state.identity import HEAD_BYTES
from logship.state.lately import Lately
from logship.state.row_file import RowFile
from logship.state.row_index import RowIndex
from logship.state.rows import (
    FORMAT,
    GONE,
    IGNORED,
    LINEAGE_AND_HEAD,
    LINEAGE_AT,
    NOISE,
    PACKED,
    ROW_BYTES,
    Row,
    bytes_hash,
    path_hash,
)

logger = logging.getLogger(__name__)

KEEP_SECONDS: Final = 30 * 86400.0
LATELY: Final = "lately.bin"
MAX_ROWS: Final = 200_000
"""18 MB on disk, half as much again before it is written anew; of more the oldest are dropped, which is said."""
_LINEAGE_BITS: Final = 1 << 20
_HEAD_BITS: Final = 1 << 22
MET: Final = 8
"""In memory only: its file was met, as it was, by the sweep that is under way."""
_NOT_MET: Final = bytes(flags & ~MET for flags in range(256))


def remembered_ns(now_ns: int) -> int:
    """Give since when what was shipped is remembered, both in epoch nanoseconds."""
    return now_ns - int(KEEP_SECONDS) * 10**9


class Finished:
    """The table. Rows are appended in memory, and put on disk by :meth:`flush`, which may run in a thread."""

    def __init__(
        self, path: Path | None = None, *, anew: bool = False, shared: bool = False, keep: float = KEEP_SECONDS
    ) -> None:
        """Read what is there, unless it begins ``anew``; ``shared`` leaves the file, which is another's, as it is.

        What is older than ``keep`` seconds is dropped.
        """
        self._disk = RowFile(None if shared else path)
        self._keep = keep
        lately = path.with_name(LATELY) if path and not shared else None
        self.lately = Lately(lately, since=time.time() - keep, anew=anew)
        """Those that were finished last, by their digests."""
        self._forget_all()
        self.dropped = 0
        """Rows that were younger than 30 days and had to go."""
        if path and anew:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        elif path:
            with suppress(OSError):
                self._copy(path) if shared else self._load()

    def _forget_all(self) -> None:
        self._there = RowIndex()
        """The row of each file that is there, as far as is known."""
        self._sizes, self._mtimes, self._flags = array("Q"), array("q"), bytearray()
        self._lineages, self._heads = Bits(_LINEAGE_BITS), Bits(_HEAD_BITS)
        """Hashes of lineages that have rows, and of those with heads: most that are asked about have none."""
        self._lengths = set[int]()
        """Of how many bytes rows know the head."""

    def __len__(self) -> int:
        """Give how many files are there, as far as is known."""
        return len(self._there)

    def add(self, row: Row, *, there: bool = True) -> None:
        """Know a generation as finished; ``there`` says that a file still has it."""
        row = row if there else row._replace(flags=row.flags | GONE)
        self._note(row)
        self._disk.append(row)

    def _note(self, row: Row) -> None:
        self._there.append(row.inode, there=not row.flags & GONE)
        self._lineages.add(row.lineage)
        self._heads.add(row.lineage ^ row.head)
        self._lengths.add(min(HEAD_BYTES, row.size))
        self._sizes.append(row.file_size)
        self._mtimes.append(row.mtime_ns)
        self._flags.append(row.flags)

    def at(self, inode: int) -> Row | None:
        """Give the finished generation whose file has an inode."""
        number = self._there.get(inode)
        return None if number < 0 else self._disk.row(number)

    def number(self, inode: int) -> int:
        """Give how many rows are older than that of the file with an inode; -1 where there is none."""
        return self._there.get(inode)

    def file_size(self, inode: int) -> int:
        """Give how large the finished file with an inode was; 0 where there is none."""
        number = self._there.get(inode)
        return self._sizes[number] if number >= 0 else 0

    def ignores(self, inode: int) -> bool:
        """Whether the file with an inode is never to be read."""
        number = self._there.get(inode)
        return number >= 0 and bool(self._flags[number] & IGNORED)

    def unchanged(self, inode: int, size: int, mtime_ns: int) -> bool:
        """Whether the file with an inode is as it was."""
        number = self._there.get(inode)
        return number >= 0 and self._sizes[number] == size and self._mtimes[number] == mtime_ns

    @property
    def pending(self) -> bool:
        """Whether there are rows that are not on disk yet."""
        return self._disk.pending

    def __contains__(self, inode: int) -> bool:
        """Whether a finished file had this inode when it was last there."""
        return inode in self._there

    def forget(self, inode: int) -> None:
        """Note that the file is open again, or gone; its row stays, for copies of it."""
        self._there.forget(inode)

    def begin_sweep(self) -> None:
        """Note that all names are listed anew."""
        self._flags = self._flags.translate(_NOT_MET)

    def meet(self, inode: int) -> None:
        """Note that the file with an inode is there, as it was."""
        if (number := self._there.get(inode)) >= 0:
            self._flags[number] |= MET

    def meet_unchanged(self, inode: int, size: int, mtime_ns: int) -> bool:
        """Note that the file with an inode is there, if it is as it was; gives whether it is."""
        same = self.unchanged(inode, size, mtime_ns)
        if same:
            self.meet(inode)
        return same

    def met(self, inode: int) -> bool:
        """Whether that was so since the names were listed anew."""
        number = self._there.get(inode)
        return number >= 0 and bool(self._flags[number] & MET)

    def keep_met(self, besides: Container[int] = ()) -> None:
        """Note that only files that were met, and those with the inodes ``besides``, are there."""
        for inode in [inode for inode, number in self._there if not self._flags[number] & MET]:
            if inode not in besides:
                self._there.forget(inode)

    def like(self, path: str, head: bytes) -> Iterator[Row]:
        """Give rows of a lineage whose files began with ``head``, or with its first bytes."""
        hashed = path_hash(path)
        if hashed not in self._lineages:
            return
        heads = {bytes_hash(head[:length]): length for length in self._lengths if 0 < length <= len(head)}
        likely = [(known, length) for known, length in heads.items() if hashed ^ known in self._heads]
        for piece in self._disk.pieces() if likely else ():
            for known, length in likely:
                for start in _starts(piece, LINEAGE_AND_HEAD.pack(hashed, known)):
                    row = Row(*FORMAT.unpack_from(piece, start))
                    if min(HEAD_BYTES, row.size) == length:
                        yield row

    def of_lineage(self, path: str) -> Iterator[Row]:
        """Give all rows of a lineage, of files that are there or gone."""
        hashed = path_hash(path)
        for piece in self._disk.pieces() if hashed in self._lineages else ():
            for start in _starts(piece, struct.pack("<Q", hashed)):
                yield Row(*FORMAT.unpack_from(piece, start))

    def doubt(self, path: str) -> list[Row]:
        """Forget which files of a lineage are never to be read, but for shredded ones: they are looked at again.

        Of an archive that was appended to, only what came last. Gives them.
        """
        doubted = []
        for inode in {row.inode for row in self.of_lineage(path) if row.ignored}:
            row = self.at(inode)  # an inode may have had other rows before
            if row and row.ignored and not row.flags & NOISE and row.lineage == path_hash(path):
                self._doubt(inode, row)
                doubted.append(row)
        return doubted

    def _doubt(self, inode: int, row: Row) -> None:
        if row.flags & PACKED:
            self._mtimes[self._there.get(inode)] = -1
        else:
            self._there.forget(inode)

    def left_alone(self) -> Iterator[Row]:
        """Give what is there and never to be read."""
        return map(self._disk.row, self._ignored())

    def count_left_alone(self) -> int:
        """Give how many those are, without reading any."""
        return sum(1 for _ in self._ignored())

    def _ignored(self) -> Iterator[int]:
        return (number for _, number in self._there if self._flags[number] & IGNORED)

    def flush(self) -> None:
        """Put new rows on disk; raises OSError, and they are written the next time."""
        self._disk.flush()
        with suppress(OSError):  # a convenience: it is written the next time
            self.lately.flush()

    def compact(self) -> None:
        """Drop rows that later ones replace, and the oldest, once there are half as many again as are kept."""
        if len(self._sizes) > MAX_ROWS * 3 // 2:
            with suppress(OSError), self._disk.quiet() as usable:
                if usable:
                    there = self._there
                    self._load()
                    for inode in [inode for inode, _ in self._there if inode not in there]:
                        self._there.forget(inode)

    def _copy(self, path: Path) -> None:
        """Know what is on disk of another's, young enough; it is kept in memory."""
        data, now = path.read_bytes(), time.time()
        for row in map(Row._make, FORMAT.iter_unpack(data[: len(data) // ROW_BYTES * ROW_BYTES])):
            if now - row.seen < self._keep:
                self.add(row, there=not row.flags & GONE)

    def _load(self) -> None:
        """Know what is on disk. It is gone through, not read at once: it may have several hundred thousand rows."""
        self._disk.open()
        kept = self._kept()
        if not all(kept):
            with suppress(OSError):
                self._disk.rewrite(kept)
        self._forget_all()
        for row in self._disk.rows():
            self._note(row)

    def _kept(self) -> bytearray:
        """Say of each row on disk whether it is kept: the last of its generation, young, and one of not too many."""
        last, now = RowIndex(), time.time()
        for row in self._disk.rows():  # a file may have been finished many times
            last.append(_key(row), there=True)
        rows = enumerate(self._disk.rows())
        kept = bytearray(last.get(_key(row)) == at and now - row.seen < self._keep for at, row in rows)
        surplus = max(0, sum(kept) - MAX_ROWS)
        self._drop(surplus)
        oldest = [at for at in range(len(kept)) if kept[at]][:surplus] if surplus else []
        for at in oldest:
            kept[at] = 0
        return kept

    def _drop(self, count: int) -> None:
        self.dropped += count
        if count:
            message = (
                "too many finished files: the oldest are forgotten before 30 days; a copy of one would be sent again"
            )
            logger.warning(message, extra={"files": count, "most": MAX_ROWS})


def _starts(piece: bytes, lineage: bytes) -> Iterator[int]:
    """Give where rows begin whose lineage, and what follows it, is this."""
    at = piece.find(lineage)
    while at >= 0:
        start = at - LINEAGE_AT
        if start % ROW_BYTES == 0:
            yield start
        at = piece.find(lineage, at + 1)


def _key(row: Row) -> int:
    return int.from_bytes(row.number[:8], "little")
