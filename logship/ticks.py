"""Timers that fall together: what may wait for a moment is woken with others, so that an idle process sleeps longer."""

import asyncio
import time
from typing import Final

EARLY_SECONDS: Final = 0.005
_BEGAN: Final = time.monotonic()
"""Ticks are counted from here: all the pods of a node have one monotonic clock, and must not all wake at once."""


async def tick(seconds: float) -> None:
    """Sleep until the event loop's clock is next a multiple of ``seconds`` past the start."""
    await asyncio.sleep(until_tick(asyncio.get_running_loop().time(), seconds))


def until_tick(now: float, seconds: float) -> float:
    """Give how long that is; both in seconds, on the loop's clock. Who wakes a little early has it behind."""
    rest = seconds - (now - _BEGAN) % seconds
    return rest if rest > EARLY_SECONDS else rest + seconds
