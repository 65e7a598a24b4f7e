r"""What stands around a match, and what values look like.

The same holds in a plain text and in a line as it was read: ``\n`` and ``\u4e2d`` of a JSON string, and ``%20`` of an
address, are no part of the word behind them. Agents also log JSON within a string, where the plain text has them still.
"""

import re
from typing import Final

COLOR: Final = r"(?:(?:\x1b|\\u001[bB])\[[0-9;]*m)"
"""What sets a terminal's colors (ECMA-48, SGR), also as JSON writes it."""
ESCAPE: Final = rf"(?:{COLOR}|\\(?:[bfnrt]|u[0-9a-fA-F]{{4}}|x[0-9a-fA-F]{{2}})|%[0-9a-fA-F]{{2}})"
AFTER: Final = rf"(?:^|[^\w\n]|{ESCAPE})"
r"""``\b`` before a word."""
QUOTE: Final = r"""(?:\\*["'`])"""
"""Also one that was escaped, once or several times."""
WRITTEN_BLANK: Final = r"(?:\+|%20)"
WRITTEN_IS: Final = rf"(?:%2[27])?{WRITTEN_BLANK}?%3[aAdDeE]"
"""A colon, an equals sign or ``>`` behind a name, in an address."""

_DRAWN: Final = re.compile(rb"[A-Za-z0-9]{16}")
_DIGIT: Final = re.compile(rb"[0-9]")
_LETTER: Final = re.compile(rb"[A-Za-z]")


def looks_drawn(value: bytes) -> bool:
    """Say whether a value looks drawn, not written: letters and digits, 16 of them without anything between."""
    return all(form.search(value) is not None for form in (_DRAWN, _DIGIT, _LETTER))
