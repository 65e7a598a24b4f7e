"""Keeps the checkpoint file: every file generation and each sink's acknowledged offset in it (promises 1 and 2)."""

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from logship.errors import StateError
from logship.state import document, running
from logship.state.durable import make_folder, sync_folder
from logship.state.finished import KEEP_SECONDS, Finished
from logship.state.identity import Entry

SAVE_TIMEOUT = 2.0
"""Seconds that one save waits for another: who saves last, at exit, must not be kept by a disk that hangs."""
_FILE = "checkpoint.json"
FINISHED = "finished.bin"
_WRITE_BYTES = 64 * 1024


class Checkpoint(Struct, frozen=True):
    """What was saved, or what a first start begins with."""

    entries: tuple[Entry, ...] = ()
    saved_ns: int = 0
    """Epoch nanoseconds of the save, or of when there was nothing to save last; 0: nothing usable was there."""
    looked_ns: int = 0
    """Epoch nanoseconds of the last look before it after which nothing waited: what is older was seen."""
    first_start_ns: int = field(default_factory=time.time_ns)
    first: bool = True
    """No checkpoint was there at all: this is the first start."""
    damage: str = ""
    """Why what was there could not be used, and where it is kept; empty where all is well."""
    finished: Finished = field(default_factory=Finished)
    """Generations of which there is nothing more to do, until their files change."""


class Checkpoints:
    """The state folder's checkpoint file. One daemon at a time uses a folder."""

    def __init__(self, folder: Path, *, keep: float = KEEP_SECONDS) -> None:
        """``keep``: how long, in seconds, a finished generation is remembered."""
        self._folder = folder
        self._keep = keep
        self._path = folder / _FILE
        self._finished: Finished | None = None
        self._saving = threading.Lock()
        self._holding = False
        self._lock_fd = -1
        self._address = ""
        self._saved: tuple[int, int] | None = None
        """Device and inode of the file that was written last."""

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder; StateError if another daemon has it. One that can't be written is held from the first save.

        Who holds it holds it again, at the next save, where it was removed or something else is mounted there.
        """
        self._holding = True
        try:
            with contextlib.suppress(OSError):
                self._hold()
            yield
        finally:
            self._holding = False
            self._let_go()

    @property
    def pending(self) -> bool:
        """Whether finished generations are not on disk yet."""
        return self._finished is not None and self._finished.pending

    def kept(self) -> bool:
        """Whether the file that was written last is still there: the folder may have been removed, or unmounted.

        Its time then says that all is as it was saved: a start is to know since when nobody looked.
        """
        try:
            same = self._saved is not None and _identity(self._path.stat()) == self._saved
            if same:
                os.utime(self._path)
        except OSError:
            return False
        return same

    def _hold(self) -> None:
        make_folder(self._folder)
        path = self._folder / running.LOCK
        with contextlib.suppress(FileNotFoundError):
            if self._lock_fd >= 0 and _identity(path.stat()) == _identity(os.fstat(self._lock_fd)):
                return
        self._let_go()
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(fd)
            message = f"another logship uses the state folder {self._folder}: give each its own LOGSHIP_STATE_DIR"
            raise StateError(message) from error
        except OSError:  # a file system that knows no locks
            pass
        self._lock_fd = fd
        running.announce(fd, self._address)

    def announce(self, address: str) -> None:
        """Say to whoever looks into the folder where its daemon answers (:mod:`logship.state.running`)."""
        self._address = address
        if self._lock_fd >= 0:
            running.announce(self._lock_fd, address)

    def _let_go(self) -> None:
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def load(self) -> Checkpoint:
        """Read what was saved. What can't be used is kept aside under another name, and ``damage`` says so."""
        found = self._read()
        if found.damage:
            found = replace(found, damage=f"{found.damage}; {self._set_aside()}")
        anew = found.first or bool(found.damage)
        self._finished = Finished(self._folder / FINISHED, anew=anew, keep=self._keep)
        return replace(found, finished=self._finished)

    def peek(self) -> Checkpoint:
        """Do the same beside whoever uses the folder: nothing in it is touched."""
        found = self._read()
        if found.first or found.damage:
            return found
        return replace(found, finished=Finished(self._folder / FINISHED, shared=True))

    def _read(self) -> Checkpoint:
        try:
            text, stat = self._path.read_bytes(), self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return self._begun()
        except OSError as error:
            return Checkpoint(first=False, damage=f"{self._path} can't be read: {error.strerror}")
        try:
            found = document.read(text)
            looked_ns = found.saved_ns if found.looked_ns is None else found.looked_ns
            saved_ns = max(found.saved_ns, min(max(stat.st_mtime_ns, self._flushed_ns()), time.time_ns()))
            return Checkpoint(found.files, saved_ns, looked_ns, found.first_start_ns, first=False)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            return Checkpoint(first=False, damage=f"{self._path} is not usable ({error})")

    def _flushed_ns(self) -> int:
        """Give when rows were written last (epoch nanoseconds): maybe by a save that came no further."""
        with contextlib.suppress(OSError):
            return (self._folder / FINISHED).stat().st_mtime_ns
        return 0

    def _begun(self) -> Checkpoint:
        """Know nothing but when a daemon died in its first save, if one did: that was the first start, and a look."""
        with contextlib.suppress(OSError):
            died_ns = self._path.with_suffix(".tmp").stat().st_mtime_ns
            return Checkpoint(first_start_ns=died_ns, looked_ns=died_ns)
        return Checkpoint()

    def save(self, entries: Iterable[Entry], first_start_ns: int, looked_ns: int | None = None) -> None:
        """Write the checkpoint so that a crash leaves the old or the new one, whole and on disk; raises StateError.

        ``looked_ns``: when all that is there was last seen; None: now. Any thread may; one at a time does.
        """
        if not self._saving.acquire(timeout=SAVE_TIMEOUT):
            message = f"{self._path} can't be written: the disk hangs"
            raise StateError(message)
        try:
            self._write(document.written(entries, first_start_ns, time.time_ns() if looked_ns is None else looked_ns))
        except OSError as error:
            message = f"{self._path} can't be written: {error.strerror}"
            raise StateError(message) from error
        finally:
            self._saving.release()

    def _write(self, data: Iterable[bytes]) -> None:
        temporary = self._path.with_suffix(".tmp")
        if self._holding:
            self._hold()
        else:
            make_folder(self._folder)
        if self._finished is not None:  # it may know of no file, and have rows
            self._finished.flush()  # before the checkpoint that has them no longer
        _write_synced(temporary, data)
        temporary.replace(self._path)
        sync_folder(self._folder)
        self._saved = _identity(self._path.stat())

    def _set_aside(self) -> str:
        aside = self._path.with_name(f"{_FILE}.unusable-{time.time_ns()}")
        try:
            self._path.rename(aside)
        except OSError as error:
            return f"it can't be kept aside: {error.strerror}"
        return f"kept as {aside}"


def _write_synced(path: Path, data: Iterable[bytes]) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb", _WRITE_BYTES) as file:
        file.writelines(data)
        file.flush()
        os.fsync(fd)


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino
