"""Entries of generations, found by their identity, their inode or their lineage, however many there are."""

from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from logship.files.index import Index
from logship.model import FileId
from logship.state.identity import Entry, Saved, shared


class Entries:
    """What is kept of generations that are not finished."""

    def __init__(self, sinks: tuple[str, ...]) -> None:
        self.entries: dict[FileId, Entry] = {}
        self._sinks = sinks
        self._by_inode = Index[int, FileId]()
        self._by_path = Index[str, FileId]()

    def add(self, entry: Entry) -> None:
        """Know a generation."""
        self.pop(entry.file)
        self.entries[entry.file] = replace(entry, offsets=shared(entry.offsets)) if len(entry.offsets) > 1 else entry
        self._by_inode.add(entry.inode, entry.file)
        self._by_path.add(entry.path, entry.file)

    def pop(self, file: FileId) -> None:
        """Know it no longer: it is open, or forgotten."""
        entry = self.entries.pop(file, None)
        if entry is not None:
            self._by_inode.remove(entry.inode, file)
            self._by_path.remove(entry.path, file)

    def leave(self, file: FileId) -> None:
        """Note that a generation is not in the file with its inode any more: only its content tells it from now on."""
        if entry := self.entries.get(file):
            self.add(replace(entry, inode=0))

    def paths(self) -> set[str]:
        """Give the live paths of all generations that are not finished."""
        return set(self._by_path)

    def unfinished(self) -> list[str]:
        """Give the paths of generations that are not open, were to be read, and were not read to their ends."""
        return [entry.path for entry in self.entries.values() if self.unread(entry) > 0]

    def at(self, inode: int) -> list[FileId]:
        """Give the generations that had this inode, and are not finished."""
        return self._by_inode.of(inode)

    def of_lineage(self, path: str) -> Iterator[Entry]:
        """Give what is known, and not finished, of a lineage."""
        return self._each(self._by_path.of(path))

    def missing(self, present: Container[FileId]) -> dict[str, int]:
        """Give the paths of generations that nobody met and that are not finished, and how much of them is unread.

        What was written after their last save, and may have been read since, is not in that.
        """
        missing: dict[str, int] = {}
        for entry in self.entries.values():
            if not (entry.ignored or entry.gone or entry.file in present):
                missing[entry.path] = missing.get(entry.path, 0) + max(0, self.unread(entry))
        return missing

    def _each(self, files: Iterable[FileId]) -> Iterator[Entry]:
        return (self.entries[file] for file in files)

    def unread(self, entry: Entry) -> int:
        """Give what nobody read of one; nothing where that was counted before, or was none of our business."""
        read = min((entry.offsets.get(sink, Saved()).offset for sink in self._sinks), default=0)
        return 0 if entry.ignored or entry.gone else entry.size - read
