"""Files that are edited: what is equal is known, what is other is new, in a copy as in what is followed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.test_kinds import each_once, overwrite, paces, problem, records
from tests.following import append, begun, follow, lines, tick


def edited(data: bytes, number: int, line: bytes) -> bytes:
    """Give the same with another line in the place of one."""
    every = data.splitlines(keepends=True)
    every[number] = line
    return b"".join(every)


def put(path: Path, data: bytes) -> None:
    """Put a file in the place of one, as ``sed -i`` does."""
    temporary = path.with_name("sedAbCdEf")
    temporary.write_bytes(data)
    temporary.rename(path)


@paces
@pytest.mark.parametrize("in_place", [False, True], ids=["sed -i", "in place"])
@pytest.mark.parametrize("number", [55, 60, 79])
def test_a_copy_is_edited_that_was_put_by(logs: Path, pause: float, number: int, *, in_place: bool) -> None:
    """A line beyond its first kilobyte, and before its last bytes, is another one: it was nowhere else."""
    live, copy = logs / "a.log", logs / "a.log.1"
    follower = begun(logs, 80)
    copy.write_bytes(live.read_bytes())
    for _ in range(3):
        follower.read()
        follower.step(pause)
    append(live, lines(80, 100))
    follower.read()
    follower.step(3.0)
    follower.read()
    data = edited(copy.read_bytes(), number, lines(99999, 100000)[: len(lines(10, 11)) - 1] + b"\n")
    overwrite(copy, data, 0) if in_place else put(copy, data)
    os.utime(copy, ns=(0, copy.stat().st_mtime_ns + 10**7))
    for _ in range(3):
        follower.read()
        follower.step(pause)
    follower.drain()
    got = [*records(follower).values()]
    assert sorted({*got}) == sorted({*(lines(0, 100) + data).splitlines(keepends=True)})
    assert len(got) <= 100 + 80 - number  # only what is behind the line came twice


@paces
@pytest.mark.parametrize("number", [50, 79])
def test_a_rotated_file_is_edited(logs: Path, pause: float, number: int) -> None:
    """What is in front of the line that is other is what was delivered."""
    live, rotated = logs / "a.log", logs / "a.log.1"
    follower = begun(logs, 80)
    live.rename(rotated)
    append(live, lines(100, 120))
    follower.read()
    follower.step(pause)
    put(rotated, edited(rotated.read_bytes(), number, lines(500, 501)))
    for _ in range(3):
        follower.read()
        follower.step(pause)
    follower.drain()
    assert len([*records(follower).values()]) == 100 + 80 - number
    due = lines(0, 80) + lines(100, 120) + lines(500, 501) + lines(number + 1, 80)
    assert problem(due, follower) == ""


@paces
def test_a_copy_is_put_by_and_made_again(logs: Path, pause: float) -> None:
    """A copy over a copy is no edit: it begins as the file that is followed."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.bak"
        append(live, lines(0, 60))
        yield b""
        for turn in range(3):
            put(copy, live.read_bytes())
            yield b""
            append(live, lines(60 + 20 * turn, 80 + 20 * turn))
            yield b""
        yield lines(0, 120)

    each_once(logs, scenario, pause)


@paces
def test_a_hole_is_punched_where_all_was_read(logs: Path, pause: float) -> None:
    """``fallocate --punch-hole`` keeps a log short: size, name and inode stay, and so do the last bytes."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        for turn in range(4):
            append(live, lines(200 * turn, 200 * turn + 200))
            yield b""
            overwrite(live, bytes(live.stat().st_size // 4096 * 4096 - 4096), 0)
            os.utime(live, ns=(0, live.stat().st_mtime_ns + 10**7))
            yield b""
        yield lines(0, 800)

    each_once(logs, scenario, pause)


@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize("more", [0, 20])
@pytest.mark.parametrize("away", [False, True])
def test_a_hole_is_punched_in_what_was_finished(logs: Path, *, rotated: bool, more: int, away: bool) -> None:
    """Its file is closed: name, inode, birth and last bytes are as they were, and what is appended is new."""
    live, other, follower = logs / "a.log", logs / "b.log", begun(logs, 400)
    path = logs / "a.log.1" if rotated else live
    if rotated:
        live.rename(path)
    append(other, lines(500, 510))
    follower.catalog.max_files = 1
    for _ in range(12):
        follower.read()
        follower.step(3.0)
    assert path.stat().st_ino in follower.catalog.registry.finished
    lives = [follower]
    if away:
        follower.drain()
    overwrite(path, bytes(16384), 0)
    append(path, lines(400, 400 + more))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**7))
    if away:
        lives.append(follow(logs))
    for _ in range(6):
        lives[-1].read()
        lives[-1].step(3.0)
    lives[-1].drain()
    assert problem(lines(0, 400 + more) + lines(500, 510), *lives) == ""


@paces
@pytest.mark.parametrize("size", [40, 60])
def test_a_copy_is_first_met_together_with_its_file(logs: Path, pause: float, size: int) -> None:
    """Both came since the last look, and the copy is made again and again: the file is the one that is followed."""
    live, copy = logs / "a.log", logs / "a.log.bak"
    follower = follow(logs)
    follower.read()
    append(live, lines(0, 60))
    copy.write_bytes(lines(0, size))
    for turn in range(3):
        for _ in range(2):
            follower.read()
            follower.step(pause)
        append(live, lines(60 + 20 * turn, 80 + 20 * turn))
        copy.write_bytes(live.read_bytes())
    os.truncate(live, 0)
    append(live, lines(200, 220))
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    follower.drain()
    assert problem(lines(0, 120) + lines(200, 220), follower) == ""


@pytest.mark.parametrize("form", [(b"\n]\n", b",\n"), (b"\n]", b",\n"), (b"\n]\n", b" , \n"), (b"]\n", b"")])
@pytest.mark.parametrize("pause", [0.05, 0.4, 2.0])
def test_an_array_that_is_always_closed(logs: Path, form: tuple[bytes, bytes], pause: float) -> None:
    """A comma that comes behind a record that has left is new; the record is not. And nobody waits for the next one."""
    closing, separator = form
    path, follower = logs / "a.log", follow(logs)
    path.write_bytes(b"[\n" + lines(0, 1).rstrip(b"\n") + (b"\n" if not separator else b"") + closing)
    follower.read()
    for number in range(1, 30):
        record = lines(number, number + 1).rstrip(b"\n") + (b"" if separator else b"\n")
        overwrite(path, separator + record + closing, path.stat().st_size - len(closing))
        follower.step(pause)
        follower.read()
    assert records(follower)
    assert lines(27, 28).rstrip(b"\n") in b"".join(records(follower).values())
    follower.step(2.0)
    follower.drain()
    got = b"".join(records(follower).values())
    assert [got.count(b'{"seq":%d,' % number) for number in range(30)] == [1] * 30


@pytest.mark.parametrize("how", ["written over", "removed", "renamed"])
def test_a_job_that_is_run_again_writes_new_lines(logs: Path, how: str) -> None:
    """Its lines are as they were, but for the first one: that they are equal does not say that they are the same."""
    path, follower = logs / "a.log", follow(logs)
    for run in range(3):
        data = b"run %d\n" % run + lines(0, 200)
        if how == "removed":
            path.unlink(missing_ok=True)
        put(path, data) if how == "renamed" else path.write_bytes(data)
        follower.read()
        follower.step(2.0)
        follower.read()
    follower.drain()
    assert len(records(follower)) == 3 * 201


@pytest.mark.parametrize("banner", [1, 5, 60])
@pytest.mark.parametrize("after", [2, 100, 300])
@pytest.mark.parametrize("how", ["written over", "renamed"])
def test_a_program_that_is_started_again_writes_its_banner_again(logs: Path, banner: int, after: int, how: str) -> None:
    """As one behind ``tee``: its first lines are equal each time, and are new each time."""
    path, follower, due = logs / "a.log", follow(logs), b""
    for run in range(3):
        data = lines(0, banner) + lines(1000 * (run + 1), 1000 * (run + 1) + (500 if not run else after))
        put(path, data) if how == "renamed" else path.write_bytes(data)
        due += data
        follower.read()
        follower.step(2.0)
        follower.read()
        if after < 100:
            follower.step(70.0)  # files that are short begin alike more often than anybody believes
            follower.read()
            due += (more := lines(1000 * (run + 1) + 500, 1000 * (run + 1) + 600))
            append(path, more)
            follower.read()
    follower.step(2.0)
    follower.drain()
    assert problem(due, follower) == ""


@paces
def test_the_head_of_a_live_file_is_taken_off(logs: Path, pause: float) -> None:
    """``fallocate --collapse-range`` moves all forward by whole blocks: what is left comes again, nothing is lost."""
    live, follower = logs / "a.log", begun(logs, 400)
    for turn in range(3):
        append(live, lines(400 + 20 * turn, 410 + 20 * turn))
        left = live.read_bytes()[4096:]
        overwrite(live, left, 0)
        os.truncate(live, len(left))
        append(live, lines(410 + 20 * turn, 420 + 20 * turn))
        for _ in range(3):
            follower.read()
            follower.step(pause)
    follower.step(61.0)
    follower.drain()
    assert {*lines(0, 460).splitlines(keepends=True)} <= {*records(follower).values()}


ROTATE = {
    "removed": "rm a.log",
    "packed": "mv a.log a.log.1; gzip -f a.log.1; mv a.log.1.gz a.log.$(ls | wc -l).gz",
    "renamed": "mv a.log a.log.old",
    "packed later": "gzip -f a.log.1; mv a.log.1.gz a.log.$(ls | wc -l).gz; mv a.log a.log.1",
}


@paces
@pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])
@pytest.mark.parametrize("how", ROTATE)
@pytest.mark.parametrize("wait", [0.1, 30.0])
def test_a_job_that_is_run_again_after_a_rotation(
    logs: Path, pause: float, how: str, wait: float, *, kill: bool
) -> None:
    """Most of it is as it was: what was rotated, removed or packed was not edited, so all of it is new."""
    followers, due = [follow(logs, rotate_wait=wait)], b""
    for run in range(4):
        data = lines(0, 50) + lines(1000 * run + 1000, 1000 * run + 1003)
        if run:
            subprocess.run(["sh", "-c", ROTATE[how]], cwd=logs, check=False, capture_output=True)
            probe = logs / ".probe"
            probe.touch()
            tick(probe)
        append(logs / "a.log", data)
        due += data
        if kill and run:
            followers.append(follow(logs, rotate_wait=wait))
        for _ in range(4):
            followers[-1].read()
            followers[-1].step(pause)
        if kill:
            followers[-1].save()
            followers[-1].kill()
    if kill:
        followers.append(follow(logs))
        followers[-1].read()
    followers[-1].drain()
    assert problem(due, *followers) == ""


@paces
@pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])
@pytest.mark.parametrize("suffix", [".bak", "~", ".1"])
def test_what_is_edited_beside_a_backup(logs: Path, pause: float, suffix: str, *, kill: bool) -> None:
    """``sed -i.bak``: only what is behind the line that is other comes again, as without a backup."""
    live, followers = logs / "a.log", [begun(logs, 200)]
    look = followers[0]
    for _ in range(3):
        look.read()
        look.step(pause)
    if kill:
        look.save()
        look.kill()
    temporary = logs / "sedAbCdEf"
    temporary.write_bytes(edited(live.read_bytes(), 190, lines(9990, 9991)) + lines(200, 210))
    tick(temporary)
    live.rename(logs / f"a.log{suffix}")
    temporary.rename(live)
    if kill:
        followers.append(follow(logs))
    for _ in range(4):
        followers[-1].read()
        followers[-1].step(pause)
    followers[-1].drain()
    due = lines(0, 210) + lines(9990, 9991) + lines(191, 200)
    assert problem(due, *followers) == ""


@paces
@pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])
@pytest.mark.parametrize("how", ROTATE)
def test_a_job_that_ends_sooner_than_its_last_run(logs: Path, pause: float, how: str, *, kill: bool) -> None:
    """All that it wrote is as the last one began: what went was no copy's, so it is new."""
    followers, due = [begun(logs, 50)], lines(0, 50)
    for _ in range(3):
        followers[0].step(pause)
        followers[0].read()
    if kill:
        followers[0].save()
        followers[0].kill()
    subprocess.run(["sh", "-c", ROTATE[how]], cwd=logs, check=False, capture_output=True)
    (logs / ".probe").touch()
    tick(logs / ".probe")
    append(logs / "a.log", lines(0, 30))
    if kill:
        followers.append(follow(logs))
    for _ in range(4):
        followers[-1].step(pause)
        followers[-1].read()
    followers[-1].drain()
    assert problem(due + lines(0, 30), *followers) == ""


@paces
@pytest.mark.parametrize("backup", [False, True])
@pytest.mark.parametrize("kept", [201, 215, 230])
def test_a_file_is_shortened_before_a_kill(logs: Path, pause: float, kept: int, *, backup: bool) -> None:
    """All that it has was known when it was put by, and is known of a copy of it.

    Of the longer one, which went before the kill, only the digests at some offsets are left.
    """
    first = begun(logs, 200)
    append(logs / "a.log", lines(200, 300))
    first.read()
    put(logs / "a.log", lines(0, kept))
    for _ in range(3):
        first.read()
        first.step(pause)
    first.save()
    first.kill()
    second = follow(logs)
    for _ in range(3):
        second.read()
        second.step(pause)
    if backup:
        (logs / "a.log-bak").write_bytes(lines(0, kept))
    for _ in range(3):
        second.read()
        second.step(pause)
    append(logs / "a.log", lines(300, 310))
    second.drain()
    assert problem(lines(0, 310), first, second) == ""
