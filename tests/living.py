"""All of logship but its process: real files and state, stores in memory, a clock that jumps, a fuse that kills it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from logship.daemon.pipeline import Pipeline, Shape
from logship.daemon.reader import Reader
from logship.delivery.deadletters import DeadLetters, Letter
from logship.delivery.delivery import Delivery
from logship.files.catalog import Catalog
from logship.files.discovery import Discovery
from logship.files.intake import Intake
from logship.files.joining import Joining
from logship.files.patterns import Pattern
from logship.files.rules import Rules
from logship.files.wakeups import Timer
from logship.metrics import Metrics
from logship.model import Batch, Block, Encoded, FileId, Outcome, Status, Tally, Verdict
from logship.state.checkpointer import Checkpointer
from logship.state.checkpoints import Checkpoints
from logship.state.journal import Journal, applied
from tests.autojump import AutojumpLoop
from tests.bench import POLICY
from tests.line_sink import LineSink

Id = tuple[FileId, int]
TERMS = ("delivered", "duplicate", "failure_store", "dead_lettered", "filtered", "dropped", "skipped", "in_flight")


class SteadyLoop(AutojumpLoop):
    """A jumping loop without threads: a history runs the same way every time."""

    def run_in_executor(  # type: ignore[override]  # the stub's names for the same arguments
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Do it here and now."""
        del executor
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever awaits the thread
            future.set_exception(error)
        return future


class Played(Protocol):
    """A random history, and what happened in it so far."""

    log: list[str]

    async def run(self) -> None:
        """Let it happen."""


def play(history: Played, seed: int) -> None:
    """Run a history from beginning to end; what fails says how to see it again."""
    try:
        with asyncio.Runner(loop_factory=SteadyLoop) as runner:
            runner.run(history.run())
    except BaseException as error:
        error.add_note(f"LOGSHIP_TEST_SEED={seed} replays it; history: {' '.join(history.log)}")
        raise


class KilledError(BaseException):
    """SIGKILL: no ``except Exception`` of the daemon may see it."""


@dataclass(slots=True)
class Fuse:
    """Ends a life after so many steps that leave a trace outside its memory; below 0 it never does by itself."""

    left: int = -1

    def step(self) -> None:
        """Let a trace be left, or raise KilledError; once dead, for ever."""
        if not self.left:
            raise KilledError
        self.left -= 1

    def blow(self) -> None:
        """Kill now."""
        self.left = 0


class DyingJournal(Journal):
    """May die before and after each of its writes."""

    fuse = Fuse()

    def turn(self) -> int:
        """Die before, or turn."""
        self.fuse.step()
        return super().turn()

    def drop(self, covered: int) -> None:
        """Die before, or drop."""
        self.fuse.step()
        super().drop(covered)

    def _append(self, line: list[object]) -> None:
        self.fuse.step()
        super()._append(line)
        self.fuse.step()


class DyingCheckpoints(Checkpoints):
    """May die before and after a save, or in the middle of it."""

    fuse = Fuse()

    def _write(self, document: Iterable[bytes]) -> None:
        try:
            self.fuse.step()
        except KilledError:
            data = b"".join(document)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._path.with_suffix(".tmp").write_bytes(data[: len(data) // 2])
            raise
        super()._write(document)
        self.fuse.step()


class DyingLetters(DeadLetters):
    """May die before and after each letter is on disk."""

    fuse = Fuse()

    def put(self, letters: Sequence[Letter]) -> tuple[int, int]:
        """Die before or after, or put."""
        self.fuse.step()
        gone = super().put(letters)
        self.fuse.step()
        return gone


@dataclass
class Store(LineSink):
    """What one sink delivers to. It outlives the daemon, knows its records by their ids, and is in a mood."""

    chance: random.Random = field(default_factory=random.Random)
    fuse: Fuse = field(default_factory=Fuse)
    mood: str = "open"
    """``open``, ``down``, ``hanging``, ``raising``, ``deaf`` (takes it, and the answer is lost) or ``busy``."""
    pace: float = 0.0
    """Seconds for a batch."""
    picky: bool = True
    """Refuses lines with ``bad`` in them."""
    held: dict[Id, tuple[bytes, int]] = field(default_factory=dict)
    """Line and event time of each record."""
    faults: list[str] = field(default_factory=list)
    """Records that came again, and were not the same."""
    answers: Counter[Status] = field(default_factory=Counter)
    """What this life of the daemon was told of records; a refusal counts once, as it may ask again."""
    refused: set[Id] = field(default_factory=set)
    """What this life of the daemon was refused."""

    def encode(self, block: Block) -> Encoded:
        """Count a gap as skipped, as every sink does."""
        if block.skipped:
            return Encoded(block, b"", 0, Tally(((block.skipped, 0, block.end - block.start),)))
        return super().encode(block)

    async def deliver(self, batch: Batch) -> Outcome:
        """Answer as the mood is."""
        self.fuse.step()
        await asyncio.sleep(1e6 if self.mood == "hanging" else self.pace)
        if self.mood == "raising":
            message = "the store's client is at fault"
            raise RuntimeError(message)
        if self.mood == "down":
            return Outcome(Status.ERRORED, "http_503")
        records = [record for part in batch.parts for record in self.records(part.block)]
        verdicts = tuple(Verdict(at, self._take(record), "unfit") for at, record in enumerate(records))
        self.fuse.step()
        if self.mood == "deaf":
            return Outcome(Status.ERRORED, "connection_reset")
        self.answers.update(verdict.status for verdict in verdicts if verdict.status is not Status.REJECTED)
        self.refused.update(
            (record.file, record.start)
            for record, verdict in zip(records, verdicts, strict=True)
            if verdict.status is Status.REJECTED
        )
        self.answers[Status.REJECTED] = len(self.refused)
        return Outcome(Status.DELIVERED, verdicts=verdicts)

    def _take(self, record: Block) -> Status:
        if self.mood == "busy" and self.chance.random() < 0.5:
            return Status.ERRORED
        if self.picky and b"bad" in record.data:
            return Status.REJECTED
        key, value = (record.file, record.start), (record.data, record.time_ns)
        there = self.held.setdefault(key, value)
        if there != value:
            self.faults.append(f"another record under the id {key}: {there} and {value}")
        if there is value:
            return Status.DELIVERED
        return Status.DUPLICATE


class Life:
    """One life of the daemon, from its start on what is saved to a drain or a kill."""

    def __init__(
        self,
        folder: Path,
        stores: dict[str, Store],
        shape: Shape,
        fuse: Fuse,
        max_backlog: int = 0,
        *,
        joining: Joining | None = None,
    ) -> None:
        self._joining = joining
        clock = asyncio.get_running_loop().time
        self.state, self.stores, self.fuse = folder / "state", stores, fuse
        self.stop = asyncio.Event()
        self.metrics = Metrics(list(stores), "test")
        self.checkpoints, journal = DyingCheckpoints(self.state), DyingJournal(self.state)
        self.checkpoints.fuse = journal.fuse = fuse
        saved = self.checkpoints.load()
        assert not saved.damage
        saved = replace(saved, entries=applied(saved.entries, self.state))
        discovery = Discovery([Pattern.of(f"{folder}/logs/*.log")])
        self.catalog = Catalog(discovery, saved, self.metrics, sinks=tuple(stores), from_end=False)
        self.saver = Checkpointer(self.checkpoints, journal, saved.first_start_ns, self.metrics, clock=clock)
        rules = Rules(rotate_wait=5.0, max_backlog=max_backlog)
        self.intake = Intake(self.catalog, discovery, rules, self.metrics, Timer(), self.saver.save, clock=clock)
        self.saver.entries = self.intake.entries
        self.pipelines = [self._pipeline(name, store, shape, clock) for name, store in stores.items()]
        self._journal = journal
        self._task = asyncio.create_task(self._run())

    def _pipeline(self, name: str, store: Store, shape: Shape, clock: Callable[[], float]) -> Pipeline:
        store.fuse, store.answers, store.refused = self.fuse, Counter(), set()
        reader = Reader(
            name,
            self.metrics,
            max_line_bytes=1 << 20,
            unsound=self.intake.look_again,
            joining=self._joining,
            clock=clock,
        )
        self.intake.listeners.append(reader)
        letters = DyingLetters(self.state / "dead-letter", name, 1 << 30)
        letters.fuse = self.fuse
        counts = self.metrics.sink(name)
        delivery = Delivery(
            name,
            store,
            policy=POLICY,
            dead_letters=letters,
            metrics=counts,
            draining=self.stop,
            clock=clock,
            random=store.chance.random,
        )
        return Pipeline(
            reader, store, delivery, counts, shape, ended=lambda: self.intake.ended, stop=self.stop, saver=self.saver
        )

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            saving = group.create_task(self.saver.run())
            async with asyncio.TaskGroup() as shipping:
                shipping.create_task(self.intake.run())
                for pipeline in self.pipelines:
                    shipping.create_task(pipeline.run())
            saving.cancel()
        await self.saver.finish()

    @property
    def dead(self) -> bool:
        """Whether it was killed."""
        return not self.fuse.left

    async def sleep(self, seconds: float) -> None:
        """Let it live for so long, or to its death; what else ends it fails the test."""
        await asyncio.wait([self._task], timeout=seconds)
        if self._task.done() and not self.dead:
            self._task.result()

    async def drain(self) -> None:
        """End it as SIGTERM does; the stores must be open, else it would not end."""
        self.stop.set()
        self.intake.drain()
        await self.sleep(3600.0)
        assert self._task.done(), "the drain does not end"

    async def bury(self) -> None:
        """Make sure that nothing of it moves any more; what it counted must add up."""
        if not self._task.done():
            self.fuse.blow()
            self._task.cancel()
        with suppress(asyncio.CancelledError, BaseExceptionGroup, KilledError):
            await self._task
        self.catalog.close()
        self._journal.close()
        for name, store in self.stores.items():
            assert not store.faults, store.faults[0]
            self._check(name, store)

    def _check(self, name: str, store: Store) -> None:
        totals = self.metrics.sink(name).totals()
        for unit in (0, 1):
            assert totals["read"][unit] == sum(totals[term][unit] for term in TERMS), f"{name}: {totals}"
        assert min(totals["in_flight"]) >= 0, f"{name}: {totals}"
        if not self.dead:
            assert totals["in_flight"] == (0, 0), f"{name}: {totals}"
            told = (Status.DELIVERED, Status.DUPLICATE, Status.REJECTED)
            counted = [totals[term][0] for term in ("delivered", "duplicate", "dead_lettered")]
            assert counted == [store.answers[status] for status in told], f"{name}: {totals}, told {store.answers}"

    def lost(self) -> Iterable[tuple[str, int]]:
        """Give the bytes that were counted as lost, by reason."""
        for metric in self.metrics.registry.collect():
            for sample in metric.samples if metric.name == "logship_input_lost_bytes" else ():
                if sample.name.endswith("_total") and sample.value:
                    yield sample.labels["reason"], int(sample.value)
