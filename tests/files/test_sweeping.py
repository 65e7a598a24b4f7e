import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.files import sweeping
from logship.files.names import Candidate
from logship.files.turns import Turn
from tests.following import Follower, append, follow, lines
from tests.privileges import folder_of_nobody, unprivileged


def test_names_that_cannot_be_opened_take_no_room(tmp_path: Path) -> None:
    """However many links lead out of the folder, and however few files may be open: an honest file is found."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(100):
        (logs / f"{number:03}.log").symlink_to("/etc/passwd")
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.catalog.max_files = 5
    follower.step()
    for number in range(5):
        (logs / f"honest{number}.log").write_bytes(b"a line\n")
    assert follower.read() == 5 * b"a line\n"


def test_what_a_sweep_tries_is_bounded_and_everybody_has_a_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more names than a sweep may try, the next one tries the others."""
    monkeypatch.setattr(sweeping, "_MORE_TRIES", 20)
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(199):
        (logs / f"{number:03}.log").symlink_to("/etc/passwd")
    (logs / "file").write_bytes(b"a line\n")
    (logs / "honest.log").symlink_to("file")
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.catalog.max_files = 1
    read = [follower.read() for _ in range(11)]
    assert read.count(b"a line\n") == 1
    for _ in range(11):
        follower.step()
        assert [file.path for file in follower.catalog.files.values()] == [f"{logs}/honest.log"]
    assert follower.metrics.files_ignored._value.get() == 199


def test_a_new_file_comes_before_all_that_is_no_file_or_was_tried_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of those there are, it is found in the next sweep."""
    monkeypatch.setattr(sweeping, "_MORE_TRIES", 5)
    with folder_of_nobody() as folder:
        logs, state = folder / "logs", folder / "state"
        logs.mkdir()
        state.mkdir()
        state.chmod(0o777)
        for number in range(50):
            (logs / f"{number:03}.log").symlink_to("/etc/passwd")
            (logs / f"closed{number:03}.log").touch(mode=0)
        with unprivileged():
            follower = Follower(f"{logs}/*.log", state)
            for _ in range(10):  # then all that can't be opened were tried
                follower.step()
        for number in range(5):
            (logs / f"new{number}.log").write_bytes(b"a line\n")
        with unprivileged():
            assert follower.read() == 5 * b"a line\n"
            follower.catalog.close()


def test_a_name_that_is_followed_goes_on_though_no_other_file_may_be_opened(tmp_path: Path) -> None:
    """After a rotation its former file is held still; the new one is opened above MAX_FILES, nobody else's is."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("a", "b", "honest"):
        (logs / f"{name}.log").write_bytes(b"a line of " + name.encode() + b"\n")
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.catalog.max_files = 3
    follower.read()
    for name in ("c", "d"):
        (logs / f"{name}.log").write_bytes(b"too much\n")
    (logs / "honest.log").rename(logs / "honest.log.1")
    (logs / "honest.log").write_bytes(b"goes on\n")
    assert follower.read() == b"goes on\n"
    assert follower.read() == b""


def test_what_was_renamed_since_it_was_listed_is_not_taken_for_what_has_its_name_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotated between listing and opening, the older file is still read first."""
    logs = tmp_path / "logs"
    logs.mkdir()
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.step()
    (logs / "a.log").write_bytes(b"older\n")
    plain = Turn.__iter__
    rotations: list[Path] = []

    def rotate_first(turn: Turn) -> Iterator[Candidate]:
        if turn.count and not rotations:
            rotations.append((logs / "a.log").rename(logs / "a.log.1"))
            (logs / "a.log").write_bytes(b"newer\n")
            os.utime(logs, ns=(0, 1))  # its time stamp is coarse
        return plain(turn)

    monkeypatch.setattr(Turn, "__iter__", rotate_first)
    assert follower.read() == b""
    assert follower.catalog.unsettled
    assert follower.read() == b"older\nnewer\n"
    assert not follower.catalog.unsettled


def test_near_the_descriptor_limit_the_oldest_held_file_is_given_up_for_a_live_one(tmp_path: Path) -> None:
    """One held file for one that could be opened, counted; a name that can't be opened costs nobody anything."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("a", "b", "c"):
        (logs / f"{name}.log").write_bytes(b"a line of " + name.encode() + b"\n")
        os.utime(logs / f"{name}.log", ns=(0, ord(name)))
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.catalog.max_descriptors = 3
    follower.step()
    for name in ("a", "b"):
        (logs / f"{name}.log").unlink()
    os.mkfifo(logs / "fifo.log")
    follower.step()
    follower.step()
    assert not list(follower.lost())
    (logs / "d.log").write_bytes(b"a line of d\n")
    follower.step(1)
    follower.step(1)
    assert list(follower.lost()) == [("descriptor_limit", 12)]
    assert len(follower.catalog.files) == 3
    assert follower.read() == b"a line of b\na line of c\na line of d\n"


def test_all_that_waits_beyond_the_limit_is_counted_and_has_its_turn(logs: Path) -> None:
    """More than a sweep tries: none is forgotten, and a sweep is due at once for as long as some wait."""
    for number in range(3000):
        append(logs / f"s{number}.log", b"%d\n" % number)
    follower = follow(logs)
    follower.catalog.max_files = 500
    follower.step()
    assert follower.catalog.waiting.files == 2500
    assert follower.catalog.unsettled
    read = follower.take()
    while follower.catalog.waiting.files:
        waiting = follower.catalog.waiting.files
        follower.step(1.0)
        assert follower.catalog.waiting.files == waiting - 500
        read += follower.take()
    assert sorted(int(block.data) for block in read) == [*range(3000)]


def test_many_small_files_that_are_read_one_after_the_other_take_one_turn(logs: Path) -> None:
    """Whoever reads them does not have to look at all of them for each."""
    follower = follow(logs)
    for number in range(100):
        append(logs / f"s{number}.log", b"%d\n" % number)
        follower.step(0.5)
    assert [int(block.data) for block in follower.reader.read()] == [*range(100)]


def test_an_archive_beside_the_rotated_form_that_it_is_made_of_is_of_the_same_lineage(logs: Path) -> None:
    """Both are found at once, and the pattern matches the plain one, too, as loguru's: each line arrives once."""
    live, dated = logs / "app.log", logs / "app.2026-11-28_05-00-02_871043.log"
    append(live, lines(0, 1000))
    first = follow(logs, "app*.log")
    first.read()
    first.save()
    first.kill()
    append(live, lines(1000, 2000))
    live.rename(dated)
    Path(f"{dated}.gz").write_bytes(gzip.compress(dated.read_bytes()))
    append(live, lines(2000, 2100))
    again = follow(logs, "app*.log")
    assert again.read() + again.read() == lines(1000, 2100)


def test_a_sweep_opens_as_many_files_as_others_give_their_places_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand rotated files that were found at once are read in a few sweeps, not some in each."""
    monkeypatch.setattr(sweeping, "_MORE_TRIES", 2)
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(60):
        (logs / f"{number:03}.log").write_bytes(b"a line of %d\n" % number)
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.catalog.max_files = 20
    read = []
    for _ in range(3):
        read.append(follower.read().count(b"\n"))
        follower.now += 1.0
    assert read == [20, 20, 20]
    assert not list(follower.lost())
