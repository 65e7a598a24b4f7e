"""What went while nobody looked, driven by the whole tailing half over real files."""

import gzip
import json
from pathlib import Path

from tests.following import append, follow, lines


def test_what_is_on_its_way_to_another_name_is_not_gone(logs: Path) -> None:
    """log4rs gives a file a name that no pattern matches until it is packed: its bytes arrive, and none is counted."""
    live = logs / "app.log"
    append(live, lines(0, 1000))
    first = follow(logs, "app.log*")
    first.step()
    first.save()
    first.kill()
    pending = live.rename(logs / "app.1796")
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
