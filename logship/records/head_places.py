"""Where the parts of a line's head are, found for one line and shared by all that begin alike; pure.

A head is found by expressions, in microseconds. What it depends on ends with it: a line with the same shape up to there
has the same parts at the same places, and is told by a slice.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import repeat
from operator import itemgetter
from typing import Final, NamedTuple

from logship.records.head_forms import FORMS
from logship.records.head_gate import MAY_BE_HEAD
from logship.records.head_parts import TIME_FOLLOWS, Form
from logship.records.layouts import quoted
from logship.records.lazy_pattern import LazyPattern

LONGEST: Final = 512
"""Bytes; nothing later is a head."""
_WITHIN: Final = 256
"""Bytes after the time in which the level may be."""
_ROUNDS: Final = 8
"""Forms that are learned of one block; what is left then is read line by line."""
_SHAPE: Final = bytes(ord("0") if ord("0") <= code <= ord("9") else code for code in range(256))
_REMEMBERED: Final = 256
_WORTH: Final = 16
"""A form that fewer than one in so many of the other lines have is not worth a look at all of them."""
_SIZES: Final = 64
_PAYS: Final = 20
"""A size is worth a look if one in so many of the lines that are left is likely to have it."""
_AHEAD: Final = 2
"""Bytes behind a level that were looked at to make sure that it ends there."""

_SHORT: Final = {
    short: level
    for level, known in {
        "TRACE": "T TRC TRCE TRAC",
        "VERBOSE": "V VRB",
        "DEBUG": "D d . debugging DEB DBG DBUG DEBG DEBU DEBUG1 DEBUG2 DEBUG3 DEBUG4 DEBUG5 "
        + " ".join(f'"level"={v}' for v in range(1, 10)),
        "INFO": 'I - INF PROGRESS CONNECT "level"=0',
        "NOTICE": "N * notifications NOTI Note NOTE System Deprecated Message EVENT NTC",
        "WARNING": "W # WAR WRN WARNI warnings",
        "ERROR": 'E errors EROR ERRO ERR! CRASH SUPERVISOR \u2a2f "error"=',
        "CRITICAL": "C CRI CRT CRITI",
        "FATAL": "F FTL FATA",
        "ALERT": "A alerts ALT ALRT",
        "EMERG": "X emergencies EMG EMGC",
        "PANIC": "PNC",
        "trace": "trce",
        "debug": "dbug",
        "error": "fail",
        "notice": "noti ntc",
        "crit": "crt",
        "alert": "alt alrt",
        "emerg": "emg emgc",
    }.items()
    for short in known.split()
} | {"Fatal error": "FATAL", "Parse error": "FATAL", "fatal error": "FATAL"}
"""What is short for a level."""
_SYSLOG: Final = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""RFC 5424, 6.2.1: the priority modulo 8."""


class Place(NamedTuple):
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
    more: LazyPattern | None = None
    """What must not follow the head of a line that is alike."""
    past: int = 0
    """Where it must not follow."""
    mark: bytes = b""
    """Where the part begins that all heads of the form have alike; empty: all of it."""


@lru_cache(maxsize=_REMEMBERED)
def _as_level(text: bytes, *, priority: bool) -> bytes:
    """Give what stands for a level, or for a priority of syslog, as a JSON string."""
    word = text.decode()
    return quoted([(_SYSLOG[int(word) % 8] if priority else _SHORT.get(word, word)).encode()])[0]


_size = itemgetter(6)


def place_of(line: bytes) -> Place:
    """Find the head of one line."""
    line = line[:LONGEST]
    shape = line.translate(_SHAPE)
    for number, form in enumerate(_BY_FIRST[shape[:1]]):
        head = form.head.match(shape)
        if not head:
            continue
        after = form.after.match(line, head.end(), head.end() + _WITHIN) if form.after else None
        if form.alone or (after and not _is_number(form, line, after)):
            place = _of(form, line, head, after)
            # A month's name with a fraction and nothing behind it: a form that goes before may have its level there.
            begun = number and place.level is None and place.end > place.fraction and line[:1].isalpha()
            return place._replace(size=0) if begun else place
    return _NOWHERE


def _is_number(form: Form, line: bytes, after: "re.Match[bytes]") -> bool:
    """Say whether all that was found behind a head is the number of a zone, and no level behind that."""
    if after.lastgroup != "zone" or after["zone"][:1].isalpha():
        return False
    return not (form.after and form.after.match(line, after.end("zone"), after.end("zone") + _WITHIN))


def _of(form: Form, line: bytes, head: "re.Match[bytes]", after: "re.Match[bytes] | None") -> Place:
    """Say where the parts of a head are."""
    spans = head.re.groupindex
    time = (*head.span("s"), head.end("f")) if "s" in spans else (0, 0, 0)
    zone = head.span("z") if "z" in spans else (0, 0)
    level = head.span("l") if "l" in spans else (0, 0)
    size, more, past = max(head.end(), level[1] + _AHEAD), None, head.end()
    named = after.span("zone") if after and after.lastgroup == "zone" else None
    if named and form.after:
        after = form.after.match(line, named[1], named[1] + _WITHIN)
        named = named if after or line[named[0] : named[0] + 1].isalpha() else None  # a number before other words
    if after and after.lastgroup != "zone":
        level, size = after.span(after.lastgroup or 0), after.end() + _AHEAD
    elif past in (time[2], zone[1]):
        more = form.more
    elif form.after:
        more = form.after
    elif "s" not in spans:
        more, past = TIME_FOLLOWS, level[1]
    if named:
        zone, size = zone if zone[0] < zone[1] else named, size if level[1] > named[1] else 0
    text = line[level[0] : level[1]] if level[0] >= 0 else b""
    if not form.alike or level[0] < 0 or b"0" in text.translate(_SHAPE) or line[level[1] : level[1] + 1] == b"+":
        # A level that may be there, and is not, could be there in a line that begins alike; and digits differ, also
        # those of an offset behind it.
        size = 0
    return Place(*time, *zone, _as_level(text, priority=form.priority) if text else None, size, more, past, form.mark)


class Known:
    """Shapes of heads that were met, by their bytes: where many alternate, a look at each size beats an expression."""

    def __init__(self) -> None:
        self._sizes: dict[int, dict[bytes, Place]] = {}
        self._shares: dict[int, float] = {}
        """What part of the lines of the last block each size had."""

    def learn(self, shape: bytes, place: Place) -> None:
        """Remember a head."""
        if len(self._sizes) >= _SIZES:
            self._sizes.clear()
            self._shares.clear()
        shapes = self._sizes.setdefault(place.size, {})
        if len(shapes) >= _REMEMBERED:
            shapes.clear()
        shapes[shape] = place

    def take(self, lines: Sequence[bytes], places: list[Place], kinds: list[Place]) -> Sequence[int]:
        """Give lines that begin as others did their places; say which are left."""
        left: Sequence[int] = range(len(lines))
        for size, share in sorted(self._shares.items(), key=itemgetter(1), reverse=True):
            if share * len(lines) * _PAYS < len(left) or not left:
                break
            some = lines if len(left) == len(lines) else [lines[at] for at in left]
            shapes = _shapes([*map(itemgetter(slice(size)), some)])
            used = {shape: place for shape in {*shapes} if (place := self._sizes[size].get(shape))}
            found = [*map(used.get, shapes, repeat(_NOWHERE))]
            if any(place.more for place in used.values()):
                found = [*map(_unless_more, found, some)]
            if some is lines:
                places[:] = found
            else:
                for at, place in zip(left, found, strict=True):
                    places[at] = place
            kinds += used.values()
            left = [at for at, place in zip(left, found, strict=True) if place is _NOWHERE]
        return left

    def count(self, places: Sequence[Place]) -> None:
        """Note which sizes the next block is likely to have."""
        sizes = Counter(map(_size, places))
        self._shares = {size: count / len(places) for size, count in sizes.items() if size in self._sizes}


def _unless_more(place: Place, line: bytes) -> Place:
    """Give the place, unless something stands in that line that must not follow its head."""
    return _NOWHERE if place.more and place.more.match(line, place.past, _end(place)) else place


def places_of(lines: Sequence[bytes], kinds: list[Place], known: Known) -> list[Place]:
    """Give where the parts of each line's head are, and collect the kinds that there are."""
    places: list[Place] = [_NOWHERE] * len(lines)
    left = known.take(lines, places, kinds)
    if not left:
        return places
    rounds, done = _ROUNDS, 0
    while done < len(left):
        at = left[done]
        done += 1
        place = places[at] = place_of(lines[at]) if MAY_BE_HEAD(lines[at]) else _NOWHERE
        if place is not _NOWHERE or _NOWHERE not in kinds:
            kinds.append(place)
        if place.size and not place.mark:
            known.learn(lines[at][: place.size].translate(_SHAPE), place)
        if place.size and rounds:
            rounds -= 1
            before = len(left) - done
            alike = partial(_alike_up_to, kinds) if place.mark else _alike
            left, done = alike(lines, places, left[done:], place, lines[at]), 0
            if before - len(left) < before // _WORTH:
                rounds = 0
    known.count(places)
    return places


def _end(place: Place) -> int:
    """Say how far what must not follow a head is looked for."""
    return min(place.past + _WITHIN, LONGEST)


def _alike(lines: Sequence[bytes], places: list[Place], left: Sequence[int], place: Place, model: bytes) -> list[int]:
    """Give all lines that are like one the same place; say which are left."""
    size = place.size
    shape = model[:size].translate(_SHAPE)
    more = place.more.match if place.more else None
    end = _end(place)
    others: list[int] = []
    for at, other in zip(left, _shapes([lines[at][:size] for at in left]), strict=True):
        if other == shape and not (more and more(lines[at], place.past, end)):
            places[at] = place
        else:
            others.append(at)
    return others


def _alike_up_to(
    kinds: list[Place],
    lines: Sequence[bytes],
    places: list[Place],
    left: Sequence[int],
    place: Place,
    model: bytes,
) -> list[int]:
    """Do the same where heads are of any length, but equal from a mark on."""
    mark = place.mark
    past = place.size - model.find(mark)
    heads = _shapes([line[: line.find(mark, 0, LONGEST) + past] for line in map(lines.__getitem__, left)])
    known: dict[bytes, Place] = {}
    others: list[int] = []
    for at, shape in zip(left, heads, strict=True):
        found = known.get(shape)
        if found is None:
            found = known[shape] = place_of(lines[at])
            kinds.append(found)
        if found.mark and found.size == len(shape) and _unless_more(found, lines[at]) is found:
            places[at] = found
        else:
            others.append(at)
    return others


def _shapes(heads: Sequence[bytes]) -> list[bytes]:
    shapes = b"\0".join(heads).translate(_SHAPE).split(b"\0")
    return shapes if len(shapes) == len(heads) else [head.translate(_SHAPE) for head in heads]


_NOWHERE: Final = Place(0, 0, 0, 0, 0)


_BY_FIRST: Final = {bytes([code]): tuple(form for form in FORMS if code in form.starts) for code in range(256)} | {
    b"": ()
}
