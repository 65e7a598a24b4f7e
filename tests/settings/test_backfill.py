from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from logship.settings.backfill import Asked, backfill_of, moment
from logship.settings.resolved import Backfill

SECOND = 10**9
NOW = int(datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("text", "before_now"),
    [
        ("2h", 7200),
        ("1d12h", 129_600),
        (" 90m ", 5400),
        ("30s", 30),
        ("1w", 604_800),
        ("2026-11-28", 13 * 3600),
        ("2026-11-28T12:00", 3600),
        ("2026-11-28T12:00:00Z", 0),
        ("2026-11-28T12:00:00+02:00", 7200),
        ("2026-11-28 12:30:00+01:00", 1800),
    ],
)
def test_a_time_is_a_date_or_how_long_ago(text: str, before_now: int) -> None:
    """What names no zone is in that of the setting."""
    assert NOW - moment(text, lambda: ZoneInfo("Europe/Berlin"), NOW) == before_now * SECOND


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2", "h2", "-2h", "2h ago", "99999999999999d", ""])
def test_what_is_no_time_says_what_to_write(text: str) -> None:
    """With examples."""
    with pytest.raises(ValueError, match="write for example 2026-11-28"):
        moment(text, lambda: UTC, NOW)


def faults(*, once: bool = True, raw: bool = False, **asked: str | bool) -> list[str]:
    """Give the faults of some flags."""
    return backfill_of(Asked(**asked), "UTC", NOW, once=once, raw=raw)[1]  # type: ignore[arg-type]


def test_each_fault_is_a_line() -> None:
    """Flags without ``--once``, times the wrong way round, and lines that have no time."""
    assert faults(once=False, history=True, since="2h") == ["--history: only with --once", "--since: only with --once"]
    assert faults(since="1h", until="2h") == ['--since: "1h" is not before --until "2h": nothing is between']
    assert faults(since="1h", until="1h") != []
    assert [fault.split(" ")[0] for fault in faults(since="x", until="y")] == ["--since:", "--until:"]
    assert "LOGSHIP_FORMAT" in faults(raw=True, since="1h")[0]
    assert faults(history=True, since="2h", until="1h") == []


def test_a_zone_that_nobody_knows_is_its_own_settings_fault() -> None:
    """Here it is UTC."""
    found, wrong = backfill_of(Asked(since="2026-11-28"), "Nowhere/None", NOW, once=True, raw=False)
    assert (found, wrong) == (Backfill(since_ns=NOW - 12 * 3600 * SECOND), [])
