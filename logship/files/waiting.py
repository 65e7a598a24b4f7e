"""New files that wait until one that is open has been read: no more than ``MAX_FILES`` are open."""

import logging
import os
from collections.abc import Mapping

from msgspec import Struct

from logship.files.beneath import birth_ns_of
from logship.files.losses import LOSSES
from logship.files.made import Made, made_of
from logship.files.names import Candidate
from logship.files.registry import Registry
from logship.logs import Seldom
from logship.metrics import Metrics

logger = logging.getLogger(__name__)

REASON = "max_files"
MISSED_SECONDS = 5.0
"""So long a file that waited may be on its way from one name to another, or into an archive."""
_MESSAGE = "files wait until one that is open has been read"


class Left(Struct, frozen=True):
    """A file that waits, as a sweep saw it."""

    path: str
    size: int
    unread: int
    """Bytes that nobody has read, as far as is known."""
    birth_ns: int | None

    def is_in(self, other: "Left") -> bool:
        """Whether another look at the same inode saw the same file: inodes are used again."""
        return other.size >= self.size and other.birth_ns == self.birth_ns


def left_of(candidate: Candidate, known: int = 0) -> Left | None:
    """Look at a file that has to wait, and of which ``known`` bytes were read once; None where it has just gone."""
    try:
        size = os.stat(candidate.path, follow_symlinks=False).st_size  # noqa: PTH116 - a thousand a sweep
    except OSError:
        return None
    return Left(candidate.path, size, size - known if known <= size else size, birth_ns_of(candidate.path))


def known_in(registry: Registry, inode: int) -> int:
    """Give how many bytes of the file with an inode were read; of an archive, up to where it is known."""
    entries = (registry.entries[file] for file in registry.at(inode))
    ends = (each.packed[1] or each.shift + each.size - registry.unread(each) for each in entries)
    return max(registry.finished.file_size(inode), *ends, 0)


class _Forms:
    """What files that wait may have been made of; most sweeps never ask."""

    def __init__(self, left: Mapping[int, Left]) -> None:
        self._left, self._made_of = left, set[str]()

    def __contains__(self, path: str) -> bool:
        self._made_of = self._made_of or set().union(*(made_of(each.path) for each in self._left.values()))
        return path in self._made_of or not self._made_of.isdisjoint(made_of(path))


class Waiting:
    """How many there are and what they have, as the last sweep saw it; times in monotonic seconds.

    What is removed while it waits is counted as lost, as large as it was when it was seen last, unless something that
    may have been made of it is read meanwhile, or waits in its place.
    """

    def __init__(self, metrics: Metrics, made: Made | None = None, *, expected: bool = False) -> None:
        """``made`` gets what is read from now on and may have been made of what waits."""
        self.expected = expected
        """Whether it is nothing to tell of: a few are open on purpose."""
        self.files = self.nbytes = 0
        self.since, self._saying = 0.0, Seldom()
        self.advice = ""
        """How there could be room for them."""
        self._metrics = metrics
        self.left: dict[int, Left] = {}
        """What waits, by inode."""
        self._missed: list[tuple[int, Left, float]] = []
        """What waited and is missed, with its inode, and since when."""
        self._made = Made() if made is None else made
        self._lost, self._losing = 0, Seldom()
        """Bytes that were lost since that was said last."""

    def note(self, files: int, left: Mapping[int, Left], max_files: int, max_descriptors: int, now: float) -> None:
        """Take over what a sweep saw; it is said once a minute."""
        descriptors = f"raise the limit on open files of the container's runtime: it leaves {max_descriptors} for logs"
        self.advice = descriptors if max_descriptors < max_files else "raise LOGSHIP_MAX_FILES"
        self.since = self.since if self.files else now
        self.files, self.nbytes = files, sum(each.unread for each in left.values())
        if files and not self.expected and self._saying.may_say(now):
            sizes = {"waiting_files": files, "waiting_bytes": self.nbytes, "max_files": min(max_files, max_descriptors)}
            logger.warning(_MESSAGE, extra={**sizes, "advice": self.advice})

    def account(
        self, met: Mapping[int, Candidate], left: Mapping[int, Left], now: float, *, sure: bool, ending: bool
    ) -> list[int]:
        """Count what waited and is nowhere now, and give its inodes.

        ``met`` are the names of what is there, by inode, ``left`` what waits now.
        ``sure`` says that all names were seen, ``ending`` that there is no other look.
        """
        waits, lost = _Forms(left), list[int]()
        waited, self._missed = [*self._missed, *((inode, each, now) for inode, each in self.left.items())], []
        for inode, before, since in waited:
            here = left.get(inode) or (left_of(met[inode]) if inode in met else None)
            if (here and before.is_in(here)) or self._made.take(before.path, before.size):
                continue  # it waits still, or was opened
            late = ending or now - since >= MISSED_SECONDS
            if not (sure and late) or before.path in waits:
                self._missed.append((inode, before, since if sure else now))
            elif not self._made.take(before.path, before.size, more=True):
                self._count(before, now)
                lost += [] if here else [inode]  # another has it now
        self.left = dict(left)
        if not (self.left or self._missed):
            self._made.clear()
        return lost

    @property
    def watched(self) -> set[int]:
        """Inodes of what waits, or waited and is missed."""
        return {*self.left, *(inode for inode, _, _ in self._missed)}

    def _count(self, lost: Left, now: float) -> None:
        self._metrics.lost(REASON, lost.unread)
        self._lost += lost.unread
        if self._lost and self._losing.may_say(now):
            extra = {"path": lost.path, "reason": REASON, "lost_bytes": self._lost, "advice": LOSSES[REASON]}
            logger.warning("files went while they waited to be read; said once a minute", extra=extra)
            self._lost = 0
