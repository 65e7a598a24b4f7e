"""Opens names that a hostile application may have made, never leaving the root folder (promise 8, DECISIONS 32).

``openat2(2)`` with ``RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS`` where the kernel has it (5.6 and later) and no
seccomp filter forbids it; else each component is opened with ``O_NOFOLLOW`` and links are resolved here.
"""

import ctypes
import errno
import os
import stat
import struct
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

_MAX_PATH = 1024
_SYS_OPENAT2 = 437
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
_AT_EMPTY_PATH = 0x1000
_AT_SYMLINK_NOFOLLOW = 0x100
_AT_FDCWD = -100
_STATX_BTIME = 0x800
_MAX_LINKS = 40
_NO_OPENAT2 = {errno.ENOSYS, errno.EPERM, errno.EINVAL}
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

_LOCAL = frozenset(["bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"])
"""File systems that this kernel alone writes to."""

BIRTH_SLACK_NS = 100_000_000
"""Birth times are coarse: only a file that is older by this was there before."""

_LAST_NS = 2**63 - 1
"""In the year 2262: what is saved of a file's times has 63 bits."""

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


_Statx = ctypes.c_char * 256
_BIRTH = struct.Struct("=I76xqI")
"""Its mask, and the birth time's seconds and nanoseconds."""


@lru_cache(maxsize=4)
def _how(flags: int) -> _OpenHow:
    return _OpenHow(flags, 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)


class Root(Struct, frozen=True):
    """A trusted folder: links above it are followed, nothing below it can lead out."""

    path: str

    def open(self) -> int:
        """Open the folder itself, for one sweep, so that a new mount is noticed; OSError if it isn't there."""
        return os.open(self.path, _FOLDER)

    def open_folder(self, root_fd: int, relative: str) -> int:
        """Open a folder beneath the root; OSError where that can't be."""
        return _open_beneath(root_fd, relative or ".", _FOLDER)

    def open_file(self, root_fd: int, relative: str) -> int:
        """Open a regular file beneath the root for reading; OSError where the name is something else or leads out."""
        try:
            fd = _open_beneath(root_fd, relative, _FILE)
        except OSError as error:
            inside = self._absolute_link(root_fd, relative) if error.errno == errno.EXDEV else ""
            if not inside:
                raise
            fd = _open_beneath(root_fd, inside, _FILE)
        return _regular(fd)

    def _absolute_link(self, root_fd: int, relative: str) -> str:
        """Give what an absolute link points to, relative to the root, if that is inside; resolved beneath it again."""
        try:
            target = os.path.normpath(os.readlink(relative, dir_fd=root_fd))
        except OSError:
            return ""
        prefix = self.path.rstrip("/") + "/"
        return target[len(prefix) :] if target.startswith(prefix) else ""


class Reached(Root, frozen=True):
    """A folder that was reached beneath a root once, by its real path: it is opened only where no link leads there."""

    def open(self) -> int:
        """Open the folder itself; OSError where a link stands in its path."""
        fd = os.open("/", _FOLDER)
        for part in filter(None, self.path.split("/")):
            try:
                inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=fd)
            finally:
                os.close(fd)
            fd = inner
        return fd

    def open_file(self, root_fd: int, relative: str) -> int:
        """Open a regular file in it; OSError where the name is a link, or anything else."""
        return _regular(os.open(relative, _FILE | os.O_NOFOLLOW, dir_fd=root_fd))


def real_path(fd: int) -> str:
    """Give the path of an open file, in which no component is a link; empty where it has none of up to 1,024 bytes."""
    try:
        path, named = os.readlink(f"/proc/self/fd/{fd}"), os.fstat(fd).st_nlink  # noqa: PTH115 - no Path of it
    except OSError:
        return ""
    return path if named and path.startswith("/") and len(os.fsencode(path)) <= _MAX_PATH else ""


def _regular(fd: int) -> int:
    """Give a file that was opened; closes it, and raises OSError, where it is something else."""
    try:
        _refuse(errno.EINVAL, when=not stat.S_ISREG(os.fstat(fd).st_mode), why="not a regular file")
    except OSError:
        os.close(fd)
        raise
    return fd


@lru_cache(maxsize=64)
def is_overlay(device: int) -> bool:
    """Whether a device number is that of an overlay.

    There, a file that is written to for the first time is copied up, and a descriptor from before stays with the old
    copy, under the same inode number (overlayfs, Linux 6.1).
    """
    return "overlay" in _file_systems(device)


@lru_cache(maxsize=64)
def tells_of_writes(device: int) -> bool:
    """Whether whoever else writes to files on a device does so by this kernel, whose events then tell of it."""
    kinds = _file_systems(device)
    return bool(kinds) and kinds <= _LOCAL


def _file_systems(device: int) -> set[str]:
    """Give the types of what is mounted with a device number (proc_pid_mountinfo(5)); none where that is not known."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return set()
    return {mount.rpartition(" - ")[2].split()[0] for mount in mounts if mount.split()[2] == number}


def written_ns(found: os.stat_result) -> int:
    """Give when a file was last written to, in epoch nanoseconds from 1970 to 2262: it can be set to any time."""
    return min(max(found.st_mtime_ns, 0), _LAST_NS)


def birth_ns(fd: int) -> int | None:
    """Give the birth time of an open file in epoch nanoseconds, by ``statx(2)``; None where it is not known."""
    return _birth_ns(fd, b"", _AT_EMPTY_PATH)


def birth_ns_of(path: str) -> int | None:
    """Give the same of a name, which no link is followed for."""
    return _birth_ns(_AT_FDCWD, os.fsencode(path), _AT_SYMLINK_NOFOLLOW)


def _birth_ns(folder: int, path: bytes, flags: int) -> int | None:
    buffer = _Statx()
    try:
        failed = _libc.statx(folder, path, flags, _STATX_BTIME, buffer)
    except AttributeError:  # a C library without statx
        return None
    mask, seconds, nanoseconds = _BIRTH.unpack_from(buffer)
    return None if failed or not mask & _STATX_BTIME else min(max(seconds * 10**9 + nanoseconds, 0), _LAST_NS)


def _open_beneath(root_fd: int, relative: str, flags: int) -> int:
    try:
        return _openat2(root_fd, relative, flags)
    except OSError as error:
        if error.errno not in _NO_OPENAT2:
            raise
    return _walk(root_fd, relative, flags)


def _openat2(root_fd: int, relative: str, flags: int) -> int:
    how = _how(flags)
    for _ in range(8):  # EAGAIN: a rename raced with the look-up
        fd = int(_libc.syscall(_SYS_OPENAT2, root_fd, os.fsencode(relative), ctypes.byref(how), ctypes.sizeof(how)))
        if fd >= 0:
            return fd
        code = ctypes.get_errno()
        if code not in {errno.EAGAIN, errno.EINTR}:
            break
    raise OSError(code, os.strerror(code))


def _walk(root_fd: int, relative: str, flags: int) -> int:
    """Do the same without the kernel's help: links are read and followed here, and .. is a step back up to the root."""
    folders = [os.dup(root_fd)]
    pending = relative.split("/")[::-1]
    links = 0
    try:
        while pending:
            part = pending.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                _refuse(errno.EXDEV, when=len(folders) == 1)
                os.close(folders.pop())
            elif target := _link(part, folders[-1]):
                links += 1
                _refuse(errno.ELOOP, when=links > _MAX_LINKS)
                _refuse(errno.EXDEV, when=target.startswith("/"))
                pending += target.split("/")[::-1]
            elif pending:
                folders.append(os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folders[-1]))
            else:
                return os.open(part, flags | os.O_NOFOLLOW, dir_fd=folders[-1])
        return os.open(".", flags, dir_fd=folders[-1])
    finally:
        for fd in folders:
            os.close(fd)


def _link(name: str, folder_fd: int) -> str:
    """Give what a link says, as text; empty where the name is no link."""
    try:
        return os.readlink(name, dir_fd=folder_fd)
    except OSError:
        return ""


def _refuse(code: int, *, when: bool, why: str = "") -> None:
    if when:
        raise OSError(code, why or os.strerror(code))
