"""``memory``: one life of each shipper: idle, under load, in an outage, and back."""

import argparse
import itertools
import time
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.following import SETTLE_SECONDS, Follower, following
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column

SINKS = ("elasticsearch",)
COMPRESSIONS = ("none",)
WORDS = "memory while idle, under load and while the store does not answer; then how fast the backlog is caught up"
COLUMNS = (
    Column("idle_rss_mib", "idle RSS MiB", compared="the idle memory"),
    Column("idle_cpu_percent", "idle CPU %", ".2f"),
    Column("load_rss_mib", "peak under load", compared="the memory under load"),
    Column("load_cpu_percent", "CPU % under load"),
    Column("outage_rss_mib", "peak in an outage", compared="the memory in an outage"),
    Column("outage_cpu_percent", "CPU % in an outage"),
    Column("backlog_mb", "backlog MB"),
    Column("recovery_seconds", "seconds to catch up"),
    Column("missing", "missing", total=True),
    Column("repeated", "repeated", total=True),
)
_QUIET_SECONDS = 35.0
"""A shipper may be waiting for its next attempt for so long."""
_AROUND_SECONDS = 12.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=20_000, help="lines a second (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="how long each of idle, load and outage is (default: %(default)s)"
    )


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each job by each shipper."""
    jobs = [Job(*each) for each in itertools.product(options.sink, options.compression)]
    lives = [(job, program) for job in jobs for program in bench.programs if program.takes(job)]
    seconds = options.seconds
    if options.budget:
        share = options.budget / options.rounds / len(lives)
        seconds = min(seconds, max(2.0, (share - _AROUND_SECONDS) / 3))
    facts = {
        "jobs": ", ".join(map(str, jobs)),
        "lines_per_second": options.lines,
        "line_bytes": options.line_bytes,
        "seconds": seconds,
        "outage": "every connection is closed without an answer",
    }
    runs = [
        Run(str(job), program.name, partial(_life, bench, program, job, options.lines, seconds, options.line_bytes))
        for job, program in lives
    ]
    return Plan(runs, facts)


def _life(bench: Bench, program: Program, job: Job, rate: int, seconds: float, line_bytes: int) -> dict[str, Any]:
    with following(bench, program, job) as follower:
        time.sleep(SETTLE_SECONDS)
        figures = follower.idle(seconds)
        load = follower.write(rate, seconds, line_bytes)
        figures |= {"load_rss_mib": load["rss_mib"], "load_cpu_percent": load["cpu_percent"]}
        return figures | _outage(bench, follower, rate, seconds, line_bytes)


def _outage(bench: Bench, follower: Follower, rate: int, seconds: float, line_bytes: int) -> dict[str, Any]:
    receiver = bench.receiver
    receiver.reset()
    receiver.outage(down=True)
    try:
        wrote = follower.load(rate, seconds, line_bytes)
    finally:
        receiver.outage(down=False)
    since = time.monotonic_ns()
    follower.shipper.wait_for(receiver, wrote["lines"], _QUIET_SECONDS)
    seen = receiver.report()
    return {
        "outage_rss_mib": wrote["rss_mib"],
        "outage_cpu_percent": wrote["cpu_percent"],
        "backlog_mb": wrote["lines"] * line_bytes / 1e6,
        "recovery_seconds": max(0, seen["last_at"] - since) / 1e9,
        "missing": wrote["lines"] - seen["distinct"],
        "repeated": seen["records"] - seen["distinct"],
    }
