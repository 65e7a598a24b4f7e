"""What ``check`` says of redaction."""

from pathlib import Path

import pytest

from tests.commands.test_check import bad, check, folder

__all__ = ["folder"]


def test_detectors_are_tried_and_last_lines_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each finds its own sample, whatever paths there are; of the lines, counts alone; no name is shown."""
    (tmp_path / "logs" / "jane@example.org.log").write_text(
        '{"password":"hunter2!","m":"jane@example.org and joe@example.org"}\nfine\n'
    )
    monkeypatch.setenv("LOGSHIP_REDACT", "all")
    monkeypatch.setenv("LOGSHIP_REDACT_FIELDS", "*.password")
    code, findings = check(capsys)
    said = [message for _, subject, message in findings if subject == "redaction"]
    assert (code, bad(findings)) == (0, [])
    assert said[0].endswith("[email]: 1 of its last 2 lines: 2 email, 1 field")
    assert said[1].startswith("found their samples: email, card, iban, phone, ip, jwt, bearer, private_key, secret")
    assert "example" not in str(findings)


def test_nothing_is_said_where_nothing_is_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    """No detector is made."""
    assert [subject for _, subject, _ in check(capsys)[1] if subject == "redaction"] == []


def test_a_detector_that_does_not_work_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1: nobody must rely on it."""
    monkeypatch.setenv("LOGSHIP_REDACT", "email,card")
    monkeypatch.setattr("logship.redaction.blocks.BlockRedactor.tried", lambda _: {"email": True, "card": False})
    code, findings = check(capsys)
    assert code == 1
    assert bad(findings) == [
        "redaction: the detector card does not find its own sample: report this, and do not rely on it"
    ]
