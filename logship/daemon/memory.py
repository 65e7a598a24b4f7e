"""Gives memory back to the system that the allocator keeps: glibc holds on to what a back-log's blocks once took.

Rarely while bytes move, when it would only be asked for again (low thresholds, by which glibc does it by itself,
doubled the cost of a drain): an application that never rests must not keep what one back-log took. At once when
reading has stood still for a look, or is slow again: after a back-log or a burst, or while a store is away.
"""

import ctypes
import gc
from collections.abc import Callable
from typing import Final

from logship.ticks import tick

LOOK_SECONDS: Final = 2.0
LOOKS_AT_MOST: Final = 5
"""After so many looks in a row at which bytes moved, memory is given back all the same; to ask the system for 20 MiB
anew takes some 15 ms of CPU."""
BURST_BYTES: Final = 2 << 20
"""What moves between two looks at least in a burst; it is over once less than half of the most moves."""

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_LARGEST_KEPT_BYTES: Final = 4 << 20
_MOST_KEPT_BYTES: Final = 16 << 20

GARBAGE_OBJECTS: Final = 20_000
"""So many are new before Python looks for cycles among them, and each look goes through all the lines of a block."""


def look_for_new_garbage_only() -> None:
    """Have the collector look at what is made from now on: what is loaded by now stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS)
    gc.enable()


def keep_freed_memory(libc: ctypes.CDLL | None = None) -> None:
    """Have glibc keep what blocks take and give back, until :func:`give_back_memory` has it give that back.

    By itself it learns from what is freed first, which is luck: a drain asked for each block's pages anew, or did not.
    """
    if set_option := getattr(libc or ctypes.CDLL(None), "mallopt", None):  # not in musl
        set_option(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
        set_option(_M_TRIM_THRESHOLD, _MOST_KEPT_BYTES)


def _trim_of(libc: ctypes.CDLL) -> Callable[[], object]:
    """Give what returns free memory; nothing where the C library has no such call (musl)."""
    trim = getattr(libc, "malloc_trim", None)
    return (lambda: trim(0)) if trim else (lambda: None)


trim_memory = _trim_of(ctypes.CDLL(None))


async def give_back_memory(progress: Callable[[], tuple[int, int]], trim: Callable[[], object] = trim_memory) -> None:
    """Trim, for ever, whenever ``progress`` has moved and then stood still between two looks, or for many looks not.

    It gives the bytes that were taken so far, and those that are held.
    """
    trimmed = before = progress()
    looks = most = 0
    while True:
        await tick(LOOK_SECONDS)
        now = progress()
        moved = now[0] - before[0]
        most = max(most, moved)
        over = most >= BURST_BYTES and 2 * moved < most
        looks = 0 if now == before else looks + 1
        if now != trimmed and (now == before or over or looks >= LOOKS_AT_MOST):
            trim()
            trimmed, looks, most = now, 0, moved
        before = now
