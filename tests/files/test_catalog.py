"""The catalog and its sweeps, driven by the whole tailing half over real files."""

import errno
import gzip
import json
import logging
import os
import time
from functools import partial
from pathlib import Path

import pytest

from logship.files import departures
from tests.following import append, begun, lines
from tests.following import follow as start
from tests.privileges import folder_of_nobody, unprivileged

follow = partial(start, pattern="**/*.log")
"""Starts tailing the folder and all below it."""


@pytest.mark.parametrize("damage", [b"no gzip", b"\0" * 200])
def test_a_damaged_archive_ends_nothing(logs: Path, damage: bytes) -> None:
    """Its beginning is that of a file which was not finished, the rest is not to be unpacked: it is left alone.

    The first kind hides the end from every decoder, as if it were cut (zlib 1.2.13, isal 1.9.1): its size tells.
    """
    append(logs / "a.log", lines(0, 4000))
    follow(logs).drain()
    (logs / "a.log").unlink()
    whole = gzip.compress(lines(0, 5000))
    (logs / "a.log.1.gz").write_bytes(whole[:-1000] + damage + whole[-800:])
    append(logs / "a.log", lines(6000, 6010))
    assert follow(logs).drain() == lines(6000, 6010)


@pytest.mark.parametrize("year_ns", [-(10**18), 10_413_792_000 * 10**9])
def test_a_file_from_before_1970_or_after_2262_is_taken_like_others(logs: Path, year_ns: int) -> None:
    """Its owner can set any time, which is then saved, of what is read as of what is not."""
    for name in ("a.log", "a.log.1"):
        append(logs / name, lines(0, 10) if name == "a.log" else lines(90, 99))
        os.utime(logs / name, ns=(year_ns, year_ns))
    follower = follow(logs)
    assert follower.drain() == lines(0, 10)
    append(logs / "a.log", lines(10, 20))
    os.utime(logs / "a.log", ns=(year_ns, year_ns))
    follower = follow(logs)
    assert follower.read() == lines(10, 20)
    (logs / "a.log").rename(logs / "a.log.2")
    assert follower.drain() == b""
    assert follow(logs).drain() == b""


def test_a_file_that_can_not_be_opened_is_reported_as_long_as_it_is_there() -> None:
    """Once in the log; in the status until it can be opened, or is gone. Nothing of it is lost."""
    with folder_of_nobody() as folder:
        logs = folder / "logs"
        logs.mkdir()
        for name in ("a.log", "b.log"):
            append(logs / name, lines(0, 10))
            (logs / name).chmod(0)
        state = folder / "state"
        state.mkdir()
        state.chmod(0o777)
        with unprivileged():
            follower = follow(logs)
            assert follower.read() == b""
            assert set(follower.catalog.unreadable.values()) == {"Permission denied"}
            assert len(follower.catalog.unreadable) == 2
        (logs / "a.log").chmod(0o644)
        (logs / "b.log").unlink()
        with unprivileged():
            follower.step(2.0)
            assert follower.read() == lines(0, 10)
            follower.step(2.0)
        assert follower.catalog.unreadable == {}
        follower.catalog.close()


def checkpoint(logs: Path) -> Path:
    """Give the path of the checkpoint."""
    return logs.parent / "state" / "checkpoint.json"


def test_what_went_while_down_is_counted_however_long_that_was(logs: Path) -> None:
    """The bytes that nobody read of it are lost, also if logship was down for longer than it remembers files."""
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.step()
    follower.save()
    follower.kill()
    (logs / "a.log").unlink()
    saved = json.loads(checkpoint(logs).read_bytes())
    saved["files"][0]["seen"] = time.time() - 10 * 3600
    checkpoint(logs).write_text(json.dumps(saved))
    again = follow(logs)
    again.step()  # copies, if there are any, are looked at again before anything is given up
    again.step(4.0)
    assert not list(again.lost())  # it may be on its way to another name
    again.step(1.0)
    assert dict(again.lost()) == {"gone_while_down": len(lines(0, 10))}
    again.step(2.0)
    assert list(again.catalog.entries()) == []


def test_what_can_not_be_seen_is_not_gone() -> None:
    """A folder, or a file, without permission at the start: nothing is counted as lost, and later it goes on."""
    with folder_of_nobody() as folder:
        logs = folder / "logs"
        (logs / "inner").mkdir(parents=True)
        (folder / "state").mkdir()
        (folder / "state").chmod(0o777)
        files = [logs / "inner" / "a.log", logs / "b.log"]
        for file in files:
            append(file, lines(0, 10))
        first = follow(logs)
        first.step()
        first.save()
        first.kill()
        (logs / "inner").chmod(0)
        (logs / "b.log").chmod(0)
        (folder / "state" / "checkpoint.json").chmod(0o644)
        with unprivileged():
            follower = follow(logs)
            assert follower.read() == b""
            assert follower.catalog.unlistable == []
        assert not list(follower.lost())
        (logs / "inner").chmod(0o755)
        (logs / "b.log").chmod(0o644)
        with unprivileged():
            follower.step(2.0)
            assert follower.read() == lines(0, 10) * 2
        assert not list(follower.lost())
        follower.catalog.close()


def test_nothing_of_a_forgotten_file_stays(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour after it went, a finished generation has left no trace: a pod may rotate for months."""
    follower = begun(logs, 10)
    (logs / "a.log").rename(logs / "a.log.1")
    follower.step(31)
    assert len(follower.catalog.registry.finished) == 1
    (logs / "a.log.1").unlink()
    follower.step(2.0)
    assert not len(follower.catalog.registry.finished)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3700)
    follower.step(2.0)
    assert not follower.catalog.registry.entries
    assert not len(follower.catalog.registry.signatures)
    assert not follower.reader.ledger._files
    assert not follower.catalog._adoption.open.by_inode


def test_without_a_descriptor_one_unlinked_file_is_given_up_a_sweep(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest one, counted; the other ones are not given up for the same few descriptors."""
    follower = follow(logs)
    for number in range(3):
        append(logs / "a.log", lines(number * 10, number * 10 + 10))
        follower.step()
        (logs / "a.log").unlink()
        follower.step()
    for number in range(5):
        append(logs / f"b{number}.log", lines(900, 901))

    def refuse(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr("logship.files.beneath.Root.open_file", refuse)
        follower.step()
    assert dict(follower.lost()) == {"descriptor_limit": len(lines(0, 10))}
    assert sorted(follower.read().splitlines()) == sorted((lines(10, 30) + lines(900, 901) * 5).splitlines())


def test_a_folder_that_can_not_be_listed_is_named_after_three_sweeps() -> None:
    """One sweep may have met it by chance while it was made."""
    with folder_of_nobody() as folder:
        logs = folder / "logs"
        (logs / "inner").mkdir(parents=True)
        (folder / "state").mkdir()
        (folder / "state").chmod(0o777)
        (logs / "inner").chmod(0)
        with unprivileged():
            follower = follow(logs)
            for _ in range(2):
                follower.step(2.0)
            assert follower.catalog.unlistable == []
            follower.step(2.0)
            assert follower.catalog.unlistable == [f"{logs}/inner"]
        (logs / "inner").chmod(0o755)
        with unprivileged():
            follower.step(2.0)
        assert follower.catalog.unlistable == []


def test_a_file_whose_contents_can_not_be_read_is_reported_and_tried_again(
    logs: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """EIO from the disk: no descriptor is left open, the other files are read, and it is said once."""
    append(logs / "a.log", lines(0, 100))
    follow(logs).drain()
    append(logs / "a.log", lines(100, 110))
    append(logs / "b.log", b"fine\n")
    follower = follow(logs)
    bad = (logs / "a.log").stat().st_ino
    plain = os.pread

    def pread(fd: int, size: int, offset: int) -> bytes:
        if os.fstat(fd).st_ino == bad and offset > 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return plain(fd, size, offset)

    before = len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", pread)
        for _ in range(5):
            follower.step(2.0)
        assert b"".join(block.data for block in follower.take()) == b"fine\n"
        assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    assert follower.catalog.unreadable == {f"{logs}/a.log": "Input/output error"}
    assert [record.levelno for record in caplog.records].count(logging.WARNING) == 1
    follower.step(2.0)
    assert follower.read() == lines(100, 110)
    assert not list(follower.lost())


@pytest.mark.parametrize("good", range(24))
def test_a_disk_that_fails_while_a_file_goes_on_in_another_costs_nothing(
    logs: Path, monkeypatch: pytest.MonkeyPatch, good: int
) -> None:
    """EIO at any of its reads: its descriptor has one owner, and what is there by name is found again."""
    append(logs / "a.log", lines(0, 100))
    follower = follow(logs)
    assert follower.read() == lines(0, 100)
    append(logs / "longer", lines(0, 110))
    (logs / "longer").rename(logs / "a.log")
    bad = (logs / "a.log").stat().st_ino
    plain, reads = os.pread, 0

    def pread(fd: int, size: int, offset: int) -> bytes:
        nonlocal reads
        if os.fstat(fd).st_ino == bad:
            reads += 1
            if reads > good:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        return plain(fd, size, offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", pread)
        read = b"".join(follower.read() for _ in range(5))
        for file in follower.catalog.files.values():
            assert os.fstat(file.fd).st_ino == file.inode
    follower.step(2.0)
    assert read + follower.read() == lines(100, 110)
    assert not list(follower.lost())


def test_a_rotated_form_beside_an_empty_live_file_is_shipped(logs: Path) -> None:
    """Nothing has the same beginning as nothing: it is no copy."""
    append(logs / "a.log", b"")
    follower = follow(logs)
    follower.read()
    append(logs / "a.log.1", lines(0, 10))
    read = follower.read()
    follower.step(3)
    assert read + follower.read() == lines(0, 10)


@pytest.mark.parametrize("count", [5, 20, 40])
def test_a_rotated_form_that_only_begins_like_the_live_file_is_shipped(logs: Path, count: int) -> None:
    """Shorter or longer than what was read, or is there: a banner is no proof."""
    banner = b"banner " * 200 + b"\n"
    append(logs / "a.log", banner + lines(0, 20))
    follower = follow(logs)
    follower.read()
    append(logs / "a.log.1", banner + lines(500, 500 + count))
    read = follower.read()
    follower.step(3)
    assert read + follower.read() == banner + lines(500, 500 + count)


@pytest.mark.parametrize("later", [0, 30])
def test_a_copy_of_what_was_not_read_yet_is_no_other_file(logs: Path, later: int) -> None:
    """A live file that nobody could read so far has all that its copy has."""
    append(logs / "a.log", lines(0, 20))
    follower = follow(logs)
    follower.step()
    (logs / "a.log.bak").write_bytes((logs / "a.log").read_bytes())
    follower.step()
    append(logs / "a.log", lines(20, 20 + later))
    follower.step(3)
    assert follower.read() == lines(0, 20 + later)
    follower.step(3)
    assert follower.read() == b""


def test_what_is_remembered_of_files_that_are_gone_is_bounded(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that are made and removed for an hour do not fill the checkpoint: the oldest are forgotten."""
    monkeypatch.setattr(departures, "MAX_ENTRIES", 5)
    append(logs / "kept.log", lines(0, 10))
    follower = follow(logs)
    follower.read()
    (logs / "kept.log").rename(logs / "kept.log.1")
    follower.step(31)
    for number in range(20):
        append(logs / f"{number}.log", lines(0, 1))
        follower.read()
        (logs / f"{number}.log").unlink()
        follower.step()
        follower.step(31)
    follower.step(1)
    names = {Path(entry.path).name for entry in follower.catalog.entries()}
    assert names == {f"{number}.log" for number in range(15, 20)}
    assert follower.read() == b""
    assert not list(follower.lost())


def test_archives_that_were_left_alone_do_not_fill_the_checkpoint(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are there are forgotten before any that was read; one that is found again is left alone again."""
    monkeypatch.setattr(departures, "MAX_ENTRIES", 5)
    follower = begun(logs, 10)
    (logs / "a.log").rename(logs / "a.log.1")
    follower.step(31)
    for number in range(20):
        archive = logs / f"a.log.{number}.gz"
        archive.write_bytes(gzip.compress(b"%d" % number))
        os.utime(archive, (time.time() - 3600,) * 2)
    for _ in range(5):
        assert follower.read() == b""
        assert len(list(follower.catalog.entries())) <= 1
        assert follower.catalog.registry.left_alone == 20
