import asyncio
import logging
import os

import pytest

from logship.daemon.account import Progress
from logship.daemon.progress import Rate, show
from tests.autojump import autojump


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    """And what is left takes as long as it takes at that rate; before anything has moved nobody can tell."""
    rate = Rate()
    rate.note(Progress(0, 1000), 0.0)
    assert (rate.per_second, rate.left) == (0.0, None)
    rate.note(Progress(100, 1000), 10.0)
    assert (rate.per_second, rate.left) == (10.0, 90.0)
    rate.note(Progress(500, 1000), 35.0)
    assert (rate.per_second, rate.left) == (16.0, 31.25)


@autojump
async def test_where_nobody_watches_it_is_said_every_ten_seconds(caplog: pytest.LogCaptureFixture) -> None:
    """With all that the bar would show."""
    caplog.set_level(logging.INFO)
    clock = asyncio.get_running_loop().time
    began = clock()
    task = asyncio.create_task(show(lambda: Progress(int(clock() - began) << 20, 100 << 20), clock))
    await asyncio.sleep(25)
    task.cancel()
    first, second = caplog.records
    assert (first.message, first.__dict__["percent"], first.__dict__["mib_per_second"]) == ("shipping", 10.0, 1.0)
    assert (second.__dict__["bytes"], second.__dict__["seconds_left"]) == (20 << 20, 80)


@pytest.mark.parametrize(
    ("term", "bar", "drawn"), [("xterm", True, True), ("xterm", False, False), ("dumb", True, False)]
)
def test_a_bar_is_drawn_only_where_it_can_be_drawn_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, term: str, *, bar: bool, drawn: bool
) -> None:
    """Not over records on the same terminal, which came out behind it on one line; then, too, it is said."""
    caplog.set_level(logging.INFO)

    @autojump
    async def watch() -> None:
        clock = asyncio.get_running_loop().time
        task = asyncio.create_task(show(lambda: Progress(1, 2), clock, bar=bar))
        await asyncio.sleep(15)
        task.cancel()
        await asyncio.wait([task])

    shown, terminal = os.openpty()
    with os.fdopen(terminal, "w") as stream, monkeypatch.context() as patched:
        patched.setattr("sys.stderr", stream)
        patched.setenv("TERM", term)
        watch()
        print("end", file=stream, flush=True)
        seen = b""
        while b"end" not in seen:  # a terminal gives what it has in pieces
            seen += os.read(shown, 1 << 16)
    os.close(shown)
    assert bool(caplog.records) is not drawn
    assert (b"MiB of log" in seen) is drawn
