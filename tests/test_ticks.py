import asyncio

from logship.ticks import tick, until_tick
from tests.autojump import autojump


def test_a_tick_is_at_a_multiple() -> None:
    """Of the clock's time, never at once."""
    assert until_tick(10.25, 1.0) == 0.75
    assert until_tick(10.25, 2.0) == 1.75
    assert until_tick(10.0, 1.0) == 1.0
    assert 1.0 < until_tick(9.999, 1.0) < 1.002


@autojump
async def test_ticks_of_all_fall_together() -> None:
    """Whenever each began to wait."""
    loop = asyncio.get_running_loop()

    async def begun(seconds: float) -> float:
        await asyncio.sleep(seconds)
        await tick(1.0)
        return loop.time()

    assert set(await asyncio.gather(*map(begun, (0.1, 0.4, 0.9)))) == {1.0}
