"""Where a command's words go: a reader that leaves, a full disk, an old terminal; and Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from logship.__main__ import INTERRUPTED, main
from logship.commands import check

WORDS = [
    ["settings"],
    ["settings", "--json"],
    ["settings", "--markdown"],
    ["settings", "--effective"],
    ["check", "--json"],
]


def logship(words: list[str], **options: int | dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a command of its own process."""
    command = [sys.executable, "-m", "logship", *words]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_reader_that_leaves_is_no_fault_to_tell(words: list[str]) -> None:
    """As ``head`` does."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert logship(words, stdout=writing).stderr == ""
    finally:
        os.close(writing)


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_full_disk_is_told_in_a_line(words: list[str]) -> None:
    """Not in a traceback."""
    with Path("/dev/full").open("w") as full:
        done = logship(words, stdout=full.fileno())
    assert (done.returncode, done.stderr) == (1, "logship: standard output can't be written: No space left on device\n")


def test_an_old_terminal_gets_what_it_has(tmp_path: Path) -> None:
    """``…`` and whatever else it lacks are escaped."""
    with (tmp_path / "out").open("w") as out:
        done = logship(["settings"], stdout=out.fileno(), env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "LOGSHIP_PATHS" in (tmp_path / "out").read_text()


def test_a_working_folder_that_was_removed_is_no_hindrance(tmp_path: Path) -> None:
    """Where nothing is read from it."""
    gone = tmp_path / "gone"
    gone.mkdir()
    (tmp_path / "app.log").write_text("a line\n")
    words = ["run", "--once", "--state-dir", f"{tmp_path}/state", "--paths", f"{tmp_path}/*.log", "--listen", ""]
    script = f'rmdir "{gone}" && exec "$@"'
    command = ["sh", "-c", script, "sh", sys.executable, "-P", "-m", "logship", *words]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=gone, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_ctrl_c_ends_a_command_without_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the code that shells give it."""

    def run(_: object) -> int:
        signal.raise_signal(signal.SIGINT)
        return 0

    monkeypatch.setattr(check, "run", run)
    assert main(["check"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")
