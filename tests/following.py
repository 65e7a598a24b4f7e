"""The tailing half of logship, whole and real, driven step by step: real files, a clock that the test moves."""

import asyncio
import atexit
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from logship.daemon.reader import Reader
from logship.files.catalog import Catalog
from logship.files.discovery import Discovery
from logship.files.intake import Intake
from logship.files.patterns import Pattern
from logship.files.rules import Rules
from logship.files.wakeups import Timer
from logship.metrics import Metrics
from logship.model import Block, Encoded, FileId
from logship.state.checkpoints import Checkpoint, Checkpoints
from logship.state.identity import Entry, Print, Saved
from logship.state.journal import Journal, applied

_RUNNER = asyncio.Runner()
"""One loop for all steps of a test process: a loop for each would cost a sixth of what the step costs."""
atexit.register(_RUNNER.close)


def an_entry(file: str, path: str, offset: int = 0) -> Entry:
    """Make what is known of a file of which nothing was read."""
    return Entry(FileId(file), path, 1, None, Print(), 0, 0.0, {"sink": Saved(offset)} if offset else {})


@dataclass
class Follower:
    """Tails ``pattern`` for one sink; ``step`` makes it look, ``read`` gives the records that it then reads."""

    pattern: str
    state: Path
    from_end: bool = False
    max_line_bytes: int = 1 << 20
    rotate_wait: float = 30.0
    max_backlog: int = 0
    now: float = 1000.0
    slow: bool = False
    """There is another sink, of that name, whose reader is ``slow_reader``: it reads when a test says so."""
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start, as the daemon would, from what is saved."""
        sinks = ("sink", "slow") if self.slow else ("sink",)
        self.metrics = Metrics(sinks, "test")
        self.checkpoints = Checkpoints(self.state)
        found = self.checkpoints.load()
        self.checkpoint: Checkpoint = replace(found, entries=applied(found.entries, self.state))
        self.state.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(self.state)
        discovery = Discovery([Pattern.of(self.pattern)])
        self.catalog = Catalog(discovery, self.checkpoint, self.metrics, sinks=sinks, from_end=self.from_end)
        rules = Rules(poll=0.0, rotate_wait=self.rotate_wait, max_backlog=self.max_backlog)
        self.intake = Intake(self.catalog, discovery, rules, self.metrics, Timer(), self._save, clock=lambda: self.now)
        readers = [
            Reader(
                name,
                self.metrics,
                max_line_bytes=self.max_line_bytes,
                unsound=self.intake.look_again,
                clock=lambda: self.now,
            )
            for name in sinks
        ]
        self.reader, self.slow_reader = readers[0], readers[-1]
        self.intake.listeners.extend(readers)

    async def _save(self) -> None:
        self.save()

    def save(self) -> None:
        """Save the checkpoint."""
        covered = self.journal.turn()
        self.checkpoints.save(self.intake.entries(), self.checkpoint.first_start_ns, self.catalog.looked_ns)
        self.journal.drop(covered)

    def step(self, seconds: float = 0.05) -> None:
        """Let time pass and look."""
        self.now += seconds
        _RUNNER.run(self.intake.step())

    def take(self, *, ack: bool = True) -> list[Block]:
        """Read all that can be read now, and acknowledge it."""
        taken: list[Block] = []
        while True:
            if any(not file.sound for file in self.catalog.files.values()):
                self.step(0.0)
            if self.reader.exhausted:
                break
            for block in self.reader.read():
                self.journal.sent("sink", block)
                self.reader.took(Encoded(block, b"", 0))
                taken.append(block)
        for block in taken if ack else ():
            self.reader.ledger.ack(block)
            self.journal.acked(block.file, "sink", self.reader.ledger.saved(block.file) or Saved())
        self.journal.close()
        self.blocks += taken
        return taken

    def read(self, *, ack: bool = True) -> bytes:
        """Look, read all that can be read now, and give its bytes."""
        self.step()
        return b"".join(block.data for block in self.take(ack=ack))

    def drain(self) -> bytes:
        """Take everything to the end, as a SIGTERM would, save, and close."""
        self.catalog.settling = True
        self.step()
        read = b"".join(block.data for block in self.take())
        while self.catalog.waiting.files:
            self.intake._end_files()
            read += b"".join(block.data for block in self.take())
            self.step()
            read += b"".join(block.data for block in self.take())
        self.intake._end()
        read += b"".join(block.data for block in self.take())
        self.save()
        self.catalog.close()
        return read

    def kill(self) -> None:
        """End without a word: only what is saved is left."""
        self.catalog.close()

    def lost(self) -> Iterator[tuple[str, float]]:
        """Give what was counted as lost, by reason."""
        for metric in self.metrics.registry.collect():
            if metric.name == "logship_input_lost_bytes":
                for sample in metric.samples:
                    if sample.name.endswith("_total") and sample.value:
                        yield sample.labels["reason"], sample.value


def follow(logs: Path, pattern: str = "*.log", **options: Any) -> Follower:
    """Start tailing a folder, from what is saved beside it."""
    return Follower(f"{logs}/{pattern}", logs.parent / "state", **options)


def begun(logs: Path, count: int) -> Follower:
    """Start tailing a folder with ``a.log``, of which so many lines were read."""
    append(logs / "a.log", lines(0, count))
    follower = follow(logs)
    follower.read()
    return follower


def lines(start: int, end: int) -> bytes:
    """Make numbered lines."""
    return b"".join(b'{"seq":%d,"pad":"%b"}\n' % (number, b"x" * 35) for number in range(start, end))


def append(path: Path, data: bytes) -> None:
    """Write at the end of a file."""
    with path.open("ab") as file:
        file.write(data)


def tick(path: Path, later_ns: int = 0) -> None:
    """Wait until what changes from now on changes later than a file did: the clock of inodes ticks in milliseconds."""
    changed, probe = path.stat().st_ctime_ns, path.with_name(".probe")
    while True:
        probe.touch()
        now = probe.stat().st_ctime_ns
        probe.unlink()
        if now > changed + later_ns:
            return


def zipped(*members: bytes) -> bytes:
    """Pack files into a zip, as ``zipfile`` does it in a file: its directory comes last."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}.log", member)
    return out.getvalue()
