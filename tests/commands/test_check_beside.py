"""``logship check`` beside a daemon's server, of which the process is another that only waits."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.__main__ import main
from logship.daemon.server import open_server
from logship.daemon.status import SinkStatus, document
from tests.commands.shown import Shown

WAIT = "import sys; print('up', flush=True); sys.stdin.read()"


def daemon(sink: SinkStatus | None) -> Shown:
    """Give one with a sink in some state; without, another program."""
    made = document(version="1", started_at=0.0, now=1.0, ready="", files=[], sinks=[sink] if sink else [])
    return Shown(made if sink else {"status": "green"})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a state folder, and settings that name it."""
    for name in [name for name in os.environ if name.startswith("LOGSHIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOGSHIP_PATHS", f"{tmp_path}/*.log")
    monkeypatch.setenv("LOGSHIP_STATE_DIR", f"{tmp_path}/state")
    monkeypatch.setenv("LOGSHIP_LISTEN", "")
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


@pytest.fixture
def process(state: Path) -> Iterator[int]:
    """Give a process that passes for a daemon with these settings."""
    assert state.is_dir()
    command = [sys.executable, "-c", WAIT, "logship", "run"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiting:
        assert waiting.stdout
        waiting.stdout.readline()
        yield waiting.pid
        waiting.communicate()


async def run(state: Path, process: int, sink: SinkStatus | None, *words: str) -> int:
    """Run a command beside a daemon's server."""
    async with open_server("127.0.0.1:0", daemon(sink)) as port:
        (state / "lock").write_text(f"{process} 127.0.0.1:{port}\n")
        return await asyncio.to_thread(main, [*words])


def said(capsys: pytest.CaptureFixture[str]) -> list[tuple[bool, str]]:
    """Give (good, subject) of what was found."""
    return [(each["good"], each["subject"]) for each in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize(("state_of_sink", "code"), [("ok", 0), ("retrying", 1)])
async def test_what_the_daemon_knows_is_all(
    state: Path, process: int, capsys: pytest.CaptureFixture[str], state_of_sink: str, code: int
) -> None:
    """Its last error fails the check."""
    assert await run(state, process, SinkStatus("stdout", state_of_sink), "check", "--json") == code
    assert said(capsys) == [(True, "daemon"), (True, "files"), (not code, "stdout")]


async def test_its_dead_letters_are_found_by_their_file(
    state: Path, process: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of an earlier start, too."""
    (state / "dead-letter").mkdir()
    (state / "dead-letter" / "stdout.ndjson").write_text("{}\n")
    assert await run(state, process, SinkStatus("stdout", "ok"), "check") == 1
    assert (
        "FAIL stdout: dead letters: the store refused records at an earlier start; 3 bytes" in capsys.readouterr().out
    )


async def test_a_whole_check_tells_what_it_knows_first(
    state: Path, process: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """And of files only what it sees itself."""
    assert await run(state, process, SinkStatus("stdout", "holding"), "check", "--full", "--json") == 1
    found = said(capsys)
    assert found[:3] == [(True, "daemon"), (False, "stdout"), (True, "settings")]
    assert (True, "state") in found


async def test_one_that_does_not_answer_is_a_fault(
    state: Path, process: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is another program on its port; then all is looked at."""
    assert await run(state, process, None, "check") == 1
    assert f"FAIL daemon: process {process} runs, but what answers there is no logship" in capsys.readouterr().out
    (state / "lock").write_text(f"{process} 127.0.0.1:1\n")
    assert await asyncio.to_thread(main, ["check", "--json"]) == 1
    found = said(capsys)
    assert found[:2] == [(False, "daemon"), (True, "settings")]


async def test_status_finds_where_it_answers(state: Path, process: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Though no variable says so."""
    assert await run(state, process, SinkStatus("stdout", "ok"), "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == "1"
