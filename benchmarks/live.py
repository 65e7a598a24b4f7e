"""``live``: how long a line takes from its write to its receipt, and what following a file costs."""

import argparse
import itertools
from functools import partial

from benchmarks.bench import Bench
from benchmarks.following import DELAYS, FAULTS, follow
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job
from benchmarks.tables import Column

SINKS = ("http", "elasticsearch")
COMPRESSIONS = ("none",)
WORDS = "follow a file that is written at a steady rate: delay from write to receipt, CPU, memory"
COLUMNS = (
    *DELAYS,
    Column("cpu_percent", "CPU %", ".1f", compared="the CPU"),
    Column("rss_mib", "peak RSS MiB", ".1f", compared="the memory"),
    *FAULTS,
)
_AROUND_SECONDS = 4.0
"""Start, first line, the last lines' way, stop."""
_RUNS = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=20_000, help="lines a second (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to write (default: %(default)s)")


def affordable(options: argparse.Namespace, runs: int) -> float:
    """Give the seconds that each of so many runs may write, within the budget."""
    seconds, budget = float(options.seconds), float(options.budget)
    return min(seconds, max(2.0, budget / options.rounds / runs - _AROUND_SECONDS)) if budget else seconds


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each job by each shipper."""
    seconds = affordable(options, _RUNS)
    jobs = [Job(*each) for each in itertools.product(options.sink, options.compression)]
    runs = [
        Run(str(job), program.name, partial(follow, bench, program, job, options.lines, seconds, options.line_bytes))
        for job in jobs
        for program in bench.programs
        if program.takes(job)
    ]
    return Plan(runs, {"lines_per_second": options.lines, "line_bytes": options.line_bytes, "seconds": seconds})
