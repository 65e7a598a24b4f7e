"""Archives that follow each other in one file, where not all of them are of what was followed."""

import bz2
import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.files.test_kinds import each_once, paces, problem, records
from tests.following import append, follow, lines


@paces
@pytest.mark.parametrize("history", [lines(0, 60), lines(0, 60) * 100], ids=["short", "long"])
def test_an_archive_from_before_the_first_start_is_appended_to(logs: Path, pause: float, history: bytes) -> None:
    """``gzip -c a.log >> a.log.gz && : > a.log``, long in use: what is appended is read, what was there is not."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, archive = logs / "a.log", logs / "a.log.gz"
        append(archive, gzip.compress(history))
        append(live, lines(100, 140))
        yield b""
        for start in (140, 180, 220):
            append(live, lines(start, start + 20))
            append(archive, gzip.compress(live.read_bytes()))
            os.truncate(live, 0)
            append(live, lines(start + 20, start + 40))
            yield b""
        yield lines(100, 260)

    each_once(logs, scenario, pause)


@pytest.mark.parametrize("remove", [False, True], ids=["truncated", "removed"])
def test_the_rest_is_appended_to_an_archive_that_is_nobodys(logs: Path, *, remove: bool) -> None:
    """What was packed beside logship and was never seen is read, and so is what comes behind it."""
    live, archive = logs / "a.log", logs / "a.log.gz"
    follower = follow(logs)
    follower.read()
    for start in (0, 30):
        append(archive, gzip.compress(lines(start, start + 30)))
        follower.read()
        follower.step(3.0)
    append(live, lines(60, 100))
    follower.read()
    append(live, lines(100, 120))
    append(archive, gzip.compress(live.read_bytes()))
    live.unlink() if remove else os.truncate(live, 0)
    append(live, lines(120, 160))
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    follower.drain()
    assert problem(lines(0, 160), follower) == ""


@pytest.mark.parametrize("before", [1, 3])
def test_a_known_generation_stands_behind_unseen_ones(logs: Path, before: int) -> None:
    """It goes on under its own identity, and what is in front of it under another, in whatever order they stand."""
    live, archive = logs / "a.log", logs / "a.log.gz"
    first = follow(logs)
    append(live, lines(0, 40))
    first.read()
    first.drain()
    append(live, lines(40, 60))
    unseen = b"".join(gzip.compress(lines(start, start + 20)) for start in range(100, 100 + 20 * before, 20))
    archive.write_bytes(gzip.compress(b"") + unseen + gzip.compress(live.read_bytes()) + gzip.compress(lines(200, 220)))
    os.truncate(live, 0)
    append(live, lines(300, 310))
    second = follow(logs, now=2000.0)
    for _ in range(3):
        second.read()
        second.step(3.0)
    second.drain()
    expected = lines(0, 60) + lines(100, 100 + 20 * before) + lines(200, 220) + lines(300, 310)
    assert problem(expected, first, second) == ""
    known = {file for (file, _), line in records(first).items()}
    assert {line for (file, _), line in records(first, second).items() if file in known} == {
        *lines(0, 60).splitlines(keepends=True)
    }


def test_an_archive_that_begins_in_a_line_is_not_asked_about(logs: Path) -> None:
    """Packers that begin an archive every few kilobytes (bgzip) part lines: such parts are no generations."""
    live, archive = logs / "a.log", logs / "a.log.gz"
    first = follow(logs)
    append(live, lines(0, 40))
    first.read()
    first.drain()
    text = lines(100, 300)
    archive.write_bytes(b"".join(gzip.compress(text[at : at + 500]) for at in range(0, len(text), 500)))
    second = follow(logs, now=2000.0)
    for _ in range(3):
        second.read()
        second.step(3.0)
    second.drain()
    assert problem(lines(0, 40) + text, first, second) == ""
    assert len({file for file, _ in records(second)}) == 1


@paces
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress], ids=["gz", "bz2"])
@pytest.mark.parametrize("size", [77, 1000])
def test_the_rest_of_a_generation_is_in_archives_that_begin_amid_lines(
    logs: Path, size: int, pack: Callable[[bytes], bytes], pause: float
) -> None:
    """Packers that work in parallel part lines (bgzip, pbzip2): the generation goes on over all of them."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        append(live, lines(0, 40))
        yield b""
        append(live, lines(40, 90))
        data = live.read_bytes()
        live.unlink()
        (logs / "a.log.1.gz").write_bytes(b"".join(pack(data[at : at + size]) for at in range(0, len(data), size)))
        append(live, lines(90, 100))
        yield lines(0, 100)

    each_once(logs, scenario, pause)


@paces
@pytest.mark.parametrize("apart", [False, True], ids=["as one", "one behind the other"])
def test_an_archive_is_replaced_by_a_longer_one(logs: Path, pause: float, *, apart: bool) -> None:
    """Its rest is in the new one, which has what the first one had: whether that is still open or not."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, archive, new = logs / "a.log", logs / "a.log.1.gz", logs / "new"
        append(live, lines(0, 10))
        yield b""
        live.unlink()
        archive.write_bytes(gzip.compress(lines(100, 140)))
        yield b""
        for start, end in ((140, 150), (150, 190)):
            rest = lines(start, end)
            both = gzip.compress(gzip.decompress(archive.read_bytes()) + rest)
            new.write_bytes(archive.read_bytes() + gzip.compress(rest) if apart else both)
            new.rename(archive)
            yield b""
        append(live, lines(10, 20))
        yield lines(0, 20) + lines(100, 190)

    each_once(logs, scenario, pause, order=False)
