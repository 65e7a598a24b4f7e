"""How long each of many things may take, by one timer for all of them: nearly all are done long before it goes off.

A timer for each, that is cancelled as a rule, costs more than all else that has to be done to make an attempt.
"""

import asyncio


class TimeLimits:
    """Gives a limit to whoever asks; none is exceeded by more than a turn of the event loop."""

    def __init__(self) -> None:
        self._ends: dict[asyncio.Timeout, float] = {}
        """On the loop's clock."""
        self._timer: asyncio.TimerHandle | None = None
        """Goes off at the first of these ends, or before it."""

    def of(self, seconds: float) -> asyncio.Timeout:
        """Give what to do it in, as :func:`asyncio.timeout` does; :meth:`done` has to be told of it afterwards."""
        limit, end = asyncio.timeout(None), asyncio.get_running_loop().time() + seconds
        self._ends[limit] = end
        if self._timer is None or end < self._timer.when():
            self._go_off_at(end)
        return limit

    def done(self, limit: asyncio.Timeout) -> None:
        """Forget it."""
        self._ends.pop(limit, None)

    def _go_off_at(self, end: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(end, self._go_off)

    def _go_off(self) -> None:
        self._timer, now = None, asyncio.get_running_loop().time()
        for limit in [limit for limit, end in self._ends.items() if end <= now]:
            limit.reschedule(now)
            self.done(limit)
        if self._ends:
            self._go_off_at(min(self._ends.values()))
