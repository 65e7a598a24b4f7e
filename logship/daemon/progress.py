"""A progress bar for ``run --once`` on a terminal; the library that draws it is loaded for that alone."""

import asyncio
import sys
from collections.abc import Callable

REFRESH_SECONDS = 0.2


async def show(acknowledged: Callable[[], tuple[int, int]]) -> None:
    """Draw until cancelled; ``acknowledged`` gives (bytes that every sink has, bytes there are). Needs a terminal."""
    if not sys.stderr.isatty():
        return
    from rich.console import Console  # noqa: PLC0415 - a daemon never loads it
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task("shipping")
        try:
            while True:
                done, total = acknowledged()
                progress.update(task, completed=done, total=total)
                await asyncio.sleep(REFRESH_SECONDS)
        finally:
            done, total = acknowledged()
            progress.update(task, completed=done, total=total)
