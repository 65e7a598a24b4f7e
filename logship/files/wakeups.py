"""When to look: a file event or a timer, behind one ``wait``. An event is a hint and may be late, wrong or missing."""

import asyncio
import contextlib
import errno
import logging
import time
from collections.abc import Callable, Collection
from typing import Protocol

MAX_WATCHED = 1024
"""Folders: an application can make any number, and each is a watch of the whole node's."""
MAX_HEARD = 1024
"""Names that are kept until somebody asks; of more, nobody knows."""
SETTLING_SECONDS = 1.0
"""So long after it was asked for, a watch is surely there."""

logger = logging.getLogger(__name__)
# it tells every wake-up: a shipper that reads its own messages would feed itself
logging.getLogger("watchfiles").setLevel(logging.WARNING)


class Wakeups(Protocol):
    """What the daemon waits on."""

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""

    async def sleep(self, seconds: float) -> None:
        """Return when woken, at the latest after ``seconds``."""

    async def wait(self, seconds: float) -> None:
        """Sleep, and wake when something may have happened to a file."""

    async def rest(self) -> None:
        """Stop watching: a timer does, as long as files grow (DECISIONS 34)."""

    def heard(self) -> Collection[str] | None:
        """Give the paths to which something happened since this was last asked; None where not all are known."""


class Timer:
    """No file events at all."""

    def __init__(self) -> None:
        self._hint = asyncio.Event()

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        self._hint.set()

    async def sleep(self, seconds: float) -> None:
        """Return when woken, at the latest after ``seconds``; without a task of its own: it is done all day."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hint.wait()
        self._hint.clear()

    async def wait(self, seconds: float) -> None:
        """Sleep."""
        await self.sleep(seconds)

    async def rest(self) -> None:
        """Nothing to stop."""

    def heard(self) -> Collection[str] | None:
        """Nobody knows."""
        return None


class FileEvents(Timer):
    """inotify by watchfiles, started when the daemon goes idle; falls back to the timer for good if it can't be had.

    Each folder is watched alone: a recursive watch follows links, out of the root and through the whole node.
    """

    def __init__(self, folders: Callable[[], Collection[str]], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._folders = folders
        self._task: asyncio.Task[None] | None = None
        self._present: Collection[str] = ()
        self._broken = False
        self._clock = clock
        self._began = 0.0
        self._heard: set[str] | None = None

    async def wait(self, seconds: float) -> None:
        """Return when woken or at the first file event, at the latest after ``seconds``."""
        await self._watch()
        await self.sleep(seconds)

    async def rest(self) -> None:
        """Stop watching and wait until the watcher has gone."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait([task])  # not `await task`: whether it or we were cancelled must not be mixed up

    def heard(self) -> Collection[str] | None:
        """Give the paths of all events since this was last asked; None if there may have been others."""
        heard, settled = self._heard, self._clock() - self._began > SETTLING_SECONDS
        all_watched = self._task is not None and not self._task.done() and len(self._present) < MAX_WATCHED
        self._heard = set()
        return heard if settled and all_watched else None

    async def _watch(self) -> None:
        folders = self._folders()
        if self._task and (self._task.done() or folders != self._present):
            await self.rest()
        if not self._task and folders and not self._broken:
            self._present, self._began = folders, self._clock()
            watched = set(sorted(folders, key=lambda path: (path.count("/"), path))[:MAX_WATCHED])
            self._task = asyncio.create_task(self._follow(watched))

    def _hear(self, paths: set[str]) -> None:
        if self._heard is not None:
            self._heard |= paths
            self._heard = None if len(self._heard) > MAX_HEARD else self._heard

    async def _follow(self, folders: set[str]) -> None:
        from watchfiles import awatch  # noqa: PLC0415 - not loaded at all where polling is forced

        try:
            # it wakes every `step` ms to see whether something came: at 50 ms that is half of an idle daemon's CPU
            watching = awatch(*folders, watch_filter=None, debounce=100, step=100, recursive=False)
            async for changes in watching:
                self._hear({path for _, path in changes})
                self.wake()
        except (OSError, RuntimeError) as error:
            # a folder went away meanwhile, or may not be listed any more: the next wait watches what is there then
            if not isinstance(error, FileNotFoundError | PermissionError):
                self._broken = True
                logger.warning(
                    "file events can't be had: polling instead", extra={"cause": str(error), **_advice(error)}
                )


def _advice(error: OSError | RuntimeError) -> dict[str, str]:
    limits = ("limit", f"os error {errno.EMFILE}", f"os error {errno.ENOSPC}")
    known = any(each in str(error) for each in limits)
    advice = "raise fs.inotify.max_user_watches or max_user_instances on the node, which all its programs share"
    return {"advice": advice} if known else {}
