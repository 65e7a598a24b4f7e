"""What of a line may be a part of something to hide, where the line was cut; pure.

That is the word at the cut, with words beside it that may be groups of one number. Where the rest of a line begins,
``er abc`` may be the end of ``Bearer abc``, and ``ord = abc`` that of ``password = abc``: two more words go.
"""

import re
from typing import Final

_PART: Final = rb"""[^\s"',;{}\[\]<>]"""
_GROUP: Final = rb"(?=%b{0,33}\d)%b{1,34}" % (_PART, _PART)
_HEAD: Final = re.compile(rb"%b*(?:[ \t]+%b+){0,2}(?:[ \t]%b(?!%b)){0,9}" % (_PART, _PART, _GROUP, _PART))
_TAIL: Final = re.compile(rb"(?:%b[ \t]){0,9}%b*\Z" % (_GROUP, _PART))
_FAR: Final = 9 * 35
"""Bytes of the groups before the last word."""
_ENDS: Final = tuple(bytes((each,)) for each in b" \t\r\n\v\f\"',;{}[]<>")
_END: Final = re.compile(rb"""[\s"',;{}\[\]<>]""")


def head(text: bytes) -> int:
    """Give where what the cut went through ends, of a text that begins there."""
    match = _HEAD.match(text)
    return match.end() if match else 0


def tail(text: bytes) -> int:
    """Give where what the cut went through begins, of a text that ends there."""
    last = max(map(text.rfind, _ENDS)) + 1
    near = max(0, last - _FAR)
    starts = [0] if not near else []
    starts += [match.end() for match in _END.finditer(text, near, last)]
    return next((at for at in starts if _TAIL.match(text, at)), last)
