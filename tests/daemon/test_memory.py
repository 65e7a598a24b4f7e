import asyncio
import ctypes
import subprocess
import sys

import pytest

from logship.daemon.memory import (
    BURST_BYTES,
    LOOK_SECONDS,
    LOOKS_AT_MOST,
    _trim_of,
    give_back_memory,
    keep_freed_memory,
    trim_memory,
)
from tests.autojump import autojump


@autojump
async def test_memory_is_given_back_once_reading_stands_still() -> None:
    """Not soon while it moves, and once only until it has moved again."""
    place, trims = [0], []

    async def move(seconds: int) -> None:
        for _ in range(seconds):
            await asyncio.sleep(1)
            place[0] += 1

    task = asyncio.create_task(give_back_memory(lambda: (place[0], 0), lambda: trims.append(place[0])))
    await asyncio.sleep(10 * LOOK_SECONDS)
    assert trims == []
    await asyncio.sleep(10 * LOOK_SECONDS)
    await move(6)
    assert trims == []
    await asyncio.sleep(10 * LOOK_SECONDS)
    assert trims == [6]
    await move(4)
    await asyncio.sleep(10 * LOOK_SECONDS)
    assert trims == [6, 10]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@autojump
async def test_an_application_that_never_rests_does_not_keep_memory_for_ever() -> None:
    """After many looks in a row at which bytes moved, it is given back while they move."""
    trims: list[float] = []
    clock = asyncio.get_running_loop().time
    began = clock()
    progress = lambda: (int(1000 * clock()), 0)  # noqa: E731
    task = asyncio.create_task(give_back_memory(progress, lambda: trims.append(round(clock() - began))))
    await asyncio.sleep(2.5 * LOOKS_AT_MOST * LOOK_SECONDS)
    assert trims == [LOOKS_AT_MOST * LOOK_SECONDS, 2 * LOOKS_AT_MOST * LOOK_SECONDS]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@autojump
async def test_memory_is_given_back_once_a_burst_is_over() -> None:
    """Though lines still come, as between the bursts of an application that never rests."""
    taken, trims = [0], []
    task = asyncio.create_task(give_back_memory(lambda: (taken[0], 0), lambda: trims.append(taken[0])))
    await asyncio.sleep(LOOK_SECONDS / 2)
    for share in (1, 1, 6, 6, 1, 1, 1):
        taken[0] += share * BURST_BYTES // 4
        await asyncio.sleep(LOOK_SECONDS)
    assert trims == [15 * BURST_BYTES // 4]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_the_call_is_there_or_nothing_is_called() -> None:
    """The real one works here; a C library without it is no fault."""
    trim_memory()

    class Musl:
        """Has no such call."""

    assert _trim_of(Musl())() is None  # type: ignore[arg-type]  # all that is asked of it is an attribute
    keep_freed_memory(Musl())  # type: ignore[arg-type]
    assert hasattr(ctypes.CDLL(None), "malloc_trim") == (trim_memory() is not None)


_GROWING = """
import resource
from logship.daemon.memory import keep_freed_memory
{first}
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for size in range(200_000, 3_000_000, 100_000):
    bytes(bytearray(size))
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _page_faults(first: str) -> int:
    return int(subprocess.check_output([sys.executable, "-c", _GROWING.format(first=first)]))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library has no mallopt")
def test_what_is_freed_is_used_again() -> None:
    """Blocks of growing sizes do not ask the system for each of their pages anew."""
    assert _page_faults("keep_freed_memory()") < _page_faults("") / 3
