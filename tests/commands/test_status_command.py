"""``logship status`` against a real server: all that there is to know, and no traceback whoever answers."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

import pytest

from logship.__main__ import main
from logship.commands import status
from logship.commands.status import facts
from logship.commands.status_document import Document
from logship.daemon.figures import latency
from logship.daemon.server import open_server
from logship.daemon.status import FileStatus, SinkStatus, document
from tests.commands.shown import Shown
from tests.daemon.test_status import read
from tests.scripted_server import Reply, scripted_server
from tests.status_schema import assert_is_status

VOLUME = {"path": "/state", "holds": "state", "free_bytes": 0, "size_bytes": 10**6, "no_inodes": False, "state": "full"}

FIGURES = latency([(0.1, 5), (math.inf, 9)])


def a_status() -> dict[str, Any]:
    """Make a document in which everything went wrong once."""
    totals = dict.fromkeys(("duplicate", "failure_store", "skipped", "in_flight"), (0, 0))
    totals |= {
        "read": (20, 200),
        "delivered": (9, 90),
        "dead_lettered": (5, 50),
        "filtered": (4, 40),
        "dropped": (2, 20),
    }
    refused = {"last_refusal": "mapper_parsing_exception", "last_refusal_at": 1_700_000_000.0}
    reasons = {"filtered": {"condition": 4, "sampled": 0}, "dropped": {"too_large": 2}}
    about: dict[str, Any] = {**refused, **reasons, "where": "es:9200", "figures": FIGURES}
    sink = SinkStatus("es", "refusing", 1.0, "http_503", 1.5, totals, **about)
    odd: dict[str, Any] = {
        "bad_timestamps": 1,
        "future_timestamps": 2,
        "without_timestamp": 3,
        "without_level": 4,
        "unparsed": 0,
    }
    files = {"files_ignored": 6, "files_left_alone": 7, "files_waiting": 0, "waiting_bytes": 0}
    checkpoint = {"saved_at": None, "failing_since": "2023-11-14T22:13:20.000Z", "error": "/state: No space left"}
    memory = {"resident_bytes": 45_000_000, "limit_bytes": 64_000_000}
    around: dict[str, Any] = {"checkpoint": checkpoint, "volumes": [VOLUME], "memory": memory}
    around |= {"host": "pod", "input": {"bytes": 200, "lines": 20}, "cpu_seconds": 1.5, "attention": []}
    odd |= {"redactions": {"email": 3, "iban": 0, "field": 1}, "redacted_records": 2, "redaction_stubs": 1}
    counts = {**odd, **files, "lost_bytes": {"truncated": 12, "backlog": 0}, **around}
    file = FileStatus("/logs/a.log", 10, {"es": 4}, deleted=True)
    return document(
        version="1", started_at=0, now=60, ready="", files=[file], sinks=[sink], problems=["a folder"], counts=counts
    )


async def run(shown: Mapping[str, Any], *words: str) -> int:
    """Ask a server that shows this."""
    async with open_server("127.0.0.1:0", Shown(shown)) as port:
        return await asyncio.to_thread(main, ["status", *words, "--listen", f"127.0.0.1:{port}"])


async def test_as_json_it_is_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """For scripts: nothing is left out."""
    shown = a_status()
    assert_is_status(shown)
    assert await run(shown, "--json") == 0
    assert json.loads(capsys.readouterr().out) == shown


async def test_what_did_not_arrive_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, filtered, dropped and lost by reason; files that are not read; odd times; what room is left."""
    monkeypatch.setattr(status, "_RATE_SECONDS", 0.0)
    assert await run(a_status()) == 0
    text = " ".join(capsys.readouterr().out.split())
    for words in (
        "a folder",
        "refusing",
        "es to es:9200: 9 delivered, 5 refused (mapper_parsing_exception, the last at 2023-11-14T22:13:20.000Z), 4",
        "4 filtered (condition 4), 2 dropped (too_large 2)",
        "lost before they were read: truncated 12 bytes",
        "files: 6 ignored, 7 left alone",
        "records: 4 without level, 3 without time, 1 with a time that can't be read, 2 dated ahead",
        "redaction: 4 values of 2 records (email 3, field 1); 1 records could not be looked at, and a stub was sent",
        "checkpoint: saved never, fails since 2023-11-14T22:13:20.000Z",
        "volume of state, /state: 0 bytes of 1.0 MB free, full",
        "memory: 45.0 MB of 64.0 MB",
    ):
        assert words in text


def test_an_older_daemon_is_shown_too() -> None:
    """What it does not say is not there."""
    sinks = [SinkStatus("http", "ok")]
    old = read(document(version="0", started_at=0, now=1, ready="", files=[], sinks=sinks))
    assert list(facts(old)) == [
        "http: 0 delivered, 0 refused, 0 filtered, 0 dropped",
        "checkpoint: saved never",
        "memory: 0 bytes",
    ]
    assert isinstance(old, Document)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"status": "UP"}',
        b'{"version": 7, "sinks": {}}',
        b"",
        b"hello",
        b"<html>",
        b"\xff\x00",
        b"[" * 5000,
    ],
)
@pytest.mark.parametrize("flags", [(), ("--json",)])
async def test_another_programs_answer_is_told_in_a_line(
    body: bytes, flags: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Not shown as if it were ours, and no traceback."""
    async with scripted_server(otherwise=Reply(200, body)) as server:
        command = ["status", *flags, "--listen", f"127.0.0.1:{server.port}"]
        assert await asyncio.to_thread(main, command) == 1
    out, error = capsys.readouterr()
    assert out == ""
    assert f"logship: what answers at 127.0.0.1:{server.port} is not logship (" in error
    assert error.count("\n") == 1


async def test_what_is_wrong_with_a_daemon_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """One that stalls answers 503, by a thread, and where it is stuck; one whose page fails 500."""
    async with open_server("127.0.0.1:0", Shown({"bad": object()})) as port:
        assert await asyncio.to_thread(main, ["status", "--listen", f"127.0.0.1:{port}"]) == 1
    assert f"127.0.0.1:{port} says 500: Internal Server Error\n" in capsys.readouterr().err


def test_no_daemon_no_status(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 and one line."""
    assert main(["status", "--listen", "127.0.0.1:1"]) == 1
    assert "nobody answers" in capsys.readouterr().err
