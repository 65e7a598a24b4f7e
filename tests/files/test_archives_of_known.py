"""Archives of what was read when logship was killed: the rest is in them."""

import gzip
import os
import random
import zlib
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


def test_what_is_sound_of_a_cut_archive_ships_once_it_is_unpacked_beside_it(
    logs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What was read of the archive is known; the rest of the line in which that ends comes from what was unpacked."""
    chance = random.Random(1)  # it is cut amid a line
    live, lines = logs / "app.log", b"".join(b"%06d %018x\n" % (at, chance.getrandbits(72)) for at in range(2000))
    live.write_bytes(lines[: len(lines) // 4])
    first = follow(logs, "app.log")
    assert first.read() == lines[: len(lines) // 4]
    first.save()
    first.kill()
    packed = gzip.compress(lines)
    (logs / "app.log.1.gz").write_bytes(packed[: len(packed) // 2])
    live.unlink()
    live.write_bytes(b"another\n")
    again = follow(logs, "app.log", now=first.now)
    assert again.read() == b"another\n"
    again.step(10.0)
    sound = zlib.decompressobj(31).decompress(packed[: len(packed) // 2])
    whole, _, half = sound.rpartition(b"\n")
    assert half
    assert again.read() == whole[len(lines) // 4 :] + b"\n"
    assert "is read as far as it is sound" in caplog.text
    (logs / "app.log.1").write_bytes(sound)
    assert len(sound) > len(lines) // 3
    again.step()
    again.step(1.0)
    assert again.read() + again.drain() == half
    ((reason, lost),) = again.lost()
    assert reason == "unreadable"
    assert 0 < lost <= len(half)  # isa-l gives what the last bits are of later than zlib
