"""Renames fields of the application that have a name of ours, without parsing the line (DECISIONS 13, 14); pure."""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from logship.records.enrichment import Clash, Enrichment, to_json
from logship.records.record_types import MAY_STAY, clash_names, object_type

_ANY_ESCAPED = re.compile(rb"\\[u/]")
"""An escape that could spell a letter of a name of ours; others have but one spelling."""


class FieldConflict(NamedTuple):
    """A name of the application's that may get in our way, and how to move it without taking the line apart."""

    column: Callable[[Any], Any]
    name: bytes
    """With its quotes."""
    moved: bytes
    """The name that it gets; empty if that is taken."""
    harmless: msgspec.json.Decoder[Any] | None
    """What the value may be and stay; None if it must move whatever it is."""


def field_conflicts(enrichment: Enrichment) -> list[FieldConflict]:
    """List them, in the order of ``n0``, ``n1``… in :func:`logship.records.record_types.any_type`."""
    clashes = []
    for at, name in enumerate(clash_names(enrichment)):
        ours = enrichment.clash(name) is Clash.OURS
        moved = f"overridden.{name}" if ours else f"{name}.original"
        harmless = None if ours else msgspec.json.Decoder(object_type(enrichment, name) | None)
        new = b"" if enrichment.clash(moved) else to_json(moved)
        clashes.append(FieldConflict(attrgetter(f"n{at}"), to_json(name), new, harmless))
    return clashes


def _may_stay(clash: FieldConflict, value: Raw) -> bool:
    try:
        return clash.harmless is not None and (clash.harmless.decode(value), True)[1]
    except msgspec.DecodeError:
        return False


def rename_all(clash: FieldConflict, rests: Sequence[bytes], values: Sequence[Raw]) -> list[bytes] | None:
    """Do what :func:`rename` does with each of many rests that have the name, if it has to be changed in all of them.

    None if that is not certain.
    """
    text, count = b"\n".join(rests), len(rests)
    if text.count(clash.name) != count or text.count(b"\n") != count - 1 or not clash.moved or clash.moved in text:
        return None
    if b"\\" in text and _ANY_ESCAPED.search(text):
        return None
    if clash.harmless and not MAY_STAY.isdisjoint({bytes(value)[:1] for value in values}):
        return None
    return text.replace(clash.name, clash.moved).split(b"\n")


def rename(clash: FieldConflict, rest: bytes, value: Raw) -> bytes | None:
    """Give the rest with the name changed, if it must be; None if there is more to do or to know."""
    if rest.count(clash.name) != 1 or (b"\\" in rest and _ANY_ESCAPED.search(rest)):
        return None
    if _may_stay(clash, value):
        return rest
    if (clash.harmless and bytes(value).startswith(b"{")) or not clash.moved or clash.moved in rest:
        return None
    return rest.replace(clash.name, clash.moved)
