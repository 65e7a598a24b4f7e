"""VictoriaLogs, by each of the protocols that it takes, read back by its query API."""

import signal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks.processes import free_port
from logship.records.names import MESSAGE_FIELDS
from tests.zoo_stores.corpus import SECOND, loads, number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.server import ROOT, Program, ask
from tests.zoo_stores.shapes import parsed, record, split

VERSION: Final = "1.52.1"
MESSAGES: Final = ("message", "msg", "event")
_QUERY: Final = urlencode({
    "_msg_field": ",".join(MESSAGES), "_time_field": "@timestamp", "_stream_fields": "k8s.pod.name"
}, safe="@._")  # fmt: skip
_OWN: Final = ("_stream", "_stream_id", "_time")
_NO_MESSAGE: Final = "missing _msg field"
_FULL: Final = f"-storage.minFreeDiskSpaceBytes={1 << 50}"
"""More than there is: it takes nothing, and answers 429."""


def time_of(text: str) -> int:
    """Read RFC 3339 in UTC with any number of digits."""
    whole, _, rest = text.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()) * SECOND + int(f"{rest:0<9}"[:9])


class VictoriaLogs:
    """One server; ``sink`` says by which protocol it is used, and so how it gives records back."""

    def __init__(self, folder: Path, sink: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._sink, self._data = sink, folder / "data"
        self._program = Program(folder / "victorialogs.txt")

    def start(self, *, throttled: bool = False) -> None:
        """Start it; ``throttled``: as if its disk were full, which it answers by 429."""
        port = self.url.rpartition(":")[2]
        self._program.start(["sh", ROOT / "victorialogs" / "run.sh", port, self._data, *([_FULL] * throttled)])
        self._program.wait(f"{self.url}/health")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        return {name: value.replace("URL", self.url) for name, value in SETTINGS[self._sink].items()}

    def query(self, text: str = "*") -> list[dict[str, Any]]:
        """Ask for records, with what it still holds in memory."""
        ask(f"{self.url}/internal/force_flush")
        body = ask(f"{self.url}/select/logsql/query", urlencode({"query": text}).encode())
        return [loads(line) for line in body.splitlines()]

    def stored(self) -> list[Stored]:
        """Give all records."""
        return [_READERS.get(self._sink, _flat)(each) for each in self.query()]


SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "elasticsearch": {"elasticsearch_url": f"URL/insert/elasticsearch/_bulk?{_QUERY}"},
    "http": {"http_url": f"URL/insert/jsonline?{_QUERY}", "http_compression": "gzip"},
    "loki": {"loki_url": f"URL/insert/loki/api/v1/push?_msg_field={','.join(MESSAGES)}"},
    "splunk": {
        "splunk_url": "URL/insert/splunk/services/collector/event?_msg_field=event.message,event.msg,event.event",
        "splunk_token": "any",
    },
    "datadog": {"datadog_url": "URL/insert/datadog/api/v2/logs", "datadog_api_key": "any"},
    "otlp": {"otlp_endpoint": "URL/insert/opentelemetry/v1/logs"},
}
"""By sink."""


def _taken(found: dict[str, Any]) -> tuple[int, str | None]:
    """Take what is its own out of a record: its time and message."""
    time_ns, message = time_of(found["_time"]), found.pop("_msg", None)
    for name in _OWN:
        found.pop(name, None)
    return time_ns, None if message is None or message.startswith(_NO_MESSAGE) else message


def _flat(found: dict[str, Any]) -> Stored:
    number = number_in(str(found))
    time_ns, message = _taken(found)
    fields, ours = split(found)
    return record(number, time_ns, message=message, fields=fields, ours=ours)


def _loki(found: dict[str, Any]) -> Stored:
    number = number_in(str(found))
    time_ns, message = _taken(found)
    fields, ours = split(found, {"k8s.pod.name": "k8s_pod_name", "log.file.name": "log_file_name"})
    return record(number, time_ns, message=message, fields=fields, ours=ours)


def _splunk(found: dict[str, Any]) -> Stored:
    number = number_in(str(found))
    time_ns, message = _taken(found)
    found.pop("event.@timestamp", None)
    for name in ("host", "source", "sourcetype", "fields.log_record_uid"):
        found.pop(name)
    found.pop("fields.severity", None)
    fields, ours = split(found, {"k8s.pod.name": "event.k8s.pod.name", "log.file.name": "event.log.file.name"})
    return record(number, time_ns, message=message, fields=fields, ours=ours)


def _datadog(found: dict[str, Any]) -> Stored:
    level = found.get("status")
    time_ns, message = _taken(found)
    fields, ours = split(parsed(message or ""))
    text = next((fields[name] for name in MESSAGE_FIELDS[1:] if name in fields), None)
    if text is not None and fields.get("message") == text:
        del fields["message"]  # which the sink adds, for Datadog to show
    return record(number_in(message or ""), time_ns, level=level, fields=fields, ours=ours)


def _otlp(found: dict[str, Any]) -> Stored:
    level = found.get("severity_number")
    time_ns, message = _taken(found)
    _, ours = split(found)
    fields = parsed(message or "")
    return record(number_in(message or ""), time_ns, level=level, fields=fields, ours=ours)


_READERS: Final[Mapping[str, Callable[[dict[str, Any]], Stored]]] = {
    "loki": _loki,
    "splunk": _splunk,
    "datadog": _datadog,
    "otlp": _otlp,
}
