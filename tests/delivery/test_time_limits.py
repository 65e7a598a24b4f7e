"""Limits of things that are under way at the same time, in virtual time."""

import asyncio

import pytest

from logship.delivery.time_limits import TimeLimits
from tests.autojump import autojump


async def taken(limits: TimeLimits, seconds: float, least: float) -> tuple[float, bool]:
    """Do what takes ``least`` seconds within ``seconds``; gives when it ended, and whether that was too late."""
    limit = limits.of(seconds)
    try:
        async with limit:
            await asyncio.sleep(least)
    except TimeoutError:
        return asyncio.get_running_loop().time(), True
    finally:
        limits.done(limit)
    return asyncio.get_running_loop().time(), False


@autojump
async def test_each_has_its_own_limit() -> None:
    """Whichever comes first, and however long others may take."""
    limits = TimeLimits()
    works = [(30.0, 1.0), (2.0, 3.0), (5.0, 9.0), (0.5, 9.0), (30.0, 40.0), (0.0, 1.0)]
    found = await asyncio.gather(*(taken(limits, *work) for work in works))
    assert found == [(1.0, False), (2.0, True), (5.0, True), (0.5, True), (30.0, True), (0.0, True)]


@autojump
async def test_one_timer_is_enough_for_what_is_done_in_time() -> None:
    """It goes off for nobody, and the next limit sets another."""
    limits, loop = TimeLimits(), asyncio.get_running_loop()
    for number in range(200):
        assert await taken(limits, 30.0, 0.25) == (0.25 * (number + 1), False)
    timers = [each for each in loop._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
    assert len(timers) == 1
    assert await taken(limits, 30.0, 40.0) == (80.0, True)


@autojump
async def test_who_is_cancelled_is_not_too_late() -> None:
    """The caller's wish comes first."""
    limits = TimeLimits()
    task = asyncio.create_task(taken(limits, 30.0, 40.0))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
