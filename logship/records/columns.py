"""The parsed lines of a block as columns (event times, remaining bytes, wanted values), one entry a line; pure."""

from collections.abc import Sequence
from itertools import accumulate, compress, count
from operator import add
from typing import Any, NamedTuple, cast

from msgspec import UNSET

from logship.records.layouts import EMPTY, Column, whole
from logship.records.places import put, without
from logship.records.severity import NO_LEVEL, Level
from logship.records.timestamps import rfc3339


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
    """Of a whole block: the bytes of each line, but for what is ``around`` all of them alike."""
    around: int = 0
    before: Column = b""
    """As in :class:`logship.records.layouts.Rows`."""
    after: bytes = b""
    hollow: Sequence[int] = ()
    untimed: Sequence[int] | None = None
    """Which lines have no event time; None if nobody has looked."""
    levels: Sequence[Level] = ()
    """The level of each line; empty unless somebody wants it."""
    without_level: int = 0
    """Lines that have none."""

    @property
    def without_time(self) -> int:
        """Lines that have no event time."""
        return self.stamps.count(None) if self.untimed is None else len(self.untimed)

    def timed(self, time_ns: int) -> list[bytes]:
        """Give the event times; the read time, in epoch nanoseconds, for those that have none."""
        stamps, read_time = [*self.stamps], rfc3339(time_ns)
        if self.untimed is None and None in stamps:
            return [stamp or read_time for stamp in stamps]
        for at in self.untimed or ():
            stamps[at] = read_time
        return cast("list[bytes]", stamps)

    def each_level(self) -> Sequence[Level]:
        """Give the level of each line: of all none, if nobody wanted them."""
        return self.levels or [NO_LEVEL] * len(self.stamps)

    def sizes(self) -> list[int]:
        """Give the bytes of each line of a whole block, with its newline."""
        return [*map(self.around.__add__, self.lengths)]

    def whole(self, head: bytes = b"") -> list[bytes]:
        """Give a head and the rest of each record, all of which have one, with what it lacks."""
        return whole(self.before, cast("Sequence[bytes]", self.rests), self.after, self.hollow, head=head)

    def one(self, at: int) -> bytes:
        """Give the rest of a record, which has one, with what it lacks."""
        before = self.before if isinstance(self.before, bytes) else self.before[at]
        return EMPTY if at in self.hollow else b"%b%b%b" % (before, cast("bytes", self.rests[at]), self.after)

    def compressed(self, kept: Sequence[bool]) -> "Columns":
        """Give what some records come to."""
        numbers = [*compress(count(), kept)] if self.hollow else []
        return self._replace(
            stamps=[*compress(self.stamps, kept)],
            rests=[*compress(self.rests, kept)],
            wanted=[[*compress(column, kept)] for column in self.wanted],
            before=self.before if isinstance(self.before, bytes) else [*compress(self.before, kept)],
            hollow=[at for at, number in enumerate(numbers) if number in self.hollow],
            levels=[*compress(self.levels, kept)],
            lengths=(),
            untimed=None if self.untimed else self.untimed,
        )

    def without(self, gone: Sequence[int]) -> "Columns":
        """Give what all others come to."""
        if not gone:
            return self
        wanted, levels = [without(column, gone) for column in self.wanted], without(self.levels, gone)
        stamps, rests = without(self.stamps, gone), without(self.rests, gone)
        return self._replace(stamps=stamps, rests=rests, wanted=wanted, levels=levels, lengths=())

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
        for column, values in zip(table, (part.stamps, part.rests, part.each_level(), *part.wanted), strict=True):
            for at, value in zip(places, values, strict=True):
                column[at] = value
    stamps, rests, levels, *others = table
    bad_times, overridden = sum(part.bad_times for _, part in parts), sum(part.overridden for _, part in parts)
    unknown = sum(part.without_level for _, part in parts)
    return Columns(stamps, rests, bad_times, overridden, others, levels=levels, without_level=unknown)


def woven(plain: Columns, places: Sequence[int], odd: Columns) -> Columns:
    """Put odd lines, which all have a rest, at their places among those of a whole block, whatever is there."""
    rests, others = plain.rests, odd.whole()
    untimed = [at for at, stamp in zip(places, odd.stamps, strict=True) if stamp is None]
    hollow = [at for at, rest in zip(places, others, strict=True) if rest == EMPTY]
    # What has white space before its first name has no quote to leave out.
    bare = all(rest == EMPTY or rest.startswith(b'"') for rest in others)
    if bare:
        others = [rest[1:-1] for rest in others]
    else:
        rests = plain.whole()
    return Columns(
        put(plain.stamps, places, odd.stamps),
        put(rests, places, others),
        plain.bad_times + odd.bad_times,
        plain.overridden + odd.overridden,
        [put(column, places, values) for column, values in zip(plain.wanted, odd.wanted, strict=True)],
        before=plain.before if bare else b"",
        after=plain.after if bare else b"",
        untimed=None if plain.untimed is None else untimed,
        levels=put(plain.each_level(), places, odd.each_level()) if plain.levels or odd.levels else (),
        without_level=plain.without_level + odd.without_level,
        hollow=hollow if bare else (),
    )


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
