"""Gives memory back to the system that the allocator keeps: glibc holds on to what a back-log's blocks once took.

Not while bytes move, when it would only be asked for again (thresholds that make glibc do it by itself doubled the cost
of a drain), but once reading has stood still for a look: after a back-log, or while a store is away.
"""

import asyncio
import ctypes
from collections.abc import Callable
from typing import Final

LOOK_SECONDS: Final = 2.0


def _trim_of(libc: ctypes.CDLL) -> Callable[[], object]:
    """Give what returns free memory; nothing where the C library has no such call (musl)."""
    trim = getattr(libc, "malloc_trim", None)
    return (lambda: trim(0)) if trim else (lambda: None)


trim_memory = _trim_of(ctypes.CDLL(None))


async def give_back_memory(progress: Callable[[], object], trim: Callable[[], object] = trim_memory) -> None:
    """Trim, for ever, whenever ``progress`` has moved and then stood still between two looks."""
    trimmed = before = progress()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = progress()
        if now == before and now != trimmed:
            trim()
            trimmed = now
        before = now
