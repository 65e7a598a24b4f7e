"""What became of generations that are not open: gone while logship was down, forgotten, or rotated away unseen."""

import logging
import time
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from logship.files.adoption import Adoption
from logship.files.beyond import Beyond
from logship.files.discovery import Discovery
from logship.files.gaps import Gaps, Seen
from logship.files.learning import learn_from_packed, learn_from_renamed, unlisted
from logship.files.losses import LOSSES
from logship.files.reconciler import Reconciler
from logship.files.registry import Registry
from logship.files.snapshot import SEEN_SECONDS
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.identity import Entry

logger = logging.getLogger(__name__)

FORGET_SECONDS = 3600.0
GONE_SECONDS = 5.0
"""So long what went while logship was down is looked for: it may be on its way to another name, or being packed."""
MAX_ENTRIES = 8192
"""Of more, those that are gone are forgotten first, the longest gone before the others (about 8 MB of checkpoint)."""


class Lost(Struct, frozen=True):
    """A generation that went, or was forgotten, before all of it was read."""

    entry: Entry
    nbytes: int
    reason: str


class Departures:
    """Counts what went, once; forgets what has been gone for an hour."""

    def __init__(
        self,
        registry: Registry,
        adoption: Adoption,
        reconciler: Reconciler,
        metrics: Metrics,
        files: Mapping[FileId, TailedFile],
    ) -> None:
        """``files`` are the open ones."""
        self._registry = registry
        self._adoption = adoption
        self._reconciler = reconciler
        self._metrics = metrics
        self._files = files
        self.gaps, self.beyond = Gaps(metrics), Beyond()
        self.counted = False
        """Whether what went while logship was down is known."""
        self._since: float | None = None
        """When all names were seen first, in monotonic seconds."""
        self._looked_ns = 0
        """When somebody had looked last before that, in epoch nanoseconds."""

    @property
    def doubted(self) -> bool:
        """Whether something is missing, and is still looked for."""
        return self._since is not None and not self.counted

    def find(self, sweep: Sweep, discovery: Discovery) -> Iterator[None]:
        """Open, in steps, what was open when logship ended and no name leads to now, until what went is known.

        And what else has names of the form that one of those has, or an open file that was renamed.
        """
        learn_from_renamed(self._files.values(), sweep, discovery)
        if not self.counted:
            yield from self.beyond.find(sweep, discovery)
        if self._reconciler.away:
            yield from learn_from_packed(self._files.values(), sweep, discovery)
        yield from sweep.look_again(unlisted(discovery))

    def account(self, present: Collection[FileId], now: float, *, sure: bool, ending: bool) -> None:
        """Judge what a sweep did not find; ``sure`` says that all names were seen, ``now`` in monotonic seconds.

        ``ending``: nothing more will come.
        """
        count = sure and not self.counted
        if count and self._may_come_yet(present, now, ending=ending):
            return
        adoption = self._adoption
        if count or (sure and self._reconciler.away):
            looked_ns = self._looked_ns if count else self._reconciler.swept_ns
            seen = Seen(self._registry, present, self._files, adoption.new, looked_ns, adoption.met_again)
            self.gaps.look(seen, adoption.unknown.values())
        adoption.unknown.clear()
        adoption.met_again.clear()
        self._registry.keep_names(present, sure=sure)
        for lost in departed(self._registry, present, time.time(), count=count):
            self._metrics.lost(lost.reason, lost.nbytes)
            extra = {"path": lost.entry.path, "reason": lost.reason, "lost_bytes": lost.nbytes}
            logger.warning("a file went before all of it was read", extra=extra | {"advice": LOSSES[lost.reason]})
        self.counted = self.counted or count

    def are_counted(self, inodes: Collection[int]) -> None:
        """Note that what nobody read of files with these inodes was counted as lost."""
        for file in (file for inode in inodes for file in self._registry.at(inode)):
            self._registry.entries[file] = replace(self._registry.entries[file], gone=True)

    def _may_come_yet(self, present: Collection[FileId], now: float, *, ending: bool) -> bool:
        """Whether something is missing that may yet be found; copies are looked at again for it."""
        missing = self._registry.missing(present)
        if self._since is None:
            self._since, self._looked_ns = now, self._reconciler.swept_ns
            for path in missing:  # it may be in a copy that was put by while its file was still read
                self._registry.doubt_copies(path)
            return bool(missing)
        return any(missing.values()) and not ending and now - self._since < GONE_SECONDS


def departed(registry: Registry, present: Collection[FileId], now: float, *, count: bool) -> list[Lost]:
    """Keep what is present, forget what has been gone for an hour; ``now`` in Unix seconds.

    With ``count``, what is not there went while logship was down. Gives what is lost by either.
    """
    lost = [*_gone(registry, present, now, count=count)]
    for entry in _too_many(registry, present):
        lost.append(Lost(entry, registry.unread(entry), "unreadable"))
        registry.pop(entry.file)
    return [each for each in lost if each.nbytes > 0]


def _gone(registry: Registry, present: Collection[FileId], now: float, *, count: bool) -> Iterator[Lost]:
    for entry in list(registry.entries.values()):
        if entry.file in present:
            if now - entry.seen > SEEN_SECONDS:
                registry.entries[entry.file] = replace(entry, seen=now)
        elif count and not entry.ignored and not entry.gone:
            registry.entries[entry.file] = replace(entry, gone=True)
            yield Lost(entry, registry.unread(entry), "gone_while_down")
        elif now - entry.seen > FORGET_SECONDS:
            yield Lost(entry, registry.unread(entry), "unreadable")
            registry.pop(entry.file)


def _too_many(registry: Registry, present: Collection[FileId]) -> list[Entry]:
    surplus = len(registry.entries) - MAX_ENTRIES
    if surplus <= 0:
        return []
    # what was never to be read would only be judged again; what is there and was read would be read again
    return sorted(registry.entries.values(), key=lambda e: (e.file in present, not e.ignored, e.seen))[:surplus]
