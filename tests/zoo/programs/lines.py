"""The lines that every writer of the zoo writes, and their pace. Needs the standard library alone, for other venvs."""

import time
from collections.abc import Callable

_SLICES_A_SECOND = 100


def text(number: int) -> str:
    """Give line ``number`` as a JSON object without its newline, about 120 bytes, each with a pad of its own."""
    pad = f"{number:09d}-" * 10
    return f'{{"n": {number}, "pad": "{pad}"}}'


def pace(first: int, lines: int, rate: int, write: Callable[[int], object]) -> None:
    """Call ``write`` with each number at ``rate`` a second; 0: as fast as it can. A late slice is not caught up."""
    step = max(1, rate // _SLICES_A_SECOND) if rate else lines
    for start in range(first, first + lines, step):
        began = time.monotonic()
        numbers = range(start, min(start + step, first + lines))
        for number in numbers:
            write(number)
        if rate:
            time.sleep(max(0.0, began + len(numbers) / rate - time.monotonic()))
