"""``profile``: where a drain's time goes: a flame graph by py-spy, and the functions that take most."""

import argparse
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.flames import flame_graph
from benchmarks.processes import OTHER_CORES, on
from benchmarks.results import FOLDER
from benchmarks.rounds import FailedError, Plan, Run
from benchmarks.shippers import Job
from benchmarks.tables import Column

SINKS = ("http", "elasticsearch")
COMPRESSIONS = ("none",)
WORDS = "a flame graph of a drain, native frames included, and the functions that take most of it"
COLUMNS = (Column("samples", "samples", ".0f"),)
_TOP = 25
_PER_SECOND = 250
_LINES_PER_SECOND = 200_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=4_000_000, help="lines in the file (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=262, help="bytes of each (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for the graphs (default: %(default)s)")
    parser.set_defaults(rounds=1)


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each job, watched once."""
    lines = min(options.lines, int(options.budget * _LINES_PER_SECOND / 8)) if options.budget else options.lines
    given = bench.input(max(1000, lines), options.line_bytes)
    jobs = [Job(sink, compression) for sink in options.sink for compression in options.compression]
    tops: dict[str, Any] = {}
    runs = [Run(str(job), "logship", partial(_watch, bench, job, given.file, options.folder, tops)) for job in jobs]
    return Plan(runs, {"lines": given.lines, "bytes": given.nbytes, "top": tops})


def _watch(bench: Bench, job: Job, file: Path, folder: Path, tops: dict[str, Any]) -> dict[str, Any]:
    samples = shipping(parse(_stacks(bench, job, file).splitlines()))
    folder.mkdir(parents=True, exist_ok=True)
    graph = folder / f"profile-{job.sink}-{job.compression}.svg"
    graph.write_text(flame_graph(samples, f"logship drains a file: {job}"))
    own, below = shares(samples)
    tops[str(job)] = {"own": own[:_TOP], "below": below[:_TOP]}
    return {"samples": sum(samples.values())}


def _stacks(bench: Bench, job: Job, file: Path) -> str:
    """Ship the file under py-spy's eyes, from its start to its end; gives collapsed stacks."""
    shipper = bench.start(bench.programs[0], job, file)
    out = bench.fresh() / "stacks.txt"
    try:
        told = ("--pid", str(shipper.pid), "--rate", str(_PER_SECOND), "--format", "raw", "--output", str(out))
        with on(OTHER_CORES):
            done = subprocess.run([_py_spy(), "record", "--native", *told], capture_output=True, text=True, check=False)
    finally:
        cost = shipper.stop()
    if done.returncode or cost.code:
        raise FailedError(done.stderr[-500:] + shipper.last_words())
    return out.read_text()


def _py_spy() -> str:
    found = shutil.which("py-spy", path=sysconfig.get_path("scripts")) or shutil.which("py-spy")
    if not found:
        sys.exit("py-spy is not here: pip install py-spy")
    return found


def parse(lines: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Read collapsed stacks: frames from the root on, by semicolons, then the samples; a frame becomes its function."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        found[tuple(map(_function, stack.split(";")))] += int(count)
    return found


def shipping(samples: Mapping[tuple[str, ...], int]) -> Counter[tuple[str, ...]]:
    """Leave out threads that wait for work, and what belongs to the start: imports."""
    return Counter(
        {stack: count for stack, count in samples.items() if not any(name.startswith(_LEFT_OUT) for name in stack)}
    )


def shares(samples: Mapping[tuple[str, ...], int]) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """Give the per cent of samples that each function has itself, and with all that it calls, largest first."""
    own: Counter[str] = Counter()
    below: Counter[str] = Counter()
    for stack, count in samples.items():
        own[stack[-1]] += count
        for name in set(stack):
            below[name] += count
    total = sum(samples.values()) or 1
    return (
        [(name, count / total * 100) for name, count in own.most_common()],
        [(name, count / total * 100) for name, count in below.most_common()],
    )


def _function(frame: str) -> str:
    """Leave out the line: ``encode (logship/records/encoding.py:53)`` is one function with all its lines.

    A native address without a name is its library.
    """
    name, _, place = frame.partition(" (")
    file = place.rstrip(")").rpartition(":")[0] or place.rstrip(")")
    if name.startswith("0x"):
        return f"({file})"
    return f"{name} ({file})" if place else name


_LEFT_OUT = ("_queue_SimpleQueue_get", "_find_and_load", "select_epoll_poll")
