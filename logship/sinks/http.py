"""Records to any HTTP server that takes JSON lines or a JSON array; any 2xx means that it has them."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

from logship.delivery.http_status import classify
from logship.errors import ConfigError
from logship.model import Batch, Finding, Limits, Outcome
from logship.net.credentials import basic_faults, bearer_or_basic
from logship.net.preflight import look
from logship.net.transport import Transport
from logship.net.ways_in import AwsSettings, open_way_in
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.settings.config import Secret, setting
from logship.settings.urls import url_faults

_CONTENT_TYPES: Final = {"ndjson": "application/x-ndjson", "json": "application/json", "raw": "text/plain"}
_COMMA: Final = b",\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(AwsSettings):
    """``LOGSHIP_HTTP_…``."""

    compression: Literal["gzip", "none"] = setting("`gzip` or `none`", "none")
    url: str = setting("where to send", required=True)
    method: Literal["POST", "PUT", "PATCH"] = setting("of the request", "POST")
    format: Literal["ndjson", "json"] = setting("`ndjson`: a record a line; `json`: an array of records", "ndjson")
    bearer_token: Secret = setting("sent as `Authorization: Bearer …`", Secret())
    username: str = setting("for HTTP Basic authorization")
    password: Secret = setting("for HTTP Basic authorization", Secret())

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = url_faults(self.url) + basic_faults(self.username, self.password)
        if self.bearer_token and self.username:
            faults.append("BEARER_TOKEN and USERNAME are both set: only one can be sent")
        return faults + self.way_in_faults(self.bearer_token, self.username)


class HttpSink:
    """One request a batch."""

    limits = Limits()

    def __init__(self, settings: Settings, encoder: Encoder, transport: Transport, content_type: str) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._settings = settings
        self._transport = transport
        self._array = content_type == _CONTENT_TYPES["json"]
        self._headers: Mapping[str, str] = {"Content-Type": content_type}

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; the answer's status speaks for every record."""
        body = b"[" + batch.body.removesuffix(_COMMA) + b"]" if self._array else batch.body
        answer = await self._transport.request(self._settings.method, self._settings.url, body, self._headers)
        if isinstance(answer, Outcome):
            return answer
        return classify(answer.status, answer.headers, answer.body, time.time())

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._settings.url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Look up the name, connect, read the secrets; only a real delivery shows more."""
        return await look("http", self, self._transport, self._settings.url, send=send)


def encoder(settings: Settings, enrichment: Enrichment) -> Encoder:
    """Give what encodes its records; the same for the same settings."""
    if enrichment.format == "raw":
        return RawEncoder(when=settings.when, redaction=enrichment.redaction)
    layout = Lines(tail=_COMMA if settings.format == "json" else b"\n")
    return BlockEncoder(enrichment, layout, settings.when, most=HttpSink.limits.max_record_bytes)


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[HttpSink]:
    """Open the sink; leaving closes its connections."""
    raw = enrichment.format == "raw"
    if raw and settings.format == "json":
        message = "LOGSHIP_HTTP_FORMAT=json can't carry LOGSHIP_FORMAT=raw: take ndjson"
        raise ConfigError([message])
    credentials = bearer_or_basic(settings.bearer_token, settings.username, settings.password)
    async with open_way_in(settings, credentials, "http") as transport:
        content_type = _CONTENT_TYPES["raw" if raw else settings.format]
        yield HttpSink(settings, encoder(settings, enrichment), transport, content_type)
