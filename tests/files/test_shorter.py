"""After a restart: files that have only a beginning of what was read of a generation, cut off, put in place or copied.

What is known of them ends at the last digest that agrees; what is behind that may be new, and is read.
"""

import gzip
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.files.test_kinds import records
from tests.following import Follower, append, follow, lines

Shorten = Callable[[Path, int], None]


def cut(path: Path, size: int) -> None:
    """Cut a file off, as ``truncate`` does."""
    os.truncate(path, size)


def put(path: Path, size: int) -> None:
    """Put its beginning in its place, as ``head -c`` and ``mv`` do."""
    temporary = path.with_name("temporary")
    temporary.write_bytes(path.read_bytes()[:size])
    temporary.rename(path)


def move(path: Path, size: int) -> None:
    """Have its beginning under the name of an old rotated file, and the file nowhere."""
    path.with_name("a.log.9").write_bytes(path.read_bytes()[:size])
    path.unlink()


def copy(path: Path, size: int) -> None:
    """Have its beginning under the name of an old rotated file, too."""
    path.with_name("a.log.9").write_bytes(path.read_bytes()[:size])


def pack(path: Path, size: int) -> None:
    """Have its beginning in an archive, too."""
    path.with_name("a.log.9.gz").write_bytes(gzip.compress(path.read_bytes()[:size]))


def end(follower: Follower, how: str) -> None:
    """End a life."""
    if how == "stopped":
        follower.drain()
        return
    if how == "saved":
        follower.save()
    follower.kill()


def read_on(logs: Path) -> Follower:
    """Start again, and read until nothing is in doubt."""
    follower = follow(logs)
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    follower.drain()
    return follower


def missing_and_twice(due: bytes, *followers: Follower) -> tuple[int, int]:
    """Count lines that never arrived, and those that did once more."""
    got, expected = Counter(records(*followers).values()), Counter(due.splitlines(keepends=True))
    return (expected - got).total(), (got - expected).total()


ends = pytest.mark.parametrize("how", ["stopped", "saved", "killed"])
shortened = pytest.mark.parametrize("shorten", [cut, put, move, copy])


@ends
@shortened
@pytest.mark.parametrize("more", [0, 10])
@pytest.mark.parametrize(("count", "kept"), [(400, 390), (400, 240), (4000, 3900), (4000, 2400), (4000, 1100)])
def test_a_live_file(logs: Path, how: str, shorten: Shorten, more: int, count: int, kept: int) -> None:
    """It has a beginning of what was read, and maybe new lines behind it."""
    live, first = logs / "a.log", follow(logs)
    append(live, lines(0, count))
    first.read()
    first.save()
    end(first, how)
    shorten(live, len(lines(0, kept)))
    if more:
        append(live, lines(9000, 9000 + more))
    missing, twice = missing_and_twice(lines(0, count) + lines(9000, 9000 + more), first, read_on(logs))
    assert missing == 0
    assert twice <= (0 if kept in (390, 3900) else count // 4)


@ends
@shortened
@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("more", [0, 10])
@pytest.mark.parametrize(("count", "kept"), [(4000, 3900), (4000, 2400), (4000, 1100), (70, 50)])
def test_a_rotated_file(
    logs: Path, how: str, shorten: Shorten, more: int, count: int, kept: int, *, quiet: bool
) -> None:
    """It is followed still, or was finished long ago; new lines may be behind what it has, but for a copy."""
    live, rotated, first = logs / "a.log", logs / "a.log.1", follow(logs)
    append(live, lines(0, count))
    first.read()
    live.rename(rotated)
    append(live, lines(5000, 5100))
    for _ in range(3):
        first.read()
        first.step(31.0 if quiet else 0.1)
    first.save()
    end(first, how)
    shorten(rotated, len(lines(0, kept)))
    if more:
        append(rotated if shorten is cut else live, lines(9000, 9000 + more))
    due = lines(0, count) + lines(5000, 5100) + lines(9000, 9000 + more)
    missing, twice = missing_and_twice(due, first, read_on(logs))
    assert missing == 0
    assert twice <= (0 if kept == 3900 else max(50, count // 5))


@ends
@pytest.mark.parametrize("packed", [False, True])
def test_a_copy_that_was_begun_in_the_middle_of_a_line(logs: Path, how: str, *, packed: bool) -> None:
    """By ``copytruncate``, after more was read, and before it was killed: all that digests can be asked is known."""
    live, first = logs / "a.log", follow(logs)
    append(live, lines(0, 4000))
    first.read()
    end(first, how)
    data = lines(0, 3990)[:-7]
    (logs / "a.log.1").write_bytes(gzip.compress(data) if packed else data)
    live.write_bytes(lines(5000, 5010))
    assert missing_and_twice(lines(0, 4000) + lines(5000, 5010), first, read_on(logs)) == (0, 0)


@ends
def test_an_archive_of_a_beginning(logs: Path, how: str) -> None:
    """It has nothing of which nobody knows, as far as can be told."""
    live, first = logs / "a.log", follow(logs)
    append(live, lines(0, 4000))
    first.read()
    end(first, how)
    pack(live, len(lines(0, 2400)))
    assert missing_and_twice(lines(0, 4000), first, read_on(logs)) == (0, 0)


@ends
def test_a_new_file_with_the_same_first_lines(logs: Path, how: str) -> None:
    """A banner of three kilobytes, and other lines: all of it is new."""
    live, first = logs / "a.log", follow(logs)
    append(live, lines(0, 400))
    first.read()
    first.save()
    end(first, how)
    live.unlink()
    append(live, lines(0, 60) + lines(800, 820))
    missing, twice = missing_and_twice(lines(0, 400) + lines(800, 820), first, read_on(logs))
    assert (missing, twice) == (0, 60)
