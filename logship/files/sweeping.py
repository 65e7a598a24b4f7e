"""One sweep over the folders: which known files are there under which name, and which unknown ones can be opened."""

import errno
import logging
import os
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from msgspec import Struct, field

from logship.files.adoption import Found
from logship.files.known import Known
from logship.files.names import Candidate
from logship.files.tailing import TailedFile
from logship.model import FileId

logger = logging.getLogger(__name__)

FILES_AT_ONCE = 16
"""What is opened or adopted without a pause: about a millisecond."""
SUCCESSORS = 64
"""How many files above the limit may be opened to go on with a name that is followed: its former file is held still."""
NAMES_AT_ONCE = 256
"""What is met without a pause; a small folder has none, so that little of it moves between listing and opening."""
_LISTING_COST = 64
_MORE_TRIES = 1000
"""How many names a sweep tries to open in vain, new ones and old ones each."""
_MAX_UNREADABLE = 100  # names are hostile: they must not fill the memory
_TRIED_BITS = 1 << 20


class Opener:
    """Opens names; ``descriptor_needed`` is called when the process may not have another descriptor."""

    def __init__(self, descriptor_needed: Callable[[], None]) -> None:
        self._descriptor_needed = descriptor_needed
        self.unreadable: dict[str, str] = {}
        """Paths that match but can't be opened, and why; at most 100."""
        self._refused: set[str] = set()
        self.turn = 0
        """Where the next sweep begins to try again, if it can't try all names."""
        self._tried = _Inodes()
        self.links: set[int] = set()
        """Inodes of links that led to files which are followed, one a file: they are tried in every sweep."""
        self.moved = False
        """Whether a name was gone, or another file's, when it was to be opened: names are changing just now."""

    def begin(self) -> None:
        """Begin a sweep: what was not refused in the last one could be opened, or is gone."""
        self.unreadable = {path: cause for path, cause in self.unreadable.items() if path in self._refused}
        self._refused.clear()
        self.moved = False

    def open(self, candidate: Candidate, now: float) -> Found | None:
        """Open what a candidate names, beneath its root; None where that can't be, or is no regular file."""
        try:
            root_fd = candidate.root.open()
            try:
                found = Found.open(candidate, root_fd, now)
            finally:
                os.close(root_fd)
        except OSError as error:
            self.refuse(candidate.path, error)
            if candidate.regular and error.errno == errno.ENOENT:
                self.moved = True
            else:
                self._tried.add(candidate.inode)
            return None
        return found

    def tried(self, candidate: Candidate) -> bool:
        """Whether its file could not be opened before, maybe; see :class:`_Inodes`."""
        return candidate.inode in self._tried

    def refuse(self, path: str, error: OSError) -> None:
        """Say once why a file can't be opened, or read; it is tried again."""
        if error.errno == errno.EMFILE:
            self._descriptor_needed()
        cause = os.strerror(error.errno) if error.errno else str(error)
        known = self.unreadable.get(path)
        if error.errno == errno.ENOENT or (known is None and len(self.unreadable) >= _MAX_UNREADABLE):
            return
        self._refused.add(path)
        self.unreadable[path] = cause
        if known != cause:
            logger.warning("a file that matches can't be read; it is tried again", extra={"path": path, "cause": cause})


class _Inodes:
    """A set of any number of inodes in 128 KiB: others are taken for them now and then, and so full it is emptied."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._count, self._bits = 0, bytearray(_TRIED_BITS // 8)

    def add(self, inode: int) -> None:
        if inode not in self:
            self._count += 1
            if self._count > _TRIED_BITS // 4:
                self._clear()
            self._bits[inode % _TRIED_BITS >> 3] |= 1 << (inode & 7)

    def __contains__(self, inode: int) -> bool:
        return bool(self._bits[inode % _TRIED_BITS >> 3] & 1 << (inode & 7))


class Turn(Struct):
    """Of any number of names, as many as may be tried: those from ``start`` on, then those before."""

    start: int
    size: int
    count: int = 0
    """How many there were."""
    _first: list[Candidate] = field(default_factory=list)
    _chosen: list[Candidate] = field(default_factory=list)

    def add(self, candidate: Candidate) -> None:
        """Let a name wait for its turn."""
        if self.start <= self.count < self.start + self.size:
            self._chosen.append(candidate)
        elif self.count < self.size:
            self._first.append(candidate)
        self.count += 1

    def __iter__(self) -> Iterator[Candidate]:
        """Give those whose turn it is."""
        return islice(chain(self._chosen, self._first), self.size)

    def after(self, tried: int) -> int:
        """Give where to begin when so many were tried."""
        return ((self.start if self._chosen else 0) + tried) % max(1, self.count)


class Sweep(Struct):
    """What one look at the folders finds; it opens what nobody knows, as far as there is room."""

    now: float
    """Monotonic seconds."""
    opener: Opener
    open_files: Mapping[tuple[int, int], TailedFile]
    """By device and inode."""
    known: Known
    held: Container[int]
    """Inodes of possible copies that are open already."""
    room: int
    """How many files may be opened."""
    live: set[str]
    """Live paths of what is open or known; those that are found are added."""
    spare: int = 0
    """How many more may be opened under a live path."""
    present: dict[FileId, Candidate | None] = field(default_factory=dict)
    """Generations that were found, by the name that matches, else by a rotated one."""
    fresh: dict[int, Found] = field(default_factory=dict)
    """What was opened, by inode, until somebody takes it."""
    ignored: int = 0
    """Names that match and could not be opened, or may not."""
    unpacked: int = 0
    """Bytes of archives that were unpacked."""
    _links: list[Candidate] = field(default_factory=list)
    _led: set[int] = field(default_factory=set)
    _again: dict[int, Candidate] = field(default_factory=dict)
    _successors: dict[str, Candidate] = field(default_factory=dict)

    def look(self, names: Iterable[Sequence[Candidate]]) -> Iterator[None]:
        """Meet every name, in steps.

        What has a checkpoint is opened first (DECISIONS 33), then live paths that are followed, then new files, and
        last of all, in turn, what is no file or could not be opened before.
        """
        self.opener.begin()
        tries = self.room + _MORE_TRIES if self.room else 0
        new, others = Turn(0, tries), Turn(self.opener.turn, tries)
        cost = 0
        for some in names:
            for candidate in some:
                if not self._meet(candidate):
                    (new if candidate.regular and not self.opener.tried(candidate) else others).add(candidate)
            cost += _LISTING_COST + len(some)
            if cost > NAMES_AT_ONCE:
                cost = 0
                yield
        self.ignored += new.count + others.count + len(self._links) + len(self._again) + len(self._successors)
        yield from self._open_all(self._links, len(self._links) + 1)
        yield from self._open_all(self._again.values(), self.room + self.spare)
        yield from self._open_all(self._successors.values(), self.room + self.spare)
        yield from self._open_all(new, self.room)
        tried = yield from self._open_all(others, self.room)
        self.opener.turn, self.opener.links = others.after(tried), self._led
        self._relate()

    def take(self, found: Found) -> Found:
        """Hand over what was opened, and its descriptor."""
        return self.fresh.pop(found.inode)

    def close(self) -> None:
        """Give back what nobody took."""
        for found in self.fresh.values():
            os.close(found.fd)
        self.fresh.clear()

    def _meet(self, candidate: Candidate) -> bool:
        """Say whether a name needs no further look, or gets it first."""
        inode = candidate.inode
        file = self.open_files.get((candidate.folder.device, inode)) if candidate.regular else None
        known = None if file else self.known.at(inode)
        if file:
            self._found(file.file, candidate)
        elif known and (closed := self.known.unchanged(candidate)):
            self._found(closed, candidate)
        elif candidate.regular and inode in self.held:
            pass
        elif known:
            # it is there, even if it can't be opened
            self.present.update((each, None) for each in known if each not in self.present)
            if inode not in self._again or candidate.matched:
                self._again[inode] = candidate
        elif inode in self.opener.links and not candidate.regular:
            self._links.append(candidate)
        elif candidate.matched and candidate.regular and candidate.path in self.live:
            self._successors[candidate.path] = candidate
        else:
            return False
        return True

    def _found(self, file: FileId, candidate: Candidate) -> None:
        if candidate.matched or self.present.get(file) is None:
            self.present[file] = candidate

    def _open_all(self, candidates: Iterable[Candidate], room: int) -> Generator[None, None, int]:
        """Give how many were tried."""
        tried = failures = 0
        for candidate in candidates:
            if failures >= _MORE_TRIES or len(self.fresh) >= room:
                break
            failures += not self._open(candidate)
            tried += 1
            if tried % FILES_AT_ONCE == 0:
                yield
        return tried

    def _open(self, candidate: Candidate) -> bool:
        found = self.opener.open(candidate, self.now)
        if found is None:
            return False
        if candidate.regular and found.inode != candidate.inode and candidate.folder.changed():
            # what was listed is somewhere else now, and may have to be read before what is here
            self.opener.moved = True
            os.close(found.fd)
            return False
        self.ignored -= 1
        file = self.open_files.get((found.device, found.inode))
        first = self.present.get(file.file) is None if file else found.inode not in self.fresh
        if first and not candidate.regular:
            self._led.add(candidate.inode)
        if file:
            self._found(file.file, candidate)
        if file or found.inode in self.held or found.inode in self.fresh:
            os.close(found.fd)
        else:
            self.fresh[found.inode] = found
        return True

    def _relate(self) -> None:
        """Say of each whose rotated form it may be; what is nobody's, and does not match itself, is left alone."""
        self.live |= {found.candidate.path for found in self.fresh.values() if found.candidate.matched}
        for inode, found in list(self.fresh.items()):
            found.live = found.candidate.live(self.live)
            if not found.live and not found.candidate.matched:
                os.close(self.fresh.pop(inode).fd)
