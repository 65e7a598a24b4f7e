r"""Lines that are nearly JSON, made JSON: what many loggers write though no reader has to take it; pure.

Python's ``json`` and Jackson write ``NaN`` and ``Infinity`` (RFC 8259, section 6, has neither); nginx leaves a number
out, or writes ``-``, where a variable is empty, and escapes as ``\x22`` by default. Nothing else is touched: not a byte
of other members, nor what looks like these within a string.
"""

import re
from functools import partial
from typing import Final, NamedTuple

from logship.records.enrichment import to_json

NAN: Final = "nan"
EMPTY_VALUE: Final = "empty_value"
ESCAPE: Final = "escape"

_SOUND: Final = (
    rb'(?:[^":NI-]++|"(?:[^"\\]++|\\[^x])*+"|:(?![ \t\r\n]*+-?[ \t\r\n]*+[,}])'
    rb"|-(?!NaN|Infinity)|N(?!aN)|I(?!nfinity))*+"
)
"""What needs no look, as much of it as there is at once."""
_PART: Final = re.compile(
    rb"(" + _SOUND + rb")"
    rb"(?:(-?(?:NaN|Infinity)(?![\w.+-]))|(:[ \t\r\n]*+)-?(?=[ \t\r\n]*+[,}])|(\"(?:[^\"\\]++|\\.)*+\")|.?)",
    re.DOTALL,
)
"""That, and a number that is none, a value that is not there, a string with an escape of bytes, or any byte."""
_SOUND_PART, _NOT_A_NUMBER, _NOTHING, _STRING = 1, 2, 3, 4
_ESCAPES: Final = re.compile(rb"((?:\\x[0-9A-Fa-f]{2})+)|\\.", re.DOTALL)
"""Bytes by their hexadecimal digits, a character may need several; or any other escape."""


_HINT: Final = re.compile(rb"NaN|Infinity|\\x|:[ \t\r\n]*+-?[ \t\r\n]*+[,}]")


class Repaired(NamedTuple):
    """A line that was mended; whether it is JSON now is to be seen."""

    text: bytes
    what: tuple[str, ...]
    """:data:`NAN`, :data:`EMPTY_VALUE`, :data:`ESCAPE`: each at most once, in alphabetical order."""


def repair(text: bytes) -> Repaired | None:
    """Mend a line, in UTF-8, that starts with a brace and is no JSON; None if there is nothing that we know."""
    if not _HINT.search(text):
        return None
    what: set[str] = set()
    mended = _PART.sub(partial(_mend, what), text)
    return Repaired(mended, tuple(sorted(what))) if what else None


def _mend(what: set[str], part: re.Match[bytes]) -> bytes:
    if part.lastindex == _NOT_A_NUMBER:
        what.add(NAN)
        return part[_SOUND_PART] + b"null"
    if part.lastindex == _NOTHING:
        what.add(EMPTY_VALUE)
        return part[_SOUND_PART] + part[_NOTHING] + b"null"
    if part.lastindex != _STRING:
        return part[0]
    mended = _ESCAPES.sub(_character, part[_STRING])
    if mended != part[_STRING]:
        what.add(ESCAPE)
    return part[_SOUND_PART] + mended


def _character(escape: re.Match[bytes]) -> bytes:
    if not escape[1]:
        return escape[0]
    characters = bytes.fromhex(escape[1].replace(b"\\x", b"").decode()).decode(errors="replace")
    return to_json(characters)[1:-1]
