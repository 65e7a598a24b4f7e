"""Copies of what was finished a while ago."""

import os
from pathlib import Path

import pytest

from logship.state.lately import MOST
from tests.files.test_kinds import problem
from tests.following import Follower, append, begun, follow, lines


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


def finished(logs: Path, follower: Follower) -> None:
    """Have what is there read, removed, and finished: what is known of it is kept."""
    for _ in range(3):
        follower.step(60.0)
        follower.take()
    (logs / "a.log").unlink()
    for _ in range(3):
        follower.step(60.0)
    assert not follower.catalog.files


def test_what_was_skipped_of_one_says_nothing_of_another(logs: Path) -> None:
    """The digests of one that was skipped forward begin where reading went on; the end of a line there proves nothing.

    The next one was written while nobody looked, and is another from its first line on.
    """
    append(logs / "a.log", lines(1000, 2000))
    first = follow(logs, max_backlog=10_000)
    finished(logs, first)
    first.drain()
    append(logs / "a.log", lines(2000, 3200))
    assert follow(logs).read() == lines(2000, 3200)


def test_what_is_behind_a_hole_of_one_says_nothing_of_another(logs: Path) -> None:
    """Some equal bytes where the first one's hole ended; its first line is another."""
    live, follower = logs / "a.log", follow(logs)
    append(live, lines(1000, 1100))
    os.truncate(live, 46_968)
    append(live, lines(1000, 1200))
    finished(logs, follower)
    append(live, lines(2000, 3200))
    assert follower.read() == lines(2000, 3200)


def test_what_is_skipped_is_counted_once_beside_one_that_was_skipped_before(logs: Path) -> None:
    """Each byte is read or counted, once, where a file that was skipped forward goes on in its copy."""
    live, follower = logs / "a.log", follow(logs, max_backlog=10_000)
    append(live, lines(1000, 2000))
    finished(logs, follower)
    append(live, lines(2000, 2100))
    follower.read()
    append(live, lines(2100, 3100))
    follower.step(1.0)
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    for _ in range(9):
        follower.step(1.0)
        follower.take()
    lost, read = dict(follower.lost()), sum(block.end - block.start for block in follower.blocks)
    assert (set(lost), lost["backlog"] + read) == ({"backlog"}, len(lines(1000, 3100)))


def test_a_longer_file_does_not_end_as_one_that_is_gone(logs: Path) -> None:
    """The next one begins as two thirds of it, a banner; lines end where that ended, and none is its last one."""
    live, banner = logs / "a.log", lines(1000, 1040)
    append(live, banner + lines(2000, 2020))
    follower = follow(logs)
    finished(logs, follower)
    append(live, banner + lines(3000, 3100))
    assert follower.read() == banner + lines(3000, 3100)


def test_what_is_known_of_removed_files_is_bounded(logs: Path) -> None:
    """A program that removes a file a minute: of the last ones all is known, of those before whether a copy is whole.

    Either comes again under another name of its lineage, and is not sent again.
    """
    wanted = b""
    follower = follow(logs)
    for number in range(MOST + 6):
        (live := logs / f"{number}.log").write_bytes(lines(1000 * number, 1000 * number + 100))
        wanted += lines(1000 * number, 1000 * number + 100)
        follower.read()
        live.unlink()
        follower.step(60.0)
    assert not follower.catalog.files
    assert len(follower.catalog.registry.entries) == MOST
    (logs / "0.log.1").write_bytes(lines(0, 100))
    (logs / f"{MOST}.log.1").write_bytes(lines(1000 * MOST, 1000 * MOST + 60))
    for _ in range(3):
        follower.step(3.0)
    follower.read()
    follower.drain()
    assert problem(wanted, follower) == ""
