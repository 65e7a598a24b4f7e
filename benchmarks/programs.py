"""The peers that are started with one file of settings each, or with arguments: how, and on which jobs."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shippers import Job, Program, Start, filled, plain_environment

HTTP, GZIP = Job("http", "none"), Job("http", "gzip")
ELASTICSEARCH, BULK_GZIP = Job("elasticsearch", "none"), Job("elasticsearch", "gzip")


@dataclass(frozen=True, slots=True)
class Peer:
    """One of them; ``NAME=path`` in the environment names its program, else it is looked for on PATH."""

    name: str
    settings: Mapping[Job, str]
    """The file in ``peers/best`` for each job that it takes: ``.args`` has an argument a line."""
    arguments: Sequence[str] = ()
    """Before the file's path, of which ``@CONFIG@`` is in the last."""
    version: Sequence[str] = ("--version",)
    compress: Mapping[Job, str] | None = None
    """What ``@COMPRESS@`` is."""
    unlike: str = ""
    """What it does otherwise than the others."""

    @property
    def path(self) -> str:
        """Give where it is; empty: nowhere."""
        return os.environ.get(self.name.upper().replace("-", "_")) or shutil.which(self.name) or ""

    def program(self, path: str) -> Program:
        """Give it as the benchmarks start it."""
        return Program(
            self.name,
            _version(path, *self.version),
            lambda job: job in self.settings,
            lambda start: self.command(path, start),
            lambda _: plain_environment(),
        )

    def command(self, path: str, start: Start) -> list[str]:
        """Write its file of settings; gives the command."""
        name = self.settings[start.job]
        text = filled(f"best/{name}", start, COMPRESS=(self.compress or {}).get(start.job, ""))
        if name.endswith(".args"):
            return [path, *(line for line in text.splitlines() if line and not line.startswith("#"))]
        file = start.folder / name
        file.write_text(text)
        return [path, *(word.replace("@CONFIG@", str(file)) for word in self.arguments)]


def _version(*command: str) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found[0] if found else _go_version(Path(command[0]).read_bytes()) or "version unknown"


def _go_version(program: bytes) -> str:
    """Give the version that Go writes into what it installs from a module; empty if there is none."""
    found = re.search(rb"\nmod\t[^\t\n]+\tv([0-9.]+)", program)
    return found[1].decode() if found else ""


MORE_PEERS = (
    Peer("vlagent", {GZIP: "vlagent.args"}, version=("-version",), unlike="zstd; every value becomes a string"),
    Peer(
        "otelcol",
        dict.fromkeys((HTTP, GZIP), "otelcol.yaml"),
        ("--config=@CONFIG@",),
        compress={HTTP: "none", GZIP: "gzip"},
        unlike="OTLP, protobuf",
    ),
    Peer(
        "filebeat",
        dict.fromkeys((ELASTICSEARCH, BULK_GZIP), "filebeat.yaml"),
        ("--strict.perms=false", "-c", "@CONFIG@"),
        version=("version",),
        compress={ELASTICSEARCH: "0", BULK_GZIP: "1"},
        unlike="adds the line's offset",
    ),
    Peer(
        "rotel",
        {GZIP: "rotel.args"},
        unlike="OTLP, protobuf; takes no event time, the whole line stays the body; half a line becomes a record",
    ),
    Peer(
        "vector",
        dict.fromkeys((HTTP, GZIP), "vector-http.yaml")
        | dict.fromkeys((ELASTICSEARCH, BULK_GZIP), "vector-elasticsearch.yaml"),
        ("--config=@CONFIG@", "--quiet"),
        compress=dict.fromkeys((HTTP, ELASTICSEARCH), "none")
        | dict.fromkeys((GZIP, BULK_GZIP), "{ algorithm: gzip, level: 1 }"),
        unlike="no ids",
    ),
)
"""Their files say why each setting is as it is."""


def more_peers() -> tuple[list[Program], list[str]]:
    """Give those that are here, and a line about each that isn't."""
    found = [(peer, peer.path) for peer in MORE_PEERS]
    absent = [f"{peer.name}: not on PATH, and {peer.name.upper()} is not set" for peer, path in found if not path]
    return [peer.program(path) for peer, path in found if path], absent
