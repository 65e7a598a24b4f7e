"""What went while nobody looked, driven by the whole tailing half over real files."""

import gzip
import json
import random
from pathlib import Path

from tests.following import append, follow, lines


def test_what_is_on_its_way_to_another_name_is_not_gone(logs: Path) -> None:
    """A file may be in a folder that nobody knows of until it is packed: its bytes arrive, and none is counted."""
    live = logs / "app.log"
    append(live, lines(0, 1000))
    first = follow(logs, "app.log*")
    first.step()
    first.save()
    first.kill()
    pending = live.rename(logs.parent / "app.1796")
    append(live, lines(1000, 1100))
    again = follow(logs, "app.log*")
    assert again.read() == lines(1000, 1100)
    (logs / "app.log.1.gz").write_bytes(gzip.compress(pending.read_bytes()))
    pending.unlink()
    again.step(4.0)
    assert again.read() == lines(0, 1000)
    again.step(4.0)
    assert not list(again.lost())


def test_what_went_is_counted_at_once_when_nothing_more_will_come(logs: Path) -> None:
    """A drain does not wait for a name that may yet come."""
    append(logs / "app.log", lines(0, 10))
    first = follow(logs)
    first.step()
    first.save()
    first.kill()
    (logs / "app.log").unlink()
    again = follow(logs)
    again.step()
    assert not list(again.lost())
    again.drain()
    assert dict(again.lost()) == {"gone_while_down": len(lines(0, 10))}


def test_a_copy_is_looked_at_again_for_what_was_written_after_the_last_save(logs: Path) -> None:
    """The checkpoint says a size that the journal's offset is past: an archive that was put by may have the rest."""
    live, saved = logs / "app.log", logs.parent / "state" / "checkpoint.json"
    append(live, lines(0, 1000))
    first = follow(logs, "app.log*")
    first.read()
    append(live, lines(1000, 2000))
    (logs / "app.log.1.gz").write_bytes(gzip.compress(live.read_bytes()))
    first.step()
    first.save()
    first.kill()
    state = json.loads(saved.read_bytes())
    state["files"][0]["size"] = len(lines(0, 500))
    saved.write_text(json.dumps(state))
    live.unlink()
    again = follow(logs, "app.log*")
    assert again.read() + again.read() == lines(1000, 2000)
    assert not list(again.lost())


def noise(path: Path, seed: int) -> None:
    """Write over a file as one pass of shred does."""
    with path.open("r+b") as file:
        file.write(bytes(random.Random(seed).choices(range(1, 256), k=path.stat().st_size)))


def test_a_shredded_file_is_not_looked_at_again(logs: Path) -> None:
    """Its bytes are in no copy, whoever is missing after a kill; shred goes over it again."""
    live, rotated = logs / "a.log", logs / "a.log.1"
    append(live, lines(0, 60))
    first = follow(logs)
    first.read()
    live.rename(rotated)
    append(live, lines(60, 90))
    first.read()
    noise(rotated, 1)
    for _ in range(3):
        first.step(3.0)
    first.save()
    first.kill()
    live.unlink()
    again = follow(logs)
    assert again.read() == b""
    noise(rotated, 2)
    for _ in range(3):
        again.step(3.0)
        assert again.read() == b""


def test_what_was_unknown_stays_put_by_when_copies_are_looked_at_again(logs: Path) -> None:
    """Something else is missing after a restart: an archive of which nothing is known has nothing of that."""
    live = logs / "app.log"
    append(live, lines(0, 100))
    first = follow(logs, "app.log")
    first.read()
    (logs / "app.log.7.gz").write_bytes(gzip.compress(lines(5000, 5100)))  # came beside us: nobody ever saw it
    first.read()
    for _ in range(3):
        first.step(3.0)
    first.save()
    first.kill()
    live.unlink()
    again = follow(logs, "app.log")
    assert again.read() + again.read() + again.drain() == b""
