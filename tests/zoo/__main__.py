"""``python -m tests.zoo``: real rotators, each in its cells; exit 1 when one misses a goal, 2 for a bad choice."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.zoo.cells import PLAYS, Options, has_cell, run_cell
from tests.zoo.finding import CACHE, built, chosen
from tests.zoo.judging import Figures
from tests.zoo.keeping import load, parser_of, run_all
from tests.zoo.page import Results, show, write_page
from tests.zoo.setup import Setup

RESULTS = "results.json"


def arguments() -> argparse.ArgumentParser:
    """Give what the command line may say."""
    parser = parser_of("tests.zoo", __doc__, only="these set-ups", jobs=2, out="build/zoo", docs="docs/rotators.md")
    parser.add_argument("--language", nargs="+", default=[], help="all set-ups of these")
    parser.add_argument("--cells", nargs="+", default=list(PLAYS), choices=list(PLAYS))
    parser.add_argument("--lines", type=int, default=60_000, help="a cell; default: %(default)s")
    parser.add_argument("--cache", type=Path, default=CACHE, help="what is built; default: %(default)s")
    parser.add_argument("--keep", action="store_true", help="keep the log files of all cells, not only of failed ones")
    parser.add_argument(
        "--exact", action="store_true", help="name the live file alone in the other cells as well; not for the page"
    )
    return parser


def main(argv: Sequence[str]) -> int:
    """Run what was chosen."""
    parsed = arguments().parse_args(argv)
    try:
        setups = chosen(parsed.only, parsed.language)
    except ValueError as error:
        print(*error.args, file=sys.stderr)
        return 2
    if parsed.list:
        print(*(each.name for each in setups), sep="\n")
        return 0
    options = Options((parsed.logship,), parsed.cache.resolve(), parsed.lines, parsed.keep, parsed.exact)
    results = run(setups, parsed.cells, options, parsed.out.resolve(), parsed.jobs)
    show(setups, results)
    if parsed.write_docs and not parsed.exact:
        write_page(parsed.docs, chosen([], []), load(parsed.out / RESULTS, Figures))
    return int(any(figures.failures() for cells in results.values() for figures in cells.values()))


def run(setups: Sequence[Setup], cells: Sequence[str], options: Options, out: Path, jobs: int) -> Results:
    """Run every cell and keep what came of it beside what earlier runs left."""
    out.mkdir(parents=True, exist_ok=True)
    ready = [each for each in setups if built(each, options.cache)]
    todo = [(setup, cell) for setup in ready for cell in cells if has_cell(setup, "exact" if options.exact else cell)]
    return run_all(
        todo,
        partial(_one, options, out),
        lambda _setup, _cell, figures: ", ".join(figures.failures()),
        out / RESULTS,
        jobs,
    )


def _one(options: Options, out: Path, todo: tuple[Setup, str]) -> Figures:
    setup, cell = todo
    folder = out / setup.name / cell
    shutil.rmtree(folder, ignore_errors=True)
    try:
        figures = run_cell(setup, cell, options, folder)
    except (OSError, AssertionError) as error:
        figures = Figures(notes=[f"could not be run: {error}"[:300]])
    if not (options.keep or figures.failures()):
        shutil.rmtree(folder / "logs")
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
