"""What a record says of itself, its event time and its level, whatever its application calls them; pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Raw

from logship.records.enrichment import TIMESTAMP, Enrichment
from logship.records.event_times import EventTime, EventTimeReader, Place
from logship.records.json_members import may_spell, members
from logship.records.levels import LevelReader
from logship.records.paths import Members
from logship.records.severity import Level

_REMEMBERED = 256
"""Sets of names that records have; an application has few."""
_REPEATS = 8
"""Of a name that is there more often, so many are looked at, and the last."""


class Facts(NamedTuple):
    """What one record says of itself."""

    time: EventTime
    level: Level

    @property
    def bad_time(self) -> bool:
        """Whether there is something where the time may be, and no time in it."""
        return self.time.there and self.time.stamp is None

    @property
    def is_own(self) -> bool:
        """Whether the time is the application's ``@timestamp``."""
        return self.time.source is not None and self.time.source.path == TIMESTAMP


class _Shape(NamedTuple):
    """What there is to look at in records that have the same names."""

    levels: Sequence[str]
    times: Sequence[Place]
    names: Sequence[bytes]
    """In quotes: those on which a time or a level may depend."""
    key: bytes
    """The same for all shapes with those names."""


class FactReader:
    """Reads times and levels of records; what their names tell is found out once for all that have the same."""

    def __init__(self, enrichment: Enrichment) -> None:
        self.levels = LevelReader(enrichment.level_fields, enrichment.level_scale)
        self.times = EventTimeReader(
            enrichment.timestamp_fields, enrichment.timestamp_zone, enrichment.timestamp_formats
        )
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def read(self, found: Members, near_ns: int = 0) -> Facts:
        """Read a record's time and level; ``near_ns``: when its file was last written to, in epoch nanoseconds."""
        shape = self._shape(tuple(found))
        return Facts(self.times.read(found, near_ns, shape.times), self.levels.read(found, shape.levels))

    def of_pairs(self, pairs: Sequence[tuple[str, Raw]], near_ns: int = 0) -> Facts:
        """Do the same for a record in which names may be there twice: of each, the first that can be read counts."""
        once = dict(pairs)
        if len(once) == len(pairs):
            return self.read(once, near_ns)
        time = level = None
        for found in _versions(pairs):
            facts = self.read(found, near_ns)
            time = time or (facts.time if facts.time.stamp else None)
            level = level or (facts.level if facts.level.severity else None)
            if time and level:
                break
        return Facts(time or facts.time, level or facts.level)

    def of_line(self, line: bytes, found: Members, near_ns: int = 0) -> Facts:
        """Do the same for a line that is an object with such members, of which it may have some twice."""
        if not self.may_repeat(line, found):
            return self.read(found, near_ns)
        return self.of_pairs([(each.name, Raw(line[each.value : each.end])) for each in members(line)], near_ns)

    def alike(self, found: Sequence[Members]) -> list[list[int]]:
        """Give the places of records that have the same names of those on which times and levels depend."""
        groups: dict[bytes, list[int]] = {}
        for at, names in enumerate(map(tuple, found)):
            groups.setdefault(self._shape(names).key, []).append(at)
        return [*groups.values()]

    def may_repeat(self, line: bytes, found: Members) -> bool:
        """Say whether a line may have a name twice on which its time or its level depends."""
        if may_spell(line):
            return True
        return any(line.count(name) > 1 for name in self._shape(tuple(found)).names)

    def _shape(self, names: tuple[str, ...]) -> _Shape:
        shape = self._shapes.get(names)
        if shape is None:
            if len(self._shapes) >= _REMEMBERED:
                self._shapes.clear()
            here = (self.levels.names | self.times.names).intersection(names)
            quoted = [msgspec.json.encode(name) for name in sorted(here)]
            shape = self._shapes[names] = _Shape(
                self.levels.among(names), self.times.among(names), quoted, b",".join(quoted)
            )
        return shape


def _versions(pairs: Sequence[tuple[str, Raw]]) -> Iterator[dict[str, Raw]]:
    """Give the records that pairs may be meant as: with the first of each name, with the second, and so on."""
    listed: dict[str, list[Raw]] = {}
    for name, value in pairs:
        listed.setdefault(name, []).append(value)
    most = max(map(len, listed.values()), default=1)
    for at in (*range(min(most - 1, _REPEATS)), most):
        yield {name: values[min(at, len(values) - 1)] for name, values in listed.items()}
