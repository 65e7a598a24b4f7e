"""OTLP requests, taken apart by OpenTelemetry's own types."""

from collections.abc import Iterable, Iterator
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.zoo_stores.corpus import number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.shapes import parsed, record, split


def log_records(bodies: Iterable[bytes]) -> list[Stored]:
    """Give all log records of some requests."""
    return [stored for body in bodies for stored in _read(body)]


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
