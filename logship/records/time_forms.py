"""Forms of times beside RFC 3339 and epoch numbers: those of servers, mails, syslog and languages; pure."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

_MONTHS: Final = {
    name: at
    for at, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
_CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9})\d*)?"
_MINUTE = r"(?P<clock>\d\d:\d\d(?::\d\d)?)(?:(?<=:\d\d:\d\d)[.,](?P<fraction>\d{1,9})\d*)?"
"""Seconds that are 0 may be left out."""
_NAME = r"(?P<name>(?-i:[A-Z]{3,5}))"
_ZONE = r"(?: ?(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)| " + _NAME + ")?"
_FAR_ZONE: Final = r"(?P<fraction>) (?:(?P<zone>UTC|GMT|[+-]\d{4})|" + _NAME + ")"
_ZONED: Final = rf"(?: (?:(?P<zone>UTC|GMT|[+-]\d{{4}})|{_NAME}))?"
_HALF: Final = r"(?: (?P<half>[AP]M))?"
_FORMS: Final = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        # ISO 8601 and what languages put behind it: Java a zone in brackets, Go the zone's name and its own clock;
        # Java leaves out what is 0, and JavaScript's libraries have twelve hours
        rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]{_MINUTE}{_HALF}{_ZONE}(?:\[[\w/+-]+\])?",
        rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d) {_CLOCK} (?P<zone>[+-]\d{{4}}) [A-Z]{{2,5}}(?: m=\S+)?",
        rf"(?P<year>\d{{4}})/(?P<month>\d\d)/(?P<day>\d\d)[T ]{_MINUTE}{_HALF}{_ZONE}",
        # ISO 8601's basic form
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[T ](?P<clock>\d{6})(?:[.,](?P<fraction>\d{1,9})\d*)?" + _ZONE,
        # nginx and Apache
        rf"\[?(?P<day>\d\d)/{_MONTH}/(?P<year>\d{{4}}):{_CLOCK}{_ZONE}\]?",
        # RFC 2822; Tomcat has hyphens
        rf"{_DAY}(?P<day>\d\d?)(?P<sep>[ -]){_MONTH}(?P=sep)(?P<year>\d{{4}}) {_CLOCK}{_ZONE}",
        # Java's DateFormat, and so Gson
        rf"{_MONTH} (?P<day>\d\d?), (?P<year>\d{{4}}),? (?P<clock>\d\d?:\d\d:\d\d)[ \u202f](?P<half>[AP]M)",
        # RFC 822 and RFC 850, as Go has them
        rf"(?:[A-Z][a-z]{{5,8}}, )?(?P<day>\d\d)[ -]{_MONTH}[ -](?P<year>\d\d) (?P<clock>\d\d:\d\d(?::\d\d)?)"
        + _FAR_ZONE,
        # JavaScript's Date
        rf"{_DAY}{_MONTH} (?P<day>\d\d) (?P<year>\d{{4}}) {_CLOCK} GMT(?P<zone>[+-]\d{{4}})(?: \([\w ]+\))?",
        # C's ctime, date and Java's Date, Apache's errors; and syslog, which names no year
        rf"\[?{_DAY}{_MONTH} (?P<day>[ \d]?\d) {_CLOCK}{_ZONED} (?P<year>\d{{4}})\]?",
        rf"{_DAY}{_MONTH} (?P<day>[ \d]?\d) (?:(?P<year>\d{{4}}) )?{_CLOCK}{_ZONE}",
    )
)
_AHEAD: Final = timedelta(days=1)
"""A time without a year that would be so much later than its file's last write is of the year before."""
_LEAP: Final = 2000
"""A year that has every day."""
_LATEST: Final = 253_370_764_800
"""Epoch seconds of the last year that times have, 9999: a file's last write can be set to any time."""
_LONGEST: Final = 64
"""Characters; nothing longer is a time."""


class Moment(NamedTuple):
    """A time as it was read."""

    time: datetime
    """Without its fraction; naive if it names no zone."""
    fraction: str
    """Its digits, nine at most; empty if it has none."""


def local_time(text: str) -> datetime:
    """Read a date and a time of day; ValueError where it is none, nor is hour 24, the next day's to Python 3.14."""
    if text[11:13] == "24":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def moment_of(text: str, near_ns: int = 0, zone: tzinfo = UTC) -> Moment | None:
    """Read a time in one of the known forms; None if it is in none.

    ``near_ns`` (epoch nanoseconds, when the line was written at the latest) tells the year where the time names none;
    without it such a time can't be read. Nor can one that has a zone's name which ``zone`` has not.
    """
    if len(text) > _LONGEST:
        return None
    match = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if not match:
        return None
    parts = match.groupdict()
    try:
        time = _time_of(parts, near_ns)
        name = parts.get("name")
        return Moment(in_named_zone(time, name, zone) if name else time, parts.get("fraction") or "")
    except ValueError:
        return None


def _time_of(parts: Mapping[str, str | None], near_ns: int) -> datetime:
    """Make a time of its parts, naive without an offset; ``ValueError`` where there is none such."""
    clock, year = parts["clock"] or "", parts["year"] or str(_LEAP)
    hour, minute, *second = clock.split(":") if ":" in clock else (clock[:2], clock[2:4], clock[4:])
    time = datetime(
        int(year) if len(year) > len("26") else 2000 + int(year),
        _MONTHS.get((parts["month"] or "").lower()) or int(parts["month"] or ""),
        int(parts["day"] or ""),
        hour_of_day(int(hour), parts.get("half")),
        int(minute),
        int(second[0]) if second else 0,
        tzinfo=zone_of(parts.get("zone") or ""),
    )
    return time if parts["year"] else with_year(time, near_ns)


def hour_of_day(hour: int, half: str | None) -> int:
    """Give the hour of 24, where AM or PM, in any case, may tell of which twelve it is."""
    return hour % 12 + (12 if half.upper() == "PM" else 0) if half else hour


def in_named_zone(time: datetime, name: str, zone: tzinfo) -> datetime:
    """Put a time into the zone that is set, if that has such a name for it; ``ValueError`` if it has not.

    What an abbreviation means, nothing else tells.
    """
    moments = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if found := next((moment for moment in moments if moment.tzname() == name), None):
        return found
    raise ValueError(name)


def with_year(time: datetime, near_ns: int) -> datetime:
    """Put a time in the year that has it at or before the given moment; raises ``ValueError`` without one."""
    if near_ns <= 0:
        raise ValueError
    return in_year(time, datetime.fromtimestamp(min(near_ns // 10**9, _LATEST), UTC))


def in_year(time: datetime, written: datetime) -> datetime:
    """Put a time in the last year that has it before a file's last write, or little later; ``ValueError`` if none has.

    Not the nearest: nothing is written half a year ahead, and an old file's first lines may be eleven months older.
    """
    last = written + _AHEAD
    for year in range(last.year, last.year - 9, -1):
        with suppress(ValueError):  # the 29th of February
            if time.replace(year=year, tzinfo=UTC) <= last:
                return time.replace(year=year)
    raise ValueError


def zone_of(text: str) -> tzinfo | None:
    """Read ``Z``, ``UTC``, ``GMT``, ``+01:00``, ``+0100`` or ``+01``; None for none. Raises ValueError out of range."""
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:]) if len(text) > len("+00") else 0
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - what a clock shows
        raise ValueError
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
