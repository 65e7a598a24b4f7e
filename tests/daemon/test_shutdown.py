import asyncio
import logging
import math
import os
import signal
from collections.abc import Callable

import pytest

from logship.daemon.shutdown import Stop
from tests.autojump import autojump


async def until(done: Callable[[], bool]) -> None:
    """Let the loop run until something is so; a signal takes a turn or two."""
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110 - a signal is awaited
            await asyncio.sleep(0)


@autojump
async def test_the_deadline_counts_from_the_beginning_of_the_drain(caplog: pytest.LogCaptureFixture) -> None:
    """Before, there is time without end; beginning again changes nothing and says nothing."""
    caplog.set_level(logging.INFO)
    loop = asyncio.get_running_loop()
    stop = Stop(25.0, clock=loop.time)
    await asyncio.sleep(100)
    assert stop.time_left() == math.inf
    stop.begin()
    await asyncio.sleep(10)
    stop.begin()
    assert stop.time_left() == 15.0
    await asyncio.sleep(100)
    assert stop.time_left() == 0.0
    assert [record.getMessage() for record in caplog.records] == ["draining"]


async def test_whoever_listens_is_called_once() -> None:
    """When the drain begins; they need no task that waits for it."""
    stop = Stop(25.0)
    called: list[bool] = []
    stop.listeners.append(lambda: called.append(stop.stopping.is_set()))
    stop.begin()
    stop.begin()
    assert called == [True]


@autojump
async def test_the_deadline_ends_what_runs() -> None:
    """Not before the drain has begun, however long that takes."""
    loop = asyncio.get_running_loop()
    stop = Stop(25.0, clock=loop.time)
    loop.call_later(1000, stop.begin)

    async def run() -> None:
        async with asyncio.timeout(None) as deadline, asyncio.TaskGroup() as group:
            group.create_task(stop.arm(deadline))
            await asyncio.sleep(10_000)

    with pytest.raises(TimeoutError):
        await run()
    assert loop.time() == 1025.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_begins_the_drain_and_a_second_one_leaves(number: signal.Signals) -> None:
    """Real signals to this process; afterwards they mean what they meant before."""
    stop = Stop(25.0)
    second: list[bool] = []
    before = signal.getsignal(number)
    with stop.on_signals(on_second=lambda: second.append(True)):
        os.kill(os.getpid(), number)
        await until(stop.stopping.is_set)
        assert not second
        assert 24 < stop.time_left() <= 25
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: bool(second))
    assert signal.getsignal(number) in {before, signal.SIG_DFL, signal.default_int_handler}


async def test_where_an_exit_file_is_waited_for_a_signal_only_sets_the_deadline() -> None:
    """The application is told to end at the same time, and has something to say yet; a second signal leaves."""
    stop = Stop(25.0)
    stop.waits_for_exit_file = True
    second: list[bool] = []
    with stop.on_signals(on_second=lambda: second.append(True)):
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: stop.time_left() < math.inf)
        assert not stop.stopping.is_set()
        left = stop.time_left()
        stop.begin()
        assert stop.time_left() <= left
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: bool(second))


async def test_a_first_signal_during_a_drain_leaves_it_alone() -> None:
    """The exit file has begun it: the kubelet's SIGTERM comes next and must not cut it off."""
    stop = Stop(25.0)
    second: list[bool] = []
    with stop.on_signals(on_second=lambda: second.append(True)):
        stop.begin()
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: stop._signals == 1)
        assert not second


async def test_a_hang_up_is_heard_and_ends_nothing() -> None:
    """Each time; afterwards it means what it meant before."""
    stop = Stop(25.0)
    heard: list[bool] = []
    before = signal.getsignal(signal.SIGHUP)
    with stop.on_signals(on_second=lambda: None, on_hang_up=lambda: heard.append(True)):
        for times in (1, 2):
            os.kill(os.getpid(), signal.SIGHUP)
            await until(lambda times=times: len(heard) == times)  # type: ignore[misc]
        assert not stop.stopping.is_set()
    assert signal.getsignal(signal.SIGHUP) in {before, signal.SIG_DFL}
