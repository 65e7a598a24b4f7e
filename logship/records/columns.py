"""The parsed lines of a block as columns (event times, remaining bytes, wanted values), one entry a line; pure."""

from collections.abc import Sequence
from itertools import accumulate
from operator import add, itemgetter
from typing import Any, NamedTuple

from msgspec import UNSET

from logship.records.severity import NO_LEVEL, Level


class Columns(NamedTuple):
    """What some lines come to, one entry a line."""

    stamps: Sequence[bytes | None]
    """The event time; None if it is the block's."""
    rests: Sequence[bytes | None]
    """What follows our fields; None: judge the line by itself."""
    bad_times: int
    overridden: int = 0
    """Lines in which names of ours were moved."""
    wanted: Sequence[Sequence[bytes | None]] = ()
    """For each name that the layout wants: the raw value in each line, None where there is none."""
    lengths: Sequence[int] = ()
    """Of a whole block: the bytes of each line, without what is ``around`` all of them alike."""
    around: int = 0
    complete: bool = False
    """Whether it is known that each line has its event time."""
    levels: Sequence[Level] = ()
    """The level of each line; of a whole block, empty unless somebody wants it."""
    without_level: int = 0
    """Of a whole block: lines that have none."""

    @property
    def without_time(self) -> int:
        """Of a whole block: lines that have no event time."""
        return 0 if self.complete else len(self.stamps)

    def severities(self) -> list[int]:
        """Give the severity of each line whose level is known."""
        return [*map(itemgetter(0), self.levels)]

    def sizes(self) -> list[int]:
        """Give the bytes of each line of a whole block, with its newline."""
        return [length + self.around for length in self.lengths]

    def offsets(self, start: int) -> list[int]:
        """Give where each line of a whole block that begins at ``start`` begins."""
        ends = accumulate(self.lengths, initial=start)
        return [*map(add, ends, range(0, self.around * len(self.lengths), self.around))]


def placed(lines: int, parts: Sequence[tuple[Sequence[int], Sequence[Level]]]) -> list[Level]:
    """Give the level of each line from those of some, whose places are given; the others have none."""
    levels = [NO_LEVEL] * lines
    for places, some in parts:
        for at, level in zip(places, some, strict=True):
            levels[at] = level
    return levels


def joined(lines: int, parts: Sequence[tuple[Sequence[int], Columns]]) -> Columns:
    """Put columns of some lines, whose places are given, together to those of all."""
    wanted = len(parts[-1][1].wanted)
    table: list[list[Any]] = [[None] * lines for _ in range(3 + wanted)]
    for places, part in parts:
        for column, values in zip(table, (part.stamps, part.rests, part.levels, *part.wanted), strict=True):
            for at, value in zip(places, values, strict=True):
                column[at] = value
    stamps, rests, levels, *others = table
    bad_times, overridden = sum(part.bad_times for _, part in parts), sum(part.overridden for _, part in parts)
    return Columns(stamps, rests, bad_times, overridden, others, levels=levels)


def raw_values(column: Sequence[Any]) -> list[bytes | None]:
    """Give raw values as bytes; None where there is none."""
    absent = column.count(UNSET)
    if absent == len(column):
        return [None] * absent
    if not absent:
        return [*b"\n".join(column).split(b"\n")]
    return [None if value is UNSET else bytes(value) for value in column]


def spread(column: Sequence[bytes | None], places: Sequence[bool]) -> list[bytes | None]:
    """Put the values at the places that are meant; None at the others."""
    values = iter(column)
    return [next(values) if place else None for place in places]
