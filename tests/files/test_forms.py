"""Names that a rotator gives and no rule knows: winston's ``a1.log`` of ``a.log``, where PATHS names that one alone."""

import gzip
import itertools
import os
import re
from pathlib import Path

import pytest

from logship.files import catalog
from logship.files.beneath import Root
from logship.files.forms import Forms
from logship.files.names import Folder, Globs
from tests.files.test_backups import look
from tests.files.test_kinds import paces, problem
from tests.following import Follower, append, follow, lines, tick


def rotate(logs: Path, form: str, *, packed: bool) -> None:
    """Rename each generation to the next number, the live file to the first; packed ones have none at first."""
    numbers = [str(number) for number in range(9, 0, -1)]
    names = [form.replace("#", number) for number in numbers] + ["a.log.gz"] * packed
    for older, newer in itertools.pairwise(names):
        if (logs / newer).exists():
            (logs / newer).rename(logs / older)
    if packed:
        (logs / names[-1]).write_bytes(gzip.compress((logs / "a.log").read_bytes()))
        (logs / "a.log").unlink()
    else:
        (logs / "a.log").rename(logs / names[-1])


def away(followers: list[Follower], logs: Path, pattern: str) -> None:
    """End the last follower and begin another one."""
    followers[-1].save()
    followers[-1].kill()
    followers.append(follow(logs, pattern))


@paces
@pytest.mark.parametrize("kill", [False, True])
@pytest.mark.parametrize("rotations", [1, 2, 3])
@pytest.mark.parametrize("form", ["a#.log", "a(#).log", "#a.log", "a#.log.gz"])
def test_rotations_while_nobody_looks(
    logs: Path, pause: float, form: str, rotations: int, monkeypatch: pytest.MonkeyPatch, *, kill: bool
) -> None:
    """Each generation is read, those that came and were renamed before anybody looked as well; twice in a row."""
    monkeypatch.setattr(catalog, "AWAY_NS", 0)
    append(logs / "a.log", lines(0, 100))
    followers, due, number = [follow(logs, "a.log")], lines(0, 100), 100
    look(followers[-1], pause)
    for _ in range(2):
        for _ in range(rotations):
            append(logs / "a.log", lines(number, number + 50))
            rotate(logs, form, packed=form.endswith(".gz"))
            append(logs / "a.log", lines(number + 50, number + 100))
            due += lines(number, number + 100)
            number += 100
        if kill:
            away(followers, logs, "a.log")
        look(followers[-1], pause)
    followers[-1].drain()
    assert problem(due, *followers) == ""
    assert not dict(followers[-1].lost())


def test_they_come_in_the_order_in_which_they_were_written(logs: Path) -> None:
    """Over a kill, with the form learnt in the sweep that needs it."""
    append(logs / "a.log", lines(0, 50))
    followers = [follow(logs, "a.log")]
    followers[-1].read()
    for number in range(50, 250, 50):
        rotate(logs, "a#.log", packed=False)
        append(logs / "a.log", lines(number, number + 50))
        os.utime(logs / "a.log", ns=(2 * 10**18 + number, 2 * 10**18 + number))
    away(followers, logs, "a.log")
    assert followers[-1].read() == lines(50, 250)


@paces
def test_another_program_may_have_such_names(logs: Path, pause: float) -> None:
    """As long as nothing of a followed file was ever in one of them they are no concern of ours, whatever happens."""
    append(logs / "a.log", lines(0, 50))
    append(logs / "a1.log", lines(500, 550))
    followers = [follow(logs, "a.log")]
    look(followers[-1], pause)
    append(logs / "a2.log", lines(600, 650))
    (logs / "a.log").rename(logs / "a.log.1")
    append(logs / "a.log", lines(50, 100))
    away(followers, logs, "a.log")
    append(logs / "a1.log", lines(700, 750))
    look(followers[-1], pause)
    (logs / "a.log").unlink()
    (logs / "a3.log.gz").write_bytes(gzip.compress(lines(800, 900)))
    append(logs / "a.log", lines(100, 150))
    away(followers, logs, "a.log")
    look(followers[-1], pause)
    followers[-1].drain()
    assert problem(lines(0, 150), *followers) == ""


@paces
def test_what_came_before_the_form_was_known(logs: Path, pause: float) -> None:
    """Nobody had looked at such a name: what was written since the first start was not shipped."""
    followers = [follow(logs, "a.log")]
    look(followers[-1], pause)
    followers[-1].save()
    saved = logs.parent / "state" / "checkpoint.json"
    hour_ago = b'"first_start_ns":%d' % (followers[-1].checkpoint.first_start_ns - 3600 * 10**9)
    followers[-1].kill()
    saved.write_bytes(re.sub(rb'"first_start_ns":\d+', hour_ago, saved.read_bytes()))
    for number in (0, 50, 100):
        append(logs / "a.log", lines(number, number + 50))
        os.utime(logs / "a.log", ns=(0, (logs / "a.log").stat().st_mtime_ns - 60 * 10**9))
        rotate(logs, "a#.log", packed=False)
    append(logs / "a.log", lines(150, 200))
    tick(logs / "a.log", 20_000_000)
    for number in (200, 250):
        followers.append(follow(logs, "a.log"))
        look(followers[-1], pause)
        followers[-1].save()
        followers[-1].kill()
        rotate(logs, "a#.log", packed=False)
        append(logs / "a.log", lines(number, number + 50))
    followers.append(follow(logs, "a.log"))
    look(followers[-1], pause)
    followers[-1].drain()
    assert problem(lines(0, 300), *followers) == ""


@paces
def test_what_was_there_before_stays_history(logs: Path, pause: float) -> None:
    """A form that is learnt tells whose the old files are, not that they are new."""
    for number in (3, 4):
        append(logs / f"a{number}.log", lines(500, 550))
        os.utime(logs / f"a{number}.log", ns=(10**18, 10**18))
    append(logs / "a.log", lines(0, 50))
    followers = [follow(logs, "a.log")]
    look(followers[-1], pause)
    for number in (50, 100):
        rotate(logs, "a#.log", packed=False)
        append(logs / "a.log", lines(number, number + 50))
        look(followers[-1], pause)
    away(followers, logs, "a.log")
    look(followers[-1], pause)
    followers[-1].drain()
    assert problem(lines(0, 150), *followers) == ""


def test_what_is_learnt() -> None:
    """Names with a number and the live name's letters, that no rule knows; those seen last, in 1,000 folders."""
    folder = Folder(Root("/logs"), "", 1, Globs(["a.log"]))
    forms = Forms()
    for name in ("a.log", "b1.log", "a.rolled.1.log", "a.log.1", "worker-a1.log"):
        assert not forms.learn(folder, "a.log", name)
    assert not forms.unlisted
    assert forms.learn(folder, "a.log", "a12.log")
    assert list(forms.unlisted) == ["/logs/"]
    forms.unlisted.clear()
    assert not forms.learn(folder, "a.log", "a3.log")
    for live, name in ("a-current.log", "a_7.log"), ("latest.log", "2026-11-29-1.log.gz"), ("LIVE.log", "3.log"):
        assert Forms().learn(Folder(Root("/logs"), "", 1, Globs([live])), live, name)
    assert forms.of("/logs/") == {"a#.log": "a.log"}
    for number in range(1000):
        forms.learn(Folder(Root(f"/logs/{number}"), "", 1, Globs(["a.log"])), "a.log", "a1.log")
    assert forms.of("/logs/") == {}
    assert forms.of("/logs/0/") == {"a#.log": "a.log"}
    for number in range(1, 102):
        forms.learn(Folder(Root("/x"), "", 1, Globs(["a.log"])), "a.log", f"a{'(' * number}1.log")
    assert len(forms.of("/x/")) == 100
    assert "a(#.log" not in forms.of("/x/")


def test_a_name_is_not_followed_before_its_form_is_known(logs: Path) -> None:
    """Whoever goes on under the live name without a look at the others would pass those by."""
    append(logs / "a.log", lines(0, 50))
    follower = follow(logs, "a.log")
    follower.read()
    for number in (50, 100):
        rotate(logs, "a#.log", packed=False)
        append(logs / "a.log", lines(number, number + 50))
    assert not follower.catalog.succeed(follower.now)
    assert follower.read() == lines(50, 150)
    rotate(logs, "a#.log", packed=False)
    append(logs / "a.log", lines(150, 200))
    assert follower.catalog.succeed(follower.now)
    assert follower.read() == lines(150, 200)


@paces
@pytest.mark.parametrize("rotations", [1, 2, 3])
@pytest.mark.parametrize("seen", range(4))
@pytest.mark.parametrize("ack", [False, True])
def test_what_was_packed_right_before_a_kill(logs: Path, pause: float, rotations: int, seen: int, *, ack: bool) -> None:
    """Its archive goes on with it, whatever of the rotation was ``seen``, and whose inode a new file has by then."""
    live = logs / "a.log"
    append(live, lines(0, 100))
    followers, number = [follow(logs, "a.log")], 200

    def glance(*, when: bool) -> None:
        if when:
            followers[0].step(pause)
            followers[0].take(ack=ack)

    look(followers[0], pause)
    followers[0].save()
    append(live, lines(100, 150))
    glance(when=seen > 0)
    rotate(logs, "a#.log.gz", packed=True)
    glance(when=seen > 1)
    append(live, lines(150, 200))
    if seen > 2:
        glance(when=True)
        followers[0].save()
    followers[0].kill()
    for _ in range(rotations):
        rotate(logs, "a#.log.gz", packed=True)
        append(live, lines(number, number + 50))
        number += 50
    followers.append(follow(logs, "a.log"))
    look(followers[1], pause)
    look(followers[1], pause)
    assert problem(lines(0, number), *followers) == ""
    followers[1].drain()
    assert problem(lines(0, number), *followers) == ""
