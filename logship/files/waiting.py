"""New files that wait until one that is open has been read: no more than ``MAX_FILES`` are open."""

import logging
import os
from collections.abc import Mapping

from msgspec import Struct

from logship.files.beneath import birth_ns_of
from logship.files.losses import LOSSES
from logship.files.names import Candidate, stems
from logship.logs import Seldom
from logship.metrics import Metrics

logger = logging.getLogger(__name__)

REASON = "max_files"
MISSED_SECONDS = 5.0
"""So long a file that waited may be on its way from one name to another, or into an archive."""
_BEGUN = 4096
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


def forms(path: str) -> set[str]:
    """Give the paths that a file, or one that it is a rotated or packed form of, may have had."""
    folder, slash, name = path.rpartition("/")
    return {f"{folder}{slash}{form}" for form in (name, *stems(name))}


class _Forms:
    """What files that wait may have been; most sweeps never ask."""

    def __init__(self, left: Mapping[int, Left]) -> None:
        self._left, self._forms = left, set[str]()

    def __contains__(self, path: str) -> bool:
        self._forms = self._forms or set().union(*(forms(each.path) for each in self._left.values()))
        return not self._forms.isdisjoint(forms(path))


class Waiting:
    """How many there are and what they have, as the last sweep saw it; times in monotonic seconds.

    What is removed while it waits is counted as lost, as large as it was when it was seen last, unless something that
    may have been made of it is read meanwhile, or waits in its place.
    """

    def __init__(self, metrics: Metrics, *, expected: bool = False) -> None:
        self.expected = expected
        """Whether it is nothing to tell of: a few are open on purpose."""
        self.files = self.nbytes = 0
        self.since, self._saying = 0.0, Seldom()
        self.advice = ""
        """How there could be room for them."""
        self._metrics = metrics
        self.left: dict[int, Left] = {}
        """What waits, or waited and is missed, by inode."""
        self._missed: dict[int, float] = {}
        """Since when it is missed."""
        self._begun: list[tuple[str, int]] = []
        """Paths and sizes of archives and copies that are read since something waits."""
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
    ) -> None:
        """Count what waited and is nowhere now; ``met`` are the names that it still has, ``left`` what waits now.

        ``sure`` says that all names were seen, ``ending`` that there is no other look.
        """
        waits = _Forms(left)
        for inode, before in list(self.left.items()):
            here = left.get(inode) or (left_of(met[inode]) if inode in met else None)
            if here and before.is_in(here):
                self._missed.pop(inode, None)
                if inode not in left:
                    del self.left[inode]  # it was opened
            elif not here and sure and self._is_in_another(before):
                self._drop(inode)
            elif here or (sure and self._is_gone(inode, now, ending=ending) and before.path not in waits):
                self._drop(inode) if not here and self._is_in_another(before, more=True) else self._lose(inode, now)
        self.left.update(left)
        self._begun = self._begun[-_BEGUN:] if self.left else []

    def begin(self, path: str, size: int) -> None:
        """Note that an archive, or a copy, of ``size`` bytes is read: it may be of something that waits."""
        self._begun.append((path, size))

    def _is_in_another(self, before: Left, *, more: bool = False) -> bool:
        """Whether a file that is read now was made of one that waited; each of one. ``more``: it may have grown."""
        for path, size in self._begun:
            if (size == before.size or (more and size > before.size)) and not forms(path).isdisjoint(forms(before.path)):
                self._begun.remove((path, size))
                return True
        return False

    def _is_gone(self, inode: int, now: float, *, ending: bool) -> bool:
        return ending or now - self._missed.setdefault(inode, now) >= MISSED_SECONDS

    def _drop(self, inode: int) -> Left:
        self._missed.pop(inode, None)
        return self.left.pop(inode)

    def _lose(self, inode: int, now: float) -> None:
        lost = self._drop(inode)
        self._metrics.lost(REASON, lost.unread)
        self._lost += lost.unread
        if self._lost and self._losing.may_say(now):
            extra = {"path": lost.path, "reason": REASON, "lost_bytes": self._lost, "advice": LOSSES[REASON]}
            logger.warning("files went while they waited to be read; said once a minute", extra=extra)
            self._lost = 0
