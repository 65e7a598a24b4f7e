import argparse
import signal

import pytest

from logship import __version__
from logship.__main__ import COMMANDS, main
from logship.commands import run as run_command


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_the_overview(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help names every command; both leave with 0."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 0
    shown = capsys.readouterr().out
    expected = [__version__] if words == ["--version"] else [*COMMANDS, *COMMANDS.values()]
    assert [text for text in expected if text not in shown] == []


@pytest.mark.parametrize("words", [[], ["rum"], ["-x"], ["probe"], ["probe", "well"], ["settings", "--xml"]])
def test_what_is_no_command_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the usage on stderr; stdout belongs to output."""
    try:
        code: object = main(words)
    except SystemExit as left:
        code = left.code
    assert code == 2
    output = capsys.readouterr()
    assert "usage:" in output.err
    assert output.out == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each module is there, and its flags can be shown (a stray ``%`` would not)."""
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    assert f"usage: logship {name}" in capsys.readouterr().out


def test_run_holds_signals_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """While settings are loaded, SIGTERM and SIGINT wait; no other command holds them."""
    held: list[set[signal.Signals]] = []

    def run(parsed: argparse.Namespace) -> int:
        del parsed
        held.append({signal.Signals(each) for each in signal.pthread_sigmask(signal.SIG_BLOCK, ())})
        return 0

    monkeypatch.setattr(run_command, "run", run)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert main(["run"]) == 0
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert main(["probe", "live", "--listen", "127.0.0.1:1"]) == 1
    assert held[0] >= {signal.SIGTERM, signal.SIGINT}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
