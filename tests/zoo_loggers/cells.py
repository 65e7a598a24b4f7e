"""The cells of a row: logship's reading of the file with its defaults, and with the settings that the logger needs."""

from pathlib import Path

from msgspec import Struct

from tests.zoo_loggers.judging import Figures, judge
from tests.zoo_loggers.logger import Logger
from tests.zoo_loggers.shipping import shipped, written

DEFAULT = "default"
SET = "set"


class Options(Struct, frozen=True):
    """What all cells share."""

    program: tuple[str, ...]
    """logship: the command before ``run``."""
    cache: Path


def cells(logger: Logger) -> tuple[str, ...]:
    """Name a logger's cells."""
    return (DEFAULT, SET) if logger.needs else (DEFAULT,)


def run_cell(logger: Logger, cell: str, options: Options, folder: Path) -> Figures:
    """Run one cell in the logger's folder, which keeps the program's output; ``OSError`` where it could not be run."""
    output = written(logger, options.cache / logger.language, folder / "output")
    settings = {name.lower(): value for name, value in logger.needs.items()} if cell == SET else {}
    return judge(logger, output, shipped(output, folder / cell, options.program, settings))


def missed(logger: Logger, cell: str, figures: Figures) -> list[str]:
    """Name what is read wrongly; with the defaults, a logger that needs settings is not held to that."""
    return figures.notes if logger.needs and cell == DEFAULT else figures.faults()
