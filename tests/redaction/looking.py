"""What the detectors find in a line: in each string and number of its JSON, or in its text."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from logship.redaction.scanner import Scanner


class Finding(msgspec.Struct, frozen=True):
    """Something found."""

    detector: str
    text: str
    number: bool = False
    """In a number, not in a string."""


def look(scanner: Scanner, line: str) -> list[Finding]:
    """Give all that is found in a line, and in its JSON also what members' names tell."""
    if not scanner.suspects(line.encode()):
        return []
    try:
        record = json.loads(line, parse_int=_Number, parse_float=_Number)
    except ValueError:
        return [*_in_text(scanner, line)]
    return [*_in_value(scanner, "", record)]


class _Number(str):
    __slots__ = ()


def _in_value(scanner: Scanner, name: str, value: Any) -> Iterator[Finding]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _in_text(scanner, key)
            yield from _in_value(scanner, key, each)
    elif isinstance(value, list):
        for each in value:
            yield from _in_value(scanner, name, each)
    elif isinstance(value, str):
        if detector := scanner.by_key(name.encode(), value.encode()):
            yield Finding(detector, value, isinstance(value, _Number))
        else:
            yield from _in_text(scanner, value)


def _in_text(scanner: Scanner, text: str) -> Iterator[Finding]:
    encoded = text.encode()
    for each in scanner.find(encoded):
        yield Finding(each.detector, encoded[each.start : each.end].decode(), isinstance(text, _Number))
