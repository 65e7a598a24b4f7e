"""The cells of a row: logship's reading of the file with its defaults, and with the settings that the logger needs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from tests.zoo_loggers.judging import Figures, Output, judge
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


def output_of(logger: Logger, options: Options, out: Path) -> Output:
    """Give what the logger's program printed, kept in ``out``; ``OSError`` and ``TimeoutExpired`` where it fails."""
    return written(logger, options.cache / logger.language, out / logger.name)


def run_cells(
    logger_cells: Sequence[tuple[Logger, str]], outputs: Mapping[str, Output], options: Options, out: Path
) -> dict[tuple[str, str], Figures]:
    """Run cells by one logship for each choice of settings; where that fails, all cells of the choice say so."""
    groups: dict[tuple[tuple[str, str], ...], list[Logger]] = {}
    for logger, cell in logger_cells:
        groups.setdefault(_settings(logger, cell), []).append(logger)
    found: dict[tuple[str, str], Figures] = {}
    for number, (settings, loggers) in enumerate(groups.items()):
        cell = SET if settings else DEFAULT
        texts = {each.name: outputs[each.name] for each in loggers}
        try:
            records = shipped(texts, out / f".shipped-{number}", options.program, dict(settings))
        except (OSError, AssertionError) as error:
            failed = f"could not be read: {error}"[:500]
            found |= {(each.name, cell): Figures(notes=[failed]) for each in loggers}
            continue
        found |= {(each.name, cell): judge(each, texts[each.name], records[each.name]) for each in loggers}
    return found


def _settings(logger: Logger, cell: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name.lower(), value) for name, value in logger.needs.items())) if cell == SET else ()


def missed(logger: Logger, cell: str, figures: Figures) -> list[str]:
    """Name what is read wrongly; with the defaults, a logger that needs settings is not held to that."""
    return figures.notes if logger.needs and cell == DEFAULT else figures.faults()
