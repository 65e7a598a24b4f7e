"""Copies of what was finished a while ago."""

import os
from pathlib import Path

import pytest

from tests.files.test_kinds import problem
from tests.following import append, begun, lines


@pytest.mark.parametrize("seconds", [3.0, 20.0, 200.0])
@pytest.mark.parametrize("behind", [1, 37, 250])
def test_a_shorter_copy_is_first_met_long_after_the_truncation(logs: Path, behind: int, seconds: float) -> None:
    """It was made elsewhere: of what is read no more it is known what its bytes were at many offsets."""
    live, elsewhere = logs / "a.log", logs.parent / "copy"
    follower = begun(logs, 400)
    elsewhere.write_bytes(live.read_bytes())
    for at in range(400, 400 + behind, 20):
        append(live, lines(at, min(at + 20, 400 + behind)))
        follower.read()
    os.truncate(live, 0)
    append(live, lines(1000, 1010))
    follower.read()
    for _ in range(4):
        follower.step(seconds / 4)
        follower.read()
    (logs / "a.log.1").write_bytes(elsewhere.read_bytes())
    for _ in range(3):
        follower.step(3.0)
        follower.read()
    follower.drain()
    assert problem(lines(0, 400 + behind) + lines(1000, 1010), follower) == ""


def test_another_file_that_begins_alike_is_read(logs: Path) -> None:
    """Two kilobytes are the same in both: what is behind them decides."""
    live, follower = logs / "a.log", begun(logs, 400)
    os.truncate(live, 0)
    append(live, lines(1000, 1010))
    for _ in range(4):
        follower.step(3.0)
        follower.read()
    (logs / "a.log.1").write_bytes(lines(0, 40) + lines(500, 560))
    for _ in range(3):
        follower.step(3.0)
        follower.read()
    follower.drain()
    assert problem(lines(0, 400) + lines(1000, 1010) + lines(0, 40) + lines(500, 560), follower) == ""
