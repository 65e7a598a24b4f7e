"""What becomes of what was found, driven by the whole tailing half over real files."""

import gzip
import os
from pathlib import Path

import pytest

from tests.following import append, begun, follow, lines


def test_an_archive_with_more_than_was_seen_of_its_file_is_asked_again_after_a_kill(logs: Path) -> None:
    """log4js packs the live file itself: a checkpoint may say that all of it was read, beside an archive of more."""
    live = logs / "app.log"
    append(live, lines(0, 1000))
    first = follow(logs, "app.log*")
    first.read()
    append(live, lines(1000, 2000))
    (logs / "app.log.1.gz").write_bytes(gzip.compress(live.read_bytes()))
    for _ in first.catalog.sweep(first.now):  # nobody has looked how large the file is now
        pass
    first.save()
    first.kill()
    live.unlink()
    append(live, lines(2000, 2100))
    again = follow(logs, "app.log*")
    assert again.read() + again.read() == lines(1000, 2100)
    assert not list(again.lost())


@pytest.mark.parametrize("kills", [1, 2])
@pytest.mark.parametrize("other", [False, True])
def test_what_may_have_left_is_repeated_from_a_copy(logs: Path, kills: int, *, other: bool) -> None:
    """With its bounds and its time, where the copy is proved to have it; with an identity of its own where it is other.

    So often as logship dies before it could read it again.
    """
    live, copy = logs / "a.log", logs / "a.log.1"
    followers = [begun(logs, 60)]
    append(live, lines(60, 100))
    followers[0].step()
    (left,) = followers[0].take(ack=False)
    followers[0].save()
    for _ in range(kills - 1):
        followers[-1].kill()
        followers.append(follow(logs))
        followers[-1].step()
        followers[-1].save()
    followers[-1].kill()
    copy.write_bytes(lines(0, 60) + (lines(500, 540) if other else lines(60, 100)))
    os.utime(copy, ns=(0, left.time_ns + 10**9))
    live.write_bytes(lines(200, 300))
    followers.append(follow(logs))
    followers[-1].read()
    again = {(each.file, each.start): (each.end, each.time_ns) for each in followers[-1].blocks}
    assert again.get((left.file, left.start)) == (None if other else (left.end, left.time_ns))
