"""Records that have their time and level where the ones before them had them, all read at once (DECISIONS 11); pure.

A type is made for such records: with the time and the level in it, without which none is of the type, and with none of
the names that would be looked at before those. What does not fit is read one by one, by :mod:`logship.records.facts`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import reduce
from operator import attrgetter, or_
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from logship.records.columns import raw_values
from logship.records.enrichment import TIMESTAMP, Enrichment
from logship.records.event_times import COARSE, NANOSECONDS, Place, refined, with_nanoseconds
from logship.records.facts import FactReader
from logship.records.levels import MARKS, SCALE_MARKS
from logship.records.odd_lines import Parted
from logship.records.otlp_lines import OTLP
from logship.records.paths import Members, heads, members_of, value_at
from logship.records.record_types import NEVER
from logship.records.severity import WORDS
from logship.records.shape import Alike, Numbers, Shape, Words
from logship.records.shape_types import TAG, Column, OurNames, Tree

_SHAPES: Final = 24
_MOST_WORDS: Final = 12
"""Names of levels that one type tells apart: each takes some kilobytes."""
_NEARLY: Final = 32
"""Of so many levels one may be no usual name: then it is read by itself."""
_FIRST_WORDS: Final = frozenset({"info", "INFO"})
"""Always among them: msgspec 0.22 takes an object without its tag for a type that is not one of a union."""


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
        self._likely: dict[bool, Shape] = {}
        """The shape that was met last: among the lines of a whole block, and among some."""
        self._best: dict[_Key, Shape] = {}
        self._words = _FIRST_WORDS

    def read(self, data: bytes, lines: Sequence[bytes], near_ns: int, *, cut: int = 0) -> Alike | None:
        """Give the shape that all lines have, and a record for each; None if they have no one shape that is known.

        ``cut``: bytes of each line's head in ``data`` that ``lines`` lack; none if they are not those of a whole block.
        """
        likely = self._likely.get(cut > 0)
        if likely and (alike := likely.read(data, lines, cut)):
            return alike
        for found, key, shape in self._like(data[: data.find(b"\n")].rstrip(), near_ns):
            if alike := shape.read(data, lines, cut):
                self._learn(found, key, shape, alike.records, whole=cut > 0)
                return alike
        return None

    def mostly(self, parted: Parted, near_ns: int) -> tuple[Alike, Parted] | None:
        """Give the shape that nearly all lines have, with a record for each; the others are odd. None if more are."""
        likely = self._likely.get(True)
        if likely and (read := likely.mostly(parted)):
            return read
        for start in (0, len(parted.lines) // 2):
            line = next((line for line in parted.lines[start:] if line.startswith(b'{"')), b"")
            for found, key, shape in self._like(line, near_ns):
                if read := shape.mostly(parted):
                    self._learn(found, key, shape, read[0].records, whole=True)
                    return read
        return None

    def _like(self, line: bytes, near_ns: int) -> Iterator[tuple[Members, _Key, Shape]]:
        """Give the members of a line, what its shape follows from, and shapes that it may have."""
        found = members_of(line)
        key = self._key(found, near_ns) if found else None
        if key is None:
            return
        for shape in (self._best.get(key), self._shape(found, key)):
            if shape:
                yield found, key, shape

    def _learn(self, found: Members, key: _Key, shape: Shape, records: Sequence[Any], *, whole: bool) -> None:
        best = shape if shape.sure else self._narrowed(found, key, shape, records) or shape
        self._likely[whole] = self._best[key] = best

    def _narrowed(self, found: Members, key: _Key, shape: Shape, records: Sequence[Any]) -> Shape | None:
        """Give a shape that is faster to read, if nearly all levels are usual names of one; None if there is none."""
        if not (shape.level and key.is_word and key.level in found and key.level not in self._wants):
            return None
        raw = filter(None, raw_values([*map(shape.level, records)]))
        said = Counter(value[1:-1].decode(errors="replace") for value in raw)
        values = WORDS.keys() & said.keys()
        if sum(said[value] for value in values) * _NEARLY < len(records) * (_NEARLY - 1) or len(values) > _MOST_WORDS:
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
        first = key.time.path if key.time and tree.names(key.time.path) == [key.time.path] else ""
        shape = Shape(
            msgspec.json.Decoder(Any),
            tuple({msgspec.json.encode(tree.names(path)[0]) for path in asked if path and path != TIMESTAMP}),
            Words() if key.is_word else Numbers(levels, key.level, key.marks),
            [self._wanted(tree, name) for name in self._wants],
            tree.getter(asked[0]) if key.time else None,
            key.time,
            tree.getter(fraction) if fraction else None,
            with_nanoseconds if key.time and key.time.fraction else refined,
            tree.getter(key.level) if key.level and not key.words else None,
            not key.level,
            first=first,
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


def _bar(tree: Tree, path: str, key: _Key) -> None:
    """Let there be nothing at a path; raises ValueError if there may be, in what has to be there."""
    scalars = (key.level, key.time.path if key.time else "")
    if any(tree.get(head) is Raw and head not in scalars for head in heads(path)[1:]):
        raise ValueError
    tree.forbid(path)


def _forbid_times(tree: Tree, places: Sequence[Place], key: _Key) -> None:
    """Let there be no time that would count before the one that is there."""
    for place in places:
        if place is key.time:
            break
        _bar(tree, place.path, key)
    if key.time is None:
        tree.forbid(OTLP)
    elif key.time.path == COARSE and not key.fraction:
        tree.forbid(NANOSECONDS)


def _forbid_levels(tree: Tree, paths: Sequence[str], key: _Key) -> None:
    """Let there be no level that would count before the one that is there."""
    for path in paths:
        if path != key.level:
            _bar(tree, path, key)
        elif key.is_word:
            return
    for name in SCALE_MARKS if key.level else MARKS:
        if name not in key.marks:
            tree.forbid(name)
