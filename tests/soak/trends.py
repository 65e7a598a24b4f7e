"""How the looks of a soak went on over time; pure."""

import statistics
from collections.abc import Sequence
from itertools import pairwise

from tests.soak.record import Sample


def cpu_percent(samples: Sequence[Sample]) -> list[float | None]:
    """Give the processor time between each look and the one before, in percent of a core; None over a restart."""
    found: list[float | None] = [None]
    for before, after in pairwise(samples):
        same = before.life == after.life
        used = after.values["cpu_seconds"] - before.values["cpu_seconds"]
        found.append(100 * used / (after.at - before.at) if same else None)
    return found[: len(samples)]


def tenth(samples: Sequence[Sample], number: int) -> Sequence[Sample]:
    """Give one tenth, from 1 to 10, of the samples by their time."""
    first, last = samples[0].at, samples[-1].at
    start, end = (first + (last - first) * each / 10 for each in (number - 1, number))
    return [each for each in samples if start <= each.at <= end]


def longest_life(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Give the samples of the life that has the most of them."""
    lives: dict[int, list[Sample]] = {}
    for each in samples:
        lives.setdefault(each.life, []).append(each)
    return max(lives.values(), key=len)


def growth(samples: Sequence[Sample], name: str) -> dict[str, float]:
    """Give a value's median and peak in the second tenth and in the last."""
    found: dict[str, float] = {}
    for words, number in (("second_tenth", 2), ("last_tenth", 10)):
        values = [each.values[name] for each in tenth(samples, number)]
        found |= {f"{words}_median": statistics.median(values), f"{words}_max": max(values)}
    return found
