import copy
import io
import json
import os
import pty
import re
import select
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from fcntl import ioctl
from typing import Any

import pytest
from rich.console import Console

from logship.commands.frame import frame, span
from logship.commands.watching import SPAN, Watched
from logship.daemon.status import FileStatus
from tests.e2e.page.statuses import STARTED_AT, sink, status
from tests.status_server import StatusServer

HOSTILE = "[red]\x1b[2J\u202ex\nA</b>.log"
NOW = STARTED_AT + 100


def screen(watched: Watched, width: int = 80, height: int | None = 24, **more: Any) -> str:
    """Give a frame as a terminal of that size has it."""
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(frame(watched, console, height=height, now=NOW, **more))
    return console.export_text()


def watching(*statuses: dict[str, Any]) -> Watched:
    """Take a look each 2 seconds."""
    watched = Watched()
    for at, each in enumerate(statuses):
        watched.add(1000.0 + 2 * at, json.loads(json.dumps(each)))
    return watched


def growing(count: int = 4) -> list[dict[str, Any]]:
    """Make looks at a daemon that reads 150 lines a second and delivers 100."""
    looks = range(count)
    return [status(sink(records=1000 + 200 * at), uptime=100 + 2 * at, lines=1010 + 300 * at) for at in looks]


def test_it_shows_what_the_page_shows() -> None:
    """Rates, latency, curves, files; nothing that needs attention is said, too."""
    shown = screen(watching(*growing()))
    assert "logship 1.2.3 agent-5d8c, up 106 s, ready, 40.0 MB of 64.0 MB, 1.0 % CPU" in shown
    assert "nothing needs attention" in shown
    assert "elasticsearch  ok for 100 s  100/s 10.0 kB/s  p50 0.5 s p99 0.99 s" in shown
    assert "es.logs:9200  oldest 0 s  in flight 10  retries 0" in shown
    assert re.search(r"lines in  +█ 150/s, most 150/s", shown)
    assert re.search(r"lines out  +█ 100/s, most 100/s", shown)
    assert re.search(r"/var/log/agent/app\.log +5\.0 kB +4\.0 kB +1\.0 kB +0 s", shown)


def test_what_needs_attention_comes_first_with_what_to_do() -> None:
    """And since when."""
    bad = sink(state="retrying", last_error="http_401", last_error_at=NOW - 10)
    shown = screen(watching(status(bad, without_level=3)), 120)
    lines = shown.splitlines()
    what = "problem: elasticsearch (es.logs:9200): delivery fails and is tried again: http_401. (for 100 s)"
    assert lines[1].rstrip() == what
    assert lines[2].startswith("  The credentials are refused")
    assert "retrying for 100 s" in shown
    assert "last error http_401 10 s ago" in shown


def test_what_was_redacted_is_a_line() -> None:
    """Where redaction is on, also before it has found anything."""
    redactions: dict[str, Any] = {"redactions": {"email": 3, "field": 0}, "redacted_records": 2, "redaction_stubs": 0}
    assert "redaction: 3 values of 2 records (email 3)" in screen(watching(status(**redactions)))
    redactions["redactions"] = {"email": 0}
    assert "redaction: nothing was taken out yet" in screen(watching(status(**redactions)))
    assert "redaction" not in screen(watching(status()))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (200, 60), (20, 5)])
def test_it_fits_the_window(width: int, height: int) -> None:
    """However many files, sinks and problems there are, and however long their names."""
    files = [FileStatus(f"/var/log/{'long/' * 40}{at}.log", at, {"s": 0}) for at in range(100)]
    sinks = [sink("s" * 100, "retrying", last_error="e" * 200), sink("b"), sink("c")]
    shown = screen(watching(status(*sinks, files=files, problems=["p" * 300] * 20)), width, height)
    lines = shown.rstrip("\n").split("\n")
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert lines[-1].strip() == "q leaves"
    if height >= 24:
        assert "that lag most" in shown
        assert "99.log" in shown
        assert "and more: a larger window" in shown


def test_hostile_names_are_text() -> None:
    """No escape reaches the terminal, nothing is markup, a name adds no line."""
    bad = sink(HOSTILE, "retrying", last_error=HOSTILE, last_refusal=HOSTILE, where=HOSTILE)
    files = [FileStatus(HOSTILE, 5, {"s": 0}, deleted=True, unterminated=5)]
    shown = screen(watching(status(bad, files=files, problems=[HOSTILE], host=HOSTILE, cause=HOSTILE)), 200, None)
    assert "[red]\\x1b[2J\\u202ex\\nA</b>.log" in shown
    assert not re.search("[\x1b\u202e]", shown)
    assert "held, 5 bytes no newline" in shown


@pytest.mark.parametrize("value", ["absent", None, "text", -1, [], {}, [None], [["x"]]], ids=repr)
def test_a_status_that_lacks_something_is_shown_all_the_same(value: Any) -> None:
    """An older or a newer daemon."""
    whole = json.loads(json.dumps(status(sink(state="retrying"), problems=["x"])))
    inner = [(kind, 0, name) for kind in ("sinks", "files") for name in whole[kind][0]]
    for path in [*((name,) for name in whole), *inner]:
        made = copy.deepcopy(whole)
        place = made
        for step in path[:-1]:
            place = place[step]
        place.pop(path[-1])
        if value != "absent":
            place[path[-1]] = value
        assert "q leaves" in screen(watching(made, made)), path


def test_curves_reach_15_minutes_back() -> None:
    """The largest value of each part; what nobody looked at is empty; a daemon that began again begins anew."""
    watched = Watched()
    for at in (0.0, 100.0, SPAN, SPAN + 50):
        watched.add(at, {"started_at": "a", "uptime_seconds": at, "lag": at})
    assert len(watched.moments) == 3
    assert watched.curve(lambda each: float(each["lag"]), 9) == [100.0, *[None] * 7, SPAN + 50]
    watched.add(SPAN + 60, {"started_at": "b", "uptime_seconds": 1.0})
    assert len(watched.moments) == 1
    assert watched.rate(lambda each: float(each["uptime_seconds"])) is None


def test_latency_is_the_last_minutes() -> None:
    """What was slow an hour ago is not what is slow now; where nothing came since, it is that of all."""

    def look(uptime: float, *counts: int) -> dict[str, Any]:
        buckets = [[bound, count] for bound, count in zip((0.1, 1.0, None), counts, strict=True)]
        return {"started_at": "a", "uptime_seconds": uptime, "sinks": [{"name": "s", "latency_buckets": buckets}]}

    watched = Watched()
    watched.add(0, look(0, 0, 100, 100))
    assert watched.latency("s") == pytest.approx((0.55, 0.991))
    watched.add(60, look(60, 100, 200, 200))
    assert watched.latency("s") == pytest.approx((0.05, 0.099))
    watched.add(130, look(130, 100, 200, 200))
    assert watched.latency("s") == pytest.approx((0.1, 0.982))
    assert watched.latency("other") == (None, None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "-"),
        (0.0123, "0.012 s"),
        (9.94, "9.9 s"),
        (75, "75 s"),
        (300, "5 min"),
        (10_000, "3 h"),
        (1e6, "12 days"),
    ],
)
def test_a_time_is_said_as_people_do(seconds: float | None, words: str) -> None:
    """Two digits are enough."""
    assert span(seconds) == words


# -- the command itself -----------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[StatusServer]:
    """Give a server that answers with a status."""
    with StatusServer(status(sink())) as made:
        yield made


def command(listen: str) -> list[str]:
    """Give the words that start it."""
    return [sys.executable, "-m", "logship", "top", "--listen", listen]


def test_without_a_terminal_it_is_one_plain_frame(server: StatusServer) -> None:
    """And a word about that, apart from it."""
    done = subprocess.run(command(server.listen), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("logship: no terminal that can be redrawn: one look, and no more")
    assert "nothing needs attention" in done.stdout
    assert "/var/log/agent/app.log" in done.stdout
    assert "\x1b" not in done.stdout
    assert "q leaves" not in done.stdout


def test_where_nobody_answers_it_says_where_it_looked() -> None:
    """And is over."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        listen = f"127.0.0.1:{closed.getsockname()[1]}"
    done = subprocess.run(command(listen), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"logship: nobody answers at {listen}: Connection refused\n"


@pytest.mark.parametrize("body", [b"hello", b"[]", b'{"version": 1}', b"\xff"])
def test_another_program_on_that_port_is_no_logship(server: StatusServer, body: bytes) -> None:
    """Whatever it says."""
    server.body = body
    done = subprocess.run(command(server.listen), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"logship: what answers at {server.listen} is not logship")
    assert done.stderr.count("\n") == 1


class Terminal:
    """A real pseudo terminal of 80 x 24 with the command in it, as ``kubectl exec -it`` gives one."""

    def __init__(self, words: list[str]) -> None:
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(slave)
        environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        words = ["setsid", "--ctty", *words]  # a controlling terminal: else Ctrl-C is a key like others
        self.process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=environ)
        self.slave = slave
        self.output = b""

    def until(self, words: str, seconds: float = 30.0) -> str:
        """Read until it has written the words; gives what came since the last call."""
        start, deadline = len(self.output), time.monotonic() + seconds
        while words not in self.output[start:].decode(errors="replace"):
            assert time.monotonic() < deadline, f"not in {seconds} s: {words}\n{self.output[-3000:]!r}"
            if select.select([self._master], [], [], 0.1)[0]:
                self.output += os.read(self._master, 65536)
        return self.output[start:].decode(errors="replace")

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self.slave)


@pytest.fixture
def terminal(server: StatusServer) -> Iterator[Terminal]:
    """Give a terminal that shows the first frame."""
    made = Terminal(command(server.listen))
    yield made
    made.close()


@pytest.mark.parametrize("key", [b"q", b"\x03"], ids=["q", "ctrl-c"])
def test_it_leaves_the_terminal_as_it_was(terminal: Terminal, key: bytes) -> None:
    """From a screen of its own, where nobody's scrolled lines are lost; keys are seen again."""
    terminal.until("q leaves")
    assert b"\x1b[?1049h" in terminal.output
    terminal.press(key)
    terminal.until("\x1b[?1049l")
    assert terminal.process.wait(timeout=10) == 0
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_it_is_redrawn_and_tells_when_the_daemon_goes(terminal: Terminal, server: StatusServer) -> None:
    """And when it is back; other keys do nothing."""
    terminal.until("nothing needs attention")
    server.show(status(sink(state="retrying", last_error="http_503"), uptime=200))
    terminal.until("delivery fails")
    terminal.press(b"xyz\n")
    server.close()
    terminal.until("nobody answers at")
    terminal.until("/var/log/agent/app.log")
    server.show(status(sink(), uptime=300))
    server.open()
    terminal.until("nothing needs attention")
    assert terminal.process.poll() is None
    terminal.process.terminate()
    terminal.until("\x1b[?1049l")
    assert terminal.process.wait(timeout=10) == 143
    assert termios.tcgetattr(terminal.slave) == terminal.before
