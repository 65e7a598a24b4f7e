"""Where text stands among lines that are JSON records by their looks; pure."""

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from logship.records.line_starts import DIGITS

_TEXT, _JSON, _HEAD = range(3)
"""Kinds of lines: of text, JSON records by their looks, heads of the form that was learned."""


class Looks(NamedTuple):
    """What is looked for in the kinds of lines."""

    texts: "re.Pattern[bytes]"
    """Lines of text among which heads are looked for."""
    together: "re.Pattern[bytes]"
    """Lines of which not each is a record by itself for sure, up to the next JSON record."""


EACH = Looks(re.compile(rb"\x00+"), re.compile(rb"\x02?\x00[\x00\x02]*|\x02\Z"))
"""Where a limit may cut even a line of text before the JSON record behind it."""
BETWEEN = Looks(re.compile(rb"\x00(?!\x01)\x00*"), re.compile(rb"(?:\x02\x00|\x00(?!\x01))[\x00\x02]*|\x02\Z"))
"""Where none does: a line of text alone between two JSON records is one by itself, whatever it looks like."""


def stretches(lines: Sequence[bytes], records: bytes, skeleton: bytes, looks: Looks) -> Iterator[tuple[int, int]]:
    """Give where lines of text begin and end that have to be looked at one by one, up to the JSON record behind them.

    ``records`` has 1 for each line that is a JSON record by its looks, and 0 for each other. All others are records by
    themselves: JSON records are; heads of the form that was learned are if another one or JSON follows.
    """
    kinds = bytearray(records)
    for found in looks.texts.finditer(records) if skeleton else ():
        kinds[found.start() : found.end()] = _of_text(lines[found.start() : found.end()], skeleton)
    return (found.span() for found in looks.together.finditer(bytes(kinds)))


def _of_text(lines: Sequence[bytes], skeleton: bytes) -> bytes:
    """Give the kinds of lines of text: which begin with a head of the form that was learned."""
    if b"\r" in skeleton:
        lines = [line.rstrip(b"\r\n") for line in lines]
    heads = [*map(itemgetter(slice(len(skeleton))), lines)]
    if b"".join(heads).translate(DIGITS) == skeleton * len(heads):
        return bytes([_HEAD]) * len(heads)
    return bytes([_HEAD if head.translate(DIGITS) == skeleton else _TEXT for head in heads])
