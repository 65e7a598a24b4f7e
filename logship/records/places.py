"""Takes some items out of many, puts others among them or in their places, or finds some: the cost is theirs; pure."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

T = TypeVar("T")


def without(items: Sequence[T], places: Sequence[int]) -> list[T]:
    """Give the items but those at the places, which are in order."""
    starts, ends = [0, *(at + 1 for at in places)], [*places, len(items)]
    return [*chain.from_iterable(items[start:end] for start, end in zip(starts, ends, strict=True))]


def among(items: Sequence[T], places: Sequence[int], others: Sequence[T]) -> list[T]:
    """Put others among the items, so that they are at the places, which are in order."""
    woven: list[T] = []
    start = 0
    for before, (at, other) in enumerate(zip(places, others, strict=True)):
        woven += items[start : at - before]
        woven.append(other)
        start = at - before
    woven += items[start:]
    return woven


def put(items: Sequence[T], places: Sequence[int], others: Sequence[T]) -> list[T]:
    """Put others in the places of some items."""
    found = [*items]
    for at, other in zip(places, others, strict=True):
        found[at] = other
    return found


def inside(runs: Sequence[tuple[int, int]], offsets: Sequence[int]) -> list[int]:
    """Give which of some offsets, by their number, are in one of the runs, which are in order and apart."""
    starts = [start for start, _ in runs]
    last = [bisect_right(starts, offset) - 1 for offset in offsets]  # of the runs that begin before it
    return [at for at, run in enumerate(last) if run >= 0 and offsets[at] < runs[run][1]]
