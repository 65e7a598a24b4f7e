"""The daemon's own server among enemies: nobody keeps the probes out, nothing of a log or a secret is shown."""

import contextlib
import http.client
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.daemon import server
from tests.e2e.arrivals import assert_all_arrived
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver
from tests.e2e.stores import peak_bytes

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CROWD = """
import contextlib, itertools, resource, socket, sys, time
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
port, most = int(sys.argv[1]), 3000
kinds = [
    b"",
    b"GET /li",
    b"GET /livez HTTP/1.1\\r\\nX: " + b"x" * 100_000,
    b"GET /metrics HTTP/1.1\\r\\n\\r\\n",  # and never read
    b"POST /livez HTTP/1.1\\r\\nContent-Length: 9\\r\\n\\r\\n",
    b"GET /../../etc/passwd HTTP/1.1\\r\\n\\r\\n",
    b"\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xfc\\x03\\x03",
    b"GET " + b"/" * 8000,
]
held = []
for number in itertools.count():
    connection = socket.socket()
    connection.setblocking(False)
    with contextlib.suppress(OSError):
        connection.connect(("127.0.0.1", port))
    held.append(connection)
    if len(held) > 8:
        with contextlib.suppress(OSError):
            held[-8].send(kinds[number % len(kinds)])
    if len(held) > most:
        held.pop(0).close()
    if number == most:
        print("crowded", flush=True)
    if number >= most:  # those that were ended come again
        time.sleep(0.005)
"""


@contextlib.contextmanager
def crowd(port: int) -> Iterator[None]:
    """Have a process make thousands of connections at once, and go on with 200 a second while the block runs."""
    with subprocess.Popen([sys.executable, "-c", CROWD, str(port)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "crowded\n"
            yield
            assert process.poll() is None
        finally:
            process.kill()


def descriptors(pid: int) -> int:
    """Count what it has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.parametrize("few", [False, True], ids=["plenty", "64 descriptors"])
def test_a_crowd_keeps_nobody_out(
    new_logship: StartLogship, receiver: Receiver, logs: Path, write: StartWriter, *, few: bool
) -> None:
    """Thousands of connections, idle, half-open, with huge heads, of those who read nothing.

    Probes are answered all the while, lines arrive, state is saved, memory and descriptors stay bounded.
    """
    if few and not shutil.which("prlimit"):
        pytest.skip("needs prlimit")
    daemon = new_logship(
        prefix=("prlimit", "--nofile=64:64") if few else (),
        paths=f"{logs}/*.log",
        sinks="http",
        http_url=receiver.url,
    ).start()
    saves = daemon.metrics().total("logship_checkpoint_saves_total", outcome="saved")
    with crowd(daemon.port):
        writer = write("rotating", logs / "app.log", 3000, rate=1000)
        answers = [daemon.probe(name) for _ in range(20) for name in ("livez", "readyz", "startupz")]
        assert answers == [200] * 60
        assert descriptors(daemon.pid) < (65 if few else 100)
        writer.finish()
        receiver.wait_for_records(writer.end)
        saved = daemon.metrics().total("logship_checkpoint_saves_total", outcome="saved")
        assert saved > saves
    assert peak_bytes(daemon.pid) < 64 << 20, f"{peak_bytes(daemon.pid) >> 20} MiB"
    daemon.check_conservation()
    assert_all_arrived(receiver.records(), {"app": writer.end})
    wait_until(lambda: descriptors(daemon.pid) < 40, "the connections have gone")


# -- what is shown ----------------------------------------------------------------------------------------------------

SECRET, CONTENT, URL_PASSWORD = "planted-Secret-7f3a", "planted-Content-91bc", "planted-Password-55d0"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")


def ask(daemon: Logship, method: str, path: str) -> tuple[int, str]:
    """Give status, and headers and body as one text."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, f"{answer.headers}{answer.read().decode()}"


def refusal(kind: str) -> str:
    """Give what a store says of a bulk request: the error quotes the record, in every place that there is."""
    error = {
        "type": "mapper_parsing_exception",
        "reason": f"failed to parse field [{kind}] preview of field's value: '{CONTENT}'",
        "caused_by": {"type": "illegal_argument_exception", "reason": f'For input string: "{CONTENT}"'},
    }
    return json.dumps({"errors": True, "items": [{"create": {"status": 400, "error": error}}]})


ANSWERS = [
    Answer(body=refusal("a")),
    Answer(status=400, body=f"{CONTENT} {SECRET}"),
    Answer(status=401, body=f"unknown key {SECRET} for {CONTENT}"),
    Answer(status=500, body=f"{CONTENT} {SECRET}", headers={"X-Echo": f"{CONTENT} {SECRET}"}),
    Answer(status=302, headers={"Location": f"http://elsewhere.invalid/{SECRET}?{CONTENT}"}),
    Answer(body=f'{{"items":"{CONTENT}"'),
]


def test_neither_a_secret_nor_a_log_is_ever_shown(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """The store refuses records, quoting them and the credentials: no page, message or command has a word of it."""
    secret = tmp_path / "key"
    secret.write_text(f"{SECRET}\n")
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="elasticsearch,http",
        elasticsearch_url=receiver.url.replace("/logs", ""),
        elasticsearch_api_key_file=secret,
        http_url=receiver.url,
        http_username="planted",
        http_password=URL_PASSWORD,
        log_level="debug",
        retry_initial_seconds=0.05,
        retry_max_seconds=0.1,
    ).start()
    for number, answer in enumerate(ANSWERS):
        receiver.script(then=answer)
        before = receiver.counts().requests
        with (logs / "app.log").open("a") as file:
            file.write(f'{{"{CONTENT}":"{CONTENT}","n":{number}}}\n{CONTENT} text {{"\n\xff{CONTENT}\n')
        receiver.wait_for(lambda counts, before=before: counts.requests > before + 4)  # type: ignore[misc]
        assert_clean(daemon, "GET")
    assert_clean(daemon, *METHODS)
    assert daemon.messages("put aside") + daemon.messages("refuses everything")
    assert daemon.messages("setting or credential")
    assert any(SECRET in str(request.headers) for request in receiver.requests())
    assert CONTENT in receiver.capture.read_text(errors="replace")
    daemon.kill()
    assert_hidden(daemon.stderr.read_text())


def assert_clean(daemon: Logship, *methods: str) -> None:
    """Ask for every page in every way, and for what is no page."""
    for path in (*server._ROUTES, "/nothing", f"/{CONTENT[:7]}", "/status?pretty", "//status", "/metrics/"):
        for method in methods:
            status, text = ask(daemon, method, path)
            assert status in ({200, 404, 503} if method in ("GET", "HEAD") else {404, 405})
            assert_hidden(text)
    for command in ("status", "top"):
        words = (sys.executable, "-m", "logship", command, "--listen", f"127.0.0.1:{daemon.port}")
        shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        assert_hidden(shown.stdout + shown.stderr)
    assert_hidden(daemon.stderr.read_text())


def assert_hidden(text: str) -> None:
    """Look for what was planted."""
    assert [planted for planted in (SECRET, CONTENT, URL_PASSWORD) if planted in text] == []
