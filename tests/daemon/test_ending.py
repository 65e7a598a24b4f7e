"""The end of a drain: what is left is said each second, is the container's last word, and decides the exit code."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from logship.daemon import ending
from logship.daemon.account import DEADLINE, DRAINED
from logship.daemon.ending import OWED_SECONDS
from logship.model import Batch, Outcome
from tests.autojump import autojump
from tests.daemon.test_daemon import SINKS, Daemon
from tests.line_sink import LineSink, errored


class SlowSink(LineSink):
    """Takes a request a second."""

    async def deliver(self, batch: Batch) -> Outcome:
        """Take its time."""
        await asyncio.sleep(1.0)
        return await super().deliver(batch)


@pytest.fixture
def message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the container's message, as a kubelet makes it."""
    path = tmp_path / "termination-log"
    path.touch()
    monkeypatch.setattr(ending, "TERMINATION_LOG", path)
    return path


def text(path: Path) -> str:
    """Give what a file has."""
    return path.read_text()


def slow_daemon(folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Daemon:
    """Make a daemon whose stores take a record a second."""
    made = Daemon(folder, monkeypatch, batch_max_records=1, **settings)
    made.stores = {name: SlowSink() for name in SINKS}
    return made


async def drained(made: Daemon, *, lines: int, later: int = 0, after: float = 0.0) -> int:
    """Write lines, drain at once, write others so long after; give the exit code. A writer goes on all the while."""
    task = asyncio.create_task(made.run(), name="main")
    await asyncio.sleep(5)
    made.write("\n".join(f"line {number}" for number in range(lines)))
    made.stop.begin()
    for tenth in range(1000):
        await asyncio.sleep(0.1)
        if task.done():
            break
        made.write("\n".join(f"late {number}" for number in range(later)) if tenth == after * 10 else f"{tenth}")
    return await task


def said(caplog: pytest.LogCaptureFixture, words: str) -> list[dict[str, Any]]:
    """Give the fields of a message, each time that it was said."""
    return [vars(record) for record in caplog.records if record.getMessage() == words]


@autojump
async def test_what_others_write_later_is_the_next_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, message: Path
) -> None:
    """On a shared volume: exit 0, and no error, though the deadline passes with bytes undelivered."""
    caplog.set_level("INFO")
    made = slow_daemon(tmp_path, monkeypatch)
    assert await drained(made, lines=2, later=100, after=4.0) == DRAINED
    assert made.has("line 1")
    assert not made.has("late 99")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    (stopped,) = said(caplog, "stopped")
    assert stopped["left_to_the_next_start_bytes"] > 100
    assert text(message) == ""


@autojump
async def test_what_was_there_two_seconds_after_the_signal_is_owed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, message: Path
) -> None:
    """The application may overrun by as much; what of it can't be delivered is exit 3, with what is left and why."""
    caplog.set_level("INFO")
    made = slow_daemon(tmp_path, monkeypatch)
    assert await drained(made, lines=2, later=100, after=OWED_SECONDS - 0.5) == DEADLINE
    (error,) = said(caplog, "the drain deadline passed with bytes undelivered")
    assert error["undelivered_records"] > 2 * 70
    assert text(message) == (
        f"logship: the drain deadline passed with bytes undelivered: {error['undelivered_bytes']} bytes "
        f"({error['undelivered_records']} records) undelivered\n"
    )


@autojump
async def test_no_quiet_leaves_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where DRAIN_QUIET_SECONDS is 0; else writers are waited for, and what they write is delivered."""
    loop = asyncio.get_running_loop()
    took = {}
    for quiet in (0.0, 0.5):
        made = Daemon(tmp_path / str(quiet), monkeypatch, drain_quiet_seconds=quiet)
        began = loop.time()
        assert await drained(made, lines=2) == DRAINED
        assert made.has("line 1")
        took[quiet] = loop.time() - began - 5.0
    assert took[0.0] < 0.5
    assert 7.0 < took[0.5] < 9.0


@autojump
async def test_what_is_left_is_said_each_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, message: Path
) -> None:
    """Bytes, records, seconds, each failing sink's last error: twice before the 2 s of a kubelet are over."""
    caplog.set_level("INFO")
    made = Daemon(tmp_path, monkeypatch)
    task = asyncio.create_task(made.run(), name="main")
    await asyncio.sleep(5)
    for store in made.stores.values():
        store.otherwise = errored("http_503")
    made.write("one\ntwo")
    await asyncio.sleep(3.0)
    made.stop.begin()
    await asyncio.sleep(0.1)
    why = "one: http_503, two: http_503"
    assert text(message) == f"logship: draining, 25.0 s left: 16 bytes (4 records) undelivered; {why}\n"
    await asyncio.sleep(1.9)
    first, *others = said(caplog, "draining")
    assert "undelivered_bytes" not in first
    assert [(each["seconds_left"], each["undelivered_bytes"], each["undelivered_records"]) for each in others] == [
        (24.1, 16, 4),
        (23.2, 16, 4),
    ]
    assert others[1]["last_error"] == why
    assert text(message) == f"logship: draining, 23.2 s left: 16 bytes (4 records) undelivered; {why}\n"
    assert await task == DEADLINE
    assert 24 < len(said(caplog, "draining")) < 30


@autojump
async def test_a_line_that_had_only_begun_is_not_owed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writer goes on with it: the next start has it whole."""
    made = slow_daemon(tmp_path, monkeypatch)
    task = asyncio.create_task(made.run(), name="main")
    await asyncio.sleep(5)
    made.stop.begin()
    with (made.logs / "a.log").open("a") as file:
        for _ in range(400):
            file.write("x")
            file.flush()
            await asyncio.sleep(0.1)
            if task.done():
                break
    assert await task == DRAINED


def test_only_a_file_that_a_kubelet_made_is_written(tmp_path: Path) -> None:
    """None is made, no link is followed, nothing but a regular file is written; words that are shorter end sooner."""
    there, other = tmp_path / "there", tmp_path / "other"
    there.touch()
    other.write_text("as it was")
    (tmp_path / "link").symlink_to("other")
    os.mkfifo(tmp_path / "fifo")
    for name in ("none", "link", "fifo", "there"):
        ending.write_message(tmp_path / name, "many words")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fifo", "link", "other", "there"]
    assert other.read_text() == "as it was"
    ending.write_message(there, "words")
    assert there.read_text() == "logship: words\n"
    ending.write_message(there, "")
    assert there.read_text() == ""
