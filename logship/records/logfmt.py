"""logfmt, ``key=value key="a value"``: all of a line, or nothing of it; pure."""

import json
import re
from typing import Final

from logship.records.found import Found
from logship.records.layouts import quote
from logship.records.making_way import OVERRIDDEN, free_name
from logship.records.names import LEVEL_FIELDS, TIMESTAMP_FIELDS
from logship.records.severity import word
from logship.records.timestamps import TimestampReader

_PAIR: Final = re.compile(r'([^\s="\x00-\x1f]++)=(?:"((?:[^"\\]|\\.)*+)"|([^\s"=]*+(?:=[^\s"]*+)?))(?:[ \t]++|$)')
_TIMES: Final = TimestampReader("UTC")
_AGAIN: Final = 16
"""Names that are there again; a line with more is no logfmt, and would take time without bound."""
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|(.))", re.DOTALL)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def parse_logfmt(line: bytes) -> Found | None:
    """Read a line of pairs alone; all values are texts. Of a name that is there twice, the last one counts.

    Of a level, or a time, it is the first one that can be read.
    """
    text = line.decode().strip(" \t")
    at = again = 0
    fields: dict[str, str] = {}
    while (match := _PAIR.match(text, at)) and again <= _AGAIN:
        name, quoted, bare = match.groups()
        at = match.end()
        value = bare if quoted is None else _unquoted(quoted)
        if name in fields:  # as everywhere, what makes way is kept
            stays, goes = (fields[name], value) if _is_read(name, fields[name]) else (value, fields[name])
            again, value = again + 1, stays
            fields[free_name(OVERRIDDEN + name, fields)] = goes
        fields[name] = value
    if at < len(text) or not fields or again > _AGAIN:
        return None
    named = [(name, quote(value)) for name, value in fields.items()]
    return Found(named, text=None if {"msg", "message"} & fields.keys() else line)


def _is_read(name: str, value: str) -> bool:
    raw = quote(value)
    return word(raw) > 0 if name in LEVEL_FIELDS else name in TIMESTAMP_FIELDS and _TIMES.read(raw) is not None


def _unquoted(text: str) -> str:
    """Read the escapes of Go's ``strconv.Quote``."""
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return _ESCAPE.sub(_character, text)


def _character(match: "re.Match[str]") -> str:
    byte, short, long, octal, letter = match.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"  # noqa: PLR2004 - Unicode's last
