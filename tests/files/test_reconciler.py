"""Each row of the reconciler's table, asked of real files; what rotators do with them: test_kinds."""

import gzip
import os
import time
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from logship.files.steps import finish, in_steps
from logship.files.tailing import TailedFile
from tests.files.test_kinds import records
from tests.following import Follower, append, begun, follow, lines

HOUR = 3600 * 10**9


def written(path: Path, data: bytes, ago: float = 0.0) -> Path:
    """Write a file that was written last so many seconds ago."""
    path.write_bytes(data)
    os.utime(path, ns=(time.time_ns() - int(ago * 1e9),) * 2)
    return path


def settle(follower: Follower) -> bytes:
    """Read over a time that is longer than anything is waited for."""
    read = follower.read()
    for _ in range(3):
        follower.step(3.0)
        read += follower.read()
    return read


def restarted(logs: Path, *, pattern: str = "*.log") -> Follower:
    """Read all that is there, stop and start again."""
    follow(logs, pattern).drain()
    return follow(logs, pattern)


def by_name(follower: Follower, name: str) -> TailedFile:
    """Give the open file that has a name."""
    return next(file for file in follower.catalog.files.values() if file.path.endswith(f"/{name}"))


# -- nothing of it is known -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.log.1", "a.log.1.gz", "a-20261127.log", "b.log"])
def test_what_is_unknown_and_newer_than_the_last_look_is_new(logs: Path, name: str) -> None:
    """Packed or not, and under whatever name, if logship was away."""
    append(logs / "a.log", lines(0, 60))
    follow(logs).drain()
    data = lines(100, 160)
    (logs / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert follow(logs).drain() == data


@pytest.mark.parametrize("name", ["a.log.1", "a.log.1.gz"])
def test_what_is_unknown_and_older_than_the_last_look_is_history(logs: Path, name: str) -> None:
    """Moved here from elsewhere, say: it is left alone, over a restart too."""
    append(logs / "a.log", lines(0, 60))
    follower = restarted(logs)
    data = lines(100, 160)
    written(logs / name, gzip.compress(data) if name.endswith(".gz") else data, ago=3600.0)
    assert settle(follower) == b""
    assert follower.catalog.registry.left_alone == 1
    follower.drain()
    assert follow(logs).drain() == b""


def test_what_a_pattern_matches_is_new_however_old(logs: Path) -> None:
    """It is no rotated form: somebody asked for it by name."""
    append(logs / "a.log", lines(0, 60))
    follower = restarted(logs)
    written(logs / "b.log", lines(100, 160), ago=3600.0)
    assert settle(follower) == lines(100, 160)


def test_what_is_appended_to_history_is_new(logs: Path) -> None:
    """From where it was when it was put by; a line that had begun by then is shipped whole."""
    append(logs / "a.log", lines(0, 60))
    written(logs / "a.log.1", lines(100, 160) + b"half", ago=3600.0)
    follower = follow(logs)
    assert settle(follower) == lines(0, 60)
    append(logs / "a.log.1", b" a line\n" + lines(160, 170))
    assert settle(follower) == b"half a line\n" + lines(160, 170)


def test_a_clock_that_was_set_back_dates_nothing(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody has seen may be newer than its time says."""
    append(logs / "a.log", lines(0, 60))
    follower = restarted(logs)
    follower.read()
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() - HOUR)
    written(logs / "a.log.1", lines(100, 160))
    assert settle(follower) == lines(100, 160)


def test_from_the_end_is_for_the_first_look_alone(logs: Path) -> None:
    """Files that come later are read from their start."""
    append(logs / "a.log", lines(0, 60))
    follower = follow(logs, from_end=True)
    assert settle(follower) == b""
    append(logs / "b.log", lines(100, 160))
    assert settle(follower) == lines(100, 160)


# -- all of it is known -----------------------------------------------------------------------------------------------


def test_a_copy_beside_a_followed_file_is_held_then_put_by(logs: Path) -> None:
    """As long as it may be the first half of copytruncate."""
    follower = begun(logs, 60)
    (logs / "a.log.1").write_bytes(lines(0, 60))
    assert follower.read() == b""
    assert (follower.catalog.registry.left_alone, follower.catalog.unsettled) == (0, True)
    follower.step(2.1)
    follower.step(0.1)
    assert (follower.catalog.registry.left_alone, follower.catalog.unsettled) == (1, False)
    assert follower.drain() == b""


@pytest.mark.parametrize("pause", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("removed", [False, True])
def test_a_copy_is_still_one_once_its_file_has_grown_and_is_finished(
    logs: Path, pause: float, *, removed: bool
) -> None:
    """Of a finished file a short beginning says nothing: that it was one is known from when it was held."""
    follower = begun(logs, 8)
    follower.catalog.max_files = 2
    (logs / "a.log-bak").write_bytes(lines(0, 8))
    assert follower.read() == b""
    (logs / "a.log-bak").unlink() if removed else None
    append(logs / "a.log", lines(8, 16))
    assert follower.read() == lines(8, 16)
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(16, 24))
    append(logs / "b.log", lines(30, 38))
    arrived = b""
    for _ in range(12):
        follower.step(pause)
        arrived += follower.read()
    assert sorted((arrived + follower.drain()).splitlines()) == (lines(16, 24) + lines(30, 38)).splitlines()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", ["a.log.7", "a.log.old", "a.log-20261127"])
def test_a_copy_of_a_finished_generation_never_ships(logs: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    """Under any name of its lineage, whenever it is made, also once the generation itself is gone."""
    follower = begun(logs, 60)
    copy = logs.parent / "copy"
    copy.write_bytes(pack(lines(0, 60)))  # while the file is there: it is to have an inode of its own
    (logs / "a.log").unlink()
    append(logs / "a.log", lines(60, 120))
    follower.read()
    follower.step(31.0)
    assert len(follower.catalog.files) == 1
    follower.drain()
    copy.rename(logs / name)
    os.utime(logs / name)
    second = follow(logs)
    assert settle(second) == b""
    assert second.catalog.registry.left_alone == 1


def test_a_copy_of_a_finished_generation_that_begins_as_the_live_file_never_ships(logs: Path) -> None:
    """Half a line is all that the live file has: a copy with all of that, and more, is of what has all of the copy."""
    live = logs / "a.log"
    append(live, lines(0, 100))
    follower = follow(logs)
    follower.read()
    live.rename(logs / "a.log.1")
    follower.read()
    follower.step(60.0)
    follower.step(60.0)
    assert follower.catalog.files == {}
    append(live, lines(100, 101)[:7])
    follower.read()
    follower.save()
    follower.kill()
    again = follow(logs)
    assert again.read() == b""
    (logs / "a.log.2").write_bytes(lines(0, 100))
    for seconds in (0.1, 3.0, 3.0):
        again.step(seconds)
        assert again.read() == b""


def test_the_same_bytes_under_another_live_name_are_another_file(logs: Path) -> None:
    """Only within one lineage does equal content say anything."""
    append(logs / "a.log", lines(0, 60))
    follower = restarted(logs)
    (logs / "b.log").write_bytes(lines(0, 60))
    assert settle(follower) == lines(0, 60)


# -- all of a generation, and more ------------------------------------------------------------------------------------


@pytest.mark.parametrize("away", [False, True])
def test_a_generation_goes_on_in_a_longer_file(logs: Path, *, away: bool) -> None:
    """Another inode, the same name, all that was read: the offset counts on, under one identity."""
    append(logs / "a.log", lines(0, 60))
    first = follow(logs)
    first.read()
    if away:
        first.drain()
    (logs / "new").write_bytes(lines(0, 70))
    (logs / "new").rename(logs / "a.log")
    second = follow(logs) if away else first
    assert settle(second) == lines(60, 70)
    assert len({block.file for block in (*first.blocks, *second.blocks)}) == 1


def test_a_generation_goes_on_in_an_archive(logs: Path) -> None:
    """What was not read of it before it was packed."""
    append(logs / "a.log", lines(0, 60))
    follow(logs).drain()
    (logs / "a.log").unlink()
    (logs / "a.log.1.gz").write_bytes(gzip.compress(lines(0, 70)))
    second = follow(logs)
    assert settle(second) == lines(60, 70)
    assert not dict(second.lost())


def test_several_generations_go_on_in_one_file(logs: Path) -> None:
    """One was appended to the other while logship was away, and both have more than was read."""
    append(logs / "a.log", lines(0, 60))
    follow(logs).drain()
    (logs / "a.log.1").write_bytes(lines(0, 60) + lines(60, 65) + lines(500, 560))
    os.truncate(logs / "a.log", 0)
    assert sorted(follow(logs).drain().splitlines()) == sorted((lines(60, 65) + lines(500, 560)).splitlines())


# -- a beginning ------------------------------------------------------------------------------------------------------


def test_bytes_that_replace_others_are_a_new_generation(logs: Path) -> None:
    """It begins at the line where they differ, under another identity."""
    follower = begun(logs, 60)
    with (logs / "a.log").open("r+b") as file:
        file.seek(len(lines(0, 55)))
        file.write(lines(955, 965))
    assert settle(follower) == lines(955, 965)
    first, second = follower.blocks
    assert first.file != second.file
    assert second.start == len(lines(0, 55))


def test_a_file_that_only_begins_like_one_that_is_there_is_new(logs: Path) -> None:
    """A banner that every generation begins with."""
    banner = b"service 1.2.3 starting\n" * 60
    append(logs / "a.log", banner + lines(0, 60))
    follower = follow(logs)
    follower.read()
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", banner + lines(60, 120))
    assert settle(follower) == banner + lines(60, 120)


# -- archives that are not read ---------------------------------------------------------------------------------------


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Give names and causes of what was said about packed files."""
    said = [each for each in caplog.records if "packed file is not read" in each.message]
    return [(Path(str(getattr(each, "path", ""))).name, str(getattr(each, "cause", ""))) for each in said]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.log.1.lz4", b"\x04\x22\x4d\x18" + lines(100, 160)),
        ("a.log.1.gz", gzip.compress(lines(100, 160))[:60] + bytes(200)),
    ],
    ids=["a format that is not read", "damaged"],
)
def test_an_archive_that_cannot_be_read_is_told_once(
    logs: Path, caplog: pytest.LogCaptureFixture, name: str, data: bytes
) -> None:
    """It is newer than the last look, so that it may have what nobody has; nothing of it is shipped as text."""
    append(logs / "a.log", lines(0, 60))
    follow(logs).drain()
    (logs / name).write_bytes(data)
    second = follow(logs)
    assert settle(second) == b""
    assert len(told(caplog)) == 1
    assert told(caplog)[0][0] == name
    assert told(caplog)[0][1]


def test_an_archive_that_is_older_is_not_told(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody asked for it."""
    append(logs / "a.log", lines(0, 60))
    written(logs / "a.log.1.lz4", b"\x04\x22\x4d\x18" + lines(100, 160), ago=3600.0)
    assert settle(follow(logs)) == lines(0, 60)
    assert told(caplog) == []


def test_an_archive_that_grows_is_asked_about_again(logs: Path) -> None:
    """It was still being written."""
    append(logs / "a.log", lines(0, 200))
    first = follow(logs)
    first.read()
    first.save()
    first.kill()
    (logs / "a.log").unlink()
    packed = gzip.compress(lines(0, 260))
    (logs / "a.log.1.gz").write_bytes(packed[: len(packed) // 2])
    second = follow(logs)
    assert settle(second) == b""
    append(logs / "a.log.1.gz", packed[len(packed) // 2 :])
    assert settle(second) == lines(200, 260)


# -- where open files are ---------------------------------------------------------------------------------------------


def test_a_file_is_found_by_the_name_that_it_has_now(logs: Path) -> None:
    """And by none that it had."""
    append(logs / "a.log", lines(0, 60))
    follower = follow(logs, "*.log*")
    follower.read()
    file = by_name(follower, "a.log")
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(60, 120))
    follower.read()
    assert by_name(follower, "a.log.1") is file
    assert by_name(follower, "a.log") is not file
    (logs / "a.log.1").unlink()
    follower.read()
    assert (file.path, file.deleted) == ("", True)
    follower.drain()


def test_what_is_written_right_before_a_file_is_closed_arrives(logs: Path) -> None:
    """After it was looked at last, that is: it was never seen, so the file is not as it was."""
    for data in (b"", lines(0, 60)):
        live = logs / f"{len(data)}.log"
        append(live, data)
        follower = follow(logs)
        follower.read()
        file = by_name(follower, live.name)
        append(live, lines(60, 61))
        entry = next(entry for entry in follower.intake.entries() if entry.file == file.file)
        follower.catalog.finish(file, entry)
        follower.reader.closed(file)
        assert settle(follower) == lines(60, 61)
        follower.drain()


def test_nothing_of_a_closed_file_is_kept_open(logs: Path) -> None:
    """Neither of what was read and removed, nor of copies; each descriptor is given back."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names alone
    for number in range(20):
        append(logs / f"{number}.log", lines(100 * number, 100 * number + 60))
    follower = follow(logs)
    follower.read()
    for number in range(20):
        (logs / f"{number}.log.1").write_bytes((logs / f"{number}.log").read_bytes())
        follower.read()
        (logs / f"{number}.log").unlink()
    settle(follower)
    follower.step(31.0)
    follower.step(1.0)
    assert not follower.catalog.files
    assert not follower.catalog.unsettled
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    follower.drain()


# -- helpers ----------------------------------------------------------------------------------------------------------


def test_steps_have_pauses() -> None:
    """After each sixteenth thing there is time for others; nothing is left out."""
    steps = list(in_steps(range(40)))
    assert [step for step in steps if step is not None] == list(range(40))
    assert [number for number, step in enumerate(steps) if step is None] == [16, 33]


def test_all_steps_can_be_taken_at_once() -> None:
    """And give their answer."""

    def steps() -> Generator[None, None, str]:
        yield
        yield
        return "answer"

    assert finish(steps()) == "answer"


def test_what_was_packed_before_anybody_saw_it_is_new(logs: Path) -> None:
    """Python's hourly handler may rotate at once: the file lived for less than a look, and the next one is as new."""
    append(logs / "app.log", lines(0, 0))
    follower = follow(logs, "app*.log")
    follower.read()
    (logs / "app.log").unlink()
    (logs / "app.log.2026-11-28_04-50-45.gz").write_bytes(gzip.compress(lines(0, 900)))
    append(logs / "app.log", lines(900, 1000))
    assert follower.read() + follower.read() == lines(0, 1000)


def test_what_replaces_a_file_is_new_from_its_beginning_however_small_it_was_at_the_last_save(logs: Path) -> None:
    """As klog does: up to its size at the last save nothing of the new bytes is known, though the header is alike."""
    live, header = logs / "app.log", b"Log file created at: 2026/11/28 15:12:00\n" * 4
    append(live, header + lines(0, 200))
    first = follow(logs)
    first.read()
    append(live, lines(200, 1000))
    first.read()
    first.kill()
    live.write_bytes(header + lines(5000, 7000))
    again = follow(logs)
    assert (again.read() + again.read()).endswith(lines(5000, 7000))


@pytest.mark.parametrize("header", [0, 41, 164])
@pytest.mark.parametrize("acked", [False, True])
@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("more", [0, 20, 300, 5000])
def test_what_left_before_a_kill_keeps_its_ids_though_other_bytes_are_there_now(
    logs: Path, header: int, *, acked: bool, saved: bool, more: int
) -> None:
    """As klog's second file of one second, which begins alike: those lines may be in the store, and are not these."""
    live, head = logs / "app.log", (b"Log file created at: 2026/11/28 15:12:00\n" * 4)[:header]
    first = follow(logs)
    first.read()
    if acked:
        append(live, head)
        first.read()
    append(live, lines(0, 300) if acked else head + lines(0, 300))
    first.read(ack=False)
    if saved:
        first.save()
    first.kill()
    live.write_bytes(head + lines(9000, 9000 + more))
    second = follow(logs)
    second.read()
    append(live, lines(8000, 8010))
    for _ in range(3):
        second.read()
        second.step(3.0)
    second.drain()
    before, after = records(first), records(second)
    assert [at for at in before if after.get(at, before[at]) != before[at]] == []
    expected = lines(9000, 9000 + more) + lines(8000, 8010)
    assert Counter(line for line in after.values() if b"seq" in line) == Counter(expected.splitlines(keepends=True))
