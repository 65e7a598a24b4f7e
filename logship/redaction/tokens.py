"""The names, strings and numbers of a JSON object, by their places in the text, with what their path comes to; pure."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from logship.redaction.escapes import unescaped
from logship.redaction.fields import Fields, Place

TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]|-?\d[^,\]} \t\r\n]*', re.DOTALL)
_QUOTE: Final = b'"'


class Kind(Enum):
    """What a token is."""

    KEY = "key"
    STRING = "string"
    NUMBER = "number"


class Token(NamedTuple):
    """A name, a string or a number."""

    kind: Kind
    start: int
    end: int
    key: bytes
    """The name of the member that it is the value of, decoded; of a value in an array, the array's."""
    hidden: bool
    """It is at a path that is to be hidden, or below one."""
    kept: bool
    """It is at a path that is never touched."""


class _Level(NamedTuple):
    """An object or an array that is open."""

    is_object: bool
    key: bytes
    hidden: Place
    kept: Place


def tokens(text: bytes, hidden: Fields, kept: Fields) -> Iterator[Token]:
    """Walk through a JSON text, valid or cut; a loop, however deep it nests."""
    above: list[_Level] = []
    here = member = _Level(False, b"", hidden.top, kept.top)  # noqa: FBT003 - a NamedTuple
    is_name = False
    for match in TOKEN.finditer(text):
        first = text[match.start() : match.start() + 1]
        if first in (b"{", b"["):
            above.append(here)
            is_name = first == b"{"
            here = member = member._replace(is_object=is_name)
        elif first in (b"}", b"]"):
            here = above.pop() if above else here
            is_name, member = False, here
        elif first == b",":
            is_name, member = here.is_object, here
        elif is_name:
            name = text[match.start() + 1 : match.end() - 1]
            name = unescaped(name).text if b"\\" in name else name
            member = _Level(False, name, hidden.below(here.hidden, name), kept.below(here.kept, name))  # noqa: FBT003
            is_name = False
            yield Token(Kind.KEY, match.start(), match.end(), name, hidden=False, kept=False)
        else:
            kind = Kind.STRING if first == _QUOTE else Kind.NUMBER
            yield Token(kind, *match.span(), member.key, hidden=member.hidden.within, kept=member.kept.at)
