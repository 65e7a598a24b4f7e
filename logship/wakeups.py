"""When to look: a file event or a timer, behind one ``wait``. An event is a hint and may be late, wrong or missing."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from typing import Protocol

MAX_WATCHED = 1024
"""Folders: an application can make any number, and each is a watch of the whole node's."""

logger = logging.getLogger(__name__)
# it tells every wake-up: a shipper that reads its own messages would feed itself
logging.getLogger("watchfiles").setLevel(logging.WARNING)


class Wakeups(Protocol):
    """What an idle daemon waits on."""

    async def wait(self, seconds: float) -> None:
        """Return when something may have happened, at the latest after ``seconds``."""

    async def rest(self) -> None:
        """Stop watching: a timer does, as long as files grow (DECISIONS 34)."""


class Timer:
    """No file events at all."""

    async def wait(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)

    async def rest(self) -> None:
        """Nothing to stop."""


class FileEvents:
    """inotify by watchfiles, started when the daemon goes idle; falls back to the timer for good if it can't be had.

    Each folder is watched alone: a recursive watch follows links, out of the root and through the whole node.
    """

    def __init__(self, folders: Callable[[], Collection[str]]) -> None:
        self._folders = folders
        self._hint = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._watched: set[str] = set()
        self._broken = False

    async def wait(self, seconds: float) -> None:
        """Return at the first file event, at the latest after ``seconds``."""
        await self._watch()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hint.wait(), seconds)
        self._hint.clear()

    async def rest(self) -> None:
        """Stop watching and wait until the watcher has gone."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait([task])  # not `await task`: whether it or we were cancelled must not be mixed up

    async def _watch(self) -> None:
        present = set(sorted(self._folders(), key=lambda path: (path.count("/"), path))[:MAX_WATCHED])
        if self._task and (self._task.done() or present != self._watched):
            await self.rest()
        if not self._task and present and not self._broken:
            self._watched = present
            self._task = asyncio.create_task(self._follow(present))

    async def _follow(self, folders: set[str]) -> None:
        from watchfiles import awatch  # noqa: PLC0415 - not loaded at all where polling is forced

        try:
            # it wakes every `step` ms to see whether something came: at 50 ms that is half of an idle daemon's CPU
            watching = awatch(*folders, watch_filter=None, debounce=100, step=100, recursive=False)
            async for _ in watching:
                self._hint.set()
        except (OSError, RuntimeError) as error:
            # FileNotFoundError: a folder went away meanwhile, and the next wait watches what is there then
            if not isinstance(error, FileNotFoundError):
                self._broken = True
                logger.warning(
                    "file events can't be had: polling instead; a larger fs.inotify.max_user_watches or "
                    "max_user_instances would bring them back",
                    extra={"cause": str(error)},
                )
