import asyncio
import logging
import shutil
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from logship.metrics import Metrics
from logship.model import Block
from logship.state.checkpointer import (
    FINISH_SECONDS,
    IDLE_SECONDS,
    MUCH_BYTES,
    SAVE_SECONDS,
    SAY_AGAIN_SECONDS,
    Checkpointer,
)
from logship.state.checkpoints import Checkpoints
from logship.state.identity import Entry, Print, Saved, new_file_id
from logship.state.journal import Journal, applied
from tests.autojump import autojump

FILE = new_file_id()


def entry(offset: int) -> Entry:
    """Make what is saved of a file."""
    return Entry(FILE, "/logs/a.log", 5, 6, Print.of(b"head"), 100, 1.0, {"stdout": Saved(offset)})


@dataclass
class Rig:
    """A saver over a real folder, and what it is to save."""

    folder: Path
    entries: list[Entry] = field(default_factory=list)
    metrics: Metrics = field(default_factory=lambda: Metrics(["stdout"], "1"))

    def __post_init__(self) -> None:
        """Make it; inside a running loop."""
        self.checkpoints = Checkpoints(self.folder)
        clock = asyncio.get_running_loop().time
        self.saver = Checkpointer(self.checkpoints, Journal(self.folder), 77, self.metrics, clock=clock)
        self.saver.entries = lambda: self.entries

    def saves(self, outcome: str) -> float:
        """Give how many were counted."""
        return self.metrics.registry.get_sample_value("logship_checkpoint_saves_total", {"outcome": outcome}) or 0.0

    def offset(self) -> int:
        """Give what is on disk."""
        return self.checkpoints.load().entries[0].offsets["stdout"].offset


@autojump
async def test_what_comes_after_a_while_is_saved_within_a_second(tmp_path: Path) -> None:
    """Not more often, and not at all while nothing does."""
    rig = Rig(tmp_path)
    running = asyncio.create_task(rig.saver.run())
    rig.entries = [entry(1)]
    rig.saver.acked(FILE, "stdout", Saved(1))
    await asyncio.sleep(SAVE_SECONDS + 0.5)
    assert rig.offset() == 1
    await asyncio.sleep(10 * SAVE_SECONDS)
    assert rig.saves("saved") == 1
    rig.entries = [entry(2)]
    rig.saver.acked(FILE, "stdout", Saved(2))
    await asyncio.sleep(SAVE_SECONDS)
    assert (rig.saves("saved"), rig.offset()) == (2, 2)
    assert rig.checkpoints.load().first_start_ns == 77
    running.cancel()


@autojump
@pytest.mark.parametrize(("size", "seconds"), [(100, IDLE_SECONDS), (MUCH_BYTES, SAVE_SECONDS)])
async def test_what_moves_all_the_time_is_saved_each_second_if_it_is_much(
    tmp_path: Path, size: int, seconds: float
) -> None:
    """Else every five: the journal has what moves meanwhile."""
    rig = Rig(tmp_path)
    running = asyncio.create_task(rig.saver.run())
    for number in range(40):
        rig.saver.sent("stdout", Block(FILE, "a.log", number * size, (number + 1) * size, b"x" * size, 9, 0.0))
        rig.entries = [entry(number)]
        await asyncio.sleep(0.5)
    assert rig.saves("saved") == pytest.approx(20 / seconds, abs=1)
    running.cancel()


@autojump
async def test_what_changes_while_no_block_moves_is_saved_too(tmp_path: Path) -> None:
    """A file that went, say: not within the second, since to look at a thousand idle files costs a while."""
    rig = Rig(tmp_path, [entry(1)])
    running = asyncio.create_task(rig.saver.run())
    await asyncio.sleep(2 * SAVE_SECONDS)
    rig.entries = [replace(entry(1), gone=True)]
    await asyncio.sleep(IDLE_SECONDS + SAVE_SECONDS)
    assert rig.checkpoints.load().entries[0].gone
    assert rig.saves("saved") == 2
    running.cancel()


@autojump
async def test_a_first_save_of_nothing_says_that_this_was_the_first_start(tmp_path: Path) -> None:
    """There is a difference between no files and no checkpoint."""
    rig = Rig(tmp_path)
    await rig.saver.save()
    assert not rig.checkpoints.load().first


@autojump
async def test_a_failed_save_is_said_once_a_minute_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Shipping goes on; each failure is counted, and the end of the trouble is said, too."""
    (tmp_path / "state").write_bytes(b"in the way")
    caplog.set_level(logging.INFO)
    rig = Rig(tmp_path / "state", [entry(1)])
    running = asyncio.create_task(rig.saver.run())
    await asyncio.sleep(SAY_AGAIN_SECONDS + SAVE_SECONDS / 2)
    assert rig.saves("failed") == SAY_AGAIN_SECONDS / SAVE_SECONDS
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "File exists" in caplog.records[0].cause  # type: ignore[attr-defined]
    await asyncio.sleep(SAVE_SECONDS)
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2
    (tmp_path / "state").unlink()
    await asyncio.sleep(2 * SAVE_SECONDS)
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR", "INFO"]
    assert (rig.offset(), rig.saves("saved")) == (1, 1)
    running.cancel()


@autojump
async def test_what_was_noted_before_a_save_is_dropped_after_it(tmp_path: Path) -> None:
    """Only once the checkpoint that covers it is on disk, and nothing that was noted meanwhile."""
    rig = Rig(tmp_path, [entry(1)])
    rig.saver.acked(FILE, "stdout", Saved(1))
    saving = asyncio.create_task(rig.saver.save())
    await asyncio.sleep(0)
    rig.saver.sent("stdout", Block(FILE, "a.log", 1, 2, b"\n", 9, 0.0))
    await saving
    left = rig.folder / "journal-1.ndjson"
    assert not (rig.folder / "journal-0.ndjson").exists()
    assert left.read_bytes() == b'["%b","stdout",1,2,9,%d,"sent"]\n' % (FILE.encode(), zlib.crc32(b"\n"))
    (tmp_path / "checkpoint.json").unlink()
    (tmp_path / "checkpoint.json").mkdir()
    rig.entries = [entry(2)]
    await rig.saver.save()
    assert rig.saves("failed") == 1
    assert left.exists()


def journals(folder: Path) -> list[Path]:
    """Give the files of the journal."""
    return [*folder.glob("journal-*")]


@autojump
async def test_saves_that_keep_failing_leave_two_journals(tmp_path: Path) -> None:
    """One from before the first of them, one that goes on; a kill then loses nothing of either."""
    rig = Rig(tmp_path, [entry(1)])
    await rig.saver.save()
    document = (tmp_path / "checkpoint.json").read_bytes()
    (tmp_path / "checkpoint.json").unlink()
    (tmp_path / "checkpoint.json").mkdir()
    for offset in range(2, 32):
        rig.saver.acked(FILE, "stdout", Saved(offset))
        rig.entries = [entry(offset)]
        await rig.saver.save()
        assert len(journals(tmp_path)) <= 2
        [found] = applied((entry(1),), tmp_path)
        assert found.offsets["stdout"].offset == offset
    assert rig.saves("failed") == 30
    (tmp_path / "checkpoint.json").rmdir()
    (tmp_path / "checkpoint.json").write_bytes(document)
    await rig.saver.save()
    assert rig.offset() == 31
    rig.saver.acked(FILE, "stdout", Saved(32))
    rig.entries = [entry(32)]
    await rig.saver.save()
    assert journals(tmp_path) == []


@autojump
async def test_what_is_noted_while_saves_fail_follows_the_folder(tmp_path: Path) -> None:
    """It was removed and is there again: what comes next is noted in the new one."""
    folder = tmp_path / "state"
    rig = Rig(folder, [entry(1)])
    await rig.saver.save()
    shutil.rmtree(folder)
    folder.touch()
    rig.saver.acked(FILE, "stdout", Saved(2))
    await rig.saver.save()
    folder.unlink()
    folder.mkdir()
    (folder / "checkpoint.json").mkdir()
    rig.saver.acked(FILE, "stdout", Saved(3))
    await rig.saver.save()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "checkpoint.json").mkdir()
    await rig.saver.save()
    rig.saver.acked(FILE, "stdout", Saved(4))
    [found] = applied((entry(1),), folder)
    assert found.offsets["stdout"].offset == 4


@autojump
async def test_two_saves_at_once_take_turns(tmp_path: Path) -> None:
    """The second one saves what is so when it is its turn, if that is something else."""
    rig = Rig(tmp_path, [entry(1)])
    first, second, third = (asyncio.create_task(rig.saver.save()) for _ in range(3))
    await asyncio.sleep(0)
    rig.entries = [entry(2)]
    await asyncio.gather(first, second, third)
    assert (rig.offset(), rig.saves("saved")) == (2, 2)


@autojump
async def test_the_last_save_does_not_wait_for_a_disk_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process leaves all the same."""
    rig = Rig(tmp_path, [entry(1)])

    async def hang(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio, "to_thread", hang)
    before = asyncio.get_running_loop().time()
    await rig.saver.finish()
    assert asyncio.get_running_loop().time() - before == FINISH_SECONDS


@autojump
async def test_save_now_needs_no_loop_and_raises_nothing(tmp_path: Path) -> None:
    """It is called by a signal, while another save may be waiting for the disk."""
    rig = Rig(tmp_path, [entry(3)])
    rig.saver.save_now()
    assert rig.offset() == 3
    (tmp_path / "checkpoint.json").unlink()
    (tmp_path / "checkpoint.json").mkdir()
    rig.saver.save_now()
    assert rig.saves("failed") == 1


@autojump
async def test_nothing_is_saved_before_there_is_something_to_ask(tmp_path: Path) -> None:
    """A saver without entries saves an empty list."""
    saver = Checkpointer(Checkpoints(tmp_path), Journal(tmp_path), 1, Metrics(["stdout"], "1"))
    await saver.save()
    assert Checkpoints(tmp_path).load().entries == ()


@autojump
async def test_a_checkpoint_that_has_gone_is_saved_again_though_nothing_changes(tmp_path: Path) -> None:
    """The folder was removed, or another is mounted in its place: a kill must not find it empty, or old."""
    folder = tmp_path / "state"
    rig = Rig(folder, [entry(1)])
    running = asyncio.create_task(rig.saver.run())
    await asyncio.sleep(10 * SAVE_SECONDS)
    shutil.rmtree(folder)
    await asyncio.sleep(2 * SAVE_SECONDS)
    assert (rig.offset(), rig.saves("saved")) == (1, 2)
    rig.saver.acked(FILE, "stdout", Saved(5))
    assert len(list(folder.glob("journal-*"))) == 1
    folder.rename(tmp_path / "unmounted")
    folder.mkdir()
    Checkpoints(folder).save([entry(0)], 1)  # what was in the place before
    await asyncio.sleep(2 * SAVE_SECONDS)
    assert (rig.offset(), rig.saves("saved")) == (1, 3)
    await asyncio.sleep(10 * SAVE_SECONDS)
    assert (rig.saves("saved"), rig.saves("failed")) == (3, 0)
    running.cancel()
