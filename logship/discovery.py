"""Lists what the patterns match beneath their roots, and the rotated forms of it; opens nothing but folders."""

import contextlib
import fnmatch
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from logship.beneath import Root

_WILD = re.compile(r"[*?\[]")
_ROTATED_BY = ".-"
_MAX_MARKS = 12
"""Dots and dashes that may be the beginning of what a rotation added: a name can have hundreds."""
_MAX_DEPTH = 64
"""Folders beneath the root that ** goes down: an application can nest them to no end."""
_MAX_OTHERS = 1000
_COARSE_NS = 50_000_000
"""Well over the kernel's tick: file times are no finer than that."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A glob, split at the deepest folder before its first wildcard."""

    root: Root
    parts: tuple[str, ...]
    """The components beneath the root; the last one is a file's, ``**`` is any number of folders."""

    @classmethod
    def of(cls, glob: str, root: str = "") -> "Pattern":
        """Split a glob; ``root`` replaces the folder before its first wildcard and must contain it."""
        parts = [part for part in glob.split("/") if part]
        parts += ["*"] if parts[-1:] == ["**"] else []  # all files, at any depth
        wild = next((i for i, part in enumerate(parts) if _WILD.search(part)), len(parts) - 1)
        base = "/" + "/".join(parts[: min(wild, len(parts) - 1)])
        if not root:
            return cls(Root(base), tuple(parts[min(wild, len(parts) - 1) :]))
        root = root.rstrip("/") or "/"
        return cls(Root(root), tuple(parts[len([part for part in root.split("/") if part]) :]))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that may be a file to tail."""

    root: Root
    relative: str
    """Path beneath the root."""
    device: int
    inode: int
    """As the folder lists it: of a link this is the link's own."""
    link: bool
    matched: bool
    """Whether a pattern matches; else it is only a rotated form."""
    live: str
    """Path of the live file that this looks like a rotated form of; empty if of none."""

    @property
    def path(self) -> str:
        """The whole path, as people know it."""
        return f"{self.root.path.rstrip('/')}/{self.relative}"


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    inode: int
    link: bool
    folder: bool


class Discovery:
    """Finds candidates for a set of patterns; remembers nothing between two looks but the cost of compiling."""

    def __init__(self, patterns: Collection[Pattern], exclude: Collection[str] = ()) -> None:
        self._patterns = tuple(patterns)
        # **/ is also no folder at all
        self._exclude = tuple(_compiled(each) for glob in exclude for each in {glob, glob.replace("/**/", "/")})
        self._folders: set[str] = set()

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
        """Give the folders that the last look listed, links not followed; before any look the roots."""
        return set(self._folders) or self.roots()

    def other_files(self) -> int:
        """Count the files, up to 1,000 a folder, where none that matches is; 0 where one is."""
        if any(candidate.matched for candidate in self.look((), set())):
            return 0
        count = 0
        for path in self.folders():
            with contextlib.suppress(OSError), os.scandir(path) as entries:
                count += sum(not entry.is_dir(follow_symlinks=False) for entry in islice(entries, _MAX_OTHERS))
        return count

    def folder_states(self, now_ns: int) -> dict[str, int]:
        """Give the mtime (ns) of every folder that the last look listed: when one changes, a name came or went.

        A folder that changed just before ``now_ns`` is left out: its next change may carry the same coarse time stamp.
        """
        states = {}
        for path in self._folders or self.root_paths:
            with contextlib.suppress(OSError):
                changed = Path(path).stat().st_mtime_ns
                if now_ns - changed > _COARSE_NS:
                    states[path] = changed
        return states

    def look(self, known: Collection[str], unlistable: set[str]) -> Iterator[Candidate]:
        """List what is there now, each path once.

        ``known`` are live paths that are tailed already: their rotated forms count even while they are absent. Roots
        and folders that exist and can't be listed are added to ``unlistable``.
        """
        found: dict[str, Candidate] = {}
        self._folders.clear()
        for pattern in self._patterns:
            for candidate in _look(pattern, known, unlistable, self._folders):
                # of two patterns, the one that matches counts, not the one by which it is only a rotated form
                if not found.setdefault(candidate.path, candidate).matched:
                    found[candidate.path] = candidate
        yield from (candidate for candidate in found.values() if not self._excluded(candidate))

    def _excluded(self, candidate: Candidate) -> bool:
        # what is here only as a rotated form goes with its live file
        paths = (candidate.path,) if candidate.matched else (candidate.path, candidate.live)
        return any(pattern.fullmatch(path) for pattern in self._exclude for path in paths)


def stems(name: str) -> Iterator[str]:
    """Give the names that ``name`` may be a rotated form of, longest first: ``NAME.*``, ``NAME-*``, ``BASE-*.EXT``."""
    for at in _marks(name):
        yield name[:at]
    base, dot, extension = name.rpartition(".")
    for at in _marks(base) if dot else ():
        yield f"{base[:at]}.{extension}"


def _marks(name: str) -> list[int]:
    """Give where a rotation's addition may begin, last first; a name's first character is not one of them."""
    return [at for at in range(len(name) - 1, 0, -1) if name[at] in _ROTATED_BY][:_MAX_MARKS]


def _look(pattern: Pattern, known: Collection[str], unlistable: set[str], folders: set[str]) -> Iterator[Candidate]:
    try:
        root_fd = pattern.root.open()
    except FileNotFoundError:
        return
    except OSError:
        unlistable.add(pattern.root.path)
        return
    try:
        yield from _Walk(pattern.root, root_fd, known, unlistable, folders).look("", pattern.parts)
    finally:
        os.close(root_fd)


@dataclass(frozen=True, slots=True)
class _Walk:
    root: Root
    root_fd: int
    known: Collection[str]
    unlistable: set[str]
    folders: set[str]

    def look(self, folder: str, parts: tuple[str, ...]) -> Iterator[Candidate]:
        if folder.count("/") > _MAX_DEPTH:
            self.unlistable.add(f"{self.root.path.rstrip('/')}/{folder}")
            return
        entries, device = self._list(folder)
        head, rest = parts[0], parts[1:]
        if not rest:
            yield from _files(self.root, folder, head, entries, device, self.known)
            return
        if head == "**":  # no folder at all, or one more
            yield from self.look(folder, rest)
        for entry in entries:
            # a link to a folder is not followed: what it leads to is found under its own name
            if entry.folder and _matches(entry.name, "*" if head == "**" else head):
                yield from self.look(f"{folder}{entry.name}/", parts if head == "**" else rest)

    def _list(self, folder: str) -> tuple[list[_Listed], int]:
        path = f"{self.root.path.rstrip('/')}/{folder}".rstrip("/") or "/"
        try:
            fd = self.root.open_folder(self.root_fd, folder)
        except FileNotFoundError:
            return [], 0
        except OSError:
            self.unlistable.add(path)
            return [], 0
        self.folders.add(path)
        try:
            with os.scandir(fd) as entries:
                listed = [_Listed(e.name, e.inode(), e.is_symlink(), e.is_dir(follow_symlinks=False)) for e in entries]
            return listed, os.fstat(fd).st_dev
        except OSError:
            self.unlistable.add(path)
            return [], 0
        finally:
            os.close(fd)


def _files(
    root: Root, folder: str, part: str, entries: list[_Listed], device: int, known: Collection[str]
) -> Iterator[Candidate]:
    prefix = f"{root.path.rstrip('/')}/{folder}"
    present = {entry.name for entry in entries if _matches(entry.name, part)}
    for entry in entries:
        name = entry.name
        matched = name in present
        live = next((stem for stem in stems(name) if stem in present or prefix + stem in known), "")
        if not matched and not live:  # rotated before anybody saw the live file
            live = next((stem for stem in stems(name) if _matches(stem, part)), "")
        if (matched or live) and not entry.folder:
            path = prefix + live if live else ""
            yield Candidate(root, folder + name, device, entry.inode, entry.link, matched, path)


def _matches(name: str, part: str) -> bool:
    # a leading dot must be matched by a dot, as in a shell
    return bool(_compiled(part).fullmatch(name)) and (name[0] != "." or part[0] == ".")


@lru_cache(maxsize=256)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(glob))
