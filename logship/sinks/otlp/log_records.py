"""OTLP's log records, in Protocol Buffers or JSON; pure (https://opentelemetry.io/docs/specs/otlp/).

The body of a log record is the line as the application wrote it, as a string: the text of a line of text, the JSON of a
JSON object. A string costs a fraction of what a map of its members would, loses nothing, and every store can parse it.
A record that has nothing but a ``message`` is a line of text by another name: its body is that message. The event time
is no part of the body: it is the log record's own; a time that OTLP can't say (before 1970, after 2262) is left out.

The fields that we add are the same for all records of a pod: they are the resource.
"""

from binascii import Error, unhexlify
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Protocol

import msgspec

from logship import __version__
from logship.json_faults import UNREADABLE
from logship.model import Batch
from logship.records.enrichment import OFFSET, Enrichment, to_json
from logship.records.layouts import Column, Layout, Rows, Woven, decimals, quoted, weave
from logship.records.severity import Level
from logship.records.timestamps import epoch_ns
from logship.records.trace_ids import Contexts
from logship.sinks.otlp.anyvalues import attribute, key_value
from logship.sinks.otlp.protobuf import BYTES, FIXED64, VARINT, delimited, tag, varint

SCOPE: Final = "logship"
_CONTEXTS: Final = Contexts()
_TRACE_BYTES, _SPAN_BYTES = 16, 8
_MAX_NS: Final = 2**63 - 1
"""The format takes one bit more, and most who read it do not."""
_MESSAGES: Final = (b'{"message":"', b'{"message": "')
_UID: Final = "log.record.uid"
_OFFSET_HEAD: Final = b',{"key":"%b","value":{"intValue":"' % OFFSET.encode()


class Format(Layout, Protocol):
    """Writes log records, and the request around them."""

    content_type: str

    def request(self, batch: Batch, /) -> bytes:
        """Give the whole request."""


class ProtobufRecords:
    """Log records in Protocol Buffers, each as a field of ``ScopeLogs``."""

    wants = _CONTEXTS.wants
    content_type = "application/x-protobuf"

    def __init__(self, enrichment: Enrichment) -> None:
        self._enrichment, fields = enrichment, enrichment.fields
        resource = b"".join([delimited(1, key_value(name, value)) for name, value in fields.items()])
        scope = delimited(1, SCOPE.encode()) + delimited(2, __version__.encode())
        self._resource = delimited(1, resource)
        self._scope = delimited(1, scope)

    def write(self, rows: Rows) -> Woven:
        """Give the records; their fields are in the order of their numbers."""
        file = b"".join([delimited(6, key_value(name, value)) for name, value in self._enrichment.of_file(rows.block)])
        observed = tag(11, FIXED64) + _in_range(rows.block.time_ns).to_bytes(8, "little")
        uid = f"{rows.block.file}-".encode()
        columns = zip(times(rows), rows.levels, rows.own(), rows.offsets(), _contexts(rows), strict=True)
        records = [
            b"%b%b%b%b%b%b%b%b%b%b"
            % (
                b"\x09" + time.to_bytes(8, "little") if time else b"",
                _severity_fields(level),
                _body_head(len(text := _text(line))),
                text,
                file,
                _uid_head(len(name := uid + b"%d" % offset)),
                name,
                delimited(6, key_value(OFFSET, offset)) if rows.located else b"",
                _context_fields(*context),
                observed,
            )
            for time, level, line, offset, context in columns
        ]
        return Woven([b"\x12%b%b" % (varint(len(record)), record) for record in records])

    def request(self, batch: Batch) -> bytes:
        """Give the ``ExportLogsServiceRequest``."""
        size = len(self._scope) + batch.nbytes
        before = self._resource + tag(2, BYTES) + varint(size)
        head = tag(1, BYTES) + varint(len(before) + size) + before + self._scope
        return b"".join([head, *(part.body for part in batch.parts)])


class JsonRecords:
    """Log records in JSON, each with a comma after it."""

    wants = _CONTEXTS.wants
    content_type = "application/json"

    def __init__(self, enrichment: Enrichment) -> None:
        self._enrichment, fields = enrichment, enrichment.fields
        resource = to_json({"attributes": [attribute(name, value) for name, value in fields.items()]})
        scope = to_json({"name": SCOPE, "version": __version__})
        self._head = b'{"resourceLogs":[{"resource":%b,"scopeLogs":[{"scope":%b,"logRecords":[' % (resource, scope)

    def write(self, rows: Rows) -> Woven:
        """Give the records."""
        attributes = [attribute(name, value) for name, value in self._enrichment.of_file(rows.block)]
        constant = b"".join([to_json(each) + b"," for each in attributes])
        uid = b'{"key":"%b","value":{"stringValue":"%b-' % (_UID.encode(), rows.block.file.encode())
        heads = [b'"timeUnixNano":"%d",' % time if time else b"" for time in times(rows)]
        found = [*map(_severity_members, rows.levels)]
        bodies: list[Column] = [
            b'"body":{"stringValue":',
            _strings(rows.own()),
            b'},"attributes":[' + constant + uid,
        ]
        contexts = [b"".join(map(_id_member, ("trace", "span"), context)) for context in _contexts(rows)]
        observed = b',"observedTimeUnixNano":"%d"},' % _in_range(rows.block.time_ns)
        numbers = decimals(rows.offsets())
        places: list[Column] = [_OFFSET_HEAD, numbers, b'"}}]'] if rows.located else [b"]"]
        return weave(len(heads), b"{", heads, found, *bodies, numbers, b'"}}', *places, contexts, observed)

    def request(self, batch: Batch) -> bytes:
        """Give the ``ExportLogsServiceRequest``."""
        return self._head + batch.body.removesuffix(b",") + b"]}]}]}"


def times(rows: Rows) -> list[int]:
    """Give the event times; 0 for what can't be said."""
    return [_in_range(epoch_ns(stamp)) for stamp in rows.stamps]


def _in_range(time_ns: int) -> int:
    return time_ns if 0 <= time_ns <= _MAX_NS else 0


def only_message(line: bytes) -> bytes | None:
    """Give the message of a JSON object that has no other member, as a JSON string; None for any other object."""
    if not line.startswith(_MESSAGES) or not line.endswith(b'"}'):
        return None
    string = line[line.index(b":") + 1 : -1].lstrip(b" ")
    if b"\\" not in string:
        return string if string.count(b'"') == 2 else None  # noqa: PLR2004 - where it begins and ends
    try:
        msgspec.json.decode(string, type=str)
    except UNREADABLE:
        return None
    return string


def _text(line: bytes) -> bytes:
    """Give the body."""
    string = only_message(line)
    if string is None:
        return line
    return string[1:-1] if b"\\" not in string else msgspec.json.decode(string, type=str).encode()


def _strings(lines: Sequence[bytes]) -> list[bytes]:
    """Give the bodies as JSON strings."""
    found = [only_message(line) for line in lines]
    others = iter(quoted([line for line, string in zip(lines, found, strict=True) if string is None]))
    return [next(others) if string is None else string for string in found]


@lru_cache(maxsize=256)
def _level_text(level: bytes | None) -> bytes:
    """Give what the application calls its level, if it is a word or a number."""
    if level is None or b"\\" in level or level[:1] in b"[{tfn":
        return b""
    return level.strip(b'"')


@lru_cache(maxsize=256)
def _severity_fields(level: Level) -> bytes:
    number, text = level.severity, _level_text(level.text)
    return (tag(2, VARINT) + varint(number) if number else b"") + (delimited(3, text) if text else b"")


@lru_cache(maxsize=256)
def _severity_members(level: Level) -> bytes:
    number, text = level.severity, _level_text(level.text)
    return (b'"severityNumber":%d,' % number if number else b"") + (b'"severityText":"%b",' % text if text else b"")


def _contexts(rows: Rows) -> list[tuple[bytes, bytes] | tuple[()]]:
    """Give the trace and the span of each record; the span is empty if there is none, and both without a trace."""
    column = dict(zip(_CONTEXTS.wants, rows.wanted, strict=True)).__getitem__
    traces = _CONTEXTS.traces(column)
    if not any(traces):
        return [()] * len(traces)
    found = ((_id(trace, _TRACE_BYTES), span) for trace, span in zip(traces, _CONTEXTS.spans(column), strict=True))
    return [(trace, _id(span, _SPAN_BYTES)) if trace else () for trace, span in found]


def _id(value: bytes | None, size: int) -> bytes:
    """Read a JSON string of hexadecimal digits; empty if it is no valid id, as is one that is all zeros."""
    if value is None or len(value) != 2 * size + 2 or value[:1] != b'"':
        return b""
    try:
        found = unhexlify(value[1:-1])
    except Error:
        return b""
    return found if any(found) else b""


def _context_fields(trace: bytes = b"", span: bytes = b"") -> bytes:
    return delimited(9, trace) + (delimited(10, span) if span else b"") if trace else b""


def _id_member(name: str, found: bytes) -> bytes:
    return f',"{name}Id":"{found.hex()}"'.encode() if found else b""


@lru_cache(maxsize=4096)
def _body_head(size: int) -> bytes:
    head = tag(1, BYTES) + varint(size)
    return tag(5, BYTES) + varint(len(head) + size) + head


@lru_cache(maxsize=64)
def _uid_head(size: int) -> bytes:
    """Give what stands before an id of so many bytes."""
    return delimited(6, key_value(_UID, " " * size))[:-size]
