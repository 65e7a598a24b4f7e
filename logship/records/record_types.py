"""Types that msgspec checks records against, made once from the names of our fields."""

from collections.abc import Collection, Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.records.enrichment import TIMESTAMP, Enrichment

NEVER = Annotated[int, msgspec.Meta(ge=1, lt=1)]
"""No value fits: one field of this type in one line fails the whole group, so that it costs nothing to look for it."""
MAY_STAY = frozenset((b"{", b"n"))
"""What an object, or null, begins with: one above a name of ours may stay."""

Field = tuple[str, str, Any]
"""Attribute, name and type."""


def struct(fields: list[Field], sure: Collection[str] = (), tag: tuple[str, str] | None = None) -> type[msgspec.Struct]:
    """Make a type of fields of which only the attributes ``sure`` have to be there.

    ``tag``: a name and the text that its value has to be, every time that it is there.
    """
    return msgspec.defstruct(
        "Record",
        [(name, kind) if name in sure else (name, kind | UnsetType, UNSET) for name, _, kind in fields],
        rename={attribute: name for attribute, name, _ in fields},
        kw_only=True,
        gc=False,
        tag_field=tag[0] if tag else None,
        tag=tag[1] if tag else None,
    )


def beneath(enrichment: Enrichment, parent: str) -> list[Field]:
    """List the fields that an object must not have because ours lie there; null is harmless above ours."""
    ours = [(name, NEVER) for name in sorted(enrichment.ours) if name.startswith(parent)]
    above = [
        (name, object_type(enrichment, name) | None) for name in sorted(enrichment.prefixes) if name.startswith(parent)
    ]
    return [(f"x{at}", name[len(parent) :], kind) for at, (name, kind) in enumerate(ours + above)]


def object_type(enrichment: Enrichment, name: str) -> Any:  # noqa: ANN401 - a type made at run time
    """Make the type of an object of that full name in which no field of ours lies."""
    return struct(beneath(enrichment, name + "."))


def own_times(enrichment: Enrichment) -> list[str]:
    """Name the field of ours that may hold the application's event time."""
    return [TIMESTAMP] if TIMESTAMP in enrichment.timestamp_fields else []


def wanted_attribute(enrichment: Enrichment, name: str) -> str:
    """Name the attribute that holds what a layout wants to know of a record; empty if it is a name of ours."""
    return "" if enrichment.clash(name) else "w_" + name.encode().hex()


def looked_at(enrichment: Enrichment, wants: Iterable[str]) -> dict[str, str]:
    """Give the name of each attribute whose raw value is looked at: ``t0`` is the application's own ``@timestamp``."""
    wanted = {wanted_attribute(enrichment, name): name for name in wants}
    own = dict(zip(["t0"], own_times(enrichment), strict=False))
    return own | {attribute: name for attribute, name in wanted.items() if attribute}


def _raw(enrichment: Enrichment, wants: Iterable[str]) -> list[Field]:
    return [(attribute, name, Raw) for attribute, name in looked_at(enrichment, wants).items()]


def plain_type(enrichment: Enrichment, wants: Iterable[str]) -> type[msgspec.Struct]:
    """Make the type of a record without a name of ours but ``@timestamp``.

    Raises ``ValueError`` if a name can't be a field of such a type (it has a quote, say).
    """
    own = own_times(enrichment)
    return struct([*_raw(enrichment, wants), *(field for field in beneath(enrichment, "") if field[1] not in own)])


def clash_names(enrichment: Enrichment) -> list[str]:
    """Name what gets in our way at the top level of a record."""
    return sorted((enrichment.ours | enrichment.prefixes).difference(own_times(enrichment)))


def any_type(enrichment: Enrichment, wants: Iterable[str]) -> type[msgspec.Struct]:
    """Make the type of any record: ``t0`` as above, and ``n0``, ``n1``… the raw values of the clashing names."""
    clashes = [(f"n{at}", name, Raw) for at, name in enumerate(clash_names(enrichment))]
    return struct([*_raw(enrichment, wants), *clashes])
