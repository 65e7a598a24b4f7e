import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HIDDEN = "hunter2-sEcReT"
KILL = """import os
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), 9))
"""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Give an environment for a daemon that tails ``logs`` in the folder and serves nothing."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith(("LOGSHIP_", "COV"))}
    ours = {"PATHS": f"{folder}/logs/*.log", "STATE_DIR": f"{folder}/state", "LISTEN": "", **more}
    return plain | {f"LOGSHIP_{name}": text for name, text in ours.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with one log of one line."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text('{"n": 1}\n')
    return tmp_path


def logship(folder: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end."""
    command = [sys.executable, "-m", "logship", *words]
    environ = environment(folder, **more)
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)


def test_a_signal_that_comes_before_the_daemon_is_not_lost(folder: Path) -> None:
    """SIGTERM in the middle of the start: the daemon still ships what is there, and leaves with 0.

    The signal is blocked already when the process begins, as ``run`` does first of all, and sent at once: it waits
    until the daemon has started.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "logship", "run"],
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    daemon.send_signal(signal.SIGTERM)
    out, err = daemon.communicate(timeout=60)
    assert daemon.returncode == 0, err
    assert '"n": 1' in out


def test_the_daemon_has_the_same_process_id(folder: Path) -> None:
    """The kubelet's signals, and an operator's, reach the one process there is."""
    command = [sys.executable, "-m", "logship", "run"]
    with subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout
        try:
            assert '"n": 1' in daemon.stdout.readline()
            line = Path(f"/proc/{daemon.pid}/cmdline").read_bytes().split(b"\0")
            maps = Path(f"/proc/{daemon.pid}/maps").read_text()
            children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text()
        finally:
            daemon.send_signal(signal.SIGTERM)
    assert line[-2:] == [b"run", b""]
    assert children == ""
    assert "pydantic" not in maps
    assert daemon.returncode == 0


def test_what_is_asked_for_is_said_once_and_no_daemon_starts(folder: Path) -> None:
    """By the process that reads settings; the one that would become the daemon leaves with its code."""
    done = logship(folder, "run", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("usage: logship run") == 1
    assert not (folder / "state").exists()


def test_a_child_that_is_killed_while_it_reads_settings_is_told(folder: Path) -> None:
    """By the kernel, for memory, say."""
    (folder / "sitecustomize.py").write_text(KILL)
    environ = environment(folder) | {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-m", "logship", "run"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "logship: the settings could not be read: signal 9 ended the process that did\n"


@pytest.mark.parametrize("sinks", ["nonsense", ":,", "a:kafka, http ,stdout:"])
def test_a_wrong_guess_of_the_sinks_is_no_matter(folder: Path, sinks: str) -> None:
    """What they may be is looked up before settings are read; here a flag says otherwise."""
    done = logship(folder, "run", "--once", "--sinks", "stdout", SINKS=sinks)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stderr


def test_an_installed_logship_imports_nothing_from_the_working_folder(folder: Path) -> None:
    """The working folder may be one that the application can write: neither process imports from it."""
    for module in ("aiohttp", "asyncio", "json", "logship", "msgspec", "orjson", "pydantic", "sitecustomize"):
        (folder / f"{module}.py").write_text(f"import os; os._exit({len(module)})\n")
    command = [str(Path(sys.executable).parent / "logship"), "run", "--once"]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count('"n": 1')) == (0, 1), done.stderr


def test_once_ships_what_is_there_and_leaves(folder: Path) -> None:
    """Flags and variables mean the same; nothing is left to do the second time."""
    first = logship(folder, "run", "--once", "--stdout-prefix", "collected: ")
    assert (first.returncode, first.stdout.count("\n")) == (0, 1), first.stderr
    assert first.stdout.startswith("collected: {")
    second = logship(folder, "run", "--once")
    assert (second.returncode, second.stdout) == (0, ""), second.stderr
    checked = logship(folder, "check")
    assert "the checkpoint knows 0 files that were open, and 1 that are finished" in checked.stdout, checked.stderr


def test_every_fault_is_a_line_and_the_code_is_2(folder: Path) -> None:
    """One line a fault on stderr, nothing on stdout, no secret, and nothing is shipped."""
    done = logship(
        folder,
        "run",
        "--poll-seconds=x",
        SINKS="http",
        HTTP_URL=f"ftp://u:{HIDDEN}@x",
        HTTP_BEARER_TOKEN=HIDDEN,
        HTTP_HEADERS=f"Authorization:{HIDDEN}",
        BATCH_MAX_BYTE="1",
    )
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("logship: ") for line in lines)
    assert HIDDEN not in done.stderr
    assert not (folder / "state").exists()


@pytest.mark.parametrize("flag", ["--http-bearer-token=x", "--http-url=x", "--nonsense"])
def test_an_unknown_flag_is_2(folder: Path, flag: str) -> None:
    """Secrets have no flag, and a sink that is not chosen has none."""
    done = logship(folder, "run", flag)
    assert done.returncode == 2
    assert "unrecognized arguments" in done.stderr


@pytest.mark.parametrize("sink", ["stdout", "file"])
def test_closed_standard_streams(folder: Path, sink: str) -> None:
    """No file of ours is taken for one of them; who wants to write to a closed stdout is told, on stderr or not."""
    command = f"exec {sys.executable} -m logship run --once <&- >&- 2>&-"
    environ = environment(folder, SINKS=sink, FILE_PATH=f"{folder}/out", FILE_COMPRESSION="none", FILE_MAX_SECONDS="1")
    done = subprocess.run(["sh", "-c", command], env=environ, check=False, timeout=60)
    assert done.returncode == (2 if sink == "stdout" else 0)
    written = [path.read_text() for path in (folder / "out").glob("*")]
    assert any('"n": 1' in text for text in written) == (sink == "file")
    assert (folder / "logs" / "a.log").read_text() == '{"n": 1}\n'


def test_a_closed_stdout_is_a_fault_of_its_sink(folder: Path) -> None:
    """Lines would go nowhere."""
    command = f"exec {sys.executable} -m logship run --once >&-"
    done = subprocess.run(["sh", "-c", command], env=environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == 'logship: LOGSHIP_SINKS: "stdout" has nowhere to write: standard output is closed\n'


def test_signals_that_end_other_programs_do_not_end_the_daemon(folder: Path) -> None:
    """SIGHUP has it look again; USR1 and USR2 mean nothing."""
    command = [sys.executable, "-m", "logship", "run"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])  # as the first line of `run` does
    try:
        daemon = subprocess.Popen(command, env=environment(folder), **pipes)  # type: ignore[call-overload]
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with daemon:
        daemon.send_signal(signal.SIGUSR1)  # in the middle of the start
        assert '"n": 1' in daemon.stdout.readline()
        for number in (signal.SIGUSR2, signal.SIGUSR1, signal.SIGHUP):
            daemon.send_signal(number)
        while "looking again" not in daemon.stderr.readline():
            assert daemon.poll() is None
        (folder / "logs" / "b.log").write_text('{"n": 2}\n')
        assert '"n": 2' in daemon.stdout.readline()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0


def test_a_kind_twice_has_two_stores_with_offsets_of_their_own(folder: Path) -> None:
    """Each with its own condition and dead letters; each goes on where it was."""
    (folder / "logs" / "a.log").write_text('{"level":"info"}\n{"level":"error"}\n')
    (folder / "all").mkdir()
    (folder / "audit").mkdir()
    settings = {
        "SINKS": "file,audit:file",
        "FILE_PATH": f"{folder}/all",
        "AUDIT_PATH": f"{folder}/audit",
        "AUDIT_WHEN": "level>=error",
    }
    for _ in range(2):
        done = logship(folder, "run", "--once", "--file-compression", "none", "--audit-compression=none", **settings)
        assert done.returncode == 0, done.stderr
    texts = {
        name: "".join(path.read_text() for path in sorted((folder / name).iterdir()) if path.is_file())
        for name in ("all", "audit")
    }
    assert [text.count('"level"') for text in texts.values()] == [2, 1]
    listed = logship(folder, "replay", "--list", "--sink", "audit", **settings)
    assert (listed.returncode, listed.stdout) == (0, "audit: no dead letters\n")
