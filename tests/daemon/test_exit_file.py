import asyncio
import os
import time
from pathlib import Path

import pytest

from logship.daemon.exit_file import ExitFile, watch_exit_file
from logship.daemon.shutdown import Stop
from tests.autojump import autojump


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a log folder."""
    folder = tmp_path / "root"
    (folder / "inner").mkdir(parents=True)
    return folder


def counts(path: Path, *roots: Path, first_start_ns: int = 1) -> bool:
    """Ask once."""
    return ExitFile.of(str(path), [str(root) for root in roots]).counts(first_start_ns)


@pytest.mark.parametrize("name", ["exit", "inner/exit", "inner/new\nline"])
def test_a_regular_file_inside_the_root_counts(root: Path, name: str) -> None:
    """Once it is there, empty or not."""
    assert not counts(root / name, root)
    (root / name).touch()
    assert counts(root / name, root)
    assert counts(root / name, Path("/"))


def test_a_file_from_before_the_first_start_does_not_count(root: Path) -> None:
    """It was left by the run before, on a volume that outlives the pod."""
    (root / "exit").touch()
    assert not counts(root / "exit", root, first_start_ns=time.time_ns() + 10**10)
    os.utime(root / "exit", ns=(0, 50))
    assert not counts(root / "exit", root, first_start_ns=50)
    assert counts(root / "exit", root, first_start_ns=49)


def test_only_a_regular_file_counts(root: Path) -> None:
    """No folder, no FIFO, no link, wherever it leads."""
    (root / "there").touch()
    (root / "link").symlink_to("there")
    os.mkfifo(root / "fifo")
    for name in ("link", "fifo", "inner"):
        assert not counts(root / name, root)


def test_no_link_leads_out_of_the_root(root: Path, tmp_path: Path) -> None:
    """A folder that the application made a link to another one has no say; one that stays inside has."""
    (tmp_path / "exit").touch()
    (root / "out").symlink_to("..")
    assert not counts(root / "out" / "exit", root)
    (root / "inner" / "exit").touch()
    (root / "in").symlink_to("inner")
    assert counts(root / "in" / "exit", root)


def test_a_file_outside_of_all_roots_is_looked_for_in_its_own_folder(root: Path, tmp_path: Path) -> None:
    """Some share a volume only for it; a neighbour's name that begins like a root is not inside."""
    other = tmp_path / "root-2"
    other.mkdir()
    (other / "exit").touch()
    assert counts(other / "exit", root)
    assert ExitFile.of(f"{root}/inner/exit", [str(tmp_path), str(root)]).root.path == str(root)
    assert not counts(tmp_path / "missing" / "exit", root)


@autojump
async def test_the_drain_begins_when_the_file_comes(root: Path) -> None:
    """Without any signal."""
    stop = Stop(25.0, clock=asyncio.get_running_loop().time)
    watching = asyncio.create_task(watch_exit_file(ExitFile.of(f"{root}/exit", []), 1, stop))
    await asyncio.sleep(100)
    assert not stop.stopping.is_set()
    assert stop.waits_for_exit_file
    os.close(os.open(root / "exit", os.O_CREAT | os.O_WRONLY))
    await watching
    assert stop.stopping.is_set()
    assert asyncio.get_running_loop().time() < 101


@autojump
async def test_without_the_file_the_drain_begins_before_the_deadline(root: Path) -> None:
    """The application may have died without a word: what is left is delivered in the two seconds that must do."""
    stop = Stop(25.0, clock=asyncio.get_running_loop().time)
    watching = asyncio.create_task(watch_exit_file(ExitFile.of(f"{root}/exit", []), 1, stop))
    await asyncio.sleep(5)
    stop._arm()  # as the first SIGTERM does
    await asyncio.sleep(22)
    assert not stop.stopping.is_set()
    await watching
    assert stop.stopping.is_set()
    assert 1.5 < stop.time_left() <= 2


@autojump
async def test_without_the_setting_nobody_waits() -> None:
    """SIGTERM then drains at once."""
    stop = Stop(25.0)
    await watch_exit_file(None, 1, stop)
    assert not stop.waits_for_exit_file
    assert not stop.stopping.is_set()


@autojump
async def test_a_clock_that_is_set_back_dates_the_file_before_the_first_start(root: Path) -> None:
    """It counts all the same, once it is younger than the first start by the clock as it is now."""
    loop, hour = asyncio.get_running_loop(), 3600 * 10**9
    first_start = time.time_ns()
    offset = 0
    stop = Stop(25.0, clock=loop.time)
    watching = asyncio.create_task(
        watch_exit_file(ExitFile.of(f"{root}/exit", []), first_start, stop, offset_ns=lambda: offset)
    )
    (root / "exit").touch()
    os.utime(root / "exit", ns=(0, first_start - hour + 10**9))
    await asyncio.sleep(100)
    assert not stop.stopping.is_set()
    offset = -hour
    await asyncio.wait([watching], timeout=100)
    assert stop.stopping.is_set()
