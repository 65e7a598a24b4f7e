"""How logship and its peers are started on a job, each with its best settings."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
FIELDS = {
    "LOGSHIP_POD_NAME": "agent-0",
    "LOGSHIP_POD_NAMESPACE": "default",
    "LOGSHIP_NODE_NAME": "node-1",
    "LOGSHIP_CONTAINER_NAME": "agent",
    "LOGSHIP_SERVICE_NAME": "agent",
}
"""The five fields that are added to every record, by the peers as well."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done."""

    sink: str
    compression: str

    def __str__(self) -> str:
        return self.sink + (", gzip" if self.compression == "gzip" else "")


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a shipper."""

    job: Job
    file: Path
    folder: Path
    """For its state and configuration; empty."""
    port: int
    """The receiver's."""
    live: bool
    listen: int = 0
    """Where logship answers probes; 0: nowhere."""


@dataclass(frozen=True, slots=True)
class Program:
    """A shipper that is present."""

    name: str
    takes: Callable[[Job], bool]
    command: Callable[[Start], Sequence[str]]
    environment: Callable[[Start], Mapping[str, str]]
    leaves: bool
    """Whether it ends by itself once the file is shipped."""


def present() -> tuple[list[Program], list[str]]:
    """Give the shippers that are here, logship first, and a line about each that isn't."""
    found = [Program("logship", lambda _: True, _logship, _logship_environment, leaves=True)]
    absent = []
    if path := os.environ.get("FLUENT_BIT") or shutil.which("fluent-bit"):
        found.append(Program("fluent-bit", lambda _: True, _fluent_bit(path), _plain, leaves=False))
    else:
        absent.append("fluent-bit: not on PATH, and FLUENT_BIT is not set")
    path = shutil.which("rsyslogd") or shutil.which("rsyslogd", path="/usr/sbin")
    if path and any(Path("/usr/lib").glob("*/rsyslog/omelasticsearch.so")):
        found.append(Program("rsyslog", _rsyslog_takes, _rsyslog(path), _plain, leaves=False))
    else:
        absent.append("rsyslog: rsyslogd or its omelasticsearch is missing (Debian: rsyslog-elasticsearch)")
    return found, absent


def _logship(start: Start) -> list[str]:
    return [sys.executable, "-m", "logship", "run", *([] if start.live else ["--once"])]


def _plain(start: Start) -> dict[str, str]:
    del start
    return {name: text for name, text in os.environ.items() if not name.startswith("LOGSHIP_")}


def _logship_environment(start: Start) -> dict[str, str]:
    name = start.job.sink.upper()
    return {
        **_plain(start),
        **FIELDS,
        "LOGSHIP_PATHS": str(start.file),
        "LOGSHIP_STATE_DIR": str(start.folder / "state"),
        "LOGSHIP_LISTEN": f"127.0.0.1:{start.listen}" if start.listen else "",
        "LOGSHIP_SINKS": start.job.sink,
        f"LOGSHIP_{name}_URL": f"http://127.0.0.1:{start.port}",
        f"LOGSHIP_{name}_COMPRESSION": start.job.compression,
    }


def _filled(name: str, start: Start, **more: str) -> str:
    text = (PEERS / name).read_text()
    values = {"FILE": str(start.file), "STATE": str(start.folder), "PORT": str(start.port), **more}
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _fluent_bit(path: str) -> Callable[[Start], list[str]]:
    def command(start: Start) -> list[str]:
        compress = "compress: gzip" if start.job.compression == "gzip" else ""
        output = _filled(f"fluent-bit-{start.job.sink}.yaml", start, COMPRESS=compress)
        config = start.folder / "fluent-bit.yaml"
        config.write_text(_filled("fluent-bit.yaml", start, OUTPUT=output, FLUSH="0.2" if start.live else "1"))
        return [path, "-c", str(config)]

    return command


def _rsyslog_takes(job: Job) -> bool:
    return job == Job("elasticsearch", "none")  # Debian's has no omhttp, and its omelasticsearch no compression


def _rsyslog(path: str) -> Callable[[Start], list[str]]:
    def command(start: Start) -> list[str]:
        config = start.folder / "rsyslog.conf"
        config.write_text(_filled("rsyslog.conf", start))
        return [path, "-n", "-f", str(config), "-i", str(start.folder / "rsyslog.pid")]

    return command
