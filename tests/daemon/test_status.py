import json

import msgspec
import pytest

from logship.commands.status import rate, show
from logship.commands.status_document import Document
from logship.daemon.status import FILES_MAX, FileStatus, SinkStatus, document

HOSTILE = "a\x1b[2J\n\udcff.log"


def make(*files: FileStatus, uptime: float = 60.0, ended: int = 0) -> dict[str, object]:
    """Make a document of one sink that has read 10 records more than it ended."""
    sink = SinkStatus(
        "http", "retrying", 1_700_000_000.5, "http_503", 1.25, {"read": (ended + 10, 1000), "in_flight": (10, 100)}
    )
    return document(
        version="1", started_at=1_700_000_000, now=1_700_000_000 + uptime, ready="", files=files, sinks=[sink]
    )


def read(made: dict[str, object]) -> Document:
    """Read a document as a client does."""
    return msgspec.convert(json.loads(json.dumps(made)), Document)


def test_lag_is_the_slowest_sinks() -> None:
    """A fast sink does not hide a slow one; a file that shrank has no lag."""
    assert FileStatus("a", 100, {"fast": 100, "slow": 40}).lag == 60
    assert FileStatus("a", 10, {"x": 100}).lag == 0
    assert FileStatus("a", 10, {}).lag == 10


def test_the_most_lagging_files_come_first() -> None:
    """With thousands of files, what matters is within the first ones; the sums are over all."""
    files = [FileStatus(f"{number:05}", number, {"http": 0}) for number in range(FILES_MAX + 5)]
    made = make(*files)
    assert made["files_total"] == FILES_MAX + 5
    assert made["lag_bytes"] == sum(range(FILES_MAX + 5))
    shown = made["files"]
    assert isinstance(shown, list)
    assert len(shown) == FILES_MAX
    assert shown[0]["name"] == f"{FILES_MAX + 4:05}"


def test_the_document_is_plain_json() -> None:
    """Also when a file's name is not text; times are RFC 3339."""
    made = make(FileStatus(HOSTILE, 5, {"http": 2}, deleted=True))
    text = json.dumps(made).encode()
    assert b"\x1b" not in text
    back = json.loads(text)
    assert back["files"] == [
        {
            "name": "a\x1b[2J\n\\udcff.log",
            "size": 5,
            "offset": 2,
            "offsets": {"http": 2},
            "lag_bytes": 3,
            "deleted": True,
            "unterminated_bytes": 0,
            "before_start": False,
            "rotated": False,
            "quiet_seconds": 0.0,
        }
    ]
    assert back["started_at"] == "2023-11-14T22:13:20.000Z"
    assert back["sinks"][0]["last_success"] == "2023-11-14T22:13:20.500Z"
    assert (back["ready"], back["cause"], back["uptime_seconds"]) == (True, "", 60.0)


def test_not_ready_has_its_cause() -> None:
    """So that the page says what the probe says; never means null."""
    made = document(version="1", started_at=0, now=1, ready="draining", files=[], sinks=[SinkStatus("x", "idle")])
    assert (made["ready"], made["cause"]) == (False, "draining")
    assert made["sinks"][0]["last_success"] is None


def test_rates_come_from_two_documents() -> None:
    """Records that found their end, by the daemon's own clock; a restart between them is no rate."""
    earlier, later = read(make(uptime=10, ended=0)), read(make(uptime=12, ended=100))
    assert rate(later, earlier, "http")[0] == 50
    assert rate(earlier, later, "http") == (0.0, 0.0)


def test_the_tables_are_safe_to_print(capsys: pytest.CaptureFixture[str]) -> None:
    """A file name cannot move the cursor, add a row or be taken for markup."""
    made = read(make(FileStatus(HOSTILE, 5, {"http": 2}), FileStatus("[red]x[/red]", 1, {"http": 1})))
    show(made, made)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "a\\x1b[2J\\n" in shown
    assert "[red]x[/red]" in shown
    assert "retrying" in shown
    assert "http_503" in shown
