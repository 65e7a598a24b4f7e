"""The bench: a receiver, a folder, and shippers started on it, one at a time."""

import contextlib
import itertools
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpora
from benchmarks.corpus import numbered, prepare
from benchmarks.processes import SHIPPER_CORES, Receiver, Shipper, run_aside
from benchmarks.programs import more_peers
from benchmarks.shippers import Job, Program, Start, present


@dataclass(frozen=True, slots=True)
class Input:
    """Files to be shipped."""

    file: Path
    """May have wildcards in its name."""
    nbytes: int
    lines: int
    numbered: int
    """Lines with a ``seq``: those are counted one by one."""


class Bench:
    """Runs one shipper at a time."""

    def __init__(self, receiver: Receiver, folder: Path, stack: contextlib.ExitStack) -> None:
        self.stack = stack
        """For what stays open until the last run."""
        self.receiver = receiver
        self.folder = folder
        self.programs, self.absent = every_peer()
        self.defaults = present(defaults=True)[0]
        self._runs = itertools.count()

    def fresh(self) -> Path:
        """Make an empty folder for a run."""
        folder = self.folder / f"run-{next(self._runs)}"
        folder.mkdir()
        return folder

    def start(
        self,
        program: Program,
        job: Job,
        file: Path,
        *,
        live: bool = False,
        listen: int = 0,
        settings: Mapping[str, str] | None = None,
    ) -> Shipper:
        """Start a shipper on a file; the receiver has forgotten what came before."""
        folder = self.fresh()
        self.receiver.reset()
        start = Start(job, file, folder, self.receiver.port, live=live, listen=listen, settings=settings or {})
        return Shipper(program.command(start), program.environment(start), folder / "messages.log")

    def input(self, lines: int, line_bytes: int, *, files: int = 1, odd: bool = False) -> Input:
        """Write so many lines, spread over the files."""
        folder = self.fresh()
        each = max(1, lines // files)
        nbytes = sum(
            prepare(folder / f"input-{number:04d}.log", each, line_bytes, first=number * each, odd=odd)
            for number in range(files)
        )
        file = folder / ("*.log" if files > 1 else "input-0000.log")
        return Input(file, nbytes, each * files, sum([numbered(each, odd=odd)] * files))

    def corpus(self, name: str, records: int, line_bytes: int) -> Input:
        """Write so many records of one of ``corpora``; they count as lines, however many lines each has."""
        file = self.fresh() / "input-0000.log"
        numbered = corpora.write(file, name, records, line_bytes)
        return Input(file, file.stat().st_size, records, numbered)

    def ceiling(self, job: Job, file: Path) -> dict[str, float]:
        """Give what the receiver takes from a sender that does nothing else."""
        told = map(str, (self.receiver.port, file, job.sink, job.compression))
        took: dict[str, float] = json.loads(
            run_aside("benchmarks.ceiling", *told, cores=SHIPPER_CORES).communicate()[0]
        )
        self.receiver.reset()
        return {
            "mb_per_second": took["bytes"] / 1e6 / took["seconds"],
            "cpu_seconds_per_gb": took["cpu_seconds"] / took["bytes"] * 1e9,
        }

    @property
    def versions(self) -> dict[str, str]:
        """Give the peers' versions."""
        return {program.name: program.version for program in self.programs[1:]}


@contextlib.contextmanager
def open_bench() -> Iterator[Bench]:
    """Start the receiver; leaving ends it and removes every file."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="logship-bench-"))
        yield Bench(stack.enter_context(Receiver()), Path(folder), stack)


def every_peer() -> tuple[list[Program], list[str]]:
    """Give logship and all peers that are here, and a line about each that isn't."""
    found, absent = present()
    more, missing = more_peers()
    return found + more, absent + missing
