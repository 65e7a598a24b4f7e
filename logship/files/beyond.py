"""Where known files are that no name leads to any more: what is open, and what was when logship ended.

Folders that no pattern reaches; what a link led to that leads elsewhere now, in its name or in the path of its folder;
names that tell of nothing.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.beneath import Reached, real_path
from logship.files.discovery import NAMES_AT_ONCE, Discovery, of_forms
from logship.files.forms import Forms, letters
from logship.files.found import Found
from logship.files.names import Candidate, Folder, Globs, shape
from logship.files.steps import in_steps
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.state.identity import HEAD_BYTES, Entry, Print

_MOST = 100

_Heads = dict[str, list[tuple[str, Print]]]
"""Live names, and how what had them began, by the letters of those names."""


def learn(discovery: Discovery, live: str, path: str) -> bool:
    """Learn a form of names from where a live file's generation is; whether others of it are there that nobody listed.

    Only in the same folder; no component of ``path`` is a link.
    """
    candidate = discovery.candidate(live, 0, 0)
    there, _, name = path.rpartition("/")
    if candidate is None or not name or os.path.realpath(candidate.folder.path) != (there or "/"):
        return False
    return discovery.forms.learn(candidate.folder, candidate.name, name)


class Beyond:
    """Asks the kernel where an open file is now, and looks there for what was open when logship ended."""

    def __init__(self) -> None:
        self.folders: set[str] = set()
        """Up to 100; not those that rotated files were in before."""

    def place(self, file: TailedFile) -> str:
        """Give the path of a file that was renamed, if it can be known; note its folder if it left its own."""
        file.real_path = real_path(file.fd)
        there = os.path.lexists(file.real_path)
        if there:
            self._note(file.real_path, file.lineage)
        return file.real_path if there else ""

    def _note(self, path: str, lineage: str) -> None:
        folder = path.rpartition("/")[0]
        with suppress(OSError, RuntimeError):  # a loop of links
            if len(self.folders) < _MOST and folder != str(Path(lineage).parent.resolve()):
                self.folders.add(folder)

    def ask(self, files: Iterable[TailedFile], sweep: Sweep, discovery: Discovery) -> None:
        """Learn how open files are called now whose names a sweep did not meet."""
        for file in files:
            if file.path and file.file not in sweep.present:
                learn(discovery, file.path, real_path(file.fd))

    def find_packed(self, files: Iterable[TailedFile], sweep: Sweep, discovery: Discovery) -> Iterator[None]:
        """Learn, in steps, how archives are called of generations whose files a sweep did not meet, by their heads."""
        heads = [(file.path, file.fingerprint()) for file in files if file.path and file.file not in sweep.present]
        for entry in in_steps(list(sweep.registry.entries.values())):
            if entry is None:
                yield
            elif not _is_met(entry, sweep):
                heads.append((entry.path, entry.head))
        folders: dict[str, tuple[Folder, _Heads]] = {}
        for live, head in heads:
            candidate = discovery.candidate(live, 0, 0) if head.length == HEAD_BYTES else None
            if candidate:
                _, names = folders.setdefault(candidate.folder.path, (candidate.folder, {}))
                names.setdefault(letters(candidate.name), []).append((candidate.name, head))
        for folder, names in folders.values():
            yield from _learn_from_archives(folder, names, discovery.forms)

    def unlisted(self, discovery: Discovery) -> Iterator[list[Candidate]]:
        """List what has names of forms that were learnt since their folders were listed."""
        forms = discovery.forms
        while forms.unlisted:
            _, folder = forms.unlisted.popitem()
            learnt = forms.of(folder.path)
            for there, some in _listed(folder):
                yield of_forms(there, some, {}, learnt)

    def find(self, sweep: Sweep, discovery: Discovery) -> Iterator[None]:
        """Open, in steps, the files of known generations that a sweep has not met, in the folders that they were in.

        No link is followed (promise 8), and only that counts which is the very file, and was reached by a name that is
        still asked for. It goes on as if it had been open all the time.
        """
        folders: dict[str, dict[int, Entry]] = {}
        for entry in in_steps(list(sweep.registry.entries.values())):
            if entry is None:
                yield
            elif entry.real_path and not _is_met(entry, sweep) and discovery.candidate(entry.path, 0, entry.inode):
                folders.setdefault(entry.real_path.rpartition("/")[0], {})[entry.inode] = entry
        for path, entries in folders.items():
            with suppress(OSError):
                yield from self._find_in(Reached(path), entries, sweep, discovery)

    def _find_in(
        self, root: Reached, entries: Mapping[int, Entry], sweep: Sweep, discovery: Discovery
    ) -> Iterator[None]:
        fd = root.open()
        try:
            folder = Folder(root, "", os.fstat(fd).st_dev, Globs(()))
            with os.scandir(fd) as listed:
                while some := list(islice(listed, NAMES_AT_ONCE)):
                    for name, entry in ((each.name, entries.get(each.inode())) for each in some):
                        if entry and len(sweep.fresh) < sweep.room(0):
                            candidate = Candidate(folder, name, entry.inode, regular=True, matched=False)
                            if self._take(candidate, fd, entry, sweep):
                                learn(discovery, entry.path, candidate.path)
                    yield
        finally:
            os.close(fd)

    def _take(self, candidate: Candidate, folder_fd: int, entry: Entry, sweep: Sweep) -> bool:
        with suppress(OSError):
            found = Found.open(candidate, folder_fd, sweep.now)
            found.live, found.beyond = entry.path, True
            taken = (found.device, found.inode) in sweep.open_files or found.inode in sweep.held
            if taken or found.inode in sweep.fresh or entry not in sweep.registry.find(found):
                os.close(found.fd)
                return False
            sweep.fresh[found.inode] = found
            self._note(candidate.path, entry.path)
            return True
        return False


def _learn_from_archives(folder: Folder, heads: _Heads, forms: Forms) -> Iterator[None]:
    """Look, in steps, into what may be an archive of one of them by the letters of its name."""
    for _, some in _listed(folder):
        for each in some:
            stem = each.name.rpartition(".")[0]
            known = heads.get(letters(stem), [])
            if known and shape(stem) != stem and not folder.globs.moved(each.name):
                begun = _head(Candidate(folder, each.name, each.inode(), regular=True, matched=False))
                for live in (live for live, head in known if head.matches(begun)):
                    forms.learn(folder, live, each.name)
                yield
        yield


def _is_met(entry: Entry, sweep: Sweep) -> bool:
    return entry.ignored or entry.gone or entry.file in sweep.present or entry.inode in sweep.fresh


def _listed(folder: Folder) -> Iterator[tuple[Folder, list[os.DirEntry[str]]]]:
    """List what is in a folder beneath its root, some names at a time, and on which device; nothing if it can't be."""
    with suppress(OSError):
        root_fd = folder.root.open()
        try:
            fd = folder.root.open_folder(root_fd, folder.prefix)
        finally:
            os.close(root_fd)
        try:
            folder = replace(folder, device=os.fstat(fd).st_dev)
            with os.scandir(fd) as listed:
                while some := list(islice(listed, NAMES_AT_ONCE)):
                    yield folder, some
        finally:
            os.close(fd)


def _head(candidate: Candidate) -> bytes:
    """Give how the contents of an archive begin; nothing where it is none, or can't be read."""
    with suppress(OSError):
        root_fd = candidate.root.open()
        try:
            fd = candidate.root.open_file(root_fd, candidate.relative)
        finally:
            os.close(root_fd)
        try:
            return Contents(fd).head()
        finally:
            os.close(fd)
    return b""
