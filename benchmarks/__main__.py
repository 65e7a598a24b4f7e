"""``python -m benchmarks``: logship and its peers on the same input and receiver, in turn."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import (
    drain,
    faults,
    fleet,
    latency,
    live,
    loops,
    memory,
    micro,
    profile,
    regress,
    report,
    results,
    rotate,
    rounds,
    scale,
    sessions,
    startup,
)
from benchmarks.bench import open_bench
from benchmarks.surroundings import heading, surroundings
from benchmarks.tables import figures_table, ratios

BENCHMARKS: dict[str, tuple[ModuleType, float]] = {
    "startup": (startup, 0.03),
    "drain": (drain, 0.28),
    "live": (live, 0.11),
    "latency": (latency, 0.09),
    "memory": (memory, 0.06),
    "rotate": (rotate, 0.05),
    "faults": (faults, 0.12),
    "scale": (scale, 0.14),
    "loops": (loops, 0.08),
    "micro": (micro, 0.02),
    "profile": (profile, 0.02),
}
"""Each benchmark, and its share of the time that ``all`` may take."""
LONG: dict[str, ModuleType] = {"sessions": sessions}
"""What compares shippers, and takes too long for ``all``."""
ALONE: dict[str, ModuleType] = {"regress": regress, "fleet": fleet}
"""What is no comparison of shippers, and no part of ``all``."""
_ONE_ROUND = frozenset({"memory", "faults", "scale", "profile"})
"""Long ones, of many parts: ``all`` takes one round of each."""
_ALL_SECONDS = 720.0


def main(argv: Sequence[str]) -> int:
    """Run one benchmark, all, or the report; gives 1 if a line was missing of logship's."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.command in ALONE:
        return int(ALONE[options.command].run(options))
    if options.command == "report":
        return report.write(options.folder)
    if options.command == "all":
        return run_all(parser, options)
    found = run(options)
    if options.json:
        results.save(Path(options.json), found)
    return faulty(found)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run one benchmark and print its tables; gives the result."""
    module = LONG.get(options.command) or BENCHMARKS[options.command][0]
    with open_bench() as bench:
        about = surroundings(bench.versions, bench.absent)
        print(f"\n{options.command}: {module.WORDS}\n{heading(about)}", flush=True)
        plan = module.plan(bench, options)
        with rounds.progress(options.command, len(plan.runs) * options.rounds) as tell:
            rows = rounds.measure(plan, options.rounds, options.budget, tell)
    found = results.result(options.command, module.WORDS, about, plan.facts, module.COLUMNS, rows)
    print(text(found, markdown=options.markdown), flush=True)
    return found


def text(found: dict[str, Any], *, markdown: bool = False) -> str:
    """Write a result: medians and bounds, logship's ratio to each peer, the receiver's ceilings, what failed."""
    columns = results.columns_of(found)
    lines = [figures_table(found["summary"], columns, markdown=markdown), *ratios(found["summary"], columns)]
    for job, most in found["facts"].get("ceilings", {}).items():
        speed, cost = most["mb_per_second"], most["cpu_seconds_per_gb"]
        lines.append(f"{job}: the receiver takes {speed:.0f} MB/s of a sender that does nothing else, {cost:.2f} s/GB")
    lines += [f"{row['case']}, {row['shipper']} failed: {row['failed']}" for row in found["rows"] if "failed" in row]
    return "\n".join(lines)


def faulty(found: dict[str, Any]) -> int:
    """Give 1 if logship failed or missed a line."""
    return int(
        any(("failed" in row or row.get("missing", 0) > 0) for row in found["rows"] if row["shipper"] == "logship")
    )


def run_all(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Run each benchmark within its share of the time, write its JSON, then the report."""
    faults = 0
    for name, (_, share) in BENCHMARKS.items():
        count = 1 if name in _ONE_ROUND else options.rounds
        told = [name, f"--rounds={count}", f"--budget={options.budget * share}"]
        if name == "profile":
            told.append(f"--folder={options.folder}")
        found = run(parser.parse_args(told))
        found["about"]["command"] = " ".join(["python -m benchmarks", *sys.argv[1:]])
        results.save(options.folder / f"{name}.json", found)
        faults += faulty(found)
    return report.write(options.folder) or int(faults > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures logship, and each peer that is present: Fluent Bit, Filebeat, vlagent, otelcol, rotel "
        "and Vector by NAME=path (FLUENT_BIT, VLAGENT, …) or on PATH, rsyslog on PATH. The shipper runs on one core, "
        "all else on another.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in {**{name: module for name, (module, _) in BENCHMARKS.items()}, **LONG}.items():
        command = commands.add_parser(name, help=module.WORDS.replace("%", "%%"), description=module.WORDS)
        _common(command, module)
        module.arguments(command)
    for name, module in ALONE.items():
        module.arguments(commands.add_parser(name, help=module.WORDS, description=module.WORDS))
    words = "every benchmark within a time, its JSON, and the report"
    everything = commands.add_parser("all", help=words, description=words)
    everything.add_argument("--rounds", type=int, default=3, help="rounds, interleaved (default: %(default)s)")
    everything.add_argument(
        "--budget", type=float, default=_ALL_SECONDS, help="seconds to fit into, nearly (default: %(default)s)"
    )
    words = "write RESULTS.md and its plots from the JSON"
    for command in (everything, commands.add_parser("report", help=words, description=words)):
        command.add_argument("--folder", type=Path, default=results.FOLDER, help="of the JSON (default: %(default)s)")
    return parser


def _common(command: argparse.ArgumentParser, module: ModuleType) -> None:
    command.add_argument("--rounds", type=int, default=3, help="rounds, interleaved (default: %(default)s)")
    command.add_argument(
        "--budget", type=float, default=0.0, help="seconds to fit into: smaller inputs, fewer rounds (0: as told)"
    )
    command.add_argument("--json", default="", metavar="FILE", help="write the results there, too")
    command.add_argument("--markdown", action="store_true", help="print the table as a page has it")
    command.add_argument(
        "--sink", nargs="+", choices=("http", "elasticsearch"), default=list(module.SINKS), help="default: %(default)s"
    )
    command.add_argument(
        "--compression",
        nargs="+",
        choices=("none", "gzip"),
        default=list(module.COMPRESSIONS),
        help="default: %(default)s",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
