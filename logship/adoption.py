"""Decides what a file that was found is: one we know, a copy of one, a new generation, or none of our business.

The rules are DECISIONS 1 to 7 and 9. Nothing here waits; :mod:`logship.intake` says when to look.
"""

import os
import re
import time
from collections.abc import Collection, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from logship import compressed
from logship.beneath import Root, birth_ns
from logship.compressed import CompressedFile
from logship.discovery import Candidate
from logship.identity import (
    HEAD_BYTES,
    MARKER_BYTES,
    SHORT_HEAD_BYTES,
    Entry,
    Print,
    Saved,
    holds,
    new_file_id,
    same_content,
    same_file,
)
from logship.model import FileId
from logship.tailing import Place, TailedFile

NEWER_SLACK_NS = 2 * 10**9
"""File times are coarse, and a save takes time."""
COPY_QUIET_SECONDS = 2.0
"""A copy that has not grown for this long, beside a live file that did not shrink, is finished."""
FORGET_SECONDS = 3600.0
_ROTATION_NUMBER = re.compile("[0-9]{1,3}")


@dataclass(slots=True)
class Found:
    """A regular file that was just opened; whoever decides what it is owns the descriptor."""

    candidate: Candidate
    fd: int
    size: int
    inode: int
    device: int
    mtime_ns: int
    birth_ns: int | None
    grown_at: float
    """Monotonic seconds when it was first seen or last changed size."""

    @classmethod
    def open(cls, candidate: Candidate, root_fd: int, now: float) -> "Found":
        """Open what a candidate names; OSError where it is not a readable regular file beneath its root."""
        fd = candidate.root.open_file(root_fd, candidate.relative)
        try:
            stat = os.fstat(fd)
            os.pread(fd, 1, 0)  # a file that opens and can't be read is unreadable, too
        except OSError:
            os.close(fd)
            raise
        return cls(candidate, fd, stat.st_size, stat.st_ino, stat.st_dev, stat.st_mtime_ns, birth_ns(fd), now)

    @classmethod
    def of(cls, file: TailedFile, path: str, now: float) -> "Found":
        """Take an open file as found anew under ``path``: a truncated one begins another generation."""
        root = Root(str(Path(path).parent))
        candidate = Candidate(root, Path(path).name, file.device, file.inode, link=False, matched=True, live="")
        return cls(candidate, os.dup(file.fd), file.size, file.inode, file.device, file.mtime_ns, file.birth_ns, now)

    def read_at(self, size: int, offset: int) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""
        return os.pread(self.fd, size, offset)

    def look(self, now: float) -> None:
        """Ask ``fstat`` how large it is now; ``now`` in monotonic seconds."""
        size = os.fstat(self.fd).st_size
        if size != self.size:
            self.size, self.grown_at = size, now

    @property
    def signature(self) -> tuple[int, int]:
        """What tells that a closed file has changed since."""
        return self.size, self.mtime_ns


class Known:
    """Generations that are not open: finished, gone, or never to be read; and what their files looked like."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: dict[FileId, Entry] = {entry.file: entry for entry in entries}
        self._signatures: dict[int, tuple[FileId, tuple[int, int]]] = {}

    def keep(self, entry: Entry, found: Found | TailedFile) -> None:
        """Remember a generation that is not open now."""
        self.entries[entry.file] = entry
        self._signatures[found.inode] = (entry.file, found.signature)

    def unchanged(self, candidate: Candidate) -> FileId | None:
        """Give the generation that a name still stands for, if its file has not changed since it was closed."""
        file, signature = self._signatures.get(candidate.inode, (None, None))
        if file is None or file not in self.entries:
            return None
        with suppress(OSError):
            stat = os.stat(candidate.path, follow_symlinks=False)  # noqa: PTH116 - one call a file and sweep
            return file if (stat.st_size, stat.st_mtime_ns) == signature else None
        return None

    def take(self, found: Found) -> Entry | None:
        """Give and forget the generation that this file is, by inode, head and marker."""
        for entry in self.entries.values():
            if entry.inode == found.inode and same_file(entry, found.inode, found.birth_ns, found.size, found.read_at):
                return self.entries.pop(entry.file)
        return None

    def take_copied(self, found: Found) -> Entry | None:
        """Give and forget the generation that this rotated form is a copy of (copytruncate while logship was down)."""
        for entry in self.entries.values():
            of_this_lineage = entry.path == found.candidate.live and not entry.ignored
            if of_this_lineage and same_content(entry, found.size, found.read_at):
                return self.entries.pop(entry.file)
        return None

    def take_compressed(self, found: Found) -> tuple[Entry, int] | None:
        """Give and forget the generation that was compressed into this gzip file, and the size of the contents."""
        beginning = compressed.head(found.fd)
        for entry in self.entries.values():
            if entry.head.length >= SHORT_HEAD_BYTES and entry.head.matches(beginning) and not entry.ignored:
                contents = compressed.Contents(found.fd)
                size = contents.size()
                if size is not None and holds(entry.furthest, size, contents.read_at):
                    return self.entries.pop(entry.file), size
        return None

    def account(
        self, present: Container[FileId], sinks: Collection[str], now: float, *, count: bool
    ) -> list[tuple[Entry, int]]:
        """Keep what is present, forget what has been gone for an hour; ``now`` in Unix seconds.

        With ``count``, give each generation that went while logship was down, and the bytes that nobody read of it.
        """
        gone = []
        for entry in list(self.entries.values()):
            if entry.file in present:
                if now - entry.seen > FORGET_SECONDS / 6:
                    self.entries[entry.file] = replace(entry, seen=now)
            elif count and not entry.ignored and not entry.gone:
                self.entries[entry.file] = replace(entry, gone=True)
                lost = entry.size - min(entry.offsets.get(sink, Saved()).offset for sink in sinks)
                gone += [(entry, lost)] if lost > 0 else []
            elif now - entry.seen > FORGET_SECONDS:
                del self.entries[entry.file]
        self._signatures = {inode: known for inode, known in self._signatures.items() if known[0] in self.entries}
        return gone

    def inodes(self) -> dict[int, list[FileId]]:
        """Give the generations by inode."""
        inodes: dict[int, list[FileId]] = {}
        for entry in self.entries.values():
            inodes.setdefault(entry.inode, []).append(entry.file)
        return inodes

    def paths(self) -> set[str]:
        """Give the live paths of all generations."""
        return {entry.path for entry in self.entries.values()}


def tailed(entry: Entry, found: Found, sinks: Collection[str], content_size: int | None = None) -> TailedFile:
    """Go on with a generation in the file that was found; each sink from its own offset, a new sink from the start.

    ``content_size`` says that it was compressed, and how large it was.
    """
    path = found.candidate.path if found.candidate.matched else ""
    file: TailedFile
    if content_size is None:
        file = TailedFile(entry.file, found.fd, entry.path, path, found.birth_ns, found.grown_at)
    else:
        file = CompressedFile(entry.file, found.fd, entry.path, content_size, found.grown_at)
    for sink in sinks:
        saved = entry.offsets.get(sink, Saved())
        file.places[sink] = file.restore(Place(saved.offset, saved.state, saved.offset))
    return file


def new_entry(found: Found, sinks: Collection[str], *, at_end: bool = False, ignored: bool = False) -> Entry:
    """Mint a generation for a file; ``at_end`` begins after its last whole line."""
    offset = _last_newline(found) if at_end else 0
    live = found.candidate.live if not found.candidate.matched else found.candidate.path
    return Entry(
        file=new_file_id(),
        path=live,
        inode=found.inode,
        birth_ns=found.birth_ns,
        head=Print.of(found.read_at(HEAD_BYTES, 0)),
        size=found.size,
        seen=time.time(),
        offsets={sink: Saved(offset) for sink in sinks},
        ignored=ignored,
    )


def entry_of(file: TailedFile, offsets: Mapping[str, Saved]) -> Entry:
    """Give what to save of an open file; ``offsets`` are the acknowledged ones."""
    return Entry(
        file.file, file.lineage, file.inode, file.birth_ns, file.fingerprint(), file.size, time.time(), offsets
    )


def is_copy(found: Found, live: TailedFile) -> bool:
    """Whether the beginnings of a rotated form and of the live file are, or were, the same, as far as both go."""
    if live.head.length and live.head.matches(found.read_at(live.head.length, 0)):
        return True  # the live file may have been truncated since
    if found.size and not live.size:
        return False  # nothing to compare
    length = min(HEAD_BYTES, found.size, live.size)
    return length > 0 and found.read_at(length, 0) == live.read_at(length, 0)


def continues(found: Found, file: TailedFile) -> bool:
    """Whether a rotated form has all that any sink has read of ``file``, and may have its unread rest."""
    place = file.furthest
    head = file.head
    if not head.matches(found.read_at(head.length, 0)):
        return False
    return holds(Saved(place.offset, marker=Print.of(place.tail)), found.size, found.read_at)


def is_backup(found: Found, live: TailedFile) -> bool:
    """Whether the live file has all that a rotated form has: the same beginning, and at its end the same bytes."""
    start = max(0, found.size - MARKER_BYTES)
    return (
        found.size <= live.size
        and is_copy(found, live)
        and found.read_at(MARKER_BYTES, start) == live.read_at(found.size - start, start)
    )


def unseen_successors(live: str, now: str, found: Iterable[str]) -> int:
    """Count the files that came and went unseen: a live file that is found as LIVE.3 has had two successors."""
    number = _rotation_number(live, now)
    return max(0, number - 1 - sum(0 < _rotation_number(live, path) < number for path in found))


def _rotation_number(live: str, path: str) -> int:
    """Give N of ``LIVE.N``; 0 for any other name, and for what is rather a date."""
    suffix = path.removeprefix(live + ".")
    return int(suffix) if path.startswith(live + ".") and _ROTATION_NUMBER.fullmatch(suffix) else 0


def _last_newline(found: Found) -> int:
    end = found.size
    while end > 0:
        start = max(0, end - 65536)
        newline = found.read_at(end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
