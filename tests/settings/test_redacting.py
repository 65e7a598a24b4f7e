"""What can be wrong with what is to be redacted: told at the start, a line each, and never with the key."""

from pathlib import Path
from typing import Any

import pytest

from logship.errors import ConfigError
from logship.settings.loading import load
from logship.settings.named_expressions import named_expressions
from logship.settings.resolved import redacting

KEY = "k" * 16


def faults(**settings: str) -> list[str]:
    """Give what is wrong."""
    environ = {"LOGSHIP_STATE_DIR": "/s", **{f"LOGSHIP_{name.upper()}": text for name, text in settings.items()}}
    with pytest.raises(ConfigError) as caught:
        load({}, environ)
    return list(caught.value.faults)


def resolved(**settings: str) -> Any:
    """Give the enrichment of valid settings."""
    environ = {"LOGSHIP_STATE_DIR": "/s", **{f"LOGSHIP_{name.upper()}": text for name, text in settings.items()}}
    return redacting(load({}, environ).config)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"redact": "emial"}, "did you mean email?"),
        ({"redact_patterns": "order=ORD-("}, "'order' has no valid expression"),
        ({"redact_patterns": "order=x*"}, "matches the empty text"),
        ({"redact_patterns": "email=x"}, "name of a detector"),
        ({"redact_patterns": "Order=x"}, "has no name"),
        ({"redact_patterns": "a=x,a=y"}, "has a name twice"),
        ({"redact_patterns": "/no/such/file"}, '"/no/such/file" is no file'),
        ({"redact_fields": "a..b"}, "has a name that is empty"),
        ({"redact_fields": "level"}, "always stay"),
        ({"redact": "email", "redact_with": "hash"}, "LOGSHIP_REDACT_HASH_KEY: is missing"),
        ({"redact": "email", "redact_with": "hash", "redact_hash_key": "short"}, "shorter than 16"),
        ({"redact": "email", "redact_with": "hash", "redact_hash_key_file": "/no/such/key"}, "can't be read"),
    ],
)
def test_what_cannot_be_set_up(settings: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, that says what to do; the key is not in it."""
    for name, text in settings.items():
        monkeypatch.setenv(f"LOGSHIP_{name.upper()}", text)
    (found,) = faults(**settings)
    assert words in found
    assert found.startswith("LOGSHIP_REDACT")
    assert "short" not in found.replace("shorter", "")


def test_nothing_is_made_where_nothing_is_set() -> None:
    """No detector is compiled, no module of re2 loaded."""
    assert resolved().redaction is None
    assert resolved(redact_tag="true", redact_with="type").redaction is None


def test_names_of_what_is_counted(tmp_path: Path) -> None:
    """Detectors, own expressions from a file, paths and cuts."""
    (tmp_path / "patterns").write_text("# ours\n\norder=ORD-[0-9]{6}\nbadge=B[0-9]+, or so\n")
    kinds = resolved(
        redact="card, EMAIL", redact_patterns=str(tmp_path / "patterns"), redact_fields="a"
    ).redaction.kinds
    assert list(kinds) == ["email", "card", "order", "badge", "field", "cut"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=x{1,2},b=y=z", {"a": "x{1,2}", "b": "y=z"}),
        ("a=x, y", {"a": "x, y"}),
        ('{"a":"x,b=y"}', {"a": "x,b=y"}),
        ("a=x\nb=y\n", {"a": "x", "b": "y"}),
    ],
)
def test_expressions_have_names(text: str, expected: dict[str, str]) -> None:
    """By commas before a name, or a line each; JSON for what looks like another one."""
    assert named_expressions(text) == expected


def test_a_hash_is_under_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same value, another key, another mark."""
    marks = []
    for key in (KEY, KEY, "l" * 16):
        monkeypatch.setenv("LOGSHIP_REDACT_HASH_KEY", key)
        redaction = resolved(redact="email", redact_with="hash", redact_hash_key=key).redaction
        marks.append(redaction.text("jane@example.org"))
    assert marks[0] == marks[1] != marks[2]
    assert marks[0].startswith("[email:")
