"""The members of JSON objects as they are written: by their places in the text, repeated names too; pure."""

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from logship.json_faults import UNREADABLE

SPACE = b" \t\r\n"
"""What JSON calls white space."""

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_MEMBER = re.compile(
    rb"[ \t\r\n]*(" + _STRING + rb")[ \t\r\n]*:[ \t\r\n]*"
    rb"(?:(" + _STRING + rb"|[^][{}\", \t\r\n]++|[{\[](?:[^][{}\"]++|" + _STRING + rb")*+[]}])[ \t\r\n]*[,}])?"
)
"""A name, and its value with what follows it if there is no array and no object within it."""
_SCALAR = re.compile(_STRING + rb"|[^,\]} \t\r\n]+")
_TOKEN = re.compile(_STRING + rb"|[\[\]{}]")
_ESCAPED = re.compile(rb'\\u00[4-7](?:[^"\\]++|\\.)*+"([ \t\r\n]*+:)?', re.DOTALL)
"""An escape that could spell a letter of a name, up to the end of its string and, behind a name, the colon."""
_NEXT = re.compile(rb"[ \t\r\n]*([,}])")
_BREAK = re.compile(rb"(?:(?<![ \t\r])[ \t\r]++)?+\n[ \t\r\n]*+")
"""With the blanks before it, which are looked at once: from each of them on would take the square of their number."""
_HEAD = 64 << 10


class Member(Struct, frozen=True, gc=False):
    """A member of a JSON object, by its places in the text."""

    name: str
    key: int
    """Where the name's quote is."""
    colon: int
    """Just past the name."""
    value: int
    end: int
    """Just past the value."""


def value_end(text: bytes, start: int) -> int:
    """Give where the JSON value ends that starts there."""
    if text[start : start + 1] not in (b"{", b"["):
        match = _SCALAR.match(text, start)
        return match.end() if match else start
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += (token[0] in b"{[") - (token[0] in b"]}")
        if not depth:
            return token.end()
    return len(text)


def members(text: bytes) -> Iterator[Member]:
    """Find the members of a valid JSON object, duplicates too, in order."""
    at = text.index(b"{") + 1
    while match := _MEMBER.match(text, at):
        (key, colon), (value, end), at = match.span(1), match.span(2), match.end()
        name = text[key + 1 : colon - 1]
        if value < 0:
            value, end = at, value_end(text, at)
            separator = _NEXT.match(text, end)
            at = separator.end() if separator else len(text)
        yield Member(msgspec.json.decode(text[key:colon]) if b"\\" in name else name.decode(), key, colon, value, end)


def on_one_line(text: bytes) -> bytes:
    """Give an object, or what is outside of its strings, without newlines: in a string JSON has none as they are."""
    return _BREAK.sub(b" ", text) if b"\n" in text else text


def may_spell(data: bytes) -> bool:
    """Say whether a name in valid JSON, of any number of lines, may be spelt with escapes where it needs none."""
    # a single byte is found ten times as fast as several
    return b"\\" in data and b"\\u00" in data and any(match[1] for match in _ESCAPED.finditer(data))


def head(text: bytes) -> list[tuple[str, msgspec.Raw]]:
    """Give the members that stand whole in the first 64 KiB of a JSON object that was cut; none of anything else."""
    text = text[:_HEAD] if text.startswith(b"{") else b"{"
    found = []
    try:
        for member in members(text):
            value = text[member.value : member.end]
            if value and (member.end < len(text) or (value.endswith(b'"') and len(value) > 1)):
                found.append((member.name, msgspec.Raw(value)))
    except UNREADABLE:  # an escape that is none
        pass
    return found


def depth_of(text: bytes) -> int:
    """Say how deep a valid JSON value nests."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in b"{[") - (token[0] in b"]}")
        deepest = max(deepest, depth)
    return deepest
