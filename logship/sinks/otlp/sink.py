"""Records to anything that takes OTLP over HTTP: an OpenTelemetry Collector, or a store itself.

How a line becomes a log record: :mod:`logship.sinks.otlp.log_records`; what an answer means:
:mod:`logship.sinks.otlp.responses`. OTLP has no key against repeats; each record has a ``log.record.uid``, its file's
identity and offset, by which a store can tell them.

OpenTelemetry's own variables count where those of logship are not set, but for ``OTEL_EXPORTER_OTLP_TIMEOUT``: the time
limit is the daemon's, the same for each sink.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from logship.delivery.http_status import Answer
from logship.model import Batch, Finding, Limits, Outcome, Status
from logship.net.credentials import basic_faults, bearer_or_basic
from logship.net.preflight import delivery_finding, doubtful, outcome_finding, reach, secret_finding
from logship.net.transport import Transport
from logship.net.ways_in import OAuthSettings, open_way_in
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment, to_json
from logship.settings.config import Headers, Secret, setting
from logship.settings.urls import url_faults
from logship.sinks.otlp.log_records import Format, JsonRecords, ProtobufRecords
from logship.sinks.otlp.responses import read_answer

MAX_REQUEST_BYTES: Final = 20 << 20
"""What a Collector takes."""
_ROOM_BYTES: Final = 64 << 10
"""For what is around the records."""
_PATH: Final = "/v1/logs"
_AS_IT_IS: Final = "#"
_GRPC_PORT: Final = 4317
_NOT_HTTP: Final = frozenset({"bad_response", "connection_reset", "http_400", "http_404", "http_415", "http_505"})
"""What comes of HTTP/1.1 to a server that speaks gRPC alone."""


def _otel(name: str) -> tuple[str, str]:
    """Give the standard variables: of logs, then of all signals."""
    return f"OTEL_EXPORTER_OTLP_LOGS_{name}", f"OTEL_EXPORTER_OTLP_{name}"


def read_endpoint(variable: str, text: str) -> str:
    """Give our endpoint for a standard variable's: that of logs is a whole address, whatever its path."""
    return text.partition("#")[0] + _AS_IT_IS if variable == _otel("ENDPOINT")[0] else text


def read_headers(_: str, text: str) -> str:
    """Give our headers for a standard variable's, whose names and values are percent-encoded."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(equals for _, equals, _ in pairs):
        return text  # whose fault is then found where all texts are read
    return to_json({unquote(name.strip()): unquote(value.strip()) for name, _, value in pairs}).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(OAuthSettings):
    """``LOGSHIP_OTLP_…``."""

    endpoint: str = setting(
        "address, for example `http://collector:4318`; `/v1/logs` is added unless it ends so, or with `#`",
        required=True,
        also=_otel("ENDPOINT"),
        reading=read_endpoint,
    )
    protocol: Literal["http/protobuf", "http/json"] = setting(
        "`http/protobuf` or `http/json`", "http/protobuf", also=_otel("PROTOCOL")
    )
    headers: Headers = setting(
        "`K=V,K2=V2` or a JSON object, sent with every request", dict, also=_otel("HEADERS"), reading=read_headers
    )
    bearer_token: Secret = setting("sent as `Authorization: Bearer …`", Secret())
    username: str = setting("for HTTP Basic authorization")
    password: Secret = setting("for HTTP Basic authorization", Secret())
    compression: Literal["gzip", "none"] = setting("`gzip` or `none`", "gzip", also=_otel("COMPRESSION"))
    ca_file: str = setting(
        "certificates (PEM) that may sign the server's, instead of the system's", path=True, also=_otel("CERTIFICATE")
    )
    cert_file: str = setting("client certificate (PEM)", path=True, also=_otel("CLIENT_CERTIFICATE"))
    key_file: str = setting("key of the client certificate (PEM)", path=True, also=_otel("CLIENT_KEY"))

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = [fault.replace("URL", "ENDPOINT", 1) for fault in url_faults(self.endpoint)]
        if self.bearer_token and self.username:
            faults.append("BEARER_TOKEN and USERNAME are both set: only one can be sent")
        faults += self.way_in_faults(self.bearer_token, self.username)
        return faults + basic_faults(self.username, self.password)


def logs_url(endpoint: str) -> str:
    """Give the address that logs go to."""
    url, as_it_is, _ = endpoint.partition(_AS_IT_IS)
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return url if as_it_is or path.endswith(_PATH) else parts._replace(path=path + _PATH).geturl()


class OtlpSink:
    """One request a batch."""

    limits = Limits(MAX_REQUEST_BYTES - _ROOM_BYTES, max_record_bytes=MAX_REQUEST_BYTES - _ROOM_BYTES)

    def __init__(self, url: str, records: Format, encoder: BlockEncoder, transport: Transport) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._format = records
        self._url = url
        self._grpc = urlsplit(url).port == _GRPC_PORT
        self._transport = transport

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; the answer may say how many records were refused, never which."""
        answer = await self._post(self._format.request(batch))
        outcome = answer if isinstance(answer, Outcome) else read_answer(answer, batch.records, time.time())
        if self._grpc and outcome.reason in _NOT_HTTP:
            return replace(outcome, status=Status.ERRORED, reason="grpc_port", fault=True)
        return outcome

    async def _post(self, request: bytes) -> Answer | Outcome:
        return await self._transport.post(self._url, request, {"Content-Type": self._format.content_type})

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Look up the name, connect, and send an empty request, which is to be answered like any other."""
        findings = [*secret_finding("otlp", self._transport), *await reach("otlp", self._url, self._transport.tls)]
        if all(each.good for each in findings):
            findings += await self._greet()
        if send:
            findings.append(await delivery_finding("otlp", self, self._transport.credentials))
        return findings

    async def _greet(self) -> list[Finding]:
        answer = await self._post(self._format.request(Batch(())))
        outcome = answer if isinstance(answer, Outcome) else read_answer(answer, 0, time.time())
        # Not everybody likes a request that is empty; what they say of the address and the credentials counts.
        found = outcome_finding("otlp: receiver", outcome)
        return [] if outcome.reason == "http_400" else [found if outcome.fault else doubtful(found)]


def encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    """Give what encodes its records so that people can read them: in JSON, whatever the protocol says."""
    enrichment.require_records("otlp")
    return _encoder(settings, enrichment, JsonRecords(enrichment))


def _encoder(settings: Settings, enrichment: Enrichment, records: Format) -> BlockEncoder:
    most = OtlpSink.limits.max_record_bytes
    return BlockEncoder(enrichment, records, settings.when, most=most, levels=True)


def common(_: Settings, enrichment: Enrichment) -> str:
    """Give what all its records have in common, in the store's words."""
    return f"resource {to_json(dict(enrichment.fields)).decode()}"


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[OtlpSink]:
    """Open the sink; leaving closes its connections."""
    enrichment.require_records("otlp")
    kind = JsonRecords if settings.protocol == "http/json" else ProtobufRecords
    records = kind(enrichment)
    credentials = bearer_or_basic(settings.bearer_token, settings.username, settings.password)
    async with open_way_in(settings, credentials, "otlp") as transport:
        yield OtlpSink(logs_url(settings.endpoint), records, _encoder(settings, enrichment, records), transport)
