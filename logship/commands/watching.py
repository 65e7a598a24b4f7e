"""What two looks at the status, or all those of the last 15 minutes, say together: rates, recent latency, curves."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from logship.daemon.figures import Buckets, quantile

SPAN: Final = 900.0
MINUTE: Final = 60.0
RATE_SECONDS: Final = 5.0
"""A rate is over so long, if there are looks that are so far apart."""

Status = Mapping[str, Any]


class Moment(Struct, frozen=True):
    """One look, in what curves are made of."""

    at: float
    """Monotonic seconds of whoever looked."""
    status: Status

    @property
    def uptime(self) -> float:
        """Seconds, by the daemon's clock."""
        return number(self.status.get("uptime_seconds"))


def number(value: object) -> float:
    """Take a number for what it is, and all else for 0."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def sinks_of(status: Status) -> list[Mapping[str, Any]]:
    """Give what is said of each sink."""
    return objects(status.get("sinks"))


def objects(value: object) -> list[Mapping[str, Any]]:
    """Give those of a list that are objects; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def within(value: object, *names: str) -> Any:  # noqa: ANN401 - whatever JSON has there
    """Give a member of a member; None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def ended(sink: object, unit: str) -> float:
    """Give how many records, or bytes, found their end."""
    return number(within(sink, "totals", "read", unit)) - number(within(sink, "totals", "in_flight", unit))


class Watched:
    """The looks of the last 15 minutes of one life of the daemon."""

    def __init__(self) -> None:
        self.moments: deque[Moment] = deque()

    def add(self, at: float, status: Status) -> None:
        """Take another look; a daemon that was started again begins anew."""
        if self.moments and self.moments[-1].status.get("started_at") != status.get("started_at"):
            self.moments.clear()
        self.moments.append(Moment(at, status))
        while self.moments[0].at < at - SPAN:
            self.moments.popleft()

    @property
    def status(self) -> Status:
        """The newest."""
        return self.moments[-1].status

    def before(self, seconds: float) -> Status | None:
        """Give the newest look that is so much older than the last one, or else the oldest; None where there is one."""
        last = self.moments[-1].uptime
        older = (each for each in reversed(self.moments) if last - each.uptime >= seconds)
        found = next(older, self.moments[0])
        return found.status if found is not self.moments[-1] else None

    def rate(self, read: Callable[[Status], float]) -> float | None:
        """Give by how much a counter grows in a second, of late; None before the second look."""
        earlier = self.before(RATE_SECONDS)
        return None if earlier is None else _rate(self.status, earlier, read)

    def latency(self, name: str) -> tuple[float | None, float | None]:
        """Give the median and the 99th percentile of a sink's last minute; of its life where nothing came since."""
        then = self.before(MINUTE)
        now, old = _buckets(self.status, name), _buckets(then, name) if then else []
        recent = [(bound, count - before) for (bound, count), (_, before) in zip(now, old, strict=False)]
        rows = recent if len(recent) == len(now) and recent and recent[-1][1] > 0 else now
        return (quantile(0.5, rows), quantile(0.99, rows)) if rows else (None, None)

    def curve(self, read: Callable[[Status], float], columns: int) -> list[float | None]:
        """Give the largest value of each of so many equal parts of the last 15 minutes; None where nobody looked."""
        return self._columns([(each.at, read(each.status)) for each in self.moments], columns)

    def rates(self, read: Callable[[Status], float], columns: int) -> list[float | None]:
        """Give the same of a counter's growth in a second."""
        pairs = zip(self.moments, list(self.moments)[1:], strict=False)
        return self._columns([(later.at, _rate(later.status, first.status, read)) for first, later in pairs], columns)

    def _columns(self, values: Sequence[tuple[float, float | None]], columns: int) -> list[float | None]:
        found: list[float | None] = [None] * columns
        for at, value in values:
            place = columns - 1 - int((self.moments[-1].at - at) / SPAN * columns)
            if value is not None and place >= 0:
                found[place] = max(value, found[place] or 0.0)
        return found


def _rate(later: Status, earlier: Status, read: Callable[[Status], float]) -> float | None:
    seconds = number(later.get("uptime_seconds")) - number(earlier.get("uptime_seconds"))
    return max(0.0, (read(later) - read(earlier)) / seconds) if seconds > 0 else None


def _buckets(status: Status, name: str) -> Buckets:
    rows = next((each.get("latency_buckets") for each in sinks_of(status) if each.get("name") == name), None)
    try:
        return [(math.inf if bound is None else float(bound), int(count)) for bound, count in rows or ()]
    except (TypeError, ValueError):
        return []
