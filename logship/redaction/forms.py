r"""What stands around a match, in plain text and in lines as they were read, and what values look like.

A JSON string's ``\n`` or ``\u4e2d`` are letters and digits as they are read, but no part of a word once decoded.
"""

import re
from typing import Final

ESCAPE: Final = r"\\(?:[bfnrt]|u[0-9a-fA-F]{4})"
RAW_AFTER: Final = rf"(?:^|[^\w\n]|{ESCAPE})"
r"""What ``\b`` is before a word, in a line as it was read."""
QUOTE: Final = r"""(?:\\*["'`])"""
"""Also one that was escaped, once or several times."""

_DRAWN: Final = re.compile(rb"[A-Za-z0-9]{16}")
_DIGIT: Final = re.compile(rb"[0-9]")
_LETTER: Final = re.compile(rb"[A-Za-z]")


def looks_drawn(value: bytes) -> bool:
    """Say whether a value looks drawn, not written: letters and digits, 16 of them without anything between."""
    return all(form.search(value) is not None for form in (_DRAWN, _DIGIT, _LETTER))
