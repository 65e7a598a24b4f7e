"""Leaves when a file says so: for Jobs on clusters without native sidecars (DECISIONS 24)."""

import asyncio
import os
import stat

from logship.stopping import Stop

LOOK_SECONDS = 0.25


def counts(path: str, first_start_ns: int) -> bool:
    """Whether the exit file is there: a regular file, no link, younger than this pod's first start."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime_ns > first_start_ns


async def watch_exit_file(path: str, first_start_ns: int, stop: Stop) -> None:
    """Begin the drain once the file counts; returns at once where no path is set."""
    if not path:
        return
    stop.waits_for_exit_file = True
    while not counts(path, first_start_ns):  # noqa: ASYNC110 - it waits for a file
        await asyncio.sleep(LOOK_SECONDS)
    stop.begin()
