"""When to look: a file event or a timer, behind one ``wait``. An event is a hint and may be late, wrong or missing."""

import asyncio
import errno
import logging
import time
from collections.abc import Callable, Collection
from typing import Protocol

from msgspec import Struct

from logship.files.inotify import MAX_WATCHED, Inotify
from logship.ticks import Nap

MAX_HEARD = 1024
"""Names that are kept until somebody asks; of more, nobody knows."""
SETTLING_SECONDS = 1.0
"""So long after it was asked for, a watch is surely there."""
GATHER_SECONDS = 0.05
"""So long after an event what comes with it is waited for: an application often writes several lines at once."""

logger = logging.getLogger(__name__)
# it tells every wake-up: a shipper that reads its own messages would feed itself
logging.getLogger("watchfiles").setLevel(logging.WARNING)


class Wakeups(Protocol):
    """What the daemon waits on."""

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""

    async def sleep(self, seconds: float) -> bool:
        """Return when woken, at the latest after ``seconds``; whether it was woken."""

    async def wait(self, seconds: float) -> None:
        """Sleep, and wake when something may have happened to a file."""

    async def change(self, least: float, most: float) -> bool:
        """Return a moment after something happened; ``least`` seconds after it, if it did before those have passed.

        After ``most`` seconds at the latest, at once when woken. Gives whether events told of something.
        """

    def happened(self) -> bool:
        """Whether an event has come since somebody asked, or was told."""

    def watch(self) -> int:
        """Give the number of the watch that tells of all that happens in the folders, by :meth:`happened`; else 0."""

    async def rest(self) -> None:
        """Stop watching."""

    def heard(self) -> Collection[str] | None:
        """Give the paths to which something happened since this was last asked; None where not all are known."""


class Timer(Nap):
    """No file events at all."""

    async def wait(self, seconds: float) -> None:
        """Sleep."""
        await self.sleep(seconds)

    async def change(self, least: float, most: float) -> bool:  # noqa: ARG002 - no event comes before
        """Sleep."""
        await self.sleep(most)
        return False

    def happened(self) -> bool:
        """Nobody knows."""
        return False

    def watch(self) -> int:
        """Nothing tells."""
        return 0

    async def rest(self) -> None:
        """Nothing to stop."""

    def heard(self) -> Collection[str] | None:
        """Nobody knows."""
        return None


class Gathering(Struct, frozen=True):
    """For how many ``seconds`` what comes before ``until`` gathers; after that for a moment; up to ``most``."""

    seconds: float
    until: float
    most: float

    def end(self, first: float) -> float:
        """Give when it is over if the first event comes then; all on the loop's clock."""
        return min(first + (self.seconds if first < self.until else GATHER_SECONDS), self.most)


class FileEvents(Timer):
    """inotify; falls back to the timer for good if it can't be had.

    :meth:`change` only wakes, on the event loop. :meth:`wait` also hears names, by watchfiles, whose thread looks ten
    times a second whether something came: that is for folders with so many names that sweeps are long. Each folder is
    watched alone: a recursive watch follows links, out of the root and through the whole node.
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
        self._inotify = Inotify()
        self._gathering: Gathering | None = None

    async def wait(self, seconds: float) -> None:
        """Return when woken or at the first file event, at the latest after ``seconds``."""
        self._inotify.close()
        await self._watch()
        await self.sleep(seconds)

    async def change(self, least: float, most: float) -> bool:
        """Return soon after an event: after ``least`` seconds if it came before those have passed; by ``most``."""
        if self._task:
            await self.rest()
        listening = self._listen() and most > least
        woken = await (self._gather(least, most) if listening else self.sleep(most))
        return not woken and self.happened()

    async def _gather(self, least: float, most: float) -> bool:
        """Sleep, up to so long after the first event; nobody is woken by it, or by those that follow."""
        now = asyncio.get_running_loop().time()
        self._gathering = Gathering(max(least, GATHER_SECONDS), now + least, now + most)
        self._inotify.tell(self._tell)
        try:
            return await self.sleep(most)
        finally:
            self._gathering = None

    def _tell(self) -> None:
        if self._gathering:
            self._end_at(self._gathering.end(asyncio.get_running_loop().time()))

    def happened(self) -> bool:
        """Whether an event has come since this was last asked, or told by :meth:`change`."""
        return self._inotify.happened()

    def watch(self) -> int:
        """Give its number; 0 where events are not to be had, or there are too many folders."""
        return self._inotify.number if self._inotify.complete else 0

    def _listen(self) -> bool:
        """Watch what is there now; whether events are to be had."""
        folders = self._folders()
        if not self._broken:
            try:
                self._inotify.watch(folders)
            except OSError as error:
                self._inotify.close()
                self._give_up(error)
        return bool(folders) and not self._broken

    async def rest(self) -> None:
        """Stop watching and wait until the watcher has gone."""
        self._inotify.close()
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
                self._give_up(error)

    def _give_up(self, error: OSError | RuntimeError) -> None:
        self._broken = True
        logger.warning("file events can't be had: polling instead", extra={"cause": str(error), **_advice(error)})


def _advice(error: OSError | RuntimeError) -> dict[str, str]:
    limits = ("limit", f"os error {errno.EMFILE}", f"os error {errno.ENOSPC}")
    known = any(each in str(error) for each in limits) or getattr(error, "errno", 0) in (errno.EMFILE, errno.ENOSPC)
    advice = "raise fs.inotify.max_user_watches or max_user_instances on the node, which all its programs share"
    return {"advice": advice} if known else {}
