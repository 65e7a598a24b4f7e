"""The otlp sink with a real receiver, rotel, which prints what it understood."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.processes import free_port
from tests.e2e.arrivals import assert_all_arrived, line, pad_of
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import wait_until

pytestmark = pytest.mark.e2e

LINES = 300
TRACE = "5b8efff798038103d269b633813fc60c"
SPAN = "eee19b7ec3c1b174"
_RECORD = re.compile(rb"^LogRecord #\d+\n(.*?)^Flags:", re.MULTILINE | re.DOTALL)
# The wheel's program is linked to the library of the Python that it is made for.
_ENVIRON = {**os.environ, "LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR") or ""}


class Rotel(NamedTuple):
    """A running receiver."""

    url: str
    printed: Path

    def text(self) -> str:
        """Give what it printed."""
        return self.printed.read_text()

    def records(self) -> list[str]:
        """Give the text of each whole record that it printed."""
        return [found.decode() for found in _RECORD.findall(self.printed.read_bytes())]


def _program() -> str:
    """Find the program; without it the test is skipped, but fails in CI."""
    spec = find_spec("rotel")
    program = str(Path(spec.origin).with_name("rotel-agent")) if spec and spec.origin else ""
    if not program or subprocess.run([program, "--version"], capture_output=True, env=_ENVIRON, check=False).returncode:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("rotel can't be run: its wheel or the shared library of this Python is missing")
    return program


@pytest.fixture
def rotel(tmp_path: Path) -> Iterator[Rotel]:
    """Start a receiver."""
    program, port, printed = _program(), free_port(), tmp_path / "rotel.txt"
    addresses = ("--otlp-http-endpoint", f"127.0.0.1:{port}", "--otlp-grpc-endpoint", f"127.0.0.1:{free_port()}")
    show = ("--exporter", "blackhole", "--debug-log", "logs", "--debug-log-verbosity", "detailed")
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [program, "start", *addresses, *show], stdout=output, stderr=subprocess.STDOUT, env=_ENVIRON
        )
    try:
        wait_until(lambda: b"Starting Rotel" in printed.read_bytes(), "rotel has started")
        yield Rotel(f"http://127.0.0.1:{port}", printed)
    finally:
        process.kill()
        process.wait(timeout=10)


def _numbers(records: list[str], name: str) -> list[dict[str, object]]:
    bodies = (re.search(rf'Body: Str\({{"writer":"{name}","seq":(\d+),"pad":"([^"]*)"}}\)', text) for text in records)
    return [{"writer": name, "seq": int(found[1]), "pad": found[2]} for found in bodies if found]


@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_a_real_receiver_understands_all_of_it(
    rotel: Rotel, new_logship: StartLogship, logs: Path, write: StartWriter, protocol: str, compression: str
) -> None:
    """Each line once, with the pod as its resource, its severity, trace and span."""
    (logs / "first.log").write_text(
        f'{{"time":"2026-11-22T10:00:00.5Z","level":"error","trace_id":"{TRACE}","span_id":"{SPAN}"}}\nplain é text\n'
    )
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="otlp",
        otlp_endpoint=rotel.url,
        otlp_protocol=protocol,
        otlp_compression=compression,
        pod_name="agent-1",
        service_name="agent",
        fields='{"n": 7}',
    ).start()
    write("rotating", logs / "app.log", LINES, bytes=LINES * len(line("app", 0)) // 2).finish()
    wait_until(lambda: len(rotel.records()) >= LINES + 2, "every record is printed")
    daemon.check_conservation()
    assert daemon.terminate() == 0
    records = rotel.records()
    assert_all_arrived(_numbers(records, "app"), {"app": LINES})
    assert len(records) == LINES + 2
    [error] = [text for text in records if "SEVERITY_NUMBER_ERROR(17)" in text]
    for each in ("Timestamp: 1795341600500000000", "SeverityText: error", f": {TRACE}", f": {SPAN}", "Str(first.log)"):
        assert each in error
    [text] = [text for text in records if "Body: Str(plain é text)" in text]
    assert re.search(r"log\.record\.uid: Str\([\w-]{22}-\d+\)", text)
    assert "k8s.pod.name: Str(agent-1)" in rotel.text()
    assert "service.name: Str(agent)" in rotel.text()
    assert "n: Int(7)" in rotel.text()


def test_a_wrong_path_keeps_the_data(rotel: Rotel, new_logship: StartLogship, logs: Path) -> None:
    """A receiver that knows no such path is a wrong setting: once it is mended, the line arrives."""
    (logs / "app.log").write_bytes(line("app", 0))
    daemon = new_logship(paths=f"{logs}/*.log", sinks="otlp", otlp_endpoint=rotel.url + "/nowhere")
    daemon.start(shutdown_timeout_seconds=1)
    wait_until(lambda: daemon.messages("a setting or credential is wrong"), "the fault is told")
    assert daemon.metrics().totals("otlp")["in_flight"][0] == 1
    assert daemon.terminate() == 3
    daemon.start(otlp_endpoint=rotel.url)
    wait_until(lambda: _numbers(rotel.records(), "app"), "the line")
    assert _numbers(rotel.records(), "app") == [{"writer": "app", "seq": 0, "pad": pad_of("app", 0)}]
