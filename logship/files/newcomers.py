"""Finds what file events name, without a sweep: new files, and finished ones that grow again, whatever is beside them.

Only what is surely related to nothing else is taken so. All else is left to the next sweep, which sees all names.
"""

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from stat import S_ISREG

from msgspec import Struct

from logship.files.adoption import Adoption
from logship.files.beneath import written_ns
from logship.files.discovery import Discovery
from logship.files.found import Found, new_entry
from logship.files.opener import Opener
from logship.files.reconciler import Reconciler
from logship.files.registry import Registry
from logship.state.identity import Entry


class Newcomers(Struct):
    """Asks names; opens beneath the root like a sweep."""

    discovery: Discovery
    opener: Opener
    reconciler: Reconciler
    registry: Registry
    adoption: Adoption
    sinks: tuple[str, ...]

    def adopt(
        self, paths: Collection[str], swept: Mapping[int, Found], has_room: Callable[[], bool], now: float
    ) -> bool:
        """Adopt the files that can be followed at once; whether nothing is left that a sweep has to look at.

        ``swept`` is what a sweep under way has opened and will adopt, by inode; ``now`` in monotonic seconds.
        """
        told = [self._adopt(path, swept, has_room, now) for path in paths]
        return all(told)

    def _adopt(self, path: str, swept: Mapping[int, Found], has_room: Callable[[], bool], now: float) -> bool:
        try:
            stat = os.lstat(path)
        except OSError as error:
            file = self.adoption.open.by_path.get(path)
            return isinstance(error, FileNotFoundError) and (file is None or file.deleted)
        settled = self._needs_nothing(path, stat, swept)
        if settled is not None:
            return settled
        candidate = self.discovery.candidate(path, stat.st_dev, stat.st_ino)
        found = self.opener.open(candidate, now) if candidate else None
        entry = self._entry(found) if found else None
        if found and entry and has_room():
            self.adoption.start(entry, found)
            return True
        if found:
            os.close(found.fd)
        return False

    def _needs_nothing(self, path: str, stat: os.stat_result, swept: Mapping[int, Found]) -> bool | None:
        """Say whether nothing has to be done about a name, else a sweep has to look; None if it may be a newcomer's."""
        file = self.adoption.open.by_path.get(path)
        other = self.adoption.open.by_inode.get((stat.st_dev, stat.st_ino))
        if other or file or not S_ISREG(stat.st_mode):
            return other is not None and other is file
        if stat.st_ino in swept:
            return swept[stat.st_ino].candidate.path == path
        return self.registry.finished.unchanged(stat.st_ino, stat.st_size, written_ns(stat)) or None

    def _entry(self, found: Found) -> Entry | None:
        """Give what is known of a file, or a new generation; None where it may be related to another one."""
        if self.registry.at(found.inode):
            return None
        if self.reconciler.is_new(found):
            return new_entry(found, self.sinks)
        with suppress(OSError):
            entry = next(iter([] if found.packed else self.registry.find(found)), None)
            return None if entry is None or entry.ignored or entry.sealed else entry
        return None
