"""What happens where a file loses its bytes while something else happens to it, or right after it did."""

import gzip
import os
from pathlib import Path

import pytest

from tests.files.test_kinds import overwrite, problem
from tests.following import append, begun, follow, lines


def test_what_is_held_and_is_packed_before_it_is_decided_is_not_strange(logs: Path) -> None:
    """A file lost its bytes, so that what came after it waits; packed, removed and killed meanwhile, it arrives."""
    live, second = logs / "a.log", logs / "a.log.1"
    follower = begun(logs, 60)
    follower.save()
    os.truncate(live, 0)
    follower.step(0.1)
    live.rename(logs / "a.log.2")
    append(second, lines(60, 120))
    append(live, lines(120, 180))
    follower.step(0.1)
    assert follower.catalog._adoption.held, "else this shows nothing"
    (logs / "a.log.1.gz").write_bytes(gzip.compress(lines(60, 120)))
    follower.read()
    follower.save()
    second.unlink()
    follower.kill()
    again = follow(logs)
    again.drain()
    assert problem(lines(0, 180), follower, again) == ""


def test_a_file_that_several_generations_were_in_is_asked_about_once(logs: Path) -> None:
    """One of them began where a hole was filled; then the file was cut off and written anew, alike."""
    live = logs / "a.log"
    append(live, lines(0, 30) + bytes(len(lines(30, 31))) + lines(31, 60))
    follower = follow(logs)
    follower.read()
    follower.step(3.1)
    follower.read()
    overwrite(live, lines(30, 31), len(lines(0, 30)))
    follower.read()
    follower.read()
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(60, 65))
    for _ in range(10):
        follower.read()
    follower.step(6.0)
    follower.drain()
    assert problem(lines(0, 65), follower) == ""


def test_a_generation_that_was_opened_again_is_known_once_it_is_gone(logs: Path) -> None:
    """It is finished a second time when it is truncated: its copy is one of all of it, not of what is older."""
    live, follower = logs / "a.log", begun(logs, 30)
    (logs / "a.log-bak").write_bytes(lines(0, 30))
    for _ in range(3):
        follower.step(3.0)
    (logs / "a.log-bak").unlink()
    follower.catalog.max_files = 1
    for name, start in (("b.log", 100), ("a.log", 30)):
        append(logs / name, lines(start, start + 30))
        follower.step(1.0)
        follower.read()
        follower.step(1.0)
        follower.read()
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(60, 62))
    follower.drain()
    again = follow(logs)
    again.drain()
    assert problem(lines(0, 62) + lines(100, 130), follower, again) == ""


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_generations_that_are_in_one_file_all_go_on_after_a_kill(logs: Path, *, packed: bool, begun: bool) -> None:
    """A copy that was appended to: neither what was copied nor what came after it is taken for the whole file."""
    live, copy = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 60))
    first = follow(logs)
    first.read()
    copy.write_bytes(live.read_bytes())
    os.truncate(live, 0)
    first.read()
    first.read()
    append(copy, lines(60, 90))
    for _ in range(2 * begun):
        first.read()
    append(copy, lines(90, 120))
    first.step()
    first.save()
    first.kill()
    if packed:
        (logs / "a.log.1.gz").write_bytes(gzip.compress(copy.read_bytes()))
        copy.unlink()
    second = follow(logs)
    for _ in range(3):
        second.read()
    second.save()
    second.kill()
    third = follow(logs)
    third.drain()
    assert problem(lines(0, 120), first, second, third) == ""
    assert [*second.lost(), *third.lost()] == []


def test_what_fills_a_hole_goes_on_after_a_kill(logs: Path) -> None:
    """It has a generation of its own in the same file, of which nothing was read yet."""
    live = logs / "a.log"
    append(live, lines(0, 30) + bytes(len(lines(30, 60))) + lines(60, 90))
    first = follow(logs)
    first.read()
    first.step(3.1)
    first.read()
    overwrite(live, lines(30, 60), len(lines(0, 30)))
    first.step()
    first.save()
    first.kill()
    second = follow(logs)
    second.drain()
    assert problem(lines(0, 90), first, second) == ""
    assert [*second.lost()] == []


@pytest.mark.parametrize("pattern", ["*.log", "a.log*"])
@pytest.mark.parametrize("begun", [0, 10, 60])
@pytest.mark.parametrize("hole", [False, True])
def test_the_next_copy_has_begun_before_a_truncation_is_noticed(
    logs: Path, pattern: str, begun: int, *, hole: bool
) -> None:
    """Steps are far apart: what it is a copy of has still to be asked about, and is no other file."""
    live, copy = logs / "a.log", logs / "a.log.1"
    first, second = lines(0, 60), bytes(len(lines(0, 60)) if hole else 0) + lines(100, 160)
    append(live, first)
    follower = follow(logs, pattern)
    follower.read()
    append(logs / "a.log.2", first)
    live.write_bytes(second)
    copy.write_bytes(second[: len(second) - len(lines(100 + begun, 160))])
    follower.read()
    follower.read()
    copy.write_bytes(second)
    os.truncate(live, 0)
    append(live, lines(200, 260))
    for _ in range(4):
        follower.read()
        follower.step(3.0)
    follower.drain()
    assert problem(lines(0, 60) + lines(100, 160) + lines(200, 260), follower) == ""
    assert not dict(follower.lost())


def put_in_place(path: Path, data: bytes) -> None:
    """Put other bytes under a name, in a file of their own."""
    new = path.with_name("new")
    new.write_bytes(data)
    new.rename(path)


def test_what_is_written_behind_the_first_lines_arrives_though_it_is_rotated_before_it_is_seen(logs: Path) -> None:
    """Of what was cut off before only some points are known: none is where the file ends by then."""
    live = logs / "a.log"
    append(live, lines(0, 90))
    follower = follow(logs, rotate_wait=5.0)
    follower.read()
    os.truncate(live, len(lines(0, 70)))
    for _ in range(3):
        follower.step(1.0)
        follower.read()
    put_in_place(live, lines(0, 40))
    follower.step(6.0)
    follower.read()
    follower.step(6.0)
    assert not follower.catalog.files
    append(live, lines(90, 92))
    live.rename(logs / "a.log.1")
    for _ in range(3):
        follower.step(3.0)
        follower.read()
    follower.drain()
    assert problem(lines(0, 92), follower) == ""


def test_what_is_put_in_place_goes_on_where_most_of_it_is_proved(logs: Path) -> None:
    """Of another generation, which is not there any more, it might have more, but nobody knows."""
    live = logs / "a.log"
    append(live, lines(0, 90))
    first = follow(logs)
    first.read()
    put_in_place(live, lines(0, 50) + lines(90, 91))
    for _ in range(3):
        first.step(1.0)
        first.read()
    first.save()
    first.kill()
    second = follow(logs)
    second.read()
    put_in_place(live, lines(0, 45) + lines(91, 92))
    second.read()
    second.drain()
    assert problem(lines(0, 92), first, second) == ""
