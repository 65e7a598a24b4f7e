"""A folder has so many names that sweeps take long and rest: what file events name is followed up all the same."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.files.test_kinds import overwrite, problem
from tests.files.test_successors import resting
from tests.following import Follower, append, follow, lines


class Heard:
    """What file events named, as a test says."""

    def __init__(self, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
        self._follower = follower
        self._paths: set[str] | None = set[str]()
        monkeypatch.setattr(follower.intake._wakeups, "heard", self._take)

    def _take(self) -> set[str] | None:
        paths, self._paths = self._paths, None if self._paths is None else set()
        return paths

    def read(self, *paths: Path, seconds: float = 0.1) -> bytes:
        """Have events name paths, and read what there is, ``seconds`` later."""
        self._paths = {str(path) for path in paths}
        self._follower.now += seconds
        return self._follower.read()

    def nobody_knows(self) -> None:
        """Have no events from now on."""
        self._paths = None


@pytest.fixture
def slow(logs: Path, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Give a follower of ``a.log``, which has ten lines; each sweep takes ten seconds, and it rests from one."""
    append(logs / "a.log", lines(0, 10))
    return resting(follow(logs), monkeypatch)


@pytest.fixture
def heard(slow: Follower, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Let the test say what file events name."""
    return Heard(slow, monkeypatch)


@pytest.fixture
def sweeps(slow: Follower, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note when a sweep begins."""
    began: list[float] = []
    plain = slow.catalog.sweep

    def sweep(now: float) -> Iterator[None]:
        began.append(now)
        return plain(now)

    monkeypatch.setattr(slow.catalog, "sweep", sweep)
    return began


def test_a_new_file_is_read_while_sweeps_rest(heard: Heard, slow: Follower, logs: Path) -> None:
    """At once, and once: the next sweep knows it."""
    append(logs / "b.log", lines(10, 12))
    assert heard.read(logs / "b.log") == lines(10, 12)
    append(logs / "b.log", lines(12, 14))
    assert heard.read(logs / "b.log") == lines(12, 14)
    assert heard.read(seconds=60) == b""
    assert len(slow.catalog.files) == 2


def test_equal_lines_under_another_name_are_another_file(heard: Heard, logs: Path) -> None:
    """Sessions may write the same first line."""
    for name in ("b.log", "c.log", "d.log"):
        append(logs / name, lines(0, 10))
        assert heard.read(logs / name) == lines(0, 10)
    assert heard.read(seconds=60) == b""


def test_a_finished_file_that_grows_goes_on(heard: Heard, slow: Follower, logs: Path) -> None:
    """Its place was given to another one meanwhile; what was read is not read again."""
    slow.catalog.max_files = 1
    slow.now += 30
    append(logs / "b.log", lines(10, 12))
    assert heard.read(logs / "b.log") == lines(10, 12)
    assert [file.path for file in slow.catalog.files.values()] == [f"{logs}/b.log"]
    slow.now += 5
    append(logs / "a.log", lines(20, 22))
    assert heard.read(logs / "a.log") == lines(20, 22)
    assert heard.read(logs / "a.log", logs / "b.log", seconds=60) == b""


def test_where_there_is_no_room_a_file_waits_for_a_sweep(heard: Heard, slow: Follower, logs: Path) -> None:
    """The last line of the only file that may be open has yet to end."""
    slow.catalog.max_files = 1
    append(logs / "a.log", b'{"seq":')
    assert heard.read(logs / "a.log") == b""
    append(logs / "b.log", lines(11, 12))
    assert heard.read(logs / "b.log") == b""
    append(logs / "a.log", b"10}\n")
    assert heard.read(logs / "a.log") == b'{"seq":10}\n'
    assert heard.read(seconds=60) == lines(11, 12)


def test_what_may_be_a_copy_or_a_rotated_file_is_left_to_a_sweep(
    heard: Heard, sweeps: list[float], slow: Follower, logs: Path
) -> None:
    """Renamed, copied, a link, a folder, what matches only as a rotated form: nothing is read twice."""
    (logs / "a.log.1").write_bytes(lines(0, 10))
    assert heard.read(logs / "a.log.1") == b""
    (logs / "a.log").rename(logs / "a.log.2")
    assert heard.read(logs / "a.log", logs / "a.log.2") == b""
    (logs / "link.log").symlink_to("a.log.2")
    (logs / "folder.log").mkdir()
    assert heard.read(logs / "link.log", logs / "folder.log") == b""
    assert not sweeps
    assert heard.read(seconds=60) == b""
    assert len(sweeps) == 1
    assert not list(slow.lost())


def test_what_was_written_anew_under_a_followed_name_is_left_to_a_sweep(heard: Heard, logs: Path) -> None:
    """The end of the old file comes first."""
    append(logs / "a.log", lines(10, 12))
    (logs / "a.log").rename(logs / "gone")
    append(logs / "a.log", lines(12, 14))
    os.unlink(logs / "gone")  # noqa: PTH108 - as an application does
    assert heard.read(logs / "a.log", seconds=60) == lines(10, 14)


def test_no_sweep_looks_at_what_events_have_told(heard: Heard, sweeps: list[float], logs: Path) -> None:
    """A new name is followed up, and one that went is nobody's: all other names need no look."""
    for number in range(10):
        append(logs / f"s{number}.log", lines(number, number + 1))
        (logs / "temporary").touch()
        (logs / "temporary").unlink()
        os.utime(logs, (time.time() - 1, time.time() - 1))  # the test's seconds are over at once
        assert heard.read(logs / f"s{number}.log", logs / "temporary", seconds=1) == lines(number, number + 1)
    assert not sweeps


def test_a_change_of_which_no_event_tells_is_swept_for(heard: Heard, sweeps: list[float], logs: Path) -> None:
    """As on a volume that another node writes to."""
    append(logs / "b.log", lines(10, 12))
    os.utime(logs, (time.time() + 60, time.time() + 60))  # the test's seconds are over at once
    assert heard.read(seconds=40) == b""
    assert heard.read(seconds=1) == lines(10, 12)
    assert sweeps


def test_without_events_a_change_is_swept_for_as_soon_as_may_be(heard: Heard, sweeps: list[float], logs: Path) -> None:
    """Where none can be had, or too many came at once."""
    heard.nobody_knows()
    append(logs / "b.log", lines(10, 12))
    (logs / "b.log").touch()
    assert heard._follower.read() == b""
    heard._follower.now += 41
    assert heard._follower.read() == lines(10, 12)
    assert sweeps


def test_a_new_file_is_read_while_a_sweep_is_under_way(
    heard: Heard, slow: Follower, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep of a hundred thousand names takes as long as anybody wants to wait for a line."""
    plain, followed = slow.catalog.sweep, list[list[str]]()

    def sweep(now: float) -> Iterator[None]:
        append(logs / "b.log", lines(10, 12))
        heard._paths = {f"{logs}/b.log"}
        slow.now += 0.1
        yield
        followed.append(sorted(Path(file.path).name for file in slow.catalog.files.values()))
        yield from plain(now)

    monkeypatch.setattr(slow.catalog, "sweep", sweep)
    assert heard.read(seconds=600) == lines(10, 12)
    assert followed == [["a.log", "b.log"]]
    assert heard.read(seconds=1) == b""


@pytest.mark.parametrize("begin", range(12))
def test_what_a_sweep_has_found_is_no_second_file(logs: Path, monkeypatch: pytest.MonkeyPatch, begin: int) -> None:
    """At any pause of a sweep that meets, opens and adopts a file of which an event tells, there is one of it.

    And no more files than may be open.
    """
    for step in ("sweeping.NAMES_AT_ONCE", "sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
        monkeypatch.setattr(f"logship.files.{step}", 1)
    append(logs / "a.log", lines(0, 10))
    follower = follow(logs)
    follower.catalog.max_files = 3
    follower.read()
    for name in ("b.log", "c.log", "d.log"):
        append(logs / name, lines(10, 20))
    for number, _ in enumerate(follower.catalog.sweep(follower.now)):
        if number >= begin:
            follower.catalog.welcome([f"{logs}/b.log", f"{logs}/d.log"], follower.now)
        assert len(follower.catalog.new) + len(follower.catalog._opened) <= 2
    assert len(follower.catalog.new) == 2
    assert follower.read() == 2 * lines(10, 20)
    follower.now += 5
    assert follower.read() == lines(10, 20)


@pytest.mark.parametrize("rotate_wait", [0.0, 60.0])
def test_a_copy_of_a_file_that_is_gone_is_no_new_file(
    logs: Path, monkeypatch: pytest.MonkeyPatch, rotate_wait: float
) -> None:
    """Moved by a copy and a removal, under a name that the pattern matches, too: nothing has the live name then."""
    live, rotated = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 100))
    follower = resting(follow(logs, "*.log*", rotate_wait=rotate_wait), monkeypatch)
    heard = Heard(follower, monkeypatch)
    assert heard.read() == b""
    rotated.write_bytes(live.read_bytes())
    live.unlink()
    assert heard.read(live, rotated) == b""
    assert heard.read(live, rotated, seconds=600) == b""
    assert heard.read(rotated, seconds=5) == b""
    append(rotated, lines(100, 101))
    assert heard.read(rotated, seconds=600) + heard.read(rotated, seconds=5) == lines(100, 101)


def _truncated(logs: Path, follower: Follower) -> bytes:
    """Copy the live file, and cut it off, by a writer that goes on where it was."""
    live = logs / "a.log"
    (logs / "a.log.1").write_bytes(live.read_bytes())
    hole = live.stat().st_size
    os.truncate(live, 0)
    overwrite(live, lines(100, 120), hole)
    follower.now += 0.1
    return lines(100, 120)


def _put_by_and_written_over(logs: Path, follower: Follower) -> bytes:
    """Put another copy by, which then goes on by itself."""
    copy = logs / "a.log-bak"
    copy.write_bytes((logs / "a.log").read_bytes())
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    append(copy, lines(100, 120))
    return lines(100, 120)


def _copied(logs: Path, follower: Follower) -> bytes:
    """Let a copy be finished that was held, as it might have been one in the making."""
    (logs / "a.log.1").write_bytes((logs / "a.log").read_bytes())
    follower.step()
    follower.now += 3.0
    return b""


@pytest.mark.parametrize("pattern", ["*.log", "*.log*"])
@pytest.mark.parametrize("happens", [_truncated, _put_by_and_written_over, _copied])
def test_what_a_sweep_decides_about_is_nobody_elses(
    logs: Path, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path, Follower], bytes], pattern: str
) -> None:
    """At any pause of a sweep that asks what a file has, an event that names that file begins no second generation.

    A file of 12 MB, cut off and written to behind a hole, was asked for 30 ms, and then came twice.
    """
    for step in ("sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
        monkeypatch.setattr(f"logship.files.{step}", 1)
    monkeypatch.setattr("logship.files.identification._STEP_BYTES", 512)
    append(logs / "a.log", lines(0, 100))
    follower = follow(logs, pattern)
    follower.read()
    follower.step(3.0)
    more = happens(logs, follower)
    for seconds in (0.1, 0.1, 3.0, 3.0):
        follower.intake._look_at_files(follower.now)
        for _ in follower.catalog.sweep(follower.now):
            follower.catalog.welcome([str(path) for path in logs.iterdir()], follower.now)
            follower.catalog.succeed(follower.now)
        asyncio.run(follower.intake._take_up())
        follower.now += seconds
    follower.read()
    follower.drain()
    assert problem(lines(0, 100) + more, follower) == ""
