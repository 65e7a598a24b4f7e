"""A store for ``fleet``: so much work a second, a short queue, and a refusal for what does not fit; pure."""

from dataclasses import dataclass, field

from logship.delivery.http_status import classify
from logship.model import Outcome, Status

TAKEN = Outcome(Status.DELIVERED)
AWAY = Outcome(Status.ERRORED, "connection_refused")
_ANSWER_SECONDS = 0.001
"""There and back, beside the work."""


def busy(retry_after: float = 0.0, status: int = 429) -> Outcome:
    """Give what a refusal comes to, as the sinks read it."""
    return classify(status, {"Retry-After": f"{retry_after:g}"} if retry_after else {}, b"", 0.0)


@dataclass(slots=True)
class Store:
    """One that works on requests one after the other, and on as many as it can finish within its queue's time."""

    requests_per_second: float = 40_000.0
    """Of empty ones."""
    bytes_per_second: float = 50e6
    """In addition, of what they carry, uncompressed."""
    connection_seconds: float = 0.0
    """Work for a client that was not there before: a TLS handshake."""
    refusal: float = 0.1
    """What refusing costs, as a part of an empty request: a store that is asked too often has less to give."""
    queue_seconds: float = 1.0
    away: tuple[float, float] = (0.0, 0.0)
    """From when to when everything is answered by :attr:`refused`."""
    refused: Outcome = AWAY
    limited: tuple[float, float] = (0.0, 0.0)
    """From when to when it takes no more than :attr:`limit` requests a second."""
    limit: float = 0.0
    retry_after: float = 0.0
    """Seconds that a 429 asks to wait; 0: it does not say."""
    _busy: Outcome = field(init=False)
    _free: float = 0.0
    """When it has done all that waits."""
    _tokens: float = 0.0
    _since: float = 0.0

    def __post_init__(self) -> None:
        """Make the one answer that all refusals share."""
        self._busy = busy(self.retry_after)

    def take(self, now: float, nbytes: int, *, new: bool = False) -> tuple[float, Outcome]:
        """Take a request; gives when it is answered, in seconds, and how. ``now`` never runs backwards."""
        if self.away[0] <= now < self.away[1]:
            return now + _ANSWER_SECONDS, self.refused
        self._free = max(self._free, now) + self.connection_seconds * new
        if self._free - now > self.queue_seconds or not self._allowed(now):
            self._free += self.refusal / self.requests_per_second
            return now + _ANSWER_SECONDS, self._busy
        self._free += 1 / self.requests_per_second + nbytes / self.bytes_per_second
        return self._free + _ANSWER_SECONDS, TAKEN

    def _allowed(self, now: float) -> bool:
        if not self.limited[0] <= now < self.limited[1]:
            return True
        self._tokens = min(self.limit, self._tokens + (now - self._since) * self.limit)
        self._since = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
