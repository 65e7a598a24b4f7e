"""``latency``: how long lines take from their write to their receipt, as distributions, at several rates."""

import argparse
import itertools
from functools import partial

from benchmarks.bench import Bench
from benchmarks.following import DELAYS, FAULTS, SHARES, follow
from benchmarks.live import affordable
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job
from benchmarks.tables import Column

SINKS = ("elasticsearch",)
COMPRESSIONS = ("none",)
WORDS = "delay from write to receipt, as a distribution, at several rates"
COLUMNS = (
    *DELAYS,
    Column("lines_per_second", "lines/s", ",.0f"),
    Column("cpu_percent", "CPU %", ".1f"),
    *FAULTS,
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument(
        "--rates",
        type=int,
        nargs="+",
        default=[100, 1000, 10_000, 50_000],
        help="lines/s (default: %(default)s)",
    )
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to write (default: %(default)s)")


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each rate by each shipper."""
    jobs = [Job(*each) for each in itertools.product(options.sink, options.compression)]
    lives = [(job, program) for job in jobs for program in bench.programs if program.takes(job)]
    seconds = affordable(options, len(lives) * len(options.rates))
    more = len(jobs) > 1
    runs = [
        Run(
            f"{rate:,} lines/s" + f", {job}" * more,
            program.name,
            partial(follow, bench, program, job, rate, seconds, options.line_bytes),
        )
        for rate in options.rates
        for job, program in lives
    ]
    return Plan(runs, {"jobs": ", ".join(map(str, jobs)), "seconds": seconds, "shares": SHARES})
