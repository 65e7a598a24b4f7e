"""What ``run --once`` is asked beside the settings: rotated history, a stretch of time, a line a file; text in."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

from msgspec import Struct

from logship.settings.parsing import quote
from logship.settings.resolved import Backfill

EXAMPLE: Final = "2026-11-28, 2026-11-28T10:00:00+01:00, 90m, 2h, 7d"
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_AGO: Final = re.compile(r"(?:[0-9]{1,9}[smhdw])+")
_PART: Final = re.compile(r"([0-9]+)([smhdw])")


class Asked(Struct, frozen=True, kw_only=True):
    """The flags that go with ``--once``, as they were typed."""

    history: bool = False
    since: str = ""
    until: str = ""
    verbose: bool = False


def backfill_of(asked: Asked, zone: str, now_ns: int, *, once: bool, raw: bool) -> tuple[Backfill, list[str]]:
    """Understand the flags; gives their faults, too, one line each.

    ``zone`` is the IANA name of the zone of times that name none; ``raw`` says that lines are not read at all.
    """
    faults = [] if once else [f"--{name}: only with --once" for name in _given(asked)]
    moments: dict[str, int | None] = {}
    for name, text in (("since", asked.since), ("until", asked.until)):
        try:
            moments[name] = moment(text, lambda: _zone(zone), now_ns) if text else None
        except ValueError as why:
            moments[name] = None
            faults.append(f"--{name}: {quote(text)} {why}")
    since, until = moments["since"], moments["until"]
    if since is not None and until is not None and since >= until:
        faults.append(f"--since: {quote(asked.since)} is not before --until {quote(asked.until)}: nothing is between")
    if raw and (asked.since or asked.until):
        faults.append("--since, --until: raw lines have no time; set LOGSHIP_FORMAT to auto")
    return Backfill(history=asked.history, since_ns=since, until_ns=until, verbose=asked.verbose), faults


def moment(text: str, zone: Callable[[], tzinfo], now_ns: int) -> int:
    """Read a date, a time of ISO 8601, or how long ago (``2h``, ``1d12h``); raises ValueError that says what to write.

    A date is its first instant; what names no zone is in ``zone()``.
    """
    text = text.strip()
    if _AGO.fullmatch(text):
        return now_ns - sum(int(count) * _SECONDS[unit] for count, unit in _PART.findall(text)) * 10**9
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=zone())
        seconds = int(found.replace(microsecond=0).timestamp())
    except (ValueError, OverflowError):
        message = f"is no time; write for example {EXAMPLE}"
        raise ValueError(message) from None
    return seconds * 10**9 + found.microsecond * 1000


def _given(asked: Asked) -> list[str]:
    return [name for name in asked.__struct_fields__ if getattr(asked, name)]


def _zone(name: str) -> tzinfo:
    import zoneinfo  # noqa: PLC0415 - seldom asked for, and the application waits for the start

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return UTC  # whoever reads the setting says so
