"""``drain``: how fast, and for how much, a file that is there is shipped to its last line."""

import argparse
import itertools
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.bench import Bench, Input
from benchmarks.corpus import shortest
from benchmarks.rounds import FailedError, Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column

SINKS = ("http", "elasticsearch")
COMPRESSIONS = ("none", "gzip")
WORDS = "ship a prepared file to its end: MB/s, CPU seconds per GB, peak memory"
COLUMNS = (
    Column("mb_per_second", "MB/s", compared="the speed"),
    Column("mb_per_second_after_start", "after the start"),
    Column("cpu_seconds_per_gb", "CPU s/GB", compared="the CPU"),
    Column("peak_rss_mib", "peak RSS MiB", compared="the memory"),
    Column("cut", "cut off", total=True),
    Column("missing", "missing", total=True),
    Column("repeated", "repeated", total=True),
)
_PEERS_ROUND, _OWN_ROUND = 11.0, 6.0
"""How many times as long as one shipper's first job a round of all jobs takes: only to choose a size that fits."""
_TRIAL_LINES = 60_000
_LONGEST_SECONDS = 60.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=2_000_000, help="lines in the file (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=262, help="bytes of each (default: %(default)s)")
    parser.add_argument(
        "--longest", type=float, default=_LONGEST_SECONDS, help="seconds until a run is cut off (default: %(default)s)"
    )


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each job by each shipper; the peers with their defaults once.

    Before that each job once, of which no figure is kept: it finds no memory that the receiver has used before.
    """
    if options.line_bytes < (least := shortest(options.lines)):
        sys.exit(f"--line-bytes: a line of this corpus has at least {least} bytes")
    jobs = [Job(*each) for each in itertools.product(options.sink, options.compression)]
    lines, longest = options.lines, options.longest
    if options.budget:
        lines = min(lines, _affordable(bench, jobs[0], options))
        longest = min(longest, max(5.0, options.budget / 12))
    given = bench.input(lines, options.line_bytes)
    runs = [
        Run(str(job), program.name, partial(drain, bench, program, job, given, longest), once=once)
        for job in jobs
        for once, programs in ((False, bench.programs), (True, bench.defaults))
        for program in programs
        if program.takes(job)
    ]
    ceilings = {str(job): bench.ceiling(job, given.file) for job in jobs}
    for job in jobs:
        drain(bench, bench.programs[0], job, given, longest)
    return Plan(runs, {"lines": given.lines, "bytes": given.nbytes, "ceilings": ceilings})


def _affordable(bench: Bench, job: Job, options: argparse.Namespace) -> int:
    """Try one shipper, a slow one if there is any, and give the lines with which the rounds fit the budget."""
    takers = [program for program in bench.programs if program.takes(job)]
    given = bench.input(_TRIAL_LINES, options.line_bytes)
    tried = drain(bench, takers[-1], job, given)
    seconds_per_byte = 1 / max(1.0, tried["mb_per_second"] * 1e6) * (_PEERS_ROUND if len(takers) > 1 else _OWN_ROUND)
    return max(1000, int(options.budget / options.rounds / seconds_per_byte / options.line_bytes))


def drain(
    bench: Bench,
    program: Program,
    job: Job,
    given: Input,
    longest: float = _LONGEST_SECONDS,
    *,
    settings: Mapping[str, str] | None = None,
    start_cpu_seconds: float = 0.0,
) -> dict[str, Any]:
    """Ship the input once. A run that takes longer is cut off: its figures are for what had arrived by then.

    ``start_cpu_seconds`` is what a start costs, to be left out.
    """
    shipper = bench.start(program, job, given.file, settings=settings)
    shipper.wait_for(bench.receiver, given.numbered, longest_seconds=longest)
    done = bench.receiver.count()
    cost = shipper.wait(longest) if program.leaves and done >= given.numbered else shipper.stop()
    seen = bench.receiver.report()
    bench.receiver.reset()
    if not seen["lines"] or (cost.code and program.leaves):
        words = f"exit {cost.code}: {shipper.last_words()}"
        raise FailedError(words)
    size = given.nbytes * min(1.0, seen["lines"] / given.lines)
    return {
        "mb_per_second": size / 1e3 / ((seen["last_at"] - shipper.started) / 1e6),
        "mb_per_second_after_start": size / 1e3 / max(1.0, (seen["last_at"] - seen["first_at"]) / 1e6),
        "cpu_seconds_per_gb": max(0.0, cost.cpu_seconds - start_cpu_seconds) / size * 1e9,
        "peak_rss_mib": cost.peak_rss_mib,
        "cpu_seconds": cost.cpu_seconds,
        "requests": seen["requests"],
        "cut": int(done < given.numbered),
        "missing": 0 if done < given.numbered else max(0, given.numbered - seen["distinct"]),
        "repeated": seen["records"] - seen["distinct"],
    }
