"""``faults``: what is lost, what comes twice and how long it takes, when each shipper meets the same faults.

The fault ends when the writer does, so what is measured from then on is the way back to the last line.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.following import Follower, following
from benchmarks.live import affordable
from benchmarks.processes import OTHER_CORES, run_aside
from benchmarks.rounds import FailedError, Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column

SINKS = ("elasticsearch", "http")
COMPRESSIONS = ("none", "gzip")
WORDS = "the same faults for each shipper, under load: lines missing, lines twice, seconds until all has arrived"
COLUMNS = (
    Column("lines", "lines", total=True),
    Column("missing", "missing", total=True),
    Column("repeated", "twice", total=True),
    Column("recovery_seconds", "seconds to recover"),
    Column("rss_mib", "peak RSS MiB"),
)
_QUIET_SECONDS = 35.0
"""A shipper may be waiting for its next attempt for so long."""
_WELL_SECONDS = 2.0
"""Before a fault."""
_KILL_SECONDS = 3.0
_ROTATE_BYTES = 8 << 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=20_000, help="lines a second (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to write (default: %(default)s)")
    parser.add_argument("--fault", nargs="+", choices=tuple(FAULTS), default=list(FAULTS), help="default: all")


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each fault for each shipper, on the first of the jobs that it takes."""
    jobs = {program.name: _job(program, options) for program in bench.programs}
    programs = [program for program in bench.programs if jobs[program.name]]
    seconds = max(_WELL_SECONDS + 2, affordable(options, len(programs) * len(options.fault)))
    runs = [
        Run(fault, program.name, partial(_meet, bench, program, job, fault, seconds, options))
        for fault in options.fault
        for program in programs
        if (job := jobs[program.name])
    ]
    facts = {"lines_per_second": options.lines, "line_bytes": options.line_bytes, "seconds": seconds}
    return Plan(runs, facts | {"jobs": {name: str(job) for name, job in jobs.items() if job}})


def _job(program: Program, options: argparse.Namespace) -> Job | None:
    jobs = (Job(sink, how) for how in options.compression for sink in options.sink)
    return next((job for job in jobs if program.takes(job)), None)


def _meet(
    bench: Bench, program: Program, job: Job, fault: str, seconds: float, options: argparse.Namespace
) -> dict[str, Any]:
    happens, more = FAULTS[fault]
    with following(bench, program, job) as follower:
        bench.receiver.reset()
        told = (f"--rate={options.lines}", f"--seconds={seconds}", f"--line-bytes={options.line_bytes}", *more)
        writer = run_aside("benchmarks.writer", str(follower.file), *told, cores=OTHER_CORES)
        try:
            happens(bench, follower, seconds)
        finally:
            written = json.loads(writer.communicate()[0])
            bench.receiver.fault("")
        return _outcome(bench, follower, int(written["lines"]))


def _outcome(bench: Bench, follower: Follower, lines: int) -> dict[str, Any]:
    since = time.monotonic_ns()
    follower.shipper.wait_for(bench.receiver, lines, _QUIET_SECONDS)
    seen = bench.receiver.report()
    if follower.shipper.look():
        raise FailedError(follower.shipper.last_words())
    return {
        "lines": lines,
        "missing": lines - seen["distinct"],
        "repeated": seen["records"] - seen["distinct"],
        "recovery_seconds": max(0, seen["last_at"] - since) / 1e9,
        "rss_mib": follower.shipper.peak_mib(),
    }


def _killed(_: Bench, follower: Follower, seconds: float) -> None:
    """Kill it every three seconds, and start it again at once; the last time at the end."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _KILL_SECONDS))
        follower.kill()


def _refused(fault: str, bench: Bench, _: Follower, seconds: float) -> None:
    time.sleep(_WELL_SECONDS)
    bench.receiver.fault(fault)
    time.sleep(seconds - _WELL_SECONDS)


def _rotated(_: Bench, __: Follower, seconds: float) -> None:
    time.sleep(seconds)


def _by(how: str) -> tuple[str, str]:
    return f"--rotate={how}", f"--rotate-bytes={_ROTATE_BYTES}"


FAULTS: Mapping[str, tuple[Callable[[Bench, Follower, float], None], Sequence[str]]] = {
    "kill -9 every 3 s": (_killed, ()),
    "503 for 8 s": (partial(_refused, "busy"), ()),
    "no answer for 8 s": (partial(_refused, "hang"), ()),
    "rename": (_rotated, _by("rename")),
    "copytruncate": (_rotated, _by("copytruncate")),
}
"""What happens meanwhile, and what the writer is told beside its rate."""
