"""Timers that fall together: what may wait for a moment is woken with others, so that an idle process sleeps longer."""

import asyncio
from typing import Final

EARLY_SECONDS: Final = 0.005


async def tick(seconds: float) -> None:
    """Sleep until the event loop's clock is next at a multiple of ``seconds``."""
    await asyncio.sleep(until_tick(asyncio.get_running_loop().time(), seconds))


def until_tick(now: float, seconds: float) -> float:
    """Give how long that is; both in seconds, on the loop's clock. Who wakes a little early has it behind."""
    rest = seconds - now % seconds
    return rest if rest > EARLY_SECONDS else rest + seconds
