"""Lines of OpenTelemetry's file exporter: each holds an export with any number of records; pure.

https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/ and the JSON form of ``ExportLogsServiceRequest``.
"""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from logship.json_faults import UNREADABLE
from logship.records.paths import Members

OTLP: Final = "resourceLogs"
"""The member that tells such a line."""


class _Scope(Struct):
    logRecords: list[dict[str, Raw]] = []  # noqa: N815 - the protocol's name; msgspec copies the default


class _Resource(Struct):
    scopeLogs: list[_Scope] = []  # noqa: N815 - as above


_RESOURCES: Final = msgspec.json.Decoder(list[_Resource])


def otlp_records(found: Members) -> list[dict[str, Raw]]:
    """Give the members of each log record in a line; none if it is not such a line."""
    try:
        resources = _RESOURCES.decode(found[OTLP]) if OTLP in found else []
    except UNREADABLE:
        return []
    return [record for resource in resources for scope in resource.scopeLogs for record in scope.logRecords]
