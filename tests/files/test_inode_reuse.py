"""A file system gives the inode of a file that was removed to the next one."""

import os
from pathlib import Path

import pytest

from tests.following import Follower, follow

LINE = b'{"session":"the same line in each","pad":"' + b"x" * 80 + b'"}\n'


def sessions(follower: Follower, logs: Path, *, seconds: float) -> tuple[int, int]:
    """Have 30 sessions write one line each and go; give how many lines arrived, and how many inodes were used again."""
    inodes: set[int] = set()
    arrived = again = 0
    for number in range(30):
        path = logs / f"session{number}.log"
        path.write_bytes(LINE)
        inode = path.stat().st_ino
        again += inode in inodes
        inodes.add(inode)
        for _ in range(4):
            follower.now += seconds
            arrived += follower.read().count(LINE)
        path.unlink()
        if number % 3 == 0:
            follower.read()
    return arrived, again


@pytest.mark.parametrize(("seconds", "max_files"), [(0.1, 100), (6.0, 2), (40.0, 100)])
def test_equal_sessions_arrive_though_their_inodes_are_used_again(logs: Path, seconds: float, max_files: int) -> None:
    """Each of them, whether the one before is still open, was closed, or gave its place up."""
    follower = follow(logs)
    follower.catalog.max_files = max_files
    for name in ("other.log", "third.log"):
        (logs / name).write_bytes(b"another\n")
    arrived, again = sessions(follower, logs, seconds=seconds)
    if not again and seconds > 30:
        pytest.skip("this file system does not use an inode again so soon")
    assert arrived == 30
    assert not list(follower.lost())


def test_over_a_restart(logs: Path) -> None:
    """What had the inode before was seen by another life."""
    arrived = 0
    for number in range(6):
        path = logs / f"session{number}.log"
        path.write_bytes(LINE)
        follower = follow(logs)
        arrived += follower.read().count(LINE) + follower.drain().count(LINE)
        path.unlink()
    assert arrived == 6


def test_what_was_renamed_is_not_another(logs: Path) -> None:
    """It was not written since; nor is what has its name, whatever its times say."""
    (logs / "a.log").write_bytes(LINE)
    follower = follow(logs)
    assert follower.read() == LINE
    follower.drain()
    (logs / "a.log").rename(logs / "b.log")
    again = follow(logs)
    assert again.read() == b""
    again.drain()
    os.utime(logs / "b.log")
    (logs / "b.log").rename(logs / "c.log")
    assert follow(logs).read() == b""
