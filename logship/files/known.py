"""Generations that are not open: finished, gone, or never to be read; and what their files looked like.

A folder may have any number of them: each question is answered by an index, and how many are kept is bounded.
"""

import os
from collections import Counter
from collections.abc import Collection, Container, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from logship.files.adoption import SEEN_SECONDS, Found
from logship.files.compressed import Contents
from logship.files.names import Candidate
from logship.files.tailing import TailedFile
from logship.model import FileId
from logship.state.identity import SHORT_HEAD_BYTES, Entry, Print, Saved, holds, same_content, same_file

K = TypeVar("K")

FORGET_SECONDS = 3600.0
MAX_KNOWN = 8192
"""Of more, those that are gone are forgotten first, the longest gone before the others (about 3 MB of checkpoint)."""


class Lost(Struct, frozen=True):
    """A generation that went, or was forgotten, before all of it was read."""

    entry: Entry
    nbytes: int
    reason: str


class _Index(Generic[K]):
    """Generations by something that few have in common: most keys have one, which needs no container."""

    def __init__(self) -> None:
        self._one: dict[K, FileId] = {}
        self._others: dict[K, dict[FileId, None]] = {}

    def __iter__(self) -> Iterator[K]:
        """Give every key that has one."""
        return iter(self._one)

    def of(self, key: K) -> list[FileId]:
        """Give those that have a key."""
        return [self._one[key], *self._others.get(key, ())] if key in self._one else []

    def add(self, key: K, file: FileId) -> None:
        """Have one that is not there yet under a key."""
        if self._one.setdefault(key, file) != file:
            self._others.setdefault(key, {})[file] = None

    def remove(self, key: K, file: FileId) -> None:
        """Have one that is there no longer."""
        others = self._others.get(key, {})
        if self._one[key] != file:
            del others[file]
        elif others:
            self._one[key], _ = others.popitem()
        else:
            del self._one[key]
        if not others:
            self._others.pop(key, None)


class Known:
    """What the checkpoint keeps of generations that are not open now."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: dict[FileId, Entry] = {}
        self._by_inode, self._by_path, self._by_head = _Index[int](), _Index[str](), _Index[Print]()
        self._heads: Counter[int] = Counter()
        """How many generations have a fingerprint of so many bytes."""
        self._signatures: dict[int, tuple[FileId, tuple[int, int]]] = {}
        for entry in entries:
            self.add(entry)

    # -- what is kept ---------------------------------------------------------------------------------------------

    def add(self, entry: Entry) -> None:
        """Know a generation."""
        self.pop(entry.file)
        self.entries[entry.file] = entry = replace(entry, offsets=_shared(entry.offsets))
        self._heads[entry.head.length] += 1
        self._by_inode.add(entry.inode, entry.file)
        self._by_path.add(entry.path, entry.file)
        self._by_head.add(entry.head, entry.file)

    def keep(self, entry: Entry, found: Found | TailedFile) -> None:
        """Know a generation, and what its file looks like as long as nobody touches it."""
        self.add(entry)
        self._signatures[found.inode] = (entry.file, found.signature)

    def pop(self, file: FileId) -> None:
        """Know it no longer: it is open, or forgotten."""
        entry = self.entries.pop(file, None)
        if entry is None:
            return
        self._heads -= Counter((entry.head.length,))
        self._by_inode.remove(entry.inode, file)
        self._by_path.remove(entry.path, file)
        self._by_head.remove(entry.head, file)

    def paths(self) -> set[str]:
        """Give the live paths of all generations."""
        return set(self._by_path)

    # -- which of them a file is ----------------------------------------------------------------------------------

    def at(self, inode: int) -> list[FileId]:
        """Give the generations that had this inode."""
        return self._by_inode.of(inode)

    def unchanged(self, candidate: Candidate) -> FileId | None:
        """Give the generation that a name still stands for, if its file has not changed since it was closed."""
        file, signature = self._signatures.get(candidate.inode, (None, None))
        if file is None or file not in self.entries:
            return None
        with suppress(OSError):
            stat = os.stat(candidate.path, follow_symlinks=False)  # noqa: PTH116 - one call a file and sweep
            return file if (stat.st_size, stat.st_mtime_ns) == signature else None
        return None

    def find(self, found: Found) -> Entry | None:
        """Give the generation that this file is, by inode, head and marker."""
        same = (found.inode, found.birth_ns, found.size, found.read_at)
        return next((entry for entry in self._each(self._by_inode.of(found.inode)) if same_file(entry, *same)), None)

    def find_copied(self, found: Found) -> Entry | None:
        """Give the generation that this rotated form is a copy of (copytruncate while logship was down)."""
        of_this_lineage = (entry for entry in self._each(self._by_path.of(found.live)) if not entry.ignored)
        return next((entry for entry in of_this_lineage if same_content(entry, found.size, found.read_at)), None)

    def find_packed(self, contents: Contents) -> Generator[None, None, Entry | None]:
        """Give, in steps, the generation that was compressed into a gzip file; then its contents are measured."""
        beginning = contents.head()
        lengths = [length for length in self._heads if SHORT_HEAD_BYTES <= length <= len(beginning)]
        alike = [each for length in lengths for each in self._each(self._by_head.of(Print.of(beginning[:length])))]
        # by offset: the contents are best gone through forwards
        entries = sorted((entry for entry in alike if not entry.ignored), key=lambda entry: entry.furthest.offset)
        size = (yield from contents.measure()) if entries else None
        for entry in entries if size is not None else ():
            yield from contents.reach(entry.furthest.offset)
            if holds(entry.furthest, size or 0, contents.read_at):
                return entry
        return None

    def _each(self, files: Iterable[FileId]) -> Iterator[Entry]:
        return (self.entries[file] for file in files)

    # -- what became of them --------------------------------------------------------------------------------------

    def account(self, present: Container[FileId], sinks: Collection[str], now: float, *, count: bool) -> list[Lost]:
        """Keep what is present, forget what has been gone for an hour; ``now`` in Unix seconds.

        With ``count``, what is not there went while logship was down. Gives what is lost by either.
        """
        lost = []
        for entry in list(self.entries.values()):
            if entry.file in present:
                if now - entry.seen > SEEN_SECONDS:
                    self.entries[entry.file] = replace(entry, seen=now)
            elif count and not entry.ignored and not entry.gone:
                self.entries[entry.file] = replace(entry, gone=True)
                lost.append(_lost(entry, sinks, "gone_while_down"))
            elif now - entry.seen > FORGET_SECONDS:
                lost.append(self._forget(entry, sinks))
        lost += [self._forget(entry, sinks) for entry in self._too_many(present)]
        self._signatures = {inode: known for inode, known in self._signatures.items() if known[0] in present}
        return [each for each in lost if each.nbytes > 0]

    def _too_many(self, present: Container[FileId]) -> list[Entry]:
        surplus = len(self.entries) - MAX_KNOWN
        if surplus <= 0:
            return []
        # what was never to be read would only be judged again; what is there and was read would be read again
        return sorted(self.entries.values(), key=lambda e: (e.file in present, not e.ignored, e.seen))[:surplus]

    def _forget(self, entry: Entry, sinks: Collection[str]) -> Lost:
        self.pop(entry.file)
        return _lost(entry, sinks, "unreadable")


def _shared(offsets: Mapping[str, Saved]) -> dict[str, Saved]:
    """Keep what is the same for several sinks, as it is once all have read all, once."""
    same: dict[Saved, Saved] = {}
    return {sink: same.setdefault(saved, saved) for sink, saved in offsets.items()}


def _lost(entry: Entry, sinks: Collection[str], reason: str) -> Lost:
    """Give what nobody read; nothing where that was counted before, or was none of our business."""
    settled = entry.ignored or entry.gone
    read = min(entry.offsets.get(sink, Saved()).offset for sink in sinks)
    return Lost(entry, 0 if settled else entry.size - read, reason)
