"""A wall clock that is set while logship runs, or while it is down: offsets, ages and waits do not hang on it."""

import os
import time
from pathlib import Path

import pytest

from tests.following import follow

HOUR = 3600


def set_clock(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Set the clock, for this process, by so much from the true time."""
    true, true_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: true() + seconds)
    monkeypatch.setattr(time, "time_ns", lambda: true_ns() + seconds * 10**9)


def write(path: Path, text: str, seconds: int) -> None:
    """Append by an application whose clock differs by so much from the true time."""
    with path.open("a") as file:
        file.write(text)
    at = time.time_ns() + seconds * 10**9
    os.utime(path, ns=(at, at))


@pytest.mark.parametrize("down", [False, True], ids=["running", "down"])
@pytest.mark.parametrize("seconds", [-HOUR, HOUR], ids=["back", "forward"])
def test_nothing_is_lost_when_the_clock_is_set(
    logs: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, *, down: bool
) -> None:
    """Also what was rotated twice before anybody saw it: its times are older than the last look."""
    live = logs / "a.log"
    write(live, "one\n", 0)
    follower = follow(logs)
    assert follower.read() == b"one\n"
    if down:
        follower.drain()
    with monkeypatch.context() as patched:
        set_clock(patched, seconds)
        live.rename(logs / "a.log.2")
        write(logs / "a.log.1", "two\n", seconds - 600)  # written ten minutes before this look
        write(live, "three\n", seconds)
        follower = follow(logs) if down else follower
        assert follower.read() == b"two\nthree\n"
        write(live, "four\n", seconds)
        assert follower.read() == b"four\n"
        follower.drain()
    follower = follow(logs)
    assert follower.read() == b""
    write(live, "five\n", 0)
    assert follower.drain() == b"five\n"
    assert dict(follower.lost()) == {}


def test_old_history_is_still_left_alone(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was ignored at the first start is known, whatever the clock says later."""
    write(logs / "a.log.1", "history\n", -HOUR)
    write(logs / "a.log", "one\n", 0)
    assert follow(logs).drain() == b"one\n"
    set_clock(monkeypatch, -2 * HOUR)
    assert follow(logs).drain() == b""


def test_a_folder_that_is_away_while_the_clock_is_set_back_is_remembered(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are kept an hour; going back does not make it less."""
    write(logs / "a.log", "one\n", 0)
    follower = follow(logs)
    assert follower.drain() == b"one\n"
    logs.rename(tmp_path / "away")
    set_clock(monkeypatch, -2 * HOUR)
    follower = follow(logs)
    follower.step()
    follower.step()
    (tmp_path / "away").rename(logs)
    assert follower.drain() == b""
