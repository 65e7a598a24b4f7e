"""Times as the heads of text lines have them, made into RFC 3339 in UTC; pure.

What a head leaves out, the year or the whole date, is the last that there was at the time that is given, the last write
to the file: the same rule as for a time without a year in JSON.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from logship.records.time_forms import hour_of_day, in_named_zone, in_year, local_time
from logship.records.timestamps import TimestampReader, epoch_ns, open_zone, rfc3339

_MONTHS: Final = {
    name: f"{at:02}"
    for at, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)  # noqa: SIM905
}
_CLOCK: Final = r"(?P<h>\d\d?):(?P<rest>\d\d(?::\d\d)?)(?:\s?(?P<half>[AP]M))?(?P<point>[.,:])?"
_ZONE: Final = r"(?: (?P<late>[AP]M))? ?(?P<zone>Z|[+-]\d\d(?::?\d\d)?|[A-Z][\w/+-]*)?"
_FORMS: Final = [
    re.compile(form + _ZONE, re.ASCII)
    for form in (
        r"(?P<y>\d{4})[-/](?P<m>\d\d)[-/](?P<d>\d\d)(?:[T _/|-]|,? (?:at )?|  |\]\[)" + _CLOCK,
        r"(?:[A-Z][a-z]{2,8}, )?(?P<d>\d\d?)[/ -](?P<m>[A-Z][a-z]{2,8})[/ -]"
        r"(?:(?P<y>\d{4})(?:::?| |, | - )|(?P<years>\d\d) )" + _CLOCK,
        r"(?:[A-Z][a-z]{2} )?(?P<m>[A-Z][a-z]{2}) +(?P<d>\d\d?) "
        + _CLOCK
        + r"(?: (?P<name>[A-Z]{3,5}|[+-]\d\d(?:\d\d)?)(?= ))?(?: (?P<y>\d{4}))?",
        r"(?:[A-Z][a-z]{2} )?(?P<m>[A-Z][a-z]{2})[ -]+(?P<d>\d\d?)(?:,? |-)(?P<y>\d{4}),? " + _CLOCK,
        r"(?P<d>\d\d?) (?P<m>[A-Z][a-z]{2}) " + _CLOCK,
        r"(?P<d>\d\d)[. ](?P<m>\d\d)[. ](?P<y>\d{4}),? " + _CLOCK,
        r"(?:[A-Z][a-z]{5,8}, )?(?P<m>[A-Z][a-z]{2,8}) (?P<d>\d\d?), (?P<y>\d{4})(?:,| -)? "
        + _CLOCK.replace(r"\s?", "[\u202f ]?"),
        r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[ T_](?P<h>\d\d)-(?P<rest>\d\d-\d\d)(?P<point>[.,])?",
        r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d) (?P<h>\d\d):(?P<rest>\d\d\.\d\d)",
        r"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{4})(?:,? |\] \[)" + _CLOCK,
        r"(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d\d) (?P<h>\d\d?):(?P<rest>\d\d:\d\d) (?P<half>[AP]M)",
        r"(?P<y>\d\d)/(?P<m>\d\d)/(?P<d>\d\d) " + _CLOCK,
        r"\[(?P<m>\d\d)/(?P<d>\d\d)/(?P<y>\d\d) " + _CLOCK,
        r"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d) " + _CLOCK,
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)[ T-]" + _CLOCK,
        r"(?P<m>\d\d)(?P<d>\d\d)/(?P<h>\d\d)(?P<rest>\d{4})(?P<point>\.)",
        r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4}) (?P<h>\d\d):(?P<rest>\d\d:\d\d) : epoch",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)[ T:-]?(?P<h>\d\d)(?P<rest>\d{4})(?P<point>[.,:])?",
        r"(?P<y>\d{4})(?P<sep>[/.])(?P<m>\d\d)(?P=sep)(?P<d>\d\d)(?: (?:- )?|-)" + _CLOCK,
        r"(?P<m>\d\d)-?(?P<d>\d\d)[ |]" + _CLOCK,
        _CLOCK,
        r"(?P<epoch>1\d{9})(?P<point>[.\d])?",
        r"(?P<hexadecimal>[67][\da-f]{7})",
        r"1(?P<point>\.)(?P<billionths>\d{9})e\+(?:09|1[258])",
    )
]
_LEAP: Final = 2000
"""A year that has every day."""
_AHEAD_NS: Final = 3600 * 10**9
_LAST: Final = datetime(9998, 12, 31)  # noqa: DTZ001 - of a date alone
_REMEMBERED: Final = 4096
"""Seconds; neighbouring lines share them."""


class Seconds(dict[bytes, bytes]):
    """The second, in UTC, of each text that was asked for: the beginning of a JSON string, up to the fraction.

    A text that ends its second with a point or a comma has a fraction, and so ends with a point here. Empty for what
    is no time.
    """

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._reader = TimestampReader(zone)
        self._zone = open_zone(zone)
        self._near = 0
        self._floating = False

    def near(self, time_ns: int) -> None:
        """Take what heads leave out as nearest to this moment, in epoch nanoseconds."""
        if self._near != time_ns:
            self._near = time_ns
            if self._floating:
                self.clear()
                self._floating = False

    def __missing__(self, text: bytes) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        spoken = text.decode(errors="replace")
        match = next(filter(None, (form.fullmatch(spoken) for form in _FORMS)), None)
        parts = match.groupdict() if match else {}
        found = self._read(parts) if match else None
        second = self[text] = found[:20] + (b"." if parts.get("point") else b"") if found else b""
        return second

    def _read(self, parts: Mapping[str, str]) -> bytes | None:
        if epoch := parts.get("epoch") or parts.get("billionths"):
            return rfc3339(int(epoch.rjust(10, "1")) * 10**9)
        if second := parts.get("hexadecimal"):
            return rfc3339(int(second, 16) * 10**9)
        hour = hour_of_day(int(parts["h"]), parts.get("half") or parts.get("late"))
        clock = f"{hour:02}:{_rest(parts['rest'])}"
        month = parts.get("m") or ""
        day = _MONTHS.get(month[:3], month and month.rjust(2, "0")), (parts.get("d") or "").rjust(2, "0")
        zone = parts["zone"] or parts.get("name") or ""
        year = parts.get("y") or parts.get("years")
        if year:
            return self._stamp(f"{'20' if len(year) == len('26') else ''}{year}-{day[0]}-{day[1]}T{clock}", zone)
        self._floating = True
        # A file's mtime may be anything: the day after must be a day, too.
        near = min(datetime.fromisoformat(rfc3339(self._near)[1:20].decode()), _LAST).replace(tzinfo=UTC)
        return self._of_year(*day, clock, near) if day[0] else self._of_day(clock, zone, near)

    def _of_year(self, month: str, day: str, clock: str, near: datetime) -> bytes | None:
        with suppress(ValueError):
            time = in_year(local_time(f"{_LEAP}-{month}-{day}T{clock}"), near)
            return self._stamp(f"{time.year:04}-{month}-{day}T{clock}", "")
        return None

    def _of_day(self, clock: str, zone: str, near: datetime) -> bytes | None:
        """Give the time on the last day that has it, or little later: clocks and zones differ by an hour."""
        last = epoch_ns(rfc3339(self._near)) + _AHEAD_NS
        days = [(near + timedelta(days=days)).isoformat()[:10] for days in (1, 0, -1, -2)]
        stamps = filter(None, (self._stamp(f"{day}T{clock}", zone) for day in days))
        return next((stamp for stamp in stamps if epoch_ns(stamp) <= last), None)

    def _stamp(self, time: str, zone: str) -> bytes | None:
        if zone in ("UTC", "GMT"):
            zone = "Z"
        elif zone.isupper() and zone.isalpha() and zone != "Z":
            return self._named(time, zone)
        return self._reader.read(f'"{time}{zone}"'.encode())

    def _named(self, time: str, name: str) -> bytes | None:
        """Read a time in a zone by its abbreviation, which only the zone that is set can explain."""
        try:
            return f'"{in_named_zone(local_time(time), name, self._zone).astimezone(UTC).isoformat()[:19]}Z"'.encode()
        except (ValueError, OverflowError):
            return None


def _rest(minutes: str) -> str:
    """Give minutes and seconds."""
    if any(mark in minutes for mark in ":-."):
        return minutes.replace("-", ":").replace(".", ":")
    return f"{minutes[:2]}:{minutes[2:] or '00'}"
