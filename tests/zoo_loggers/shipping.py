"""A program's output, kept between runs, and what a real logship makes of it, seen through its sink ``otlp``."""

import hashlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from tests.e2e.harness import Logship
from tests.zoo.finding import alone
from tests.zoo_loggers.judging import Output, Record
from tests.zoo_loggers.logger import ZONE, Logger

PROGRAM_SECONDS = 90
PROGRAMS = Path(__file__).with_name("programs")


def written(logger: Logger, cache: Path, folder: Path) -> Output:
    """Run the program, unless that was done with the same one; ``OSError`` where it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder.with_suffix(".lock")):
        return _written(logger, cache, folder)


def _written(logger: Logger, cache: Path, folder: Path) -> Output:
    kept, key = folder / "output.json", _key(logger, cache)
    if kept.exists() and (found := msgspec.json.decode(kept.read_bytes(), type=tuple[str, Output]))[0] == key:
        return found[1]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {**os.environ, "TZ": ZONE if logger.zone else "UTC", "PYTHONUNBUFFERED": "1"}
    begun = time.time_ns()
    done = subprocess.run(
        logger.command(cache),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PROGRAM_SECONDS,
        check=False,
    )
    output = Output(done.stdout.decode(errors="replace"), begun, time.time_ns())
    (folder / "printed.txt").write_bytes(done.stdout)
    if done.returncode:
        raise OSError(f"the program ended with {done.returncode}: {output.text[-300:]}")
    kept.write_bytes(msgspec.json.encode((key, output)))
    return output


def _key(logger: Logger, cache: Path) -> str:
    """Name the program: its command and zone, and the bytes of what we wrote for its language."""
    digest = hashlib.sha256(repr((logger.command(cache), logger.zone)).encode())
    for path in sorted((PROGRAMS / logger.language).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def shipped(
    outputs: Mapping[str, Output], folder: Path, program: tuple[str, ...], settings: Mapping[str, str]
) -> dict[str, list[Record]]:
    """Have one ``logship run --once`` read each from a file of its own; ``OSError`` if that does not end well."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, output in outputs.items():
        log = folder / "logs" / name / f"{name}.log"
        log.parent.mkdir(parents=True)
        log.write_text(output.text)
        os.utime(log, ns=(output.mtime_ns, output.mtime_ns))
    with receiver() as (url, requests):
        sink = {"sinks": "otlp", "otlp_endpoint": url, "otlp_protocol": "http/json", "otlp_compression": "none"}
        paths = folder / "logs/*/*.log"
        daemon = Logship(folder / "daemon", program=program, once=True, paths=paths, **sink, **settings)
        try:
            code = daemon.start(ready=False).exit_code()
        finally:
            daemon.close()
    if code:
        raise OSError(f"logship ended with {code}: {daemon.stderr.read_text()[-300:]}")
    found: dict[str, list[Record]] = {name: [] for name in outputs}
    for request in requests:
        for name, record in _records(request):
            found[name.removesuffix(".log")].append(record)
    return found


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """Take OTLP requests on loopback and keep their bodies."""
    requests: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        server.server_close()


def _records(request: bytes) -> Iterator[tuple[str, Record]]:
    for resource in msgspec.json.decode(request)["resourceLogs"]:
        for scope in resource["scopeLogs"]:
            for each in scope["logRecords"]:
                body = each.get("body", {}).get("stringValue", "")
                time_ns = int(each.get("timeUnixNano", 0))
                names = [a["value"]["stringValue"] for a in each["attributes"] if a["key"] == "log.file.name"]
                yield names[0], Record(time_ns, each.get("severityNumber", 0), body, each.get("traceId", ""))
