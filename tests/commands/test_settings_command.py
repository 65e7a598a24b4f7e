import json
import os
import re
from pathlib import Path

import pytest

from logship.__main__ import main
from logship.commands.settings import every_option


def output(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Give what ``logship settings`` prints."""
    assert main(["settings", *words]) == 0
    return capsys.readouterr().out


def test_every_setting_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """In each form, with those of every sink."""
    for words in ((), ("--json",), ("--markdown",)):
        text = output(capsys, *words)
        assert [each.variable for each in every_option() if each.variable not in text] == []


def test_the_schema_says_what_may_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Types, bounds, choices and defaults, by variable; a secret has no default."""
    properties = json.loads(output(capsys, "--json"))["properties"]
    assert properties["LOGSHIP_READ_FROM"]["enum"] == ["beginning", "end"]
    assert properties["LOGSHIP_MAX_FILES"] == {
        "default": 4096,
        "description": "files open at once; a quiet one makes room, more are counted",
        "minimum": 1,
        "type": "integer",
    }
    assert properties["LOGSHIP_HTTP_URL"] == {"description": "where to send", "type": "string"}  # required: no default
    secrets = [option.variable for option in every_option() if option.kind == "secret"]
    assert "LOGSHIP_HTTP_PASSWORD" in secrets
    assert {"default" in properties[name] for name in secrets} == {False}


def test_no_value_is_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set in this environment is nobody's business here."""
    monkeypatch.setenv("LOGSHIP_HTTP_PASSWORD", "hunter2-sEcReT")
    monkeypatch.setenv("LOGSHIP_HTTP_HEADERS", "Authorization=hunter2-sEcReT")
    for words in ((), ("--json",), ("--markdown",)):
        assert "hunter2" not in output(capsys, *words)


def test_only_those_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """By sink, or by a part of the name; none is a fault."""
    of_http = output(capsys, "http")
    assert "LOGSHIP_HTTP_URL" in of_http
    assert "LOGSHIP_LOKI_URL" not in of_http
    assert "LOGSHIP_PATHS" not in of_http
    found = output(capsys, "retry", "POLL-seconds")
    assert [line.split()[0] for line in found.splitlines()[1:]] == [
        "LOGSHIP_POLL_SECONDS",
        "LOGSHIP_RETRY_INITIAL_SECONDS",
        "LOGSHIP_RETRY_MAX_SECONDS",
        "LOGSHIP_RETRY_LIMIT_SECONDS",
    ]
    assert main(["settings", "nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("in_file", [False, True])
def test_a_sink_with_a_name_of_its_own_is_listed(
    in_file: bool,  # noqa: FBT001 - both
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """With the settings of its kind, wherever the sinks are named."""
    monkeypatch.setenv("LOGSHIP_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("LOGSHIP_SINKS", raising=False)
    if in_file:
        (tmp_path / "sinks").write_text("stdout,audit:http")
    else:
        monkeypatch.setenv("LOGSHIP_SINKS", "stdout,audit:http")
    listed = output(capsys, "audit")
    assert "LOGSHIP_AUDIT_URL" in listed
    assert "LOGSHIP_HTTP_URL" not in listed
    monkeypatch.setenv("LOGSHIP_AUDIT_URL", "http://x")
    assert "LOGSHIP_AUDIT_URL" in output(capsys, "--effective")


def test_what_is_set_and_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of a secret, and of headers, never the value; faults are told after it."""
    for name in [name for name in os.environ if name.startswith("LOGSHIP_")]:
        monkeypatch.delenv(name)
    (tmp_path / "max_files").write_text("7\n")
    given = {"SECRETS_DIR": str(tmp_path), "SINKS": "http", "HTTP_URL": "http://x/?key=hunter2", "LISTEN": ""}
    given |= {"RENAME_FIELDS": "mdc.*=context.*"}
    given |= {"HTTP_BEARER_TOKEN": "hunter2-sEcReT", "HTTP_HEADERS": "X-Key=hunter2"}
    for name, text in given.items():
        monkeypatch.setenv(f"LOGSHIP_{name}", text)
    lines = output(capsys, "--effective").splitlines()
    assert {tuple(line.split()) for line in lines[1:]} == {
        ("LOGSHIP_MAX_FILES", "7", f"{tmp_path}/max_files"),
        ("LOGSHIP_SINKS", "http", "LOGSHIP_SINKS"),
        ("LOGSHIP_LISTEN", "LOGSHIP_LISTEN"),
        ("LOGSHIP_HTTP_URL", "http://x/?***", "LOGSHIP_HTTP_URL"),
        ("LOGSHIP_RENAME_FIELDS", "mdc.*=context.*", "LOGSHIP_RENAME_FIELDS"),
        ("LOGSHIP_HTTP_HEADERS", "X-Key=***", "LOGSHIP_HTTP_HEADERS"),
        ("LOGSHIP_HTTP_BEARER_TOKEN", "(secret)", "LOGSHIP_HTTP_BEARER_TOKEN"),
    }
    monkeypatch.setenv("LOGSHIP_POLL_SECONDS", "often")
    assert main(["settings", "--effective", "poll"]) == 2
    shown = capsys.readouterr()
    assert "often" in shown.out
    assert 'LOGSHIP_POLL_SECONDS: "often" is not a number of seconds' in shown.err


@pytest.mark.parametrize("columns", [40, 200])
def test_on_a_terminal_it_is_as_wide_as_that(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beneath a heading for each group."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    text = re.sub(r"\x1b\[[0-9;]*m", "", output(capsys))
    assert max(map(len, text.splitlines())) <= columns
    assert {"what to read", "where to, and how", "the daemon", "http"} <= set(text.splitlines())
