"""The naive twin of the encoder: one line at a time, with the standard library only, to compare the real one with."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Pairs = tuple[tuple[str, Any], ...]


class Object(NamedTuple):
    """A JSON object with all its members, duplicates too, in order."""

    pairs: Pairs


class Number(NamedTuple):
    """A JSON number with the digits that it was written with."""

    digits: str


def _no(word: str) -> None:
    raise ValueError(word)


def parse(text: str) -> Any:
    """Read JSON, keeping what Python values would lose; raises ValueError or RecursionError."""
    value = json.loads(
        text,
        object_pairs_hook=lambda pairs: Object(tuple(pairs)),
        parse_int=Number,
        parse_float=Number,
        parse_constant=_no,
    )
    if re.search(r"\\u[dD]", text):
        _check_text(value)
    return value


def mended(text: str) -> tuple[str, list[str]]:
    """Give the text with what is known to be wrong made right, one character after the other; and what that was."""
    out, what, at, quoted = "", set(), 0, False
    while at < len(text):
        rest = text[at:]
        number = re.match(r"-?(NaN|Infinity)(?![A-Za-z0-9_.+-])", rest)
        nothing = re.match(r":[ \t\r\n]*-?[ \t\r\n]*[,}]", rest)
        character = re.match(r"(\\x[0-9a-fA-F]{2})+", rest)
        if quoted and character:
            raw = bytes.fromhex(character[0].replace("\\x", ""))
            step, new = len(character[0]), json.dumps(raw.decode(errors="replace"), ensure_ascii=False)[1:-1]
            what.add("escape")
        elif quoted and re.match(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}", rest):
            step, new = 12, rest[:12]
        elif quoted and re.match(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", rest):
            step, new = 6, "\ufffd"
            what.add("escape")
        elif quoted and rest[0] == "\\":
            step, new = 2, rest[:2]
        elif not quoted and number:
            step, new = len(number[0]), "null"
            what.add("nan")
        elif not quoted and nothing:
            step, new = len(nothing[0]) - 1, ":null"
            what.add("empty_value")
        else:
            step, new = 1, rest[0]
            quoted ^= rest[0] == '"'
        at, out = at + step, out + new
    return out, sorted(what)


def _check_text(value: Any) -> None:
    """Raise UnicodeEncodeError, a ValueError, for a lone surrogate."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            one.encode()
        elif isinstance(one, Object):
            todo += [part for pair in one.pairs for part in pair]
        elif isinstance(one, list):
            todo += one


def depth(value: Any) -> int:
    """Say how deep objects and arrays lie within each other."""
    deepest = 0
    todo = [(value, 1)]
    while todo:
        one, level = todo.pop()
        if isinstance(one, Object | list):
            deepest = max(deepest, level)
            todo += [(part, level + 1) for part in (one if isinstance(one, list) else [part for _, part in one.pairs])]
    return deepest


def _show(moment: datetime, fraction: str) -> str:
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}T{moment:%H:%M:%S}{fraction}Z"


def _number_time(digits: str) -> str | None:
    if digits.startswith("-") or len(digits) > 60 or "e-" in digits.lower():
        return None
    number = Fraction(digits)
    scale = next((unit for bound, unit in ((10**11, 1), (10**14, 10**3), (10**17, 10**6)) if number < bound), 10**9)
    time_ns = int(number * 10**9 / scale)
    seconds, rest = divmod(time_ns, 10**9)
    if not 946684800 <= seconds < 253402300800:
        return None
    return _show(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), f".{rest:09}")


def time_of(value: Any, zone: str) -> str | None:  # noqa: PLR0911 - plain cases, one after the other
    """Normalise an event time; None if it is not one."""
    if isinstance(value, Number):
        return _number_time(value.digits)
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"[0-9]{9,21}(\.[0-9]+)?", value):
        return _number_time(value)
    match = re.fullmatch(r"(.{10})[Tt ](.{8})([.,][0-9]+)?( ?[Zz]| ?[+-][0-9]{2}(:?[0-9]{2})?)?", value, re.DOTALL)
    if not match or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9:]{8}", match[1] + match[2]):
        return None
    tz: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
    fraction = "." + match[3][1:10] if match[3] else ""
    try:
        moment = datetime.strptime(match[1] + match[2], "%Y-%m-%d%H:%M:%S").replace(tzinfo=tz)
        if shift := (match[4] or "").strip().upper().replace(":", ""):
            if shift != "Z" and (int(shift[1:3]) > 23 or int(shift[3:] or 0) > 59):
                return None
            minutes = 0 if shift == "Z" else int(shift[0] + "1") * (int(shift[1:3]) * 60 + int(shift[3:] or 0))
            moment = moment.replace(tzinfo=UTC) - timedelta(minutes=minutes)
        return _show(moment.astimezone(UTC), fraction)
    except (ValueError, OverflowError):
        return None


@dataclass
class Oracle:
    """Says what a line comes to; counts what it sees."""

    fields: Mapping[str, Any]
    name: str
    read_time: str
    zone: str = "UTC"
    times: tuple[str, ...] = ("@timestamp", "timestamp", "time", "ts", "asctime")
    repaired: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=lambda: {"overridden": 0, "bad_times": 0, "decode_errors": 0})

    def record(self, content: bytes, *, message: bool = False, flags: tuple[str, ...] = ()) -> Pairs:
        """Give all members of the record that a trimmed line comes to."""
        text = content.decode(errors="replace")
        self.counts["decode_errors"] += text.encode() != content
        value = None
        try:
            value = None if message else parse(text)
            self.repaired["too_deep"] += isinstance(value, Object) and depth(value) > 500
        except (ValueError, RecursionError):
            value = self._mended(text)
        if not isinstance(value, Object) or depth(value) > 500:
            return self._ours(self.read_time, flags, (("message", text),))
        last = dict(value.pairs)
        pairs = list(value.pairs)
        at, stamp = self._time(pairs)
        bad = stamp is None and not last.keys().isdisjoint(self.times)
        self.counts["bad_times"] += bad
        if stamp is not None and pairs[at][0] == "@timestamp":
            del pairs[at]
        own_time_kept = bad and "@timestamp" in last and "@timestamp" in self.times
        rest = self._move(pairs, set(last))
        moved = sum(pair not in pairs for pair in rest)
        self.counts["overridden"] += moved > own_time_kept
        return self._ours(stamp or self.read_time, flags, tuple(rest))

    def _time(self, pairs: list[tuple[str, Any]]) -> tuple[int, str | None]:
        """Find the event time: the first that can be read, of the first of each name, then of the second."""
        seen: dict[str, list[int]] = {}
        for at, (name, _) in enumerate(pairs):
            seen.setdefault(name, []).append(at)
        for turn in range(max(map(len, seen.values()), default=0)):
            for name in self.times:
                places = seen.get(name, [])
                at = places[min(turn, len(places) - 1)] if places else -1
                if places and (stamp := time_of(pairs[at][1], self.zone)) is not None:
                    return at, stamp
        return -1, None

    def _mended(self, text: str) -> Any:
        if not text.strip(" \t\r\n").startswith("{") or len(text) > 9999:
            return None
        better, what = mended(text)
        try:
            value = parse(better)
        except (ValueError, RecursionError):
            return None
        self.repaired.update(what)
        return value

    def _ours(self, stamp: str, flags: tuple[str, ...], rest: Pairs) -> Pairs:
        own = parse(json.dumps(dict(self.fields)))
        ours = (("@timestamp", stamp), *own.pairs, ("log.file.name", self.name))
        return (*ours, *((("log.flags", list(flags)),) if flags else ()), *rest)

    def _move(  # noqa: C901 - all the rules in one place, to be read as one
        self, pairs: list[tuple[str, Any]], taken: set[str]
    ) -> list[tuple[str, Any]]:
        names = {*self.fields, "@timestamp", "log.file.name", "log.flags"}
        above = {name[:at] for name in names for at in range(len(name)) if name[at] == "."} | {"overridden"}
        taken |= names
        result = []

        def free(name: str) -> str:
            while name in taken:
                name = "overridden." + name
            taken.add(name)
            return name

        def split(full: str, value: Any) -> tuple[Any, list[tuple[str, Any]]]:
            kept, out = [], []
            for inner, part in value.pairs:
                path = f"{full}.{inner}"
                if path in names:
                    out.append(("overridden." + path, part))
                elif path in above and isinstance(part, Object):
                    left, deeper = split(path, part)
                    kept.append((inner, left))
                    out += deeper
                elif path in above and part is not None:
                    out.append((path + ".original", part))
                else:
                    kept.append((inner, part))
            return Object(tuple(kept)), out

        for name, value in pairs:
            if name in names:
                result.append((free("overridden." + name), value))
            elif name in above and isinstance(value, Object):
                left, out = split(name, value)
                result.append((name, left))
                result += [(free(new), part) for new, part in out]
            elif name in above and value is not None:
                result.append((free(name + ".original"), value))
            else:
                result.append((name, value))
        return result
