"""A rotated file is packed and removed around a kill, as loguru does it: each step at each moment of the start's sweep.

A name may be listed, and be gone when it is to be opened: its archive, complete by then, goes on with what it had.
"""

import gzip
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.files.test_kinds import problem
from tests.following import Follower, append, follow, lines, tick, zipped

Step = Callable[[], object]


PACKS: dict[str, Callable[[bytes], bytes]] = {"zip": zipped, "gz": gzip.compress}


def rotation(logs: Path, kind: str, start: int, end: int, number: int = 1) -> list[Step]:
    """Give what a rotation does after which nobody writes to the file with lines up to ``end``, step by step."""
    live, plain = logs / "app.log", logs / f"app.2026-11-27_23-03-5{number}_541173.log"
    archive = plain.with_name(f"{plain.name}.{kind}")
    packed = PACKS[kind](lines(start, end))
    return [
        lambda: live.rename(plain),
        lambda: archive.write_bytes(packed[: len(packed) // 2]),
        lambda: archive.write_bytes(packed),
        plain.unlink,
    ]


def sweep_with(follower: Follower, doing: dict[int, list[Step]]) -> int:
    """Sweep once, and do some steps at some of its pauses; give how many pauses there were."""
    sweep, pauses = follower.catalog.sweep, count()

    def doing_meanwhile(now: float) -> Iterator[None]:
        for _ in sweep(now):
            for step in doing.pop(next(pauses), ()):
                step()
            yield

    follower.catalog.sweep = doing_meanwhile  # type: ignore[method-assign]
    follower.step()
    follower.catalog.sweep = sweep  # type: ignore[method-assign]
    for steps in doing.values():
        for step in steps:
            step()
    return next(pauses)


def finish(follower: Follower) -> None:
    """Look for longer than anything is waited for, and end it."""
    follower.take()
    for seconds in (0.05, 3.0, 6.0):
        follower.step(seconds)
        follower.take()
    follower.drain()


def play(  # noqa: PLR0917 - each is one choice
    logs: Path, kind: str, known: int, kill: int, pause: int, last: int, pattern: str, *, ack: bool
) -> tuple[str, int]:
    """Die after ``kill`` steps of a rotation; up to ``last`` are done before the start, the others at one pause."""
    logs.mkdir(parents=True)
    append(logs / "app.log", lines(0, 300))
    first = follow(logs, pattern)
    first.read()
    for step in rotation(logs, kind, 0, 300, number=0):
        step()
        first.read()
    append(logs / "app.log", lines(300, known))
    first.step()
    first.take(ack=ack)
    append(logs / "app.log", lines(known, 2000))
    steps = [*rotation(logs, kind, 300, 2000), lambda: append(logs / "app.log", lines(2000, 2100))]
    for step in steps[:kill]:
        step()
        first.step()  # it may be held, or open under its new name; it is not read
    first.kill()
    for step in steps[kill:last]:
        step()
    second = follow(logs, pattern)
    pauses = sweep_with(second, {pause: steps[max(kill, last) :]})
    finish(second)
    return problem(lines(0, 2100), first, second), pauses


@pytest.mark.parametrize("last", range(4))
@pytest.mark.parametrize(
    ("kind", "pattern", "known", "ack"),
    [("zip", "app*.log", 700, True), ("gz", "app.log", 310, False)],
    ids=["zip by a pattern", "gz by a name"],
)
def test_a_rotation_at_any_moment_of_the_start(
    logs: Path, kind: str, pattern: str, known: int, last: int, monkeypatch: pytest.MonkeyPatch, *, ack: bool
) -> None:
    """What was known of it is not sent again, and what was not known is."""
    for step in ("sweeping.NAMES_AT_ONCE", "sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
        monkeypatch.setattr(f"logship.files.{step}", 1)
    wrong: dict[tuple[int, int], str] = {}
    for kill in range(min(2, last + 1)):
        for pause in count():
            folder = logs / f"{kill}-{pause}" / "logs"
            what, pauses = play(folder, kind, known, kill, pause, last, pattern, ack=ack)
            wrong |= {(kill, pause): what} if what else {}
            if pause >= pauses:
                break
    assert wrong == {}


def play_copied(logs: Path, pattern: str, pause: int, amid: int) -> tuple[str, int]:
    """Copy, cut off and pack a generation that nobody has seen: ``amid`` steps at one pause of the start's sweep."""
    logs.mkdir(parents=True)
    live, copy, archive = logs / "app.log", logs / "app.log-20261129-2", logs / "app.log-20261129-2.gz"
    append(live, lines(0, 900))
    first = follow(logs, pattern)
    first.read()
    first.save()
    first.kill()
    append(live, lines(900, 1000))
    (logs / "app.log-20261129-1.gz").write_bytes(gzip.compress(live.read_bytes()))
    live.write_bytes(lines(1000, 1600))
    packed = gzip.compress(lines(1000, 1600))
    steps: list[Step] = [
        lambda: tick(live, 10_000_000),
        lambda: shutil.copy(live, copy),
        lambda: os.truncate(live, 0),
        lambda: append(live, lines(1600, 1700)),
        lambda: tick(live, 10_000_000),
        lambda: archive.write_bytes(packed[: len(packed) // 2]),
        lambda: archive.write_bytes(packed),
        copy.unlink,
    ]
    second = follow(logs, pattern)
    pauses = sweep_with(second, {pause: steps[:amid], 10**9: steps[amid:]})
    finish(second)
    return problem(lines(0, 1700), first, second), pauses


@pytest.mark.parametrize("amid", range(9))
@pytest.mark.parametrize("pattern", ["app*.log", "app.log"])
def test_a_copy_at_any_moment_of_the_start(
    logs: Path, pattern: str, amid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that was begun after its live file was met may have what that had until it was opened."""
    for step in ("sweeping.NAMES_AT_ONCE", "sweeping.FILES_AT_ONCE", "steps.FILES_AT_ONCE"):
        monkeypatch.setattr(f"logship.files.{step}", 1)
    wrong: dict[int, str] = {}
    for pause in count():
        what, pauses = play_copied(logs / str(pause) / "logs", pattern, pause, amid)
        wrong |= {pause: what} if what else {}
        if pause >= pauses:
            break
    assert wrong == {}


@pytest.mark.parametrize("pattern", ["app.log", "app*.log"])
@pytest.mark.parametrize("met", [False, True])
def test_where_the_archive_of_what_was_known_is_there_nothing_is_suspected(
    logs: Path, tmp_path: Path, pattern: str, *, met: bool
) -> None:
    """The checkpoint is of ten seconds ago. Or the archive was ``met``, and the death came amid the save of that."""
    live, known, state = logs / "app.log", lines(0, 100), logs.parent / "state"
    live.touch()
    killed = follow(logs, pattern)
    killed.step()
    killed.save()
    ago = time.time_ns() - 10**10
    checkpoint = re.sub(rb'"(saved_ns|looked_ns)":\d+', rb'"\1":%d' % ago, (state / "checkpoint.json").read_bytes())
    append(live, known)
    assert killed.read() == known
    shutil.copytree(state, tmp_path / "before")
    for number in (1, 2, 3):
        (logs / f"app-2026-11-29-{number}.log.gz").write_bytes(gzip.compress(live.read_bytes()))
        live.unlink()
        live.write_bytes(lines(100 * number, 100 * number + 100))
        if number == 1 and met:
            os.utime(logs / "app-2026-11-29-1.log.gz", ns=(ago, ago + 10**9))  # it has rested
            killed.step()
            killed.save()
            shutil.copy(state / "finished.bin", tmp_path / "before")
    killed.kill()
    shutil.rmtree(state)
    (tmp_path / "before").rename(state)
    for saved in (state / "checkpoint.json", *([] if met else state.iterdir())):
        saved.write_bytes(checkpoint if saved.suffix == ".json" else saved.read_bytes())
        os.utime(saved, ns=(ago, ago))
    follower = follow(logs, pattern)
    for _ in range(40):
        follower.step(0.3)
    assert follower.catalog.departures.counted
    assert follower.read() == lines(100, 400)
    assert dict(follower.lost()) == {}
