import os
from pathlib import Path

import pytest

from logship import sweeping
from tests.following import Follower


def test_names_that_cannot_be_opened_take_no_room(tmp_path: Path) -> None:
    """However many links lead out of the folder, and however few files may be open: an honest file is found."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(300):
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
    for number in range(200):
        (logs / f"{number:03}.log").symlink_to("/etc/passwd")
    (logs / "honest.log").write_bytes(b"a line\n")
    follower = Follower(f"{logs}/*.log", tmp_path / "state")
    follower.catalog.max_files = 1
    read = [follower.read() for _ in range(11)]
    assert read.count(b"a line\n") == 1
    assert follower.metrics.files_ignored._value.get() == 200


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
