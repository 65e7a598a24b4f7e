"""The time and the level that a line of text begins with, as loggers write it (DECISIONS 11, 15); pure.

:meth:`TextHeads.read` gives for each line what :meth:`TextHeads.single` gives for it alone. It learns the form from
one line and takes all others of the same shape by slices, which costs a tenth of an expression. This module is
imported with the first line of text: its expressions take 20 ms to compile.
"""

import re
from collections.abc import Container, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final, NamedTuple

from logship.records.found import Heads
from logship.records.head_forms import FORMS, MAY_BE_HEAD, TIME_FOLLOWS, Form
from logship.records.head_times import Seconds
from logship.records.layouts import quoted

LONGEST: Final = 512
"""Bytes; nothing later is a head."""
_WITHIN: Final = 256
"""Bytes after the time in which the level may be."""
_ROUNDS: Final = 8
"""Forms that are learned of one block; what is left then is read line by line."""
_SHAPE: Final = bytes(ord("0") if ord("0") <= code <= ord("9") else code for code in range(256))
_COLOURS: Final = re.compile(rb"\x1b\[[0-9;]*m")
_REMEMBERED: Final = 256
_WORTH: Final = 16
"""A form that fewer than one in so many of the other lines have is not worth a look at all of them."""
_AHEAD: Final = 2
"""Bytes behind a level that were looked at to make sure that it ends there."""

_SHORT: Final = {
    short: level
    for level, known in {
        "TRACE": "T TRC TRCE",
        "VERBOSE": "VRB",
        "DEBUG": "D . DBG DBUG DEBG DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5",
        "INFO": "I - INF",
        "NOTICE": "N * Note System",
        "WARNING": "W # WRN WARNI",
        "ERROR": "E EROR ERRO",
        "CRITICAL": "C CRT CRITI",
        "FATAL": "F FTL",
        "PANIC": "PNC",
        "trace": "trce",
        "debug": "dbug",
        "error": "fail",
    }.items()
    for short in known.split()
}
"""What is short for a level."""
_SYSLOG: Final = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""RFC 5424, 6.2.1: the priority modulo 8."""


class _Place(NamedTuple):
    """Where the parts of a head are, all lines that begin alike; those that are not there are empty."""

    second: int
    fraction: int
    """Also where the second ends."""
    end: int
    """Of the fraction."""
    zone: int
    zone_end: int
    level: bytes | None = None
    """As a JSON string; None if there is none."""
    size: int = 0
    """Bytes of the head, if all lines that have the shape of these are alike; else 0."""
    more: "re.Pattern[bytes] | None" = None
    """What must not follow the head of a line that is alike."""
    past: int = 0
    """Where it must not follow."""
    mark: bytes = b""
    """Where the part begins that all heads of the form have alike; empty: all of it."""


class TextHeads:
    """Reads the heads of lines; times that name no zone are of the zone given."""

    def __init__(self, zone: str) -> None:
        self._seconds = Seconds(zone)

    def read(self, lines: Sequence[bytes], time_ns: int) -> Heads:
        """Read the heads of lines in UTF-8 of a block of that time (epoch nanoseconds)."""
        if b"\x1b" in b"".join(lines):
            lines = [*map(_plain, lines)]
        kinds: list[_Place] = []
        return self._taken(lines, _places(lines, kinds), kinds, time_ns)

    def single(self, line: bytes, time_ns: int) -> Heads:
        """Read the head of one line, plainly."""
        line = _plain(line)
        place = _place(line)
        return self._taken([line], [place], [place], time_ns)

    def _taken(self, lines: Sequence[bytes], places: Sequence[_Place], kinds: Sequence[_Place], time_ns: int) -> Heads:
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

    def _stamps(self, lines: Sequence[bytes], places: Sequence[_Place], times: Container[object]) -> list[bytes]:
        """Give the event times; what has none does not begin with a quote."""
        second = self._seconds
        a, b, c, d, e, *_ = places[0]
        if times == {(a, b, c, d, e)} and d == e:
            return [second[line[a:b]] + line[b:c] + b'Z"' for line in lines]
        return [
            second[line[a:b] + line[d:e]] + line[b:c] + b'Z"'
            for line, (a, b, c, d, e, *_) in zip(lines, places, strict=True)
        ]


_level = itemgetter(5)
_AFTER_QUOTE: Final = b"#"


@lru_cache(maxsize=_REMEMBERED)
def _as_level(text: bytes, *, priority: bool) -> bytes:
    """Give what stands for a level, or for a priority of syslog, as a JSON string."""
    word = text.decode()
    return quoted([(_SYSLOG[int(word) % 8] if priority else _SHORT.get(word, word)).encode()])[0]


def _plain(line: bytes) -> bytes:
    """Give a line without the colours that are in its head; then it ends there."""
    return _COLOURS.sub(b"", line[:LONGEST]) if b"\x1b" in line[:LONGEST] else line


def _place(line: bytes) -> _Place:
    """Find the head of one line."""
    line = line[:LONGEST]
    shape = line.translate(_SHAPE)
    for form in _BY_FIRST[shape[:1]]:
        head = form.head.match(shape)
        if not head:
            continue
        after = form.after.match(line, head.end(), head.end() + _WITHIN) if form.after else None
        if after or form.alone:
            return _of(form, line, head, after)
    return _NOWHERE


def _of(form: Form, line: bytes, head: "re.Match[bytes]", after: "re.Match[bytes] | None") -> _Place:
    """Say where the parts of a head are."""
    spans = head.re.groupindex
    time = (*head.span("s"), head.end("f")) if "s" in spans else (0, 0, 0)
    zone = head.span("z") if "z" in spans else (0, 0)
    level = head.span("l") if "l" in spans else (0, 0)
    size, more, past = max(head.end(), level[1] + _AHEAD), None, head.end()
    named = after.span("zone") if after and after.lastgroup == "zone" else None
    if named and form.after:
        after = form.after.match(line, named[1], named[1] + _WITHIN)
    if after and after.lastgroup != "zone":
        level, size = after.span(after.lastgroup or 0), after.end() + _AHEAD
    elif past in (time[2], zone[1]):
        more = _MORE[form]
    elif form.after:
        more = form.after
    elif "s" not in spans:
        more, past = TIME_FOLLOWS, level[1]
    if named:
        zone, size = named, 0
    text = line[level[0] : level[1]] if level[0] >= 0 else b""
    if level[0] < 0 or text.translate(_SHAPE) != text:
        # A level that may be there, and is not, could be there in a line that begins alike; and digits differ.
        size = 0
    return _Place(*time, *zone, _as_level(text, priority=form.priority) if text else None, size, more, past, form.mark)


def _places(lines: Sequence[bytes], kinds: list[_Place]) -> list[_Place]:
    """Give where the parts of each line's head are, and collect the kinds that there are."""
    places: list[_Place] = [_NOWHERE] * len(lines)
    left: Sequence[int] = range(len(lines))
    rounds, done = _ROUNDS, 0
    while done < len(left):
        at = left[done]
        done += 1
        place = places[at] = _place(lines[at]) if MAY_BE_HEAD(lines[at]) else _NOWHERE
        if place is not _NOWHERE or _NOWHERE not in kinds:
            kinds.append(place)
        if place.size and rounds:
            rounds -= 1
            before = len(left) - done
            alike = partial(_alike_up_to, kinds) if place.mark else _alike
            left, done = alike(lines, places, left[done:], place, lines[at]), 0
            if before - len(left) < before // _WORTH:
                rounds = 0
    return places


def _alike(lines: Sequence[bytes], places: list[_Place], left: Sequence[int], place: _Place, model: bytes) -> list[int]:
    """Give all lines that are like one the same place; say which are left."""
    size = place.size
    shape = model[:size].translate(_SHAPE)
    more = place.more.match if place.more else None
    end = min(place.past + _WITHIN, LONGEST)
    others: list[int] = []
    for at, other in zip(left, _shapes([lines[at][:size] for at in left]), strict=True):
        if other == shape and not (more and more(lines[at], place.past, end)):
            places[at] = place
        else:
            others.append(at)
    return others


def _alike_up_to(
    kinds: list[_Place],
    lines: Sequence[bytes],
    places: list[_Place],
    left: Sequence[int],
    place: _Place,
    model: bytes,
) -> list[int]:
    """Do the same where heads are of any length, but equal from a mark on."""
    mark = place.mark
    past = place.size - model.find(mark)
    heads = _shapes([line[: line.find(mark, 0, LONGEST) + past] for line in map(lines.__getitem__, left)])
    known: dict[bytes, _Place] = {}
    others: list[int] = []
    for at, shape in zip(left, heads, strict=True):
        found = known.get(shape)
        if found is None:
            found = known[shape] = _place(lines[at])
            kinds.append(found)
        if found.mark and found.size == len(shape):
            places[at] = found
        else:
            others.append(at)
    return others


def _shapes(heads: Sequence[bytes]) -> list[bytes]:
    shapes = b"\0".join(heads).translate(_SHAPE).split(b"\0")
    return shapes if len(shapes) == len(heads) else [head.translate(_SHAPE) for head in heads]


_NOWHERE: Final = _Place(0, 0, 0, 0, 0)


_MORE: Final = {form: form.more for form in FORMS}


_BY_FIRST: Final = {bytes([code]): tuple(form for form in FORMS if code in form.starts) for code in range(256)} | {
    b"": ()
}
