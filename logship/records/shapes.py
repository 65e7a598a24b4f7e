"""Records that have their time and level where the ones before them had them, all read at once (DECISIONS 11); pure.

A type is made for such records: with the time and the level in it, without which none is of the type, and with none of
the names that would be looked at before those. What does not fit is read one by one, by :mod:`logship.records.facts`.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import reduce
from operator import attrgetter, or_
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from logship.records.columns import raw_values
from logship.records.enrichment import TIMESTAMP, Enrichment
from logship.records.event_times import COARSE, NANOSECONDS, Place, refined, with_nanoseconds
from logship.records.facts import FactReader
from logship.records.levels import MARKS, SCALE_MARKS, LevelReader
from logship.records.otlp_lines import OTLP
from logship.records.paths import Members, members_of, value_at
from logship.records.record_types import NEVER
from logship.records.severity import WORDS, Level, word
from logship.records.shape_types import TAG, Column, OurNames, Tree
from logship.records.timestamps import TimestampReader

_Decoder = msgspec.json.Decoder[msgspec.Struct]
_REMEMBERED: Final = 64
_SHAPES: Final = 24
_MOST_WORDS: Final = 12
"""Names of levels that one type tells apart: each takes some kilobytes."""
_FIRST_WORDS: Final = frozenset({"info", "INFO"})
"""Always among them: msgspec 0.22 takes an object without its tag for a type that is not one of a union."""
_ESCAPED: Final = re.compile(rb"\\u00[4-7]")
"""An escape that could spell a letter of a name."""


class _Words(dict[Any, Level]):
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


class _Numbers(_Words):
    """The level of each number that was met at a path, in records that have the same marks."""

    def __init__(self, reader: LevelReader, path: str, marks: Sequence[str]) -> None:
        super().__init__()
        self._reader, self._path = reader, path
        self._marks = dict.fromkeys(marks, Raw(b"0"))

    def level_of(self, value: bytes) -> Level | None:
        return None if word(value) else self._reader.of_number(self._path, value, self._marks)


class Shape(Struct, frozen=True):
    """What records are like that are read all at once."""

    decoder: _Decoder
    """Fails on any record that is not so."""
    once: tuple[bytes, ...]
    """Names, with quotes and colon, that must not be there twice."""
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

    def records(self, data: bytes, lines: int) -> list[msgspec.Struct]:
        """Give a record for each line; none at all if one is not of this shape."""
        records = decoded(self.decoder, data, lines)
        if not records or any(data.count(name) != lines for name in self.once):
            return []
        return [] if b"\\" in data and _ESCAPED.search(data) else records

    def stamps(self, records: Sequence[Any], times: TimestampReader, near_ns: int) -> Sequence[bytes | None] | None:
        """Normalise event times, each None if they have none; None if not all can be read."""
        if not self.time:
            return [None] * len(records)
        raw = [*map(self.time, records)]
        found, bad = times.read_all(raw, near_ns)
        if bad:
            return None
        stamps: list[Any] = found
        if self.fraction:
            stamps = [*map(self.combine, stamps, map(bytes, raw), map(bytes, map(self.fraction, records)))]
        return None if None in stamps else stamps

    @property
    def own(self) -> bool:
        """Whether the event time is the application's ``@timestamp``."""
        return self.place is not None and self.place.path == TIMESTAMP

    def levels(self, records: Sequence[Any]) -> list[Level] | None:
        """Give each record's level; None if not all have one."""
        if not self.level:
            return []
        column = [*map(self.level, records)]
        try:
            return [*map(self.known.__getitem__, column if self.sure else raw_values(column))]
        except KeyError:
            return None


class _Key(NamedTuple):
    """What a shape follows from."""

    time: Place | None
    fraction: bool
    level: str
    marks: tuple[str, ...]
    """What there is by which the scale of a number is told."""
    words: frozenset[str] | None = None
    """What the level may say; None: anything."""
    is_word: bool = True


class Shapes:
    """Finds the shape of a block's records."""

    def __init__(self, enrichment: Enrichment | None, wants: Sequence[str], facts: FactReader) -> None:
        """Without ``enrichment``, records may have names of ours."""
        self._names = OurNames(enrichment)
        self._wants = wants
        self._facts = facts
        self._known: dict[_Key, Shape | None] = {}
        self._likely: Shape | None = None
        self._best: dict[_Key, Shape] = {}
        self._words = _FIRST_WORDS

    def read(self, data: bytes, lines: int, near_ns: int) -> tuple[Shape, list[msgspec.Struct]] | None:
        """Give the shape that all lines have, and a record for each; None if they have no one shape that is known."""
        if self._likely and (records := self._likely.records(data, lines)):
            return self._likely, records
        found = members_of(data[: data.find(b"\n")].rstrip())
        key = self._key(found, near_ns) if found else None
        if key is None:
            return None
        for shape in (self._best.get(key), self._shape(found, key)):
            if shape and (records := shape.records(data, lines)):
                self._likely = shape if shape.sure else self._narrowed(found, key, shape, records) or shape
                self._best[key] = self._likely
                return shape, records
        return None

    def _narrowed(self, found: Members, key: _Key, shape: Shape, records: Sequence[Any]) -> Shape | None:
        """Give a shape that is faster to read, if all levels are usual names of one; None if there is none."""
        if not (shape.level and key.is_word and key.level in found and key.level not in self._wants):
            return None
        values = {value[1:-1].decode(errors="replace") for value in raw_values([*map(shape.level, records)]) if value}
        if not values <= WORDS.keys() or len(values) > _MOST_WORDS:
            return None
        self._words = (self._words | values) if len(self._words | values) <= _MOST_WORDS else _FIRST_WORDS | values
        return self._shape(found, key._replace(words=self._words))

    def _key(self, found: Members, near_ns: int) -> _Key | None:
        facts, levels = self._facts.read(found, near_ns), self._facts.levels
        time, source = facts.time.source, levels.find(found, levels.among(found))
        if OTLP in found or (facts.time.there and not time) or (facts.level.severity and not source):
            return None
        fraction = bool(time and (time.fraction or (time.path == COARSE and NANOSECONDS in found)))
        key = _Key(time, fraction, source.path if source else "", ())
        if source is None or source.is_word:
            return key
        # Beside a message and a time alone, it is the time of each record that tells whether it is pino's.
        told = not {"msg", "time"} <= found.keys() or {"pid", "hostname"} <= found.keys() or "v" in found
        marks = tuple(name for name in SCALE_MARKS if name in found)
        return key._replace(marks=marks, is_word=False) if told else None

    def _shape(self, found: Members, key: _Key) -> Shape | None:
        """Give the shape that follows from a key; ``found`` is a record that has it."""
        if key not in self._known:
            if len(self._known) >= _SHAPES:
                self._known.clear()
                self._best.clear()
            self._known[key] = None
            with suppress(ValueError):  # a name with a quote, say, can't be in a type
                self._known[key] = self._made(found, key)
        return self._known[key]

    def _made(self, found: Members, key: _Key) -> Shape:
        tree, levels = Tree(), self._facts.levels
        for path in filter(None, (key.level, *key.marks)):
            tree.require(found, path, TAG if key.words and path == key.level else Raw)
        fraction = _require_time(tree, found, key)
        asked = [key.time.path if key.time else "", fraction, "" if key.words else key.level]
        _forbid_times(tree, self._facts.times.places, key)
        _forbid_levels(tree, levels.paths, key)
        shape = Shape(
            msgspec.json.Decoder(Any),
            tuple({msgspec.json.encode(tree.names(path)[0]) + b":" for path in asked if path and path != TIMESTAMP}),
            _Words() if key.is_word else _Numbers(levels, key.level, key.marks),
            [self._wanted(tree, name) for name in self._wants],
            tree.getter(asked[0]) if key.time else None,
            key.time,
            tree.getter(fraction) if fraction else None,
            with_nanoseconds if key.time and key.time.fraction else refined,
            tree.getter(key.level) if key.level and not key.words else None,
            not key.level,
        )
        words = sorted(key.words or ())
        types = tree.types(self._names, self._wants, words)
        shape = replace(shape, decoder=msgspec.json.Decoder(reduce(or_, types)))
        known = {kind: WORDS[word] for kind, word in zip(types, words, strict=False)}
        return replace(shape, known=known, level=type, sure=True) if known else shape

    def _wanted(self, tree: Tree, name: str) -> Column | None:
        if tree.get(name) is NEVER or self._names.clash(name):
            return None
        if name in tree:
            if tree[name] is not Raw:
                raise ValueError
            return tree.getter(name)
        return attrgetter(f"w{self._wants.index(name)}")


def _require_time(tree: Tree, found: Members, key: _Key) -> str:
    """Ask for the time of a shape; give the path of its fraction."""
    if not key.time:
        return ""
    for paths in ((key.time.path,), *key.time.beside):
        tree.require(found, next(path for path in paths if value_at(found, path) is not None), Raw)
    if tree.get(key.time.path) is TAG:
        raise ValueError
    fraction = (key.time.fraction or NANOSECONDS) if key.fraction else ""
    if fraction:
        tree.require(found, fraction, Raw)
    return fraction


def _forbid_times(tree: Tree, places: Sequence[Place], key: _Key) -> None:
    """Let there be no time that would count before the one that is there."""
    for place in places:
        if place is key.time:
            break
        tree.forbid(place.path)
    if key.time is None:
        tree.forbid(OTLP)
    elif key.time.path == COARSE:
        tree.forbid(NANOSECONDS)


def _forbid_levels(tree: Tree, paths: Sequence[str], key: _Key) -> None:
    """Let there be no level that would count before the one that is there."""
    for path in paths:
        if path != key.level:
            tree.forbid(path)
        elif key.is_word:
            return
    for name in SCALE_MARKS if key.level else MARKS:
        tree.forbid(name)


def decoded(decoder: _Decoder | None, data: bytes, lines: int) -> list[msgspec.Struct]:
    """Give a record for each line; none at all if one is anything but a single object of the type."""
    try:
        records = decoder.decode_lines(data) if decoder else []
    except (msgspec.DecodeError, RecursionError):
        return []
    return records if len(records) == lines else []
