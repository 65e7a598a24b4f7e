"""``sessions``: a new file for each line, as applications write that log each session or request by itself."""

import argparse
from functools import partial
from typing import Any

from benchmarks.bench import Bench
from benchmarks.following import DELAYS, FAULTS, following
from benchmarks.live import affordable
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column
from benchmarks.writer import NEW_NAME

SINKS = ("http",)
COMPRESSIONS = ("none",)
WORDS = "a new file for each line: memory, CPU and delay while a folder comes to have 100,000"
COLUMNS = (
    Column("lines", "files", total=True),
    Column("rss_mib", "peak RSS MiB", compared="the memory"),
    Column("cpu_percent", "CPU %", compared="the CPU"),
    *DELAYS,
    *FAULTS,
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--files", type=int, default=500, help="new files a second (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=220, help="bytes of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=200.0, help="how long to write (default: %(default)s)")


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each shipper, once."""
    job = Job(options.sink[0], options.compression[0])
    programs = [program for program in bench.programs if program.takes(job)]
    seconds = affordable(options, len(programs))
    runs = [Run(str(job), program.name, partial(_write, bench, program, job, seconds, options)) for program in programs]
    return Plan(runs, {"job": str(job), "files_per_second": options.files, "seconds": seconds})


def _write(bench: Bench, program: Program, job: Job, seconds: float, options: argparse.Namespace) -> dict[str, Any]:
    with following(bench, program, job, idle_files=1) as follower:
        return follower.write(options.files, seconds, options.line_bytes, f"--rotate={NEW_NAME}", "--rotate-bytes=1")
