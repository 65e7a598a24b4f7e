"""How logship and its peers are started on a job, each with its best settings, and the peers with their defaults."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import logship

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
    """To be tailed; may have wildcards in its name."""
    folder: Path
    """For its state and configuration; empty."""
    port: int
    """The receiver's."""
    live: bool
    listen: int = 0
    """Where it answers probes, if it can; 0: nowhere."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """More settings, for logship only."""


@dataclass(frozen=True, slots=True)
class Program:
    """A shipper that is present."""

    name: str
    version: str
    takes: Callable[[Job], bool]
    command: Callable[[Start], Sequence[str]]
    environment: Callable[[Start], Mapping[str, str]]
    leaves: bool = False
    """Whether it ends by itself once the file is shipped."""
    probe: str = ""
    """The path that answers 200 once it has started; empty: it has none."""


def present(*, defaults: bool = False) -> tuple[list[Program], list[str]]:
    """Give the shippers that are here, logship first, and a line about each that isn't.

    With ``defaults`` the peers come with their defaults, and logship, whose settings are its defaults, does not.
    """
    how = "defaults" if defaults else "best"
    found = [] if defaults else [logship_program()]
    absent = []
    if path := os.environ.get("FLUENT_BIT") or shutil.which("fluent-bit"):
        found.append(_fluent_bit(path, how))
    else:
        absent.append("fluent-bit: not on PATH, and FLUENT_BIT is not set")
    path = shutil.which("rsyslogd") or shutil.which("rsyslogd", path="/usr/sbin")
    if path and any(Path("/usr/lib").glob("*/rsyslog/omelasticsearch.so")):
        found.append(_rsyslog(path, how))
    else:
        absent.append("rsyslog: rsyslogd or its omelasticsearch is missing (Debian: rsyslog-elasticsearch)")
    return found, absent


def logship_program(
    name: str = "logship", python: str = sys.executable, more: Mapping[str, str] | None = None
) -> Program:
    """Give logship under an interpreter, with more environment."""

    def command(start: Start) -> list[str]:
        return [python, "-m", "logship", "run", *([] if start.live else ["--once"])]

    def environment(start: Start) -> dict[str, str]:
        return _logship_environment(start) | dict(more or {})

    return Program(name, logship.__version__, lambda _: True, command, environment, leaves=True, probe="/startupz")


def plain_environment() -> dict[str, str]:
    """Give the environment without what is ours."""
    # PYTHONDONTWRITEBYTECODE would have logship compiled at every start: an installed package has its bytecode.
    left_out = ("LOGSHIP_", "PYTHONDONTWRITEBYTECODE")
    return {name: text for name, text in os.environ.items() if not name.startswith(left_out)}


def _logship_environment(start: Start) -> dict[str, str]:
    name = start.job.sink.upper()
    return {
        **plain_environment(),
        **FIELDS,
        "LOGSHIP_PATHS": str(start.file),
        "LOGSHIP_STATE_DIR": str(start.folder / "state"),
        "LOGSHIP_LISTEN": f"127.0.0.1:{start.listen}" if start.listen else "",
        "LOGSHIP_SINKS": start.job.sink,
        f"LOGSHIP_{name}_URL": f"http://127.0.0.1:{start.port}",
        f"LOGSHIP_{name}_COMPRESSION": start.job.compression,
        **start.settings,
    }


def _version(*command: str) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else ""


def filled(name: str, start: Start, **more: str) -> str:
    """Give one of the files of ``peers`` with its names filled in."""
    text = (PEERS / name).read_text()
    values = {"FILE": str(start.file), "STATE": str(start.folder), "PORT": str(start.port), **more}
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _named(name: str, how: str) -> str:
    return name if how == "best" else f"{name}, defaults"


def _fluent_bit(path: str, how: str) -> Program:
    def command(start: Start) -> list[str]:
        compress = "compress: gzip" if start.job.compression == "gzip" else ""
        listen = f"http_server: on\n  http_listen: 127.0.0.1\n  http_port: {start.listen}\n  health_check: on"
        output = filled(f"{how}/fluent-bit-{start.job.sink}.yaml", start, COMPRESS=compress)
        text = filled(f"{how}/fluent-bit.yaml", start, OUTPUT=output, FLUSH="0.2" if start.live else "1")
        config = start.folder / "fluent-bit.yaml"
        config.write_text(text.replace("@SERVER@", listen if start.listen else ""))
        return [path, "-c", str(config)]

    return Program(
        _named("fluent-bit", how),
        _version(path, "--version"),
        lambda _: True,
        command,
        lambda _: plain_environment(),
        probe="/api/v1/health",
    )


def _rsyslog(path: str, how: str) -> Program:
    def command(start: Start) -> list[str]:
        config = start.folder / "rsyslog.conf"
        config.write_text(filled(f"{how}/rsyslog.conf", start))
        return [path, "-n", "-f", str(config), "-i", str(start.folder / "rsyslog.pid")]

    def takes(job: Job) -> bool:  # Debian's has no omhttp, and its omelasticsearch no compression
        return job == Job("elasticsearch", "none")

    return Program(_named("rsyslog", how), _version(path, "-v"), takes, command, lambda _: plain_environment())
