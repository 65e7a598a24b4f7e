import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

PAGE = Path(__file__).parent.parent.parent / "docs" / "logging.md"
APPLICATION = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})
"""


def snippet(heading: str, logs: Path) -> str:
    """Give the code beneath a heading of the page, for another folder."""
    found = re.search(rf"## {heading}\n.*?```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return found[1].replace("/var/log/agent", str(logs))


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give the folder that is tailed."""
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def shipped(logs: Path) -> list[dict[str, Any]]:
    """Give the records that logship makes of what is there; it must have had nothing to complain of."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}
    environ |= {"LOGSHIP_PATHS": f"{logs}/*.log", "LOGSHIP_STATE_DIR": f"{logs.parent}/state", "LOGSHIP_LISTEN": ""}
    command = [sys.executable, "-m", "logship", "run", "--once", "--log-level", "warning"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("heading", ["logging", "structlog"])
def test_a_logger_of_the_page_writes_what_is_understood(logs: Path, heading: str) -> None:
    """Level, text, a field of its own, and its time as the event's; also an exception, on one line."""
    before = time.time()
    code = snippet(heading, logs)
    code += "\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.getLogger('shop').exception('failed')\n"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    paid, failed = shipped(logs)
    assert (paid["level"], paid["message"], paid["order"]) == ("info", "paid", 7)
    assert (failed["level"], failed["message"]) == ("error", "failed")
    assert "ZeroDivisionError" in failed["exception"]
    for record in (paid, failed):
        assert record["@timestamp"][:19] >= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(before))


def test_uvicorns_log_as_the_page_has_it(logs: Path) -> None:
    """Its own messages and its access log, as records with level and time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = APPLICATION + snippet("logging", logs) + snippet("uvicorn", logs).replace("8000", str(port))
    with subprocess.Popen([sys.executable, "-c", code]) as server:
        try:
            assert answer(port) == b"hello"
        finally:
            server.send_signal(signal.SIGTERM)
    records = shipped(logs)
    access = [record for record in records if record.get("logger") == "uvicorn.access"]
    assert ["GET / HTTP/1.1" in record["message"] for record in access] == [True]
    assert any("Uvicorn running" in record["message"] for record in records)
    assert all(record["level"] == "info" and record["@timestamp"] for record in records)


def answer(port: int) -> bytes:
    """Ask until somebody answers."""
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
                body: bytes = response.read()
                return body
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)
