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
