"""The OpenTelemetry Collector, of its core components, and rotel: what they send on is what they have stored."""

import json
import signal
import sysconfig
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import free_port
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.server import ROOT, Program
from tests.zoo_stores.servers.end import End
from tests.zoo_stores.servers.otlp_requests import log_records
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import in_a_string

VERSION: Final = "0.165.0"
_SLOW_SECONDS: Final = 0.5
"""So long the end takes for a request, so that something is in a queue before it."""
_READY: Final = "Everything is ready"


class Collector:
    """One collector, with a queue in memory before its exporter as it has by default, or without one."""

    def __init__(self, folder: Path, *, queue: bool) -> None:
        self._queue, self._port, self._end = queue, free_port(), End(_SLOW_SECONDS * queue)
        self._config = folder / "config.yaml"
        self._program = Program(folder / "collector.txt")

    @property
    def url(self) -> str:
        """Where it takes logs."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, *, throttled: bool = False) -> None:
        """Start it; ``throttled``: its memory limiter has enough, or, without a queue, its end is unwell."""
        self._end.unwell = throttled and not self._queue
        self._config.write_text(json.dumps(self._settings(limited=throttled and self._queue)))
        self._program.start(["sh", ROOT / "otelcol" / "run.sh", self._config])
        self._program.wait(said=_READY)

    def _settings(self, *, limited: bool) -> dict[str, Any]:
        limiter = {"check_interval": "100ms", "limit_mib": 2 if limited else 4000, "spike_limit_mib": 1}
        exporter = {"endpoint": self._end.url, "retry_on_failure": {"enabled": self._queue}}
        exporter["sending_queue"] = {"num_consumers": 1} if self._queue else {"enabled": False}
        listener = {"endpoint": f"127.0.0.1:{self._port}"}
        return {
            "receivers": {"otlp": {"protocols": {"http": listener}}},
            "processors": {"memory_limiter": limiter},
            "exporters": {"otlp_http": exporter},
            "service": {
                "telemetry": {"metrics": {"level": "none"}},
                "pipelines": {
                    "logs": {"receivers": ["otlp"], "processors": ["memory_limiter"], "exporters": ["otlp_http"]}
                },
            },
        }

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings: a protocol for each kind of collector."""
        return {"otlp_endpoint": self.url, "otlp_protocol": "http/protobuf" if self._queue else "http/json"}

    def stored(self) -> list[Stored]:
        """Give what it has sent on, after an end in which it empties its queue."""
        self._program.stop()
        return log_records(self._end.close())


class Rotel:
    """One rotel."""

    def __init__(self, folder: Path) -> None:
        self._port, self._end = free_port(), End()
        self._program = Program(folder / "rotel.txt")

    def start(self, *, throttled: bool = False) -> None:
        """Start it; ``throttled``: what it sends to is unwell."""
        self._end.unwell = throttled
        addresses = (f"--otlp-http-endpoint=127.0.0.1:{self._port}", f"--otlp-grpc-endpoint=127.0.0.1:{free_port()}")
        onward = ("--exporter=otlp", f"--otlp-exporter-endpoint={self._end.url}", "--otlp-exporter-protocol=http")
        libraries = {"LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR") or ""}
        self._program.start([_rotel(), "start", *addresses, *onward], libraries)
        self._program.wait(said="Starting Rotel")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        return {"otlp_endpoint": f"http://127.0.0.1:{self._port}"}

    def stored(self) -> list[Stored]:
        """Give what it has sent on."""
        self._program.stop()
        return log_records(self._end.close())


def _rotel() -> Path:
    """Give the program; OSError where the wheel is not there."""
    spec = find_spec("rotel")
    if spec is None or spec.origin is None:
        message = "no rotel"
        raise OSError(message)
    return Path(spec.origin).with_name("rotel-agent")


_known: Final[Mapping[str, tuple[str, ...]]] = {"time": ("of 2300",)}
_AFTER_2262: Final = "a time after 2262 is left out by the sink"


def _collector(name: str, words: str, *, queue: bool) -> Setup:
    return Setup(
        name,
        "otlp",
        "OpenTelemetry Collector core",
        VERSION,
        partial(Collector, queue=queue),
        Collector.settings,
        in_a_string(lambda line: str(line.severity)),
        "otelcol",
        _known,
        loses_in=("crash",) if queue else (),
        words=f"{words}; {_AFTER_2262}",
        needs="`OTLP_ENDPOINT=http://…:4318`" + ("" if queue else ", `OTLP_PROTOCOL=http/json`"),
    )


SETUPS: Final = (
    _collector(
        "otelcol-queue",
        "acknowledges what is in its queue in memory, as it does by default; here it sends one request "
        "at a time, and its end takes 0.5 s for each",
        queue=True,
    ),
    _collector(
        "otelcol", "`sending_queue: {enabled: false}`: acknowledges what its exporter has delivered", queue=False
    ),
    Setup(
        "rotel",
        "otlp",
        "rotel",
        version("rotel") if find_spec("rotel") else "",
        Rotel,
        Rotel.settings,
        in_a_string(lambda line: str(line.severity)),
        known=_known,
        loses_in=("crash", "throttle"),
        words="acknowledges what is in its memory, whatever comes of it; in *throttle* what it sends to answers 503; "
        f"{_AFTER_2262}",
        needs="`OTLP_ENDPOINT=http://…:4318`",
    ),
)
