"""One attempt to deliver, bounded in time, with every way in which it can end as an Outcome."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Final

from logship.delivery.counting import Counts
from logship.delivery.time_limits import TimeLimits
from logship.errors import SinkClosedError, forget_frames
from logship.logs import Seldom, places
from logship.model import Batch, Outcome, Sink, Status

logger = logging.getLogger(__name__)

SEARCH_SECONDS: Final = 2.0
SEARCH_MEDIANS: Final = 5.0
CUT_OFF: Final = "drain_deadline"
"""The reason of an attempt that the end of a drain cut off: it says nothing of the store, or of a record."""
_REMEMBERED: Final = 32


class Attempts:
    """Makes the attempts of one sink, and remembers how long those took that were answered well."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        metrics: Counts,
        seconds: float,
        *,
        time_left: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._name, self._sink, self._metrics, self._seconds = name, sink, metrics, seconds
        self._time_left, self._clock = time_left, clock
        self._limits = TimeLimits()
        self._saying = Seldom()
        self._took: deque[float] = deque(maxlen=_REMEMBERED)

    def patience(self, doubts: int | None) -> float:
        """Give how long an attempt may take, in seconds.

        While a culprit is searched (``doubts`` is a number): 2 seconds, or five times the median of the last requests
        if that is more; twice as long for each search in which nothing was accepted.
        """
        if doubts is None:
            return self._seconds
        usual = SEARCH_MEDIANS * sorted(self._took)[len(self._took) // 2] if self._took else 0.0
        return min(self._seconds, max(SEARCH_SECONDS, usual) * 2.0 ** min(doubts, 16))

    async def make(self, batch: Batch, doubts: int | None = None) -> Outcome:
        """Make one; raises SinkClosedError."""
        began = self._clock()
        patience, left = self.patience(doubts), max(self._time_left(), 0.0)
        limit = self._limits.of(min(patience, left))
        try:
            async with limit:
                outcome = await self._sink.deliver(batch)
        except TimeoutError as error:
            forget_frames(error)
            outcome = Outcome(Status.ERRORED, "timeout" if patience <= left else CUT_OFF)
        except SinkClosedError:
            raise
        except Exception as error:  # noqa: BLE001 - a sink's own fault must not end the daemon that holds the files
            # Only type and places: an exception's text may quote a record.
            if self._saying.may_say(began):
                extra = {"sink": self._name, "type": type(error).__name__, "at": places(error.__traceback__)}
                logger.error("the sink failed", extra=extra)  # noqa: TRY400
            forget_frames(error)
            outcome = Outcome(Status.ERRORED, "internal_error")
        finally:
            self._limits.done(limit)
        seconds = self._clock() - began
        self._metrics.request(outcome.status, seconds)
        if outcome.status is Status.DELIVERED:
            self._took.append(seconds)
        return outcome
