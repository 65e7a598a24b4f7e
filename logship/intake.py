"""Follows the files: one task looks at them, has them swept, lets them go; each sink's reader is told and reads.

Events, timers and what a reader stumbles on are hints; :meth:`Intake.step` asks the file system.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from logship import adoption
from logship.catalog import Catalog
from logship.discovery import Discovery
from logship.identity import Entry, Saved
from logship.metrics import Metrics
from logship.model import FileId
from logship.tailing import TailedFile
from logship.wakeups import Wakeups

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.05
ACTIVE_SECONDS = 2.0
SAY_AGAIN_SECONDS = 60.0
LOOK_AT_ALL = 64
"""Up to so many files are all looked at in every tick; of more, only those that grew lately."""


class Listener(Protocol):
    """A sink's reader, told what happens to files."""

    @property
    def name(self) -> str:
        """The sink's."""

    def opened(self, file: TailedFile, entry: Entry) -> None:
        """Take up a file: it may be read."""

    def grew(self, file: TailedFile) -> None:
        """There may be more to read."""

    def end(self) -> None:
        """Read what is there and finish: nothing more will come."""

    def closed(self, file: TailedFile) -> None:
        """Let go of a file: it will not be read any more."""

    def settled(self, file: TailedFile) -> bool:
        """Whether nothing that was read of it is still on its way."""

    def saved(self, file: TailedFile) -> Saved | None:
        """Its acknowledged offset, for the checkpoint."""

    def skip(self, file: TailedFile, offset: int) -> None:
        """Go on from the first line that begins at or after ``offset``."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How files are followed; durations in seconds."""

    poll: float = 1.0
    rotate_wait: float = 30.0
    drain_quiet: float = 0.5
    max_backlog: int = 0
    """Bytes of unlinked files that are held, and bytes that a live file may lag; 0: no bound."""


class Intake:
    """The task that keeps the catalog true. ``save`` puts the checkpoint on disk, before a new file is read."""

    def __init__(
        self,
        catalog: Catalog,
        discovery: Discovery,
        rules: Rules,
        metrics: Metrics,
        wakeups: Wakeups,
        save: Callable[[], Awaitable[None]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.catalog = catalog
        self._discovery = discovery
        self._rules = rules
        self._metrics = metrics
        self._wakeups = wakeups
        self._save = save
        self._clock = clock
        self._folders: dict[str, int] = {}
        self._next_sweep = 0.0
        self._hint = asyncio.Event()
        self._failing: dict[FileId, float] = {}
        """Since when (monotonic seconds) files without a name can't be read."""
        self.listeners: list[Listener] = []
        self.swept = False
        """The first sweep has finished, and what it found is on disk."""
        self.ended = False
        """What is there now is all there is: readers finish."""
        self._skipped, self._skipped_said = 0, -math.inf
        """Bytes skipped since that was said last, and when (monotonic seconds)."""

    @property
    def discovery(self) -> Discovery:
        """What is looked for, and where."""
        return self._discovery

    def look_again(self) -> None:
        """Ask for a step at once."""
        self._hint.set()

    def entries(self) -> Iterator[Entry]:
        """Give what to save of every generation, oldest first."""
        yield from (self._entry(file) for file in self.catalog.files.values())
        yield from self.catalog.entries()

    async def run(self, stop: asyncio.Event, *, once: bool = False) -> None:
        """Follow files until ``stop`` is set and the writers have been quiet; ``once`` takes what is there now."""
        await self.step()
        quiet_since = 0.0
        while not once:
            if stop.is_set():
                quiet_since = max(quiet_since or self._clock(), self._last_growth())
                self._next_sweep = 0.0
                if self._clock() - quiet_since >= self._rules.drain_quiet:
                    break
            await self._wait(stop)
            await self.step()
        await self._wakeups.rest()
        self._next_sweep = 0.0
        await self.step()
        self._end()

    async def step(self) -> None:
        """Look at the files; sweep the folders if it is time or one has changed; let go of what is finished."""
        now = self._clock()
        files = list(self.catalog.files.values())
        all_due = len(files) <= LOOK_AT_ALL or now >= self._next_sweep
        for file in files:
            if (all_due or now - file.grown_at < ACTIVE_SECONDS) and self._look(file, now):
                file.ended = self.ended  # whoever was thought to be gone still writes
                self._tell(file)
        self._release(now)
        folders = self._discovery.folder_states(time.time_ns())
        if now >= self._next_sweep or folders != self._folders or self.catalog.unsettled:
            self.catalog.sweep(now)
            self._folders, self._next_sweep = folders, now + self._rules.poll
            await self._take_up()
        if self._rules.max_backlog:
            self._bound_backlog()
        self._retire(now)
        self._measure()

    @staticmethod
    def _look(file: TailedFile, now: float) -> bool:
        try:
            return file.look(now)
        except OSError as error:
            file.fault = error.strerror or type(error).__name__
            return False

    def _release(self, now: float) -> None:
        """Let go of what can't be read: by its name it is found again and goes on."""
        for file in [file for file in self.catalog.files.values() if file.fault]:
            if file.file not in self._failing:
                logger.warning("an open file can't be read", extra={"path": file.path, "cause": file.fault})
            if file.deleted or not file.path:
                self._try_again(file, now)
                continue
            self.catalog.release(file, self._entry(file))
            for listener in self.listeners:
                listener.closed(file)

    def _try_again(self, file: TailedFile, now: float) -> None:
        """Read what there is no other way to; what fails as long as a late writer is waited for is lost."""
        since = self._failing.setdefault(file.file, now)
        with suppress(OSError):
            file.look(now)
            file.read_at(1, file.offset)
            file.fault = ""
            self._tell(file)
        if file.fault and now - since >= self._rules.rotate_wait:
            self.catalog.lose(file, "unreadable", file.size)
        if not file.fault or file.file not in self.catalog.files:
            del self._failing[file.file]

    async def _take_up(self) -> None:
        self._let_go()
        for file in self.catalog.moved:
            self._tell(file)
        self.catalog.moved.clear()
        if self.catalog.new or not self.swept:  # the first save says that this start was the first, even of nothing
            await self._save()
        for file, entry in self.catalog.publish():
            for listener in self.listeners:
                listener.opened(file, entry)
        self.swept = True

    def _let_go(self) -> None:
        for file in self.catalog.gone:
            for listener in self.listeners:
                listener.closed(file)
            file.close()
        self.catalog.gone.clear()

    async def _wait(self, stop: asyncio.Event) -> None:
        active = stop.is_set() or self.catalog.unsettled or self._clock() - self._last_growth() < ACTIVE_SECONDS
        if active:
            await self._wakeups.rest()
            await _first_of(TICK_SECONDS, self._hint.wait())
        else:
            await _first_of(None, self._wakeups.wait(self._rules.poll), stop.wait(), self._hint.wait())
            self._next_sweep = 0.0
        self._hint.clear()

    def _last_growth(self) -> float:
        return max((file.grown_at for file in self.catalog.files.values()), default=0.0)

    def _tell(self, file: TailedFile) -> None:
        for listener in self.listeners:
            listener.grew(file)

    def _end(self) -> None:
        self.ended = True
        for file in self.catalog.files.values():
            file.ended = True
        for listener in self.listeners:
            listener.end()

    def _retire(self, now: float) -> None:
        for file in list(self.catalog.files.values()):
            nameless = file.deleted or not file.path
            if not nameless or now - file.grown_at < self._rules.rotate_wait:
                continue
            if file.offset < file.size and not file.ended:
                file.ended = True  # nobody will finish its last line
                self._tell(file)
            elif file.offset >= file.size and all(listener.settled(file) for listener in self.listeners):
                self.catalog.finish(file, self._entry(file))
                for listener in self.listeners:
                    listener.closed(file)

    def _bound_backlog(self) -> None:
        """Give up the oldest of what is held beyond the bound, and count it: a full disk is worse (DECISIONS 33)."""
        files = list(self.catalog.files.values())
        held = sum(file.size for file in files if file.deleted)
        for file in files:
            if file.deleted and held > self._rules.max_backlog:
                held -= file.size
                self.catalog.lose(file, "backlog", file.size)
            elif file.size - file.offset > self._rules.max_backlog and not file.truncated:
                self._skip_forward(file)
        self._let_go()

    def _skip_forward(self, file: TailedFile) -> None:
        target = file.size - self._rules.max_backlog
        lost = target - 1 - file.offset  # the reader goes on behind the newline at, or after, target - 1
        if not lost:
            return  # it was skipped there before, and has not read on yet
        for listener in self.listeners:
            if file.places[listener.name].offset < target - 1:
                listener.skip(file, target)
        self._metrics.lost("backlog", lost)
        self._skipped += lost
        if self._clock() - self._skipped_said >= SAY_AGAIN_SECONDS:
            extra = {"path": file.path, "lost_bytes": self._skipped}
            logger.warning("a file lags too far behind: skipping forward; said once a minute", extra=extra)
            self._skipped, self._skipped_said = 0, self._clock()

    def _entry(self, file: TailedFile) -> Entry:
        offsets = {listener.name: listener.saved(file) for listener in self.listeners}
        return adoption.entry_of(file, {sink: saved for sink, saved in offsets.items() if saved is not None})

    def _measure(self) -> None:
        files = self.catalog.files.values()
        self._metrics.files_open.set(len(files))
        self._metrics.files_held_deleted.set(sum(file.deleted for file in files))


async def _first_of(seconds: float | None, *waits: Awaitable[object]) -> None:
    """Return when the first is done, or after ``seconds``; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
