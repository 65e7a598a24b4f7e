"""Opens names beneath their roots, and says once why one can't be opened."""

import errno
import logging
import os
from collections.abc import Callable, Iterable

from logship.files.found import Found
from logship.files.names import Candidate
from logship.files.tailing import TailedFile
from logship.logs import places

logger = logging.getLogger(__name__)

_MAX_UNREADABLE = 100  # names are hostile: they must not fill the memory
_TRIED_BITS = 1 << 20

_CAUSES = {
    errno.EXDEV: "a link out of the folder LOGSHIP_ROOT, which is not followed",
    errno.EINVAL: "no regular file: a FIFO, a socket or a device is not read",
    errno.ENXIO: "no regular file: a FIFO, a socket or a device is not read",
    errno.ELOOP: "a link that leads to itself",
}


class Opener:
    """Opens names; ``descriptor_needed`` is called when the process may not have another descriptor."""

    def __init__(self, descriptor_needed: Callable[[], None]) -> None:
        self._descriptor_needed = descriptor_needed
        self.unreadable: dict[str, str] = {}
        """Paths that match but can't be opened, and why; at most 100."""
        self._refused: set[str] = set()
        self.turn = 0
        """Where the next sweep begins to try again, if it can't try all names."""
        self.new_first = False
        """Whether new files come before known ones that have grown."""
        self._tried = _Inodes()
        self.links: set[int] = set()
        """Inodes of links that led to files which are followed, one a file: they are tried in every sweep."""
        self.moved: set[int] = set()
        """Inodes of which a name was gone, or another file's, when it was to be opened: names are changing just now."""

    def begin(self) -> None:
        """Begin a sweep: what was not refused in the last one could be opened, or is gone."""
        self.unreadable = {path: cause for path, cause in self.unreadable.items() if path in self._refused}
        self._refused.clear()
        self.moved.clear()

    def open(self, candidate: Candidate, now: float) -> Found | None:
        """Open what a candidate names, beneath its root; None where that can't be, or is no regular file."""
        try:
            root_fd = candidate.root.open()
            try:
                found = Found.open(candidate, root_fd, now)
            finally:
                os.close(root_fd)
        except Exception as error:  # noqa: BLE001 - whatever it is, there are other files
            self.refuse(candidate.path, error)
            if candidate.regular and isinstance(error, FileNotFoundError):
                self.moved.add(candidate.inode)
            else:
                self._tried.add(candidate.inode)
            return None
        return found

    def tried(self, candidate: Candidate) -> bool:
        """Whether its file could not be opened before, maybe; see :class:`_Inodes`."""
        return candidate.inode in self._tried

    def refuse(self, path: str, error: Exception) -> None:
        """Say once why a file can't be opened, or read, of a fault of our own where that is; it is tried again."""
        if isinstance(error, OSError) and error.errno == errno.EMFILE:
            self._descriptor_needed()
        cause, known = _cause(error), self.unreadable.get(path)
        if isinstance(error, FileNotFoundError) or (known is None and len(self.unreadable) >= _MAX_UNREADABLE):
            return
        self._refused.add(path)
        self.unreadable[path] = cause
        if known == cause:
            return
        extra = {"path": path, "cause": cause}
        if isinstance(error, OSError):
            advice = {"advice": _advice(error)} if _advice(error) else {}
            logger.warning("a file that matches can't be read; it is tried again", extra=extra | advice)
        else:  # only type and places: an exception's text may quote a record
            extra["at"] = places(error.__traceback__)
            logger.error("logship itself failed on a file, please report it; others go on", extra=extra)


def _cause(error: Exception) -> str:
    if not isinstance(error, OSError):
        return f"logship itself failed on it: {type(error).__name__}"
    return _CAUSES.get(error.errno or 0) or (os.strerror(error.errno) if error.errno else str(error))


def _advice(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"let user {os.geteuid()} read it, e.g. by fsGroup"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "raise the limit on open files, or lower LOGSHIP_MAX_FILES"
    return "leave it out by LOGSHIP_EXCLUDE" if error.errno in _CAUSES else ""


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


def reopen_copied_up(overlaid: Iterable[tuple[TailedFile, Candidate]], opener: Opener, now: float) -> list[TailedFile]:
    """Go on with the files that names lead to, where an overlay has copied them up: the old descriptors are stale."""
    moved = []
    for file, candidate in overlaid:
        try:
            grown = os.stat(candidate.path, follow_symlinks=False).st_size > os.fstat(file.fd).st_size  # noqa: PTH116
        except OSError:
            continue
        found = opener.open(candidate, now) if grown and file.sound else None
        place = file.furthest
        if (
            found
            and found.inode == file.inode
            and found.read_at(len(place.tail), place.offset - len(place.tail)) == place.tail
        ):
            file.move_to(found.fd, now)
            file.path = candidate.path
            moved.append(file)
        elif found:
            os.close(found.fd)
    return moved
