"""One sweep over the folders: which known files are there under which name, and which unknown ones can be opened."""

import logging
import os
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, zip_longest

from msgspec import Struct, field

from logship.files.beneath import is_overlay
from logship.files.found import Found
from logship.files.live import Live, LiveNow
from logship.files.names import Candidate
from logship.files.opener import Opener
from logship.files.registry import Registry
from logship.files.tailing import TailedFile
from logship.files.turns import Turn
from logship.files.waiting import Left, known_in, left_of
from logship.model import NO_LIMIT, FileId
from logship.state.identity import Entry

logger = logging.getLogger(__name__)

FILES_AT_ONCE = 16
"""What is opened or adopted without a pause: about a millisecond."""
SUCCESSORS = 64
"""How many files above the limit may be opened to go on with a name that is followed: its former file is held still."""
TICK_NS = 10_000_000
"""The kernel's clock of inodes may be so much behind."""
NAMES_AT_ONCE = 256
"""What is met without a pause; a small folder has none, so that little of it moves between listing and opening."""
_LISTING_COST = 64
_MORE_TRIES = 1000
"""How many names a sweep tries to open in vain, new ones and old ones each."""


class Sweep(Struct):
    """What one look at the folders finds; it opens what nobody knows, as far as there is room."""

    now: float
    """Monotonic seconds."""
    opener: Opener
    open_files: Mapping[tuple[int, int], TailedFile]
    """By device and inode."""
    registry: Registry
    held: Container[int]
    """Inodes of possible copies that are open already."""
    room: Callable[[int], int]
    """Gives how many files may be opened now, and be in ``fresh``, where so many more than the limit may be."""
    live: Live
    closable: int = 0
    """How many open files may give their places up, at the most."""
    present: dict[FileId, Candidate | None] = field(default_factory=dict)
    """Generations that were found, by the name that matches, else by a rotated one."""
    fresh: dict[int, Found] = field(default_factory=dict)
    """What was opened, by inode, until somebody takes it."""
    make_room: Callable[[], bool] = lambda: False
    """Closes a file that has nothing more to read, and says whether there was one."""
    named: dict[tuple[int, int], Candidate] = field(default_factory=dict)
    """Names of open files that are copies, by device and inode."""
    overlaid: list[tuple[TailedFile, Candidate]] = field(default_factory=list)
    """Open files on an overlay, and their names."""
    ignored: int = 0
    """Names that match and could not be opened, or may not."""
    waiting: int = 0
    """New regular files among them: there is no room."""
    left: dict[int, Left] = field(default_factory=dict)
    """What they have that nobody read, by inode, as far as a sweep looks."""
    watched: Container[int] = ()
    """Inodes of what waited before."""
    met: dict[int, Candidate] = field(default_factory=dict)
    """Names of those that are still there."""
    unpacked: int = 0
    """Bytes of archives that were unpacked."""
    unfinished: bool = False
    """Whether some of what was found is left to the next sweep, undecided."""
    in_order: bool = False
    """Whether names are opened in the order in which they are listed, whatever is known of them."""
    _links: list[Candidate] = field(default_factory=list)
    _led: set[int] = field(default_factory=set)
    _again: dict[int, Candidate] = field(default_factory=dict)
    _successors: dict[str, Candidate] = field(default_factory=dict)
    _left: list[Candidate] = field(default_factory=list)

    def look(self, names: Iterable[Sequence[Candidate]]) -> Iterator[None]:
        """Meet every name, in steps.

        Live paths that are followed are opened first, then what has a checkpoint (DECISIONS 33), then new files, and
        last of all, in turn, what is no file or could not be opened before.
        """
        self.opener.begin()
        tries = self.room(0) + self.closable + _MORE_TRIES
        new, others = Turn(0, tries), Turn(self.opener.turn, tries)
        cost = 0
        for some in names:
            for candidate in some:
                if candidate.inode in self.watched:
                    self.met[candidate.inode] = candidate
                if not self._meet(candidate):
                    (new if candidate.regular and not self.opener.tried(candidate) else others).add(candidate)
            cost += _LISTING_COST + len(some)
            if cost > NAMES_AT_ONCE:
                cost = 0
                yield
        self.ignored += new.count + others.count + len(self._links) + len(self._again) + len(self._successors)
        yield from self._open_all(self._links, len(self._links) + 1)
        successors = iter(self._successors.values())
        yield from self._open_all(successors, SUCCESSORS)
        self._leave(successors)
        yield from self._open_in_turn(new)
        tried = yield from self._open_all(others)
        self.opener.turn, self.opener.links = others.after(tried), self._led
        self._relate()

    def look_again(self, names: Iterable[Sequence[Candidate]]) -> Iterator[None]:
        """Meet, in steps, names that were not looked for before; those for which there is no room wait."""
        new: list[Candidate] = []
        self._again.clear()  # those were opened, or wait
        for some in names:
            new += [candidate for candidate in some if not self._meet(candidate)]
            yield
        new += self._again.values()
        if new:
            self.ignored += len(new)
            yield from self._open_all(rest := iter(new))
            self._leave(rest)
            self._relate()

    def _open_in_turn(self, new: Turn) -> Iterator[None]:
        """Open what is known and has grown, closed longest first, and what is new, alternately; the rest waits."""
        again = sorted(self._again.values(), key=lambda candidate: self.registry.finished.number(candidate.inode))
        order = zip_longest(*((new, again) if self.opener.new_first else (again, new)))
        regular = (candidate for candidate in chain.from_iterable(order) if candidate)
        tried = yield from self._open_all(regular)
        left = self._leave(regular)
        self.waiting += len(again) + new.count - tried - left
        self.opener.new_first ^= bool(tried)

    def _leave(self, rest: Iterator[Candidate]) -> int:
        """Note what could not be opened for want of room, and let it wait; gives how many there are."""
        left = [*self._left, *rest]
        self._left = []
        for candidate in left:
            if what := left_of(candidate, known_in(self.registry, candidate.inode)):
                self.left[candidate.inode] = what
        self.waiting += len(left)
        return len(left)

    def has_met(self, entry: Entry) -> bool:
        """Whether a generation that is not open was found, or is none that is looked for."""
        return entry.ignored or entry.gone or entry.file in self.present or entry.inode in self.fresh

    def take(self, found: Found) -> Found:
        """Hand over what was opened, and its descriptor."""
        return self.fresh.pop(found.inode)

    def put_off(self, found: Found) -> None:
        """Let what was opened wait for the next sweep."""
        self.waiting += 1
        self.left[found.inode] = Left(found.candidate.path, found.size, found.size, found.birth_ns)

    def note_met(self, files: Iterable[TailedFile], looked_ns: int) -> None:
        """Note in open files that all beside them was opened, by a sweep that began at ``looked_ns`` (epoch).

        One that it opened itself may have been copied and cut off since it was listed; not if nobody wrote to it.
        """
        if not (self.waiting or self.unfinished or self.opener.moved):
            for file in files:
                as_listed = file.opened_at < self.now or file.mtime_ns < looked_ns - TICK_NS
                file.met_ns = file.met_ns or (looked_ns if as_listed else 0)

    def close(self) -> None:
        """Give back what nobody took."""
        for found in self.fresh.values():
            os.close(found.fd)
        self.fresh.clear()

    def _meet(self, candidate: Candidate) -> bool:
        """Say whether a name needs no further look, or gets it first."""
        inode = candidate.inode
        file = self.open_files.get((candidate.folder.device, inode)) if candidate.regular else None
        known = None if file else self.registry.at(inode)
        finished = not file and inode in self.registry.finished
        if file:
            self._meet_open(file, candidate)
        elif (known or finished) and (closed := self.registry.unchanged(candidate)) is not None:
            if closed:
                self._found(closed, candidate)
        elif candidate.regular and inode in self.held:
            pass
        elif known or finished:
            # it is there, even if it can't be opened
            self.present.update((each, None) for each in known or () if each not in self.present)
            self.registry.change(inode)
            if self.in_order:
                return False
            if inode not in self._again or candidate.matched:
                self._again[inode] = candidate
        elif inode in self.opener.links and not candidate.regular:
            self._links.append(candidate)
        elif candidate.matched and candidate.regular and candidate.path in self.live.paths and not self.in_order:
            self._successors[candidate.path] = candidate
        else:
            return False
        return True

    def _meet_open(self, file: TailedFile, candidate: Candidate) -> None:
        self._found(file.file, candidate)
        if file.judged < NO_LIMIT:
            self.named[file.device, file.inode] = candidate
        if is_overlay(candidate.folder.device) and candidate.matched:
            self.overlaid.append((file, candidate))

    def _found(self, file: FileId, candidate: Candidate) -> None:
        if candidate.matched or self.present.get(file) is None:
            self.present[file] = candidate

    def _open_all(self, candidates: Iterable[Candidate], more: int = 0) -> Generator[None, None, int]:
        """Give how many were tried; so many ``more`` than the limit may be open.

        What is no file by itself may be nothing to open: room is made once it is.
        """
        tried = failures = 0
        self._left = []
        for candidate in candidates:
            full = len(self.fresh) >= self.room(more)
            if failures >= _MORE_TRIES or (full and candidate.regular and not self.make_room()):
                self._left = [candidate]
                break
            opened = self._open(candidate)
            failures += not opened
            if len(self.fresh) > self.room(more) and not self.make_room():
                os.close(self.fresh.popitem()[1].fd)
                self.ignored += 1
                self._left = [candidate]
                break
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
            self.opener.moved.add(candidate.inode)
            os.close(found.fd)
            return False
        self.ignored -= 1
        file = self.open_files.get((found.device, found.inode))
        first = self.present.get(file.file) is None if file else found.inode not in self.fresh
        if first and not candidate.regular:
            self._led.add(candidate.inode)
        if file:
            self._found(file.file, candidate)
        other = self.fresh.get(found.inode)
        if other and candidate.matched and not other.candidate.matched:
            other.candidate = candidate  # a link that matches leads to it: that is its name
        as_it_was = not (file or other) and self.registry.as_it_was(found)
        if file or found.inode in self.held or other or as_it_was:
            os.close(found.fd)
        else:
            self.fresh[found.inode] = found
        return True

    def _names(self, file: TailedFile) -> Iterator[str]:
        """Give the names of an open file that are known: the one that it had, and the one that it was found by."""
        yield from filter(None, (file.path, getattr(self.present.get(file.file), "path", "")))

    def _relate(self) -> None:
        """Say of each whose rotated form it may be; what is nobody's, and does not match itself, is left alone."""
        # of a name that a file has now, or had until now, its lineage is known, whatever that name tells
        lineages = {name: file.lineage for file in self.open_files.values() if self.fresh for name in self._names(file)}
        matched = {found.candidate.path for found in self.fresh.values() if found.candidate.matched}
        there = LiveNow(Live(self.live.paths | matched | lineages.keys(), self.registry))
        exists = cache(os.path.lexists)
        named = ((inode, found) for inode, found in self.fresh.items() if not found.beyond)
        for inode, found in sorted(named, key=lambda pair: len(pair[1].candidate.path)):
            live = found.candidate.live(there, exists)
            found.live = lineages.get(live) or live  # what a rotated form was made of
            former = () if found.live else self.registry.former(found)
            lineages[found.candidate.path] = found.live or (self.registry.entries[former[-1]].path if former else "")
            if not found.live and not found.candidate.matched:
                os.close(self.fresh.pop(inode).fd)
