"""A record that its store refused, made one that it takes: names that are there twice, values that do not fit; pure.

What has to make way moves under ``overridden.``, where nobody else writes; all else stays byte for byte.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from msgspec.structs import astuple

from logship.records.enrichment import to_json
from logship.records.json_members import Member, members, value_end
from logship.records.making_way import MAX_MOVED, OVERRIDDEN, free_name

LARGE_NUMBER: Final = "large_number"
REPEATED_NAME: Final = "repeated_name"
CLASHING_TYPE: Final = "clashing_type"

_ITEM: Final = re.compile(rb"[ \t\r\n,]*(?=[^ \t\r\n,\]])")

Readable = Callable[[str, bytes], bool | None]
"""Whether the value of that name can be read as what the name says; None if nobody reads it."""


class _Moved(NamedTuple):
    name: str
    value: bytes


def without_repeats(text: bytes, readable: Readable) -> bytes | None:
    """Give the object with each name once, nested ones too; None if none is there twice, or more than 100 are.

    The last one stays, of those that are read the first that can be; the others move to ``overridden.`` and the name.
    """
    moved: list[_Moved] = []
    kept = _once("", text, readable, moved)
    return _with_moved(kept, moved) if 0 < len(moved) <= MAX_MOVED else None


def _once(parent: str, text: bytes, readable: Readable, moved: list[_Moved]) -> bytes:
    listed = [*members(text)]
    stays: dict[str, int] = {}
    for at, member in enumerate(listed):
        first = None if parent or member.name not in stays else _read(text, listed[stays[member.name]], readable)
        if not first:
            stays[member.name] = at
    parts = []
    for at, member in enumerate(listed):
        value = text[member.value : member.end]
        if stays[member.name] == at:
            parts.append(text[member.key : member.value] + _value(f"{parent}{member.name}.", value, readable, moved))
        else:
            moved.append(_Moved(OVERRIDDEN + parent + member.name, value))
    return b"{" + b",".join(parts) + b"}"


def _read(text: bytes, member: Member, readable: Readable) -> bool | None:
    return readable(member.name, text[member.value : member.end])


def _value(parent: str, value: bytes, readable: Readable, moved: list[_Moved]) -> bytes:
    if value.startswith(b"{"):
        return _once(parent, value, readable, moved)
    if value.startswith(b"[") and b"{" in value:
        return b"[" + b",".join(_value(parent, item, readable, moved) for item in _items(value)) + b"]"
    return value


def _items(array: bytes) -> Iterator[bytes]:
    """Give the items of a valid JSON array."""
    at = 1
    while match := _ITEM.match(array, at):
        at = value_end(array, match.end())
        yield array[match.end() : at]


def _with_moved(text: bytes, moved: list[_Moved]) -> bytes:
    """Add members at the end, each under a name that nobody has."""
    taken = {member.name for member in members(text)}
    added = []
    for name, value in moved:
        free = free_name(name, taken)
        taken.add(free)
        added.append(to_json(free) + b":" + value)
    comma = b"," if taken - {name for name, _ in moved} else b""
    return text[: text.rindex(b"}")] + comma + b",".join(added) + b"}"


def as_text(text: bytes, path: str) -> bytes | None:
    """Give the object with the value at the dotted path as a string of its JSON; None if it is one, or not there."""
    found = _find(text, path)
    if found is None or text[found[0].value : found[0].end].startswith(b'"'):
        return None
    member, _ = found
    return text[: member.value] + _string(text[member.value : member.end]) + text[member.end :]


def aside(text: bytes, path: str) -> bytes | None:
    """Give the object with the value at the dotted path moved to ``overridden.``, as a string; None if not there."""
    found = _find(text, path)
    if found is None:
        return None
    member, name = found
    value = text[member.value : member.end]
    # The comma goes with it: the one before it, or behind it if it comes first.
    before, behind = text[: member.key].rstrip(), text[member.end :].lstrip()
    if before.endswith(b","):
        before = before[:-1]
    elif behind.startswith(b","):
        behind = behind[1:]
    return _with_moved(
        before + behind, [_Moved(OVERRIDDEN + name, value if value.startswith(b'"') else _string(value))]
    )


def has_object(text: bytes, path: str) -> bool:
    """Say whether what is at the dotted path is an object, or an array with one."""
    found = _find(text, path)
    value = text[found[0].value : found[0].end] if found else b""
    return value.startswith((b"{", b"[")) and b"{" in value


def _string(value: bytes) -> bytes:
    return to_json(value.decode())


def _find(text: bytes, path: str, start: int = 0, parent: str = "") -> tuple[Member, str] | None:
    """Find the member at a path, the last one of its name, dots in names or not; what lies in an array is the array."""
    inner = None
    for member in members(text):
        _, key, colon, at, end = astuple(member)
        moved = Member(member.name, start + key, start + colon, start + at, start + end)
        full = parent + member.name
        value = text[member.value : member.end]
        if full == path or (path.startswith(full + ".") and value.startswith(b"[")):
            inner = moved, full
        elif path.startswith(full + ".") and value.startswith(b"{"):
            inner = _find(value, path, start + member.value, full + ".") or inner
    return inner
