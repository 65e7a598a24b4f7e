"""Begins the drain once ``EXIT_FILE`` exists: for Jobs on clusters without native sidecars (DECISIONS 24)."""

import asyncio
import os
import stat
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from logship.daemon.shutdown import Stop
from logship.files.beneath import Root

LOOK_SECONDS = 0.25
DRAIN_SECONDS = 2.0
"""Where the file does not come, the drain begins so long before the deadline: it must do with that (promise 7)."""


class ExitFile(Struct, frozen=True):
    """Where the file is to come: beneath a trusted folder, out of which no link leads."""

    root: Root
    folder: str
    """Path of its folder beneath the root; empty for the root itself."""
    name: str

    @classmethod
    def of(cls, path: str, roots: Iterable[str]) -> "ExitFile":
        """Place it beneath the deepest of the roots that it is in; its own folder is trusted if it is in none."""
        around = [root for root in roots if path.startswith(root.rstrip("/") + "/")]
        root = max(around, key=len, default=str(Path(path).parent))
        folder, _, name = path.removeprefix(root.rstrip("/")).strip("/").rpartition("/")
        return cls(Root(root), folder, name)

    def counts(self, first_start_ns: int) -> bool:
        """Whether it is there: a regular file, no link, younger than this pod's first start."""
        with ExitStack() as stack:
            try:
                root_fd = self.root.open()
                stack.callback(os.close, root_fd)
                folder_fd = self.root.open_folder(root_fd, self.folder)
                stack.callback(os.close, folder_fd)
                found = os.stat(self.name, dir_fd=folder_fd, follow_symlinks=False)
            except OSError:
                return False
        return stat.S_ISREG(found.st_mode) and found.st_mtime_ns > first_start_ns


def clock_offset_ns() -> int:
    """Give by how much the wall clock, which may be set, is ahead of the steady one."""
    return time.time_ns() - time.monotonic_ns()


async def watch_exit_file(
    file: ExitFile | None, first_start_ns: int, stop: Stop, *, offset_ns: Callable[[], int] = clock_offset_ns
) -> None:
    """Begin the drain once the file counts, or the deadline is near; returns at once where there is no such setting.

    Where the wall clock is set back meanwhile, files are dated earlier; so is the first start then.
    """
    if file is None:
        return
    stop.waits_for_exit_file = True
    before = offset_ns()

    def waiting() -> bool:
        set_back = min(0, offset_ns() - before)
        return not file.counts(first_start_ns + set_back) and stop.time_left() > DRAIN_SECONDS

    while waiting():  # noqa: ASYNC110 - for a file
        await asyncio.sleep(LOOK_SECONDS)
    stop.begin()
