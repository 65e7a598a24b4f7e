"""One sweep over the folders: which known files are there under which name, and which unknown ones can be opened."""

import errno
import logging
import os
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field

from logship.adoption import Found, Known
from logship.discovery import Candidate
from logship.model import FileId
from logship.tailing import TailedFile

logger = logging.getLogger(__name__)

_MORE_TRIES = 2000
"""How many names a sweep tries to open beyond those that there is room for."""
_MAX_UNREADABLE = 100  # names are hostile: they must not fill the memory


class Opener:
    """Opens names; ``descriptor_needed`` is called when the process may not have another descriptor."""

    def __init__(self, descriptor_needed: Callable[[], None]) -> None:
        self._descriptor_needed = descriptor_needed
        self.unreadable: dict[str, str] = {}
        """Paths that match but can't be opened, and why; at most 100."""
        self._refused: set[str] = set()
        self.turn = 0
        """Where the next sweep begins to try, if it can't try all names."""

    def begin(self) -> None:
        """Begin a sweep: what was not refused in the last one could be opened, or is gone."""
        self.unreadable = {path: cause for path, cause in self.unreadable.items() if path in self._refused}
        self._refused.clear()

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
            return None
        return found

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


@dataclass(slots=True)
class Sweep:
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
    present: dict[FileId, Candidate | None] = field(default_factory=dict)
    """Generations that were found, by the name that matches, else by a rotated one."""
    fresh: dict[int, Found] = field(default_factory=dict)
    """What was opened, by inode."""
    ignored: int = 0
    """Names that match and could not be opened, or may not."""

    def look(self, candidates: Iterable[Candidate]) -> None:
        """Meet every name; files of which the checkpoint knows something come first (DECISIONS 33)."""
        inodes = self.known.inodes()
        waiting: list[Candidate] = []
        self.opener.begin()
        for candidate in candidates:
            if self._is_known(candidate):
                continue
            if candidate.inode in inodes:
                # it is there, even if it can't be opened
                self.present.update(dict.fromkeys(inodes[candidate.inode]))
                self._open(candidate)
            else:
                waiting.append(candidate)
        for candidate in self._whose_turn(waiting):
            self._open(candidate)

    def _whose_turn(self, waiting: list[Candidate]) -> list[Candidate]:
        # Names that can't be opened must not stand in the way of those that can, and what a sweep tries is bounded.
        tries = min(len(waiting), self.room + _MORE_TRIES) if self.room else 0
        start = self.opener.turn % len(waiting) if tries < len(waiting) else 0
        self.opener.turn = start + tries
        self.ignored += len(waiting) - tries
        return (waiting[start:] + waiting[:start])[:tries]

    def _is_known(self, candidate: Candidate) -> bool:
        file = None if candidate.link else self.open_files.get((candidate.device, candidate.inode))
        closed = None if file else self.known.unchanged(candidate)
        if file:
            self._found(file.file, candidate)
        elif closed:
            self._found(closed, candidate)
        return bool(file or closed or (candidate.inode in self.held and not candidate.link))

    def _found(self, file: FileId, candidate: Candidate) -> None:
        if candidate.matched or file not in self.present:
            self.present[file] = candidate

    def _open(self, candidate: Candidate) -> None:
        found = self.opener.open(candidate, self.now) if len(self.fresh) < self.room else None
        if found is None:
            self.ignored += 1
            return
        file = self.open_files.get((found.device, found.inode))
        if file:
            self._found(file.file, candidate)
        if file or found.inode in self.held or found.inode in self.fresh:
            os.close(found.fd)
        else:
            self.fresh[found.inode] = found
