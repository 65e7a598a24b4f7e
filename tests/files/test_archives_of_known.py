"""Archives of what was read when logship was killed: the rest is in them."""

import gzip
import os
from pathlib import Path

import pytest

from tests.following import follow


def test_the_archive_of_a_log_that_was_empty_when_it_was_saved(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is known of it is in the journal, with what it begins with.

    So svlogd with a processor: the archive was there before the kill, and known as a copy of what was being read.
    """
    live, lines = logs / "app.log", b"".join(b"%06d of the log that was rotated\n" % number for number in range(2000))
    live.touch()
    first = follow(logs, "app.log")
    first.step()
    first.save()
    live.write_bytes(lines[: len(lines) // 2])
    assert first.read() == lines[: len(lines) // 2]
    live.write_bytes(lines)
    assert first.read(ack=False) == lines[len(lines) // 2 :]
    archive = logs / "app.log.1.gz"
    archive.write_bytes(gzip.compress(lines))
    os.utime(archive, ns=(0, archive.stat().st_mtime_ns - 5 * 10**9))  # before the last look, as seconds later it is
    live.unlink()
    live.write_bytes(b"another\n")
    monkeypatch.setattr(first, "save", lambda: None)  # killed between the row and the checkpoint
    first.step()
    first.catalog.registry.finished.flush()
    first.kill()
    again = follow(logs, "app.log", now=first.now)
    assert again.read() + again.drain() == b"another\n" + lines[len(lines) // 2 :]
