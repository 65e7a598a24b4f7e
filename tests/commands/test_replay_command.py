from pathlib import Path

import pytest

from logship.__main__ import main
from logship.delivery.deadletters import DeadLetters, Letter
from logship.model import Block, FileId


@pytest.fixture(autouse=True)
def letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeadLetters:
    """Give the dead letters of stdout in a state folder that the environment names."""
    monkeypatch.setenv("LOGSHIP_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("LOGSHIP_SINKS", "stdout")
    return DeadLetters(tmp_path / "dead-letter", "stdout", 1 << 20)


def test_what_there_is_is_listed_and_left(letters: DeadLetters, capsys: pytest.CaptureFixture[str]) -> None:
    """Also what a killed replay left; by reason, the most frequent first; nothing is sent, no record is shown."""
    assert main(["replay", "--list"]) == 0
    assert capsys.readouterr().out == "stdout: no dead letters\n"
    block = Block(FileId("f" * 22), "a.log", 0, 8, b"hunter2\n", 1, 0.0)
    letters.put([Letter(block, "http_400")])
    letters.take()
    letters.put([Letter(block, "mapper_parsing_exception"), Letter(block, "mapper_parsing_exception")])
    for _ in range(2):
        assert main(["replay", "--list"]) == 0
        assert capsys.readouterr().out == "stdout: 3 records, 24 bytes: 2 mapper_parsing_exception, 1 http_400\n"


def test_it_offers_only_what_it_uses(capsys: pytest.CaptureFixture[str]) -> None:
    """Not what the daemon tails; the flags of the chosen sinks, and which sinks there are."""
    with pytest.raises(SystemExit):
        main(["replay", "--help"])
    shown = capsys.readouterr().out
    assert "--retry-max-seconds" in shown
    assert "--stdout-prefix" in shown
    assert "elasticsearch, file" in shown
    assert "--paths LIST" not in shown
    with pytest.raises(SystemExit):
        main(["replay", "--sinks", "http", "--help"])
    assert "http:\n  --http-when" in capsys.readouterr().out
