"""Values of a record by their dotted paths: ``log.level`` is a name with a dot in it, or in an object; pure."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from logship.json_faults import UNREADABLE

Members = Mapping[str, msgspec.Raw]
"""The members of one JSON object, by their names."""
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def value_at(found: Members, path: str) -> bytes | None:
    """Give the raw JSON value at a path; the longest name that is there decides. None if nothing is there."""
    if (whole := found.get(path)) is not None:
        return bytes(whole)
    for head, rest in splits(path):
        inner = found.get(head)
        if inner is not None and (value := _within(inner, rest)) is not None:
            return value
    return None


def _within(value: msgspec.Raw, path: str) -> bytes | None:
    members = members_of(bytes(value))
    return value_at(members, path) if members else None


def members_of(value: bytes) -> dict[str, msgspec.Raw]:
    """Give the members of a raw value; none if it is no object."""
    if not value.startswith(b"{"):
        return {}
    try:
        return _OBJECT.decode(value)
    except UNREADABLE:
        return {}


@lru_cache(maxsize=1024)
def splits(path: str) -> tuple[tuple[str, str], ...]:
    """Give the ways to take a path apart, the longest head first."""
    places = [at for at, letter in enumerate(path) if letter == "."]
    return tuple((path[:at], path[at + 1 :]) for at in reversed(places))


def heads(path: str) -> tuple[str, ...]:
    """Name the members of a record, one of which must be there if anything is at the path."""
    return (path, *(head for head, _ in splits(path)))
