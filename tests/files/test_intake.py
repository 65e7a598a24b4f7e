import asyncio
import errno
import gzip
import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from logship.files.wakeups import Timer
from logship.state.identity import Entry
from tests.following import Follower, append, begun, follow, lines


def test_reads_what_is_there_and_what_comes(logs: Path) -> None:
    """A file is read from its beginning, then as it grows; an incomplete line waits for its newline."""
    append(logs / "a.log", lines(0, 10) + b"half")
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    append(logs / "a.log", b" a line\n")
    assert follower.read() == b"half a line\n"


def test_rename_rotation_reads_the_old_file_to_its_end_before_the_new(logs: Path) -> None:
    """What is written to the old descriptor after the rename is not lost, and comes before the new file's lines."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    append(logs / "a.log", lines(10, 20))
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(30, 40))
    append(logs / "a.log.1", lines(20, 30))
    assert follower.read() == lines(10, 40)


def test_last_lines_that_come_after_the_look_are_before_the_new_file(logs: Path) -> None:
    """Between the look at the old file and the first read of the new one the old one may have got its last lines."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", b"")
    follower.step()
    append(logs / "a.log.1", lines(10, 20))
    append(logs / "a.log", lines(20, 30))
    assert b"".join(block.data for block in follower.take()) == lines(10, 30)


def test_an_old_file_that_never_rests_does_not_hold_up_the_new_one(logs: Path) -> None:
    """Who still writes to the old descriptor is somebody else: both files are read."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(100, 110))
    follower.step()
    read = b""
    for turn in range(1, 4):
        append(logs / "a.log.1", lines(10 * turn, 10 * turn + 10))
        read += b"".join(block.data for block in follower.reader.read())
    assert lines(100, 110) in read


def test_two_rotations_between_two_looks(logs: Path) -> None:
    """A file that was born and rotated between two looks is found by its rotated name, and read before the live one."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    (logs / "a.log").rename(logs / "a.log.2")
    append(logs / "a.log.1", lines(10, 20))
    append(logs / "a.log", lines(20, 30))
    assert follower.read() == lines(10, 30)


def test_copytruncate_reads_the_rest_from_the_copy(logs: Path) -> None:
    """Lines that were written after the last look and cut off by the truncation are read from the copy, once."""
    live, copy = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    append(live, lines(10, 20))
    copy.write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(20, 30))
    assert follower.read() == lines(10, 30)
    follower.step(3)
    assert follower.read() == b""
    assert not list(follower.lost())


@pytest.mark.parametrize("after", [0, 5, 40])
def test_the_rest_in_the_copy_is_read_however_little_is_written_after(logs: Path, after: int) -> None:
    """The reader is told of the copy even if the file itself has not grown."""
    live, copy = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    append(live, lines(10, 20))
    copy.write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(20, 20 + after))
    assert follower.read() == lines(10, 20 + after)


def test_a_copy_that_was_seen_half_written_is_still_the_copy(logs: Path) -> None:
    """What is looked at while it is being copied is not taken for another file once the truncation comes."""
    live, copy = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 50))
    follower = follow(logs)
    assert follower.read() == lines(0, 50)
    append(live, lines(50, 60))
    copy.write_bytes(live.read_bytes()[:1500])
    assert follower.read() == lines(50, 60)
    copy.write_bytes(live.read_bytes() + lines(60, 70))
    os.truncate(live, 0)
    assert follower.read() == lines(60, 70)


def test_truncation_and_growth_past_the_offset_is_noticed(logs: Path) -> None:
    """A file that was truncated and is longer than before again is read from its beginning."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    (logs / "a.log").write_bytes(lines(100, 150))
    assert follower.read() == lines(100, 150)
    assert not list(follower.lost())


def test_truncation_without_a_copy_counts_what_was_lost(logs: Path) -> None:
    """Bytes that nobody could read before they were cut off are counted as lost, exactly."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.step()
    (logs / "a.log").write_bytes(b"")
    assert follower.read() == b""
    follower.step(1.0)
    for _ in range(10):
        follower.step(1.0)
    assert dict(follower.lost()) == {"truncated": len(lines(0, 10))}


def test_a_restart_resumes_at_the_offset(logs: Path) -> None:
    """After a stop, only what is new is read; a short file that never grows is not read again."""
    append(logs / "a.log", lines(0, 10))
    append(logs / "short.log", b"ten bytes\n")
    assert sorted(follow(logs).drain().splitlines()) == sorted((lines(0, 10) + b"ten bytes\n").splitlines())
    append(logs / "a.log", lines(10, 20))
    assert follow(logs).drain() == lines(10, 20)


def test_kill_repeats_only_what_was_not_acknowledged(logs: Path) -> None:
    """Without an acknowledgement the offset does not move; the same lines get the same identity again."""
    follower = begun(logs, 10)
    append(logs / "a.log", lines(10, 20))
    follower.read(ack=False)
    follower.save()
    first = follower.blocks[-1]
    follower.kill()
    again = follow(logs)
    assert again.drain() == lines(10, 20)
    assert (again.blocks[0].file, again.blocks[0].start) == (first.file, first.start)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_rotated_while_down(logs: Path, times: int) -> None:
    """Every file that was rotated while logship was down is read, the oldest first, from where it had been read."""
    append(logs / "a.log", lines(0, 10))
    assert follow(logs).drain() == lines(0, 10)
    append(logs / "a.log", lines(10, 20))
    for turn in range(times):
        for number in range(turn, -1, -1):
            name = f"a.log.{number}" if number else "a.log"
            (logs / name).rename(logs / f"a.log.{number + 1}")
        append(logs / "a.log", lines(20 + 10 * turn, 30 + 10 * turn))
        os.utime(logs / "a.log", ns=(0, (logs / "a.log").stat().st_mtime_ns + turn * 1000))
    assert follow(logs).drain() == lines(10, 20 + 10 * times)


def test_copytruncate_while_down(logs: Path) -> None:
    """The copy that was made while logship was down is recognised: its rest is read, then the new contents."""
    append(logs / "a.log", lines(0, 40))
    assert follow(logs).drain() == lines(0, 40)
    append(logs / "a.log", lines(40, 50))
    (logs / "a.log.1").write_bytes((logs / "a.log").read_bytes())
    os.truncate(logs / "a.log", 0)
    append(logs / "a.log", lines(50, 200))
    assert follow(logs).drain() == lines(40, 200)


def test_rotated_forms_at_the_first_start_are_left_alone(logs: Path) -> None:
    """History from before the first start is not shipped, not even after a restart."""
    append(logs / "a.log.1", lines(0, 10))
    append(logs / "a.log", lines(10, 20))
    assert follow(logs).drain() == lines(10, 20)
    assert follow(logs).drain() == b""


def test_read_from_end_begins_at_a_line(logs: Path) -> None:
    """At the first start only new lines are read; a line that is half there is read whole."""
    append(logs / "a.log", lines(0, 10) + b"half")
    follower = follow(logs, from_end=True)
    assert follower.read() == b""
    append(logs / "a.log", b" a line\n")
    append(logs / "new.log", lines(20, 30))
    assert follower.read() == b"half a line\n" + lines(20, 30)


def test_deleted_and_recreated(logs: Path) -> None:
    """The rest of a deleted file is read through its descriptor; the new file under the name is another one."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.step()
    (logs / "a.log").unlink()
    append(logs / "a.log", lines(10, 20))
    assert follower.read() == lines(0, 20)


def test_a_finished_rotated_file_is_closed_and_not_read_again(logs: Path) -> None:
    """After the wait for a late writer the descriptor is given back; growth after that is noticed all the same."""
    follower = begun(logs, 10)
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(10, 20))
    assert follower.read() == lines(10, 20)
    follower.step(31)
    assert len(follower.catalog.files) == 1
    assert follower.read() == b""
    append(logs / "a.log.1", lines(90, 91))
    assert follower.read() == lines(90, 91)


def test_an_unterminated_line_is_shipped_by_the_drain_once(logs: Path) -> None:
    """The drain ships it as partial; what comes later of the same line is a continuation."""
    append(logs / "a.log", b"no newline")
    follower = follow(logs)
    assert follower.read() == b""
    assert follower.drain() == b"no newline"
    assert follower.blocks[-1].flags == ("partial",)
    append(logs / "a.log", b", the rest\nnext\n")
    again = follow(logs)
    assert again.drain() == b", the rest\nnext\n"
    assert [block.flags for block in again.blocks] == [("continuation",), ()]


def test_a_drain_does_not_wait_for_a_writer_that_never_stops(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is there when it has waited long enough is read; of a line that has no end yet nothing, the next start's."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    read = follower.read()
    follower.intake.drain()
    number = 10
    while not follower.intake._drain.is_quiet(follower.now, follower.intake._last_growth()):
        append(logs / "a.log", lines(number, number + 1) + b"half")
        number += 1
        read += follower.read()
        append(logs / "a.log", b" a line\n")
        assert number < 1000
    append(logs / "a.log", b"no end")
    read += follower.drain()
    assert [line for line in read.splitlines() if line != b"half a line"] == lines(0, number).splitlines()
    assert read.endswith(b"half a line\n")
    assert [record.message for record in caplog.records if "still grow" in record.message]
    append(logs / "a.log", b" yet\n")
    assert follow(logs).drain() == b"no end yet\n"


def test_a_backup_copy_is_not_shipped(logs: Path) -> None:
    """A copy of a live file under a rotated name has nothing that the live file has not."""
    follower = begun(logs, 10)
    (logs / "a.log.bak").write_bytes((logs / "a.log").read_bytes())
    assert follower.read() == b""
    follower.step(3)
    assert follower.read() == b""


@pytest.mark.parametrize("truncated", [False, True])
def test_a_copy_made_while_down_is_not_shipped_again(logs: Path, *, truncated: bool) -> None:
    """Known file and unknown copy in the first sweep: it is a backup or, once the file is truncated, its rest."""
    append(logs / "a.log", lines(0, 50))
    first = follow(logs)
    first.read()
    first.drain()
    (logs / "a.log.1").write_bytes((logs / "a.log").read_bytes())
    second = follow(logs)
    assert second.read() == b""
    if truncated:
        os.truncate(logs / "a.log", 0)
        append(logs / "a.log", lines(50, 60))
    second.step(3.0)
    assert second.read() == (lines(50, 60) if truncated else b"")
    assert not dict(second.lost())


def test_a_file_that_only_begins_like_the_live_one_is_shipped(logs: Path) -> None:
    """A rotated form with the same head, but other lines where the live file's reader stands, is a file of its own."""
    banner = b"banner " * 200 + b"\n"
    append(logs / "a.log", banner + lines(0, 10))
    follower = follow(logs)
    follower.read()
    append(logs / "a.log.1", banner + lines(50, 70))
    assert follower.read() == banner + lines(50, 70)


@pytest.mark.parametrize("size", [-1, 0, 1])
def test_long_lines(logs: Path, size: int) -> None:
    """A line of exactly the limit is whole; one byte more is cut and marked, and the rest of it is a gap."""
    line = b"x" * (1000 + size) + b"\n"
    append(logs / "a.log", b"before\n" + line + b"after\n")
    follower = follow(logs, max_line_bytes=1000)
    expected = line if size <= 0 else b"x" * 1000
    assert follower.read() == b"before\n" + expected + b"after\n"
    assert any("truncated" in block.flags for block in follower.blocks) == (size > 0)


def test_a_huge_line_that_arrives_slowly(logs: Path) -> None:
    """Its first bytes are shipped as soon as it is too long; the rest is skipped until its newline comes."""
    follower = follow(logs, max_line_bytes=300_000)
    read = b""
    for _ in range(20):
        append(logs / "a.log", b"y" * 100_000)
        read += follower.read()
    append(logs / "a.log", b"\nnext\n")
    read += follower.read()
    assert read == b"y" * 300_000 + b"next\n"
    gaps = sum(block.end - block.start for block in follower.blocks if block.skipped)
    assert gaps == 2_000_000 - 300_000 + 1


def test_leading_nuls_of_a_writer_that_does_not_append(logs: Path) -> None:
    """After copytruncate such a writer leaves a hole: it is skipped without being read."""
    with (logs / "a.log").open("wb", buffering=0) as writer:
        writer.write(lines(0, 2000))
        follower = follow(logs)
        assert follower.read() == lines(0, 2000)
        (logs / "a.log.1").write_bytes((logs / "a.log").read_bytes())
        os.truncate(logs / "a.log", 0)
        writer.write(lines(2000, 2010))
        assert follower.read() == lines(2000, 2010)
        assert not list(follower.lost())


def test_a_backlog_bound_gives_up_the_oldest_unlinked_file(logs: Path) -> None:
    """Beyond the bound the oldest unlinked files are closed, which frees the disk; their unread bytes are counted."""
    follower = follow(logs, max_backlog=2500)
    for turn in range(3):
        append(logs / "a.log", lines(100 * turn, 100 * turn + 30))
        follower.step()
        (logs / "a.log").unlink()
        follower.step()
    size = len(lines(100, 130))
    assert dict(follower.lost()) == {"backlog": len(lines(0, 30)) + size}
    assert follower.read() == lines(200, 230)


def test_a_backlog_bound_skips_a_live_file_forward_to_a_whole_line(logs: Path) -> None:
    """A live file that lags by more than the bound goes on at a line's start; every byte is read or counted."""
    follower = follow(logs, max_backlog=1000)
    append(logs / "a.log", lines(0, 1000))
    follower.step()
    read = b"".join(block.data for block in follower.take())
    assert lines(0, 1000).endswith(read)
    assert 900 < len(read) <= 1000
    gaps = sum(block.end - block.start for block in follower.blocks if block.skipped)
    lost = dict(follower.lost())["backlog"]
    assert lost + gaps + len(read) == len(lines(0, 1000))


def test_skipping_forward_is_said_once_a_minute_and_counted_once(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A store that is down for long: however often the bound is passed, one message a minute, each byte once."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs, max_backlog=1000)
    for _ in range(100):
        append(logs / "a.log", lines(10, 20))
        follower.step()
        follower.step()
    size = (logs / "a.log").stat().st_size
    assert dict(follower.lost()) == {"backlog": size - 1000 - 1}
    assert caplog.text.count("skipping forward") == 1
    append(logs / "a.log", lines(10, 20))
    follower.step(60.0)
    assert caplog.text.count("skipping forward") == 2


@pytest.mark.parametrize("number", [1, 3, 7])
def test_a_gap_in_rotation_numbers_alone_is_no_loss(logs: Path, number: int) -> None:
    """Rotators count upward or downward, and skip what is empty: numbers say nothing of what was there."""
    follower = begun(logs, 10)
    (logs / "a.log").rename(logs / f"a.log.{number}")
    append(logs / "a.log.9", lines(20, 30))
    append(logs / "a.log", lines(30, 40))
    assert follower.read() == lines(20, 40)
    assert not dict(follower.lost())


def test_a_file_that_was_compressed_while_down_is_finished_from_the_archive(logs: Path) -> None:
    """The rest is read from the .gz, under the same identity; an archive of a file that was finished is left alone."""
    append(logs / "a.log", lines(0, 40))
    first = follow(logs)
    first.drain()
    append(logs / "a.log", lines(40, 90))
    (logs / "a.log.2.gz").write_bytes(gzip.compress(lines(0, 40)[:-5]))
    (logs / "a.log.1.gz").write_bytes(gzip.compress((logs / "a.log").read_bytes()))
    (logs / "a.log").unlink()
    append(logs / "a.log", lines(90, 100))
    again = follow(logs)
    assert again.drain() == lines(40, 100)
    assert again.blocks[0].file == first.blocks[0].file
    assert follow(logs).drain() == b""


def test_an_incomplete_archive_is_taken_once_it_is_complete(logs: Path) -> None:
    """An archive that is still being written is left until it does not grow for a while."""
    append(logs / "a.log", lines(0, 400))
    follow(logs).drain()
    archive = gzip.compress(lines(0, 500))
    (logs / "a.log").unlink()
    (logs / "a.log.1.gz").write_bytes(archive[:-20])
    follower = follow(logs)
    follower.step(1.0)
    assert follower.take() == []
    (logs / "a.log.1.gz").write_bytes(archive)
    follower.step(1.0)
    follower.step(2.0)
    assert follower.read() == lines(400, 500)
    assert not [*follower.lost()]


def test_another_birth_time_alone_makes_no_other_file(logs: Path) -> None:
    """Overlays and network file systems change or lack it: head and marker are two signs against it."""
    append(logs / "a.log", lines(0, 50))
    follow(logs).drain()
    checkpoint = json.loads((logs.parent / "state" / "checkpoint.json").read_text())
    if checkpoint["files"][0]["birth_ns"] is None:
        pytest.skip("this file system keeps no birth times")
    checkpoint["files"][0]["birth_ns"] -= 1
    (logs.parent / "state" / "checkpoint.json").write_text(json.dumps(checkpoint))
    assert follow(logs).drain() == b""


def stale(*_: object, **__: object) -> bool:
    """Fail as a descriptor of a network file system does when the server has forgotten it."""
    raise OSError(errno.ESTALE, "Stale file handle")


@pytest.mark.parametrize("method", ["look", "read_at"])
def test_a_file_that_can_not_be_read_any_more_is_found_again_by_its_name(logs: Path, method: str) -> None:
    """A failing descriptor ends nothing: the file is opened again and goes on where it was; so do the others."""
    for name in ("a.log", "b.log"):
        append(logs / name, lines(0, 10))
    follower = follow(logs)
    follower.read()
    bad = next(file for file in follower.catalog.files.values() if file.path.endswith("a.log"))
    setattr(bad, method, stale)
    for name in ("a.log", "b.log"):
        append(logs / name, lines(10, 20))
    assert follower.read() == lines(10, 20) * 2
    assert not list(follower.lost())
    assert bad.file in follower.catalog.files
    assert bad not in follower.catalog.files.values()


@pytest.mark.parametrize("method", ["look", "read_at"])
@pytest.mark.parametrize("gone", [False, True], ids=["rotated", "deleted"])
def test_a_nameless_file_that_can_not_be_read_for_a_while_is_read_on(
    logs: Path, caplog: pytest.LogCaptureFixture, method: str, *, gone: bool
) -> None:
    """A disk may fail and recover: what was rotated away meanwhile is tried again, and told once."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    assert follower.read() == lines(0, 10)
    with (logs / "a.log").open("ab") as late:
        (logs / "a.log").unlink() if gone else (logs / "a.log").rename(logs / "a.log.1")
        follower.step()
        (file,) = follower.catalog.files.values()
        setattr(file, method, stale)
        late.write(lines(10, 20))
    for _ in range(20):
        assert follower.read() == b""
        follower.step(1.0)
    delattr(file, method)
    follower.step()
    assert follower.read() == lines(10, 20)
    assert dict(follower.lost()) == {}
    assert [record.message for record in caplog.records].count("an open file can't be read") == 1


def test_a_nameless_file_that_can_not_be_read_any_more_is_counted_as_lost(logs: Path) -> None:
    """There is no other way to it: after a while its unread bytes are lost, by the reason ``unreadable``."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.step()
    (logs / "a.log").unlink()
    follower.step()
    (bad,) = follower.catalog.files.values()
    bad.read_at = stale  # type: ignore[method-assign, assignment]
    assert follower.read() == b""
    assert dict(follower.lost()) == {}
    follower.step(31)
    assert dict(follower.lost()) == {"unreadable": len(lines(0, 10))}
    assert not follower.catalog.files


def test_no_more_files_than_allowed_are_followed_those_of_the_checkpoint_first(logs: Path) -> None:
    """Beyond the bound new files are counted, not opened, until there is room; known ones have the right of way."""
    append(logs / "known.log", lines(0, 10))
    follow(logs).drain()
    for number in range(50):
        append(logs / f"a{number}.log", b"new\n")
    append(logs / "known.log", lines(10, 20))
    follower = follow(logs)
    follower.catalog.max_files = 20
    assert follower.read() == lines(10, 20) + b"new\n" * 19
    assert follower.metrics.files_ignored._value.get() == 31
    for number in range(50):
        (logs / f"a{number}.log").unlink()
    append(logs / "later.log", b"later\n")
    follower.step(31)
    assert follower.read() == b"later\n"


def test_a_line_is_not_cut_where_its_late_writer_still_writes(logs: Path) -> None:
    """A rotated file that was given up, and grows again, has its last line held for as long as any other."""
    append(logs / "a.log", b"half")
    follower = follow(logs, rotate_wait=5.0)
    follower.step()
    (logs / "a.log").rename(logs / "a.log.1")
    for _ in range(2):
        follower.step(6.0)
    assert [block.flags for block in follower.take()] == [("partial",)]
    append(logs / "a.log.1", b" a line\nand another ha")
    assert follower.read() == b" a line\n"
    append(logs / "a.log.1", b"lf\n")
    assert follower.read() == b"and another half\n"


async def test_a_fault_of_what_is_waited_for_is_not_hidden(logs: Path) -> None:
    """Else the intake would go round without ever waiting."""

    class Broken(Timer):
        """It can't wait."""

        async def change(self, least: float, most: float) -> bool:
            """Fail."""
            message = f"no {least} to {most} seconds"
            raise ValueError(message)

    follower = follow(logs)
    follower.intake._wakeups = Broken()
    with pytest.raises(ValueError, match="seconds"):
        await follower.intake.run()


class Asked(Timer):
    """Notes what is waited for; the test says what events tell."""

    def __init__(self) -> None:
        """Events tell of nothing yet."""
        super().__init__()
        self.waits: list[tuple[float, float]] = []
        self.tells = False

    async def change(self, least: float, most: float) -> bool:
        """Return at once."""
        self.waits.append((round(least, 3), round(most, 3)))
        return self.tells


@pytest.mark.parametrize(
    ("size", "tells", "least", "fixed"), [(10, True, 0.25, False), (10, False, 0.25, True), (300_000, True, 0.05, True)]
)
def test_how_soon_a_file_is_looked_at_again(logs: Path, size: int, tells: bool, least: float, fixed: bool) -> None:  # noqa: FBT001
    """Soon where much was written; else later, and where events tell of growth only once one comes."""
    append(logs / "a.log", b"first\n")
    follower = follow(logs)
    asked = follower.intake._wakeups = Asked()
    follower.intake._calm.poll = follower.intake._pace.poll = 1.0
    follower.step()
    asked.tells = tells
    asyncio.run(follower.intake._wait())
    append(logs / "a.log", b"x" * size + b"\n")
    follower.step()
    asyncio.run(follower.intake._wait())
    assert asked.waits[-1][0] == least
    assert (asked.waits[-1][1] == least) is fixed


def test_a_partial_line_that_may_have_left_is_sent_again_as_it_was(logs: Path) -> None:
    """Killed in the drain, before the answer: completed since, the line would have the same id and be a duplicate."""
    append(logs / "a.log", b"whole\nno newline")
    follower = follow(logs)
    follower.read()
    follower.intake._end()
    follower.take(ack=False)
    follower.save()
    follower.kill()
    append(logs / "a.log", b", the rest\nnext\n")
    again = follow(logs)
    again.drain()
    assert [(block.data, block.flags) for block in again.blocks] == [
        (b"no newline", ("partial",)),
        (b", the rest\n", ("continuation",)),
        (b"next\n", ()),
    ]
    assert again.blocks[0].start == follower.blocks[-1].start


def test_a_line_cut_at_the_limit_that_may_have_left_is_cut_there_again(logs: Path) -> None:
    """It is no partial line: its rest is skipped, before a kill and after."""
    append(logs / "a.log", b"x" * 1500 + b"\nnext\n")
    follower = follow(logs, max_line_bytes=1000)
    follower.step()
    follower.take(ack=False)
    follower.save()
    follower.kill()
    again = follow(logs, max_line_bytes=1000)
    assert again.drain() == b"x" * 1000 + b"next\n"
    assert again.blocks[0].flags == ("truncated",)


def test_a_followed_file_is_read_while_the_folder_is_swept(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written after a sweep has begun is there before it ends, however many names it has to look at."""
    monkeypatch.setattr("logship.files.discovery.NAMES_AT_ONCE", 16)
    monkeypatch.setattr("logship.files.sweeping.NAMES_AT_ONCE", 16)
    append(logs / "honest.log", lines(0, 1))
    follower = follow(logs)
    follower.read()
    for number in range(500):
        (logs / f"{number:03}.log").touch()
    follower.catalog.max_files = 1

    async def read_meanwhile() -> bytes:
        read = b""
        step = asyncio.ensure_future(follower.intake.step())
        await asyncio.sleep(0)
        append(logs / "honest.log", lines(1, 2))
        while not step.done():
            follower.now += 0.02
            read += b"".join(block.data for block in follower.take())
            await asyncio.sleep(0)
        return read

    assert asyncio.run(read_meanwhile()) == lines(1, 2)


Stages = list[Callable[[], object]]
NOTHING: Stages = [lambda: None]


def copy_and_truncate(live: Path) -> Stages:
    """Give the steps of logrotate's ``copytruncate``: the copy is empty for a moment, then half of it is there."""
    copy = live.with_name("a.log.1")
    return [
        copy.touch,
        *NOTHING * 5,
        lambda: append(copy, live.read_bytes()[:1500]),
        *NOTHING * 5,
        lambda: append(copy, live.read_bytes()[1500:]),
        lambda: os.truncate(live, 0),
        lambda: append(live, lines(60, 65)),
    ]


def rename_and_create(live: Path) -> Stages:
    """Give the steps of two rotations of a ``RotatingFileHandler``."""
    first, second = live.with_name("a.log.1"), live.with_name("a.log.2")
    return [
        lambda: live.rename(first),
        lambda: append(live, b""),
        lambda: append(live, lines(60, 62)),
        lambda: first.rename(second),
        lambda: live.rename(first),
        lambda: append(live, lines(62, 65)),
    ]


@pytest.fixture(params=[0.05, -1.0], ids=["short-sweeps", "long-sweeps"])
def small_steps(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Make a sweep of a few names pause as often as one of thousands, and maybe be taken for as long as that."""
    monkeypatch.setattr("logship.files.pace.LONG_SWEEP_SECONDS", request.param)
    for step in ("sweeping.NAMES_AT_ONCE", "sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
        monkeypatch.setattr(f"logship.files.{step}", 1)


async def sweep_amid(follower: Follower, stages: deque[Callable[[], object]], at_once: int) -> None:
    """Let some stages happen at each pause of a sweep."""
    step = asyncio.ensure_future(follower.intake.step())
    await asyncio.sleep(0)
    while not step.done():
        for stage in [stages.popleft() for _ in range(min(at_once, len(stages)))]:
            stage()
        follower.now += 0.06  # the files are looked at between any two parts of a sweep
        await asyncio.sleep(0)


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("at_once", range(1, 6))
@pytest.mark.parametrize("begin", range(6))
@pytest.mark.parametrize("pattern", ["*.log", "a*"], ids=["old-does-not-match", "old-matches"])
@pytest.mark.parametrize("rotate", [copy_and_truncate, rename_and_create])
def test_a_file_may_be_rotated_at_any_moment_of_a_sweep(
    logs: Path, rotate: Callable[[Path], Stages], pattern: str, begin: int, at_once: int
) -> None:
    """Any part of it may come after the folder was listed: nothing is read twice, nothing is lost."""
    live = logs / "a.log"
    append(live, lines(0, 50))
    follower = follow(logs, pattern)
    read = follower.read()
    append(live, lines(50, 60))
    stages = deque([*NOTHING * begin, *rotate(live)])
    while stages:
        asyncio.run(sweep_amid(follower, stages, at_once))
        read += b"".join(block.data for block in follower.take())
    for _ in range(3):
        read += follower.read()
        follower.step(3)
    assert read == lines(0, 65)
    assert not list(follower.lost())


def test_sweeps_rest_in_proportion_to_what_they_cost(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some in a row, three times as long while names come and go; then a file that came meanwhile is found."""
    follower = follow(logs)
    follower.step()
    looks = []
    plain = follower.catalog.sweep

    def costly(now: float) -> Iterator[None]:
        looks.append(now)
        yield from plain(now)
        follower.now += 1.0

    monkeypatch.setattr(follower.catalog, "sweep", costly)
    for number in range(200):
        append(logs / f"{number}.log", lines(0, 1))
        follower.read()
    waits = [round(after - before) for before, after in pairwise(looks)]
    assert waits[:1] == [1]
    assert waits[-2:] == [4, 4]


def test_what_is_to_be_saved_is_gathered_only_if_it_may_differ(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing happens it is what was last given; a line, a new name, a removal or half a line change it."""
    append(logs / "a.log", lines(0, 2))
    follower = follow(logs)
    intake, given = follower.intake, list[Entry]()
    gather = intake.entries

    def entries() -> Iterator[Entry]:
        given[:] = gather()
        return iter(given)

    monkeypatch.setattr(intake, "entries", entries)
    for change in (
        lambda: append(logs / "a.log", lines(2, 4)),
        lambda: append(logs / "b.log", lines(4, 6)),
        (logs / "b.log").unlink,
        lambda: append(logs / "a.log", b"no end yet"),
        lambda: (logs / "a.log").rename(logs / "a.log.1"),
    ):
        follower.read()
        os.utime(logs, (1e9, 1e9))  # what has just changed may change again within one tick of the file system
        for _ in range(3):
            follower.step(10)
        before, intake._pace.due = list(entries()), 1e9  # no sweep, but for a change
        follower.step(1)
        assert not intake.may_differ()
        assert list(entries()) == before
        change()
        follower.step(1)
        assert intake.may_differ() or list(gather()) == given != before
