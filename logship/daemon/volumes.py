"""How much room is left where the application logs, where the state is and where a sink writes files."""

import asyncio
import logging
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from logship.logs import Seldom

logger = logging.getLogger(__name__)

LOGS: Final = "logs"
STATE: Final = "state"
LOOK_SECONDS: Final = 60.0
FRESH_SECONDS: Final = 1.0
"""Who asks for the status has them looked at again, if the last look is older."""
NEARLY_PART: Final = 20
NEARLY_MOST: Final = 256 << 20
"""A volume is nearly full with less than a twentieth of it free, and less than this many bytes."""
FULL_BYTES: Final = 64 << 10
_MEANS: Final = {
    LOGS: "the application's lines are cut, or missing, once it is full; rotate earlier, or make it larger",
    STATE: "checkpoints and dead letters can't be saved once it is full; make room, or make it larger",
}
_MESSAGES: Final = {"full": "a volume is full", "nearly full": "a volume is nearly full"}
_MEANS_SINK: Final = "the sink {} waits once it is full; take files away, or make it larger"


class Volume(Struct, frozen=True):
    """The file system that a folder is on."""

    path: str
    """The folder, or the one above it that is there."""
    holds: str
    """``logs``, ``state`` or the name of a sink that writes files."""
    free: int
    """Bytes that this user may write."""
    size: int
    """Bytes."""
    no_inodes: bool = False
    """It takes no new file."""

    @property
    def state(self) -> str:
        """``ok``, ``nearly full`` or ``full``."""
        if self.no_inodes or self.free < FULL_BYTES:
            return "full"
        return "nearly full" if self.free < min(self.size // NEARLY_PART, NEARLY_MOST) else "ok"

    def problem(self) -> str:
        """Say what is wrong, and what to do; empty where nothing is."""
        if self.state == "ok":
            return ""
        left = "no inode is left" if self.no_inodes else f"{mebibytes(self.free)} of {mebibytes(self.size)} left"
        return f"{self.path}: the volume is {self.state}, {left}: {self.advice}"

    @property
    def advice(self) -> str:
        """Say what it means once it is full, and what to do."""
        return _MEANS.get(self.holds) or _MEANS_SINK.format(self.holds)


def mebibytes(size: int) -> str:
    """Give a size as people read it."""
    return f"{size / (1 << 20):,.0f} MiB" if size >= 10 << 20 else f"{size / (1 << 20):.2f} MiB"


def look(folders: Mapping[str, Sequence[str]]) -> list[Volume]:
    """Look at the volumes of some folders, by what they hold; each volume once for each of that. Blocks."""
    found: dict[tuple[str, int], Volume] = {}
    for holds, paths in folders.items():
        for path in sorted(paths, key=lambda path: not os.path.lexists(path)):
            try:
                there = next(each for each in (Path(path), *Path(path).parents) if os.path.lexists(each))
                device, seen = there.stat().st_dev, os.statvfs(there)
            except OSError:  # a folder that may not be looked into is told of elsewhere
                continue
            free, size = seen.f_bavail * seen.f_frsize, seen.f_blocks * seen.f_frsize
            volume = Volume(str(there), holds, free, size, bool(seen.f_files) and not seen.f_favail)
            if size:  # /proc and the like have none
                found.setdefault((holds, device), volume)
    return list(found.values())


class Volumes:
    """Looks once a minute, in a thread: a disk that hangs must not stop the event loop."""

    def __init__(self, folders: Mapping[str, Sequence[str]], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.seen: list[Volume] = []
        """As they were at the last look."""
        self._folders = folders
        self._clock = clock
        self._looked = -math.inf
        self._wanted = asyncio.Event()
        self._saying: dict[tuple[str, str], Seldom] = {}

    async def run(self) -> None:
        """Look, for ever, and say what is full or nearly so."""
        while True:
            self._wanted.clear()
            self.seen = await asyncio.to_thread(look, self._folders)
            self._looked = self._clock()
            self._say()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                pass

    def refresh(self) -> None:
        """Have them looked at soon; returns at once."""
        if self._clock() - self._looked >= FRESH_SECONDS:
            self._wanted.set()

    def problems(self) -> Iterator[str]:
        """Say, a line each, what is full or nearly so."""
        yield from filter(None, (volume.problem() for volume in self.seen))

    def _say(self) -> None:
        for volume in self.seen:
            seldom = self._saying.setdefault((volume.holds, volume.path), Seldom())
            if volume.state != "ok" and seldom.may_say(self._looked):
                sizes = {"free_bytes": volume.free, "size_bytes": volume.size}
                extra = {"path": volume.path, "holds": volume.holds, **sizes, "advice": volume.advice}
                logger.warning(_MESSAGES[volume.state], extra=extra)
