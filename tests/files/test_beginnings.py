"""Which of the files that are met in one sweep is read first."""

import gzip
from pathlib import Path

import pytest

from tests.following import follow, lines, tick


@pytest.mark.parametrize("kills", [0, 1, 2])
def test_what_is_known_in_archives_is_read_before_the_live_file_after_any_number_of_kills(
    logs: Path, kills: int
) -> None:
    """They are recognised once they are unpacked, when the live file has been met long since."""
    live = logs / "a.log"
    live.touch()
    before = follow(logs)
    before.step()
    before.save()
    before.kill()
    for number in (3, 2, 1):
        (logs / f"a.log.{number}.gz").write_bytes(gzip.compress(lines(900 - 300 * number, 1200 - 300 * number)))
    (logs / "a.log.new").write_bytes(lines(900, 1000))
    (logs / "a.log.new").rename(live)
    for _ in range(kills):
        killed = follow(logs)
        killed.step()
        killed.save()
        killed.kill()
    assert follow(logs).read() == lines(0, 1000)


def test_what_nobody_knew_is_read_before_a_live_file_that_is_known(logs: Path) -> None:
    """It was packed while logship was away, or rotated between two looks."""
    live = logs / "a.log"
    live.write_bytes(lines(300, 400))
    killed = follow(logs)
    killed.step()
    killed.save()
    killed.kill()
    (logs / "a.log.1.gz").write_bytes(gzip.compress(lines(0, 300)))
    assert follow(logs).read() == lines(0, 400)


def test_what_nobody_knew_stays_in_its_order_beside_a_lineage_that_is_known(logs: Path) -> None:
    """A pattern matches the rotated names, too: ``app.log.1`` is read before the new ``app.log.0``."""
    (logs / "a.log.0").write_bytes(lines(0, 100))
    killed = follow(logs, "a.log.[0-9]*")
    killed.step()
    killed.save()
    killed.kill()
    (logs / "a.log.0").rename(logs / "a.log.2")
    for number in (1, 0):
        (logs / f"a.log.{number}").write_bytes(lines(200 - 100 * number, 300 - 100 * number))
        tick(logs / f"a.log.{number}")
    assert follow(logs, "a.log.[0-9]*").read() == lines(0, 300)
