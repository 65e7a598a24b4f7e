"""Lists what the patterns match beneath their roots, and the rotated forms of it; opens nothing but folders.

The names are the application's and may be any number: they are given some at a time, and none is kept.
"""

import contextlib
import fnmatch
import os
import random
import re
from collections import deque
from collections.abc import Collection, Container, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice

from msgspec import Struct

from logship.files.beneath import Root
from logship.files.forms import Forms, is_file, of_forms, of_target
from logship.files.names import Candidate, Folder, holds_rotated, shape
from logship.files.patterns import Pattern, Wanted, below, globs, of_files, with_no_folder

_MAX_DEPTH = 64
"""Folders beneath the root that ** goes down: an application can nest them to no end."""
NAMES_AT_ONCE = 256
"""What is looked at without a pause: well under a millisecond; of the worst names a quarter of a second."""
MAX_PENDING = 16_384
"""Folders that wait to be listed; of more, each look takes others."""
FEWER = "have LOGSHIP_PATHS lead into fewer folders, or remove old ones"
CROWDED = f"each look leaves some of over {MAX_PENDING:,} folders out: {FEWER}"
"""What is wrong then with the root that they are beneath."""
MAX_WATCHED = 1024
"""Folders whose change is noticed at once, those nearest to their root first."""
MAX_UNLISTABLE = 100
"""Folders named as not to be listed: names are hostile, they must not fill the memory."""
_MAX_OTHERS = 1000
"""Names that are kept until it is known what links lead to; where there are more, the folder is listed again."""
_OTHERS_LOOK = 40  # times NAMES_AT_ONCE
_COARSE_NS = 50_000_000
"""Well over the kernel's tick: file times are no finer than that."""


class Discovery:
    """Finds candidates for a set of patterns; keeps nothing between two looks but the folders that it saw."""

    def __init__(self, patterns: Collection[Pattern], exclude: Collection[str] = ()) -> None:
        self._patterns = tuple(patterns)
        # **/ is also no folder at all
        self.exclude = tuple(exclude)
        self._exclude = tuple(_compiled(each) for glob in exclude for each in {glob, glob.replace("/**/", "/")})
        self._nested = any(self._beneath_two(root + "/") for root in self.root_paths)
        self._filtered = bool(self._exclude or self._nested)
        self._folders: set[str] = set()
        self.crowded: set[str] = set()
        """Roots beneath which the last look left folders out: see :data:`CROWDED`."""
        self.forms = Forms()
        """Of names, that were learnt."""

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """What is looked for."""
        return self._patterns

    @property
    def root_paths(self) -> set[str]:
        """Give the roots, there or not."""
        return {pattern.root.path for pattern in self._patterns}

    def roots(self) -> set[str]:
        """Give the roots that are folders now."""
        return {root for root in self.root_paths if os.path.isdir(root)}  # noqa: PTH112 - Path's may raise

    def folders(self) -> set[str]:
        """Give the folders that the last look listed, links not followed; before any look the roots that can be."""
        return set(self._folders) or {root for root in self.roots() if os.access(root, os.R_OK | os.X_OK)}

    def other_files(self) -> int:
        """Count the files, up to 1,000, where none that matches is among the first names; 0 where one is."""
        some = islice(self.look(set()), _OTHERS_LOOK)
        if any(candidate.matched for candidate in chain.from_iterable(some)):
            return 0
        count = 0
        for path in self.folders():
            with contextlib.suppress(OSError), os.scandir(path) as entries:
                few = islice(entries, _MAX_OTHERS - count)
                count += sum(not entry.is_dir(follow_symlinks=False) for entry in few)
        return count

    def folder_states(self, now_ns: int) -> dict[str, int]:
        """Give the mtime (ns) of every folder that the last look listed: when one changes, a name came or went.

        Of a folder that changed just before it is ``now_ns``, never twice the same: its next change may carry the same
        coarse time stamp.
        """
        states = {}
        for path in self._folders or self.root_paths:
            with contextlib.suppress(OSError):
                changed = os.stat(path).st_mtime_ns  # noqa: PTH116 - a thousand folders, twenty times a second
                states[path] = changed if now_ns - changed > _COARSE_NS else now_ns
        return states

    def candidates(self, unlistable: set[str]) -> Iterator[Candidate]:
        """List what is there now, for whoever may take the time."""
        return chain.from_iterable(self.look(unlistable))

    def look(self, unlistable: set[str], needed: Container[str] = ()) -> Iterator[list[Candidate]]:
        """List what is there now, some names at a time, maybe none of them a candidate: whoever asks may pause between.

        Folders in ``needed``, by their paths with a slash at the end, are listed however many others there are. Roots
        and folders that exist and can't be listed are added to ``unlistable``, up to 100.
        """
        folders: set[str] = set()
        seen: set[str] = set()
        self.forms.unlisted.clear()
        crowded: set[str] = set()
        for root in {pattern.root: None for pattern in self._patterns}:
            wanted = frozenset(pattern.parts for pattern in self._patterns if pattern.root == root)
            for candidates in _Walk(root, unlistable, folders, needed, self.forms, crowded).look(wanted):
                yield [each for each in candidates if self._wanted(each, seen)] if self._filtered else candidates
        self._folders, self.crowded = folders, crowded

    def candidate(self, path: str, device: int, inode: int) -> Candidate | None:
        """Give a regular file's path as a look gives it; None where no pattern matches it, or it is excluded."""
        for pattern in self._patterns:
            base = f"{pattern.root.path.rstrip('/')}/"
            *folders, name = path.removeprefix(base).split("/")
            wanted = with_no_folder(frozenset({pattern.parts}))
            for each in folders:
                wanted = with_no_folder(below(each, wanted))
            own = globs(wanted)
            if path.startswith(base) and own.match(name):
                folder = Folder(pattern.root, path.removeprefix(base).removesuffix(name), device, own)
                found = Candidate(folder, name, inode, regular=True, matched=True)
                return None if self._excluded(found) else found
        return None

    def takes(self, candidate: Candidate) -> bool:
        """Whether a candidate that another than a look has found may be opened."""
        return not self._excluded(candidate)

    def _wanted(self, candidate: Candidate, seen: set[str]) -> bool:
        """Whether a candidate is not excluded, and no pattern with another root has given it."""
        if self._excluded(candidate):
            return False
        path = candidate.path if self._nested else ""
        given = path in seen
        # of two patterns, the one that matches counts, not the one by which it is only a rotated form
        if path and candidate.matched and self._beneath_two(path):
            seen.add(path)
        return not given

    def _beneath_two(self, path: str) -> bool:
        return sum(path.startswith(root.rstrip("/") + "/") for root in self.root_paths) > 1

    def _excluded(self, candidate: Candidate) -> bool:
        # what is here only as a rotated form goes with its live file
        paths = (candidate.path,) if candidate.matched else (candidate.path, candidate.live())
        return any(pattern.fullmatch(path) for pattern in self._exclude for path in paths)


class _Walk(Struct, frozen=True):
    """Goes through the folders beneath one root, those nearest to it first."""

    root: Root
    unlistable: set[str]
    folders: set[str]
    needed: Container[str]
    forms: Forms
    crowded: set[str]

    def look(self, wanted: Wanted) -> Iterator[list[Candidate]]:
        try:
            root_fd = self.root.open()
        except FileNotFoundError:
            return
        except OSError:
            self._refuse(self.root.path)
            return
        pending = deque([_Listed("", wanted)])
        try:
            while pending:
                yield from self._folder(root_fd, pending.popleft(), pending)
        finally:
            os.close(root_fd)

    def _folder(self, root_fd: int, folder: "_Listed", pending: deque["_Listed"]) -> Iterator[list[Candidate]]:
        path = f"{self.root.path.rstrip('/')}/{folder.prefix}".rstrip("/") or "/"
        if folder.prefix.count("/") > _MAX_DEPTH:
            self._refuse(path)
            return
        try:
            fd = self.root.open_folder(root_fd, folder.prefix)
        except FileNotFoundError:
            return
        except OSError:
            if folder.above is None:  # else nobody asked for it
                self._refuse(path)
            return
        if len(self.folders) < MAX_WATCHED:
            self.folders.add(path)
        try:
            yield from self._names(fd, folder, pending)
        except OSError:
            self._refuse(path)
        finally:
            os.close(fd)

    def _names(self, fd: int, listed: "_Listed", pending: deque["_Listed"]) -> Iterator[list[Candidate]]:
        wanted, stat = with_no_folder(listed.wanted), os.fstat(fd)
        folder = Folder(self.root, listed.prefix, stat.st_dev, globs(wanted), stat.st_mtime_ns, listed.above)
        match, rotated, own = folder.globs.match, folder.globs.rotated, of_files(wanted)
        if listed.above is not None:
            match, rotated, own = _nothing, folder.globs.moved, frozenset()
        links: dict[str, str] = {}
        others: list[os.DirEntry[str]] = []
        known: list[os.DirEntry[str]] = []
        learnt = self.forms.of(folder.path)
        inner = 0
        with os.scandir(fd) as entries:
            while some := list(islice(entries, NAMES_AT_ONCE)):
                found = []
                for entry in some:
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        # a link to a folder is not followed: what it leads to is found under its own name
                        inside = below(name, wanted)
                        if inside or (own and holds_rotated(name)):
                            inner += 1
                            above = None if inside else listed.prefix
                            self._queue(_Listed(f"{listed.prefix}{name}/", inside or own, above), inner, pending)
                    elif (matched := match(name) is not None) or rotated(name):
                        found.append(Candidate(folder, name, entry.inode(), is_file(entry), matched))
                        if matched and entry.is_symlink():
                            links |= of_target(entry.name, folder, fd)
                    elif learnt and shape(name) in learnt:
                        known.append(entry)
                    elif len(others) <= _MAX_OTHERS and _has_digit(name):
                        others.append(entry)
                yield found
        yield of_forms(folder, known, links, learnt)
        yield from _linked(fd, folder, others, links, links.keys() - learnt.keys())

    def _queue(self, folder: "_Listed", number: int, pending: deque["_Listed"]) -> None:
        """Have a folder listed later. Of too many each has the same chance, in every look anew."""
        if f"{self.root.path.rstrip('/')}/{folder.prefix}" in self.needed:
            pending.appendleft(folder)
        elif len(pending) < MAX_PENDING:
            pending.append(folder)
        else:
            self.crowded.add(self.root.path)
            if random.random() * number < MAX_PENDING:  # noqa: S311 - a fair choice, no secret
                pending[-1 - number % (MAX_PENDING // 2)] = folder  # not one that is needed

    def _refuse(self, path: str) -> None:
        if len(self.unlistable) < MAX_UNLISTABLE or path == self.root.path:
            self.unlistable.add(path)


class _Listed(Struct, frozen=True):
    """A folder to be listed."""

    prefix: str
    wanted: Wanted
    """What patterns want in it, or in the folder above."""
    above: str | None = None
    """The prefix of that one, where rotated files are moved from there to here, and no pattern wants any of these."""


def _linked(
    fd: int, folder: Folder, others: list[os.DirEntry[str]], links: Mapping[str, str], forms: Container[str]
) -> Iterator[list[Candidate]]:
    """Give what has the shape of a link's target, if it is one of ``forms``: of few others, else by another listing."""
    if len(others) <= _MAX_OTHERS or not links:
        yield of_forms(folder, others, links, {}) if links else []
        return
    with os.scandir(fd) as entries:
        while some := list(islice(entries, NAMES_AT_ONCE)):
            alike = [entry for entry in some if shape(entry.name) in forms and not folder.globs.moved(entry.name)]
            yield of_forms(folder, [each for each in alike if not each.is_dir(follow_symlinks=False)], links, {})


def _has_digit(name: str) -> bool:
    return any(map(str.isdigit, name))


def _nothing(_name: str) -> None:
    """Match no name."""


@lru_cache(maxsize=256)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(glob))
