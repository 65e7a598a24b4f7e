"""The results as a table on a terminal, and as the page ``docs/stores.md``."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.zoo.keeping import write_between
from tests.zoo_stores.cells import PLAYS, missed
from tests.zoo_stores.judging import Figures
from tests.zoo_stores.setup import Setup

Results = dict[str, dict[str, Figures]]
"""By set-up, by cell."""

_WIDTH = 170
_MARKS = ("<!-- stores -->", "<!-- end -->")
_HEAD = ("store", "sink", "settings", "what the store does to some lines", *PLAYS)


def show(setups: Sequence[Setup], results: Results) -> None:
    """Print a line a cell: red what missed a goal."""
    table = Table(
        "set-up", "cell", "written", "stored", "repeats", "refused", "seconds", "missed", title="the stores' zoo"
    )
    for setup in setups:
        for cell, figures in results.get(setup.name, {}).items():
            why = missed(setup, cell, figures)
            numbers = (figures.written, figures.stored, figures.repeats, sum(figures.refused.values()), figures.seconds)
            table.add_row(setup.name, cell, *map(str, numbers), "; ".join(why), style="red" if why else "")
            for each in figures.examples if why else ():
                table.add_row("", "", "", "", "", "", "", each[:400])
    Console(width=None if Console().is_terminal else _WIDTH).print(table)


def write_page(path: Path, setups: Sequence[Setup], results: Results) -> None:
    """Write the table between the marks of the page again; what is around them stays."""
    rows = [row(each, results[each.name]) for each in setups if each.name in results]
    head = [f"| {' | '.join(_HEAD)} |", "|" + " --- |" * len(_HEAD)]
    write_between(path, _MARKS, "\n".join([*head, *rows, ""]))


def row(setup: Setup, cells: dict[str, Figures]) -> str:
    """Give a set-up's row."""
    figures = [summary(setup, name, cells.get(name)) if name in setup.scenarios else "" for name in PLAYS]
    words = [f"{setup.program} {setup.version}", f"`{setup.sink}`", setup.needs, setup.words]
    return "| " + " | ".join(text.replace("|", "\\|") for text in (*words, *figures)) + " |"


def summary(setup: Setup, cell: str, figures: Figures | None) -> str:
    """Give a cell in words: whether it is good, and what came twice or was lost beside what is known of the store."""
    if figures is None:
        return "not run"
    if why := missed(setup, cell, figures):
        return "; ".join(why)
    known = {*setup.known.get("missing", ()), *setup.may.get("missing", ())}
    lost = sum(count for kind, count in figures.missing.items() if kind not in known)
    told = [f"{lost} of {figures.written} lost"] * bool(lost) + [f"{figures.repeats} twice"] * bool(figures.repeats)
    return ", ".join(told or ["good"])
