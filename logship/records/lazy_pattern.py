"""Expressions that are compiled when they are first asked; pure.

There are a hundred for the heads of text lines, and most logs need a few: to compile them all took 100 ms, in which
nothing else could run, at the first line of text.
"""

import re
import sys
from collections.abc import Callable


class LazyPattern:
    """One expression for bytes, of which only :attr:`match` is asked."""

    __slots__ = ("_flags", "match", "pattern")

    def __init__(self, pattern: bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags
        self.match: Callable[..., re.Match[bytes] | None] = self._first_match
        """As of a compiled expression. Raises re.error at the first call if it can't be compiled."""

    def _first_match(self, data: bytes, start: int = 0, end: int = sys.maxsize) -> "re.Match[bytes] | None":
        self.match = re.compile(self.pattern, self._flags).match
        return self.match(data, start, end)
