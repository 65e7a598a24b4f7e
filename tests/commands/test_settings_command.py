import json

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
        "description": "files followed at once; more are counted, not opened",
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
