"""Event times: whatever form an application writes, made into RFC 3339 in UTC (DECISIONS 15).

Times go in as JSON values and come out as JSON strings with their quotes, ready to be spliced into a record:
``"2026-11-22T10:00:00.123Z"``. A fraction keeps the digits that it has, nine at most; epoch numbers get nine.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from operator import add, itemgetter

import msgspec

from logship.records.even_times import are_valid, is_even
from logship.records.places import among, without
from logship.records.time_formats import TimeFormats
from logship.records.time_forms import Moment, local_time, moment_of, zone_of

_TEXT = re.compile(
    r'"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?: ?([Zz]|[+-]\d\d(?::?\d\d)?))?"', re.ASCII
)
_EPOCH = re.compile(r"(\d{1,21}(?:\.\d+)?(?:[eE]\+?\d{1,2})?)|\"(\d{9,21}(?:\.\d+)?)\"", re.ASCII)
_LONGEST = 64
"""Bytes; nothing longer is a time, and digits without bound cost time without bound."""
_UNITS = ((10**11, 9), (10**14, 6), (10**17, 3), (10**30, 0))
"""Below this, an epoch number counts units of which a nanosecond is so many decimal places away: s, ms, µs, ns."""
_WHOLE = frozenset((10, 13, 16, 19))
"""Digits of a current epoch number in s, ms, µs or ns: the first ten of them are the seconds."""
_OLDEST = 946_684_800
"""Epoch seconds of the year 2000: a lesser number is how long something took, or how often it was done."""
_FIRST_YEAR = 2000
_DATE = re.compile(r"(20\d\d[01]\d[0-3]\d)([0-2]\d[0-5]\d[0-5]\d)(\d{3})?", re.ASCII)
"""A date and a time of day in digits alone; since 1970 it would be in the 27th century."""
_DAY = 86_400 * 10**9
_END_NS = 253_402_300_800 * 10**9
"""Epoch nanoseconds of the year 10,000."""

_SHAPE = bytes(ord("0") if ord("0") <= code <= ord("9") else code for code in range(256))
_EXACT = re.compile(rb'"0000-00-00T00:00:00(?:\.0{1,9})?Z"')
_CURRENT = re.compile(rb"0{10}(?:0{3}){0,3}(?:\.0+)?")
_ALMOST = re.compile(rb'"0000-00-00[Tt ]00:00:00(?P<fraction>[.,]0{1,9})?(?P<zone>[Zz]|\+00:00)?"')
_ELSEWHERE = re.compile(rb'"0000-00-00[Tt ]00:00:00(?:[.,]0{1,9})?(?P<zone> ?[+-]00(?::?00)?)?"')
_REMEMBERED = 256
"""Seconds, or minutes: neighbouring log lines share them."""


def count_after(stamps: Sequence[bytes | None], limit_ns: int) -> int:
    """Count the normalised times later than ``limit_ns`` (epoch nanoseconds), if the first or the last one is."""
    limit = rfc3339(limit_ns)
    # A clock that is wrong is wrong for all of a block: looking at each would cost a hundredth of all work.
    if not any(stamp and stamp > limit for stamp in (*stamps[:1], *stamps[-1:])):
        return 0
    return sum(stamp > limit for stamp in stamps if stamp)


@lru_cache(maxsize=_REMEMBERED)
def _second(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()[:19]


def rfc3339(time_ns: int) -> bytes:
    """Give epoch nanoseconds as a JSON string with nine digits of fraction; outside 1970 to 9999, the nearest."""
    # A file's mtime, which the application can set at will, must not stop us.
    seconds, fraction = divmod(min(max(time_ns, 0), _END_NS - 1), 10**9)
    return f'"{_second(seconds)}.{fraction:09}Z"'.encode()


@lru_cache(maxsize=_REMEMBERED)
def _epoch_second(second: bytes) -> int:
    return int(datetime.fromisoformat(second.decode()).replace(tzinfo=UTC).timestamp())


class _EpochTexts(dict[bytes, bytes]):
    """The epoch second of each second that was asked for, in decimal."""

    def __missing__(self, second: bytes) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        text = self[second] = b"%d" % max(_epoch_second(second), 1)
        return text


_epoch_text = _EpochTexts().__getitem__
_seconds = itemgetter(slice(1, 20))


def epoch_texts(stamps: Sequence[bytes], digits: int, point: bytes = b"") -> list[bytes]:
    """Give event times that came out of here as epoch seconds in decimal, with so many digits of their fraction.

    Without a ``point`` between, 3 digits make it milliseconds and 9 nanoseconds. None is less than a second:
    JSON has no number that begins with 0.
    """
    # 21 bytes are the quote, the second and the point; a time without a fraction has Z and a quote there.
    if point in (b"", b".") and min(map(len, stamps), default=0) >= 21 + digits + 2:
        fractions = itemgetter(slice(21 - len(point), 21 + digits))
        return [*map(add, map(_epoch_text, map(_seconds, stamps)), map(fractions, stamps))]
    zeros = b"0" * digits
    return [_epoch_text(stamp[1:20]) + point + (stamp[21:-2] + zeros)[:digits] for stamp in stamps]


def epoch_ns(stamp: bytes) -> int:
    """Give the epoch nanoseconds of an event time that came out of here; before 1970 they are negative."""
    fraction = stamp[21:-2]
    return _epoch_second(stamp[1:20]) * 10**9 + (int(fraction.ljust(9, b"0")) if fraction else 0)


def open_zone(name: str) -> tzinfo:
    """Find a time zone; ``UTC`` needs no zone database. Raises ``ZoneInfoNotFoundError`` or ``ValueError``."""
    if name.upper() == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - 0.2 MiB with all that it loads, and most say UTC

    return ZoneInfo(name)


_FEW = 8
"""Of so many values one may have another shape."""
_FEW_SHAPES = 8
"""No more shapes are counted."""


class TimestampReader:
    """Reads event times; those that name no zone are of the zone given."""

    def __init__(self, zone: str, formats: Sequence[str] = ()) -> None:
        """Take the zone's name; ``formats`` are strptime's, for times that are in no form that is known."""
        self._zone = open_zone(zone)
        self._formats = TimeFormats(formats)
        # A minute is where zones change, and log lines share minutes: one look-up serves them all.
        self._minute = lru_cache(maxsize=_REMEMBERED)(self._in_utc)
        self._other = lru_cache(maxsize=_REMEMBERED)(self._in_other_form)

    def read(self, value: bytes, near_ns: int = 0) -> bytes | None:
        """Normalise one JSON value; None if it is no time that we know.

        ``near_ns`` (epoch nanoseconds, the last write to the file) tells the year of a time that names none.
        """
        if len(value) > _LONGEST:
            return None
        text = value.decode()
        if len(text.partition(".")[0]) in _WHOLE and text[0] != '"':
            whole, _, fraction = text.partition(".")
            fraction = whole[10:] + fraction
            if whole.isdigit() and (fraction.isdigit() or text == whole) and int(whole[:10]) >= _OLDEST:
                return f'"{_second(int(whole[:10]))}.{fraction[:9]:0<9}Z"'.encode()
        if "\\" in text:
            if text[0] != '"':
                return None
            text = _unescaped(value)
        if match := _TEXT.fullmatch(text):
            minute, second, fraction, offset = match.groups()
            return self._stamp(minute, second, fraction, offset or "")
        if match := _EPOCH.fullmatch(text):
            return self._digits(match[1] or match[2])
        return self._other(text[1:-1], near_ns // _DAY) if text[0] == '"' else None

    def _digits(self, number: str) -> bytes | None:
        """Read a number: one with as many digits as now has is since 1970, any other may be a date."""
        if len(number.partition(".")[0]) in _WHOLE or not number.isdigit():
            return _epoch(number)
        if match := _DATE.fullmatch(number):
            day, clock, fraction = match.groups()
            return self._other(f"{day}T{clock}" + (f".{fraction}" if fraction else ""), 0)
        moment = self._formats.moment_of(number)
        return self._utc(moment) if moment and moment.time.year >= _FIRST_YEAR else _epoch(number)

    def read_all(self, values: Sequence[bytes | msgspec.Raw], near_ns: int = 0) -> tuple[list[bytes | None], int]:
        """Do the same for many values, none of which has a newline; much cheaper if they look alike.

        Also count those that are no time that we know.
        """
        return self.read_joined(b"\n".join(values), len(values), near_ns) if values else ([], 0)

    def read_joined(self, joined: bytes, count: int, near_ns: int = 0) -> tuple[list[bytes | None], int]:
        """Do the same for so many values, one a line."""
        if is_even(joined, count) and are_valid(joined, count):
            return [*joined.split(b"\n")], 0
        shapes = set(joined.translate(_SHAPE).split(b"\n"))
        if all(map(_CURRENT.fullmatch, shapes)) and (stamps := _numbers(joined)):
            return stamps, 0
        exact = joined if all(map(_EXACT.fullmatch, shapes)) else self._straighten(joined, shapes, count)
        exact = exact or self._moved(joined, shapes)
        if exact and are_valid(exact, count):
            return [*exact.split(b"\n")], 0
        stamps = [self.read(joined, near_ns)] if count == 1 else self._mostly_alike(joined, near_ns)
        return stamps, stamps.count(None)

    def _mostly_alike(self, joined: bytes, near_ns: int) -> list[bytes | None]:
        """Read values of the commonest shape together, if nearly all have it and are times; the others one by one."""
        values, shapes = joined.split(b"\n"), joined.translate(_SHAPE).split(b"\n")
        common = max(set(shapes), key=shapes.count) if len(set(shapes)) <= _FEW_SHAPES else shapes[0]
        places = [at for at, shape in enumerate(shapes) if shape != common]
        if not places or len(places) * _FEW > len(values):
            return [self.read(value, near_ns) for value in values]
        alike, _ = self.read_all(without(values, places), near_ns)
        return among(alike, places, [self.read(values[at], near_ns) for at in places])

    def _straighten(self, joined: bytes, shapes: set[bytes], count: int) -> bytes:
        """Rewrite times of one shape, which need no sum to be in UTC, all at once; empty if they are not such."""
        match = _ALMOST.fullmatch(next(iter(shapes))) if len(shapes) == 1 else None
        if not match or (not match["zone"] and self._zone is not UTC):
            return b""
        width = len(match[0]) + 1
        text = bytearray(joined + b"\n")
        text[11::width] = b"T" * count
        if match["fraction"]:
            text[20::width] = b"." * count
        end = match["zone"] + b'"\n' if match["zone"] else b'"\n'
        # All digits look like 0 in a shape: only here does it show that the zone is +00:00.
        return bytes(text).replace(end, b'Z"\n')[:-1] if text.count(end) == count else b""

    def _moved(self, joined: bytes, shapes: set[bytes]) -> bytes:
        """Rewrite times of one shape and one offset, by their minutes; empty if they are not such."""
        match = _ELSEWHERE.fullmatch(next(iter(shapes))) if len(shapes) == 1 else None
        if not match:
            return b""
        behind, values = -1 - len(match["zone"] or b""), joined.split(b"\n")
        offset, *others = {value[behind:-1] for value in values}
        starts = {each: self._minute(each[1:].decode(), offset.decode().strip()) for each in {v[:17] for v in values}}
        if others or any(start is None or not start.endswith(":00") for start in starts.values()):
            return b""
        minutes = {minute: f'"{start}'[:-3].encode() for minute, start in starts.items()}
        moved = b'Z"\n'.join([minutes[value[:17]] + value[17:behind] for value in values]) + b'Z"'
        return moved.replace(b",", b".")

    def _stamp(self, minute: str, second: str, fraction: str | None, offset: str) -> bytes | None:
        start = self._minute(minute, offset)
        # At the end of a day in UTC may be a leap second, in which a clock shows the one before it again.
        if start is None or second > ("60" if start.endswith("T23:59:00") else "59"):
            return None
        if start.endswith("00"):
            start = start[:17] + min(second, "59")
        else:  # a century ago, zones had odd seconds
            start = (datetime.fromisoformat(start) + timedelta(seconds=int(second))).isoformat()
        return f'"{start}.{fraction}Z"'.encode() if fraction else f'"{start}Z"'.encode()

    def _in_utc(self, minute: str, offset: str) -> str | None:
        """Give the UTC second at which that minute starts, or None if there is no such minute."""
        try:
            zone = zone_of(offset) or self._zone
            start = local_time(f"{minute[:10]}T{minute[11:]}:00")
            return start.replace(tzinfo=zone).astimezone(UTC).isoformat()[:19]
        except (ValueError, OverflowError):
            return None

    def _in_other_form(self, text: str, day: int) -> bytes | None:
        text, near_ns = text.strip(" "), (day + 1) * _DAY if day else 0  # .NET's documents end a format with a blank
        moment = moment_of(text, near_ns, self._zone) or self._formats.moment_of(text, near_ns)
        return self._utc(moment) if moment else None

    def _utc(self, moment: Moment) -> bytes | None:
        try:
            start = (moment.time if moment.time.tzinfo else moment.time.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError:
            return None
        fraction = f".{moment.fraction}" if moment.fraction else ""
        return f'"{start.isoformat()[:19]}{fraction}Z"'.encode()


class _Seconds(dict[bytes, bytes]):
    """The beginning of the stamp of each epoch second, in decimal, that was asked for; KeyError before 2000."""

    def __missing__(self, second: bytes) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        if int(second) < _OLDEST:
            raise KeyError
        text = self[second] = f'"{_second(int(second))}.'.encode()
        return text


_stamp_of = _Seconds()


def _numbers(joined: bytes) -> list[bytes | None]:
    """Read current epoch numbers, one a line; none at all if one is before 2000."""
    try:
        return [
            _stamp_of[digits[:10]] + digits[10:19].ljust(9, b"0") + b'Z"'
            for digits in joined.replace(b".", b"").split(b"\n")
        ]
    except KeyError:
        return []


def _unescaped(value: bytes) -> str:
    try:
        return f'"{msgspec.json.decode(value)}"'
    except msgspec.DecodeError:  # of a line that was cut
        return '""'


def _epoch(number: str) -> bytes | None:
    """Read a number of seconds, ms, µs or ns since 1970, by its magnitude."""
    whole, _, fraction = (format(Decimal(number), "f") if "e" in number.lower() else number).partition(".")
    places = next((places for bound, places in _UNITS if int(whole) < bound), 0)
    time_ns = int(whole + fraction[:places].ljust(places, "0"))
    return rfc3339(time_ns) if _OLDEST * 10**9 <= time_ns < _END_NS else None
