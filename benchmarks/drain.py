"""``drain``: how fast, and for how much, a file that is there is shipped to its last line."""

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpus import prepare, shortest
from benchmarks.processes import SHIPPER_CORES, Receiver, Shipper, run_aside
from benchmarks.report import heading, save, shown, spread, surroundings, table
from benchmarks.shippers import Job, Program, Start, present

SINKS = ("http", "elasticsearch")
COMPRESSIONS = ("none", "gzip")
_LONGEST_SECONDS = 600.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--lines", type=int, default=2_000_000, help="lines in the file (default: %(default)s)")
    parser.add_argument("--line-bytes", type=int, default=262, help="bytes of each (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, interleaved (default: %(default)s)")


def run(parsed: argparse.Namespace) -> int:
    """Measure and print; 0 if every line of every run arrived."""
    if parsed.line_bytes < (least := shortest(parsed.lines)):
        sys.exit(f"--line-bytes: a line of this corpus has at least {least} bytes")
    programs, absent = present()
    about = surroundings(absent)
    print(heading(about), flush=True)
    jobs = [Job(*each) for each in itertools.product(parsed.sink, parsed.compression)]
    with tempfile.TemporaryDirectory(prefix="logship-bench-") as folder, Receiver() as receiver:
        file = Path(folder) / "input.log"
        size = prepare(file, parsed.lines, parsed.line_bytes)
        print(f"{parsed.lines:,} lines, {size:,} bytes, {parsed.rounds} rounds\n", flush=True)
        bench = Bench(receiver, Path(folder), file, size, parsed.lines)
        startup = bench.startup(programs[0], jobs[0])
        ceilings = {str(job): bench.ceiling(job) for job in jobs}
        rounds = [
            bench.drain(program, job)
            for _ in range(parsed.rounds)
            for job, program in itertools.product(jobs, programs)
            if program.takes(job)
        ]
    results = summary(rounds)
    print(text(results, ceilings, startup, markdown=parsed.markdown))
    save(parsed.json, {**about, "bytes": size, "startup": startup, "ceilings": ceilings, "drain": results})
    return 1 if any(each["missing"] for each in rounds) else 0


class Bench:
    """Runs one shipper at a time on the same file."""

    def __init__(self, receiver: Receiver, folder: Path, file: Path, size: int, lines: int) -> None:
        self._receiver = receiver
        self._folder = folder
        self._file = file
        self._size = size
        self._lines = lines
        self._runs = itertools.count()

    def drain(self, program: Program, job: Job) -> dict[str, Any]:
        """Ship the file once."""
        self._receiver.reset()
        shipper = self._start(program, job, self._file)
        if program.leaves:
            cost = shipper.wait(_LONGEST_SECONDS)
        else:
            shipper.wait_for(self._receiver, self._lines)
            cost = shipper.stop()
        seen = self._receiver.report()
        self._receiver.reset()
        if cost.code or seen["distinct"] < self._lines:
            print(
                f"{program.name}, {job}: exit {cost.code}, {seen['distinct']} lines: {shipper.last_words()}", flush=True
            )
        seconds = (seen["last_at"] - shipper.started) / 1e9
        receiving = (seen["last_at"] - seen["first_at"]) / 1e9
        return {
            "job": str(job),
            "shipper": program.name,
            "mb_per_second": self._size / 1e6 / seconds if seen["records"] else 0.0,
            "mb_per_second_after_start": self._size / 1e6 / receiving if receiving else 0.0,
            "cpu_seconds_per_gb": cost.cpu_seconds / self._size * 1e9,
            "peak_rss_mib": cost.peak_rss_mib,
            "exit_code": cost.code,
            "requests": seen["requests"],
            "missing": self._lines - seen["distinct"],
            "repeated": seen["records"] - seen["distinct"],
        }

    def startup(self, program: Program, job: Job) -> dict[str, float]:
        """Give what a run on an empty file costs."""
        empty = self._folder / "empty.log"
        empty.touch()
        cost = self._start(program, job, empty).wait(_LONGEST_SECONDS)
        return {
            "cpu_seconds": cost.cpu_seconds,
            "wall_seconds": cost.wall_seconds,
            "peak_rss_mib": cost.peak_rss_mib,
        }

    def ceiling(self, job: Job) -> dict[str, float]:
        """Give what the receiver takes from a sender that does nothing else."""
        blaster = run_aside(
            "benchmarks.ceiling",
            str(self._receiver.port),
            str(self._file),
            job.sink,
            job.compression,
            cores=SHIPPER_CORES,
        )
        took: dict[str, float] = json.loads(blaster.communicate()[0])
        self._receiver.reset()
        return {
            "mb_per_second": took["bytes"] / 1e6 / took["seconds"],
            "cpu_seconds_per_gb": took["cpu_seconds"] / took["bytes"] * 1e9,
        }

    def _start(self, program: Program, job: Job, file: Path) -> Shipper:
        folder = self._folder / f"run-{next(self._runs)}"
        folder.mkdir()
        start = Start(job, file, folder, self._receiver.port, live=False)
        return Shipper(program.command(start), program.environment(start), folder / "messages.log")


_MEASURES = ("mb_per_second", "mb_per_second_after_start", "cpu_seconds_per_gb", "peak_rss_mib")


def summary(rounds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bring the rounds of each shipper on each job together."""
    found = []
    for job, shipper in dict.fromkeys((each["job"], each["shipper"]) for each in rounds):
        own = [each for each in rounds if (each["job"], each["shipper"]) == (job, shipper)]
        found.append(
            {
                "job": job,
                "shipper": shipper,
                **{name: spread(each[name] for each in own) for name in _MEASURES},
                **{name: sum(each[name] for each in own) for name in ("missing", "repeated")},
                "exit_codes": [each["exit_code"] for each in own],
            }
        )
    return found


def text(
    results: Sequence[dict[str, Any]],
    ceilings: dict[str, dict[str, float]],
    startup: dict[str, float],
    *,
    markdown: bool,
) -> str:
    """Write the tables: median (min-max), and logship's ratio to each peer."""
    rows = [("job", "shipper", "MB/s", "after the start", "CPU s/GB", "peak RSS MiB", "missing", "repeated", "exit")]
    for job in dict.fromkeys(each["job"] for each in results):
        for each in (each for each in results if each["job"] == job):
            figures = [shown(each[name]) for name in _MEASURES]
            counts = [
                str(each["missing"]),
                str(each["repeated"]),
                ",".join(map(str, dict.fromkeys(each["exit_codes"]))),
            ]
            rows.append((job, each["shipper"], *figures, *counts))
        most = ceilings[job]
        figures = [f"{most['mb_per_second']:.1f}", "", f"{most['cpu_seconds_per_gb']:.1f}"]
        rows.append((job, "(receiver's ceiling)", *figures, *[""] * 4))
    start = "start and end on an empty file: {cpu_seconds:.2f} CPU s, {wall_seconds:.2f} s, {peak_rss_mib:.1f} MiB"
    return "\n".join([table(rows, markdown=markdown), "", start.format(**startup), *ratios(results)])


def ratios(results: Sequence[dict[str, Any]]) -> list[str]:
    """Compare the medians of logship with those of each peer, a line a job."""
    ours = {each["job"]: each for each in results if each["shipper"] == "logship"}
    lines = []
    for each in results:
        if each["shipper"] != "logship" and each["mb_per_second"]["median"]:
            own = ours[each["job"]]
            compared = ("mb_per_second", "cpu_seconds_per_gb", "peak_rss_mib")
            speed, cpu, memory = (own[name]["median"] / each[name]["median"] for name in compared)
            lines.append(
                f"{each['job']}: logship has {speed:.2f} x the speed, {cpu:.2f} x the CPU, {memory:.2f} x the memory "
                f"of {each['shipper']}"
            )
    return lines
