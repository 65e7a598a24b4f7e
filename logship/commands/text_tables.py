"""Tables of plain text, for commands that run in the daemon's memory and can't have rich in it; pure."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from logship.printable import printable

_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")
_STEP: Final = 1000


def size_text(nbytes: float) -> str:
    """Give a number of bytes in three or four digits and a unit: ``1.2 MB``."""
    for unit in _UNITS[:-1]:
        if nbytes < _STEP:
            return f"{nbytes:.0f} {unit}" if unit == "bytes" else f"{nbytes:.1f} {unit}"
        nbytes /= _STEP
    return f"{nbytes:.1f} {_UNITS[-1]}"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> Iterator[str]:
    """Give the lines of a table, each with its newline; nothing of it moves a cursor. ``right``: aligned there."""
    cells = [tuple(map(printable, row)) for row in (titles, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        columns = zip(row, widths, titles, strict=True)
        texts = [cell.rjust(width) if title in right else cell.ljust(width) for cell, width, title in columns]
        yield "  ".join(texts).rstrip() + "\n"
