"""What is where no pattern leads: known while it is open, and found again after a kill."""

import os
from pathlib import Path

import pytest

from tests.files.test_backups import look
from tests.files.test_kinds import paces, problem
from tests.files.test_replaced import swap
from tests.following import Follower, append, begun, follow, lines, tick


def beyond(follower: Follower) -> set[str]:
    """Give the folders that are known to be out of reach."""
    return follower.catalog.departures.beyond.folders


def test_a_folder_that_followed_files_are_moved_into_is_noted(logs: Path, tmp_path: Path) -> None:
    """What is open is read to its end; what is moved there later, while nobody looks, is not."""
    away = tmp_path / "away"
    away.mkdir()
    follower = begun(logs, 10)
    (logs / "a.log").rename(away / "a.log.1")
    append(away / "a.log.1", lines(10, 20))
    assert follower.read() == lines(10, 20)
    assert beyond(follower) == {str(away)}


def test_what_stays_within_reach_is_not(logs: Path, tmp_path: Path) -> None:
    """Renamed beside, to a name that nobody would know, or removed; a link leads to the folder."""
    link = tmp_path / "link"
    link.symlink_to(logs)
    for name in ("a", "b", "c"):
        append(logs / f"{name}.log", lines(0, 10))
    (logs / "old").mkdir()
    follower = follow(link)
    follower.read()
    (logs / "a.log").rename(logs / "strange")
    (logs / "b.log").unlink()
    (logs / "c.log").rename(logs / "old" / "c.log.1")
    follower.read()
    assert not beyond(follower)


@paces
@pytest.mark.parametrize("own", [100, 0], ids=["little alike", "all alike"])
def test_a_release_whose_log_is_left_while_logship_is_away(logs: Path, pause: float, own: int) -> None:
    """No name leads to what the old one still has: it is read where it was.

    As when nobody was away, what is alike comes again where it is less than half of what was read.
    """
    for number in range(4):
        (logs / f"r{number}").mkdir()
        append(logs / f"r{number}" / "a.log", lines(0, 100) + lines(1000 * number + 500, 1000 * number + 500 + own * 2))
    tick(logs / "r3" / "a.log", 20_000_000)  # it is there when somebody looks, if nowhere that a name leads to
    swap(logs, "r0")
    followers = [follow(logs, "current/*.log")]
    due = lines(0, 100) + lines(500, 500 + own * 2)
    for number in range(1, 4):
        begin = number * 1000
        look(followers[-1], pause)
        followers[-1].save()
        followers[-1].kill()
        append(logs / f"r{number - 1}" / "a.log", lines(begin, begin + 15))
        append(logs / f"r{number}" / "a.log", lines(begin + 15, begin + 40))
        swap(logs, f"r{number}")
        again = lines(0, 100) + lines(begin + 500, begin + 500 + own * 2) if own else b""
        due += lines(begin, begin + 40) + again
        followers.append(follow(logs, "current/*.log"))
        look(followers[-1], pause)
        assert str(logs / f"r{number - 1}") in beyond(followers[-1])
    followers[-1].drain()
    assert problem(due, *followers) == ""


@paces
@pytest.mark.parametrize("other", ["b.data", "sub/a.data"])
def test_what_a_link_led_to_until_logship_was_away(logs: Path, pause: float, other: str) -> None:
    """The link is all that a pattern matches, and the names that it leads to are not alike."""
    (logs / "sub").mkdir()
    append(logs / "a.data", lines(0, 50))
    (logs / "a.log").symlink_to("a.data")
    first = follow(logs)
    look(first, pause)
    first.save()
    first.kill()
    append(logs / "a.data", lines(50, 60))
    append(logs / other, lines(100, 150))
    swap(logs, other, "a.log")
    second = follow(logs)
    look(second, pause)
    append(logs / "a.data", lines(60, 70))
    look(second, pause)
    second.drain()
    assert problem(lines(0, 70) + lines(100, 150), first, second) == ""


@paces
@pytest.mark.parametrize(
    ("name", "away"), [("out/a.log.1", False), ("a.log is put by", False), ("a.log is put by", True)]
)
def test_a_file_that_was_renamed_to_where_no_pattern_leads(logs: Path, pause: float, name: str, *, away: bool) -> None:
    """Before a kill or after it, as its folder is the same: it is known by its inode, its birth and its content."""
    (logs / "out").mkdir()
    first = begun(logs, 50)
    look(first, pause)
    if away:
        first.save()
        first.kill()
    append(logs / "a.log", lines(50, 60))
    (logs / "a.log").rename(logs / name)
    append(logs / "a.log", lines(100, 150))
    if not away:
        first.step()
        first.save()
        first.kill()
    second = follow(logs)
    look(second, pause)
    second.drain()
    assert problem(lines(0, 60) + lines(100, 150), first, second) == ""
    assert not dict(second.lost())


def test_what_was_moved_to_the_last_of_many_names(logs: Path, tmp_path: Path) -> None:
    """A folder of any size is gone through: that the file is far down in it is no reason to give its rest up."""
    away = tmp_path / "away"
    away.mkdir()
    first = begun(logs, 10)
    (logs / "a.log").rename(away / "0")
    first.read()
    first.save()
    first.kill()
    append(away / "0", lines(10, 20))
    (logs / "other").touch()
    for number in range(1, 17_000):
        os.link(logs / "other", away / str(number))
    with os.scandir(away) as listed:
        *_, last = (entry.name for entry in listed)
    (away / "0").rename(away / last)
    second = follow(logs)
    assert second.read() == lines(10, 20)


@pytest.mark.parametrize("way", ["folder", "file", "not asked for"])
def test_nothing_is_read_through_a_link_where_a_file_was(logs: Path, tmp_path: Path, way: str) -> None:
    """Though it is the very file: the folder is the application's, and what it puts there must not lead out of it."""
    away = tmp_path / "away"
    (logs / "r0").mkdir()
    append(logs / "r0" / "a.log", lines(0, 50))
    swap(logs, "r0")
    first = follow(logs, "current/*.log")
    first.read()
    first.save()
    first.kill()
    append(logs / "r0" / "a.log", lines(50, 60))
    (logs / "r1").mkdir()
    swap(logs, "r1")
    if way == "folder":
        (logs / "r0").rename(away)
        (logs / "r0").symlink_to(away)
    elif way == "file":
        (logs / "r0" / "a.log").rename(away)
        (logs / "r0" / "a.log").symlink_to(away)
    second = follow(logs, "other/*.log" if way == "not asked for" else "current/*.log")
    assert second.read() == b""
    assert second.drain() == b""
