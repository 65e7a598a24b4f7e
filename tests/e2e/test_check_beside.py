"""``logship check`` and ``status`` beside a daemon that runs: what it knows is what they say."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = pytest.mark.e2e


def ask(logship: Logship, *words: str, **more: str) -> tuple[int, str]:
    """Run a command as ``kubectl exec`` does: in the daemon's environment, or with more in it."""
    settings = {f"LOGSHIP_{name.upper()}": str(text) for name, text in {**logship.settings, **more}.items()}
    clean = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
    command = [sys.executable, "-m", "logship", *words]
    done = subprocess.run(command, env={**clean, **settings}, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout


def subjects(said: str) -> list[str]:
    """Give what findings are about."""
    found: list[dict[str, Any]] = json.loads(said)
    return [each["subject"] for each in found]


def test_check_shows_what_the_daemon_knows(tmp_path: Path, receiver: Receiver) -> None:
    """Its last error fails the check; once it delivers, all is well; what else is asked for is looked at."""
    (tmp_path / "a.log").write_text('{"level":"info","time":"2026-01-01T00:00:00Z","message":"one"}\n')
    receiver.script(then=Answer(status=401))
    settings: dict[str, Any] = {"paths": f"{tmp_path}/*.log", "sinks": "http", "http_url": receiver.url}
    settings |= {"retry_initial_seconds": 0.1, "retry_max_seconds": 0.2}
    with closing(Logship(tmp_path / "daemon", **settings).start()) as logship:
        wait_until(lambda: logship.status()["sinks"][0]["last_error"], "it is refused")
        code, said = ask(logship, "check")
        assert code == 1
        assert f"answers at 127.0.0.1:{logship.port}" in said
        assert "FAIL http: it is retrying: http_401; the credentials are refused" in said
        receiver.script(then=Answer())
        wait_until(lambda: logship.status()["sinks"][0]["totals"]["delivered"]["records"], "it is delivered")
        requests = len(receiver.requests())
        code, said = ask(logship, "check", "--json")
        assert (code, subjects(said)) == (0, ["daemon", "files", "http"])
        assert len(receiver.requests()) == requests, "nobody was asked but the daemon"
        code, said = ask(logship, "check", "--full", "--json")
        assert code == 0
        assert subjects(said)[:3] == ["daemon", "http", "settings"]
        code, said = ask(logship, "check", "--json", sinks="stdout", http_url="")
        assert "daemon" not in subjects(said), "other settings than the daemon's"
        code, said = ask(logship, "check", "--json", "--sinks=stdout")
        assert "daemon" not in subjects(said)
        code, said = ask(logship, "check", "--send", "--json")
        assert {"daemon", "http: delivery"} <= set(subjects(said))
        code, said = ask(logship, "status", listen="127.0.0.1:1")
        assert "http  ok" in said, "where it answers is found without the variable"
    code, said = ask(logship, "check", "--json")
    assert "daemon" not in subjects(said), "it is gone"
