"""How far a ``run --once`` is: a bar on a terminal, a message now and then elsewhere.

The library that draws the bar is loaded for that alone.
"""

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator

from logship.daemon.account import Progress

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 0.2
SAY_SECONDS = 10.0
RATE_SECONDS = 30.0
"""The rate is that of so long a time."""
_MIB = 1 << 20
_DUMB = ("dumb", "unknown")
"""Terminals that nothing can be drawn on again, to rich."""


class Rate:
    """How fast it goes, and how long it takes; times in monotonic seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Progress]] = deque()

    def note(self, progress: Progress, now: float) -> None:
        """Note how far it is."""
        self._seen.append((now, progress))
        while now - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """Bytes of log a second."""
        (began, first), (now, last) = self._seen[0], self._seen[-1]
        return (last.done - first.done) / (now - began) if now > began else 0.0

    @property
    def left(self) -> float | None:
        """Give the seconds that are left; None where nobody can tell."""
        last = self._seen[-1][1]
        return (last.total - last.done) / self.per_second if self.per_second > 0 else None


async def show(
    progress: Callable[[], Progress], clock: Callable[[], float] = time.monotonic, *, bar: bool = True
) -> None:
    """Show it until cancelled; ``progress`` gives how far it is. ``bar``: it may be drawn, where that is possible."""
    if bar and sys.stderr.isatty() and os.environ.get("TERM") not in _DUMB:
        await _draw(progress, clock)
    else:
        await _say(progress, clock)


async def _say(progress: Callable[[], Progress], clock: Callable[[], float]) -> None:
    rate = Rate()
    rate.note(progress(), clock())
    while True:
        await asyncio.sleep(SAY_SECONDS)
        rate.note(found := progress(), clock())
        logger.info("shipping", extra=_fields(found, rate))


def _fields(found: Progress, rate: Rate) -> dict[str, object]:
    left = {} if rate.left is None else {"seconds_left": round(rate.left)}
    percent = round(100 * found.done / found.total, 1) if found.total else 100.0
    return {"percent": percent, "bytes": found.done, "mib_per_second": round(rate.per_second / _MIB, 1), **left}


async def _draw(progress: Callable[[], Progress], clock: Callable[[], float]) -> None:
    from rich.console import Console  # noqa: PLC0415 - a daemon never loads it
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    rate = Rate()
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %  {task.description}"))
    with Bar(*columns, console=Console(file=sys.stderr)) as bar, _messages_above():
        task = bar.add_task("", total=None)

        def refresh() -> None:
            rate.note(found := progress(), clock())
            bar.update(task, completed=found.done, total=max(found.total, 1), description=_words(found, rate))

        try:
            while True:
                refresh()
                await asyncio.sleep(REFRESH_SECONDS)
        finally:
            refresh()


def _words(found: Progress, rate: Rate) -> str:
    size = f"{found.done / _MIB:,.0f} MiB of log  {rate.per_second / _MIB:,.1f} MiB/s"
    return size if rate.left is None else f"{size}  {_clock_time(rate.left)} left"


def _clock_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@contextlib.contextmanager
def _messages_above() -> Iterator[None]:
    """Have messages written above the bar: it takes what goes to ``sys.stderr`` meanwhile."""
    streams = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
    before = [each.setStream(sys.stderr) for each in streams]
    try:
        yield
    finally:
        for each, stream in zip(streams, before, strict=True):
            if stream is not None:
                each.setStream(stream)
