"""The pictures, and the terminal, of docs/page.md: ``python -m tests.e2e.page.pictures docs`` makes them again."""

import asyncio
import io
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console

from logship.commands.frame import frame
from logship.commands.watching import Watched
from logship.daemon.server import open_server
from logship.daemon.status import FileStatus
from tests.daemon.test_server import StillView
from tests.e2e.page.browser import Page, find_browser, new_page, running_browser
from tests.e2e.page.statuses import STARTED_AT, sink, status

STEP = 5
OUTAGE = 240
"""Seconds before the end, at which the store begins to refuse connections."""
END = 7200
COLOURS = 200
"""Enough for a page without pictures; a third of the bytes."""
SHAPES = {"page-light": (1100, 1560, False), "page-dark": (1100, 1560, True), "page-phone": (390, 844, False)}


def history() -> Iterator[dict[str, Any]]:
    """Give what a daemon would have said over 15 minutes, with an outage at the end."""
    lines = delivered = 0
    for at in range(END - 900, END + 1, STEP):
        lines += int(STEP * (180 + 90 * math.sin(at / 70) + 25 * math.sin(at / 9)))
        down = at > END - OUTAGE
        delivered = delivered if down else lines - 40
        yield look(at, lines, delivered, at - END + OUTAGE if down else 0.2 + 0.1 * math.sin(at / 30))


def look(at: int, lines: int, delivered: int, oldest: float) -> dict[str, Any]:
    """Give one look."""
    down = oldest > 1
    totals = {
        "read": (delivered + 40, 250 * (delivered + 40)),
        "delivered": (delivered - 12, 250 * (delivered - 12)),
        "in_flight": (40, 250 * 40),
        "dead_lettered": (12, 250 * 12),
    }
    about: dict[str, Any] = {"oldest_undelivered_seconds": oldest, "totals": totals, "retries": 9 if down else 0}
    if down:
        failed = STARTED_AT + END - OUTAGE
        about |= {"state": "retrying", "last_error": "connection_refused", "last_error_at": STARTED_AT + at - 4}
        about |= {"since": failed, "last_success": failed}
    store = sink(records=delivered, where="logs.example:9200", last_refusal="mapper_parsing_exception", **about)
    archive = sink("archive", records=lines - 10, where="/archive", last_success=STARTED_AT + at)
    files = [
        FileStatus("/var/log/agent/app.log", 250 * lines, {"s": 250 * delivered}),
        FileStatus("/var/log/agent/app.log.1", 10**7, {"s": 10**7}, rotated=True, quiet_seconds=312),
        FileStatus("/var/log/agent/access.log", 4_100_000, {"s": 4_100_000}, quiet_seconds=3),
        FileStatus("/var/log/agent/worker.log", 81_200, {"s": 81_130}, unterminated=70, quiet_seconds=41),
    ]
    more = {"without_level": 318, "memory": {"resident_bytes": 47_000_000 + 400 * (at % 900), "limit_bytes": 100 << 20}}
    lag = 250 * (lines - delivered)
    return status(store, archive, files=files, uptime=at, lines=lines, lag_bytes=lag, host="agent-5d8c7", **more)


async def draw(page: Page, folder: Path) -> None:
    """Show the 15 minutes, and take a picture of each shape."""
    await page.send("Emulation.setTimezoneOverride", timezoneId="UTC")
    await page.wait("document.querySelectorAll('#sinks article').length")
    await page.run("by('pause').click(); paused = false; points.length = 0")
    for each in history():
        now = 1000 * (STARTED_AT + each["uptime_seconds"])
        await page.run(f"Date.now = () => {now}; answeredAt = Date.now(); show({json.dumps(each)})")
    await page.run("tick()")
    for name, (width, height, dark) in SHAPES.items():
        await page.shape(width, height, dark=dark, phone=width < 700)
        picture = (
            Image.open(io.BytesIO(await page.picture())).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
        )
        picture.save(folder / f"{name}.png", optimize=True)


def terminal() -> str:
    """Give what ``logship top`` would show in the end, as Markdown's code."""
    watched = Watched()
    for each in history():
        watched.add(each["uptime_seconds"], json.loads(json.dumps(each)))
    console = Console(width=80, height=24, record=True, file=io.StringIO())
    console.print(frame(watched, console, height=24, now=STARTED_AT + END))
    return "".join(f"    {line.rstrip()}\n" for line in console.export_text().splitlines())


def write_terminal(page: Path) -> None:
    """Put it between its marks."""
    before, begin, rest = page.read_text().partition("<!-- top -->\n")
    _, end, after = rest.partition("<!-- /top -->\n")
    assert end, "docs/page.md lacks its marks"
    page.write_text(f"{before}{begin}\n{terminal()}\n{end}{after}")


async def main(arguments: Sequence[str]) -> None:
    """Write them into the folder that is named."""
    program = find_browser()
    assert program, "no browser: apt-get install chromium-headless-shell"
    view = StillView()
    view.document = status()
    with tempfile.TemporaryDirectory() as profile, running_browser(program, Path(profile)) as address:
        async with open_server("127.0.0.1:0", view) as port, new_page(address) as page:
            await page.go(f"http://127.0.0.1:{port}/")
            await draw(page, Path(arguments[0]))
    write_terminal(Path(arguments[0]) / "page.md")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
