"""The commands as people and kubelets type them: what they print, where, and their exit codes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.processes import free_port
from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = pytest.mark.e2e

HIDDEN = "hunter2-sEcReT"
Done = subprocess.CompletedProcess[str]
Command = Callable[..., Done]


@pytest.fixture
def command(tmp_path: Path, logs: Path) -> Command:
    """Run ``logship`` to its end, with settings as keyword arguments; else it tails ``logs`` and serves nothing."""

    def run(*words: str, **settings: object) -> Done:
        own = {"paths": f"{logs}/*.log", "state_dir": tmp_path / "state", "listen": "", **settings}
        environ = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
        environ |= {f"LOGSHIP_{name.upper()}": str(value) for name, value in own.items()}
        words = (sys.executable, "-m", "logship", *words)
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=False, timeout=60)

    return run


def findings(done: Done) -> list[dict[str, Any]]:
    """Read what ``check --json`` printed."""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def bad(done: Done) -> list[str]:
    """Give the subjects of what stands in the way."""
    return [each["subject"] for each in findings(done) if not each["good"]]


# -- help and settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["run", "check", "probe", "status", "settings", "replay", "demo"])
def test_every_command_explains_itself(command: Command, name: str) -> None:
    """On stdout, with exit 0; the overview names it."""
    done = command(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: logship {name}")
    assert f"  {name} " in command("--help").stdout


def test_settings_are_listed_with_what_they_mean(command: Command) -> None:
    """A line each where there is room, the schema as JSON, and never a value."""
    listed = command("settings", http_bearer_token=HIDDEN)
    schema = command("settings", "--json", http_bearer_token=HIDDEN)
    assert (listed.returncode, schema.returncode) == (0, 0)
    names = set(json.loads(schema.stdout)["properties"])
    assert {"LOGSHIP_PATHS", "LOGSHIP_HTTP_BEARER_TOKEN", "LOGSHIP_ELASTICSEARCH_URL"} <= names
    assert names <= set(listed.stdout.split())
    assert HIDDEN not in listed.stdout + schema.stdout


def test_every_fault_of_the_settings_is_told_at_once(command: Command, tmp_path: Path) -> None:
    """Exit 2, one line each on stderr, with the nearest name; nothing is shipped and no state is made."""
    wrong = {"pahts": "/x", "sinks": "htttp", "poll_seconds": "often", "batch_max_bytes": "-1", "read_from": "middle"}
    done = command("run", **wrong)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) == len(wrong)
    assert any("LOGSHIP_PAHTS" in each and "did you mean LOGSHIP_PATHS?" in each for each in lines)
    assert any("LOGSHIP_SINKS" in each and "did you mean http?" in each for each in lines)
    assert not (tmp_path / "state").exists()


def test_names_that_kubernetes_makes_for_a_service_pass(command: Command, logs: Path) -> None:
    """A Service called logship puts them into every pod of the namespace."""
    (logs / "a.log").write_bytes(line("w", 0))
    links = {
        "port": "tcp://10.0.0.1:8687",
        "port_8687_tcp": "tcp://10.0.0.1:8687",
        "port_8687_tcp_addr": "10.0.0.1",
        "port_8687_tcp_port": "8687",
        "port_8687_tcp_proto": "tcp",
        "service_host": "10.0.0.1",
        "service_port": "8687",
        "service_port_http": "8687",
    }
    done = command("run", "--once", **links)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stderr


# -- check ------------------------------------------------------------------------------------------------------------


def test_check_says_that_all_is_well_and_delivers_a_test_record(
    command: Command, logs: Path, receiver: Receiver
) -> None:
    """Exit 0; only ``--send`` delivers anything, and it is no line of the log."""
    (logs / "a.log").write_bytes(line("w", 0))
    done = command("check", sinks="http", http_url=receiver.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(each.startswith("ok ") for each in done.stdout.splitlines())
    assert receiver.counts().records == 0
    assert command("check", "--send", sinks="http", http_url=receiver.url).returncode == 0
    assert [record["message"] for record in receiver.records()] == ["logship check"]


def test_check_names_each_fault(command: Command, logs: Path, tmp_path: Path) -> None:
    """Settings are exit 2; what stands in the way of a valid configuration is exit 1, each with its subject."""
    assert command("check", batch_timeout_second="1").returncode == 2
    os.mkfifo(logs / "fifo.log")
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        here = f"127.0.0.1:{taken.getsockname()[1]}"
        done = command("check", "--json", listen=here, sinks="http", http_url=f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert bad(done) == ["files", "listen", "http: connection"]
    done = command("check", "--json", state_dir=tmp_path / "file" / "state", sinks="http", http_url="http://x.invalid")
    assert (done.returncode, bad(done)) == (1, ["files", "state", "http: DNS"])


@pytest.mark.parametrize(
    ("status", "what"),
    [(401, "credentials"), (404, "path"), (413, "too large"), (500, "the store failed"), (302, "redirects")],
)
def test_check_says_what_a_servers_no_means(command: Command, receiver: Receiver, status: int, what: str) -> None:
    """By ``--send``, since only a real delivery shows it; of its text, quoted credentials are not."""
    receiver.script(then=Answer(status=status, body=f"no luck with {HIDDEN}"))
    done = command("check", "--send", "--json", sinks="http", http_url=receiver.url, http_bearer_token=HIDDEN)
    assert (done.returncode, bad(done)) == (1, ["http: delivery"])
    assert what in findings(done)[-1]["message"]
    assert "no luck with" in findings(done)[-1]["message"]
    assert HIDDEN not in done.stdout + done.stderr


# -- run --------------------------------------------------------------------------------------------------------------


def test_once_ships_what_is_there(command: Command, new_logship: StartLogship, logs: Path, receiver: Receiver) -> None:
    """It waits for a sink that is down; SIGTERM bounds that: exit 3 at the deadline, and the next run goes on."""
    (logs / "a.log").write_bytes(b"".join(line("w", number) for number in range(100)))
    receiver.down()
    http = {"paths": f"{logs}/*.log", "sinks": "http", "http_url": receiver.url, "shutdown_timeout_seconds": 1}
    first = new_logship(once=True, **http)
    first.start(ready=False)
    wait_until(lambda: first.stderr.exists() and first.messages("delivery failed"), "it has tried")
    assert first.terminate() == 3
    receiver.up()
    done = command("run", "--once", **http, state_dir=first.state)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert_all_arrived(receiver.records(), {"w": 100})
    assert command("run", "--once", **http, state_dir=first.state).returncode == 0
    assert receiver.counts().records == 100


def test_a_port_in_use_is_named(command: Command) -> None:
    """Exit 1: the configuration may be right, and the other program wrong."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("run", listen=f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_secret_is_ever_shown(new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path) -> None:
    """From a file, sent to the server, refused by it, taken in the end: on no page, in no message, in no file."""
    secret = tmp_path / "token"
    secret.write_text(HIDDEN + "\n")
    receiver.script(Answer(status=401, body=HIDDEN), Answer(status=500, body=HIDDEN))
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="http",
        http_url=receiver.url,
        http_bearer_token_file=secret,
        log_level="debug",
        retry_initial_seconds=0.05,
    )
    (logs / "a.log").write_bytes(line("w", 0))
    daemon.start()
    receiver.wait_for_records(1)
    daemon.wait_idle()
    pages = [daemon.get(path)[1] for path in ("/status", "/metrics", "/readyz", "/livez", "/startupz", "/nothing")]
    commands = [Path(f"/proc/{daemon.pid}/{name}").read_text() for name in ("cmdline", "environ")]
    assert daemon.terminate() == 0
    kept = [path.read_text() for path in daemon.state.rglob("*") if path.is_file()]
    assert kept
    for text in (*pages, *commands, *kept, daemon.stderr.read_text()):
        assert HIDDEN not in text


# -- beside a running daemon ------------------------------------------------------------------------------------------


def ask(daemon: Logship, *words: str) -> Done:
    """Run a command that asks the daemon."""
    environ = {**os.environ, "LOGSHIP_LISTEN": f"127.0.0.1:{daemon.port}"}
    words = (sys.executable, "-m", "logship", *words)
    return subprocess.run(words, env=environ, capture_output=True, text=True, check=False, timeout=60)


def test_probes_and_status_tell_the_truth(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """0 while it serves, 1 once it has gone; a sink that is down makes nothing unready, and is named in the status."""
    receiver.down()
    (logs / "a.log").write_bytes(line("w", 0))
    logship.start()
    for name in ("live", "ready", "startup"):
        done = ask(logship, "probe", name)
        assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: logship.status()["sinks"][0]["last_error"], "the sink's trouble is seen")
    shown = ask(logship, "status")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "connection_refused" in shown.stdout
    assert "a.log" in shown.stdout
    assert json.loads(ask(logship, "status", "--json").stdout)["sinks"][0]["name"] == "http"
    receiver.up()
    receiver.wait_for_records(1)
    assert logship.terminate() == 0
    gone = [ask(logship, "probe", "live"), ask(logship, "status")]
    assert [each.returncode for each in gone] == [1, 1]
    assert all(each.stderr.startswith("logship: ") and "Traceback" not in each.stderr for each in gone)


def test_promtool_finds_no_fault_in_a_running_daemons_metrics(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """With traffic, after an error, so that every kind of series has a value."""
    promtool = shutil.which("promtool")
    if not promtool:
        assert os.environ.get("CI") != "true", "promtool is missing (Debian: prometheus)"
        pytest.skip("no promtool")
    receiver.script(Answer(status=503))
    (logs / "a.log").write_bytes(line("w", 0) + b"text\n\n\xff\n")
    logship.start()
    receiver.wait_for_records(3)
    logship.wait_idle()
    page = logship.get("/metrics")[1]
    assert "logship_sink_retries_total" in page
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_second_daemon_does_not_take_the_same_state(logship: Logship, command: Command, logs: Path) -> None:
    """Two that save to one folder would lose each other's offsets: the second leaves with a message."""
    (logs / "a.log").touch()
    logship.start()
    done = command("run", state_dir=logship.state)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(logship.state) in done.stderr


def test_the_demo_can_be_stopped(tmp_path: Path) -> None:
    """Ctrl-C, as a terminal sends it to the whole group: it drains, counts and leaves no folder behind."""
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    words = (sys.executable, "-m", "logship", "demo", "--seconds", "60")
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        assert demo.stdout
        for shown in demo.stdout:
            if '"seq"' in shown:
                break
        os.killpg(demo.pid, signal.SIGINT)
        rest = demo.stdout.read()
    assert "missing 0" in rest
    assert demo.returncode == 0
    assert list(tmp_path.iterdir()) == []
