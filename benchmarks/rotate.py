"""``rotate``: what is lost and what comes twice while a busy file is rotated, and what it costs."""

import argparse
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.following import following
from benchmarks.live import affordable
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column
from benchmarks.writer import HOW

SINKS = ("elasticsearch",)
COMPRESSIONS = ("none",)
WORDS = (
    "loss, repeats and CPU while a busy file is rotated, by rename, by copytruncate and by a copy over the last copy"
)
COLUMNS = (
    Column("lines", "lines", total=True),
    Column("rotations", "rotations", total=True),
    Column("missing", "lost", total=True),
    Column("repeated", "repeated", total=True),
    Column("cpu_percent", "CPU %", compared="the CPU"),
    Column("delay_p99_ms", "delay p99 ms", ".0f"),
    Column("rss_mib", "peak RSS MiB"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=20_000, help="lines a second (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to write (default: %(default)s)")
    parser.add_argument("--rotate-bytes", type=int, default=4 << 20, help="size of a full file (default: %(default)s)")
    parser.add_argument("--keep", type=int, default=5, help="rotated files that are kept (default: %(default)s)")


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each kind of rotation by each shipper."""
    job = Job(options.sink[0], options.compression[0])
    programs = [program for program in bench.programs if program.takes(job)]
    seconds = affordable(options, len(programs) * len(HOW))
    runs = [
        Run(how, program.name, partial(_rotate, bench, program, job, how, seconds, options))
        for how in HOW
        for program in programs
    ]
    told = ("lines", "line_bytes", "rotate_bytes", "keep")
    return Plan(runs, {"job": str(job), "seconds": seconds} | {name: getattr(options, name) for name in told})


def _rotate(
    bench: Bench, program: Program, job: Job, how: str, seconds: float, options: argparse.Namespace
) -> dict[str, Any]:
    more = (f"--rotate={how}", f"--rotate-bytes={options.rotate_bytes}", f"--keep={options.keep}")
    with following(bench, program, job) as follower:
        return follower.write(options.lines, seconds, options.line_bytes, *more)
