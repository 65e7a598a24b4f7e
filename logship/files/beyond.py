"""Where known files are that no name leads to any more: what is open, and what was when logship ended.

Folders that no pattern reaches; what a link led to that leads elsewhere now, in its name or in the path of its folder;
names that tell of nothing.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

from logship.files.beneath import Reached, real_path
from logship.files.discovery import NAMES_AT_ONCE, Discovery
from logship.files.found import Found
from logship.files.learning import learn
from logship.files.names import Candidate, Folder, Globs
from logship.files.steps import in_steps
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.state.identity import Entry

_MOST = 100


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

    def find(self, sweep: Sweep, discovery: Discovery) -> Iterator[None]:
        """Open, in steps, the files of known generations that a sweep has not met, in the folders that they were in.

        No link is followed (promise 8), and only that counts which is the very file, and was reached by a name that is
        still asked for. It goes on as if it had been open all the time.
        """
        missing = list[Entry]()
        for entry in in_steps(list(sweep.registry.entries.values()), NAMES_AT_ONCE):
            if entry is None:
                yield
            elif entry.real_path and not sweep.has_met(entry):
                missing.append(entry)
        folders: dict[str, dict[int, Entry]] = {}
        for entry in in_steps(missing):
            if entry is None:
                yield
            elif discovery.candidate(entry.path, 0, entry.inode):
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
