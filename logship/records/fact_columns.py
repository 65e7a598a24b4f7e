"""Times and levels of lines of any shape, read together where they are alike (DECISIONS 11); pure."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw, Struct

from logship.records.facts import FactReader
from logship.records.paths import Members
from logship.records.severity import NO_LEVEL, Level
from logship.records.shapes import Shapes

_OBJECTS: Final = msgspec.json.Decoder(dict[str, Raw])
_FEW: Final = 4
"""Lines; so few are read one by one."""


class FactTable(Struct, frozen=True):
    """What some lines say of themselves, one entry a line."""

    stamps: list[bytes | None]
    levels: list[Level]
    own: list[bool]
    """Whether the event time is the application's ``@timestamp``."""
    bad: list[bool]
    """Whether there is something where the time may be, and no time in it."""

    @classmethod
    def of(cls, lines: int) -> "FactTable":
        """Make one for lines of which nothing is known."""
        return cls([None] * lines, [NO_LEVEL] * lines, [False] * lines, [False] * lines)


class FactColumns:
    """Reads times and levels of many lines."""

    def __init__(self, reader: FactReader) -> None:
        self._reader = reader
        self._shapes = Shapes(None, (), reader)

    def of_lines(self, lines: Sequence[bytes], near_ns: int = 0) -> FactTable:
        """Read lines, each of which is a JSON object."""
        table = FactTable.of(len(lines))
        if not lines or self._together(table, range(len(lines)), lines, near_ns):
            return table
        found = _OBJECTS.decode_lines(b"\n".join(lines))
        for places in self._reader.alike(found):
            some = [lines[at] for at in places]
            if not _FEW < len(places) < len(lines) or not self._together(table, places, some, near_ns):
                for at in places:
                    self._one(table, at, lines[at], found[at], near_ns)
        return table

    def _one(self, table: FactTable, at: int, line: bytes, found: Members, near_ns: int) -> None:
        facts = self._reader.of_line(line, found, near_ns)
        table.stamps[at], table.levels[at] = facts.time.stamp, facts.level
        table.own[at], table.bad[at] = facts.is_own, facts.bad_time

    def _together(self, table: FactTable, places: Sequence[int], lines: Sequence[bytes], near_ns: int) -> bool:
        """Read lines of one shape; say whether they are."""
        found = self._shapes.read(b"\n".join(lines), lines, near_ns)
        if not found:
            return False
        shape = found.shape
        stamps, bad_times = found.stamps(self._reader.times.times, near_ns)
        levels, bad_levels = shape.levels(found.records)
        if bad_times or bad_levels:
            return False
        for at, stamp in zip(places, stamps, strict=True):
            table.stamps[at] = stamp
            table.own[at] = shape.own
        for at, level in zip(places, levels, strict=bool(levels)):
            table.levels[at] = level or NO_LEVEL
        return True
