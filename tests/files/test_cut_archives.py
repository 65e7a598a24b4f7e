"""Archives that are not whole: what is sound of them is read, once, and the rest is told."""

import gzip
import io
import logging
import os
import tarfile
import time
import zlib
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from logship.files.archives import Contents
from tests.files.test_decoding import zstd_checked
from tests.files.test_kinds import problem, records
from tests.following import Follower, append, begun, follow, lines, zipped

SAID = "a packed file is cut or damaged: it is read as far as it is sound"
PACKED = gzip.compress(lines(0, 3000))
DAMAGED = PACKED[:2000] + bytes(100) + PACKED[2100:]


def later(follower: Follower, seconds: float = 3.0, times: int = 3) -> None:
    """Let time go by, with a look at each turn."""
    for _ in range(times):
        follower.step(seconds)
        follower.read()


def cut_to(nbytes: int) -> bytes:
    """Give the whole lines that can be unpacked of so many bytes of the archive."""
    there = zlib.decompressobj(31).decompress(PACKED[:nbytes])
    return there[: there.rfind(b"\n") + 1]


def packed_while_away(logs: Path, data: bytes) -> tuple[Follower, Follower]:
    """Read 400 lines, and start again behind a rotation that left so much of an archive: before and after."""
    first = begun(logs, 400)
    first.drain()
    (logs / "a.log").unlink()
    (logs / "a.log.1.gz").write_bytes(data)
    append(logs / "a.log", lines(20_000, 20_001))
    second = follow(logs)
    later(second)
    return first, second


@pytest.mark.parametrize("part", [0.001, 0.3, 0.999])
def test_the_whole_lines_of_a_cut_archive_are_read_once(
    logs: Path, caplog: pytest.LogCaptureFixture, part: float
) -> None:
    """A packer was killed after it had removed what it packed, or the volume was full: there is nothing else."""
    caplog.set_level(logging.WARNING)
    size = int(len(PACKED) * part)
    first, second = packed_while_away(logs, PACKED[:size])
    second.drain()
    assert problem(lines(0, 400) + cut_to(size)[len(lines(0, 400)) :] + lines(20_000, 20_001), first, second) == ""
    later(third := follow(logs))
    assert not third.blocks
    said = [vars(record) for record in caplog.records if record.message == SAID]
    wanted = [(len(cut_to(size)), "it is not complete")] if cut_to(size) else []
    assert [(each["bytes"], each["cause"]) for each in said] == wanted
    lost = sum(each["lost_bytes"] for each in said)
    assert dict(second.lost()) == ({"unreadable": lost} if lost else {})
    assert not dict(third.lost())


@pytest.mark.parametrize("pack", [zstd_checked, zipped])
def test_other_formats_that_are_cut(logs: Path, pack: Callable[[bytes], bytes]) -> None:
    """As far as whole blocks are there: 128 KiB of zstd, 900 kB of bzip2, all that this has."""
    packed = pack(lines(0, 12_000))
    first, second = packed_while_away(logs, packed[: len(packed) // 2])
    second.drain()
    count = records(first, second)
    assert 3000 < len(count) < 10_000
    assert problem(lines(0, len(count) - 1) + lines(20_000, 20_001), first, second) == ""


@pytest.mark.parametrize("when", ["open", "closed", "restarted"])
def test_an_archive_goes_on_that_was_taken_for_cut(logs: Path, when: str) -> None:
    """Its packer had been stopped for a while: what follows is read as more of the same."""
    size = len(PACKED) // 2
    followers = [*packed_while_away(logs, PACKED[:size])]
    if when == "closed":
        later(followers[-1], 60.0)
    if when == "restarted":
        followers[-1].drain()
        followers.append(follow(logs))
    append(logs / "a.log.1.gz", PACKED[size:])
    later(followers[-1])
    followers[-1].drain()
    assert problem(lines(0, 3000) + lines(20_000, 20_001), *followers) == ""
    later(last := follow(logs))
    assert not last.blocks


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("behind", [b"rubbish behind it", DAMAGED], ids=["rubbish", "archive"])
def test_what_is_in_front_of_damage_is_read_once(
    logs: Path, caplog: pytest.LogCaptureFixture, behind: bytes, *, restarted: bool
) -> None:
    """As far as the last archive that is whole."""
    caplog.set_level(logging.WARNING)
    first, second = packed_while_away(logs, PACKED + behind)
    followers = [first, second]
    if restarted:
        second.drain()
        followers.append(follow(logs))
    later(followers[-1])
    followers[-1].drain()
    assert problem(lines(0, 3000) + lines(20_000, 20_001), *followers) == ""
    (said,) = (vars(record) for record in caplog.records if record.message == SAID)
    assert said["lost_bytes"] == len(behind)
    assert dict(second.lost()) == {"unreadable": len(behind)}


def test_a_cut_archive_of_what_is_read_is_a_copy(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A packer was stopped, and what it packs is there: nothing of it is new, and nothing is told as lost."""
    caplog.set_level(logging.WARNING)
    first = begun(logs, 3000)
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(3000, 3001))
    later(first)
    (logs / "a.log.1.gz").write_bytes(PACKED[: len(PACKED) // 2])
    later(first)
    (logs / "a.log.1").unlink()
    append(logs / "a.log.1.gz", PACKED[len(PACKED) // 2 :])
    later(first)
    first.drain()
    assert problem(lines(0, 3001), first) == ""
    assert not dict(first.lost())
    assert not caplog.records


def test_a_cut_archive_is_gone_through_twice(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is found, and when it has not grown for a while, however often it is met."""
    measured, plain = [], Contents.measure

    def measure(contents: Contents) -> Generator[None, None, bool]:
        measured.append(contents)
        return (yield from plain(contents))

    monkeypatch.setattr(Contents, "measure", measure)
    _, second = packed_while_away(logs, PACKED[: len(PACKED) // 2])
    later(second, times=30)
    assert len(measured) == 2


@pytest.mark.parametrize("nuls", [16, 100_000])
def test_what_a_crash_left_as_nuls_is_no_data(logs: Path, nuls: int) -> None:
    """Inflate makes some 15 KiB of wrong text of 8 KiB of NULs, without an error (zlib 1.2.13, isal 1.9.1)."""
    size = len(PACKED) // 2
    first, second = packed_while_away(logs, PACKED[:size].rstrip(b"\0") + bytes(nuls))
    second.drain()
    assert problem(cut_to(size) + lines(20_000, 20_001), first, second) == ""


@pytest.mark.parametrize("grown", [False, True])
def test_what_had_left_of_a_cut_archive_at_a_kill_is_repeated_under_its_ids(logs: Path, *, grown: bool) -> None:
    """Also where the packer went on meanwhile."""
    first, size = begun(logs, 400), len(PACKED) // 2
    first.drain()
    (logs / "a.log").unlink()
    (logs / "a.log.1.gz").write_bytes(PACKED[:size])
    append(logs / "a.log", lines(20_000, 20_001))
    second = follow(logs)
    for _ in range(3):
        second.step(3.0)
    second.save()
    second.take(ack=False)
    second.kill()
    if grown:
        append(logs / "a.log.1.gz", PACKED[size:])
    third = follow(logs)
    later(third)
    third.drain()
    assert second.blocks
    whole = lines(0, 3000) if grown else cut_to(size)
    assert problem(whole + lines(20_000, 20_001), first, second, third) == ""


def test_a_kill_while_a_cut_archive_is_read_loses_nothing(logs: Path) -> None:
    """It is older than the last look by then: that it is to be read on says more."""
    first, second = packed_while_away(logs, b"")
    (logs / "a.log.1.gz").write_bytes(PACKED[: len(PACKED) // 2])
    for _ in range(3):
        second.step(3.0)
    second.save()
    taken = second.take(ack=False)
    second.blocks = second.blocks[: -len(taken)] if taken else second.blocks
    assert taken
    second.kill()
    os.utime(logs / "a.log.1.gz", (time.time() - 60.0, time.time() - 60.0))
    later(third := follow(logs))
    third.drain()
    assert problem(cut_to(len(PACKED) // 2) + lines(20_000, 20_001), first, second, third) == ""


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("name", ["a.log.1", "a.log.2.gz"])
def test_what_has_more_than_a_cut_archive_goes_on(logs: Path, name: str, *, closed: bool) -> None:
    """All of it was there elsewhere, and was put beside what the packer had left."""
    first, second = packed_while_away(logs, PACKED[: len(PACKED) // 2])
    followers = [first, second]
    if closed:
        second.drain()
        followers.append(follow(logs))
    (logs / name).write_bytes(lines(0, 3000) if name == "a.log.1" else PACKED)
    later(followers[-1])
    followers[-1].drain()
    later(last := follow(logs))
    assert problem(lines(0, 3000) + lines(20_000, 20_001), *followers, last) == ""


@pytest.mark.parametrize("size", [1500, 3000])
def test_logs_that_begin_with_a_banner_are_others(logs: Path, size: int) -> None:
    """Of one only a cut archive is there, and it begins as the last one did."""
    banner, first = b"#" * size + b"\n", follow(logs)
    append(logs / "a.log", banner + lines(0, 400))
    first.read()
    first.drain()
    (logs / "a.log").unlink()
    packed = gzip.compress(banner + lines(1000, 3000))
    (logs / "a.log.1.gz").write_bytes(packed[: len(packed) // 2])
    append(logs / "a.log", lines(20_000, 20_001))
    second = follow(logs)
    later(second)
    second.drain()
    assert any(block.data.startswith(banner) for block in second.blocks)


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["tar", "tar.gz"])
def test_a_tar_that_is_cut_is_read_as_far_as_it_is_there(logs: Path, pack: Callable[[bytes], bytes]) -> None:
    """All of its whole lines, but those of half a kilobyte at its end."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        (member := tarfile.TarInfo("a.log")).size = len(lines(0, 3000))
        archive.addfile(member, io.BytesIO(lines(0, 3000)))
    packed = pack(out.getvalue())
    first, second = packed_while_away(logs, packed[: len(packed) // 2])
    second.drain()
    count = len(records(first, second))
    assert count > 1000
    assert problem(lines(0, count - 1) + lines(20_000, 20_001), first, second) == ""
