from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.record_metrics import value_of
from tests.files.test_kinds import each_once, overwrite, problem
from tests.following import append, follow, lines

BEFORE, MIDDLE, AFTER = lines(0, 30), lines(30, 60), lines(60, 90)


def test_a_hole_that_is_filled_after_it_was_passed_arrives(logs: Path) -> None:
    """As a generation of its own: what was sent before and behind it stays, each line once."""
    live = logs / "a.log"
    append(live, BEFORE + bytes(len(MIDDLE)) + AFTER)
    follower = follow(logs)
    follower.read()
    follower.step(3.1)
    assert follower.read() == AFTER
    overwrite(live, MIDDLE, len(BEFORE))
    append(live, lines(90, 100))
    follower.read()
    follower.read()
    follower.step(60.0)
    append(live, lines(100, 110))
    follower.read()
    follower.drain()
    assert problem(lines(0, 110), follower) == ""
    assert value_of(follower.metrics.files_truncated) == 0


def test_a_hole_right_before_the_offset(logs: Path) -> None:
    """That other bytes are in front of what is read next says nothing of a truncation."""
    live = logs / "a.log"
    append(live, BEFORE + bytes(len(MIDDLE)) + lines(60, 61))
    follower = follow(logs)
    follower.read()
    follower.step(3.1)
    follower.read()
    overwrite(live, MIDDLE, len(BEFORE))
    follower.read()
    append(live, lines(61, 90))
    follower.read()
    follower.drain()
    assert problem(lines(0, 90), follower) == ""


def test_a_hole_that_is_filled_piece_by_piece(logs: Path) -> None:
    """From its beginning, over a while: what is filled is read, the rest is waited for."""
    live = logs / "a.log"
    append(live, BEFORE + bytes(len(MIDDLE)) + AFTER)
    follower = follow(logs)
    follower.read()
    follower.step(3.1)
    follower.read()
    for number in range(30):
        overwrite(live, lines(30 + number, 31 + number), len(lines(0, 30 + number)))
        follower.read()
        follower.step(1.0)
    follower.read()
    follower.drain()
    assert problem(lines(0, 90), follower) == ""


def test_holes_that_are_filled_in_any_order(logs: Path) -> None:
    """Several, the last one first, then the file is rotated, and logship killed."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        parts = [lines(10 * turn, 10 * turn + 10) for turn in range(9)]
        append(live, b"".join(bytes(len(part)) if turn % 2 else part for turn, part in enumerate(parts)))
        yield b""
        yield b""
        for turn in (7, 3, 1, 5):
            overwrite(live, lines(10 * turn, 10 * turn + 10), len(lines(0, 10 * turn)))
            yield b""
        live.rename(logs / "a.log.1")
        append(live, lines(90, 100))
        yield lines(0, 100)

    each_once(logs, scenario, 3.1, order=False)


@pytest.mark.parametrize("short", [False, True], ids=["", "and a life too short to begin them"])
def test_holes_that_a_drain_passes_are_filled_while_nobody_looks(logs: Path, *, short: bool) -> None:
    """However many one read had: each is known to be a hole, and what is in it later arrives."""
    live = logs / "a.log"
    parts = [lines(10 * turn, 10 * turn + 10) for turn in range(5)]
    append(live, b"".join(bytes(len(part)) if turn % 2 else part for turn, part in enumerate(parts)))
    first = follow(logs)
    first.drain()
    for turn in (1, 3):
        overwrite(live, parts[turn], len(lines(0, 10 * turn)))
    between = follow(logs)
    if short:
        between.drain()
    second = follow(logs) if short else between
    second.read()
    second.step(1.0)
    second.drain()
    assert problem(lines(0, 50), first, between, *([second] if short else [])) == ""


def test_a_hole_that_was_filled_in_a_file_that_was_finished_then(logs: Path) -> None:
    """The file itself is closed before the generation in its hole is: after a start nothing behind that is new."""
    live, rotated = logs / "a.log", logs / "a.log.1"
    append(live, BEFORE + bytes(len(MIDDLE)) + lines(60, 61))
    follower = follow(logs)
    follower.read()
    follower.step(3.1)
    follower.read()
    follower.step(31.0)
    overwrite(live, MIDDLE, len(BEFORE))
    follower.read()
    follower.read()
    live.rename(rotated)
    append(live, lines(61, 70))
    follower.read()
    follower.read()
    assert [file.shift for file in follower.catalog.files.values() if file.path != f"{live}"] == [len(BEFORE)]
    follower.save()
    follower.kill()
    for more in (b"", lines(70, 71)):
        append(rotated, more)
        again = follow(logs)
        assert again.read() == more
        again.save()
        again.kill()
    append(rotated, lines(71, 72))
    last = follow(logs)
    assert last.read() == lines(71, 72)
    last.drain()
