"""Leaves members of records out, or gives them other names; all other bytes stay as they are; pure.

Records that have the same names and are written alike are edited together, by columns. Any other is taken apart by
itself, which costs ten times as much.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

from logship.records.enrichment import Enrichment, to_json
from logship.records.field_parts import (
    SPACED,
    Moved,
    Part,
    append,
    decode_all,
    edges,
    parts_of,
    write_alike,
)
from logship.records.field_patterns import Patterns, Renames
from logship.records.json_members import SPACE
from logship.records.layouts import EMPTY
from logship.records.line_parser import message_name
from logship.records.making_way import OVERRIDDEN, free_name

_REMEMBERED: Final = 4096
_SHORT: Final = 128
"""Characters; what becomes of a longer path is not remembered: an application may make names of any size."""
_EMPTY_MOST: Final = 8
"""Bytes; an object that has no member is no longer, unless it is full of blanks."""


def always_there(enrichment: Enrichment) -> tuple[str, ...]:
    """Name what stays in every record, by dotted paths: time, level and message."""
    names = (*enrichment.timestamp_fields, *enrichment.level_fields, *enrichment.message_fields)
    return (*names, message_name(enrichment))


def edits_of(enrichment: Enrichment) -> "FieldEdits":
    """Give what is to be done with the records that are enriched so."""
    added = enrichment.redaction.added if enrichment.redaction else ()
    always = (*always_there(enrichment), *added)
    return FieldEdits(enrichment.drop, enrichment.rename, enrichment.only, always=always, clash=enrichment.clash)


class Fate(Enum):
    """What becomes of a member."""

    STAYS = "stays"
    GOES = "goes"
    LOOK = "look"
    """It stays, but what is in it is looked at."""
    ONLY = "only"
    """Of an object stays what is to stay in it; anything else goes, and so does what is empty then."""


class FieldEdits:
    """What is left out of all records and what is called otherwise."""

    def __init__(
        self,
        drop: Sequence[str] = (),
        rename: Mapping[str, str] | None = None,
        only: Sequence[str] = (),
        *,
        always: Iterable[str] = (),
        clash: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Take paths; those of ``always`` are never left out, and what gets another name is not by ``only``.

        ``clash`` says whether a new name, in which there is what the application wrote, gets in the way of one of ours.
        """
        renamed = rename or {}
        self._drop, self._always = Patterns(drop), Patterns(always)
        self._only = Patterns([*only, *renamed] if only else [])
        self._rename, self._clash = Renames([*renamed.items()]), clash
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._decide)
        exact = [*drop, *renamed]
        plain = not only and not any("*" in each for each in exact)
        last = [to_json(each.rpartition(".")[2])[1:-1] for each in exact] if plain else []
        self._ends = [name + after for name in last for after in (b'"', b".")]
        """What a record must have one of for something to be done; empty if that is not known."""

    def __bool__(self) -> bool:
        return bool(self._drop or self._only or self._rename)

    def apply(self, rests: Sequence[bytes]) -> list[bytes]:
        """Give the rests of records (:class:`logship.records.layouts.Rows`) as they are to be sent."""
        found = [*rests]
        places = [at for at, rest in enumerate(found) if self.concern(rest)]
        moved: list[Moved] = [[] for _ in places]
        edited = self._objects([b"{" + found[at] for at in places], "", moved)
        for at, text, away in zip(places, edited, moved, strict=True):
            whole = append(text, away) if away else text
            found[at] = whole[1:] if len(whole) > _EMPTY_MOST or whole[1:].strip(SPACE) != EMPTY else EMPTY
        return found

    def concern(self, text: bytes) -> bool:
        """Say whether a rest, or any of many in one text, may be one of which something is to be changed."""
        return bool(self) and (not self._ends or b"\\" in text or any(end in text for end in self._ends))

    def _objects(
        self, objects: Sequence[bytes], prefix: str, moved: Sequence[Moved], *, only: bool = False
    ) -> list[bytes]:
        """Do as :meth:`_object` with many at one path: those with the same names together."""
        found = [*objects]
        records = decode_all(objects)
        alike: dict[tuple[str, ...], list[int]] = {}
        for at, record in enumerate(records):
            alike.setdefault(tuple(record), []).append(at)
        for names, places in alike.items():
            fates = [self._fate(prefix, name, only=only) for name in names]
            if all(fate is Fate.STAYS and not new for fate, new in fates):
                continue
            texts, away = [objects[at] for at in places], [moved[at] for at in places]
            columns = [*zip(*[records[at].values() for at in places], strict=True)]
            edited = self._together(texts, dict(zip(names, columns, strict=True)), prefix, away, only=only)
            if edited is None:
                edited = [self._object(text, prefix, each, only=only) for text, each in zip(texts, away, strict=True)]
            for at, text in zip(places, edited, strict=True):
                found[at] = text
        return found

    def _together(
        self,
        texts: Sequence[bytes],
        columns: Mapping[str, Sequence[bytes]],
        prefix: str,
        moved: Sequence[Moved],
        *,
        only: bool,
    ) -> list[bytes] | None:
        """Edit objects that have the same names in the same order; None if they are not written all alike."""
        lines = b"\n".join(texts) + b"\n"
        spaces = next((each for each in SPACED if write_alike(columns, each) == lines), None)
        if spaces is None or lines.count(b"\n") != len(texts):
            return None
        before = [len(each) for each in moved]
        kept = self._kept(columns, prefix, moved, only=only)
        if kept is None:
            for each, count in zip(moved, before, strict=True):
                del each[count:]
            return None
        return write_alike(kept, spaces, count=len(texts)).split(b"\n")[:-1]

    def _kept(
        self, columns: Mapping[str, Sequence[bytes]], prefix: str, moved: Sequence[Moved], *, only: bool
    ) -> dict[str, Sequence[bytes]] | None:
        """Give the members that stay, under the names that they are to have; None if one stays in some objects only."""
        kept: dict[str, Sequence[bytes]] = {}
        names = {*columns}
        for name, column in columns.items():
            path = prefix + name
            fate, new = self._fate(prefix, name, only=only)
            values = self._values(fate, column, path, moved, only=only)
            if values is None:
                return None
            if not values:
                continue
            if new and not new.startswith(prefix):
                for each, value in zip(moved, values, strict=True):
                    each.append((new, bytes(value)))
                continue
            called = free_name(new[len(prefix) :], names - {name}) if new else name
            names |= {called}
            kept[called] = values
        return kept

    def _values(
        self, fate: Fate, column: Sequence[bytes], path: str, moved: Sequence[Moved], *, only: bool
    ) -> Sequence[bytes] | None:
        """Give the values that members at a path are to have, none if all go; None if only some do."""
        if fate is Fate.STAYS:
            return column
        if fate is Fate.GOES:
            return ()
        objects = [bytes(value) for value in column]
        if not all(value.startswith(b"{") for value in objects):
            scalars = not any(value.startswith(b"{") for value in objects)
            return (column if fate is Fate.LOOK else ()) if scalars else None
        inner = self._objects(objects, path + ".", moved, only=only or self._drop.match(path))
        emptied = [value[1:-1].strip(SPACE) == b"" for value in inner] if fate is Fate.ONLY else []
        if any(emptied):
            return () if all(emptied) else None
        return inner

    def _object(self, text: bytes, prefix: str, moved: Moved, *, only: bool = False) -> bytes:
        """Give an object without what goes; ``moved`` gets what is to have its place at the top.

        ``only``: nothing stays in it but what always does.
        """
        parts = parts_of(text)
        kept: list[Part] = []
        names = {part.name for part in parts}
        for part in parts:
            path = prefix + part.name
            fate, new = self._fate(prefix, part.name, only=only)
            value = self._value(fate, part, path, moved, only=only)
            if value is None:
                continue
            if not new:
                kept.append(part if value is part.value else part._replace(value=value))
            elif new.startswith(prefix):
                name = free_name(new[len(prefix) :], names - {part.name})
                names |= {name}
                blanks = part.key[len(part.key.rstrip(b": \t\r\n")) :]
                kept.append(part._replace(name=name, key=to_json(name) + blanks, value=value))
            else:
                moved.append((new, value))
        if len(kept) == len(parts) and all(new is old for new, old in zip(kept, parts, strict=True)):
            return text
        start, end = edges(text, parts)
        inner = b"".join([(each.lead if at else b"") + each.key + each.value for at, each in enumerate(kept)])
        return start + inner + end

    def _value(self, fate: Fate, part: Part, path: str, moved: list[tuple[str, bytes]], *, only: bool) -> bytes | None:
        """Give the value that a member is to have; None if it goes."""
        if fate is Fate.STAYS or (fate is Fate.LOOK and not part.value.startswith(b"{")):
            return part.value
        if fate is Fate.GOES or not part.value.startswith(b"{"):
            return None
        inner = self._object(part.value, path + ".", moved, only=only or self._drop.match(path))
        emptied = fate is Fate.ONLY and inner[1:-1].strip(SPACE) == b""
        return None if emptied else inner

    def _fate(self, prefix: str, name: str, *, only: bool) -> tuple[Fate, str]:
        """Say what becomes of a member of what is at a path, and its new path; empty if that stays."""
        path = prefix + name
        return (self._remembered if len(path) <= _SHORT else self._decide)(path, len(prefix), only)

    def _decide(self, path: str, start: int, only: bool) -> tuple[Fate, str]:  # noqa: FBT001 - it is remembered by it
        new = self._new(path, start)
        if self._always.match(path):
            return Fate.STAYS, new
        above = self._always.may_match_below(path)
        if only or self._drop.match(path):
            return Fate.ONLY if above else Fate.GOES, ""
        if not self._only or self._only.match(path):
            below = self._drop.may_match_below(path) or self._rename.may_match_below(path)
            return Fate.LOOK if below else Fate.STAYS, new
        return Fate.ONLY if above or self._only.may_match_below(path) else Fate.GOES, ""

    def _new(self, path: str, start: int) -> str:
        new = self._rename.new(path, start)
        return OVERRIDDEN + new if new and self._clash(new) else new
