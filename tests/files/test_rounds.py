"""Of a hundred files that are quiet, where events tell of writes: which are looked at, second by second."""

from collections.abc import Collection
from pathlib import Path

import pytest

from logship.files import rounds
from logship.files.rounds import LOOK_AT_ALL, ROUND_SECONDS, Rounds
from logship.files.tailing import TailedFile
from tests.following import Follower, append, follow, lines

FILES = 100


@pytest.fixture
def follower(logs: Path, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Follow the files, which are read, and quiet; on a disk of this machine."""
    monkeypatch.setattr(rounds, "tells_of_writes", lambda _device: True)
    for number in range(FILES):
        append(logs / f"{number}.log", lines(number, number + 1))
    follower = follow(logs)
    follower.read()
    follower.now += 10
    return follower


class Looks:
    """One look after the other, a second apart."""

    def __init__(self, follower: Follower) -> None:
        self._rounds, self._follower = Rounds(1.0), follower
        self.at(watch=0)

    def at(self, *, watch: int = 1, told: bool = False) -> Collection[TailedFile]:
        """Give what is looked at next."""
        self._follower.now += 1
        files = list(self._follower.catalog.files.values())
        return self._rounds.choose(files, self._follower.now, watch, told=told)


def test_each_file_is_looked_at_once_a_round(follower: Follower) -> None:
    """A tenth of them each second, and all in ten."""
    looks = Looks(follower)
    assert len(looks.at()) == FILES
    some = [looks.at() for _ in range(int(ROUND_SECONDS))]
    assert {len(each) for each in some} == {FILES // int(ROUND_SECONDS)}
    assert {file for each in some for file in each} == set(follower.catalog.files.values())


def test_an_event_has_all_looked_at(follower: Follower) -> None:
    """It does not say which has grown; nor does one that came while others were looked at."""
    looks = Looks(follower)
    looks.at()
    assert len(looks.at(told=True)) == FILES
    assert len(looks.at()) < FILES
    looks._rounds.note(told=True)
    assert len(looks.at()) == FILES
    assert len(looks.at()) < FILES


def test_without_events_all_are_looked_at(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none are to be had, on a volume that others write to, and once after a watch has begun."""
    looks = Looks(follower)
    assert [len(looks.at(watch=watch)) == FILES for watch in (0, 0, 1, 1, 2, 2, 0)] == [1, 1, 1, 0, 1, 0, 1]
    monkeypatch.setattr(rounds, "tells_of_writes", lambda _device: False)
    looks.at()
    assert len(looks.at()) == FILES


@pytest.mark.parametrize("name", ["unheard", "deleted"])
def test_a_file_of_which_no_event_may_tell_is_looked_at_each_time(follower: Follower, name: str) -> None:
    """It is written through a mapping, or has no name."""
    looks, (file, *_) = Looks(follower), follower.catalog.files.values()
    setattr(file, name, True)
    looks.at()
    assert all(file in looks.at() for _ in range(12))


def test_a_few_files_are_all_looked_at(follower: Follower) -> None:
    """That costs nothing, and a missed event is noticed at once."""
    looks = Looks(follower)
    for file in list(follower.catalog.files)[LOOK_AT_ALL:]:
        follower.catalog.files.pop(file).close()
    looks.at()
    assert len(looks.at()) == LOOK_AT_ALL


def test_quiet_files_cost_no_look_each_second(follower: Follower, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is asked once in ten seconds; what is written without an event is noticed in as many."""
    monkeypatch.setattr(follower.intake._wakeups, "watch", lambda: 1)
    looks, plain = list[TailedFile](), TailedFile.look

    def look(file: TailedFile, now: float) -> bool:
        looks.append(file)
        return plain(file, now)

    follower.step(1.0)
    monkeypatch.setattr(TailedFile, "look", look)
    for _ in range(10):
        follower.step(1.0)
    assert len(looks) == FILES
    append(logs / "77.log", lines(500, 501))
    read = b""
    for _ in range(10):
        follower.now += 1.0
        read += follower.read()
    assert read == lines(500, 501)
    assert [file.path for file in follower.catalog.files.values() if file.unheard] == [f"{logs}/77.log"]


def test_a_file_that_changes_in_its_turn_is_looked_at_from_then_on(follower: Follower) -> None:
    """All were still: only those that were looked at since are asked."""
    looks = Looks(follower)
    looks.at()
    (file, *_) = looks.at()
    assert file not in looks.at()
    (file, *_) = looks.at()
    file.doubt.suspect()
    assert all(file in looks.at() for _ in range(3))
    file.doubt.clear()
    assert file not in looks.at()
    assert len(looks.at()) == FILES // int(ROUND_SECONDS)
