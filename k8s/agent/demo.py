# ruff: noqa: INP001 - a script that is run by itself
"""``make demo-agent``: the demo agent and logship, without Kubernetes; one request is followed through both.

Ends by Ctrl-C or after ``--seconds``; 0 if the record of every request arrived.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx

AGENT: Final = Path(__file__).with_name("app.py")
START_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.2
QUESTIONS: Final = ("What is a sidecar?", "Where do my logs go?", "Please fail", "How long is a piece of string?")
_SHOWN: Final = ("@timestamp", "level", "message", "request_id", "latency_ms", "status", "trace_id", "log.file.name")


def say(text: str) -> None:
    """Tell the user what happens."""
    sys.stdout.write(f"# {text}\n")
    sys.stdout.flush()


def free_port() -> int:
    """Give a port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Shipped:
    """What logship printed so far; a thread reads it."""

    def __init__(self, daemon: "subprocess.Popen[str]") -> None:
        self.records: dict[str, dict[str, Any]] = {}
        """The record with which each request ended, by its id."""
        self._reader = threading.Thread(target=self._read, args=(daemon,))
        self._reader.start()

    def _read(self, daemon: "subprocess.Popen[str]") -> None:
        for line in daemon.stdout or ():
            record = json.loads(line)
            if "latency_ms" in record:
                self.records[record["request_id"]] = record

    def wait_for(self, request_id: str) -> dict[str, Any] | None:
        """Give a request's record as soon as it has arrived; None if it does not."""
        end = time.monotonic() + START_SECONDS
        while request_id not in self.records and time.monotonic() < end:
            time.sleep(0.02)
        return self.records.get(request_id)

    def join(self) -> None:
        """Return when all that was printed is read."""
        self._reader.join()


@contextlib.contextmanager
def running(command: list[str], environ: Mapping[str, str], **options: Any) -> Iterator["subprocess.Popen[str]"]:  # noqa: ANN401 - Popen's own
    """Run a program in a session of its own, which Ctrl-C does not reach, until the block ends; then SIGTERM."""
    program = subprocess.Popen(  # noqa: S603 - our own commands
        command, env={**os.environ, **environ}, text=True, start_new_session=True, **options
    )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait()


def wait_until_it_answers(url: str, program: "subprocess.Popen[str]") -> None:
    """Return when a page answers with 200."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and program.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url).is_success:
                return
        time.sleep(0.05)
    message = f"{url} does not answer"
    raise SystemExit(message)


def trace_one(url: str, shipped: Shipped) -> None:
    """Ask one question as a traced caller would, and find its record."""
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    answer = httpx.post(f"{url}/ask", json={"question": "Where is my request?"}, headers=headers)
    request_id = answer.headers["X-Request-ID"]
    say(f"POST /ask with traceparent {headers['traceparent']}")
    say(f"answered {answer.status_code}, X-Request-ID: {request_id}")
    record = shipped.wait_for(request_id) or {}
    say(f"found in what logship shipped: {json.dumps({name: record.get(name) for name in _SHOWN}, indent=2)}")
    say("the same trace id" if record.get("trace_id") == trace_id else "NOT the same trace id")


def ask_for(seconds: float, url: str, shipped: Shipped) -> list[str]:
    """Trace one request, then go on asking; gives the ids of all that came after."""
    asked: list[str] = []
    end = time.monotonic() + seconds
    try:
        trace_one(url, shipped)
        while time.monotonic() < end:
            question = QUESTIONS[len(asked) % len(QUESTIONS)]
            asked.append(httpx.post(f"{url}/ask", json={"question": question}).headers["X-Request-ID"])
            time.sleep(PAUSE_SECONDS)
        say("time is up: the agent stops first, then the shipper drains, as in a pod")
    except KeyboardInterrupt:
        say("stopped by you: the agent stops first, then the shipper drains, as in a pod")
    return asked


def run(folder: Path, seconds: float) -> int:
    """Show it."""
    logs = folder / "logs"
    logs.mkdir()
    ports = {name: free_port() for name in ("agent", "metrics", "logship")}
    shipping = {
        "LOGSHIP_PATHS": f"{logs}/*.log",
        "LOGSHIP_STATE_DIR": f"{folder}/state",
        "LOGSHIP_LISTEN": f"127.0.0.1:{ports['logship']}",
        "LOGSHIP_SERVICE_NAME": "agent",
        "LOGSHIP_LOG_LEVEL": "warning",
    }
    serving = {
        "LOG_DIR": str(logs),
        "LOG_MAX_BYTES": "16000",  # small: so that files are rotated while you watch
        "HOST": "127.0.0.1",
        "PORT": str(ports["agent"]),
        "METRICS_PORT": str(ports["metrics"]),
    }
    with running([sys.executable, "-m", "logship", "run"], shipping, stdout=subprocess.PIPE) as daemon:
        shipped = Shipped(daemon)
        wait_until_it_answers(f"http://127.0.0.1:{ports['logship']}/startupz", daemon)
        with running([sys.executable, str(AGENT)], serving) as agent:
            url = f"http://127.0.0.1:{ports['agent']}"
            wait_until_it_answers(f"{url}/healthz", agent)
            say(f"the agent listens on {url}, its metrics on port {ports['metrics']}, logship on {ports['logship']}")
            asked = ask_for(seconds, url, shipped)
    shipped.join()
    missing = [request_id for request_id in asked if request_id not in shipped.records]
    say(f"asked {len(asked) + 1}, records of {len(missing)} missing; the shipper's exit code was {daemon.returncode}")
    return 1 if missing or daemon.returncode else 0


def main() -> int:
    """Read the flags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long questions are asked (default: 10)")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="logship-agent-") as folder:
        return run(Path(folder), parsed.seconds)


if __name__ == "__main__":
    sys.exit(main())
