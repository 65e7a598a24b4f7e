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

_PAIR: Final = re.compile(
    r'(?:([^\s="\x00-\x1f]++)|"((?:[^"\\]|\\.)++)")='
    r'(?:"((?:[^"\\]|\\.)*+)"|([^\s"=]*+(?:=[^\s"]*+)?))(?:[ \t]++|$)'
)
"""A name may be quoted, as slog does; no store takes one that is empty."""
_TIMES: Final = TimestampReader("UTC")
_AGAIN: Final = 16
"""Names that are there again; a line with more is no logfmt, and would take time without bound."""
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|(.))", re.DOTALL)
_LONE: Final = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair."""
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def parse_logfmt(line: bytes) -> Found | None:
    """Read a line of pairs alone; all values are texts. Of a name that is there twice, the last one counts.

    Of a level, or a time, it is the first one that can be read.
    """
    text = line.decode().strip(" \t")
    at = again = 0
    fields: dict[str, str] = {}
    while (match := _PAIR.match(text, at)) and again <= _AGAIN:
        word, quoted, value_quoted, bare = match.groups()
        at = match.end()
        name = word or _unquoted(quoted)
        value = bare if value_quoted is None else _unquoted(value_quoted)
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
    r"""Read the escapes of Go's ``strconv.Quote``: ``\xff`` is a byte. What is no character is U+FFFD."""
    if "\\" not in text:
        return text
    try:
        value = str(json.loads(f'"{text}"'))
    except ValueError:
        value = _ESCAPE.sub(_character, text).encode(errors="surrogateescape").decode(errors="replace")
    return _LONE.sub("\ufffd", value)


def _character(match: "re.Match[str]") -> str:
    byte, short, long, octal, letter = match.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code <= 0x10FFFF and not _LONE.match(chr(code)) else "\ufffd"  # noqa: PLR2004 - Unicode's last
    return bytes([int(octal, 8) & 0xFF if octal else int(byte, 16)]).decode(errors="surrogateescape")
