r"""Lines that are nearly JSON, made JSON: what many loggers write though no reader has to take it; pure.

Python's ``json`` and Jackson write ``NaN`` and ``Infinity`` (RFC 8259, section 6, has neither); nginx leaves a number
out, or writes ``-``, where a variable is empty, and escapes as ``\x22`` by default. Half of a surrogate pair (RFC 8259,
section 8.2), which nobody can read, stands for a byte of a file's name that is no UTF-8 (Python), or for a character
that was cut (JavaScript). Nothing else is touched: not a byte of other members, nor what looks so within a string.
"""

import re
from collections.abc import Sequence
from functools import partial
from operator import ne
from typing import Final, NamedTuple

from logship.records.enrichment import to_json
from logship.records.json_members import on_one_line

NAN: Final = "nan"
EMPTY_VALUE: Final = "empty_value"
ESCAPE: Final = "escape"

_STRING: Final = re.compile(rb'"((?:[^"\\]++|\\.?)*+)(?:"|\Z)', re.DOTALL)
"""A string, which may lack its end: so each byte is looked at once."""
_WRONG: Final = re.compile(
    rb"-(?:NaN|Infinity)(?![\w.+-])|NaN(?![\w.+-])|Infinity(?![\w.+-])|:([ \t\r\n]*+)-?(?=[ \t\r\n]*+[,}])"
)
"""A number that is none, or no value, outside of strings. To begin with a byte, not a choice, is faster."""
_ESCAPES: Final = re.compile(
    rb"((?:\\x[0-9A-Fa-f]{2})+)|\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9A-Fa-f]{2})|\\.",
    re.DOTALL,
)
"""Bytes by their hexadecimal digits, a character may need several; half of a surrogate pair; or any other escape."""


class Repaired(NamedTuple):
    """A line that was mended; whether it is JSON now is to be seen."""

    text: bytes
    what: tuple[str, ...]
    """:data:`NAN`, :data:`EMPTY_VALUE`, :data:`ESCAPE`: each at most once, in alphabetical order."""


def repair(text: bytes) -> Repaired | None:
    """Mend a record, in UTF-8, that starts with a brace and is no JSON; None if there is nothing that we know.

    What is printed over several lines is on one then, as records of stores are: nobody else could put it there.
    """
    # In turn what is outside of strings, and what is within.
    pieces = _STRING.split(text) if b"\\" in text else text.split(b'"')
    if len(pieces) % 2 == 0 or not pieces[-1]:  # a string has no end, or the object
        return None
    what: set[str] = set()
    outside = _WRONG.sub(partial(_mend, what), b'"'.join(pieces[::2]))
    pieces[::2] = on_one_line(outside).split(b'"')
    if b"\\x" in text or b"\\ud" in text or b"\\uD" in text:
        mended = [_ESCAPES.sub(_character, piece) for piece in pieces[1::2]]
        what.update((ESCAPE,) if mended != pieces[1::2] else ())
        pieces[1::2] = mended
    return Repaired(b'"'.join(pieces), tuple(sorted(what))) if what else None


def repair_some(lines: Sequence[bytes], places: Sequence[int]) -> dict[int, Repaired]:
    """Do so with the lines at some places; those of which we know nothing are left out.

    Together where all have numbers that are none, and no more: a metric that is one at all is one for hours.
    """
    if not places:
        return {}
    some = [lines[at] for at in places]
    found: Sequence[Repaired | None] = _repaired_alike(some) or [*map(repair, some)]
    return {at: mended for at, mended in zip(places, found, strict=True) if mended}


def _repaired_alike(lines: Sequence[bytes]) -> list[Repaired]:
    text = b"\n".join(lines)
    pieces, what = text.split(b'"'), set[str]()
    outside = b'"'.join(pieces[::2])
    # Where the newlines are those between lines, and outside of strings, each line has the ends of its own.
    between = len(lines) - 1
    if len(pieces) % 2 == 0 or outside.count(b"\n") != between or text.count(b"\n") != between or b"\\" in text:
        return []
    pieces[::2] = _WRONG.sub(partial(_mend, what), outside).split(b'"')
    mended = b'"'.join(pieces).split(b"\n")
    return [Repaired(each, (NAN,)) for each in mended] if what == {NAN} and all(map(ne, mended, lines)) else []


def is_nearly_json(line: bytes) -> bool:
    """Say whether a line has what, outside of a string, no JSON has."""
    return b"NaN" in line or b"Infinity" in line


def _mend(what: set[str], part: re.Match[bytes]) -> bytes:
    what.add(NAN if part[1] is None else EMPTY_VALUE)
    return b"null" if part[1] is None else b":" + part[1] + b"null"


def _character(escape: re.Match[bytes]) -> bytes:
    if not escape[1]:
        return rb"\ufffd" if escape[2] else escape[0]
    characters = bytes.fromhex(escape[1].replace(b"\\x", b"").decode()).decode(errors="replace")
    return to_json(characters)[1:-1]
