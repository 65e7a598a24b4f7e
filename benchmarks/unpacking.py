"""What comes in other forms than lines, as lines: packed bodies, and OpenTelemetry's own form."""

import sys
from collections.abc import Iterator

from isal import igzip_lib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

_WANTED = ("seq", "at")


def unpacked(body: memoryview, encoding: str) -> bytes:
    """Undo a Content-Encoding: gzip or zstd."""
    if encoding == "zstd":
        return zstd.decompress(body)
    plain: bytes = igzip_lib.decompress(body, flag=igzip_lib.DECOMP_GZIP)
    return plain


def otlp_lines(body: bytes) -> bytes:
    """Give a line of JSON for each record of an ExportLogsServiceRequest (protobuf), with the numbers looked for."""
    sent = ExportLogsServiceRequest.FromString(body)
    groups = (scope.log_records for resource in sent.resource_logs for scope in resource.scope_logs)
    return b"".join(b"{%s}\n" % b", ".join(_numbers(record)) for records in groups for record in records)


def _numbers(record: LogRecord) -> Iterator[bytes]:
    """Give ``"seq": 5`` and ``"at": 7``, where there are such attributes; JSON's numbers have become doubles."""
    for each in record.attributes:
        if each.key in _WANTED:
            value = each.value
            number = value.double_value if value.HasField("double_value") else value.int_value
            yield b'"%s": %d' % (each.key.encode(), int(number))
