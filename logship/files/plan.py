"""What a run that ends takes beside what a daemon would, in which order, and what it leaves out, and why."""

import os
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from msgspec import Struct, field

from logship.files.archives import Contents
from logship.files.beneath import BIRTH_SLACK_NS, written_ns
from logship.files.decoding import MAGIC_BYTES, UNREADABLE, packed_as
from logship.files.discovery import NAMES_AT_ONCE, Discovery
from logship.files.found import Found
from logship.files.names import Candidate
from logship.files.patterns import Pattern
from logship.state.finished import remembered_ns
from logship.state.neighbour import Neighbour

OPEN_AT_ONCE: Final = 64
"""Files, so that those of a history of any size come oldest first and take no memory."""
UNPACKED_AT_ONCE: Final = 64 << 20
"""Bytes that are unpacked to see whether archives are whole; then what is known to be is shipped, before any others."""
HISTORY: Final = "history"
"""Rotated before the first start; ``--history`` takes it."""
COPY: Final = "copy"
"""All that it has was read under another name."""
OVERWRITTEN: Final = "overwritten"
"""Rotated, and then written over with noise."""
FORGOTTEN: Final = "may_be_shipped"
"""Written since the first start, and longer ago than what was shipped is remembered."""
UNKNOWN_TO_DAEMON: Final = "unknown_to_daemon"
"""The daemon beside which this runs does not follow it."""
LEFT_OUT: Final = {
    HISTORY: "rotated before the first start: --history ships them",
    OVERWRITTEN: "rotated, and then written over with noise, as shred does",
    FORGOTTEN: "over 30 days old, and maybe shipped by a daemon that does not remember it: to ship them all the same, "
    "name them with another LOGSHIP_STATE_DIR",
    UNKNOWN_TO_DAEMON: "the daemon of this LOGSHIP_STATE_DIR does not follow them: give this command one of its own",
}
"""What these mean, and what to do."""
_HEAD_BYTES: Final = 64 << 10
_SLACK_NS: Final = 2 * 10**9
_LAST: Final = 2**63 - 1

Key = tuple[Any, ...]


class LeftOut(Struct):
    """Files that were not read, or not to their end, by their paths."""

    why: dict[str, str] = field(default_factory=dict)
    """One of the words above."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """What keeps them from being read."""

    def note(self, path: str, why: str) -> None:
        """Note one."""
        self.why[path] = why

    def refuse(self, path: str, cause: str) -> None:
        """Note one that can't be read."""
        self.unreadable[path] = cause

    def counts(self) -> dict[str, int]:
        """Give how many there are of each kind, but for copies: nothing of those is missing."""
        found = Counter(self.why.values())
        del found[COPY]
        return dict(sorted(found.items()))


class Plan:
    """Takes what is named, packed or not, and with ``history`` what was rotated away before anybody looked."""

    def __init__(
        self,
        first_time: Callable[[bytes, int], int | None],
        *,
        history: bool,
        first_start_ns: int,
        now_ns: int,
        daemon: Neighbour | None = None,
    ) -> None:
        """``first_time`` gives the event time of the first of some lines that has one, and of their file's mtime.

        ``daemon`` is what one knows that runs now: this takes only what that one left alone.
        """
        self.history = history
        self.left_out = LeftOut()
        self.started: set[int] = set()
        """Inodes of what was opened to be read."""
        self._first_time = first_time
        self._first_start_ns = first_start_ns
        self._remembered_ns = remembered_ns(now_ns)
        self._daemon = daemon
        self._keys: dict[int, Key] = {}
        self._barrier: Key | None = None
        self._files: dict[int, _File] = {}

    def takes(self, candidate: Candidate) -> bool:
        """Whether a name may be opened: beside a daemon nothing that is that one's, or might become so."""
        daemon = self._daemon
        if daemon is None:
            return True
        with suppress(OSError):
            stat = os.stat(candidate.path)  # noqa: PTH116 - a thousand a sweep
            if daemon.left_alone(stat.st_ino, stat.st_size, written_ns(stat)):
                return True
            strange = not daemon.knows(stat.st_ino) and written_ns(stat) < daemon.saved_ns - _SLACK_NS
            if strange and candidate.inode not in self.started:
                self.left_out.note(candidate.path, UNKNOWN_TO_DAEMON)
        return False

    def wants(self, found: Found) -> bool:
        """Whether a file is read though it is a rotated one, or packed, from before anybody looked."""
        return self.history or bool(found.packed and found.candidate.matched)

    def doubts(self, found: Found) -> bool:
        """Whether a file of which nothing is known may have been shipped: so long ago that it was forgotten."""
        return self._first_start_ns < found.mtime_ns < self._remembered_ns

    def is_history(self, found: Found) -> bool:
        """Whether a file that is not read was there before the first start."""
        return (found.birth_ns or found.mtime_ns) < self._first_start_ns - BIRTH_SLACK_NS

    def rank(self, inode: int) -> Key:
        """Give what orders files, oldest first: by their first event time, else by their last write."""
        return self._keys.get(inode, (_LAST,))

    def may_read(self, inode: int) -> bool:
        """Whether no older file waits to be opened."""
        return self._barrier is None or self.rank(inode) < self._barrier

    def wait_for(self, inodes: Iterable[int]) -> None:
        """Note which files were not opened for want of room: the oldest are among them."""
        self._barrier = min(map(self.rank, inodes), default=None)

    def seen(self, candidate: Candidate) -> Key:
        """Give the same of a name; looks into its file if it was not seen before."""
        if candidate.inode not in self._keys:
            file = self._files[candidate.inode] = _File(candidate.path)
            self._keys[candidate.inode] = self._key(candidate, file)
        return self._keys[candidate.inode]

    def missed(self, known: Callable[[int], object]) -> list[str]:
        """Give the paths of files that were there and have gone before anybody opened them."""
        return [file.path for file in self._unopened(known) if not os.path.lexists(file.path)]

    def remaining(self, known: Callable[[int], object], expansion: float) -> int:
        """Give about how many bytes of log are in files that nobody has opened; archives grow by ``expansion``."""
        return int(sum(file.size * (expansion if file.packed else 1) for file in self._unopened(known)))

    def is_packed(self, inode: int) -> bool:
        """Whether a file is an archive."""
        return inode in self._files and self._files[inode].packed

    def path(self, inode: int) -> str:
        """Give where a file was first seen; empty if it was not."""
        return self._files[inode].path if inode in self._files else ""

    def _unopened(self, known: Callable[[int], object]) -> Iterator["_File"]:
        told = self.left_out.why.keys() | self.left_out.unreadable.keys()
        for inode, file in self._files.items():
            if not (inode in self.started or known(inode) or file.path in told):
                yield file

    def _key(self, candidate: Candidate, file: "_File") -> Key:
        try:
            root_fd = candidate.root.open()
            try:
                fd = candidate.root.open_file(root_fd, candidate.relative)
            finally:
                os.close(root_fd)
        except OSError:
            return (_LAST,)  # who opens it says why not
        try:
            stat = os.fstat(fd)
            kind = packed_as(os.pread(fd, MAGIC_BYTES, 0))
            mtime_ns, file.size, file.packed = written_ns(stat), stat.st_size, bool(kind)
            first = self._first_time(_beginning(fd, kind), mtime_ns)
        except OSError:
            return (_LAST,)
        finally:
            os.close(fd)
        return (mtime_ns if first is None else first, mtime_ns, candidate.matched, _number(candidate), candidate.path)


class _File(Struct):
    path: str
    size: int = 0
    packed: bool = False


class PlannedDiscovery(Discovery):
    """Lists what a plan takes, oldest first."""

    def __init__(self, patterns: Collection[Pattern], exclude: Collection[str], plan: Plan) -> None:
        super().__init__(patterns, exclude)
        self._plan = plan

    def takes(self, candidate: Candidate) -> bool:
        """Do as :class:`Discovery`; what is a daemon's may not, and what may has its place in the order."""
        return super().takes(candidate) and self._plan.takes(candidate) and bool(self._plan.seen(candidate))

    def look(self, unlistable: set[str], needed: Container[str] = ()) -> Iterator[list[Candidate]]:
        """Do as :class:`Discovery`, in the plan's order; all names are listed before any is given."""
        found: list[tuple[Key, Candidate]] = []
        for some in super().look(unlistable, needed):
            found += [(self._plan.seen(each), each) for each in some if self._plan.takes(each)]
            yield []
        found.sort(key=lambda pair: pair[0])
        for at in range(0, len(found), NAMES_AT_ONCE):
            yield [candidate for _, candidate in found[at : at + NAMES_AT_ONCE]]


def _beginning(fd: int, kind: str) -> bytes:
    """Give the first whole lines of a file, packed as ``kind`` or not."""
    if kind in UNREADABLE:
        return b""
    data = Contents(fd, kind).read_at(_HEAD_BYTES, 0) if kind else os.pread(fd, _HEAD_BYTES, 0)
    return data[: data.rfind(b"\n") + 1] or data


def _number(candidate: Candidate) -> int:
    """Give what orders files of one time by their names: the higher the number of a rotation, the older."""
    live = candidate.live().rpartition("/")[2]
    digits = [part for part in candidate.name.removeprefix(live).split(".") if part.isdecimal() and len(part) <= 4]  # noqa: PLR2004 - longer ones are dates
    return -int(digits[0]) if live and digits else 0
