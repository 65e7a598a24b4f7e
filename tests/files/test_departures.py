"""What went while nobody looked, driven by the whole tailing half over real files."""

import gzip
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
