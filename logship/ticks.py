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
