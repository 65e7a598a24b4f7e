"""Records to Datadog, by version 2 of its logs intake (https://docs.datadoghq.com/api/latest/logs/#send-logs).

A record goes as the text of ``message``, as Datadog's own agent sends a JSON line: the intake takes it apart there, and
no name in it can get in the way of Datadog's reserved attributes around it.
"""

import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from msgspec.structs import replace

from logship.delivery.http_status import classify
from logship.model import Batch, Finding, Limits, Outcome, Status
from logship.net.credentials import read_secret
from logship.net.preflight import answer_findings, look
from logship.net.transport import Transport, open_transport
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment, to_json
from logship.records.layouts import Rows, Woven, weave
from logship.records.messages import MessageText
from logship.records.severity import by_severity
from logship.records.timestamps import epoch_texts
from logship.settings.config import NetworkSettings, Secret, setting
from logship.settings.urls import url_faults, with_path

MAX_REQUEST_BYTES: Final = 5_000_000 - len("[]")
MAX_RECORDS: Final = 1000
MAX_RECORD_BYTES: Final = 1_000_000
"""A longer one would be cut without a word."""
OLDEST_SECONDS: Final = 18 * 3600
"""The page above allows for that much; what is older is answered alike, and may not be shown."""
_TIMES: Final = re.compile(rb'"timestamp":([0-9]+),"message":')
"""Of entries: within their texts each quote has a backslash before it."""
_DATADOGS: Final = re.compile(r"(^|\.)(datadoghq\.[a-z]+|ddog-gov\.com)(:[0-9]+)?$")
_PATH: Final = "/api/v2/logs"
_HEADERS: Final[Mapping[str, str]] = {"Content-Type": "application/json"}
_NAMES: Final = {
    24: "emergency",
    22: "alert",
    21: "critical",
    17: "error",
    13: "warning",
    10: "notice",
    9: "info",
    1: "debug",
}
"""Datadog's names, by the least severity."""
_STATUSES: Final = by_severity(_NAMES, b'"status":"%b",')
_SITE: Final = re.compile(r"[A-Za-z0-9.-]+")
_TAGS: Final = {"pod_name": "k8s.pod.name", "kube_namespace": "k8s.namespace.name"}
"""What Datadog's agent calls our fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NetworkSettings):
    """``LOGSHIP_DATADOG_…``."""

    site: str = setting("Datadog's site, for example `datadoghq.eu`", "datadoghq.com")
    url: str = setting("where to send, instead of the site's intake: a proxy or another store")
    api_key: Secret = setting("sent as `DD-API-KEY`", Secret())
    service: str = setting("the records' `service`; else `SERVICE_NAME`")
    source: str = setting("the records' `ddsource`: chooses Datadog's pipeline", "python")
    tags: tuple[str, ...] = setting("`key:value,…`, put on every record", ())

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = url_faults(self.url) if self.url else []
        if not _SITE.fullmatch(self.site):
            faults.append("SITE is not a host such as datadoghq.eu; a whole address goes to URL")
        if not self.api_key:
            faults.append("API_KEY is not set, and there is no default")
        faults += [f"TAGS has {tag!r}, which is not key:value" for tag in self.tags if not all(tag.partition(":"))]
        return faults

    def addresses(self) -> tuple[str, ...]:
        """Give the address of the intake."""
        return (self.url or f"https://http-intake.logs.{self.site}",)

    def oldest_seconds(self) -> float:
        """Give Datadog's own limit; another store at this address has none."""
        return OLDEST_SECONDS if _DATADOGS.search(self.where()) else 0.0


class Entries:
    """Entries of the array that the intake takes, each with a comma after it."""

    def __init__(self, settings: Settings, enrichment: Enrichment) -> None:
        self._texts = MessageText(enrichment)  # what is called `message` in there is what Datadog shows
        self.wants: Sequence[str] = self._texts.wants
        fields = enrichment.fields
        tags = [*settings.tags, *(f"{tag}:{fields[name]}" for tag, name in _TAGS.items() if name in fields)]
        constant = {
            "ddsource": settings.source,
            "ddtags": ",".join(tags),
            "hostname": fields.get("k8s.node.name") or fields.get("k8s.pod.name", ""),
            "service": settings.service or fields.get("service.name", ""),
        }
        known = b"".join([to_json(name) + b":" + to_json(value) + b"," for name, value in constant.items() if value])
        self._head = b"{" + known

    def write(self, rows: Rows) -> Woven:
        """Give the entries."""
        statuses = [_STATUSES[level.severity] for level in rows.levels]
        shown = self._texts.added(rows, dict(zip(self._texts.wants, rows.wanted, strict=True)))
        times = epoch_texts(rows.stamps, 3)
        return weave(len(times), self._head, statuses, b'"timestamp":', times, b',"message":', *shown.quoted(), b"},")


def too_old(body: bytes, now: float) -> int:
    """Give how many entries of a request are older than Datadog allows for; ``now`` in epoch seconds."""
    times = _TIMES.findall(body)
    oldest = int((now - OLDEST_SECONDS) * 1000)
    return sum(int(each) < oldest for each in times)


class DatadogSink:
    """One request a batch."""

    limits = Limits(MAX_REQUEST_BYTES, MAX_RECORDS, MAX_RECORD_BYTES)

    def __init__(self, settings: Settings, encoder: BlockEncoder, transport: Transport) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._transport = transport
        self._url = with_path(settings.addresses()[0], _PATH)
        self._check_url = urljoin(settings.url or f"https://api.{settings.site}", "/api/v1/validate")
        self._own = not settings.url
        self._oldest = settings.oldest_seconds()

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; the answer's status speaks for every record: Datadog tells none apart."""
        body = b"[" + batch.body.removesuffix(b",") + b"]"
        answer = await self._transport.post(self._url, body, _HEADERS)
        if isinstance(answer, Outcome):
            return answer
        outcome = classify(answer.status, answer.headers, answer.body, time.time())
        old = too_old(body, time.time()) if self._oldest and outcome.status is Status.DELIVERED else 0
        return replace(outcome, reason="over_18_hours", ignored=old) if old else outcome

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Look up the name, connect, and ask Datadog about the key."""
        return await look("datadog", self, self._transport, self._url, send=send, ask=self._key)

    async def _key(self) -> list[Finding]:
        answer = await self._transport.request("GET", self._check_url)
        return answer_findings("datadog: API key", answer, sure=self._own)


def encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    """Give what encodes its records; the same for the same settings."""
    enrichment.require_records("datadog")
    entries, most = Entries(settings, enrichment), DatadogSink.limits.max_record_bytes
    return BlockEncoder(enrichment, entries, settings.when, most=most, levels=True)


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[DatadogSink]:
    """Open the sink; leaving closes its connections."""
    records = encoder(settings, enrichment)
    async with open_transport(settings, lambda: {"DD-API-KEY": read_secret(settings.api_key)}) as transport:
        yield DatadogSink(settings, records, transport)
