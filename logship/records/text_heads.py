"""The time and the level that a line of text begins with, as loggers write it (DECISIONS 11, 15); pure.

:meth:`TextHeads.read` gives for each line what :meth:`TextHeads.single` gives for it alone. It learns the form from
one line and takes all others of the same shape by slices, which costs a tenth of an expression. This module is
imported with the first line of text: its expressions take 20 ms to compile.
"""

import re
from collections.abc import Container, Sequence
from itertools import repeat
from operator import add, itemgetter
from typing import Final

from logship.records.found import Heads
from logship.records.head_levels import BARE
from logship.records.head_places import LONGEST, Known, Place, place_of, places_of
from logship.records.head_times import Seconds
from logship.records.looks import past_bar, past_bars

_COLOURS: Final = re.compile(rb"\x1b\[[0-9;]*m")
_PAINTED: Final = re.compile(rb"\x1b\[[0-9;]*m([A-Za-z]{3,8})\x1b\[[0-9;]*m (?!\x1b?\[|\d|- )")
"""A word with a colour of its own before text: what marks it as a level is gone with the colour."""
_BADGE: Final = re.compile(rb"\x1b\[30;(?:4|10)\dm {1,2}([A-Z]{4,11}) {1,3}\x1b\[0m (?=\S)")
"""pterm's: black letters on a ground of another colour."""
_TOLD: Final = re.compile(
    rb"((?:\x1b\[[0-9;]*m)+\d[^\x1b\n]{7,60}+)\x1b\[[0-9;]*m (\x1b\[[0-9;]*m[^\x1b\s]{1,80}+\x1b\[[0-9;]*m )?"
    rb"\x1b\[[0-9;]*m(" + BARE + rb")\x1b\[[0-9;]*m (?=\S)"
)
"""Backstage's: a time, a name and a level, each in a colour of its own."""


class TextHeads:
    """Reads the heads of lines; times that name no zone are of the zone given."""

    def __init__(self, zone: str) -> None:
        self._seconds = Seconds(zone)
        self._known = Known()

    def read(self, lines: Sequence[bytes], time_ns: int, data: bytes = b"\x1b\r") -> Heads:
        """Read the heads of lines in UTF-8 of a block of that time (epoch nanoseconds); ``data``: where they stand."""
        if b"\r" in data:
            lines = past_bars(lines)
        if b"\x1b" in data:
            lines = [*map(_plain, lines)]
        kinds: list[Place] = []
        return self._taken(lines, places_of(lines, kinds, self._known), kinds, time_ns)

    def single(self, line: bytes, time_ns: int) -> Heads:
        """Read the head of one line, plainly."""
        line = _plain(past_bar(line))
        place = place_of(line)
        return self._taken([line], [place], [place], time_ns)

    def _taken(self, lines: Sequence[bytes], places: Sequence[Place], kinds: Sequence[Place], time_ns: int) -> Heads:
        """Take the parts of heads from their places, which are of these kinds."""
        levels = [*map(_level, places)]
        if not any(place.fraction for place in kinds):
            return Heads([None] * len(lines), levels, 0)
        self._seconds.near(time_ns)
        stamps = self._stamps(lines, places, {place[:5] for place in kinds})
        if max(stamps) < _AFTER_QUOTE:
            return Heads(stamps, levels, 0)
        good = [stamp < _AFTER_QUOTE for stamp in stamps]
        wrong = sum(not is_good and place.fraction > 0 for is_good, place in zip(good, places, strict=True))
        return Heads([stamp if ok else None for stamp, ok in zip(stamps, good, strict=True)], levels, wrong)

    def _stamps(self, lines: Sequence[bytes], places: Sequence[Place], times: Container[object]) -> list[bytes]:
        """Give the event times; what has none does not begin with a quote."""
        second = self._seconds
        a, b, c, d, e, *_ = places[0]
        if times == {(a, b, c, d, e)} and d == e:
            seconds = map(second.__getitem__, map(itemgetter(slice(a, b)), lines))
            return [*map(add, seconds, map(add, map(itemgetter(slice(b, c)), lines), repeat(b'Z"')))]
        return [
            second[line[a:b] + line[d:e]] + line[b:c] + b'Z"'
            for line, (a, b, c, d, e, *_) in zip(lines, places, strict=True)
        ]


_level = itemgetter(5)
_AFTER_QUOTE: Final = b"#"


def _plain(line: bytes) -> bytes:
    """Give a line without the colours that are in its head; then it ends there."""
    if line.startswith(b"\x1b") and (word := _PAINTED.match(line) or _BADGE.match(line)):
        return word[1] + b": " + _COLOURS.sub(b"", line[word.end() : LONGEST])
    if line.startswith(b"\x1b") and (told := _TOLD.match(line)):
        line = told[1] + b" [" + told[3] + b"] " + line[told.end() :]
    return _COLOURS.sub(b"", line[:LONGEST]) if b"\x1b" in line[:LONGEST] else line
