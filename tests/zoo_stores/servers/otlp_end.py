"""Where a collector sends what it was given: takes OTLP over HTTP, keeps it, and may say that it is unwell."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.e2e.stores import accepting, read_request, respond
from tests.zoo_stores.corpus import number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.shapes import parsed, record, split

_KIND = "Content-Type: application/x-protobuf\r\n"


class OtlpEnd:
    """Keeps the bodies that came, each after a delay; ``unwell``: refuses them by 503."""

    def __init__(self, delay_seconds: float = 0) -> None:
        self.unwell = False
        self._delay_seconds = delay_seconds
        self._bodies: list[bytes] = []
        self._over = threading.Event()
        self._ready = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        with accepting(self._answer) as self.port:
            self._ready.set()
            self._over.wait()

    def _answer(self, connection: socket.socket) -> None:
        buffer = bytearray()
        while request := read_request(connection, buffer):
            time.sleep(self._delay_seconds)
            if self.unwell:
                connection.sendall(respond(b"", "503 Service Unavailable", _KIND))
            else:
                self._bodies.append(request.body)
                connection.sendall(respond(b"", headers=_KIND))

    def close(self) -> None:
        """Stop listening."""
        self._over.set()
        self._thread.join(10)

    def stored(self) -> list[Stored]:
        """Give all log records."""
        return [stored for body in self._bodies for stored in _read(body)]


def _read(body: bytes) -> Iterator[Stored]:
    for resource in ExportLogsServiceRequest.FromString(body).resource_logs:
        pod = _attributes(resource.resource.attributes)
        for scope in resource.scope_logs:
            for each in scope.log_records:
                text = each.body.string_value
                attributes = _attributes(each.attributes)
                attributes.pop("log.record.uid", None)
                fields, ours = split({**pod, **attributes})
                yield record(
                    number_in(text),
                    each.time_unix_nano or each.observed_time_unix_nano,
                    level=str(int(each.severity_number)),
                    fields={**fields, **parsed(text)},
                    ours=ours,
                )


def _attributes(found: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(found)
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value") for each in pairs}
