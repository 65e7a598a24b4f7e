import os
import subprocess
import sys
from pathlib import Path

import pytest

from logship.state.checkpoints import Checkpoints
from logship.state.running import Running, announce, find

WAIT = "import sys; print('up', flush=True); sys.stdin.read()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a state folder that nobody uses."""
    return tmp_path


def lock(folder: Path, text: str) -> None:
    """Write what a daemon would."""
    (folder / "lock").write_text(text)


def test_what_the_holder_of_the_folder_says_is_found(folder: Path) -> None:
    """Once it listens; what is found of a process that is no daemon is nobody."""
    checkpoints = Checkpoints(folder)
    with checkpoints.lock():
        assert (folder / "lock").read_text() == f"{os.getpid()} \n"
        checkpoints.announce("127.0.0.1:8687")
        assert (folder / "lock").read_text() == f"{os.getpid()} 127.0.0.1:8687\n"
        assert find(str(folder)) is None


def test_a_folder_that_is_taken_again_still_says_where(folder: Path) -> None:
    """The lock's file may be removed while the daemon runs."""
    checkpoints = Checkpoints(folder)
    with checkpoints.lock():
        checkpoints.announce("127.0.0.1:1")
        (folder / "lock").unlink()
        checkpoints.save((), 1)
        assert (folder / "lock").read_text() == f"{os.getpid()} 127.0.0.1:1\n"


def test_nobody_is_there_to_be_told(folder: Path) -> None:
    """A file system that is full, or a folder without a lock, is no hindrance."""
    Checkpoints(folder).announce("127.0.0.1:1")
    with Path("/dev/full").open("wb", buffering=0) as full:
        announce(full.fileno(), "127.0.0.1:1")


def test_a_daemon_is_known_by_its_command_line_and_its_environment(folder: Path) -> None:
    """Settings are the same if its variables are; others than ours do not matter."""
    environ = {**os.environ, "LOGSHIP_SINKS": "stdout"}
    command = [sys.executable, "-c", WAIT, "/opt/bin/logship", "run"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout
        process.stdout.readline()
        lock(folder, f"{process.pid} [::]:8687\n")
        found = find(str(folder))
        assert found == Running(process.pid, "[::]:8687")
        assert found.has_settings_of({**environ, "OTHER": "x"})
        assert not found.has_settings_of({**environ, "LOGSHIP_SINKS": "http"})
        assert not found.has_settings_of({name: text for name, text in environ.items() if name != "LOGSHIP_SINKS"})
        lock(folder, f"{process.pid} \n")
        assert find(str(folder)) == Running(process.pid, "")
        process.communicate()


@pytest.mark.parametrize("text", ["", "\n", "x 127.0.0.1:1\n", "-1 127.0.0.1:1\n", "999999999 127.0.0.1:1\n"])
def test_what_makes_no_sense_is_nobody(folder: Path, text: str) -> None:
    """An older logship writes nothing there, and a dead one's words stay."""
    lock(folder, text)
    assert find(str(folder)) is None


def test_no_folder_is_nobody() -> None:
    """Nor is a process whose environment can't be read one with our settings."""
    assert find("/nonexistent") is None
    assert find("") is None
    assert not Running(999_999_999, "").has_settings_of({})
