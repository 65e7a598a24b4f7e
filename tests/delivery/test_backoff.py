import asyncio
import itertools
from collections import deque

import pytest

from logship.delivery.backoff import Sleep
from tests.autojump import autojump
from tests.bench import Bench, HangingSink, noting
from tests.line_sink import block, errored


@autojump
async def test_backoff_grows_to_its_bound() -> None:
    """Waits double from the initial bound to the largest, each a random part of its bound."""
    bench = Bench(*[errored()] * 8)
    times: list[float] = []
    bench.sink.script = deque([noting(times, each) for each in bench.sink.script])
    await bench.deliver(block("one"))
    gaps = [round(later - earlier, 6) for earlier, later in itertools.pairwise([*times, bench.loop.time()])]
    assert gaps == [0.5, 1, 2, 4, 8, 16, 30, 30]


@autojump
async def test_jitter_is_full() -> None:
    """The wait is the random part, from nothing on."""
    bench = Bench(errored(), errored(), random=iter([0.0, 0.5]).__next__)
    await bench.deliver(block("one"))
    assert bench.loop.time() == pytest.approx(0.5)


@autojump
async def test_retry_after_is_the_floor() -> None:
    """The store's wish is kept, and the jitter comes on top so that not all come back in the same instant."""
    bench = Bench(errored("http_429", retry_after=20), random=lambda: 0.0)
    await bench.deliver(block("one"))
    assert bench.loop.time() == pytest.approx(20)


@autojump
async def test_the_jitter_on_top_of_retry_after_is_as_wide_as_half_of_it() -> None:
    """Else all that were told the same second come back within half a second; never wider than the largest wait."""
    for asked, latest in ((0.5, 1.0), (20, 30), (100, 130)):
        bench = Bench(errored("http_429", retry_after=asked))
        began = bench.loop.time()
        await bench.deliver(block("one"))
        assert bench.loop.time() - began == pytest.approx(latest)


@autojump
async def test_a_hanging_attempt_ends_in_time() -> None:
    """An attempt is given up after the request timeout, and repeated."""
    bench = Bench(sink=(sink := HangingSink(1)))
    await bench.deliver(block("one"))
    assert sink.cancelled == 1
    assert bench.loop.time() == pytest.approx(30.5)
    assert bench.delivery.last_error == "timeout"


@autojump
async def test_the_drain_ends_the_wait() -> None:
    """When the drain begins, the sleep ends at once; after that no sleep is longer than 0.25 s."""
    bench = Bench(*[errored(retry_after=1000)] * 4)
    times: list[float] = []
    bench.sink.script = deque([noting(times, each) for each in bench.sink.script])
    bench.loop.call_later(3, bench.draining.set)
    await bench.deliver(block("one"))
    assert times == pytest.approx([0, 3, 3.25, 3.5])


@autojump
async def test_the_drain_cuts_the_timeout() -> None:
    """An attempt takes no longer than the time that is left to the deadline."""
    bench = Bench(sink=HangingSink(1), time_left=lambda: 2.0)
    await bench.deliver(block("one"))
    assert bench.loop.time() == pytest.approx(2.5)


@autojump
async def test_a_sleep_ends_when_somebody_is_in_a_hurry() -> None:
    """All that are under way, and none that comes later."""
    loop = asyncio.get_running_loop()
    sleep = Sleep(asyncio.Event())
    sleeping = [asyncio.create_task(sleep(seconds)) for seconds in (30.0, 60.0)]
    await asyncio.sleep(1)
    sleep.end()
    await asyncio.gather(*sleeping)
    assert loop.time() == 1.0
    await sleep(5.0)
    assert loop.time() == 6.0
