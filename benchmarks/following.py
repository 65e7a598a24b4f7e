"""A shipper that follows a file while it is written."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.processes import OTHER_CORES, Shipper, free_port, run_aside
from benchmarks.rounds import FailedError
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column

SETTLE_SECONDS = 5.0
"""Until a shipper that has just shipped something is idle: some look more often for a while, or load what waits."""
_START_SECONDS = 20.0
_QUIET_SECONDS = 8.0
_FIRST = b'{"timestamp": "2026-11-22T10:00:00Z", "level": "info", "message": "first"}\n'


DELAYS = (
    Column("delay_p50_ms", "delay p50 ms", ".0f", compared="the median delay"),
    Column("delay_p99_ms", "p99", ".0f", compared="the p99"),
    Column("delay_max_ms", "max", ".0f"),
)
FAULTS = (Column("missing", "missing", total=True), Column("repeated", "repeated", total=True))
"""What a table shows of :meth:`Follower.write`."""


class Follower:
    """A shipper that follows ``file``, and has shipped its first line."""

    def __init__(self, bench: Bench, shipper: Shipper, file: Path) -> None:
        self._bench = bench
        self.shipper = shipper
        self.file = file

    def write(self, rate: int, seconds: float, line_bytes: int = 220, *more: str) -> dict[str, Any]:
        """Have lines written, wait until all have arrived; gives CPU, memory, delays, and what is missing."""
        self._bench.receiver.reset()
        figures = self.load(rate, seconds, line_bytes, *more)
        self.shipper.wait_for(self._bench.receiver, figures["lines"], _QUIET_SECONDS)
        seen = self._bench.receiver.report()
        delays = seen["delays_ms"] or [0.0] * 1001
        return figures | {
            "delay_p50_ms": delays[500],
            "delay_p99_ms": delays[990],
            "delay_max_ms": delays[-1],
            "delays_ms": _thinned(delays),
            "missing": figures["lines"] - seen["distinct"],
            "repeated": seen["records"] - seen["distinct"],
        }

    def kill(self) -> None:
        """Kill the shipper, and start it again at once."""
        self.shipper = self.shipper.killed()

    def load(self, rate: int, seconds: float, line_bytes: int = 220, *more: str) -> dict[str, Any]:
        """Have lines written; gives what that costs, up to the last of them."""
        shipper = self.shipper
        self._check()
        shipper.forget_peak()
        before, since = shipper.cpu_seconds(), time.monotonic()
        told = (f"--rate={rate}", f"--seconds={seconds}", f"--line-bytes={line_bytes}", *more)
        written = json.loads(run_aside("benchmarks.writer", str(self.file), *told, cores=OTHER_CORES).communicate()[0])
        time.sleep(max(0.0, since + seconds - time.monotonic()))  # the last line of a slow rate comes early
        self._check()
        cpu = shipper.cpu_seconds() - before
        return {
            "lines": written["lines"],
            "rotations": written["rotations"],
            "lines_per_second": written["lines"] / max(seconds, written["seconds"]),
            "cpu_percent": cpu / (time.monotonic() - since) * 100,
            "rss_mib": shipper.peak_mib(),
        }

    def idle(self, seconds: float) -> dict[str, float]:
        """Have nothing written."""
        before, since = self.shipper.exact_cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        self._check()
        cpu = (self.shipper.exact_cpu_seconds() - before) / (time.monotonic() - since)
        return {"idle_cpu_percent": cpu * 100, "idle_rss_mib": self.shipper.rss_mib()}

    def _check(self) -> None:
        if self.shipper.look():
            raise FailedError(self.shipper.last_words())


def _thinned(delays: list[float]) -> list[float]:
    """Give 0, 1, … 99 hundredths, then 99.1, … 100: where a distribution's tail is."""
    return [*delays[:990:10], *delays[990:]]


SHARES = [*range(99), *(99 + tenth / 10 for tenth in range(11))]
"""Per cent of the lines that were no slower, for each of ``delays_ms``."""


@contextlib.contextmanager
def following(bench: Bench, program: Program, job: Job, *, idle_files: int = 0) -> Iterator[Follower]:
    """Start a shipper on a file that does not grow yet, beside others that never will."""
    folder = bench.fresh()
    file = folder / "live.log"
    file.write_bytes(_FIRST)
    for number in range(idle_files):
        (folder / f"idle-{number:04d}.log").write_bytes(_FIRST)
    shipper = bench.start(
        program, job, folder / "*.log" if idle_files else file, live=True, listen=free_port() if program.probe else 0
    )
    follower = Follower(bench, shipper, file)
    try:
        shipper.wait_for(bench.receiver, 1 + idle_files, _START_SECONDS)
        if bench.receiver.count() < 1 + idle_files:
            raise FailedError(shipper.last_words() or "it does not ship a first line")
        yield follower
    finally:
        follower.shipper.stop()


def follow(bench: Bench, program: Program, job: Job, rate: int, seconds: float, line_bytes: int) -> dict[str, Any]:
    """Have a shipper follow a file that is written at a rate; gives what :meth:`Follower.write` measures."""
    with following(bench, program, job) as follower:
        return follower.write(rate, seconds, line_bytes)
