"""``regress``: the build that is here against another commit, pair by pair, in two minutes.

The two builds run one after the other, A B and then B A, so that the machine's moods meet both alike; a change is
judged by the median of the pairs' ratios. Both run under one interpreter, with the dependencies that it has.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import rounds
from benchmarks.bench import Bench, Input, open_bench
from benchmarks.builds import ROOT, TODAY, build, commit
from benchmarks.drain import drain
from benchmarks.following import following
from benchmarks.rounds import FailedError, Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.startup import one_line, start
from benchmarks.surroundings import heading, surroundings
from benchmarks.tables import NAMES, table

WORDS = "this build against another commit, pair by pair: CPU, time and memory of drains, start, idling, low rates"
_GZIP = Job("elasticsearch", "gzip")
_LINE_BYTES = 262
_LOW_RATE = 10
"""Lines a second."""
_SETTLE_SECONDS, _LOW_SECONDS = 5.0, 6.0
LOW = "low"
JOBS = ("http", "gzip", "start", LOW)
"""Drains by http, and by elasticsearch with gzip; the start; idling, then ten lines a second."""
_ALIKE, _LEAST = 0.75, 3

Measure = Callable[[Bench, Program], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one job: what its pairs came to."""

    job: str
    figure: str
    theirs: float
    ours: float
    """Medians."""
    ratios: Sequence[float]
    """Ours to theirs, pair by pair."""

    @property
    def median(self) -> float:
        """Give the ratio that the change is judged by."""
        return statistics.median(self.ratios)

    def worse(self, most: float) -> bool:
        """Say whether the median is over ``most``; three pairs of four, and three at least, have to be worse at all."""
        alike = sum(ratio > 1 for ratio in self.ratios)
        return self.median > most and alike >= max(_LEAST, _ALIKE * len(self.ratios))


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("commit", help="what to compare with: main, HEAD~3, 1cba168")
    parser.add_argument("--job", nargs="+", choices=JOBS, default=JOBS, help="default: all")
    parser.add_argument("--rounds", type=int, default=3, help="of two pairs of each short job (default: %(default)s)")
    parser.add_argument(
        "--budget", type=float, default=115.0, help="no round begins that would outlast it, s (default: %(default)s)"
    )
    parser.add_argument("--lines", type=int, default=250_000, help="in a drain (default: %(default)s)")
    parser.add_argument(
        "--most", type=float, default=1.1, help="the ratio over which a figure is worse: exit 1 (default: %(default)s)"
    )
    parser.add_argument("--python", default=sys.executable, help="the commit's interpreter (default: this one)")
    parser.add_argument("--markdown", action="store_true", help="print the table as a page has it")


def run(options: argparse.Namespace) -> int:
    """Compare, print the table; gives 1 if a figure is worse, or a run of today's failed."""
    with commit(options.commit) as folder, open_bench() as bench:
        print(f"\nregress: {WORDS}\n{heading(surroundings({}, ()))}", flush=True)
        pair = (build(options.commit, folder, options.python), build(TODAY, ROOT))
        jobs = _jobs(bench, options.lines)
        plan = Plan([*round_of(bench, {name: jobs[name] for name in options.job}, pair)])
        with rounds.progress("regress", len(plan.runs) * options.rounds + len(pair)) as tell:
            _warm_up(bench, pair, jobs["start"], tell)
            rows = rounds.measure(plan, options.rounds, options.budget, tell)
    return told(rows, options)


def told(rows: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> int:
    """Print what the rows come to; gives the exit code."""
    found = compare(rows, options.commit)
    print(_table(found, options.commit, options.most, markdown=options.markdown))
    failed = [row for row in rows if "failed" in row]
    for row in failed:
        print(f"{row['case']}, {row['shipper']} failed: {row['failed']}")
    return int(any(each.worse(options.most) for each in found) or bool(failed) or not found)


def compare(rows: Sequence[Mapping[str, Any]], other: str) -> list[Compared]:
    """Bring the pairs together: of each job, each build's first run with the other's first, and so on."""
    found = []
    for job in dict.fromkeys(row["case"] for row in rows):
        theirs, ours = ([r for r in rows if (r["case"], r["shipper"]) == (job, name)] for name in (other, TODAY))
        pairs = [(a, b) for a, b in zip(theirs, ours, strict=False) if "failed" not in a and "failed" not in b]
        for figure in (key for key in (pairs[0][0] if pairs else ()) if key not in NAMES):
            values = [(a[figure], b[figure]) for a, b in pairs if a[figure]]
            if values:
                before, after = (statistics.median(each) for each in zip(*values, strict=True))
                found.append(Compared(job, figure, before, after, [b / a for a, b in values]))
    return found


def _table(found: Sequence[Compared], other: str, most: float, *, markdown: bool) -> str:
    rows: list[Sequence[str]] = [("job", "figure", other, TODAY, "ratio", "least", "most", "pairs", "")]
    for each in found:
        spread = (each.median, min(each.ratios), max(each.ratios))
        verdict = "**worse**" if each.worse(most) else ""
        figures = (f"{each.theirs:.3g}", f"{each.ours:.3g}", *(f"{value:.2f}" for value in spread))
        rows.append((each.job, each.figure, *figures, str(len(each.ratios)), verdict))
    return table(rows, markdown=markdown)


def round_of(bench: Bench, jobs: Mapping[str, Measure], pair: Sequence[Program]) -> Iterator[Run]:
    """Give a round: each job by both builds, then what is short in the other order."""
    for programs, names in ((pair, [*jobs]), (pair[::-1], [name for name in jobs if name != LOW])):
        for name in names:
            for program in programs:
                yield Run(name, program.name, partial(jobs[name], bench, program))


def _warm_up(bench: Bench, pair: Sequence[Program], first: Measure, tell: rounds.Tell) -> None:
    """Start each once, so that its bytecode is there."""
    for program in pair:
        tell(f"first start of {program.name}")
        try:
            first(bench, program)
        except FailedError as error:
            sys.exit(f"{program.name} does not start: {error}")


def _jobs(bench: Bench, lines: int) -> dict[str, Measure]:
    given, one = bench.input(lines, _LINE_BYTES), one_line(bench)
    return {
        "http": partial(_drain, job=Job("http", "none"), given=given),
        "gzip": partial(_drain, job=_GZIP, given=given),
        "start": partial(_start, file=one),
        LOW: _low,
    }


def _drain(bench: Bench, program: Program, job: Job, given: Input) -> dict[str, Any]:
    found = drain(bench, program, job, given)
    _none_missing(found)
    seconds = given.nbytes / 1e6 / found["mb_per_second"]
    return {"CPU ms": found["cpu_seconds"] * 1e3, "time ms": seconds * 1e3, "peak MiB": found["peak_rss_mib"]}


def _start(bench: Bench, program: Program, file: Path) -> dict[str, Any]:
    found = start(bench, program, _GZIP, file)
    return {"CPU ms": found["started_cpu_ms"], "time ms": found["started_ms"], "RSS MiB": found["rss_mib"]}


def _low(bench: Bench, program: Program) -> dict[str, Any]:
    """Let it idle, then follow ten lines a second."""
    with following(bench, program, _GZIP) as follower:
        idle = follower.idle(_SETTLE_SECONDS)
        before = follower.shipper.exact_cpu_seconds()
        found = follower.write(_LOW_RATE, _LOW_SECONDS)
        cpu = follower.shipper.exact_cpu_seconds() - before
    _none_missing(found)
    figures = {"CPU ms a s": cpu / _LOW_SECONDS * 1e3, "p50 ms": found["delay_p50_ms"]}
    return figures | {"idle MiB": idle["idle_rss_mib"]}


def _none_missing(found: Mapping[str, Any]) -> None:
    if found["missing"]:
        words = f"{found['missing']} lines are missing"
        raise FailedError(words)
