"""Appends to files on disk so that each append is there whole after a crash, or not at all; blocks, for a thread.

The open file's name ends in ``.open``; what an earlier process left under it is cut to its last whole append, and
finished.
"""

import errno
import fcntl
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from isal import isal_zlib
from isal.igzip_lib import IsalError

from logship.state.durable import make_folder, sync_folder

_GZIP_WINDOW: Final = 31
_READ_BYTES: Final = 64 << 10
"""Small: what follows each member that ends is copied, and a byte may unpack to a thousand."""
_CLOSED: Final = -1
"""In the place of a descriptor."""


class Archive:
    """Files of one writer in one folder: ``<prefix>-<UTC time>.ndjson[.gz]``. Not for several threads at once."""

    def __init__(self, folder: Path, prefix: str, *, gzip: bool, max_bytes: int, max_seconds: float) -> None:
        self._folder, self._prefix, self._gzip = folder, prefix, gzip
        self._max_bytes, self._max_seconds = max_bytes, max_seconds
        self._suffix = ".ndjson.gz" if gzip else ".ndjson"
        self._open_name = folder / f"{prefix}{self._suffix}.open"
        self._lock_name = folder / f"{prefix}.lock"
        self._lock = _CLOSED
        self._fd = _CLOSED
        self._size = 0
        self._began = 0.0

    def append(self, data: bytes, now: float) -> None:
        """Put the bytes on disk; ``now`` in monotonic seconds.

        Raises OSError, and then nothing of them counts: BlockingIOError if another process writes here.
        """
        if self._size >= self._max_bytes:
            self.finish()
        self.finish_old(now)
        if self._fd == _CLOSED:
            self._begin(now)
        packed = isal_zlib.compress(data, 1, _GZIP_WINDOW) if self._gzip else data
        try:
            _write(self._fd, packed)
            os.fsync(self._fd)
        except OSError:
            self._take_back()
            raise
        if not os.fstat(self._fd).st_nlink:
            self._let_go()
            raise OSError(errno.ESTALE, "the file was removed while it was written")
        self._size += len(packed)

    @property
    def due(self) -> float | None:
        """When the open file is old; monotonic seconds, None if there is none."""
        return None if self._fd == _CLOSED else self._began + self._max_seconds

    def finish_old(self, now: float) -> None:
        """Finish the open file if it is old. Raises OSError."""
        if self.due is not None and now >= self.due:
            self.finish()

    def finish(self) -> None:
        """Give the open file its final name. Raises OSError."""
        if self._fd != _CLOSED:
            self._let_go()
            self._rename()

    def close(self) -> None:
        """Finish, and let others write here; the lock's file goes, for a pod's name never comes again."""
        try:
            self.finish()
        finally:
            if self._lock != _CLOSED:
                with suppress(OSError):  # a folder that has gone, or is read-only: an empty file is left
                    self._lock_name.unlink()
                os.close(self._lock)
                self._lock = _CLOSED

    def _begin(self, now: float) -> None:
        make_folder(self._folder)
        if self._lock == _CLOSED:
            self._lock = _locked(self._lock_name)
        if self._open_name.exists():
            self._recover()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(self._open_name, flags, 0o640)
        sync_folder(self._folder)
        self._size, self._began = 0, now

    def _take_back(self) -> None:
        """Forget what was written of an append that failed; where even that fails, begin anew with a recovery."""
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:
            self._let_go()

    def _let_go(self) -> None:
        # Whatever close says, the number is free from then on, and soon another file's.
        fd, self._fd, self._size = self._fd, _CLOSED, 0
        with suppress(OSError):  # what was appended is on disk
            os.close(fd)

    def _recover(self) -> None:
        whole = _whole_members(self._open_name) if self._gzip else _whole_lines(self._open_name)
        os.truncate(self._open_name, whole)
        self._rename()

    def _rename(self) -> None:
        if not self._open_name.stat().st_size:
            self._open_name.unlink()
            return
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self._open_name.rename(self._folder / f"{self._prefix}-{stamp}{self._suffix}")
        sync_folder(self._folder)


def _locked(path: Path) -> int:
    """Open the lock file for this process alone; raises BlockingIOError if another has it.

    Whoever had it before removes it: what was opened just before that is no longer the lock of anything.
    """
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(fd), path.lstat()):
                    return fd
        except OSError:
            os.close(fd)
            raise
        os.close(fd)


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _whole_lines(path: Path) -> int:
    """Give the size of a file up to its last newline."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - _READ_BYTES)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def _whole_members(path: Path) -> int:
    """Give the size of a file of gzip members up to the end of the last whole one."""
    whole = offset = 0
    unpacker = isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
    with path.open("rb") as file, suppress(IsalError):  # type: ignore[arg-type]  # its stub calls it an instance
        while data := file.read(_READ_BYTES):
            while data:
                unpacker.decompress(data)
                rest = unpacker.unused_data if unpacker.eof else b""
                offset += len(data) - len(rest)
                if unpacker.eof:
                    whole, unpacker = offset, isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
                data = rest
    return whole
