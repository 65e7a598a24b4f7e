import pytest

from logship import __version__
from logship.__main__ import COMMANDS, main


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
