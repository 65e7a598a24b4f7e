r"""The text that a JSON string stands for, and where in the string each part of that text is; pure.

A line may hold JSON within a JSON string, so that an escape is escaped again: :func:`unescaped` is lenient, and takes
text that is no JSON string as well. What is no escape stands for itself.
"""

import re
from array import array
from bisect import bisect_right
from typing import Final, NamedTuple

_ESCAPE: Final = re.compile(
    rb'\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(["\\/bfnrt]))'
)
_EITHER: Final = re.compile(_ESCAPE.pattern + rb"|(?:%|\\x)([0-7][0-9a-fA-F])|\x1b\[[0-9;]*m")
"""Also as an address has it (RFC 3986, section 2.1), and a log of nginx; a terminal's colors are nothing."""
_SIMPLE: Final = {
    **{each: each for each in (b'"', b"\\", b"/")},
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
}
_LONE: Final = "\ufffd".encode()
"""What half of a surrogate pair stands for."""


class Plain(NamedTuple):
    """A text, and the places that its parts have in what it was written as."""

    text: bytes
    """In UTF-8."""
    starts: "array[int]"
    """Where in the text each part begins: what was written as it is, or one escape."""
    places: "array[int]"
    """Where that part is written."""
    widths: "array[int]"
    """Of an escape, how many bytes it is written in; 0 of what was written as it is."""

    def start(self, at: int) -> int:
        """Give the place at which the byte at ``at``, or the escape that it is of, begins."""
        part = bisect_right(self.starts, at) - 1
        return self.places[part] + (0 if self.widths[part] else at - self.starts[part])

    def end(self, at: int) -> int:
        """Give the place just past the byte before ``at``, or the escape that it is of."""
        part = bisect_right(self.starts, at - 1) - 1
        return self.places[part] + (self.widths[part] or at - self.starts[part])


def unescaped(written: bytes, *, percents: bool = False) -> Plain:
    r"""Read what a JSON string has between its quotes, or any text that has escapes in it.

    ``percents``: also ``%40`` and ``\x40``, and without a terminal's colors. What is no ASCII stays as it is behind
    a percent sign.
    """
    # A line may be made of escapes alone: lists of numbers, or of pieces to join, would take a hundred times its bytes.
    starts, places, widths = array("I", (0,)), array("I", (0,)), array("B", (0,))
    text = bytearray()
    done = 0
    for match in (_EITHER if percents else _ESCAPE).finditer(written):
        text += written[done : match.start()]
        meant = _meant(match)
        starts.extend((len(text), len(text) + len(meant)))
        places.extend(match.span())
        widths.extend((match.end() - match.start(), 0))
        text += meant
        done = match.end()
    text += written[done:]
    return Plain(bytes(text), starts, places, widths)


def _meant(match: re.Match[bytes]) -> bytes:
    high, low, single, simple, *percent = match.groups()
    if percent and percent[0]:
        return bytes.fromhex(percent[0].decode())
    if simple:
        return _SIMPLE[simple]
    if high:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)).encode()
    if not single:
        return b""
    code = int(single, 16)
    return _LONE if 0xD800 <= code <= 0xDFFF else chr(code).encode()  # noqa: PLR2004 - the surrogates of UTF-16
