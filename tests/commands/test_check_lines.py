import io
import json
import os
from pathlib import Path

import pytest

from logship.__main__ import main

LINES = (
    '{"time":"2026-11-27T09:30:00Z","level":"error","msg":"no stock for order 12345 of customer 6789","user":"x"}\n'
    "it broke\n"
    "\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with lines, and no settings."""
    for name in list(os.environ):
        if name.startswith("LOGSHIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LOGSHIP_STATE_DIR", f"{tmp_path}/state")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.log").write_text(LINES)
    os.utime(tmp_path / "a.log", (1_796_000_000, 1_796_000_000))
    return tmp_path


PAGE = """\
line 1: JSON object
  time      2026-11-27T09:30:00Z, from "time"
  level     error, severity 17, from "level"
  added     @timestamp, log.file.name
  left out  user
  why       time: "time" "2026-11-27T09:30:00Z" is a time: it counts
  why       time: not there: @timestamp, timestamp
  why       level: "level" "error" is a level: it counts
  why       fields: LOGSHIP_DROP_FIELDS: user
  stdout    {"@timestamp":"2026-11-27T09:30:00Z","log.file.name":"a.log","time":
            "2026-11-27T09:30:00Z","level":"error","msg":"no stock for order 123
            45 of customer 6789"}

line 2: text
  time      2026-11-30T00:53:20.000000000Z, from its file's last write: no time
            is known
  level     none is known
  added     @timestamp, log.file.name
  why       form: no JSON object: it does not begin with {
  why       time: the text's head has none that is known
  why       level: the text's head has none that is known
  why       lines: no rule takes it for more of what is before it
  stdout    {"@timestamp":"2026-11-30T00:53:20.000000000Z","log.file.name":"a.lo
            g","message":"it broke"}

a.log: 3 lines, 2 records, 1 without a time of their own, 1 without a level, 1
bytes skipped (empty)
"""


def test_what_people_see(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """At 80 columns; no state is made."""
    assert main(["check", "--lines", "a.log", "--explain", "--drop-fields", "user"]) == 0
    assert capsys.readouterr() == (PAGE, "")
    assert not (folder / "state").exists()


def test_without_explain_nobody_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is the same."""
    assert main(["check", "--lines", "a.log", "--drop-fields=user"]) == 0
    expected = "".join(f"{line}\n" for line in PAGE.splitlines() if not line.startswith("  why "))
    assert capsys.readouterr().out == expected


def test_what_scripts_see(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An object a record; what is not looked at is said beside it."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LINES.encode() + b"last")))
    assert main(["check", "--lines", "-", "--json"]) == 0
    said = capsys.readouterr()
    records = [json.loads(line) for line in said.out.splitlines()]
    assert [each["first"] for each in records] == [1, 2, 4]
    assert records[0]["time_from"] == '"time"'
    assert json.loads(records[0]["sinks"]["stdout"])["user"] == "x"
    assert (
        said.err
        == "logship: stdin: Its last line has no newline: a daemon waits for one, and sends it only at its end.\n"
    )


def test_each_sink_is_shown_and_asked_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """One with a long name, a second line, a condition; nobody listens at their addresses."""
    words = ["--sinks", "elasticsearch,audit_of_all:http", "--elasticsearch-url", "http://127.0.0.1:1"]
    words += ["--audit-of-all-url", "http://127.0.0.1:1", "--audit-of-all-when", "level>=warning"]
    assert main(["check", "--lines", "a.log", *words]) == 0
    said = capsys.readouterr().out
    assert "  elasticsearch\n            all records: index logs-agent-default\n" in said
    assert '  elasticsearch\n            {"create":{"_id":"AAAAAAAAAAAAAAAAAAAAAA-0"}}\n            {"@time' in said
    assert "  audit_of_all\n            does not get it: its condition asks for a level, and the record has\n" in said
    assert "1 not for audit_of_all" in " ".join(said.split())
    assert all(len(line) <= 80 for line in said.splitlines())


def test_what_an_application_wrote_moves_no_cursor(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Not even where lines go out as they are."""
    (folder / "b.log").write_bytes(b"\x1b[2J\xff\n")
    assert main(["check", "--lines", "b.log", "--format", "raw"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_of_many_lines_the_first_are_shown(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """And that there are more."""
    (folder / "b.log").write_text("x\n" * 1001)
    assert main(["check", "--lines", "b.log"]) == 0
    said = capsys.readouterr().out
    assert "b.log: 1000 lines, 1000 records" in said
    assert said.endswith("There is more: at most 1000 lines are looked at; `tail` chooses others.\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--lines", "nothing"], 1, "logship: nothing: can't be read: No such file or directory\n"),
        (["--lines", "."], 1, "logship: .: can't be read: Is a directory\n"),
        (["--lines", os.devnull], 1, "logship: /dev/null: has no line\n"),
        (
            ["--lines", "a.log", "--send"],
            2,
            "logship: --lines: opens no sink, and looks at nothing else: leave --send and --full out\n",
        ),
        (["--explain"], 2, "logship: --explain: says why of --lines: name a file, or - for standard input\n"),
    ],
)
def test_what_can_not_be_shown(words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """1 if there are no lines, 2 if a setting is wrong; one line that says why."""
    assert main(["check", *words]) == code
    assert capsys.readouterr() == ("", said)


def test_a_wrong_setting_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """As without lines."""
    assert main(["check", "--lines", "a.log", "--sinks", "loki"]) == 2
    assert "FAIL settings: LOGSHIP_LOKI_URL: is not set" in capsys.readouterr().out
