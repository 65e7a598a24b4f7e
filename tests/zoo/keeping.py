"""What a run came to, kept in a file beside what earlier runs came to; shared by the zoos of rotators and of stores."""

import sys
from collections.abc import Callable, Sequence
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
