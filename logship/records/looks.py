"""Which lines are JSON records by how they begin; pure."""

import re
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Final

from logship.records.json_members import SPACE
from logship.records.lazy_pattern import LazyPattern

RECORD: Final = b'{"'
"""A line that begins so is a record by itself, whatever stands around it."""
_PAST_RECORDS: Final = b"{#"
"""The first of the lines that come, in the order of their bytes, behind all that begin so."""
_BRACE: Final = ord("}")
_GROUP: Final = 32
"""Lines that are looked at together."""
_COLOURED: Final = LazyPattern(rb"(?:\x1b\[[\d;]*m)+(\{\".*\})[ \t\r]*(?:\x1b\[[\d;]*m)*\Z", re.DOTALL)
"""An object in one colour: so jet-logger 2.2.3 writes it, whatever stdout is."""


_BAR: Final = LazyPattern(rb"[^|\r\n]{0,120}?\d%\|[^|\r\n]{0,400}\|[^\[\r\n]{1,80}\[[^]\r\n]{1,120}\]")
"""The progress that tqdm shows: it ends no line, and what is written next stands behind it."""


def past_bar(line: bytes) -> bytes:
    """Give what stands behind tqdm's progress, as a terminal shows it; the line if there is none."""
    bar = _BAR.match(line, line.rfind(b"\r") + 1) if b"\r" in line else None
    return line[bar.end() :] if bar else line


def past_bars(lines: Sequence[bytes]) -> Sequence[bytes]:
    """Do so for lines without their ends: few have any, and to join them shows it sooner than to look at each."""
    return [*map(past_bar, lines)] if b"\r" in b"".join(lines) else lines


def all_records(lines: Sequence[bytes]) -> bool:
    """Say whether all of some lines are: faster than to look at the head of each."""
    return min(lines) >= RECORD and max(lines) < _PAST_RECORDS


def are_records(lines: Sequence[bytes]) -> bytes:
    """Give 1 for each line that is, and 0 for each other."""
    # To compare in a comprehension calls nothing: it takes half of the time of any call for each line.
    return bytes([RECORD <= line < _PAST_RECORDS for line in lines])


def are_whole_records(lines: Sequence[bytes]) -> bytes:
    """Do so for lines without their newlines, none of which is empty, that end with a brace, too."""
    return bytes([RECORD <= line < _PAST_RECORDS and line[-1] == _BRACE for line in lines])


def bare(text: bytes) -> bytes:
    """Give a text without white space around it, or the colour of an object."""
    coloured = _COLOURED.match(text) if text.startswith(b"\x1b") else None
    return coloured[1] if coloured else text.strip(SPACE)


def those(pieces: Sequence[bytes], test: Callable[[bytes], object]) -> list[int]:
    """Give the pieces, few of many, for which the test holds; it also holds for any that are joined with such a one.

    To join some and look once is much faster than to look at each.
    """
    found: list[int] = []
    for start in range(0, len(pieces), _GROUP):
        group = pieces[start : start + _GROUP]
        if test(b"".join(group)):
            found += compress(range(start, start + _GROUP), map(test, group))
    return found
