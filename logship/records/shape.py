"""What records are like that are read all at once, and how; made by :mod:`logship.records.shapes`; pure."""

from collections.abc import Callable, Sequence
from itertools import compress, count
from operator import itemgetter, ne
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from logship.json_faults import UNREADABLE
from logship.records.columns import raw_values
from logship.records.enrichment import TIMESTAMP
from logship.records.event_times import Place, refined
from logship.records.json_members import may_spell, members
from logship.records.levels import LevelReader
from logship.records.looks import those
from logship.records.odd_lines import Parted, beginning_otherwise, without_odd
from logship.records.odd_lines import decoded as mostly_decoded
from logship.records.severity import Level, word
from logship.records.shape_types import Column
from logship.records.timestamps import TimestampReader

Decoder = msgspec.json.Decoder[msgspec.Struct]
_REMEMBERED: Final = 64
_FEW: Final = 32
"""Of so many lines one may have another head; of more, the names are counted."""
_OWN: Final = b'"@timestamp"'


class Words(dict[Any, Level]):
    """The level of each name of one that was met; ``KeyError`` for what is none."""

    def __missing__(self, value: bytes) -> Level:
        if len(self) >= _REMEMBERED:
            self.clear()
        if level := self.level_of(value):
            self[value] = level
            return level
        raise KeyError

    def level_of(self, value: bytes) -> Level | None:
        """Give the level that a raw value is; None if it is none."""
        severity = word(value)
        return Level(severity, value) if severity else None


class Numbers(Words):
    """The level of each number that was met at a path, in records that have the same marks."""

    def __init__(self, reader: LevelReader, path: str, marks: Sequence[str]) -> None:
        super().__init__()
        self._reader, self._path = reader, path
        self._marks = dict.fromkeys(marks, Raw(b"0"))

    def level_of(self, value: bytes) -> Level | None:
        """Give the level that a number is; None if it is none."""
        return None if word(value) else self._reader.of_number(self._path, value, self._marks)


class Shape(Struct, frozen=True):
    """What records are like that are read all at once."""

    decoder: Decoder
    """Fails on any record that is not so."""
    once: tuple[bytes, ...]
    """Names, with quotes, that must not be there twice."""
    known: dict[Any, Level]
    """The level that each value of one is; ``KeyError`` if it is none."""
    wanted: Sequence[Column | None]
    """Get what the layout wants; None for what is never there."""
    time: Column | None = None
    """Gets the raw event time; None: they have none."""
    place: Place | None = None
    """Where that is."""
    fraction: Column | None = None
    combine: Callable[[bytes, bytes, bytes], bytes | None] = refined
    """Puts time and fraction together."""
    level: Column | None = None
    """Gets the level; None: they have none."""
    sure: bool = True
    """Whether each value is a level, or there is none."""
    first: str = ""
    """The name of the event time, if it is not within an object."""

    def read(self, data: bytes, lines: Sequence[bytes], cut: int = 0) -> "Alike | None":
        """Give a record for each line; None if one is not of this shape.

        ``cut``: bytes of each line's head in ``data`` that ``lines`` lack.
        """
        records = decoded(self.decoder, data, len(lines))
        if not records or may_spell(data):
            return None
        alike = self.alike(records)
        others = self._other_heads(alike.times, data[: data.find(b"\n")], lines, cut)
        names = self.once if others else self._but_time
        return None if any(data.count(name) != len(lines) for name in names) else alike

    def alike(self, records: list[Any]) -> "Alike":
        """Give records of this shape with their times."""
        return Alike(self, records, b"\n".join(map(self.time, records)) if self.time else b"")

    @property
    def _but_time(self) -> tuple[bytes, ...]:
        return tuple(name for name in self.once if name != b'"%b"' % self.first.encode())

    def _other_heads(
        self, times: bytes, model: bytes, lines: Sequence[bytes], cut: int, *, few: int = 0
    ) -> Sequence[int]:
        """Give the lines whose first time may not be their last, for all that their heads say; all of them if not few.

        ``times``: the last ones. ``model``: a line, up to whose time the others are like it, with times of one length.
        To count names in all lines takes twice as long. ``few``: of so many lines one.
        """
        found = next((member for member in members(model) if member.name == self.first), None) if self.first else None
        if found is None:
            return range(len(lines))
        before, after = model[cut : found.value], model[found.end : found.end + 1]
        heads = [*map(itemgetter(slice(found.end + 1 - cut)), lines)]
        wanted = before + times.replace(b"\n", after + b"\n" + before) + after
        if wanted == b"\n".join(heads):
            return ()
        others = [*compress(count(), map(ne, heads, wanted.split(b"\n")))] if few else []
        return others if few and len(others) * few <= len(lines) else range(len(lines))

    def mostly(self, parted: Parted) -> "tuple[Alike, Parted] | None":
        """Decode lines, of which few may turn out to be odd; None if more do."""
        found = mostly_decoded(parted, self.decoder)
        if not (found and found.plain):
            return None
        alike = self.alike(found.records)
        if odd := self._odd(found, alike.times):
            found = without_odd(found, odd)
            alike = self.alike(found.records)
        return (alike, found) if found.plain else None

    def _odd(self, found: Parted, times: bytes) -> set[int]:
        """Give the lines that have one of the names twice, or may have, or ``@timestamp`` where that is cut out.

        And those that do not start with ``{"``.
        """
        lines = found.lines
        odd = {*those(lines, may_spell)} if found.has_escapes else set()
        others = self._other_heads(times, lines[0], lines, 0, few=_FEW)
        alike = len(others) < len(lines)
        odd.update(others if alike else ())
        odd.update(() if alike and lines[0].startswith(b'{"') else beginning_otherwise(lines))
        names = self._but_time if alike else self.once
        if self.own:
            names = *names, _OWN
        for name in names:
            if found.count(name) != found.plain:
                odd |= {at for at, line in enumerate(lines) if line.count(name) != 1}
        return odd

    @property
    def own(self) -> bool:
        """Whether the event time is the application's ``@timestamp``."""
        return self.place is not None and self.place.path == TIMESTAMP

    def levels(self, records: Sequence[Any]) -> tuple[Sequence[Level | None], int]:
        """Give each record's level, None where it can't be read, and count those; no level at all if they have none."""
        if not self.level:
            return [], 0
        column: Sequence[Any] = [*map(self.level, records)]
        values = column if self.sure else raw_values(column)
        try:
            return [*map(self.known.__getitem__, values)], 0
        except KeyError:
            levels = [*map(self._level, values)]
            return levels, levels.count(None)

    def _level(self, value: object) -> Level | None:
        try:
            return self.known[value]
        except KeyError:
            return None


class Alike(NamedTuple):
    """Lines of one shape."""

    shape: Shape
    records: list[Any]
    times: bytes
    """The raw event time of each, one a line; empty if they have none."""

    def stamps(self, times: TimestampReader, near_ns: int) -> tuple[Sequence[bytes | None], int]:
        """Normalise event times, each None if there is none or it can't be read; and count the latter."""
        shape, records = self.shape, self.records
        if not shape.time:
            return [None] * len(records), 0
        stamps, bad = times.read_joined(self.times, len(records), near_ns)
        if not shape.fraction:
            return stamps, bad
        columns = zip(stamps, self.times.split(b"\n"), map(bytes, map(shape.fraction, records)), strict=True)
        stamps = [stamp and shape.combine(stamp, value, fraction) for stamp, value, fraction in columns]
        return stamps, stamps.count(None)


def decoded(decoder: Decoder | None, data: bytes, lines: int) -> list[msgspec.Struct]:
    """Give a record for each line; none at all if one is anything but a single object of the type."""
    try:
        records = decoder.decode_lines(data) if decoder else []
    except UNREADABLE:
        return []
    return records if len(records) == lines else []
