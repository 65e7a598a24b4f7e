"""Types that msgspec checks records against, made once from the names of our fields."""

from collections.abc import Collection, Container, Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.records.enrichment import TIMESTAMP, Enrichment

_Never = Annotated[int, msgspec.Meta(ge=1, lt=1)]
"""No value fits: one field of this type in one line fails the whole group, so that it costs nothing to look for it."""

_Field = tuple[str, str, Any]
"""Attribute, name and type."""


def _struct(fields: list[_Field], sure: str = "") -> type[msgspec.Struct]:
    """Make a type of fields of which only the attribute ``sure`` has to be there."""
    return msgspec.defstruct(
        "Record",
        [(name, kind) if name == sure else (name, kind | UnsetType, UNSET) for name, _, kind in fields],
        rename={attribute: name for attribute, name, _ in fields},
        kw_only=True,
        gc=False,
    )


def _beneath(enrichment: Enrichment, parent: str) -> list[_Field]:
    """List the fields that an object must not have because ours lie there; null is harmless above ours."""
    ours = [(name, _Never) for name in sorted(enrichment.ours) if name.startswith(parent)]
    above = [
        (name, object_type(enrichment, name) | None) for name in sorted(enrichment.prefixes) if name.startswith(parent)
    ]
    return [(f"x{at}", name[len(parent) :], kind) for at, (name, kind) in enumerate(ours + above)]


def object_type(enrichment: Enrichment, name: str) -> Any:  # noqa: ANN401 - a type made at run time
    """Make the type of an object of that full name in which no field of ours lies."""
    return _struct(_beneath(enrichment, name + "."))


def time_names(enrichment: Enrichment) -> list[str]:
    """Name, in order, the fields that may hold the event time and are no business of ours otherwise."""
    names = dict.fromkeys(enrichment.timestamp_fields)
    return [name for name in names if name == TIMESTAMP or not enrichment.clash(name)]


def wanted_attribute(enrichment: Enrichment, name: str) -> str:
    """Name the attribute that holds what a layout wants to know of a record; empty if it is a name of ours."""
    times = time_names(enrichment)
    if enrichment.clash(name):
        return ""
    return f"t{times.index(name)}" if name in times else "w_" + name.encode().hex()


def looked_at(enrichment: Enrichment, wants: Iterable[str]) -> dict[str, str]:
    """Give the name of each attribute whose raw value is looked at: the times, then what a layout wants."""
    times = {f"t{at}": name for at, name in enumerate(time_names(enrichment))}
    wanted = {wanted_attribute(enrichment, name): name for name in wants}
    return times | {attribute: name for attribute, name in wanted.items() if attribute.startswith("w")}


def _raw(enrichment: Enrichment, wants: Iterable[str]) -> list[_Field]:
    return [(attribute, name, Raw) for attribute, name in looked_at(enrichment, wants).items()]


def _outdone(enrichment: Enrichment, wants: Collection[str], sure: str) -> set[str]:
    """Name the attributes of times that nobody asks for in a record that has the time ``sure``."""
    times = [f"t{at}" for at in range(len(time_names(enrichment)))]
    later = times[times.index(sure) + 1 :] if sure else []
    return set(later).difference(wanted_attribute(enrichment, name) for name in wants)


def plain_type(
    enrichment: Enrichment, wants: Collection[str], there: Container[str] | None = None, sure: str = ""
) -> type[msgspec.Struct]:
    """Make the type of a record without a name of ours: ``t0``, ``t1``… are its raw times.

    Given ``there``, a record must have none of the attributes that are looked at but those; it must have the time
    ``sure``, and those that it outdoes are not looked at. Raises ``ValueError`` if a name can't be a field of such a
    type (it has a quote, say).
    """
    times, left_out = time_names(enrichment), _outdone(enrichment, wants, sure)
    raw = [
        (attribute, name, kind if there is None or attribute in there else _Never)
        for attribute, name, kind in _raw(enrichment, wants)
        if attribute not in left_out
    ]
    return _struct([*raw, *(field for field in _beneath(enrichment, "") if field[1] not in times)], sure)


def clash_names(enrichment: Enrichment) -> list[str]:
    """Name what gets in our way at the top level of a record."""
    return sorted((enrichment.ours | enrichment.prefixes).difference(time_names(enrichment)))


def any_type(enrichment: Enrichment, wants: Iterable[str]) -> type[msgspec.Struct]:
    """Make the type of any record: ``t0``… as above, and ``n0``, ``n1``… the raw values of the clashing names."""
    clashes = [(f"n{at}", name, Raw) for at, name in enumerate(clash_names(enrichment))]
    return _struct([*_raw(enrichment, wants), *clashes])
