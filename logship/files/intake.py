"""Follows the files: one task looks at them, has them swept, lets them go; each sink's reader is told and reads.

Events, timers and what a reader stumbles on are hints; :meth:`Intake.step` asks the file system.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from operator import attrgetter

from logship.files.backlog import Backlog, Listener
from logship.files.calm import ACTIVE_SECONDS, TICK_SECONDS, Calm
from logship.files.catalog import Catalog
from logship.files.closing import Closing
from logship.files.discovery import Discovery
from logship.files.drain import Drain
from logship.files.folder_changes import FolderChanges
from logship.files.pace import Pace
from logship.files.rounds import Rounds
from logship.files.rules import Rules
from logship.files.snapshot import entry_of
from logship.files.strangers import Strangers
from logship.files.tailing import TailedFile
from logship.files.wakeups import Wakeups
from logship.metrics import Metrics
from logship.model import FileId
from logship.state.identity import Entry

EARLY_SECONDS = 0.02  # a look that is so little too early for a sweep takes it along
SUCCESSION_SECONDS = 0.25
"""Between two times that successors are taken up without a sweep: each time the checkpoint is saved."""


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
        self.discovery = discovery
        self._rules = rules
        self._metrics = metrics
        self._wakeups = wakeups
        self._save = save
        self._clock = clock
        self._changes = FolderChanges(discovery.folder_states)
        self._rounds = Rounds(rules.poll)
        self._next_succession = 0.0
        """All in monotonic seconds."""
        self._calm = Calm(rules.poll, rules.gather)
        self._pace = Pace(rules.poll)
        self._entries: dict[FileId, Entry] = {}
        """What was last given to be saved."""
        self._stirred = True
        """Whether a look or an event has found something since, or folders were swept."""
        self._drain = Drain(rules.drain_quiet, rules.drain_longest)
        self.listeners: list[Listener] = []
        metrics.files_open.set_function(lambda: len(catalog.files))
        metrics.files_held_deleted.set_function(lambda: sum(file.deleted for file in catalog.files.values()))
        self.closing = Closing(catalog, self.listeners, rules.rotate_wait, self._entry, clock)
        self.swept = False
        """The first sweep has finished, and what it found is on disk."""
        self.ended = False
        """What is there now is all there is: readers finish."""
        self.strangers = Strangers()
        self._backlog = Backlog(rules.max_backlog, metrics, clock)
        catalog.make_room = self.closing.make_room
        catalog.describe_by(self._entry)

    def look_again(self) -> None:
        """Ask for a step at once."""
        self._wakeups.wake()

    def sweep_again(self) -> None:
        """Ask for a sweep at once."""
        self._pace.hurry()
        self._wakeups.wake()

    def drain(self) -> None:
        """Come to an end once the writers have been quiet."""
        self._drain.begin(self._clock())
        self._wakeups.wake()

    def entries(self) -> Iterator[Entry]:
        """Give what to save of every generation, oldest first."""
        self._stirred = False
        self._entries = {file.file: self._entry(file) for file in self.catalog.files.values()}
        yield from self._entries.values()
        yield from self.catalog.entries()

    def may_differ(self) -> bool:
        """Whether that may be other than what was last given: to gather it takes a while where files are many."""
        return self._stirred or len(self.catalog.files) != len(self._entries)

    async def run(self, *, once: bool = False) -> None:
        """Follow files until the drain has begun and the writers have been quiet; ``once`` takes what is there now."""
        self.catalog.settling = once
        await self.step()
        if once:
            self._end_files()
        while not (once or self._is_quiet()):
            if self._drain.begun:
                self._pace.due = 0.0
            await self._wait()
            await self.step()
        self.catalog.settling = True
        await self._sweep_now()
        while self.catalog.waiting.files and not (self._drain.cut or (once and self._drain.begun)):
            self._end_files()
            await self._wakeups.sleep(TICK_SECONDS)
            if not once or self.closing.close_read() or self._may_open_more():
                await self._sweep_now()  # each has its turn, as others are read
        self._end()

    def _is_quiet(self) -> bool:
        return self._drain.begun and self._drain.is_quiet(self._clock(), self._last_growth(), self._newest)

    async def close_read(self) -> None:
        """Close what is read and acknowledged soon after, once nothing more will come; for ever."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self.ended:
                self.closing.close_read()

    def _may_open_more(self) -> bool:
        return len(self.catalog.files) < self.catalog.max_files or self._clock() - self._calm.looked >= self._rules.poll

    async def _sweep_now(self) -> None:
        await self._wakeups.rest()
        self._pace.hurry()
        await self.step()

    async def step(self) -> None:
        """Look at the files; sweep the folders if it is time or one has changed; let go of what is finished."""
        now = self._clock()
        self._look_at_files(now)
        self.closing.release(now)
        await self._succeed(now)
        watched = await self._welcome(now)
        now = self._clock()
        if now >= self._pace.rested:
            changed = self._changes.unexplained(now, watched=watched)
            if now + EARLY_SECONDS >= self._pace.due or changed or self.catalog.unsettled:
                self._stirred = True
                self._changes.begin_sweep()
                await self._sweep(now)
                await self._take_up()
        if self._rules.max_backlog:
            self._backlog.bound(self.catalog, self.listeners)
            self._let_go()
        self.closing.retire(now)

    async def _sweep(self, now: float) -> None:
        """Sweep, in steps: all others go on between them, and the files are looked at as if there were no sweep."""
        spent, began = 0.0, now
        self.closing.idle.begin_sweep()
        for _ in self.catalog.sweep(now):
            spent += self._clock() - began
            await asyncio.sleep(0)
            began = self._clock()
            if began - self._calm.looked >= TICK_SECONDS:
                self._look_at_files(began)
                spent += self._clock() - began
                self._pace.sweep_seconds = max(self._pace.sweep_seconds, spent)
                await self._succeed(began)
                await self._welcome(began)
                began = self._clock()
        end = self._clock()
        self._pace.swept(now, end, spent + end - began, len(self.catalog.new))

    async def _succeed(self, now: float) -> None:
        """Go on under the names of files that were rotated, where sweeps are long; what it takes, sweeps may not."""
        if not self._pace.slow or now < self._next_succession:
            return
        began = self._clock()
        found = self.catalog.succeed(now)
        self._pace.spend(self._clock() - began, began)
        if found:
            self._next_succession = now + SUCCESSION_SECONDS
            await self._read_new()

    async def _welcome(self, now: float) -> bool:
        """Take up what file events name, where sweeps are long; whether they tell of all that happens."""
        paths = self._wakeups.heard() if self._pace.lasting and self.swept else None
        if paths:
            self.closing.idle.refill()
            self._changes.explain(told=self.catalog.welcome(paths, now))
            await self._read_new()
        return paths is not None

    def _look_at_files(self, now: float) -> None:
        files = list(self.catalog.files.values())
        self._calm.looked = now
        told = self._calm.told or (self._rounds.all_due(len(files), now) and self._wakeups.happened())
        grown = []
        for file in self._rounds.choose(files, now, self._wakeups.watch(), told=told):
            before = file.size
            if self._look(file, now):
                grown.append((file, file.size - before))
                file.ended = self.ended  # whoever was thought to be gone still writes
                self._tell(file)
        nbytes = sum(size for _, size in grown)
        if told and not grown and self.catalog.registry.finished:
            self._pace.soon()  # who was closed, as it was quiet, may have grown
        self._stirred |= told or bool(grown)
        late = nbytes > 0 and self._wakeups.happened()
        self._rounds.note(told=late, grown=nbytes > 0)
        for file, _ in grown:
            file.unheard = not (told or late)
        self._calm.note(now, nbytes, heard=nbytes > 0 and (told or late))

    @staticmethod
    def _look(file: TailedFile, now: float) -> bool:
        try:
            return file.look(now)
        except OSError as error:
            file.fault = error.strerror or type(error).__name__
            return False

    async def _take_up(self) -> None:
        self._let_go()
        for file in self.catalog.moved:
            self._tell(file)
        self.catalog.moved.clear()
        await self._read_new()
        self.swept = True
        if self.catalog.plan:
            for file in self.catalog.files.values():  # which ones may be read has changed
                self._tell(file)

    async def _read_new(self) -> None:
        """Have what is new read, once it is on disk."""
        self._stirred |= bool(self.catalog.new)
        if self.catalog.new or not self.swept:  # the first save says that this start was the first, even of nothing
            await self._save()
        self.closing.relieve()
        for file, entry in self.catalog.publish():
            for listener in self.listeners:
                listener.opened(file, entry)

    def _let_go(self) -> None:
        for file in self.catalog.gone:
            for listener in self.listeners:
                listener.closed(file)
            file.close()
        self.catalog.gone.clear()

    async def _wait(self) -> None:
        now = self._clock()
        hurried, until_sweep = self._drain.begun or self.catalog.unsettled, self._pace.until_sweep(now)
        active = hurried or now - self._last_growth() < ACTIVE_SECONDS
        if self._pace.lasting:
            await self._wakeups.wait(TICK_SECONDS if active else self._calm.rest(now, until_sweep))
        elif hurried:
            await self._wakeups.rest()
            await self._wakeups.sleep(TICK_SECONDS)
        else:
            self._calm.told = await self._wakeups.change(*self._calm.next_look(now, until_sweep, active=active))
        if not active:
            self._rounds.next_all = 0.0

    def _last_growth(self) -> float:
        return max(map(attrgetter("grown_at"), self.catalog.files.values()), default=0.0)

    def _newest(self) -> str:
        newest = max(self.catalog.files.values(), key=lambda file: file.grown_at)
        return newest.path or newest.lineage

    def _tell(self, file: TailedFile) -> None:
        for listener in self.listeners:
            listener.grew(file)

    def _end(self) -> None:
        self.ended = True
        self._end_files()
        for listener in self.listeners:
            listener.end()

    def _end_files(self) -> None:
        for file in self.catalog.files.values():
            file.ended = self._drain.has_ended(file.grown_at, self._clock())
            self._tell(file)

    def _entry(self, file: TailedFile) -> Entry:
        known = {listener.name: saved for listener in self.listeners if (saved := listener.saved(file))}
        return entry_of(file, known, self._entries.get(file.file))
