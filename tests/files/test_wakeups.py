import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
import watchfiles

from logship.files import inotify
from logship.files.inotify import MAX_WATCHED
from logship.files.wakeups import GATHER_SECONDS, MAX_HEARD, FileEvents, Gathering, Timer
from tests.autojump import autojump

SOON = 20.0
"""Seconds in which an event must have come; what waits for one returns as soon as it has."""


def events(*folders: Path) -> FileEvents:
    """Watch folders."""
    return FileEvents(lambda: [str(folder) for folder in folders if folder.is_dir()])


async def woken(wakeups: FileEvents, act: Callable[[], object]) -> bool:
    """Act again and again while somebody waits, until that one wakes: a watch needs a while to be there."""
    before = time.monotonic()
    waiting = asyncio.create_task(wakeups.wait(SOON))
    while not waiting.done():
        act()
        await asyncio.wait([waiting], timeout=0.05)
    await waiting
    return time.monotonic() - before < SOON


async def test_a_file_event_wakes(tmp_path: Path) -> None:
    """A write, a new name, a removal: long before the timer."""
    wakeups = events(tmp_path)
    file = tmp_path / "a.log"
    assert await woken(wakeups, lambda: file.write_text("more"))
    assert await woken(wakeups, file.touch)
    await wakeups.rest()
    assert wakeups._task is None


async def test_a_folder_that_comes_later_is_watched(tmp_path: Path) -> None:
    """And one that went and came again, too."""
    folder = tmp_path / "later"
    wakeups = events(folder)
    await wakeups.wait(0.0)
    assert wakeups._task is None
    for _ in range(2):
        folder.mkdir()
        assert await woken(wakeups, (folder / "a.log").touch)
        (folder / "a.log").unlink()
        folder.rmdir()
        await wakeups.wait(0.0)
    await wakeups.rest()


async def test_an_event_between_two_waits_is_not_lost(tmp_path: Path) -> None:
    """It was set while nobody waited: the next wait returns at once."""
    wakeups = events(tmp_path)
    wakeups.wake()
    await asyncio.wait_for(wakeups.wait(SOON), SOON / 2)
    await wakeups.rest()


async def test_resting_twice_is_resting(tmp_path: Path) -> None:
    """The watcher has gone when it returns, its thread and descriptor with it; the next wait starts another."""
    wakeups = events(tmp_path)
    await wakeups.wait(0.01)
    task = wakeups._task
    assert task
    await wakeups.rest()
    await wakeups.rest()
    assert task.done()
    await wakeups.wait(0.01)
    assert wakeups._task not in {None, task}
    await wakeups.rest()


@autojump
async def test_a_watcher_that_can_not_be_had_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The limits of inotify are shared by the node: from then on a timer does, for good."""
    started = []

    async def awatch(*folders: str, **_: object) -> AsyncIterator[None]:
        started.append(folders)
        if folders:
            raise OSError(28, "OS file watch limit reached")
        yield

    monkeypatch.setattr(watchfiles, "awatch", awatch)
    wakeups = events(tmp_path)
    loop = asyncio.get_running_loop()
    for turn in range(5):
        await wakeups.wait(2.0)
        assert loop.time() == 2.0 * (turn + 1)
    assert len(started) == 1
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "polling instead" in record.getMessage()
    assert "watch limit" in record.cause  # type: ignore[attr-defined]


@autojump
async def test_a_folder_that_goes_while_it_is_watched_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The next wait watches what is there then."""
    started = []

    async def awatch(*folders: str, **_: object) -> AsyncIterator[set[object]]:
        started.append(folders)
        if len(started) == 1:
            raise FileNotFoundError(2, "No such file or directory")
        await asyncio.sleep(1.0)
        yield set()

    monkeypatch.setattr(watchfiles, "awatch", awatch)
    wakeups = events(tmp_path)
    await wakeups.wait(2.0)
    await wakeups.wait(2.0)
    assert asyncio.get_running_loop().time() == 3.0
    assert not caplog.records
    await wakeups.rest()


@autojump
async def test_who_is_cancelled_while_the_watcher_goes_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the intake would go on when another task has ended the daemon, which would never leave."""

    async def awatch(*_: str, **__: object) -> AsyncIterator[None]:
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(5)
        yield

    monkeypatch.setattr(watchfiles, "awatch", awatch)
    wakeups = events(tmp_path)
    await wakeups.wait(1.0)
    resting = asyncio.create_task(wakeups.rest())
    await asyncio.sleep(1)
    resting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await resting
    assert asyncio.get_running_loop().time() == 2.0


@autojump
async def test_a_timer_only_waits() -> None:
    """Where polling is forced there is nothing else."""
    timer = Timer()
    await timer.wait(3.0)
    await timer.rest()
    assert asyncio.get_running_loop().time() == 3.0


async def heard(wakeups: FileEvents, act: Callable[[], object]) -> set[str]:
    """Act again and again until paths are heard of, or for long."""
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        act()
        await wakeups.wait(0.05)
        if paths := wakeups.heard():
            return set(paths)
    return set()


async def test_it_is_told_to_which_paths_something_happened(tmp_path: Path) -> None:
    """A new file, a write, a removal; each once."""
    wakeups, file = events(tmp_path), tmp_path / "a.log"
    assert wakeups.heard() is None
    assert await heard(wakeups, file.touch) == {str(file)}
    assert await heard(wakeups, lambda: file.write_text("more")) == {str(file)}
    assert await heard(wakeups, lambda: file.unlink(missing_ok=True)) == {str(file)}
    await wakeups.rest()
    assert wakeups.heard() is None


async def test_of_too_many_paths_nobody_knows(tmp_path: Path) -> None:
    """Nor before a watch is surely there; afterwards they are told of again."""
    now = 1000.0
    wakeups = FileEvents(lambda: [str(tmp_path)], clock=lambda: now)
    await wakeups.wait(0.05)
    assert wakeups.heard() is None
    now += 2
    assert wakeups.heard() == set()
    wakeups._hear({f"{tmp_path}/{number}" for number in range(MAX_HEARD + 1)})
    wakeups._hear({f"{tmp_path}/a.log"})
    assert wakeups.heard() is None
    wakeups._hear({f"{tmp_path}/a.log"})
    assert wakeups.heard() == {f"{tmp_path}/a.log"}
    await wakeups.rest()


async def test_where_not_all_folders_are_watched_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens in the others is seen by sweeps alone."""
    now = 1000.0
    monkeypatch.setattr("logship.files.wakeups.MAX_WATCHED", 3)
    folders = make_folders(tmp_path, 3)
    wakeups = FileEvents(lambda: folders, clock=lambda: now)
    await wakeups.wait(0.05)
    now += 2
    assert wakeups.heard() is None
    await wakeups.rest()


def watches() -> int:
    """Count this process's inotify watches."""
    found = 0
    for info in Path("/proc/self/fdinfo").iterdir():
        with suppress(OSError):  # it was closed meanwhile
            found += sum(each.startswith("inotify") for each in info.read_text().splitlines())
    return found


async def unwatched() -> int:
    """Wait until no test before this one watches any more; give how many watches are left, should there be any."""
    deadline, timer = time.monotonic() + SOON, Timer()
    while watches() and time.monotonic() < deadline:
        await timer.sleep(0.05)
    return watches()


async def watching(wakeups: FileEvents, before: int) -> int:
    """Give how many folders are watched, once there are no more from one look to the next."""
    deadline, last = time.monotonic() + SOON, before
    while (last == before or last != watches()) and time.monotonic() < deadline:
        last = watches()
        await wakeups.wait(0.05)
    return last - before


def make_folders(folder: Path, count: int) -> list[str]:
    """Make so many folders and give their paths."""
    made = [folder / f"{number:04}" for number in range(count)]
    for each in made:
        each.mkdir()
    return [str(each) for each in made]


async def test_a_link_in_a_watched_folder_is_not_watched(tmp_path: Path) -> None:
    """Who owns the log folder can't have the daemon walk and watch the rest of the node."""
    before = await unwatched()
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (logs / "out").symlink_to(tmp_path / "elsewhere")
    events = FileEvents(lambda: {str(logs)})
    assert await watching(events, before) == 1
    await events.rest()


async def test_so_many_folders_are_watched(tmp_path: Path) -> None:
    """The highest ones: a file that is made in another is found by the timer."""
    before = await unwatched()
    folders = {str(tmp_path), *make_folders(tmp_path, MAX_WATCHED + 10)}
    events = FileEvents(lambda: folders)
    assert await watching(events, before) == MAX_WATCHED
    assert await woken(events, (tmp_path / "new").touch)
    await events.rest()


async def test_a_change_is_told_soon(tmp_path: Path) -> None:
    """A write, a new name, a removal, whichever comes, shortly after it; what came before is told at once."""
    wakeups, file = events(tmp_path), tmp_path / "a.log"
    assert not await wakeups.change(0.0, 0.01)
    loop = asyncio.get_running_loop()
    for act in (file.touch, lambda: file.write_text("more"), lambda: file.write_text(""), file.unlink):
        loop.call_later(0.01, act)
        assert await wakeups.change(0.0, SOON)
        assert not await wakeups.change(0.0, 0.01)
        act() if not file.exists() and act != file.unlink else file.touch()
        assert await wakeups.change(0.0, SOON)
        assert not wakeups.happened()
    await wakeups.rest()
    assert wakeups._inotify.fileno() < 0


async def test_no_change_is_told_before_its_time(tmp_path: Path) -> None:
    """So that lines gather; however many events come meanwhile, nobody is woken by them."""
    wakeups, file = events(tmp_path), tmp_path / "a.log"
    await wakeups.change(0.0, 0.0)
    for _ in range(100):
        file.write_text("more")
    before = time.monotonic()
    assert await wakeups.change(0.2, SOON)
    assert 0.19 < time.monotonic() - before < SOON / 2
    assert await wakeups.change(GATHER_SECONDS, GATHER_SECONDS) is False
    await wakeups.rest()


async def test_what_comes_soon_after_the_last_look_gathers_from_then_on(tmp_path: Path) -> None:
    """As long as what comes at once does, so that no line waits for longer; what comes after a while, for a moment."""
    gathering = Gathering(0.25, until=10.25, most=11.0)
    assert [gathering.end(at) for at in (10.0, 10.1, 10.24)] == pytest.approx([10.25, 10.35, 10.49])
    assert [gathering.end(at) for at in (10.25, 10.7, 10.99)] == pytest.approx([10.3, 10.75, 11.0])
    wakeups, loop = events(tmp_path), asyncio.get_running_loop()
    await wakeups.change(0.0, 0.0)
    before = loop.time()
    for delay in (0.1, 0.15):
        loop.call_later(delay, (tmp_path / f"{delay}").touch)
    assert await wakeups.change(0.2, SOON)
    assert 0.29 < loop.time() - before < SOON / 2
    await wakeups.rest()


async def test_who_wakes_a_wait_for_a_change_is_heard_at_once(tmp_path: Path) -> None:
    """A drain does not wait for lines to gather."""
    wakeups = events(tmp_path)
    for least in (0.0, SOON):
        asyncio.get_running_loop().call_later(0.01, wakeups.wake)
        before = time.monotonic()
        assert not await wakeups.change(least, SOON)
        assert time.monotonic() - before < SOON / 2
    await wakeups.rest()


async def test_a_folder_made_anew_is_watched_anew(tmp_path: Path) -> None:
    """Its path is the same, and its watch has gone with the old one."""
    folder = tmp_path / "logs"
    folder.mkdir()
    wakeups = events(folder)
    await wakeups.change(0.0, 0.0)
    folder.rename(tmp_path / "old")
    folder.mkdir()
    assert await wakeups.change(0.0, SOON)
    await wakeups.change(0.0, 0.01)
    (folder / "a.log").touch()
    assert await wakeups.change(0.0, SOON)
    await wakeups.rest()


async def test_names_are_heard_after_changes_and_the_other_way_round(tmp_path: Path) -> None:
    """Where sweeps become long, and short again, one kind of watch takes the other's place."""
    wakeups, file = events(tmp_path), tmp_path / "a.log"
    await wakeups.change(0.0, 0.0)
    assert await woken(wakeups, file.touch)
    assert wakeups._inotify.fileno() < 0
    assert not await wakeups.change(0.0, 0.01)
    assert wakeups._task is None
    file.touch()
    assert await wakeups.change(0.0, SOON)
    await wakeups.rest()


@autojump
async def test_a_node_without_a_watch_left_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The limits are shared by all programs of the node: from then on a timer does."""
    asked = []

    def watch(_: inotify.Inotify, folders: object) -> None:
        asked.append(folders)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inotify.Inotify, "watch", watch)
    wakeups, loop = events(tmp_path), asyncio.get_running_loop()
    for turn in range(3):
        assert not await wakeups.change(0.25, 2.0)
        assert loop.time() == 2.0 * (turn + 1)
    assert len(asked) == 1
    (record,) = caplog.records
    assert "polling instead" in record.getMessage()
    assert "max_user_watches" in record.advice  # type: ignore[attr-defined]


@autojump
async def test_without_events_a_change_is_waited_for_by_the_timer() -> None:
    """As long as it may take."""
    timer, loop = Timer(), asyncio.get_running_loop()
    assert not await timer.change(0.25, 2.0)
    assert loop.time() == 2.0
    assert not timer.happened()
