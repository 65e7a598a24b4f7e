"""inotify on the event loop: no thread, and nobody is woken who does not wait.

It says that something happened in a folder, not what: the kernel puts equal events together until they are read
(inotify(7)), so that a file that is written a thousand times a second costs one read of this descriptor each time
somebody asks. What has to be told by name is :class:`logship.files.wakeups.FileEvents`'s.
"""

import asyncio
import ctypes
import os
import select
import struct
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

MAX_WATCHED: Final = 1024
"""Folders: an application can make any number, and each is a watch of the whole node's."""
_MODIFY, _ATTRIB, _MOVED, _CREATE, _DELETE = 0x2, 0x4, 0xC0, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _UNMOUNT, _IGNORED = 0x400, 0x800, 0x2000, 0x8000
_ONLY_FOLDERS: Final = 0x01000000
_WATCHED: Final = _MODIFY | _ATTRIB | _MOVED | _CREATE | _DELETE | _DELETE_SELF | _MOVE_SELF | _ONLY_FOLDERS
_GONE: Final = _DELETE_SELF | _MOVE_SELF | _UNMOUNT | _IGNORED
_EVENT: Final = struct.Struct("iIII")
"""``struct inotify_event``: watch, mask, cookie, bytes of the name behind it."""
_LONGEST_EVENT: Final = _EVENT.size + 256
"""With a name of 255 bytes; a read that has room left for it has told of all."""
_READ_BYTES: Final = 64 << 10
_libc: Final = ctypes.CDLL(None, use_errno=True)


class Inotify:
    """Watches folders, each alone, while it is open."""

    def __init__(self) -> None:
        self._fd = -1
        self._folders: Collection[str] = ()
        self._bell: _Bell | None = None
        self.number = 0
        """How many watches there were; one that is new has told of nothing that was before it."""

    def watch(self, folders: Collection[str]) -> None:
        """Watch these from now on; one that is not there is left out. Raises OSError where the node has no watch left.

        After an event that says that one of them has gone, all are looked up again.
        """
        if self._fd >= 0 and folders == self._folders:
            return
        self.close()
        self._fd = _done(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._folders = folders
        self.number += 1
        for path in sorted(folders, key=lambda path: (path.count("/"), path))[:MAX_WATCHED]:
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                _done(_libc.inotify_add_watch(self._fd, os.fsencode(path), _WATCHED))

    def fileno(self) -> int:
        """Give the descriptor, which can be read when something happened; negative while nothing is watched."""
        return self._fd

    def tell(self, listener: Callable[[], object]) -> None:
        """Call the listener once something happens, once; another one that is to be called is not called then."""
        if self._fd >= 0:
            self._bell = self._bell or _Bell(self._fd)
            self._bell.tell(listener)

    @property
    def complete(self) -> bool:
        """Whether all folders are watched that were asked for."""
        return self._fd >= 0 and len(self._folders) < MAX_WATCHED

    def happened(self) -> bool:
        """Whether something did since this was last asked."""
        mask, full = 0, True
        while full and (data := self._read()):
            mask |= _masks(data)
            full = len(data) > _READ_BYTES - _LONGEST_EVENT
        if mask & _GONE:
            self.close()
        return mask != 0

    def close(self) -> None:
        """Watch nothing."""
        if self._fd >= 0:
            if self._bell:
                self._bell.close()
                self._bell = None
            os.close(self._fd)
            self._fd = -1

    def _read(self) -> bytes:
        if self._fd < 0:
            return b""
        try:
            return os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return b""


class _Bell:
    """Rings at the next event only: epoll's own one-shot, within the event loop's epoll, which knows none.

    To have the loop forget a descriptor, and take it up again, is 60 calls for each look; this is one.
    """

    def __init__(self, fd: int) -> None:
        self._fd, self._epoll, self._listener = fd, select.epoll(), _nobody
        self._epoll.register(fd, select.EPOLLONESHOT)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._epoll.fileno(), self._ring)

    def tell(self, listener: Callable[[], object]) -> None:
        self._listener = listener
        self._epoll.modify(self._fd, select.EPOLLIN | select.EPOLLONESHOT)

    def _ring(self) -> None:
        if self._epoll.poll(0):  # and so it is silent from now on
            self._listener()

    def close(self) -> None:
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()


def _nobody() -> object:
    return None


def _masks(data: bytes) -> int:
    """Give what events are about, all in one."""
    masks = at = 0
    while at < len(data):
        _, mask, _, length = _EVENT.unpack_from(data, at)
        masks |= mask
        at += _EVENT.size + length
    return masks


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
