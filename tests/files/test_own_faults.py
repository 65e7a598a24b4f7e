"""A fault of logship's own at one file: whatever it is, the others go on."""

import errno
import os
import pkgutil
from pathlib import Path
from typing import Any, NoReturn

import pytest

from logship.files.found import Found
from tests.following import append, follow, lines

SECRET = "password of a line"
HAS = {"a.log": lines(10, 20), "b.log": lines(20, 30), "c.log": lines(30, 40), "d.log": lines(40, 50)}
"""What is new, in files of which the first two are known."""


def spoil(place: str, paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a function of ``logship.files`` fail wherever it is given one of these files."""
    whole = pkgutil.resolve_name(f"logship.files.{place}")
    inodes = {path.stat().st_ino for path in paths}

    def failing(*args: Any, **more: Any) -> Any:
        given = {os.fstat(each).st_ino if isinstance(each, int) else getattr(each, "inode", 0) for each in args}
        if given & inodes:
            raise KeyError(SECRET)
        return whole(*args, **more)

    monkeypatch.setattr(f"logship.files.{place.replace(':', '.')}", failing)


def descriptors() -> int:
    """Give how many descriptors are open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("found:birth_ns", ["a.log", "c.log"]),
        ("reconciler:Reconciler._recognise", ["b.log", "c.log"]),
        ("reconciler:Reconciler._go_on", ["a.log", "b.log"]),
        ("reconciler:is_foreign", ["c.log"]),
        ("disposition:Disposition.decide", ["c.log", "d.log"]),
        ("adoption:tailed", ["a.log", "d.log"]),
    ],
)
def test_a_fault_of_our_own_at_a_file_stops_no_other(
    logs: Path, place: str, names: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, with the places that it came through, and is in the status until the file can be read."""
    for name in ("a.log", "b.log"):
        append(logs / name, lines(0, 10))
    follow(logs).drain()
    for name, data in HAS.items():
        append(logs / name, data)
    paths = [logs / name for name in names]
    spoil(place, paths, monkeypatch)
    follower = follow(logs)
    assert _sorted(follower.read()) == _sorted(b"".join(data for name, data in HAS.items() if name not in names))
    opened = descriptors()
    follower.step(2.0)
    follower.step(2.0)
    assert descriptors() == opened
    assert follower.catalog.unreadable == {str(path): "logship itself failed on it: KeyError" for path in paths}
    told = [vars(each) for each in caplog.records if each.levelname == "ERROR"]
    assert sorted(each["path"] for each in told) == sorted(map(str, paths))
    assert all("test_own_faults.py" in each["at"] and SECRET not in str(each) for each in told)
    monkeypatch.undo()
    follower.step(2.0)
    assert _sorted(follower.read()) == _sorted(b"".join(HAS[name] for name in names))
    follower.step(2.0)
    assert follower.catalog.unreadable == {}


@pytest.mark.parametrize("error", [OSError(errno.EIO, "input/output error"), KeyError(SECRET)])
def test_what_is_held_and_can_not_be_looked_at_stops_no_other(
    logs: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy in the making, on a volume that goes bad: it is met again by the next sweep."""
    append(logs / "a.log", lines(0, 10))
    append(logs / "b.log", lines(20, 30))
    follower = follow(logs)
    follower.read()
    append(logs / "a.log.1", lines(0, 8))
    follower.step(0.2)
    held = follower.catalog._adoption.held
    assert [each.candidate.name for each in held.values()] == ["a.log.1"]
    opened = descriptors()

    def failing(_found: Found, _now: float) -> NoReturn:
        raise error

    monkeypatch.setattr(Found, "look", failing)
    append(logs / "b.log", lines(30, 40))
    follower.step(0.2)
    assert follower.read() == lines(30, 40)
    assert not held
    assert [*follower.catalog.unreadable] == [f"{logs}/a.log.1"]
    monkeypatch.undo()
    append(logs / "a.log", lines(10, 20))
    assert follower.drain() == lines(10, 20)
    assert descriptors() < opened


def _sorted(data: bytes) -> list[bytes]:
    return sorted(data.splitlines())
