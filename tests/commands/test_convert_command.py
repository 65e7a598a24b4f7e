import io
from pathlib import Path

import pytest

from logship.__main__ import main

PLAIN = "[INPUT]\n    Name tail\n    Path /a/*.log\n    Read_from_Head On\n[OUTPUT]\n    Name stdout\n    Match *\n"


def test_what_is_converted_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an environment file, or as a list for Kubernetes; exit code 0 if nothing is left out."""
    file = tmp_path / "fluent-bit.conf"
    file.write_text(PLAIN)
    assert main(["convert", str(file)]) == 0
    assert "LOGSHIP_PATHS='/a/*.log'\n" in capsys.readouterr().out
    assert main(["convert", "--kubernetes", str(file)]) == 0
    captured = capsys.readouterr()
    assert '- {name: LOGSHIP_PATHS, value: "/a/*.log"}\n' in captured.out
    assert captured.err == ""


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is left out is exit code 4, with its line."""
    text = PLAIN + "[FILTER]\n    Name lua\n    Match *\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["convert", "-"]) == 4
    captured = capsys.readouterr()
    assert "# standard input:8: filter lua: " in captured.out
    assert captured.err == "logship: left out: 1; the comments say what, and what to do instead\n"


def test_what_can_not_be_read_is_a_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, as with all commands."""
    assert main(["convert", str(tmp_path / "none.conf")]) == 2
    assert "can't be read: No such file" in capsys.readouterr().err


def test_the_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever converts in a script needs them."""
    with pytest.raises(SystemExit):
        main(["convert", "--help"])
    assert "4 something was left out" in capsys.readouterr().out
