"""One sink's pipeline: read, encode, batch, deliver, acknowledge. The only place that knows all the parts."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from logship.daemon.reader import Reader
from logship.daemon.supervisor import supervise
from logship.delivery.batching import Batcher
from logship.delivery.delivery import Delivery
from logship.files.joining import EARLY_SECONDS
from logship.metrics import INTERNAL_ERROR, SinkMetrics
from logship.model import AS_TEXT, LEAST_BYTES, Batch, Block, Encoded, FileId, Sink, Tally
from logship.own_faults import OwnFaults
from logship.state.identity import Saved

BLOCKS_IN_SHARE = 4
"""At least so many blocks have room, or two with their encoded form: one is encoded while one is delivered."""
FULL = 0.95
"""Of a batch, by the last block's measure: what a block is to come to, since another one would not fit beside it."""
LEAST_BLOCK_BYTES = 64 * 1024


class Shape(Struct, frozen=True):
    """How a pipeline gathers; sizes in bytes, times in seconds."""

    batch_bytes: int
    batch_records: int
    linger: float
    share: int
    """What this pipeline may hold in memory: blocks and their encoded form."""
    in_flight: int = 1
    once: bool = False
    """Whether nothing more is read at the stop."""


class Saves(Protocol):
    """What the pipeline needs of :class:`logship.state.checkpointer.Checkpointer`."""

    def sent(self, sink: str, block: Block) -> None:
        """Note at once that a block is about to leave."""

    def acked(self, file: FileId, sink: str, saved: Saved) -> None:
        """Note one acknowledged offset at once."""

    async def save(self) -> None:
        """Save the checkpoint."""


class Pipeline:
    """Runs until the reader's files have ended; shutdown is end-of-stream, not a mode.

    Each block that leaves and each acknowledged offset is noted at once; once ``stop`` is set, the checkpoint is saved
    too (DECISIONS 23).
    """

    def __init__(
        self,
        reader: Reader,
        sink: Sink,
        delivery: Delivery,
        metrics: SinkMetrics,
        shape: Shape,
        *,
        ended: Callable[[], bool],
        stop: asyncio.Event,
        saver: Saves,
    ) -> None:
        self.reader = reader
        self.delivery = delivery
        self.held = 0
        """Bytes in memory."""
        self.taken = 0
        """Bytes read since the start."""
        self._sink = sink
        self._clock = reader.clock
        self._metrics = metrics
        self._ended = ended
        self._stop = stop
        self._once = shape.once
        self._saver = saver
        self._share = shape.share
        self._block_bytes = reader.block_bytes = max(1, min(reader.block_bytes, shape.share // BLOCKS_IN_SHARE))
        self._max_bytes = min(shape.batch_bytes, sink.limits.max_bytes)
        self._max_records = min(shape.batch_records, sink.limits.max_records)
        self._batcher = Batcher(max_bytes=self._max_bytes, max_records=self._max_records, linger=shape.linger)
        self._in_flight = self._delivering = shape.in_flight
        self._batches: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=1)
        self._room = asyncio.Event()
        self._faults = OwnFaults()
        metrics.capacity(shape.share)

    async def run(self) -> None:
        """Read and deliver to the end. Raises what delivery raises, e.g. SinkClosedError."""
        own = asyncio.current_task()
        assert own  # noqa: S101 - it runs in one
        works = [
            ("reader", self._read()),
            ("waiting records", self.delivery.waiting.attend(self._ack_waiting)),
            *((f"delivery {number}", self._deliver()) for number in range(self._in_flight)),
        ]
        async with asyncio.TaskGroup() as group:
            for kind, work in works:
                name = f"{self.reader.name} {kind}"
                group.create_task(supervise(name, work, own.cancelling), name=name)

    async def _read(self) -> None:
        while True:
            ended = self._ended()
            self.reader.news.clear()
            await self._wait_for_room()
            if self._once and self._stop.is_set():
                await self._send(self._batcher.take(self._clock()))
                break
            # half of the room: their encoded form needs as much again
            blocks = self.reader.read((self._share - self.held) // 2)
            await self._pass_on([part for block in blocks for part in self._take(block)])
            if not self.reader.exhausted:
                await asyncio.sleep(0)  # let deliveries and probes have their turn
                continue
            due = self._batcher.due_with(self.reader.brief)
            if ended and due is None:
                break
            if due is not None and (ended or self._stop.is_set() or self._clock() + EARLY_SECONDS >= due):
                await self._send(self._batcher.take(self._clock()))
                due = None
            if not ended:
                await self._wait_for_news(min((at for at in (due, self.reader.due) if at is not None), default=None))
        for _ in range(self._in_flight):
            await self._batches.put(None)

    async def _pass_on(self, parts: Sequence[Encoded]) -> None:
        for part in parts:
            await self._send(self._batcher.add(part, self._clock()))
        if self._once and not any(part.records for part in parts):
            await self._send(self._batcher.take(self._clock()))  # of what is left out as a whole, nothing is to be kept

    async def _wait_for_news(self, due: float | None) -> None:
        if due is None:
            await self.reader.news.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due - self._clock())):
                await self.reader.news.wait()

    async def _wait_for_room(self) -> None:
        if self.held < self._share:
            return
        await self._send(self._batcher.take(self._clock()))
        self._metrics.paused(on=True)
        while self.held >= self._share:
            self._room.clear()
            await self._room.wait()
        self._metrics.paused(on=False)

    def _take(self, block: Block) -> list[Encoded]:
        # in one go, before any wait: else the file could be closed with a block of it that nobody knows of
        parts = list(self._fit(block))
        for part in parts:
            self.reader.took(part)
            self.taken += len(part.block.data)
            self._saver.sent(self.reader.name, part.block)
            self._hold(_cost(part))
        return parts

    def _fit(self, block: Block) -> Iterator[Encoded]:
        """Encode a block, in halves where it would be too much for one batch; the next is read so that it is not."""
        try:
            part = self._sink.encode(block)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the daemon that holds the files
            yield from self._fit_apart(block, error)
            return
        batches = max(len(part.body) / self._max_bytes, part.records / self._max_records)
        if batches:
            fitting = int(len(block.data) / batches * FULL)
            self.reader.block_bytes = min(self._block_bytes, max(LEAST_BLOCK_BYTES, fitting))
        cut = _middle(block) if batches > 1 and not block.flags else 0
        if not cut:
            yield part
            return
        for half in self._halves(block, cut):
            yield from self._fit(half)

    def _fit_apart(self, block: Block, error: Exception) -> Iterator[Encoded]:
        """Encode the halves of a block in which a record can't be encoded; and of that record its text."""
        if cut := 0 if block.flags else _middle(block):
            for half in self._halves(block, cut):
                yield from self._fit(half)
        elif AS_TEXT in block.flags:
            self._saw("not even the text of a record can be sent", error, block)
            yield Encoded(block, b"", 0, Tally(skipped=((INTERNAL_ERROR, 1, len(block.data)),)))
        else:
            self._saw("a record can't be read, its text is sent", error, block)
            for part in self._fit(replace(block, flags=(*block.flags, AS_TEXT))):
                repaired = (*part.tally.repaired, (AS_TEXT, part.records)) if part.records else ()
                yield replace(part, tally=replace(part.tally, repaired=repaired))

    def _saw(self, what: str, error: Exception, block: Block) -> None:
        where = {"sink": self.reader.name, "file": block.name, "offset": block.start}
        self._faults.saw(what, error, self._clock(), **where)

    def _halves(self, block: Block, cut: int) -> Sequence[Block]:
        """Cut a block in two, behind so many bytes."""
        middle = block.start + cut
        first, rest = ([join for join in block.joins if (join[0] < middle) is before] for before in (True, False))
        left = replace(block, end=middle, data=block.data[:cut], joins=tuple(first))
        right = replace(block, start=middle, data=block.data[cut:], joins=tuple(rest))
        return self.reader.watch.halves(left, right) if self.reader.watch else (left, right)

    async def _send(self, batch: Batch | None) -> None:
        if batch and self._batches.full():
            self._metrics.paused(on=True)
            await self._batches.put(batch)
            self._metrics.paused(on=False)
        elif batch:
            self._batches.put_nowait(batch)

    async def _deliver(self) -> None:
        while batch := await self._batches.get():
            waiting = await self.delivery.deliver(batch) if batch.records else ()
            self._ack(batch, waiting)
            if self._stop.is_set():
                await self._saver.save()
        self._delivering -= 1
        if not self._delivering:
            self.delivery.waiting.finish()

    async def _ack_waiting(self, block: Block) -> None:
        """Acknowledge a record that waited by itself."""
        self.reader.ledger.ack(block)
        self._hold(-len(block.data))
        if saved := self.reader.ledger.saved(block.file):
            self._saver.acked(block.file, self.reader.name, saved)
        self._room.set()
        if self._stop.is_set():
            await self._saver.save()

    def _ack(self, batch: Batch, waiting: Sequence[Block]) -> None:
        """Acknowledge all but what waits: the offset does not pass that."""
        now = self._clock()
        for part in batch.parts:
            mine = sorted(_within(part.block, waiting), key=lambda each: each.start) if waiting else ()
            for reason, lines, size in part.tally.skipped:
                self._metrics.skipped(reason, lines, size)
            for reason, records, size in part.tally.filtered:
                self._metrics.filtered(reason, records, size)
            self.reader.ledger.ack(part.block, mine)
            self._metrics.latency(now - part.block.seen)
            self._hold(sum(len(each.data) for each in mine) - _cost(part))
        for file in {part.block.file for part in batch.parts}:
            if saved := self.reader.ledger.saved(file):
                self._saver.acked(file, self.reader.name, saved)
        self._room.set()

    def _hold(self, nbytes: int) -> None:
        self.held += nbytes
        self._metrics.buffer(self.held)


def _cost(part: Encoded) -> int:
    """Give what a block takes of the buffer: however little it has, its objects take some KiB."""
    return max(2 * LEAST_BYTES, len(part.block.data) + len(part.body))


def _within(block: Block, records: Sequence[Block]) -> list[Block]:
    """Give those records that are of the block."""
    return [each for each in records if each.file == block.file and block.start <= each.start < block.end]


def _middle(block: Block) -> int:
    """Give where whole records are best cut in two; 0 where there is but one."""
    data = block.data
    half = len(data) // 2
    cut = data.find(b"\n", half) + 1
    cut = cut if 0 < cut < len(data) else data.rfind(b"\n", 0, half) + 1
    for start, end in block.joins:
        if start < block.start + cut < end:
            return end - block.start if end < block.end else start - block.start
    return cut
