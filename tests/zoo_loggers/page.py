"""The results as a table on a terminal, and as the page ``docs/loggers.md``."""

import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.zoo.keeping import tables, write_between
from tests.zoo_loggers.cells import DEFAULT, SET, missed
from tests.zoo_loggers.judging import Figures
from tests.zoo_loggers.logger import Logger

Results = dict[str, dict[str, Figures]]
"""By logger, by cell."""

_WIDTH = 170
_MARKS = ("<!-- loggers -->", "<!-- end -->")
_SET_SO = "set so"
_HEAD = ("logger", "package", "time", "level (a warning)", "an exception", "what logship reads", "what to set")


def show(loggers: Sequence[Logger], results: Results) -> None:
    """Print a line a cell: red what was read wrongly."""
    table = Table("logger", "cell", "records", "wrong", title="the loggers' zoo")
    for logger in loggers:
        for cell, figures in results.get(logger.name, {}).items():
            why = missed(logger, cell, figures)
            style = "red" if why else ""
            table.add_row(logger.name, cell, str(figures.records), escape("; ".join(figures.faults())), style=style)
            for each in figures.examples if why else ():
                table.add_row("", "", "", escape(each.replace("\x1b", "\\e")))
    console = Console(width=None if Console().is_terminal else _WIDTH)
    console.print(table)
    wrong = sum(any(missed(each, *cell) for cell in results.get(each.name, {}).items()) for each in loggers)
    console.print(f"{len(results)} loggers, {wrong} are read wrongly")


def write_page(path: Path, loggers: Sequence[Logger], results: Results) -> None:
    """Write the tables between the marks of the page again, but the rows of what was not run; what is around stays."""
    rows = (
        (each.language, each.name, row(each, found) if (found := results.get(each.name)) else "") for each in loggers
    )
    write_between(path, _MARKS, tables(path.read_text(), _HEAD, rows))


def row(logger: Logger, cells: dict[str, Figures]) -> str:
    """Give a logger's row."""
    package = f"{logger.package} {logger.version}"
    lines = lines_in_words(logger, cells[DEFAULT].lines)
    written = [_code(logger.time) or "none", _code(logger.level) or "none", lines]
    words = [f"`{logger.name}`", package, *written, reading(logger, cells), settings(logger, cells[DEFAULT])]
    return "| " + " | ".join(text.replace("|", "\\|") for text in words) + " |"


def lines_in_words(logger: Logger, lines: int) -> str:
    """Say how an exception is written."""
    if "6" not in logger.events:
        return "none"
    return "in one line" if lines == 1 else f"{lines} lines"


def reading(logger: Logger, cells: dict[str, Figures]) -> str:
    """Say what is read with the defaults, and with what the logger needs."""
    found = _faults(cells[DEFAULT])
    if SET in cells and cells[DEFAULT].faults():
        found += f"; {_SET_SO}: {_faults(cells[SET])}"
    return "; ".join([found] + [logger.note] * bool(logger.note))


def settings(logger: Logger, figures: Figures) -> str:
    """Give what to set."""
    found = ", ".join(_code(f"{name}={value}") for name, value in logger.needs.items())
    return found or ("no setting helps" if figures.faults() else "nothing")


def said_right(page: str) -> set[tuple[str, str]]:
    """Give the loggers and cells that a page calls right."""
    found = set()
    for name, read in re.findall(r"^\| `([^`]+)` \| .* \| (.*) \| .* \|$", page, re.MULTILINE):
        first, _, second = read.partition(f"; {_SET_SO}: ")
        found |= {(name, DEFAULT)} if _is_right(first) else set()
        found |= {(name, SET)} if _is_right(second) else set()
    return found


def _is_right(text: str) -> bool:
    return text.partition(";")[0] == "right"


def _faults(figures: Figures) -> str:
    return "; ".join(figures.faults()) or "right"


def _code(text: str) -> str:
    shown = text.replace("\x1b", "\\e").replace("\t", "\\t")
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}" if shown else ""
