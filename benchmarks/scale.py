"""``scale``: how cost grows with files, rate, line size, batch size, odd lines, file size and what lines are."""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from statistics import median
from typing import Any

from benchmarks.bench import Bench, Input
from benchmarks.corpora import CORPORA, PLAIN
from benchmarks.corpus import prepare
from benchmarks.drain import drain
from benchmarks.following import SETTLE_SECONDS, following
from benchmarks.rounds import Plan, Run
from benchmarks.shippers import Job, Program
from benchmarks.tables import Column

SINKS = ("elasticsearch",)
COMPRESSIONS = ("none",)
WORDS = "how cost grows: 1 to 1,000 files, 1 to 100,000 lines/s, lines of 64 B to 64 KiB, batch sizes, odd lines, …"
COLUMNS = (
    Column("cpu_seconds_per_gb", "CPU s/GB", compared="the CPU per GB"),
    Column("mb_per_second_after_start", "MB/s", compared="the speed"),
    Column("to_plain", "x plain", ".2f"),
    Column("cpu_percent", "CPU %", ".2f", compared="the CPU"),
    Column("lines_per_second", "lines/s", ",.0f"),
    Column("peak_rss_mib", "peak RSS MiB"),
    Column("missing", "missing", total=True),
    Column("repeated", "repeated", total=True),
)
_LINE_BYTES = 262
_LIVE_LINE_BYTES = 220
_FILES = (1, 30, 1000)
_RATES = (1, 100, 1000, 10_000, 100_000)
_LINE_SIZES = (64, 512, 4096, 65_536)
_BATCHES = (64 << 10, 256 << 10, 1 << 20, 4 << 20)
_IDLE_FILES = (1, 1000)
_BLOCK_LINES = 100_000
_STARTS = 3

Measure = Callable[[], dict[str, Any]]
Point = tuple[float | str, Program, Measure]
"""The value on the axis, or its name, the shipper, and how it is measured."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--axis", nargs="+", choices=tuple(_AXES), default=list(_AXES), help="default: all")
    parser.add_argument("--megabytes", type=float, default=100.0, help="input of each drain (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each rate (default: %(default)s)")
    parser.add_argument(
        "--gigabytes", type=float, nargs="+", default=[0.1, 1.0, 4.0], help="sizes of one file (default: %(default)s)"
    )


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each axis, each value on it, each shipper."""
    if options.budget:
        _afford(options)
    job = Job(options.sink[0], options.compression[0])
    runs = []
    for axis in options.axis:
        for value, program, measure in _AXES[axis](bench, job, options):
            shown = value if isinstance(value, str) else f"{value:,g}"
            runs.append(Run(f"{axis}: {shown}", program.name, partial(_on_axis, value, measure)))
    facts: dict[str, Any] = {"job": str(job), "megabytes": options.megabytes, "seconds": options.seconds}
    facts |= {"CPU s/GB": "less that of shipping one line", "batch sizes, file sizes, corpora": "logship only"}
    facts |= {"x plain": "the CPU per GB, of that of plain JSON shipped just before"}
    return Plan(runs, facts | {"axes": list(options.axis)})


def _afford(options: argparse.Namespace) -> None:
    """Choose sizes of which a round fits the budget."""
    share = options.budget / options.rounds
    options.megabytes = min(options.megabytes, max(2.0, share / 4))
    options.seconds = min(options.seconds, max(1.0, share / 80))
    options.gigabytes = [size for size in options.gigabytes if size <= share / 200] or [0.02]


def _on_axis(value: float | str, measure: Measure) -> dict[str, Any]:
    figures = measure()
    figures.pop("delays_ms", None)
    return figures if isinstance(value, str) else {"value": value} | figures


def _takers(bench: Bench, job: Job) -> list[Program]:
    return [program for program in bench.programs if program.takes(job)]


def _drains(
    bench: Bench, job: Job, values: Sequence[float], make: Callable[[float], Input], *, ours: bool = False
) -> Iterator[Point]:
    programs = bench.programs[:1] if ours else _takers(bench, job)
    for value in values:
        given = make(value)
        for program in programs:
            yield value, program, partial(_drain, bench, program, job, given)


def _drain(bench: Bench, program: Program, job: Job, given: Input, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as drain's
    """Drain; what a start costs, the same whatever the work, is left out."""
    return drain(bench, program, job, given, start_cpu_seconds=_start_cost(bench, program, job), **more)


@cache
def _start_cost(bench: Bench, program: Program, job: Job) -> float:
    """Give the CPU seconds of shipping one line."""
    one = bench.input(1, _LINE_BYTES)
    return median(float(drain(bench, program, job, one)["cpu_seconds"]) for _ in range(_STARTS))


def _files(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    lines = int(options.megabytes * 1e6 / _LINE_BYTES)
    return _drains(bench, job, _FILES, lambda files: bench.input(lines, _LINE_BYTES, files=int(files)))


def _line_sizes(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    def make(size: float) -> Input:
        return bench.input(max(10, int(options.megabytes * 1e6 / size)), int(size))

    return _drains(bench, job, _LINE_SIZES, make)


def _odd(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    lines = int(options.megabytes * 1e6 / _LINE_BYTES)
    return _drains(bench, job, (0, 1), lambda share: bench.input(lines, _LINE_BYTES, odd=share > 0))


def _corpora(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    ours, records = bench.programs[0], int(options.megabytes * 1e6 / _LINE_BYTES)
    given = {name: bench.corpus(name, records, _LINE_BYTES) for name in CORPORA}
    for name in CORPORA:
        yield name, ours, partial(_beside_plain, bench, ours, job, given, name)


def _beside_plain(bench: Bench, program: Program, job: Job, given: Mapping[str, Input], name: str) -> dict[str, Any]:
    """Ship plain JSON, then one corpus."""
    settings = {each.format(f"LOGSHIP_{job.sink.upper()}"): text for each, text in CORPORA[name].settings.items()}
    plain = _drain(bench, program, job, given[PLAIN])
    figures = _drain(bench, program, job, given[name], settings=settings)
    return figures | {"to_plain": figures["cpu_seconds_per_gb"] / max(1e-9, plain["cpu_seconds_per_gb"])}


def _batches(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    given = bench.input(int(options.megabytes * 1e6 / _LINE_BYTES), _LINE_BYTES)
    for size in _BATCHES:
        settings = {"LOGSHIP_BATCH_MAX_BYTES": str(size), "LOGSHIP_BATCH_MAX_RECORDS": "1000000"}
        ours = bench.programs[0]
        yield size / 2**20, ours, partial(_drain, bench, ours, job, given, settings=settings)


def _rates(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    for rate in _RATES:
        for program in _takers(bench, job):
            yield rate, program, partial(_follow, bench, program, job, rate, options.seconds)


def _follow(bench: Bench, program: Program, job: Job, rate: int, seconds: float) -> dict[str, Any]:
    with following(bench, program, job) as follower:
        return follower.write(rate, seconds, _LIVE_LINE_BYTES)


def _idle_files(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    for files in _IDLE_FILES:
        for program in _takers(bench, job):
            yield files, program, partial(_idle, bench, program, job, files, options.seconds)


def _idle(bench: Bench, program: Program, job: Job, files: int, seconds: float) -> dict[str, Any]:
    with following(bench, program, job, idle_files=files - 1) as follower:
        time.sleep(SETTLE_SECONDS)
        figures = follower.idle(seconds)
        return {"cpu_percent": figures["idle_cpu_percent"], "peak_rss_mib": figures["idle_rss_mib"]}


def _sizes(bench: Bench, job: Job, options: argparse.Namespace) -> Iterator[Point]:
    ours = bench.programs[0]
    for size in sorted(options.gigabytes):
        yield size, ours, partial(_one_file, bench, ours, job, size)


def _one_file(bench: Bench, program: Program, job: Job, gigabytes: float) -> dict[str, Any]:
    """Ship a file that is made for it and removed again; its lines are counted, not kept."""
    file = bench.fresh() / "large.log"
    block = file.with_name("block")
    block_bytes = prepare(block, _BLOCK_LINES, _LINE_BYTES)
    blocks = max(1, round(gigabytes * 1e9 / block_bytes))
    with file.open("wb") as large:
        data = block.read_bytes()
        for _ in range(blocks):
            large.write(data)
    lines = blocks * _BLOCK_LINES
    bench.receiver.keep(bodies=False)
    try:
        figures = _drain(bench, program, job, Input(file, blocks * block_bytes, lines, lines), longest=300.0)
    finally:
        bench.receiver.keep(bodies=True)
        file.unlink()
    return {name: value for name, value in figures.items() if name not in ("missing", "repeated")}


_AXES = {
    "files": _files,
    "lines a second": _rates,
    "line bytes": _line_sizes,
    "batch MiB": _batches,
    "odd lines %": _odd,
    "corpus": _corpora,
    "idle files": _idle_files,
    "file GB": _sizes,
}
