"""Timers that fall together: what may wait for a moment is woken with others, so that an idle process sleeps longer."""

import asyncio
import time
from typing import Final

EARLY_SECONDS: Final = 0.005
TOGETHER_SECONDS: Final = 0.5
"""What is so far apart, or more, falls together with what else is done each second."""
_BEGAN: Final = time.monotonic()
"""Ticks are counted from here: all the pods of a node have one monotonic clock, and must not all wake at once."""


async def tick(seconds: float) -> None:
    """Sleep until the event loop's clock is next a multiple of ``seconds`` past the start."""
    await asyncio.sleep(until_tick(asyncio.get_running_loop().time(), seconds))


def until_tick(now: float, seconds: float) -> float:
    """Give how long that is; both in seconds, on the loop's clock. Who wakes a little early has it behind."""
    rest = seconds - (now - _BEGAN) % seconds
    return rest if rest > EARLY_SECONDS else rest + seconds


def near_tick(at: float, seconds: float) -> float:
    """Give the tick that is nearest to a time, if ticks are far enough apart; else the time."""
    if seconds < TOGETHER_SECONDS:
        return at
    after = at + until_tick(at, seconds)
    return after if after - at <= seconds / 2 else after - seconds


class Nap:
    """What one task sleeps in, and others wake it from."""

    def __init__(self) -> None:
        self._waiter: asyncio.Future[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked = False

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        self._asked = not self._settle(woken=True)

    def _settle(self, *, woken: bool) -> bool:
        waiter, self._waiter = self._waiter, None
        if waiter and not waiter.done():  # it may be cancelled
            waiter.set_result(woken)
            return True
        return False

    async def sleep(self, seconds: float) -> bool:
        """Return when woken, at the latest after ``seconds``; whether it was woken. Cheap: it is done all day."""
        if self._asked:
            self._asked = False
            return True
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        self._end_at(loop.time() + seconds)
        try:
            woken: bool = await waiter
        finally:
            self._cancel_timer()
        return woken

    def _end_at(self, time: float) -> None:
        """End the sleep that is under way then, on the loop's clock, instead of when it was to end."""
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_at(time, self._end)

    def _end(self) -> None:
        self._timer = None
        self._settle(woken=False)

    def _cancel_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()
