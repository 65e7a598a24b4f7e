"""What another logship knows by its state folder, read beside it: nothing of it is touched, or locked.

The checkpoint is read before the rows of finished generations, which are written first: of each generation there is an
entry or a row.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from logship.state.checkpoints import FINISHED, Checkpoints
from logship.state.fingerprint import ReadAt
from logship.state.finished import Finished
from logship.state.identity import HEAD_BYTES, Entry
from logship.state.journal import applied
from logship.state.rows import FORMAT, GONE, IGNORED, ROW_BYTES, Row


class Neighbour:
    """Generations that are another's to read, and files that it left alone."""

    def __init__(self, folder: Path) -> None:
        """Read a folder; of one that is not there, or not usable, nothing is known."""
        checkpoint = Checkpoints(folder).peek()
        self.there = not (checkpoint.first or checkpoint.damage)
        """Whether there is such a state."""
        self.damage = checkpoint.damage
        """Why it can't be used."""
        self.first_start_ns, self.saved_ns = checkpoint.first_start_ns, checkpoint.saved_ns
        entries = applied(checkpoint.entries, folder)
        self.entries = [replace(entry, ignored=True, inode=0) for entry in entries if not entry.ignored]
        """What it reads, or is to read, as generations that nobody else is to."""
        self._alone = {entry.inode: (entry.size, -1) for entry in entries if entry.ignored}
        self._known = {entry.inode for entry in entries}
        self.finished = Finished()
        """What it has read, likewise."""
        followed = {entry.inode for entry in entries if not entry.ignored}
        for row in _rows(folder / FINISHED):
            self._take(row, followed)

    def _take(self, row: Row, followed: set[int]) -> None:
        if not row.ignored:
            self.finished.add(row._replace(flags=row.flags | IGNORED), there=False)
        if row.flags & GONE or row.inode in followed:
            return
        self._known.add(row.inode)
        self._alone.pop(row.inode, None)
        if row.ignored:
            self._alone[row.inode] = (row.file_size, row.mtime_ns)

    def knows(self, inode: int) -> bool:
        """Whether it has met the file with an inode."""
        return inode in self._known

    def left_alone(self, inode: int, size: int, mtime_ns: int) -> bool:
        """Whether it will not read the file with an inode, which is as it was: history, or a copy."""
        known = self._alone.get(inode)
        return known is not None and known[0] == size and known[1] in (-1, mtime_ns)

    def has_read(self, lineage: str, size: int, read_at: ReadAt) -> bool:
        """Whether it has read all that a plain file has."""
        with suppress(OSError):
            rows = self.finished.like(lineage, read_at(min(HEAD_BYTES, size), 0))
            return any(row.size == size and row.begins(size, read_at) for row in rows)
        return False

    def of_lineage(self, path: str) -> list[Entry]:
        """Give what it reads of a lineage."""
        return [entry for entry in self.entries if entry.path == path]


def _rows(path: Path) -> Iterator[Row]:
    data = b""
    with suppress(OSError):
        data = path.read_bytes()
    for at in range(0, len(data) - ROW_BYTES + 1, ROW_BYTES):
        yield Row(*FORMAT.unpack_from(data, at))
