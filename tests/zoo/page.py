"""The results as a table on a terminal, and as the page ``docs/rotators.md``."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.zoo.cells import PLAYS, has_cell
from tests.zoo.judging import Figures
from tests.zoo.keeping import tables, write_between
from tests.zoo.setup import Setup

Results = dict[str, dict[str, Figures]]
"""By set-up, by cell."""

COLUMNS = ("missing", "gone", "twice", "foreign", "late", "repeats", "clashes", "suspected", "rotations", "seconds")
EXPLAINED: dict[str, str] = tomllib.loads(Path(__file__).with_name("explained.toml").read_text())
"""Why a cell is not good, by set-up."""
_WIDTH = 170
_BEGIN = "<!-- zoo -->"
_END = "<!-- end -->"
_HEAD = ("set-up", "package", "how it really rotates", "what it loses by itself", *PLAYS, "why")


def show(setups: Sequence[Setup], results: Results) -> None:
    """Print a line a cell: red what missed a goal."""
    table = Table("set-up", "cell", *COLUMNS, "missed", title="the rotators' zoo")
    table.columns[0].no_wrap = True
    for setup in setups:
        for cell, figures in results.get(setup.name, {}).items():
            missed = figures.failures()
            values = [str(getattr(figures, name) or "·") for name in COLUMNS]
            why = "; ".join(
                [
                    *missed,
                    *figures.notes,
                    *figures.holes[:2],
                    *figures.doubles[:2],
                    *(repr(text[:40]) for text in figures.odd[:1]),
                ]
            )
            table.add_row(setup.name, cell, *values, why, style="red" if missed else "")
    cells = [figures for each in results.values() for figures in each.values()]
    failed = sum(bool(figures.failures()) for figures in cells)
    console = Console(width=None if Console().is_terminal else _WIDTH)
    console.print(table)
    console.print(f"{len(cells)} cells of {len(results)} set-ups, {failed} missed a goal")


def write_page(path: Path, setups: Sequence[Setup], results: Results) -> None:
    """Write the tables between the marks of the page again, but the rows of what was not run; what is around stays."""
    rows = ((each.language, each.name, _row(each, results.get(each.name, {}))) for each in setups)
    write_between(path, (_BEGIN, _END), tables(path.read_text(), _HEAD, rows))


def _row(setup: Setup, cells: dict[str, Figures]) -> str:
    """Give a set-up's row, or nothing if not each of its cells was run."""
    return row(setup, cells) if cells.keys() >= {name for name in PLAYS if has_cell(setup, name)} else ""


def row(setup: Setup, cells: dict[str, Figures]) -> str:
    """Give a set-up's row."""
    figures = [summary(cells.get(name)) if has_cell(setup, name) else "no constant name" for name in PLAYS]
    words = [f"`{setup.name}`", f"{setup.package} {setup.version}", setup.rotation, setup.loses or "nothing seen"]
    why = EXPLAINED.get(setup.name, "") if any(each.failures() for each in cells.values()) else ""
    return "| " + " | ".join(text.replace("|", "\\|") for text in (*words, *figures, why)) + " |"


def summary(figures: Figures | None) -> str:
    """Give a cell's figures in words: those that are not 0."""
    if figures is None:
        return "not run"
    named = ("missing", "twice", "foreign", "clashes", "gone", "late", "repeats")
    found = [f"{getattr(figures, name)} {name}" for name in named if getattr(figures, name)]
    found += [f"{figures.suspected} bytes suspected"] * bool(figures.suspected)
    good = "" if figures.failures() else "good"
    return ", ".join([good] * bool(good) + found + figures.notes)
