"""Records to Grafana Loki's push API (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs).

All records of a pod are one stream: few labels, which are the same for all. What else we add goes beside each line as
structured metadata, so that the line is what the application wrote, and its event time. Loki drops a repeat with the
same labels, time and line.
"""

import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from logship.delivery.http_status import Answer, classify
from logship.model import Batch, Block, Finding, Limits, Outcome, Status
from logship.net.credentials import basic_faults, bearer_or_basic
from logship.net.preflight import answer_findings, look
from logship.net.transport import Transport, open_transport
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment, to_json
from logship.records.layouts import Column, Rows, Woven, decimals, weave
from logship.records.severity import by_severity
from logship.records.timestamps import epoch_texts, rfc3339
from logship.records.trace_ids import Contexts
from logship.settings.config import NetworkSettings, Secret, setting
from logship.settings.urls import url_faults, with_path, without_path

MAX_REQUEST_BYTES: Final = 4_000_000
"""Loki's own parts send each other 4 MiB at most; a larger request is a 500."""
_HALVE_BYTES: Final = 1 << 20
"""A larger request that is refused for its rate, or fails, may be too large for this Loki: waiting alone is no help."""
_PATH: Final = "/loki/api/v1/push"
_READY_PATH: Final = "/ready"
_HEADERS: Final[Mapping[str, str]] = {"Content-Type": "application/json"}
_LABELS: Final = ("service.name", "k8s.namespace.name", "k8s.container.name", "k8s.pod.name")
"""Fields of ours that are labels where they are set; Loki's own OTLP endpoint calls them the same."""
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NAMES: Final = {21: "critical", 17: "error", 13: "warn", 9: "info", 5: "debug", 1: "trace"}
"""Names that Grafana knows, by the least severity."""
_LEVELS: Final = by_severity(_NAMES, b',"level":"%b"')
_OWN_METADATA: Final = frozenset(
    {"log_file_name", "log_file_path", "log_offset", "log_flags", "level", "trace_id", "span_id"}
)
"""Names that each line may have beside the constant fields."""
_CONTEXTS: Final = Contexts()
_MS_NS: Final = 10**6
_MS_STAMP: Final = len('"2026-11-22T10:00:00.123Z"')
_STORED: Final = frozenset({200, 204})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NetworkSettings):
    """``LOGSHIP_LOKI_…``."""

    url: str = setting("address of Loki, for example `http://loki:3100`", required=True)
    labels: Mapping[str, str] = setting(
        "labels of the stream, `k=v,k2=v2`, beside those of the pod and service", dict, plain=True
    )
    metadata: bool = setting("our fields as structured metadata; `false`: in the line", True)  # noqa: FBT003
    tenant: str = setting("sent as `X-Scope-OrgID`")
    bearer_token: Secret = setting("sent as `Authorization: Bearer …`", Secret())
    username: str = setting("for HTTP Basic authorization")
    password: Secret = setting("for HTTP Basic authorization", Secret())

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = url_faults(self.url) + basic_faults(self.username, self.password)
        faults += [f"LABELS has {name!r}, which is no label name" for name in self.labels if not _LABEL.fullmatch(name)]
        if self.bearer_token and self.username:
            faults.append("BEARER_TOKEN and USERNAME are both set: only one can be sent")
        return faults


def stream_labels(settings: Settings, enrichment: Enrichment) -> dict[str, str]:
    """Give the stream's labels; Loki wants one at least."""
    pod = {_name(name): str(enrichment.fields[name]) for name in _LABELS if name in enrichment.fields}
    # A label without a value is none.
    return {name: value for name, value in (pod | dict(settings.labels)).items() if value} or {"job": "logship"}


def _name(field: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_]", "_", field)


def _free(name: str, taken: AbstractSet[str]) -> str:
    """Make a name that is not taken: fields that differ in their dots only would else be one."""
    while name in taken:
        name += "_"
    return name


def _times(rows: Rows) -> tuple[Sequence[bytes], Sequence[int]]:
    """Give epoch milliseconds, and nanoseconds on top of them, such that equal lines of a file share no time.

    Loki would keep but one of those. So the line's offset is on top of a time of reading, which many lines share, and
    below the milliseconds of an event time that says no more. Both stay the same in a repeat.
    """
    offsets = rows.offsets()
    if max(map(len, rows.stamps), default=0) <= _MS_STAMP:
        return epoch_texts(rows.stamps, 3), [offset % _MS_NS for offset in offsets]
    read, times = rfc3339(rows.block.time_ns), epoch_texts(rows.stamps, 9)
    sums = [
        b"%d" % (int(time_ns) + offset) if stamp == read else time_ns
        for stamp, time_ns, offset in zip(rows.stamps, times, offsets, strict=True)
    ]
    lows = [int(time_ns[-6:]) or offset % _MS_NS for time_ns, offset in zip(sums, offsets, strict=True)]
    return [time_ns[:-6] for time_ns in sums], lows


class Values:
    """``["<ns>","<line>",{<metadata>}],`` and a newline for each record."""

    def __init__(self, enrichment: Enrichment, *, metadata: bool) -> None:
        self.wants: Sequence[str] = _CONTEXTS.wants if metadata else ()
        self._metadata, self._enrichment = metadata, enrichment
        fields: dict[str, object] = {}
        for field, value in enrichment.fields.items():
            if field not in _LABELS:
                fields[_free(_name(field), fields.keys() | _OWN_METADATA)] = value
        self._constant = b"".join(
            [to_json(name) + b":" + to_json(_text(value)) + b"," for name, value in fields.items()]
        )

    def write(self, rows: Rows) -> Woven:
        """Give the values."""
        milliseconds, nanoseconds = _times(rows)
        times: list[Column] = [b'["', milliseconds, [b"%06d" % low for low in nanoseconds], b'",']
        if not self._metadata:
            return weave(len(nanoseconds), *times, *rows.quoted(), b"],\n")
        lines = replace(rows, ours=b"", located=False).quoted()
        head: list[Column] = [b",{" + self._constant + self._of_file(rows.block)]
        if rows.located:
            head += [b',"log_offset":"', decimals(rows.offsets()), b'"']
        # What each record says of itself that is worth a look-up: members, each with a comma before it.
        levels = [_LEVELS[level.severity] for level in rows.levels]
        column = dict(zip(self.wants, rows.wanted, strict=True)).__getitem__
        ids = (b"trace_id", _CONTEXTS.traces(column)), (b"span_id", _CONTEXTS.spans(column))
        own = levels, *(_members(name, values) for name, values in ids)
        return weave(len(nanoseconds), *times, *lines, *head, *own, b"}],\n")

    def _of_file(self, block: Block) -> bytes:
        """Give what all records of a block have, as members with a comma between two; one at least."""
        found = self._enrichment.of_file(block) or (("log.file.name", block.name),)
        texts = [(name, ",".join(value) if isinstance(value, tuple) else value) for name, value in found]
        return b",".join([to_json(_name(name)) + b":" + to_json(text) for name, text in texts])


def _members(name: bytes, values: Sequence[bytes | None]) -> list[bytes]:
    """Give a member for each value that is a string; Loki refuses a whole request for one number in metadata."""
    before = b',"%b":' % name
    return [before + value if value and value.startswith(b'"') else b"" for value in values]


def _text(value: object) -> str:
    return value if isinstance(value, str) else to_json(value).decode()


class LokiSink:
    """One request a batch: one stream, in the order of time."""

    limits = Limits(MAX_REQUEST_BYTES)

    def __init__(
        self, settings: Settings, labels: Mapping[str, str], encoder: BlockEncoder, transport: Transport
    ) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._transport = transport
        self._url = with_path(settings.url, _PATH)
        self._ready_url = without_path(self._url, _PATH) + _READY_PATH
        self._head = b'{"streams":[{"stream":' + to_json(labels) + b',"values":['
        self._headers = {**_HEADERS, **({"X-Scope-OrgID": settings.tenant} if settings.tenant else {})}

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; a refusal leaves open which records it means, and the good ones may be stored: halves tell."""
        answer = await self._transport.post(self._url, self._body(batch), self._headers)
        return answer if isinstance(answer, Outcome) else _outcome(answer, batch)

    def _body(self, batch: Batch) -> bytes:
        # In JSON a newline is only found between values, and nanoseconds since 2001 have 19 digits.
        values = batch.body.split(b"\n")[:-1]
        values.sort(key=lambda value: value[:22])
        return self._head + b"".join(values).removesuffix(b",") + b"]}]}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Look up the name, connect, and ask Loki whether it is ready."""
        return await look("loki", self, self._transport, self._url, send=send, ask=self._ready, proves=False)

    async def _ready(self) -> list[Finding]:
        answer = await self._transport.request("GET", self._ready_url)
        behind = bool(urlsplit(self._ready_url).path.removesuffix(_READY_PATH))
        return answer_findings("loki: ready", answer, sure=not behind and _says_not_ready(answer))


def _says_not_ready(answer: Answer | Outcome) -> bool:
    return isinstance(answer, Answer) and answer.status == 503  # noqa: PLR2004 - what Loki answers until it is ready


def _outcome(answer: Answer, batch: Batch) -> Outcome:
    outcome = classify(answer.status, answer.headers, answer.body, time.time())
    if outcome.status is Status.DELIVERED and answer.status not in _STORED:
        # Loki can be told to answer so, 260 by default, while it stores nothing.
        return Outcome(Status.ERRORED, f"http_{answer.status}", fault=True)
    large = batch.nbytes > _HALVE_BYTES and batch.records > 1 and answer.status in {429, 500}
    return replace(outcome, too_large=True) if large else outcome


def encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    """Give what encodes its records; the same for the same settings."""
    enrichment.require_records("loki")
    values, most = Values(enrichment, metadata=settings.metadata), LokiSink.limits.max_record_bytes
    return BlockEncoder(enrichment, values, settings.when, most=most, levels=settings.metadata)


def common(settings: Settings, enrichment: Enrichment) -> str:
    """Give what all its records have in common, in the store's words."""
    return f"labels {to_json(stream_labels(settings, enrichment)).decode()}"


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[LokiSink]:
    """Open the sink; leaving closes its connections."""
    records, labels = encoder(settings, enrichment), stream_labels(settings, enrichment)
    credentials = bearer_or_basic(settings.bearer_token, settings.username, settings.password)
    async with open_transport(settings, credentials) as transport:
        yield LokiSink(settings, labels, records, transport)
