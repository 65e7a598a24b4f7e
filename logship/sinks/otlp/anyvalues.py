"""OTLP's ``AnyValue``, made of JSON values, in Protocol Buffers and in JSON; pure."""

import struct
from typing import Any, Final

from logship.records.enrichment import without_surrogates
from logship.sinks.otlp.protobuf import FIXED64, VARINT, delimited, tag, varint

_INT64: Final = range(-(2**63), 2**63)
"""A whole number that is none of these goes as text."""


def key_value(name: str, value: object) -> bytes:
    """Encode a ``KeyValue``."""
    return delimited(1, _utf8(name)) + delimited(2, any_value(value))


def any_value(value: object) -> bytes:  # noqa: PLR0911 - one for each kind of value
    """Encode an ``AnyValue``; null is one without a value."""
    match value:
        case str():
            return delimited(1, _utf8(value))
        case bool():
            return tag(2, VARINT) + varint(value)
        case int():
            return tag(3, VARINT) + varint(value) if value in _INT64 else any_value(str(value))
        case float():
            return tag(4, FIXED64) + struct.pack("<d", value)
        case list() | tuple():
            return delimited(5, b"".join([delimited(1, any_value(each)) for each in value]))
        case dict():
            return delimited(6, b"".join([delimited(1, key_value(name, each)) for name, each in value.items()]))
    return b""


def _utf8(text: str) -> bytes:
    return without_surrogates(text).encode()


def attribute(name: str, value: object) -> dict[str, Any]:
    """Give a ``KeyValue`` as JSON."""
    return {"key": name, "value": any_json(value)}


def any_json(value: object) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind of value
    """Give an ``AnyValue`` as JSON."""
    match value:
        case str():
            return {"stringValue": value}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)} if value in _INT64 else any_json(str(value))
        case float():
            return {"doubleValue": value}
        case list() | tuple():
            return {"arrayValue": {"values": [any_json(each) for each in value]}}
        case dict():
            return {"kvlistValue": {"values": [attribute(name, each) for name, each in value.items()]}}
    return {}
