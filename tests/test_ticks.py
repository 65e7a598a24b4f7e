import asyncio

import pytest

from logship import ticks
from logship.ticks import near_tick, tick, until_tick
from tests.autojump import autojump


def test_processes_of_one_node_tick_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each from its own start on."""
    monkeypatch.setattr(ticks, "_BEGAN", 0.5)
    assert until_tick(10.25, 1.0) == 0.25


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


def test_what_is_due_at_no_time_in_particular_is_due_at_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest one, unless ticks are too close to each other for that to matter."""
    monkeypatch.setattr(ticks, "_BEGAN", 0.5)
    assert [near_tick(at, 1.0) for at in (10.5, 10.9, 11.1, 11.5)] == pytest.approx([10.5, 10.5, 11.5, 11.5])
    assert near_tick(10.9, 0.25) == 10.9
