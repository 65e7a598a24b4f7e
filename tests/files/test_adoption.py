"""What becomes of what was found, driven by the whole tailing half over real files."""

import gzip
from pathlib import Path

from tests.following import append, follow, lines


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
