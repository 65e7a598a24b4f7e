"""What ``/status`` answers is what docs/status.schema.json says: scripts, the page and ``logship top`` rely on it."""

import asyncio
import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from logship.delivery.health import REFUSING_SECONDS
from tests.autojump import autojump
from tests.daemon.test_daemon import Daemon, running
from tests.line_sink import errored, rejected
from tests.status_schema import SCHEMA, assert_is_status


def test_the_schema_is_one() -> None:
    """Of JSON Schema 2020-12; each member says what it means."""
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [name for name, each in schema["properties"].items() if not each.get("description", "")] == ["memory"]


def test_a_member_that_is_not_documented_is_noticed() -> None:
    """Else this would hold of any document."""
    with pytest.raises(AssertionError, match=r"is a required property"):
        assert_is_status({"version": "1"})


@autojump
async def test_a_running_daemon_says_what_the_schema_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While all is well, while a store is away, and while a checkpoint can't be saved."""
    made = Daemon(tmp_path, monkeypatch)
    async with running(made):
        status = made.view.status()
        assert_is_status(status)
        assert status["checkpoint"]["saved_at"]
        assert status["checkpoint"]["error"] == ""
        assert [(each["holds"], each["state"]) for each in status["volumes"]] == [("logs", "ok"), ("state", "ok")]
        assert status["memory"]["resident_bytes"] > 1 << 20
        assert [sink["state"] for sink in status["sinks"]] == ["ok", "ok"]
        made.stores["one"].otherwise = errored("http_503")
        (made.state / "checkpoint.tmp").mkdir()  # in the way of the next save
        made.write("second")
        await asyncio.sleep(20)
        status = made.view.status()
        assert_is_status(status)
        assert [sink["state"] for sink in status["sinks"]] == ["retrying", "ok"]
        checkpoint = status["checkpoint"]
        assert checkpoint["failing_since"]
        assert checkpoint["error"] == f"{made.state}/checkpoint.json can't be written: Is a directory"
        assert any(problem.endswith(checkpoint["error"]) for problem in status["problems"])


@autojump
async def test_a_sink_with_dead_letters_in_the_last_hour_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after a restart; what it takes meanwhile does not make it ``ok``, an hour does."""
    made = Daemon(tmp_path, monkeypatch)
    async with running(made):
        made.stores["one"].script.append(rejected(0))
        made.write("bad\ngood")
        await asyncio.sleep(10)
        assert made.has("good")
        status = made.view.status()
        assert_is_status(status)
        one, two = status["sinks"]
        assert (one["state"], one["last_refusal"]) == ("refusing", "mapper_parsing_exception")
        assert one["totals"]["dead_lettered"]["records"] == 1
        assert (two["state"], two["last_refusal_at"]) == ("ok", None)
    again = Daemon(tmp_path, monkeypatch)
    async with running(again):
        (one, _) = again.view.status()["sinks"]
        assert (one["state"], one["last_refusal"]) == ("refusing", "")
        assert one["last_refusal_at"]
        complaints = again.view._pipelines[0].delivery._complaints
        assert complaints.last_refusal_at
        complaints.last_refusal_at -= REFUSING_SECONDS
        assert again.view.status()["sinks"][0]["state"] == "ok"
