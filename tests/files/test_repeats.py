import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from logship.files import repeats
from logship.files.beneath import Root
from logship.files.found import Found
from logship.files.names import Candidate, Folder, Globs
from logship.files.repeats import Repeats


@pytest.fixture
def found(logs: Path) -> Iterator[Found]:
    """Give a file that was opened."""
    (logs / "a.log").write_bytes(b"the same beginning\n")
    folder = Folder(Root(str(logs)), "", 0, Globs(("*.log",)))
    candidate = Candidate(folder, "a.log", (logs / "a.log").stat().st_ino, regular=True, matched=True)
    fd = candidate.root.open()
    opened = Found.open(candidate, fd, 0.0)
    yield opened
    os.close(opened.fd)
    os.close(fd)


def begins(asked: Repeats, found: Found, until: float, *, start: float = 0.0) -> list[float]:
    """Ask every tenth of a second, as if the file lost its bytes each time; give when it began anew."""
    return [tick / 10 for tick in range(int(start * 10), int(until * 10)) if not asked.wait(found, tick / 10)]


def test_the_third_beginning_within_a_minute_waits(found: Found) -> None:
    """Each time twice as long, so that a volume that lies costs little, and nothing is skipped for ever."""
    times = begins(Repeats(), found, 60.0)
    assert times[:2] == [0.0, 0.1]
    pauses = [round(b - a) for a, b in pairwise(times[1:])]
    assert pauses == [1, 2, 4, 8, 16]


def test_the_pause_is_a_minute_at_most(found: Found) -> None:
    """However long it goes on."""
    times = begins(Repeats(), found, 3600.0)
    assert max(b - a for a, b in pairwise(times)) <= 62.0
    assert len(times) < 300


def test_beginnings_that_are_far_apart_do_not_wait(found: Found) -> None:
    """Two a minute is no lie: cron that truncates and writes the same head."""
    asked = Repeats()
    assert [asked.wait(found, 31.0 * turn) for turn in range(20)] == [False] * 20


def test_another_beginning_does_not_wait(found: Found, logs: Path) -> None:
    """Each generation that begins with other bytes is free."""
    asked = Repeats()
    for turn in range(10):
        (logs / "a.log").write_bytes(b"generation %d\n" % turn)
        assert not asked.wait(found, turn / 10)


def test_a_hole_that_a_truncation_left_is_no_beginning(found: Found, logs: Path) -> None:
    """A writer without ``O_APPEND`` leaves one each time: what comes behind it is what was written."""
    asked, begun = Repeats(), []
    for turn in range(20):
        with (logs / "a.log").open("r+b") as file:
            file.truncate(0)
            file.seek(10_000 * turn + 1)
            file.write(b"generation %d\n" % min(10, turn))
        found.look(turn / 10)
        begun.append(not asked.wait(found, turn / 10))
    assert begun == [*[True] * 12, *[False] * 8]


def test_nuls_alone_are_one_beginning(found: Found, logs: Path) -> None:
    """However many there are."""
    asked = Repeats()
    os.truncate(logs / "a.log", 0)
    os.truncate(logs / "a.log", 1 << 20)
    found.look(0.0)
    assert [asked.wait(found, turn / 10) for turn in range(5)] == [False, False, True, True, True]


def test_nothing_waits_for_nothing(found: Found, logs: Path) -> None:
    """An empty file sends nothing, however often."""
    asked = Repeats()
    os.truncate(logs / "a.log", 0)
    assert [asked.wait(found, turn / 10) for turn in range(10)] == [False] * 10


def test_it_is_told_once_a_pause(found: Found, caplog: pytest.LogCaptureFixture) -> None:
    """Not at every look."""
    asked = Repeats()
    times = begins(asked, found, 20.0)
    assert caplog.text.count("same beginning once more") == len(times) - 2 + 1


def test_what_is_remembered_is_bounded(found: Found, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand other beginnings later nobody knows this one."""
    monkeypatch.setattr(repeats, "_MAX_FILES", 5)
    asked = Repeats()
    assert [asked.wait(found, 0.0) for _ in range(3)] == [False, False, True]
    for turn in range(10):
        (logs / "a.log").write_bytes(b"generation %d\n" % turn)
        asked.wait(found, 1.0)
    (logs / "a.log").write_bytes(b"the same beginning\n")
    assert not asked.wait(found, 0.5)


def test_a_volume_that_lies_for_ever_is_asked_once_a_minute(found: Found) -> None:
    """The pause stays long as long as it goes on, and is short again after three quiet ones."""
    asked = Repeats()
    times = begins(asked, found, 3600.0)
    assert [round(b - a) for a, b in pairwise(times[-5:])] == [60, 60, 60, 60]
    assert not asked.wait(found, 4000.0)
    assert not asked.wait(found, 4000.1)


def test_a_writer_that_goes_back_over_its_last_bytes_and_on_does_not_wait(found: Found) -> None:
    """An array that is always closed: two bytes of it are written over for each record."""
    asked = Repeats()
    for turn in range(50):
        found.went_back = 30 * (turn + 1), 2
        assert not asked.wait(found, turn / 10)


def test_who_goes_back_to_the_same_place_waits(found: Found) -> None:
    """Nothing new was written in between: a volume that lies."""
    found.went_back = 300, 2
    assert begins(Repeats(), found, 10.0)[:5] == [0.0, 0.1, 0.2, 1.3, 3.4]


def test_who_goes_back_further_than_it_has_come_waits(found: Found) -> None:
    """A little is new each time, and much more would be sent again."""
    asked, waited = Repeats(), 0
    for turn in range(50):
        found.went_back = 3000 + 30 * turn, 2000
        waited += asked.wait(found, turn / 10)
    assert waited > 30
