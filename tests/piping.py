"""A pipeline: real files, the real Reader, Ledger and Delivery, a sink in memory, a clock that jumps."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from logship.daemon.pipeline import Pipeline, Shape
from logship.daemon.reader import Reader
from logship.delivery.delivery import Delivery
from logship.files.joining import Joining
from logship.files.tailing import TailedFile
from logship.metrics import Metrics
from logship.model import Batch, Block, FileId, Outcome
from logship.state.identity import Entry, Print, Saved
from tests.bench import POLICY, Kept
from tests.line_sink import LineSink

SHAPE = Shape(batch_bytes=1 << 20, batch_records=10_000, linger=0.2, share=8 << 20)


@dataclass
class Notes:
    """Counts saves, keeps what was noted."""

    saves: int = 0
    acked_offsets: list[int] = field(default_factory=list)
    sent_blocks: list[Block] = field(default_factory=list)

    def sent(self, sink: str, block: Block) -> None:
        """Keep it."""
        assert sink == "s"
        self.sent_blocks.append(block)

    def acked(self, file: FileId, sink: str, saved: Saved) -> None:
        """Keep it."""
        assert (bool(file), sink) == (True, "s")
        self.acked_offsets.append(saved.offset)

    async def save(self) -> None:
        """Count it."""
        self.saves += 1


class GatedSink(LineSink):
    """Takes a batch only when the test lets it: ``waiting`` are those in its hands."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[Batch, asyncio.Future[None]]] = []

    async def deliver(self, batch: Batch) -> Outcome:
        """Wait for the test."""
        gate = asyncio.get_running_loop().create_future()
        self.waiting.append((batch, gate))
        await gate
        return await super().deliver(batch)

    def let(self, number: int) -> None:
        """Take one of the batches in hand."""
        self.waiting.pop(number)[1].set_result(None)


class Rig:
    """A pipeline over files in a folder; made inside a running loop."""

    def __init__(self, folder: Path, sink: LineSink, shape: Shape = SHAPE, joining: Joining | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        self.folder = folder
        self.sink = sink
        self.kept = Kept()
        self.metrics = Metrics(["s"], "1")
        self.stop = asyncio.Event()
        self.ended = False
        self.notes = Notes()
        self.unsound = asyncio.Event()
        self.files: list[TailedFile] = []
        self.reader = Reader(
            "s",
            self.metrics,
            max_line_bytes=1 << 20,
            unsound=self.unsound.set,
            joining=joining,
            clock=self.loop.time,
        )
        delivery = Delivery(
            "s",
            sink,
            policy=POLICY,
            dead_letters=self.kept,
            metrics=self.metrics.sink("s"),
            draining=self.stop,
            clock=self.loop.time,
            random=lambda: 1.0,
        )
        self.pipeline = Pipeline(
            self.reader,
            sink,
            delivery,
            self.metrics.sink("s"),
            shape,
            ended=lambda: self.ended,
            stop=self.stop,
            saver=self.notes,
        )

    def open(self, name: str, data: bytes, *, lineage: str = "") -> TailedFile:
        """Write a file and have it read."""
        path = self.folder / name
        path.write_bytes(data)
        number = len(self.files)
        identity = FileId(f"{number:022}")
        known = Entry(identity, lineage or str(path), 1, None, Print(), 0, 0.0)
        file = TailedFile(known, os.open(path, os.O_RDONLY), str(path), None, self.loop.time())
        file.places["s"] = file.restore(file.furthest)
        self.files.append(file)
        self.reader.opened(file, known)
        return file

    def append(self, file: TailedFile, data: bytes) -> None:
        """Write more, look, tell."""
        with Path(file.path).open("ab") as out:
            out.write(data)
        file.look(self.loop.time())
        self.reader.grew(file)

    def end(self) -> None:
        """Say that nothing more will come."""
        self.stop.set()
        self.ended = True
        for file in self.files:
            file.ended = True
        self.reader.end()

    async def run_to_end(self) -> None:
        """Run it, with everything there from the beginning."""
        self.end()
        await self.pipeline.run()

    def offset(self, file: TailedFile) -> int:
        """Give what is acknowledged."""
        return self.reader.ledger.offset(file.file)

    def value(self, name: str) -> float:
        """Give a gauge of the sink."""
        value = self.metrics.registry.get_sample_value(name, {"sink": "s"})
        assert value is not None
        return value

    def balanced(self) -> bool:
        """Whether everything that was read found its end."""
        totals = self.metrics.sink("s").totals()
        ends = ("delivered", "duplicate", "failure_store", "dead_lettered", "filtered", "dropped", "skipped")
        return totals["in_flight"] == (0, 0) and totals["read"] == tuple(
            sum(totals[end][term] for end in ends) for term in (0, 1)
        )


def numbered(start: int, end: int, width: int = 9) -> bytes:
    """Make lines of ``width + 1`` bytes."""
    return b"".join(b"%0*d\n" % (width, number) for number in range(start, end))


def words(data: bytes) -> list[str]:
    """Give the lines of what was written, as the sink keeps them."""
    return data.decode().splitlines()


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(50):
        await asyncio.sleep(0)
