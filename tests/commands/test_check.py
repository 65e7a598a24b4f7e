import json
import os
import socket
from pathlib import Path

import pytest

from logship import inspection
from logship.__main__ import main
from logship.checkpoints import Checkpoints


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a readable log, and an environment for it."""
    for name in list(os.environ):
        if name.startswith("LOGSHIP_"):
            monkeypatch.delenv(name)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text("one\n")
    monkeypatch.setenv("LOGSHIP_PATHS", f"{tmp_path}/logs/*.log")
    monkeypatch.setenv("LOGSHIP_STATE_DIR", f"{tmp_path}/state")
    monkeypatch.setenv("LOGSHIP_LISTEN", "127.0.0.1:0")
    monkeypatch.setenv("LOGSHIP_DEAD_LETTER_MAX_BYTES", "1MiB")
    monkeypatch.setattr(inspection, "STATE_MARGIN", 0)
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[tuple[bool, str, str]]]:
    """Give exit code and findings (good, subject, message)."""
    code = main(["check", "--json", *words])
    return code, [(each["good"], each["subject"], each["message"]) for each in json.loads(capsys.readouterr().out)]


def bad(findings: list[tuple[bool, str, str]]) -> list[str]:
    """Give the messages of what stands in the way."""
    return [f"{subject}: {message}" for good, subject, message in findings if not good]


def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, a line for each thing that was looked at, nothing shipped, no checkpoint made."""
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok   ") for line in lines)
    assert "ok   files: 1 of 1 matched files can be read" in lines
    assert {line.split()[1].rstrip(":") for line in lines} >= {"settings", "files", "state", "listen", "stdout"}


def test_bad_settings_are_2(capsys: pytest.CaptureFixture[str]) -> None:
    """As findings, like everything else."""
    code, findings = check(capsys, "--sinks", "stdot", "--max-files=0")
    assert code == 2
    assert bad(findings) == [
        'settings: --max-files: "0" is too small; the least is 1',
        'settings: --sinks: "stdot" is no sink; did you mean stdout?',
    ]


def test_a_folder_that_is_not_there_yet_is_normal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The application may make it later."""
    code, findings = check(capsys, "--paths", f"{folder}/later/*.log")
    assert code == 0
    assert (True, "paths", f"{folder}/later does not exist yet: what appears there is tailed") in findings
    assert (True, "files", "no file matches yet") in findings


def test_a_file_that_cannot_be_tailed_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the count and what to do; a FIFO must not hang the check."""
    os.mkfifo(folder / "logs" / "b\x1b.log")
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert message.startswith("files: 1 of 2 matched files can't be read: ")
    assert "b\\x1b.log: not a regular file; leave it out by LOGSHIP_EXCLUDE" in message


@pytest.mark.parametrize(("content", "what"), [(b"\0", "is full of NUL bytes"), (b"x", "has no newline")])
def test_a_file_in_which_no_line_ends(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes, what: str
) -> None:
    """It grows for ever and gives no record: said before somebody wonders."""
    (folder / "logs" / "b.log").write_bytes(content * inspection.LINE_TRAP)
    code, findings = check(capsys)
    assert code == 1
    (message,) = bad(findings)
    assert f"b.log {what} in its first 64KiB" in message
    (folder / "logs" / "b.log").write_bytes(content * (inspection.LINE_TRAP - 1) + b"\n")
    assert check(capsys)[0] == 0


def test_a_state_folder_that_cannot_be(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason, and what to do."""
    (folder / "file").touch()
    code, findings = check(capsys, "--state-dir", f"{folder}/file/state")
    assert code == 1
    assert "mount a volume there" in bad(findings)[0]


def test_too_little_room_for_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Dead letters of all sinks must fit."""
    code, findings = check(capsys, "--dead-letter-max-bytes", "900000GiB")
    assert code == 1
    assert "make the volume larger or LOGSHIP_DEAD_LETTER_MAX_BYTES smaller" in bad(findings)[0]


def test_a_damaged_checkpoint_is_told_and_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To keep it aside is the daemon's affair."""
    (folder / "state").mkdir()
    checkpoint = folder / "state" / "checkpoint.json"
    checkpoint.write_text('{"vers')
    code, findings = check(capsys)
    assert code == 1
    assert "is not usable" in bad(findings)[0]
    assert checkpoint.read_text() == '{"vers'
    Checkpoints(folder / "state").save((), 1)
    assert check(capsys)[0] == 0


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """Named, as the daemon would."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, findings = check(capsys, "--listen", f"127.0.0.1:{port}")
    assert code == 1
    assert bad(findings) == [
        f"listen: LOGSHIP_LISTEN: port {port} of 127.0.0.1 is in use; choose another, or stop what has it"
    ]


def test_beside_a_running_daemon_the_port_is_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``kubectl exec … logship check`` must not fail for that."""
    with Checkpoints(folder / "state").lock(), socket.create_server(("127.0.0.1", 0)) as taken:
        code, findings = check(capsys, "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (code, bad(findings)) == (0, [])


def test_a_sink_out_of_reach(capsys: pytest.CaptureFixture[str]) -> None:
    """Each sink looks for itself."""
    code, findings = check(capsys, "--sinks=http", "--http-url=http://127.0.0.1:1/")
    assert code == 1
    assert any("connection_refused" in message for message in bad(findings))
