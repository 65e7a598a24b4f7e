"""``loops``: logship on asyncio's loop, on uvloop and under other interpreters, on the same drain."""

import argparse
import itertools
import os
import subprocess
from functools import partial
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.drain import COLUMNS as COLUMNS  # noqa: PLC0414 - the same figures
from benchmarks.drain import drain
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job, Program, logship_program

SINKS = ("http", "elasticsearch")
COMPRESSIONS = ("none",)
WORDS = "logship on asyncio's loop, on uvloop, and under other interpreters"
_SITE = Path(__file__).parent / "uvloop_site"
_BYTES_PER_SECOND = 40e6
_START_SECONDS = 1.5
_LEAST_LINES = 100_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines in the file (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=262, help="bytes of each (default: %(default)s)")
    parser.add_argument(
        "--python", nargs="*", default=[], metavar="PATH", help="more interpreters that have logship's dependencies"
    )


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each job by each variant of logship."""
    lines = options.lines
    variants = [*programs(options.python)]
    jobs = [Job(*each) for each in itertools.product(options.sink, options.compression)]
    if options.budget:
        share = options.budget / options.rounds / len(variants) / len(jobs) - _START_SECONDS
        lines = min(lines, max(_LEAST_LINES, int(share * _BYTES_PER_SECOND / options.line_bytes)))
    given = bench.input(lines, options.line_bytes)
    runs = [
        Run(str(job), program.name, partial(drain, bench, program, job, given)) for job in jobs for program in variants
    ]
    return Plan(runs, {"lines": given.lines, "bytes": given.nbytes})


def programs(interpreters: list[str]) -> list[Program]:
    """Give logship as it is first, then its variants; they only differ in what the benchmark puts around them."""
    path = os.pathsep.join(filter(None, (str(_SITE), os.environ.get("PYTHONPATH"))))
    found = [logship_program(), logship_program("logship on uvloop", more={"PYTHONPATH": path})]
    return found + [logship_program(f"logship, Python {_version(python)}", python) for python in interpreters]


def _version(interpreter: str) -> str:
    show = "from benchmarks.surroundings import python; print(python())"
    return subprocess.run([interpreter, "-c", show], capture_output=True, text=True, check=True).stdout.strip()
