"""What rotators and writers do to files, each kind by itself, live and with a kill between any two steps of it.

A scenario does something to a folder, yields where logship may look, and gives in the end what is to arrive.
"""

import asyncio
import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from logship.state.identity import Saved
from tests.following import Follower, append, begun, follow, lines, tick, zipped

Scenario = Callable[[Path], Iterator[bytes]]
"""Yields, and at last gives, all lines that have to have arrived in the end."""


def records(*followers: Follower) -> dict[tuple[str, int], bytes]:
    """Give every record by its id; fails where one id stands for two records."""
    found: dict[tuple[str, int], bytes] = {}
    for block in (block for follower in followers for block in follower.blocks):
        start = block.start
        for line in block.data.splitlines(keepends=True):
            assert found.setdefault((block.file, start), line) == line, "one id, two records"
            start += len(line)
    return found


def problem(expected: bytes, *followers: Follower) -> str:
    """Say what is missing, twice or foreign; nothing where each line has arrived once."""
    got, due = Counter(records(*followers).values()), Counter(expected.splitlines(keepends=True))
    missing, more = due - got, got - due
    parts = (f"{len(each)} {word}, first {next(iter(each))[:12]!r}" for word, each in _named(missing, more, due))
    return ", ".join(parts)


def _named(missing: Counter[bytes], more: Counter[bytes], due: Counter[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    twice, foreign = [line for line in more if line in due], [line for line in more if line not in due]
    yield from (
        (word, each) for word, each in (("missing", [*missing]), ("twice", twice), ("foreign", foreign)) if each
    )


def out_of_order(expected: bytes, *followers: Follower) -> str:
    """Say which line came where another was due; nothing where all came as they were written."""
    got, due = (dict.fromkeys(each) for each in (records(*followers).values(), expected.splitlines(keepends=True)))
    return next((f"{a[:12]!r} instead of {b[:12]!r}" for a, b in zip(got, due, strict=False) if a != b), "")


class Play:
    """Plays a scenario, reading at every step, and killed at one: the next step is then done while logship is away."""

    def __init__(
        self, logs: Path, scenario: Scenario, *, kill: int = -1, saved: bool = True, order: bool = True
    ) -> None:
        self.logs, self.scenario, self.kill, self.saved, self.order = logs, scenario, kill, saved, order
        """``saved`` says that the checkpoint was written right before the kill."""
        self.lives: list[Follower] = []
        self.steps = 0

    def run(self, pause: float, pattern: str) -> str:
        """Say what is wrong in the end."""
        self.logs.mkdir(parents=True)
        expected, away = b"", True
        for number, expected in enumerate(self.scenario(self.logs)):  # noqa: B007 - the last one counts
            if away:
                self._start(pattern)
            self._read(pause)
            away, self.steps = number == self.kill, number + 1
            if away:
                self._kill()
        if away:
            self._start(pattern)
        self._read(pause)
        self.lives[-1].drain()
        return problem(expected, *self.lives) or (out_of_order(expected, *self.lives) if self.order else "")

    def _start(self, pattern: str) -> None:
        self.lives.append(follow(self.logs, pattern, now=self.lives[-1].now if self.lives else 1000.0))

    def _read(self, pause: float) -> None:
        self.lives[-1].read()
        self.lives[-1].step(pause)
        self.lives[-1].read()

    def _kill(self) -> None:
        if self.saved:
            self.lives[-1].save()
        self.lives[-1].kill()


def each_once(
    logs: Path,
    scenario: Scenario,
    pause: float,
    pattern: str = "*.log",
    *,
    saved: tuple[bool, ...] = (True, False),
    but: tuple[int, ...] = (),
    order: bool = True,
) -> None:
    """Play it without a kill, then with one at every step, each in a folder of its own."""
    first = Play(logs / "live" / "logs", scenario, order=order)
    wrong = {("", -1): first.run(pause, pattern)}
    for each in saved:
        word = "saved" if each else "not saved"
        for kill in (kill for kill in range(first.steps) if kill not in but):
            play = Play(logs / f"{word} {kill}" / "logs", scenario, kill=kill, saved=each, order=order)
            wrong[word, kill] = play.run(pause, pattern)
    assert {where: what for where, what in wrong.items() if what} == {}


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
}
paces = pytest.mark.parametrize("pause", [0.05, 3.0])
"""Seconds between two looks of one step: less, and more, than anything is waited for."""


def overwrite(path: Path, data: bytes, at: int) -> None:
    """Write into a file where it is."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


# -- copies ---------------------------------------------------------------------------------------------------------


def test_copytruncate_of_a_busy_writer(logs: Path) -> None:
    """While it is copied the writer goes on and is read: the copy ends before what was read does."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        append(live, lines(0, 40))
        yield b""
        copy.write_bytes(lines(0, 20))
        append(live, lines(40, 60))
        yield b""
        append(copy, lines(20, 50))
        append(live, lines(60, 65))
        yield b""
        os.truncate(live, 0)
        append(live, lines(65, 70))
        yield b""
        append(live, lines(70, 200))
        yield lines(0, 200)

    each_once(logs, scenario, 0.05, saved=(True,))


@paces
def test_a_copy_over_the_last_copy(logs: Path, pause: float) -> None:
    """``cp a.log a.log.1 && : > a.log`` again and again: each copy replaces the bytes of the last one."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        append(live, lines(0, 40))
        yield b""
        for turn in range(1, 5):
            append(live, lines(100 * turn, 100 * turn + 10 * turn))
            copy.write_bytes(live.read_bytes())
            yield b""
            os.truncate(live, 0)
            append(live, lines(100 * turn + 50, 100 * turn + 90))
            yield b""
        done = b"".join(lines(100 * t, 100 * t + 10 * t) + lines(100 * t + 50, 100 * t + 90) for t in range(1, 5))
        yield lines(0, 40) + done

    each_once(logs, scenario, pause)


@paces
def test_a_copy_over_the_last_copy_with_a_rest(logs: Path, pause: float) -> None:
    """What was written after the last look is only in the copy, which replaced another one."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 40))
            yield b""
            append(live, lines(100 * turn + 40, 100 * turn + 90))
            copy.write_bytes(live.read_bytes())
            os.truncate(live, 0)
            append(live, lines(100 * turn + 90, 100 * turn + 100))
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause)


@paces
def test_a_copy_that_is_appended(logs: Path, pause: float) -> None:
    """``cat a.log >> a.log.1 && : > a.log``: the rest of each generation is behind that of the one before."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            append(copy, live.read_bytes())
            os.truncate(live, 0)
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause, saved=(True,))


def test_a_copy_of_what_was_written_since_the_last_look(logs: Path) -> None:
    """Found by a sweep that was under way: the live file has all of it, though nobody has seen that yet."""
    live, follower = logs / "a.log", begun(logs, 60)
    append(live, lines(60, 100))
    (logs / "a.log.1").write_bytes(live.read_bytes())
    assert list(follower.catalog.sweep(follower.now)) is not None  # no look at the files before it
    follower.step(0.0)
    os.truncate(live, 0)
    append(live, lines(100, 130))
    follower.read()
    follower.step(3.0)
    follower.read()
    follower.drain()
    assert problem(lines(0, 130), follower) == ""


@pytest.mark.parametrize("moment", range(12))
def test_a_sparse_file_is_truncated_while_its_copy_is_compared_with_it(logs: Path, moment: int) -> None:
    """Its writer goes on where it was, behind a hole: copies begin alike, and only the live file tells which it is."""
    live, size = logs / "a.log", 600_000
    every = lines(0, 60_000)
    cuts = [every.rfind(b"\n", 0, cut) + 1 for cut in (size, 2 * size, 3 * size)]
    follower = follow(logs)
    append(live, every[: cuts[0]])
    follower.read()
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    overwrite(live, every[cuts[0] : cuts[1]], cuts[0])
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    (logs / "a.log.1").rename(logs / "a.log.2")
    (logs / "a.log.1").write_bytes(live.read_bytes())
    os.truncate(live, 0)
    overwrite(live, every[cuts[1] : cuts[2]], cuts[1])
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    (logs / "a.log.2").rename(logs / "a.log.3")
    (logs / "a.log.1").rename(logs / "a.log.2")
    data = live.read_bytes()
    (logs / "a.log.1").write_bytes(data[: cuts[1] - 1000])  # it is in the making
    for at, _ in enumerate(follower.catalog.sweep(follower.now)):
        if at == moment:
            os.truncate(live, 0)
    os.truncate(live, 0)
    append(logs / "a.log.1", data[cuts[1] - 1000 :])
    overwrite(live, lines(60_000, 60_100), cuts[2])
    asyncio.run(follower.intake._take_up())
    for _ in range(3):
        follower.read()
        follower.step(3.0)
    follower.read()
    follower.drain()
    assert problem(every[: cuts[2]] + lines(60_000, 60_100), follower) == ""


@paces
def test_copytruncate_of_a_writer_that_goes_on_behind_a_hole(logs: Path, pause: float) -> None:
    """It does not append: the hole is in front of what was read since the last save, too, and in each copy."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        append(live, lines(0, 60))
        yield b""
        for turn in range(1, 4):
            at = live.stat().st_size
            (logs / f"a.log.{turn}").write_bytes(live.read_bytes())
            os.truncate(live, 0)
            overwrite(live, lines(100 * turn, 100 * turn + 60), at)
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 80))
            yield b""
        yield lines(0, 60) + b"".join(lines(100 * turn, 100 * turn + 80) for turn in range(1, 4))

    each_once(logs, scenario, pause, order=False)  # what is behind a hole may wait for 3 s


def test_a_copy_that_rests_for_seconds_and_goes_on(logs: Path) -> None:
    """What looked complete was not: what comes then is known, too."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        append(live, lines(0, 60))
        copy.write_bytes(lines(0, 20))
        yield b""
        append(copy, lines(20, 60))
        yield b""
        os.truncate(live, 0)
        append(live, lines(60, 70))
        yield lines(0, 70)

    each_once(logs, scenario, 3.0)


def test_a_shorter_copy_after_a_kill_before_the_next_save(logs: Path) -> None:
    """What left since the checkpoint is known by the journal: no line of it is sent under another id."""
    live = logs / "a.log"
    append(live, lines(0, 40))
    first = follow(logs)
    first.read()
    append(live, lines(40, 65))
    first.read()
    first.kill()
    (logs / "a.log.1").write_bytes(lines(0, 50))
    os.truncate(live, 0)
    append(live, lines(65, 70))
    second = follow(logs)
    second.read()
    second.drain()
    assert problem(lines(0, 70), first, second) == ""


@paces
def test_a_copy_that_is_appended_of_what_was_written_since_the_last_save(logs: Path, pause: float) -> None:
    """Killed before the next one: the second copy ends with what only the journal knows."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            append(copy, live.read_bytes())
            os.truncate(live, 0)
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause)


@paces
@pytest.mark.parametrize("pack", [None, gzip.compress], ids=["plain", "compress"])
def test_rotated_into_another_folder(logs: Path, pause: float, pack: Callable[[bytes], bytes] | None) -> None:
    """As logrotate's olddir does: what was there, and what came and went meanwhile, is read there; once."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, old = logs / "a.log", logs / "old"
        old.mkdir()
        append(live, lines(0, 20))
        yield lines(0, 20)
        for number in (1, 2, 3):
            append(live, lines(20 * number, 20 * number + 10))
            for each in (2, 1):
                if (old / f"a.log.{each}").exists():
                    (old / f"a.log.{each}").rename(old / f"a.log.{each + 1}")
            if pack and (old / "a.log.2").exists():
                (old / f"a.log.{number}.gz").write_bytes(pack((old / "a.log.2").read_bytes()))
                (old / "a.log.2").unlink()
            live.rename(old / "a.log.1")
            append(live, lines(20 * number + 10, 20 * number + 20))
            yield lines(0, 20 * number + 20)

    each_once(logs, scenario, pause)


@paces
@pytest.mark.parametrize(
    "suffix", ["gz", "bz2", "xz"], ids=["gzip -c then truncate", "bzip2 -c then truncate", "xz -c then truncate"]
)
def test_a_packed_copy_before_the_truncation(logs: Path, pause: float, suffix: str) -> None:
    """The rest of what was truncated is in an archive alone, which is found while running, too."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        for turn in range(3):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 90))
            (logs / f"a.log.{turn}.{suffix}").write_bytes(PACKS[suffix](live.read_bytes()))
            os.truncate(live, 0)
            append(live, lines(100 * turn + 90, 100 * turn + 100))
            yield b""
        yield lines(0, 300)

    each_once(logs, scenario, pause)


@paces
def test_two_rotations_at_once_of_a_live_file_that_has_the_number_0(logs: Path, pause: float) -> None:
    """java.util.logging's, by its exact name: the generation in between is a rotated form of that."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, written = logs / "a.log.0", 0
        for turn in range(4):
            for _ in range(min(1 + turn, 2)):
                for number in range(written // 40 - 1, -1, -1):
                    (logs / f"a.log.{number}").rename(logs / f"a.log.{number + 1}")
                append(live, lines(written, written + 40))
                written += 40
            yield b""
        yield lines(0, written)

    each_once(logs, scenario, pause, "a.log.0")


# -- archives -------------------------------------------------------------------------------------------------------


@paces
@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_an_archive_that_is_appended(logs: Path, pause: float, suffix: str) -> None:
    """``gzip -c a.log >> a.log.gz && : > a.log``: the rest of each generation is behind that of the one before."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, archive = logs / "a.log", logs / f"a.log.{suffix}"
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            append(archive, PACKS[suffix](live.read_bytes()))
            os.truncate(live, 0)
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause, saved=(True,))


@paces
def test_an_archive_that_is_appended_to_more_often_than_anybody_looks(logs: Path, pause: float) -> None:
    """Two generations are packed between two looks: of one a part was read, of the other nothing was seen."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, archive = logs / "a.log", logs / "a.log.gz"
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 40))
            yield b""
            for start in (40, 70):
                append(live, lines(100 * turn + start, 100 * turn + start + 30))
                append(archive, gzip.compress(live.read_bytes()))
                os.truncate(live, 0)
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause, saved=(True,))


@paces
def test_an_archive_is_appended_to_a_while_before_the_truncation(logs: Path, pause: float) -> None:
    """Looked at in between: a copy of a file that is read may yet be all that has its rest."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, archive = logs / "a.log", logs / "a.log.gz"
        for turn in range(3):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            packed = gzip.compress(live.read_bytes())
            append(archive, packed[:40])
            yield b""
            append(archive, packed[40:])
            yield b""
            os.truncate(live, 0)
            yield b""
        yield lines(0, 300)

    each_once(logs, scenario, pause, saved=(True,))


@paces
def test_the_rest_is_only_in_an_archive(logs: Path, pause: float) -> None:
    """Rotated, written to, packed and removed in one go: nothing but the archive has the rest."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, rotated = logs / "a.log", logs / "a.log.1"
        append(live, lines(0, 60))
        yield b""
        append(live, lines(60, 90))
        live.rename(rotated)
        (logs / "a.log.1.gz").write_bytes(gzip.compress(rotated.read_bytes()))
        rotated.unlink()
        append(live, lines(90, 120))
        yield b""
        yield lines(0, 120)

    each_once(logs, scenario, pause)


@paces
def test_packed_by_a_temporary_name(logs: Path, pause: float) -> None:
    """What is begun as ``a.log.1.gz.tmp`` and renamed is neither text nor another generation."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, rotated, temporary = logs / "a.log", logs / "a.log.1", logs / "a.log.1.gz.tmp"
        append(live, lines(0, 60))
        yield b""
        append(live, lines(60, 90))
        live.rename(rotated)
        append(live, lines(90, 120))
        yield b""
        packed = gzip.compress(rotated.read_bytes())
        temporary.write_bytes(packed[:200])
        yield b""
        append(temporary, packed[200:])
        yield b""
        temporary.rename(logs / "a.log.1.gz")
        rotated.unlink()
        yield b""
        append(live, lines(120, 130))
        yield lines(0, 130)

    each_once(logs, scenario, pause)


def test_a_generation_that_nobody_saw_is_read_from_its_archive(logs: Path) -> None:
    """Begun and packed while logship was away: it is newer than the last look, and nothing known."""
    append(logs / "a.log", lines(0, 60))
    first = follow(logs)
    first.read()
    first.kill()
    (logs / "a.log").rename(logs / "a.log.2")
    (logs / "a.log.2.gz").write_bytes(gzip.compress((logs / "a.log.2").read_bytes()))
    (logs / "a.log.2").unlink()
    (logs / "a.log.1.gz").write_bytes(gzip.compress(lines(60, 120)))
    append(logs / "a.log", lines(120, 130))
    second = follow(logs)
    second.drain()
    third = follow(logs)
    third.drain()
    assert problem(lines(0, 130), first, second, third) == ""


def test_an_archive_that_is_cut_is_told_once(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One that is being made is waited for; of one that stays incomplete so much is read, and what follows later."""
    append(logs / "a.log", lines(0, 60))
    first = follow(logs)
    first.read()
    first.drain()
    packed = gzip.compress(lines(100, 200))
    (logs / "a.log.1.gz").write_bytes(packed[: len(packed) // 2])
    second, said, shipped = follow(logs), list[int](), b""
    for _ in range(10):
        second.step(0.5)
        said.append(sum("a packed file is cut" in record.message for record in caplog.records))
        shipped += second.read()
    assert (said[0], said[-1]) == (0, 1)
    assert 0 < len(shipped) < len(lines(100, 200))
    assert not second.catalog.unsettled
    append(logs / "a.log.1.gz", packed[len(packed) // 2 :])
    assert shipped + second.read() == lines(100, 200)


def test_two_unseen_generations_in_one_tar_each(logs: Path) -> None:
    """Packed as ``tar.gz``, the first member is what was rotated."""
    append(logs / "a.log", lines(0, 60))
    first = follow(logs)
    first.drain()
    for number, start in ((2, 60), (1, 160)):
        (logs / "part").write_bytes(lines(start, start + 100))
        with tarfile.open(logs / f"a.log.{number}.tar.gz", "w:gz") as tar:
            tar.add(logs / "part", f"a.log.{number}")
    append(logs / "a.log", b"")
    second = follow(logs)
    second.drain()
    assert problem(lines(0, 260), first, second) == ""


def test_a_generation_that_came_and_was_packed_between_two_looks_is_shipped(logs: Path) -> None:
    """Nobody saw it as it was written: what is newer than the last look and matches nothing known is new data."""
    follower = begun(logs, 60)
    (logs / "a.log").rename(logs / "a.log.2")
    (logs / "a.log.1.gz").write_bytes(gzip.compress(lines(500, 600)))
    (logs / "backup.tar.gz").write_bytes(gzip.compress(lines(600, 700)))
    append(logs / "a.log", lines(700, 710))
    follower.read()
    follower.step(5.0)
    follower.drain()
    assert problem(lines(0, 60) + lines(500, 600) + lines(700, 710), follower) == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_an_archive_of_what_was_never_in_the_live_file_is_not_shipped(
    logs: Path, caplog: pytest.LogCaptureFixture, *, quiet: bool
) -> None:
    """The file of the live name was followed all the time: whatever this was made of, it is no generation of it.

    Of one that is written to this is known once somebody has looked after it was opened.
    """
    append(logs / "a.log", lines(0, 60))
    if quiet:
        os.utime(logs / "a.log", (2e9, 1e9))
    follower = follow(logs)
    follower.read()
    if not quiet:
        follower.step(10.0)
        tick(logs / "a.log", 20_000_000)
    for name, pack in ("a.log.2.gz.tmp", gzip.compress), ("a.log.3.bz2", bz2.compress), ("a-4.log.xz", lzma.compress):
        (logs / name).write_bytes(pack(lines(500, 600)))
    for _ in range(3):
        follower.read()
        follower.step(5.0)
    follower.drain()
    assert problem(lines(0, 60), follower) == ""
    assert [record.__dict__["path"] for record in caplog.records if record.levelname == "WARNING"]


def test_an_archive_from_before_the_last_look_that_is_moved_here_is_history(logs: Path) -> None:
    """Its time says so; packers keep that of what they pack."""
    follower = begun(logs, 60)
    archive = logs / "a.log.7.gz"
    archive.write_bytes(gzip.compress(lines(500, 600)))
    os.utime(archive, (time.time() - 3600,) * 2)
    follower.read()
    follower.step(5.0)
    follower.drain()
    assert problem(lines(0, 60), follower) == ""


@pytest.mark.parametrize("early", [0, 10**9])
@pytest.mark.parametrize("again", [False, True])
def test_a_file_that_was_just_packed_is_found_beside_its_archive(logs: Path, *, again: bool, early: int) -> None:
    """Which is read; what was written since, even if it is the same once more, is another generation."""
    append(logs / "a.log", lines(0, 60))
    follow(logs).drain()
    append(logs / "b.log", lines(100, 900))
    (logs / "b.log.gz").write_bytes(gzip.compress((logs / "b.log").read_bytes()))
    if again:
        (logs / "b.log").write_bytes((logs / "b.log").read_bytes())
    now = time.time_ns() - early  # what packs sets the time of its archive, which changes its inode
    os.utime(logs / "b.log", ns=(now, now + (10**6 if again else -(10**6))))
    os.utime(logs / "b.log.gz", ns=(now, now))
    follower = follow(logs)
    for _ in range(3):
        follower.read()
        follower.step(5.0)
    follower.drain()
    arrived = Counter(records(follower).values())
    assert arrived == Counter(lines(100, 900).splitlines(keepends=True) * (1 + again))


def tarred(*members: bytes) -> bytes:
    """Pack files into a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number, member in enumerate(members):
            named = tarfile.TarInfo(f"{number}.log")
            named.size = len(member)
            archive.addfile(named, io.BytesIO(member))
    return out.getvalue()


@pytest.mark.parametrize("pack", [zipped, tarred, lambda *members: gzip.compress(tarred(*members))])
def test_what_an_archive_has_beside_its_first_file_is_counted(
    logs: Path, pack: Callable[..., bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Only the first is read; an old archive is none of our business, and one of one file is whole."""
    old = logs / "a.log.3"
    old.write_bytes(pack(lines(700, 750), lines(750, 760)))
    os.utime(old, (time.time() - 3600,) * 2)
    follower = begun(logs, 60)
    (logs / "a.log").rename(logs / "a.log.4")
    (logs / "a.log.2").write_bytes(pack(lines(500, 600)))
    (logs / "a.log.1").write_bytes(pack(lines(600, 650), lines(650, 660)))
    append(logs / "a.log", lines(60, 70))
    for _ in range(3):
        follower.read()
        follower.step(5.0)
    follower.drain()
    assert problem(lines(0, 70) + lines(500, 650), follower) == ""
    assert list(follower.lost()) == [("archive_member", len(lines(650, 660)))]
    assert caplog.messages.count("an archive has more than one file: only the first is read") == 1


def test_history_that_is_packed_later_is_not_shipped(logs: Path) -> None:
    """What was there before the first start stays history, packed while running or while away."""
    for number in (1, 2):
        append(logs / f"a.log.{number}", lines(100 * number, 100 * number + 60))
    append(logs / "a.log", lines(0, 60))
    first = follow(logs)
    first.read()
    (logs / "a.log.2.gz").write_bytes(gzip.compress((logs / "a.log.2").read_bytes()))
    (logs / "a.log.2").unlink()
    first.read()
    first.step(5.0)
    first.drain()
    (logs / "a.log.1.gz").write_bytes(gzip.compress((logs / "a.log.1").read_bytes()))
    (logs / "a.log.1").unlink()
    second = follow(logs)
    second.drain()
    assert problem(lines(0, 60), first, second) == ""


@paces
def test_of_old_history_only_what_is_appended_is_shipped(logs: Path, pause: float) -> None:
    """The live file of java.util.logging is ``app.log.0``: found at the first start as a rotated form, it grows."""

    def scenario(logs: Path) -> Iterator[bytes]:
        for name in ("a.log.0", "a.log.1"):
            append(logs / name, lines(500, 560))
        append(logs / "a.log", lines(0, 60))
        yield b""
        append(logs / "a.log.0", lines(600, 610))
        yield b""
        append(logs / "a.log.0", lines(610, 640))
        yield lines(0, 60) + lines(600, 640)

    each_once(logs, scenario, pause)


@paces
def test_logrotate_with_delayed_compression(logs: Path, pause: float) -> None:
    """``.1`` is plain, ``.2.gz`` and up are packed and shifted, three are kept: each name has other bytes each time."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        for turn in range(6):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            if (logs / "a.log.2.gz").exists():
                (logs / "a.log.2.gz").rename(logs / "a.log.3.gz")
            if (logs / "a.log.1").exists():
                (logs / "a.log.2.gz").write_bytes(gzip.compress((logs / "a.log.1").read_bytes()))
                (logs / "a.log.1").unlink()
            live.rename(logs / "a.log.1")
            append(live, b"")
            yield b""
        yield lines(0, 600)

    each_once(logs, scenario, pause)


@paces
def test_a_containers_log_as_a_kubelet_rotates_it(logs: Path, pause: float) -> None:
    """``0.log`` becomes ``0.log.TIME``, and is packed by ``0.log.TIME.tmp`` once the next one is rotated."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, before = logs / "0.log", list[Path]()
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            before.append(live.rename(logs / f"0.log.20261127-2000{turn:02}"))
            append(live, b"")
            if turn:
                packed = gzip.compress(before[-2].read_bytes())
                (logs / f"{before[-2].name}.tmp").write_bytes(packed[:100])
                yield b""
                (logs / f"{before[-2].name}.tmp").write_bytes(packed)
                (logs / f"{before[-2].name}.tmp").rename(logs / f"{before[-2].name}.gz")
                before[-2].unlink()
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause, "0.log")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_short_file_that_was_rotated_while_away(logs: Path, pack: Callable[[bytes], bytes]) -> None:
    """It had under 64 bytes at the stop, too few to be known by: what it got since is not missing."""
    append(logs / "a.log", lines(0, 1))
    first = follow(logs)
    first.drain()
    append(logs / "a.log", lines(1, 60))
    data = (logs / "a.log").read_bytes()
    (logs / "a.log").unlink()
    (logs / "a.log.1").write_bytes(pack(data))
    append(logs / "a.log", lines(60, 70))
    second = follow(logs)
    second.drain()
    assert "missing" not in problem(lines(0, 70), first, second)


# -- names ----------------------------------------------------------------------------------------------------------


@paces
@pytest.mark.parametrize("dated", ["app.log.2026112{}", "app.2026112{}.log", "app-2026-11-2{}.log"])
def test_the_dated_target_of_a_link(logs: Path, pause: float, dated: str) -> None:
    """Also at the first start: what the link leads to is the live file, and what it leads to next goes on."""

    def scenario(logs: Path) -> Iterator[bytes]:
        link = logs / "app.log"
        for day in range(4):
            target = logs / dated.format(day)
            append(target, lines(100 * day, 100 * day + 60))
            link.unlink(missing_ok=True)
            link.symlink_to(target.name)
            yield b""
            append(target, lines(100 * day + 60, 100 * day + 100))
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, pause, "app.log")


@paces
@pytest.mark.parametrize("way", ["{name}", "./{name}", "{folder}/{name}", "{folder}/../logs/{name}"])
def test_the_target_of_a_link_that_nobody_looked_at(logs: Path, pause: float, way: str) -> None:
    """Its name tells of nothing but what the link leads to, however that is written: the link leads elsewhere now."""

    def scenario(logs: Path) -> Iterator[bytes]:
        link = logs / "latest.log"
        for minute in range(9):
            target = logs / f"app.2026-11-29-23-4{minute}.log"
            append(target, lines(100 * minute, 100 * minute + 100))
            link.unlink(missing_ok=True)
            link.symlink_to(way.format(name=target.name, folder=logs))
            if minute % 3 == 0:
                yield b""
        yield lines(0, 900)

    each_once(logs, scenario, pause, "latest.log")


@paces
def test_side_files_are_not_shipped(logs: Path, pause: float) -> None:
    """Locks, positions and check sums beside a log are no rotated forms of it, whenever they appear."""

    def scenario(logs: Path) -> Iterator[bytes]:
        append(logs / "app.log", lines(0, 60))
        yield b""
        for suffix in ("txt", "lock", "md5", "pos", "pid", "idx"):
            append(logs / f"app.log.{suffix}", b"something else\n" * 20)
        yield b""
        append(logs / "app.log", lines(60, 70))
        append(logs / "app.log.pos", b"more\n")
        yield lines(0, 70)

    each_once(logs, scenario, pause)


@paces
def test_equal_files_under_other_names_all_arrive(logs: Path, pause: float) -> None:
    """Fifty sessions that log the same line: another name that is no rotated form is another file."""

    def scenario(logs: Path) -> Iterator[bytes]:
        append(logs / "session-0.log", lines(0, 40))
        yield b""
        for number in range(1, 50):
            append(logs / f"session-{number}.log", lines(0, 40))
        yield b""
        yield lines(0, 40) * 50

    each_once(logs, scenario, pause)


# -- NULs -----------------------------------------------------------------------------------------------------------


@paces
def test_a_preallocated_file(logs: Path, pause: float) -> None:
    """NULs at the end are no data, in a mapped file that is cut to its size in the end."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, at = logs / "a.log", 0
        live.touch()
        os.truncate(live, 1 << 20)
        yield b""
        for turn in range(4):
            overwrite(live, lines(30 * turn, 30 * turn + 30), at)
            at += len(lines(30 * turn, 30 * turn + 30))
            yield b""
        os.truncate(live, at)
        yield lines(0, 120)

    each_once(logs, scenario, pause, saved=(True,))


@paces
def test_a_preallocated_file_that_grows_by_pieces_and_is_rotated(logs: Path, pause: float) -> None:
    """NULs are added ahead of the data; the rotated file keeps those that it had."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        for turn in range(3):
            live.touch()
            at = 0
            for piece in range(3):
                os.truncate(live, 4096 * (piece + 1))
                data = lines(100 * turn + 30 * piece, 100 * turn + 30 * piece + 30)
                overwrite(live, data, at)
                at += len(data)
                yield b""
            live.rename(logs / f"a.log.{turn}")
        yield b"".join(lines(100 * turn, 100 * turn + 90) for turn in range(3))

    each_once(logs, scenario, pause, saved=(True,))


def test_nuls_that_are_filled_later_are_read_then(logs: Path) -> None:
    """A block that arrives after the one behind it, as over NFS: each line once, in its place."""
    live, middle = logs / "a.log", lines(30, 60)
    append(live, lines(0, 30) + bytes(len(middle)) + lines(60, 90))
    follower = follow(logs)
    assert follower.read() == lines(0, 30)
    follower.step(2.0)
    assert follower.read() == b""
    overwrite(live, middle, len(lines(0, 30)))
    follower.step(1.1)
    assert follower.read() == lines(30, 90)


def test_a_hole_in_the_middle_is_passed_after_three_seconds(logs: Path) -> None:
    """Nobody fills it any more; what is behind it is read, once."""
    append(logs / "a.log", lines(0, 30) + bytes(5000) + lines(60, 90))
    follower = follow(logs)
    assert follower.read() == lines(0, 30)
    follower.step(3.1)
    assert follower.read() == lines(60, 90)


def test_a_hole_that_is_filled_while_it_is_waited_for_is_read_at_once(logs: Path) -> None:
    """The size does not change then: that somebody wrote is enough."""
    live, middle = logs / "a.log", lines(30, 60)
    append(live, lines(0, 30) + bytes(len(middle)) + lines(60, 90))
    follower = follow(logs)
    follower.read()
    overwrite(live, middle, len(lines(0, 30)))
    assert follower.read() == lines(30, 90)


# -- what volumes say -----------------------------------------------------------------------------------------------


def test_a_size_that_goes_back_for_a_moment(logs: Path) -> None:
    """A smaller size alone is one sign: once it is back, reading goes on, and nothing arrives twice."""
    live, follower = logs / "a.log", begun(logs, 60)
    for turn in range(1, 6):
        data = live.read_bytes()
        os.truncate(live, len(data) // 2)
        follower.step()
        overwrite(live, data[len(data) // 2 :] + lines(60 * turn, 60 * turn + 60), len(data) // 2)
        follower.read()
    follower.drain()
    assert problem(lines(0, 360), follower) == ""


@paces
def test_another_inode_with_the_same_content(logs: Path, pause: float) -> None:
    """A volume gives new numbers, or an overlay copies the file up, or rsync puts a longer version in its place."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, other = logs / "a.log", logs / ".a.log.new"
        append(live, lines(0, 60))
        yield b""
        for turn in range(1, 4):
            other.write_bytes(lines(0, 60 * turn + 30))
            other.rename(live)
            yield b""
            append(live, lines(60 * turn + 30, 60 * turn + 60))
            yield b""
        yield lines(0, 240)

    each_once(logs, scenario, pause)


@pytest.mark.parametrize("born", [None, 1, 2**62])
def test_another_birth_time_over_a_restart(logs: Path, monkeypatch: pytest.MonkeyPatch, born: int | None) -> None:
    """Missing or another one, it is one sign: the file goes on."""
    append(logs / "a.log", lines(0, 60))
    first = follow(logs)
    first.drain()
    monkeypatch.setattr("logship.files.found.birth_ns", lambda _: born)
    append(logs / "a.log", lines(60, 70))
    second = follow(logs)
    second.drain()
    assert problem(lines(0, 70), first, second) == ""


# -- many files -----------------------------------------------------------------------------------------------------


def test_files_beyond_the_limit_take_the_place_of_idle_ones(logs: Path) -> None:
    """Ten open at most, of fifty that come one after the other and grow again: each line once."""
    follower = follow(logs)
    follower.catalog.max_files = 10
    for turn in range(3):
        for number in range(50):
            append(logs / f"{number}.log", lines(1000 * number + 100 * turn, 1000 * number + 100 * turn + 20))
            follower.read()
            assert len(follower.catalog.files) <= 10
            follower.now += 1.0
    follower.drain()
    expected = (lines(1000 * n + 100 * t, 1000 * n + 100 * t + 20) for n in range(50) for t in range(3))
    assert problem(b"".join(expected), follower) == ""


def test_busy_files_beyond_the_limit_take_turns(logs: Path) -> None:
    """Four may be open of twelve that all grow all the time, and new ones come: none waits for ever."""
    follower = follow(logs)
    follower.catalog.max_files = 4
    written = []
    for turn in range(40):
        for number in range(12 + turn // 10):
            written.append(lines(1000 * number + turn, 1000 * number + turn + 1))
            append(logs / f"{number}.log", written[-1])
        follower.read()
        follower.step(1.0)
    assert len({block.name for block in follower.blocks if block.seen > 1015.0}) == 15
    for _ in range(20):
        follower.read()
        follower.step(1.0)
    assert problem(b"".join(written), follower) == ""


def test_files_that_cannot_have_a_place_wait_and_are_told(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While none of those that are open has been read, the others wait; then they are read."""
    for number in range(20):
        append(logs / f"{number}.log", lines(100 * number, 100 * number + 20))
    follower = follow(logs)
    follower.catalog.max_files = 5
    for _ in range(3):
        follower.step(1.0)
    assert len(follower.catalog.files) == 5
    (said,) = (record for record in caplog.records if record.message.startswith("files wait until"))
    assert "LOGSHIP_MAX_FILES" in said.__dict__["advice"]
    assert getattr(said, "waiting_files", 0) == 15
    for _ in range(10):
        follower.read()
        follower.step(1.0)
    assert problem(b"".join(lines(100 * n, 100 * n + 20) for n in range(20)), follower) == ""


def test_two_names_of_one_file(logs: Path) -> None:
    """A hard link is no copy: each line arrives once, whichever name goes."""
    append(logs / "a.log", lines(0, 60))
    os.link(logs / "a.log", logs / "b.log")
    first = follow(logs)
    first.read()
    append(logs / "b.log", lines(60, 70))
    first.read()
    (logs / "a.log").unlink()
    append(logs / "b.log", lines(70, 80))
    first.drain()
    append(logs / "b.log", lines(80, 90))
    second = follow(logs)
    second.drain()
    assert problem(lines(0, 90), first, second) == ""


@paces
def test_generations_that_begin_alike_for_kilobytes(logs: Path, pause: float) -> None:
    """A banner of 4 KiB: a new generation is no copy of the last one, and no edited version of it."""
    banner = b"".join(b"# service 1.2.3, option %d is on\n" % number for number in range(120))

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        for turn in range(4):
            append(live, banner + lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            if turn:
                (logs / "a.log.1").rename(logs / "a.log.2")
            live.rename(logs / "a.log.1")
            yield b""
        yield b"".join(banner + lines(100 * turn, 100 * turn + 100) for turn in range(4))

    each_once(logs, scenario, pause)


# -- bytes that replace others ----------------------------------------------------------------------------------------


def test_a_json_array_whose_end_is_always_rewritten(logs: Path) -> None:
    """The writer goes back over ``]`` for each record: each arrives once, with a ``]`` at most for each."""
    live = logs / "a.log"
    append(live, b'[\n{"n":0}\n]\n')
    follower = follow(logs)
    follower.read()
    for number in range(1, 40):
        overwrite(live, b',{"n":%d}\n]\n' % number, live.stat().st_size - 2)
        follower.read()
        follower.step(0.1)
    follower.step(5.0)
    follower.drain()
    got = Counter(records(follower).values())
    assert {line: got[line] for line in got if b"n" in line} == {
        b'{"n":0}\n': 1,
        **{b',{"n":%d}\n' % number: 1 for number in range(1, 40)},
    }
    assert got[b"]\n"] <= 40
    assert got[b"[\n"] == 1


def test_a_cut_tail_that_is_killed_in_doubt(logs: Path) -> None:
    """The checkpoint knows the smallest size that was seen: what is behind that is new."""
    live = logs / "a.log"
    append(live, lines(0, 60))
    first = follow(logs)
    first.read()
    os.truncate(live, len(lines(0, 40)))
    first.read()
    first.save()
    first.kill()
    append(live, lines(100, 150))
    second = follow(logs)
    second.read()
    second.drain()
    assert problem(lines(0, 60) + lines(100, 150), first, second) == ""


def test_a_cut_tail_that_grows_again(logs: Path) -> None:
    """What replaces the cut lines is new, and begins there; the lines before it are not sent again."""
    live = logs / "a.log"
    append(live, lines(0, 60))
    follower = follow(logs)
    assert follower.read() == lines(0, 60)
    os.truncate(live, len(lines(0, 40)))
    follower.read()
    append(live, lines(100, 150))
    for _ in range(5):
        follower.read()
        follower.step(1.0)
    follower.drain()
    assert Counter(b"".join(block.data for block in follower.blocks).splitlines(keepends=True)) == Counter(
        (lines(0, 60) + lines(100, 150)).splitlines(keepends=True)
    )


def test_a_tail_that_is_cut_and_written_anew_while_away_loses_nothing(logs: Path) -> None:
    """What lies between two points of the digest may come again; nothing of what is new may be missing."""
    live = logs / "a.log"
    append(live, lines(0, 60))
    follow(logs).drain()
    os.truncate(live, len(lines(0, 40)))
    append(live, lines(100, 110))
    got = follow(logs).drain()
    assert set(lines(100, 110).splitlines()) <= set(got.splitlines())


def test_a_rewritten_tail_has_ids_of_its_own(logs: Path) -> None:
    """In one go, so that no smaller size is ever seen: what was not changed is not sent again."""
    live, follower = logs / "a.log", begun(logs, 60)
    overwrite(live, lines(100, 150), len(lines(0, 50)))
    follower.read()
    append(live, lines(150, 160))
    follower.drain()
    assert problem(lines(0, 60) + lines(100, 160), follower) == ""


def test_a_tail_that_is_rewritten_while_away_is_shipped(logs: Path) -> None:
    """However much of the file is sent again with it: no line is missing, no id stands for two records."""
    live = logs / "a.log"
    append(live, lines(0, 60))
    first = follow(logs)
    first.drain()
    overwrite(live, lines(100, 150), len(lines(0, 40)))
    second = follow(logs)
    second.drain()
    assert "missing" not in problem(lines(0, 60) + lines(100, 150), first, second)


@pytest.mark.parametrize("away", [False, True])
def test_a_file_that_is_edited_and_put_in_place(logs: Path, *, away: bool) -> None:
    """``sed -i`` in the last lines of 200 KB: known by content, little of what was not changed is sent again."""
    live, other = logs / "a.log", logs / "sedXXXX"
    append(live, lines(0, 4000))
    first = follow(logs)
    first.read()
    if away:
        first.drain()
    other.write_bytes(lines(0, 3990) + lines(9990, 9991) + lines(3991, 4000))
    other.rename(live)
    append(live, lines(4000, 4010))
    second = follow(logs) if away else first
    second.read()
    second.step(3.0)
    second.drain()
    got = Counter(records(*{id(each): each for each in (first, second)}.values()).values())
    expected = (lines(0, 4010) + lines(9990, 9991)).splitlines(keepends=True)
    assert got.keys() == set(expected)
    assert got.total() - len(expected) < 1500


@pytest.mark.parametrize("count", [1, 3, 10])
@pytest.mark.parametrize(
    "head", [b"2026-11-28 07:05:", b'{"service":"checkout","environment":"production","region":"eu","n":']
)
def test_a_file_that_is_truncated_and_written_again_with_lines_that_begin_alike(
    logs: Path, head: bytes, count: int
) -> None:
    """What was read begins as they do: they are new all the same."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, written = logs / "a.log", b""
        for start in range(0, 400, 100):
            data = b"".join(head + b"%05d\n" % number for number in range(start, start + (count if start else 90)))
            live.write_bytes(data)
            written += data
            yield written
        yield written

    each_once(logs, scenario, 3.0)


@pytest.mark.parametrize("pause", [0.05, 3.0])
def test_copies_over_the_last_copy_of_lines_that_begin_alike(logs: Path, pause: float) -> None:
    """Each copy is as large as the one before, and has what nobody read of the live file before it was truncated."""

    def alike(start: int, end: int) -> bytes:
        head = b'{"service":"checkout","environment":"production","region":"eu-central-1","seq":'
        return b"".join(head + b"%06d}\n" % number for number in range(start, end))

    def scenario(logs: Path) -> Iterator[bytes]:
        live, copy = logs / "a.log", logs / "a.log.1"
        for start in range(0, 600, 100):
            append(live, alike(start + 30, start + 80) if start else alike(0, 80))
            yield b""
            append(live, alike(start + 80, start + 100))  # nobody reads this here
            copy.write_bytes(live.read_bytes())
            live.write_bytes(alike(start + 100, start + 130))
            yield b""
        yield alike(0, 630)

    each_once(logs, scenario, pause)


@paces
def test_a_rotated_file_that_is_shredded(logs: Path, pause: float) -> None:
    """Noise over the bytes that were shipped, before it is removed: nothing of it arrives."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, rotated = logs / "a.log", logs / "a.log.1"
        append(live, lines(0, 60))
        yield b""
        live.rename(rotated)
        append(live, lines(60, 90))
        yield b""
        overwrite(rotated, os.urandom(rotated.stat().st_size), 0)
        yield b""
        overwrite(rotated, bytes(rotated.stat().st_size), 0)
        yield b""
        rotated.unlink()
        yield b""
        append(live, lines(90, 100))
        yield lines(0, 100)

    each_once(logs, scenario, pause)


# -- what nobody saw --------------------------------------------------------------------------------------------------


def looked(state: Path, seconds: float) -> None:
    """Have logship have looked for the last time so many seconds ago."""
    path = state / "checkpoint.json"
    saved = json.loads(path.read_bytes())
    saved["saved_ns"] -= int(seconds * 1e9)
    saved["looked_ns"] -= int(seconds * 1e9)
    path.write_text(json.dumps(saved))
    os.utime(path, (time.time() - seconds,) * 2)


def shift(logs: Path, keep: int) -> None:
    """Rotate by rename, and remove what is older than the last ``keep``."""
    for number in range(keep, 0, -1):
        source = logs / (f"a.log.{number - 1}" if number > 1 else "a.log")
        if source.exists():
            source.rename(logs / f"a.log.{number}")


def rotated_away(logs: Path, rotations: int, seconds: float) -> Follower:
    """Kill, rotate so many times keeping three, and start as if so much time had passed."""
    append(logs / "a.log", lines(0, 1000))
    first = follow(logs)
    first.read()
    first.save()
    first.kill()
    looked(first.state, seconds)
    for turn in range(1, rotations + 1):
        shift(logs, 3)
        append(logs / "a.log", lines(1000 * turn, 1000 * turn + 1000))
        os.utime(logs / "a.log", ns=(time.time_ns() + turn * 10**10,) * 2)  # each took ten seconds
    second = follow(logs)
    second.read()
    second.drain()
    return second


def test_what_was_rotated_away_while_down_is_suspected(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Six rotations, three kept: two generations came and went unseen, which is counted and said."""
    follower = rotated_away(logs, 6, 60.0)
    lost = dict(follower.lost())
    assert lost.pop("suspected_rotation") > 0
    assert not lost
    assert caplog.text.count("rotated away while nobody looked") == 1
    assert problem(lines(3000, 7000), follower) == ""


@pytest.mark.parametrize("rotations", [0, 1, 3])
def test_nothing_is_suspected_where_the_last_known_file_is_there(logs: Path, rotations: int) -> None:
    """However long nobody looked."""
    follower = rotated_away(logs, rotations, 3600.0)
    assert dict(follower.lost()) == {}
    assert problem(lines(1000, 1000 * rotations + 1000), follower) == ""


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_nothing_is_suspected_where_the_last_known_file_is_there_as_a_copy(
    logs: Path, pack: Callable[[bytes], bytes]
) -> None:
    """It has another inode and another name, and all of its bytes."""
    append(logs / "a.log", lines(0, 100))
    first = follow(logs)
    first.read()
    first.save()
    first.kill()
    looked(first.state, 60.0)
    (logs / "a.log").rename(logs / "kept")  # so that nobody gets its inode
    (logs / "a.log.2").write_bytes(pack(lines(0, 100)))
    for number, name in ((1, "a.log.1"), (2, "a.log")):
        append(logs / name, lines(100 * number, 100 * number + 100))
        os.utime(logs / name, ns=(time.time_ns() + number * 10**10,) * 2)
    second = follow(logs)
    second.read()
    second.drain()
    assert problem(lines(0, 300), first, second) == ""
    assert dict(second.lost()) == {}


def test_nothing_is_suspected_where_one_file_begins_as_the_last_one_ended(logs: Path) -> None:
    """The known file is gone, and nothing can have come between."""
    assert dict(rotated_away(logs, 4, 0.0).lost()) == {}


def test_numbers_that_count_upward_are_no_gap(logs: Path) -> None:
    """Log4j 2 calls the newest ``.9`` and removes ``.1``: in a run and over a restart nothing is suspected."""
    append(logs / "a.log", lines(0, 100))
    lives = [follow(logs)]
    for number in range(1, 10):
        lives[-1].read()
        if number == 5:
            lives[-1].drain()
            looked(lives[-1].state, 3600.0)
        (logs / "a.log").rename(logs / f"a.log.{number}")
        (logs / f"a.log.{number - 3}").unlink(missing_ok=True)
        append(logs / "a.log", lines(100 * number, 100 * number + 100))
        if number == 5:
            lives.append(follow(logs))
    lives[-1].read()
    lives[-1].drain()
    assert [dict(each.lost()) for each in lives] == [{}, {}]
    assert problem(lines(0, 1000), *lives) == ""


def test_archives_whose_numbers_stand_before_the_extension(logs: Path) -> None:
    """As winston packs: app.log straight into app1.log.gz, after app1.log.gz became app2.log.gz, also while away."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "app.log"
        for turn in range(4):
            append(live, lines(100 * turn, 100 * turn + 60))
            yield b""
            append(live, lines(100 * turn + 60, 100 * turn + 100))
            for number in range(turn, 0, -1):
                (logs / f"app{number}.log.gz").rename(logs / f"app{number + 1}.log.gz")
            (logs / "app1.log.gz").write_bytes(gzip.compress(live.read_bytes()))
            live.unlink()
            live.touch()
            yield b""
        yield lines(0, 400)

    each_once(logs, scenario, 0.05, "app*.log")
    (logs / "twice").mkdir()
    each_once(logs / "twice", scenario, 3.0, "app*.log")


# -- tails, and what is shorter -------------------------------------------------------------------------------------


@paces
@pytest.mark.parametrize("count", [1, 10, 20, 50, 100])
def test_the_last_lines_are_taken_away_or_written_anew_while_nobody_looks(logs: Path, pause: float, count: int) -> None:
    """The lines in front of them are known: none of them is sent again."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live, kept = logs / "a.log", lines(100, 400 - count)
        append(live, lines(100, 400))
        yield b""
        overwrite(live, lines(500, 500 + count), len(kept))
        os.utime(live, ns=(0, live.stat().st_mtime_ns + 10**7))
        yield b""
        os.truncate(live, len(kept))
        append(live, lines(700, 720))
        yield lines(100, 400) + lines(500, 500 + count) + lines(700, 720)

    each_once(logs, scenario, pause, saved=(True,))


@paces
@pytest.mark.parametrize("kept", [100, 250])
@pytest.mark.parametrize("steps", [0, 3, 40])
def test_the_first_lines_are_put_in_place_of_all(logs: Path, pause: float, kept: int, steps: int) -> None:
    """``head a.log > b && mv b a.log``: what is written then is new, sooner or later, and nothing before it is."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        append(live, lines(100, 400))
        yield b""
        (logs / ".b").write_bytes(lines(100, 100 + kept))
        (logs / ".b").rename(live)
        for _ in range(steps + 1):
            yield b""
        append(live, lines(400, 420))
        yield lines(100, 420)

    each_once(logs, scenario, pause, saved=(True,), but=tuple(range(0 if kept < 150 else 2, 2 + steps)))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_short_generation_grew_and_was_rotated_while_nobody_looked(logs: Path, *, packed: bool) -> None:
    """Under 64 bytes were read of it: its rotated form goes on from there, and nothing is suspected to be missing."""
    live, first = logs / "a.log", b'{"seq":1,"event":"it begins"}\n'
    append(live, first)
    lives = [follow(logs)]
    lives[0].read()
    lives[0].drain()
    append(live, lines(2, 60))
    (logs / "a.log.1.gz" if packed else logs / "a.log.1").write_bytes(
        gzip.compress(live.read_bytes()) if packed else live.read_bytes()
    )
    live.unlink()
    append(live, lines(60, 90))
    lives.append(follow(logs))
    lives[1].read()
    lives[1].drain()
    assert [dict(each.lost()) for each in lives] == [{}, {}]
    assert problem(first + lines(2, 90), *lives) == ""


def test_what_was_removed_gives_its_place_up(logs: Path) -> None:
    """Session files that are removed once they are shipped: those that come next do not wait for long."""
    follower = follow(logs)
    follower.catalog.max_files = 5
    for turn in range(4):
        for number in range(5):
            append(logs / f"s{turn}-{number}.log", lines(10 * turn + number, 10 * turn + number + 1))
        for _ in range(8):
            follower.step(1.0)
            follower.take()
        for path in logs.iterdir():
            path.unlink()
    follower.drain()
    assert problem(b"".join(lines(10 * turn, 10 * turn + 5) for turn in range(4)), follower) == ""


@paces
@pytest.mark.parametrize("cut", [90, 250, 299], ids=lambda kept: f"{kept} kept")
def test_an_editor_saves_the_file_with_other_last_lines(logs: Path, pause: float, cut: int) -> None:
    """In place, between two looks, and it gets shorter: what is new arrives, and nothing of what is before it."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        append(live, lines(100, 400))
        yield b""
        live.write_bytes(lines(100, 100 + cut) + lines(500, 520))
        yield b""
        append(live, lines(520, 530))
        yield lines(100, 400) + lines(500, 530)

    each_once(logs, scenario, pause, saved=(True,), but=(0,))


@pytest.mark.parametrize("appended", [False, True], ids=["copied", "appended"])
@pytest.mark.parametrize("acked", [False, True])
@pytest.mark.parametrize("seen", [False, True])
def test_a_copy_that_is_half_read_is_packed_around_a_kill(
    logs: Path, *, appended: bool, acked: bool, seen: bool
) -> None:
    """The rest is in the archive, behind what the last generation left there, whoever has seen it."""
    live, copy, half = logs / "a.log", logs / "a.log.1", 12_000
    first = follow(logs)
    for turn in (1, 2):
        append(live, lines(20_000 * turn, 20_000 * turn + 300))
        first.read()
        append(live, lines(20_000 * turn + 300, 20_000 * turn + half))
        data = live.read_bytes()
        copy.write_bytes((copy.read_bytes() if appended and turn > 1 else b"") + data)
        os.truncate(live, 0)
        append(live, lines(60_000 * turn, 60_000 * turn + 100))
        first.step()
        first.step(3.0)
        if turn == 1:
            first.read()
    block = next(iter(first.reader.read()))
    first.blocks.append(block)
    first.journal.sent("sink", block)
    if acked:
        first.journal.acked(block.file, "sink", Saved(block.end))
    first.save()
    if not seen:
        first.kill()
    (logs / "a.log.1.gz").write_bytes(gzip.compress(copy.read_bytes()))
    copy.unlink()
    if seen:
        first.step()
        first.step(3.0)
        first.kill()
    second = follow(logs, now=first.now)
    for _ in range(3):
        second.read()
        second.step(3.0)
    second.drain()
    due = [(20_000, 20_000 + half), (60_000, 60_100), (40_000, 40_000 + half), (120_000, 120_100)]
    assert problem(b"".join(lines(*each) for each in due), first, second) == ""


def test_an_editor_saves_again_with_a_last_line_of_the_same_length(logs: Path) -> None:
    """What the file had two savings ago is known by digests alone: they say less than the file that was just cut."""

    def scenario(logs: Path) -> Iterator[bytes]:
        live = logs / "a.log"
        append(live, lines(100, 400))
        yield b""
        live.write_bytes(lines(100, 310) + lines(500, 501))
        os.utime(live, ns=(0, live.stat().st_mtime_ns + 10**7))
        for _ in range(3):
            yield b""
        live.write_bytes(lines(100, 310) + lines(600, 601))
        os.utime(live, ns=(0, live.stat().st_mtime_ns + 2 * 10**7))
        yield b""
        append(live, lines(700, 705))
        yield lines(100, 400) + lines(500, 501) + lines(600, 601) + lines(700, 705)

    each_once(logs, scenario, 3.0, saved=(True,), but=(0, 3))


def test_what_was_rotated_after_a_death_in_the_first_save_is_no_history(logs: Path) -> None:
    """The first start was then, though it left nothing but the beginning of a checkpoint."""
    state = logs.parent / "state"
    state.mkdir()
    append(logs / "a.log.2", lines(0, 10))
    long_ago = time.time() - 60
    os.utime(logs / "a.log.2", (long_ago, long_ago))
    (state / "checkpoint.tmp").write_bytes(b"")
    append(logs / "a.log.1", lines(10, 20))
    append(logs / "a.log", lines(20, 30))
    follower = follow(logs)
    follower.read()
    follower.drain()
    assert problem(lines(10, 30), follower) == ""
