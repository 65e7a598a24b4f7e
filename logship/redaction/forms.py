r"""What stands around a match, and what values look like.

The same holds in a plain text and in a line as it was read: ``\n`` and ``\u4e2d`` of a JSON string, and ``%20`` of an
address, are no part of the word behind them. Agents also log JSON within a string, where the plain text has them still.
"""

import re
from typing import Final

ESCAPE: Final = r"(?:\\(?:[bfnrt]|u[0-9a-fA-F]{4})|%[0-9a-fA-F]{2})"
AFTER: Final = rf"(?:^|[^\w\n]|{ESCAPE})"
r"""``\b`` before a word."""
QUOTE: Final = r"""(?:\\*["'`])"""
"""Also one that was escaped, once or several times."""
WRITTEN_IS: Final = r"(?:%2[27])?(?:%20)?%3[aAdDeE]"
"""A colon, an equals sign or ``>`` behind a name, in an address."""

_DRAWN: Final = re.compile(rb"[A-Za-z0-9]{16}")
_DIGIT: Final = re.compile(rb"[0-9]")
_LETTER: Final = re.compile(rb"[A-Za-z]")


def looks_drawn(value: bytes) -> bool:
    """Say whether a value looks drawn, not written: letters and digits, 16 of them without anything between."""
    return all(form.search(value) is not None for form in (_DRAWN, _DIGIT, _LETTER))
