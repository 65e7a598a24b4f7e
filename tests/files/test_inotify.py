import asyncio
import errno
import os
from pathlib import Path

import pytest

from logship.files.inotify import Inotify


def test_equal_events_are_read_once(tmp_path: Path) -> None:
    """However often a file was written: the kernel puts them together; all that came is gone when it was told."""
    watch, file = Inotify(), tmp_path / "a.log"
    watch.watch([str(tmp_path)])
    assert not watch.happened()
    with file.open("ab", 0) as writer:
        for _ in range(10_000):
            writer.write(b"x")
        assert watch.happened()
        assert not watch.happened()
        writer.write(b"x")
        assert len(os.read(watch.fileno(), 4096)) == 32
    watch.close()
    assert not watch.happened()


def test_more_events_than_one_read_takes_are_all_read(tmp_path: Path) -> None:
    """Of a thousand new names."""
    watch = Inotify()
    watch.watch([str(tmp_path)])
    for number in range(1500):
        (tmp_path / f"{number:050}.log").touch()
    assert watch.happened()
    assert not watch.happened()
    watch.close()


def test_a_folder_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    """One that may not be read, and one that is a file, too: the others are watched."""
    (tmp_path / "file").touch()
    watch = Inotify()
    watch.watch([str(tmp_path / "none"), str(tmp_path / "file"), str(tmp_path)])
    (tmp_path / "a.log").touch()
    assert watch.happened()
    watch.close()


def test_the_same_folders_are_not_watched_anew(tmp_path: Path) -> None:
    """What happened between two waits would be lost."""
    watch = Inotify()
    watch.watch([str(tmp_path)])
    (tmp_path / "a.log").touch()
    watch.watch([str(tmp_path)])
    assert watch.happened()
    (tmp_path / "b").mkdir()
    watch.watch([str(tmp_path), str(tmp_path / "b")])
    (tmp_path / "b" / "a.log").touch()
    assert watch.happened()
    watch.close()


def test_a_folder_that_goes_closes_the_watch(tmp_path: Path) -> None:
    """So that all are looked up again."""
    folder, watch = tmp_path / "logs", Inotify()
    folder.mkdir()
    watch.watch([str(folder)])
    folder.rmdir()
    assert watch.happened()
    assert watch.fileno() < 0
    folder.mkdir()
    watch.watch([str(folder)])
    (folder / "a.log").touch()
    assert watch.happened()
    watch.close()


def test_a_node_that_has_none_left_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's own number and words."""
    monkeypatch.setattr("logship.files.inotify._libc.inotify_init1", lambda _: -1)
    monkeypatch.setattr("ctypes.get_errno", lambda: errno.EMFILE)
    with pytest.raises(OSError, match="Too many open files") as raised:
        Inotify().watch([str(tmp_path)])
    assert raised.value.errno == errno.EMFILE


async def test_a_listener_is_called_once(tmp_path: Path) -> None:
    """However many events come; and not at all once the watch is closed."""
    watch, told = Inotify(), asyncio.Event()
    watch.tell(told.set)  # of nothing
    watch.watch([str(tmp_path)])
    for number in range(2):
        watch.tell(lambda: pytest.fail("another one is told in its stead"))
        watch.tell(told.set)
        (tmp_path / str(number)).touch()
        await asyncio.wait_for(told.wait(), 5)
        told.clear()
        (tmp_path / f"more-{number}").touch()
        await asyncio.sleep(0)
        assert not told.is_set()
        assert watch.happened()
    watch.tell(told.set)
    (tmp_path / "last").touch()
    watch.close()
    await asyncio.sleep(0)
    assert not told.is_set()
