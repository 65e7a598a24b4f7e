"""Members of records as they are written: taken apart, and put together again; pure."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from logship.records.enrichment import to_json
from logship.records.json_members import SPACE, members
from logship.records.layouts import Column, weave
from logship.records.making_way import free_name

SPACED: Final = ((b",", b":"), (b", ", b": "))
"""Commas and colons with their blanks, as nearly everybody writes them."""
_REMEMBERED: Final = 4096
_SHORT: Final = 128
"""Characters; longer names are not remembered: an application may make names of any size."""
_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_decode = _decoder.decode


class Part(NamedTuple):
    """A member as it is written."""

    lead: bytes
    """What stands before it: nothing for the first one, else a comma with what is around it."""
    name: str
    key: bytes
    """The name with its quotes, the colon and blanks."""
    value: bytes


Moved = list[tuple[str, bytes]]
"""New top-level names of one record's, and values."""


def decode_all(objects: Sequence[bytes]) -> list[dict[str, msgspec.Raw]]:
    """Give the members of objects, of repeated names the last."""
    records = _decoder.decode_lines(b"\n".join(objects))
    return records if len(records) == len(objects) else [*map(_decode, objects)]


def write_alike(columns: Mapping[str, Sequence[bytes]], spaces: tuple[bytes, bytes], count: int = 0) -> bytes:
    """Write an object a line, of which the columns have the values."""
    comma, colon = spaces
    parts: list[Column] = []
    for name, column in columns.items():
        parts += [(comma if parts else b"{") + _key(name) + colon, column]
        count = len(column)
    return b"".join(weave(count, *(parts or [b"{"]), b"}\n").parts)


def append(text: bytes, moved: Moved) -> bytes:
    """Put members at the end of a record, under names that are free."""
    end = text.rindex(b"}")
    members_there = text[1:end].strip(SPACE)
    taken = (
        {part.name for part in parts_of(text)}
        if any(_key(name) in text for name, _ in moved) or b"\\" in text
        else set()
    )
    pieces = [text[:end]]
    for name, value in moved:
        free = free_name(name, taken)
        taken.add(free)
        pieces += [b"," if members_there or len(pieces) > 1 else b"", _key(free), b":", value]
    return b"".join([*pieces, text[end:]])


def parts_of(text: bytes) -> list[Part]:
    """Take an object apart."""
    found = _decode(text)
    keys = [*map(_key, found)]
    for comma, colon in SPACED:
        written = [key + colon + value for key, value in zip(keys, found.values(), strict=True)]
        if comma.join(written) == text[1:-1]:
            return [
                Part(comma if at else b"", name, key + colon, bytes(value))
                for at, (key, (name, value)) in enumerate(zip(keys, found.items(), strict=True))
            ]
    listed = [*members(text)]
    ends = [0, *(member.end for member in listed)]
    return [
        Part(text[end : each.key] if at else b"", each.name, text[each.key : each.value], text[each.value : each.end])
        for at, (end, each) in enumerate(zip(ends, listed, strict=False))
    ]


@lru_cache(maxsize=_REMEMBERED)
def _short_key(name: str) -> bytes:
    return to_json(name)


def _key(name: str) -> bytes:
    return _short_key(name) if len(name) <= _SHORT else to_json(name)


def edges(text: bytes, parts: Sequence[Part]) -> tuple[bytes, bytes]:
    """Give what stands before an object's first member and behind its last one."""
    inside = sum(len(part.lead) + len(part.key) + len(part.value) for part in parts)
    start = text.index(parts[0].key) if parts else 1
    return text[:start], text[start + inside :]
