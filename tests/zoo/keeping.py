"""How a zoo is run, and what came of it beside what earlier runs came to; shared by all zoos."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

T = TypeVar("T")
F = TypeVar("F")


class Named(Protocol):
    """A set-up, as far as it is kept."""

    @property
    def name(self) -> str:
        """Under which its cells are kept."""


S = TypeVar("S", bound=Named)


def parser_of(
    prog: str, words: str | None, *, jobs: int, out: str, docs: str, only: str = "those whose name begins so"
) -> argparse.ArgumentParser:
    """Give what every zoo's command line may say; ``only`` says what its names mean."""
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=words)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=only)
    parser.add_argument("--jobs", type=int, default=jobs, help="cells at once; default: %(default)s")
    parser.add_argument("--logship", default=str(Path(sys.executable).with_name("logship")), help="the program")
    parser.add_argument("--out", type=Path, default=Path(out), help="results; default: %(default)s")
    parser.add_argument("--docs", type=Path, default=Path(docs))
    parser.add_argument("--write-docs", action="store_true", help="write that page from all results in --out")
    parser.add_argument("--list", action="store_true", help="only name them")
    return parser


def run_all(
    todo: Sequence[tuple[S, str]],
    one: Callable[[tuple[S, str]], F],
    judge: Callable[[S, str, F], str],
    kept: Path,
    jobs: int,
) -> dict[str, dict[str, F]]:
    """Run cells, so many at once; say what each came to, and keep it beside what earlier runs left."""
    results: dict[str, dict[str, F]] = {}
    pool = ThreadPoolExecutor(jobs)
    try:
        cells = zip(todo, pool.map(one, todo), strict=True)
        for number, ((setup, cell), figures) in enumerate(cells, 1):
            results.setdefault(setup.name, {})[cell] = figures
            tell(f"{number}/{len(todo)} {setup.name} {cell}: {judge(setup, cell, figures) or 'good'}")
            save(kept, setup.name, cell, figures)
    finally:  # an interrupt ends the cells that run, and no other begins
        pool.shutdown(cancel_futures=True)
    return results


def load(path: Path, of: type[T]) -> dict[str, dict[str, T]]:
    """Read what runs came to so far, by set-up and cell; nothing without a file."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, of]]) if path.exists() else {}  # type: ignore[valid-type]


def save(path: Path, name: str, cell: str, figures: object) -> None:
    """Put one cell beside the others."""
    results = load(path, object)
    results.setdefault(name, {})[cell] = figures
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results)))


def tell(text: str) -> None:
    """Say how far a run is: on a terminal in one line, over the last."""
    end = "\n"
    if sys.stderr.isatty():
        text, end = f"\r\033[K{text}", ""
    print(text, end=end, file=sys.stderr, flush=True)


def write_between(path: Path, marks: tuple[str, str], text: str) -> None:
    """Write what is between two marks of a page again; what is around them stays."""
    head, _, rest = path.read_text().partition(marks[0])
    _, _, tail = rest.partition(marks[1])
    path.write_text(f"{head}{marks[0]}\n{text}{marks[1]}{tail}")


def tables(page: str, head: Sequence[str], rows: Iterable[tuple[str, str, str]]) -> str:
    """Give a table for each language, of rows with their language and name; where a row is empty the page's stays."""
    kept = {name: line for line, name in re.findall(r"^(\| `([^`]+)` \|.*)$", page, re.MULTILINE)}
    found: dict[str, list[str]] = {}
    for language, name, row in rows:
        found.setdefault(language, []).append(row or kept.get(name, ""))
    line, rule = f"| {' | '.join(head)} |", "|" + " --- |" * len(head)
    parts = [
        "\n".join(["", f"## {each}\n", line, rule, *filter(None, some), ""])
        for each, some in found.items()
        if any(some)
    ]
    return "".join(parts) + "\n"
