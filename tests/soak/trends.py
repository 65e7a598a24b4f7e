"""How the looks of a soak went on over time; pure."""

import statistics
from collections.abc import Sequence
from itertools import pairwise

from tests.soak.record import Sample, Soak

JUDGED_SECONDS = 600
"""A shorter soak is not judged for growth: its tenths are mostly one fault or another."""
MAX_GROWTH = 1.10
SLACK = {"rss_mib": 0.0, "pss_mib": 0.0, "descriptors": 8.0, "threads": 1.0}
"""How much more than a tenth the median of the last tenth may be over that of the second."""


def rates(samples: Sequence[Sample], name: str, *, of_life: bool = False) -> list[float | None]:
    """Give how much a value grew each second between each look and the one before.

    ``of_life``: the value is the daemon's own and begins anew with each life; None where it has just begun.
    """
    found: list[float | None] = [None]
    for before, after in pairwise(samples):
        grown = after.values[name] - before.values[name]
        found.append(None if of_life and before.life != after.life else grown / (after.at - before.at))
    return found


def tenth(samples: Sequence[Sample], number: int) -> Sequence[Sample]:
    """Give one tenth of the samples, from 1 to 10; at least one sample, if there is any."""
    start = len(samples) * (number - 1) // 10
    return samples[start : max(start + 1, len(samples) * number // 10)]


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


def calm(soak: Soak, after: float) -> list[Sample]:
    """Give the samples of the longest life that were taken at least so many seconds after the last fault."""
    return [
        each
        for each in longest_life(soak.samples)
        if not any(fault.start <= each.at <= fault.end + after for fault in soak.faults)
    ]


def median(samples: Sequence[Sample], name: str) -> float | None:
    """Give the median of a value over the samples that have it; None if none has."""
    values = [each.values[name] for each in samples if name in each.values]
    return statistics.median(values) if values else None


def growths(soak: Soak) -> list[str]:
    """Say what has grown over the longest life, a line each; a soak that is too short shows nothing."""
    if soak.seconds < JUDGED_SECONDS:
        return []
    life = longest_life(soak.samples)
    found = []
    for name, slack in SLACK.items():
        seen = growth(life, name)
        if seen["last_tenth_median"] > seen["second_tenth_median"] * MAX_GROWTH + slack:
            found.append(f"{name} grew from {seen['second_tenth_median']:.1f} to {seen['last_tenth_median']:.1f}")
    return found
