"""Finds what follows a file under its name, without a sweep: a few names are asked, however many others there are.

Only a plain rotation is found so. Whatever else may be behind a name is left to the next sweep, which sees all names.
"""

import os
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from stat import S_ISREG

from msgspec import Struct

from logship.files.beneath import real_path
from logship.files.calm import ACTIVE_SECONDS
from logship.files.discovery import Discovery
from logship.files.found import Found
from logship.files.learning import learn
from logship.files.open_files import OpenFiles
from logship.files.opener import Opener
from logship.files.reconciler import Reconciler
from logship.files.tailing import TailedFile

MAX_ASKED, MAX_ACTIVE = 512, 64
"""So many names are asked at once, in turn, and so many of files that grow just now; it takes about a millisecond."""
MAX_OPENED = 16
"""How many files are opened at once."""


class Successor(Struct, frozen=True):
    """A new file, just opened, under a name that is followed; whoever takes it owns the descriptor."""

    found: Found
    former: TailedFile
    renamed: str
    """Where the former file is now; empty where that is not known."""


class Successors(Struct):
    """Asks names; opens beneath the root like a sweep."""

    discovery: Discovery
    opener: Opener
    reconciler: Reconciler
    open: OpenFiles
    _turn: int = 0
    """Which name of all is asked next."""

    def find(self, files: Sequence[TailedFile], swept: Container[int], room: int, now: float) -> Iterator[Successor]:
        """Give the successors of open files, at most 16 and at most ``room``.

        ``swept`` are the inodes of what a sweep under way has opened and will adopt. To be consumed at once: what is
        given is to be adopted before the next one is looked for.
        """
        for former, inode in islice(self._replaced(files, now), min(room, MAX_OPENED)):
            candidate = self.discovery.candidate(former.path, former.device, inode)
            found = self.opener.open(candidate, now) if candidate else None
            if found is None:
                continue
            # Asked once the successor is open: if the former file is next to it even now, nothing came in between.
            renamed = _renamed(former)
            if renamed == "" and learn(self.discovery, former.path, real_path(former.fd)):
                renamed = None  # others may have come in between
            if renamed is None or found.inode in swept or not self.reconciler.is_new(found):
                os.close(found.fd)
            else:
                yield Successor(found, former, renamed)

    def _replaced(self, files: Sequence[TailedFile], now: float) -> Iterator[tuple[TailedFile, int]]:
        """Give files whose name is that of another regular file, which is not open, and that one's inode."""
        for file in self._asked(files, now):
            there = _at(file.path) if file.path and file.sound else None
            if there and there not in self.open.by_inode:
                yield file, there[1]

    def _asked(self, files: Sequence[TailedFile], now: float) -> Iterator[TailedFile]:
        active = (file for file in reversed(files) if now - file.grown_at < ACTIVE_SECONDS)
        yield from islice(active, MAX_ACTIVE)
        start = self._turn if self._turn < len(files) else 0
        self._turn = start + MAX_ASKED
        yield from files[start : self._turn]


def _renamed(file: TailedFile) -> str | None:
    """Give where a file that was rotated is: next to its name, or somewhere, empty; None if others came in between.

    Where rotated files are not numbered, nobody can tell; a file in between then lasted from one look to the next.
    """
    first, second = f"{file.path}.1", f"{file.path}.2"
    if there := _at(first):
        return first if there == (file.device, file.inode) else None
    return None if _at(second) else ""


def _at(path: str) -> tuple[int, int] | None:
    """Give device and inode of the regular file that has a name; links are not followed."""
    with suppress(OSError):
        stat = os.lstat(path)
        return (stat.st_dev, stat.st_ino) if S_ISREG(stat.st_mode) else None
    return None
