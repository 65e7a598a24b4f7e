"""Rotated files that have another name, which tells less, until they are packed."""

import gzip
from pathlib import Path

import pytest

from tests.files.test_kinds import paces, problem
from tests.following import append, follow, lines


@paces
@pytest.mark.parametrize("looks", [1, 2, 3])
@pytest.mark.parametrize("first", [0, 10, 1000], ids="{}-bytes-first".format)
@pytest.mark.parametrize("kill", [False, True], ids=["running", "killed"])
def test_an_archive_of_what_waits_to_be_packed(logs: Path, pause: float, looks: int, first: int, *, kill: bool) -> None:
    """Logroller 0.1.12: ``app.log.pending.1`` is packed into ``app.log.pending.1.gz.tmp``, then that is renamed."""
    live, due, followers = logs / "app.log", b"", [follow(logs, "app.log*")]
    for number in range(1, 5):
        own = lines(number * 1000, number * 1000 + 600)
        append(live, own)
        followers[-1].read()
        followers[-1].step(pause)
        if kill:
            followers[-1].save()
            followers[-1].kill()
            followers.append(follow(logs, "app.log*"))
        follower = followers[-1]
        pending = live.rename(logs / f"app.log.pending.{number}")
        append(live, lines(number * 1000 + 600, number * 1000 + 610))
        due += own + lines(number * 1000 + 600, number * 1000 + 610)
        packed, data = logs / f"app.log.pending.{number}.gz.tmp", gzip.compress(pending.read_bytes())
        for at in range(looks):
            append(packed, data[:first] if at == 0 and looks > 1 else data[packed.stat().st_size :] if at else data)
            follower.step(pause)
            follower.read()
        for old in range(number - 1, 0, -1):
            (logs / f"app.log.{old}.gz").rename(logs / f"app.log.{old + 1}.gz")
        packed.rename(logs / "app.log.1.gz")
        pending.unlink()
        for _ in range(3):
            follower.step(pause)
            follower.read()
    follower.drain()
    assert problem(due, *followers) == ""


@pytest.mark.parametrize("more", [0, 10])
@pytest.mark.parametrize("away", [False, True], ids=["running", "away"])
@pytest.mark.parametrize("renamed", [False, True], ids=["renamed-while-away", "renamed-before"])
@pytest.mark.parametrize("last", ["app.pending.1.log.gz", "app.1.log.gz"])
def test_an_archive_of_what_was_finished_before_a_restart(
    logs: Path, last: str, more: int, *, renamed: bool, away: bool
) -> None:
    """Its name alone tells of no lineage, and nobody remembers names of finished files: what it has tells."""
    live, pending, temporary = logs / "app.log", logs / "app.pending.1.log", logs / "app.pending.1.log.gz.tmp"
    append(live, lines(0, 600))
    first = follow(logs, "app*.log*")
    first.read()
    first.catalog.max_files = 1  # so that it is closed
    if renamed:
        live.rename(pending)
        append(pending, lines(600, 600 + more))
    append(logs / "app-other.log", lines(1000, 1010))
    for _ in range(4):
        first.step(5)
        first.read()
    assert all(file.path != str(pending) for file in first.catalog.files.values())
    first.save()
    first.kill()
    if not renamed:
        live.rename(pending)
        append(pending, lines(600, 600 + more))
    packed = gzip.compress(pending.read_bytes())
    second = first if away else follow(logs, "app*.log*")
    for part in (b"", packed[:30], packed[30:]):
        append(temporary, part)
        second.read() if not away else None
    temporary.rename(logs / last)
    pending.unlink()
    second = follow(logs, "app*.log*") if away else second
    for _ in range(4):
        second.read()
        second.step(5)
    second.drain()
    assert problem(lines(0, 600 + more) + lines(1000, 1010), first, second) == ""
