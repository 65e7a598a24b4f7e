"""Fluent Bit as a receiver, by four of its inputs, where ``FLUENT_BIT`` names its program.

It makes records of its own of what it takes, so only that each line arrives is compared: at the end to which it sends.
"""

import json
import os
import signal
import socket
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.processes import free_port
from tests.e2e.harness import wait_until
from tests.zoo_stores.corpus import number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.server import Program
from tests.zoo_stores.servers.end import End
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import as_document, record

PROGRAM: Final = os.environ.get("FLUENT_BIT", "")
INPUTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "elasticsearch": ("elasticsearch", {"elasticsearch_url": "URL"}),
    "splunk": ("splunk", {"splunk_url": "URL", "splunk_token": "any"}),
    "http": ("http", {"http_url": "URL", "http_format": "json"}),
    "otlp": ("opentelemetry", {"otlp_endpoint": "URL"}),
}
"""By sink: its input, and logship's settings for that."""
_SHOWN: Final = 200
_FULL: Final = "64K"
"""A buffer that is full at once."""


class FluentBit:
    """One Fluent Bit with one input."""

    def __init__(self, folder: Path, sink: str) -> None:
        self._port, self._end, self._sink = free_port(), End(), sink
        self._config = folder / "fluent-bit.yaml"
        self._program = Program(folder / "fluent-bit.txt")

    def start(self, *, throttled: bool = False) -> None:
        """Start it; ``throttled``: its buffer is full, since what it sends to is unwell."""
        self._end.unwell = throttled
        source = {"name": INPUTS[self._sink][0], "listen": "127.0.0.1", "port": self._port, "tag": "in"}
        if throttled:
            source["mem_buf_limit"] = _FULL
        end = {"name": "http", "match": "*", "host": "127.0.0.1", "port": self._end.port, "format": "json_lines"}
        pipeline = {"inputs": [source], "outputs": [{**end, "retry_limit": "no_limits"}]}
        self._config.write_text(json.dumps({"service": {"flush": 0.2, "grace": 30}, "pipeline": pipeline}))
        self._program.start([PROGRAM, "-c", self._config])
        wait_until(self._listens, "Fluent Bit listens")

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self._port)) == 0

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        url = f"http://127.0.0.1:{self._port}"
        return {name: value.replace("URL", url) for name, value in INPUTS[self._sink][1].items()}

    def stored(self) -> list[Stored]:
        """Give what it has sent on, after an end in which it empties its buffer."""
        self._program.stop()
        lines = [line.decode(errors="replace") for body in self._end.close() for line in body.splitlines()]
        return [record(number_in(line), None, fields={"line": line[:_SHOWN]}) for line in lines]


def _setup(sink: str) -> Setup:
    return Setup(
        f"fluent-bit-{sink}",
        sink,
        "Fluent Bit",
        "",
        partial(FluentBit, sink=sink),
        FluentBit.settings,
        as_document,
        arrival_only=True,
        loses_in=("crash", "throttle"),
        words="makes a record of its own of each, so only arrival is compared; acknowledges what is in its memory",
        needs=", ".join(f"`{name.upper()}`" for name in INPUTS[sink][1]),
    )


SETUPS: Final = tuple(map(_setup, INPUTS)) if PROGRAM else ()
