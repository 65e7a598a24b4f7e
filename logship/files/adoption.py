"""Decides what a file that was found is: one we know, a copy of one, a new generation, or none of our business.

The rules are DECISIONS 1 to 7 and 9. Nothing here waits; :mod:`logship.files.intake` says when to look.
"""

import os
import re
import time
from collections.abc import Collection, Container, Mapping
from pathlib import Path

from msgspec import Struct

from logship.files.beneath import Root, birth_ns
from logship.files.compressed import CompressedFile, Contents
from logship.files.names import Candidate, Folder, Globs
from logship.files.tailing import Place, TailedFile
from logship.state.identity import (
    HEAD_BYTES,
    MARKER_BYTES,
    Entry,
    Print,
    Saved,
    holds,
    new_file_id,
)

NEWER_SLACK_NS = 2 * 10**9
"""File times are coarse, and a save takes time."""
SEEN_SECONDS = 600.0
"""How old what is saved of a file's being there may be."""
COPY_QUIET_SECONDS = 2.0
"""A copy that has not grown for this long, beside a live file that did not shrink, is finished."""
_ROTATION_NUMBER = re.compile("[0-9]{1,3}")


class Found(Struct):
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
    live: str = ""
    """Path of the live file that its name looks like a rotated form of; empty if of none."""

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
        folder = Folder(Root(str(Path(path).parent)), "", file.device, Globs(()))
        candidate = Candidate(folder, Path(path).name, file.inode, regular=True, matched=True)
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


def tailed(entry: Entry, found: Found, sinks: Collection[str], contents: Contents | None = None) -> TailedFile:
    """Go on with a generation in the file that was found; each sink from its own offset, a new sink from the start.

    ``contents`` says that it was compressed, and has been measured.
    """
    path = found.candidate.path if found.candidate.matched else ""
    file: TailedFile
    if contents is None:
        file = TailedFile(entry.file, found.fd, entry.path, path, found.birth_ns, found.grown_at)
    else:
        file = CompressedFile(entry.file, found.fd, entry.path, contents, found.grown_at)
    for sink in sinks:
        saved = entry.offsets.get(sink, Saved())
        file.places[sink] = file.restore(Place(saved.offset, saved.state, saved.offset))
    return file


def new_entry(found: Found, sinks: Collection[str], *, at_end: bool = False, ignored: bool = False) -> Entry:
    """Mint a generation for a file; ``at_end`` begins after its last whole line."""
    offset = _last_newline(found) if at_end else 0
    live = found.live if not found.candidate.matched else found.candidate.path
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


def entry_of(file: TailedFile, offsets: Mapping[str, Saved], last: Entry | None = None) -> Entry:
    """Give what to save of an open file; ``offsets`` are the acknowledged ones. ``last`` again if nothing changed."""
    head, now = file.fingerprint(), time.time()
    if last and last.offsets == offsets and _still(last, file, head, now):
        return last
    return Entry(file.file, file.lineage, file.inode, file.birth_ns, head, file.size, now, offsets)


def _still(entry: Entry, file: TailedFile, head: Print, now: float) -> bool:
    same = entry.size == file.size and entry.inode == file.inode and entry.birth_ns == file.birth_ns
    return same and entry.head == head and now - entry.seen < SEEN_SECONDS


def is_copy(found: Found, live: TailedFile) -> bool:
    """Whether the beginnings of a rotated form and of the live file are, or were, the same, as far as both go.

    An empty one may be a copy that has only just been begun.
    """
    if live.head.length and live.head.matches(found.read_at(live.head.length, 0)):
        return True  # the live file may have been truncated since
    length = min(HEAD_BYTES, found.size, live.size)
    return live.size > 0 and found.read_at(length, 0) == live.read_at(length, 0)


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


def unseen_successors(live: str, now: str, found: Container[str]) -> int:
    """Count the files that came and went unseen: a live file that is found as LIVE.3 has had two successors."""
    number = _rotation_number(live, now)
    return sum(f"{live}.{each}" not in found for each in range(1, number))


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
