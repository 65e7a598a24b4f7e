"""``python -m tests.zoo_loggers``: what real loggers write, as logship reads it; exit 1 when one is read wrongly."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.zoo.finding import built
from tests.zoo.keeping import load, parser_of, run_all
from tests.zoo_loggers.cells import Options, cells, missed, output_of, run_cells
from tests.zoo_loggers.finding import CACHE, all_loggers, chosen
from tests.zoo_loggers.judging import Figures, Output
from tests.zoo_loggers.logger import Logger
from tests.zoo_loggers.page import Results, show, write_page

RESULTS = "results.json"


def arguments() -> argparse.ArgumentParser:
    """Give what the command line may say."""
    parser = parser_of(
        "tests.zoo_loggers",
        __doc__,
        jobs=2,
        out="build/zoo-loggers",
        docs="docs/loggers.md",
    )
    parser.add_argument("--language", nargs="+", default=[], help="all loggers of these")
    parser.add_argument("--cache", type=Path, default=CACHE, help="what is built; default: %(default)s")
    return parser


def main(argv: Sequence[str]) -> int:
    """Run what was chosen."""
    parsed = arguments().parse_args(argv)
    try:
        loggers = chosen(parsed.only, parsed.language)
    except ValueError as error:
        print(*error.args, file=sys.stderr)
        return 2
    if parsed.list:
        print(*(each.name for each in loggers), sep="\n")
        return 0
    options = Options((parsed.logship,), parsed.cache.resolve())
    results = run(loggers, options, parsed.out.resolve(), parsed.jobs)
    show(loggers, results)
    if parsed.write_docs:
        write_page(parsed.docs, all_loggers(), load(parsed.out / RESULTS, Figures))
    by_name = {each.name: each for each in loggers}
    return int(any(missed(by_name[n], c, f) for n, found in results.items() for c, f in found.items()))


def run(loggers: Sequence[Logger], options: Options, out: Path, jobs: int) -> Results:
    """Run every cell and keep what came of it beside what earlier runs left."""
    out.mkdir(parents=True, exist_ok=True)
    ready = [each for each in loggers if built(each, options.cache)]
    with ThreadPoolExecutor(jobs) as pool:
        printed = [*pool.map(partial(_printed, options, out), ready)]
    outputs = {each.name: output for each, output in zip(ready, printed, strict=True) if isinstance(output, Output)}
    todo = [(logger, cell) for logger in ready for cell in cells(logger)]
    figures = run_cells([each for each in todo if each[0].name in outputs], outputs, options, out)
    for logger, output in zip(ready, printed, strict=True):
        if isinstance(output, str):
            figures |= {(logger.name, cell): Figures(notes=[output]) for cell in cells(logger)}
    return run_all(
        todo,
        lambda each: figures[each[0].name, each[1]],
        lambda *each: "; ".join(missed(*each)),
        out / RESULTS,
        jobs,
    )


def _printed(options: Options, out: Path, logger: Logger) -> Output | str:
    """Give what the program printed, or why there is nothing."""
    try:
        return output_of(logger, options, out)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"could not be run: {error}"[:500]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
