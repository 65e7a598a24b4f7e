"""``python -m tests.zoo_stores``: each sink with real servers; exit 1 when a cell misses a goal, 2 for a bad choice."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.zoo.keeping import load, parser_of, run_all
from tests.zoo_stores.cells import PLAYS, Options, missed, run_cell
from tests.zoo_stores.finding import builds, chosen
from tests.zoo_stores.judging import Figures
from tests.zoo_stores.page import Results, show, write_page
from tests.zoo_stores.server import build
from tests.zoo_stores.setup import Setup

RESULTS = "results.json"


def arguments() -> argparse.ArgumentParser:
    """Give what the command line may say."""
    parser = parser_of(
        "tests.zoo_stores",
        __doc__,
        jobs=1,
        out="build/zoo_stores",
        docs="docs/stores.md",
    )
    parser.add_argument("--cells", nargs="+", default=list(PLAYS), choices=list(PLAYS))
    parser.add_argument("--lines", type=int, default=3000, help="a cell; default: %(default)s")
    return parser


def main(argv: Sequence[str]) -> int:
    """Run what was chosen."""
    parsed = arguments().parse_args(argv)
    try:
        setups = chosen(parsed.only)
    except ValueError as error:
        print(*error.args, file=sys.stderr)
        return 2
    if parsed.list:
        print(*(each.name for each in setups), sep="\n")
        return 0
    options = Options((parsed.logship,), parsed.lines)
    results = run(setups, parsed.cells, options, parsed.out.resolve(), parsed.jobs)
    show(setups, results)
    if parsed.write_docs:
        write_page(parsed.docs, chosen([]), load(parsed.out / RESULTS, Figures))
    by_name = {each.name: each for each in setups}
    return int(any(missed(by_name[n], c, f) for n, cells in results.items() for c, f in cells.items()))


def run(setups: Sequence[Setup], cells: Sequence[str], options: Options, out: Path, jobs: int) -> Results:
    """Run every cell and keep what came of it beside what earlier runs left."""
    out.mkdir(parents=True, exist_ok=True)
    todo = [(setup, cell) for setup in _built(setups) for cell in cells if cell in setup.scenarios]
    return run_all(todo, partial(_one, options, out), lambda *run: "; ".join(missed(*run)), out / RESULTS, jobs)


def _built(setups: Sequence[Setup]) -> list[Setup]:
    """Build what they take; those for which that can't be done are left out, and named."""
    whys = {each: build(*each) for each in dict.fromkeys(map(builds, setups)) if each[0]}
    ready = [each for each in setups if not whys.get(builds(each))]
    for each in setups:
        if each not in ready:
            print(f"{each.name} is left out: {whys[builds(each)]}", file=sys.stderr)
    return ready


def _one(options: Options, out: Path, todo: tuple[Setup, str]) -> Figures:
    setup, cell = todo
    folder = out / setup.name / cell
    shutil.rmtree(folder, ignore_errors=True)
    try:
        figures = run_cell(setup, cell, options, folder)
    except Exception as error:  # noqa: BLE001 - whatever a server answers, the other cells are run
        figures = Figures(notes=[f"could not be run: {type(error).__name__}: {error}"[:500]])
    if not missed(setup, cell, figures):
        shutil.rmtree(folder)
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
