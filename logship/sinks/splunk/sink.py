"""Records to Splunk's HTTP Event Collector, one event each; with ``ACK``, delivered means indexed."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from msgspec.structs import replace

from logship.delivery.http_status import Answer
from logship.model import Batch, Finding, Limits, Outcome, Status
from logship.net.credentials import bearer
from logship.net.preflight import answer_findings, look
from logship.net.transport import Transport, open_transport
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment, to_json
from logship.settings.config import NetworkSettings, Secret, setting
from logship.settings.urls import url_faults, with_path
from logship.sinks.splunk.hec import Events, Sent, Unproven, read_ack, read_answer, read_cookie

MAX_REQUEST_BYTES: Final = 2 << 20
"""Splunk itself takes more; what stands before it in the cloud may not."""
MAX_RECORD_BYTES: Final = 5_000_000
"""A longer event is refused, and with it the whole request."""
_COLLECTOR: Final = "/services/collector"
_EVENT: Final = _COLLECTOR + "/event"
_ACK: Final = _COLLECTOR + "/ack"
_HEALTH: Final = _COLLECTOR + "/health/1.0"
_JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json"}
_FIRST_ACK_SECONDS, _LAST_ACK_SECONDS = 0.1, 2.0
"""How long to wait before asking about an acknowledgement: each time twice as long, up to this."""
_ASK_SECONDS: Final = 5.0
"""For one question; less than an attempt may take, whose time-out would be laid to the size of the batch."""
PATIENCE_SECONDS: Final = 300.0
"""What is not acknowledged by then is sent again."""
_TOKEN_REFUSED: Final = frozenset({"hec_1", "hec_2", "hec_3", "hec_4"})
_NO_ACK: Final = Outcome(Status.DELIVERED, "no_ack", fault=True)
"""The collector has it, and will never say whether it is indexed: to send it again would store it again."""
_NOT_INDEXED: Final = Outcome(Status.ERRORED, "not_indexed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NetworkSettings):
    """``LOGSHIP_SPLUNK_…``."""

    url: str = setting("address of the collector, for example `https://splunk:8088`", required=True)
    token: Secret = setting("sent as `Authorization: Splunk …`", Secret())
    index: str = setting("where to; else the token's own")
    source: str = setting("the events' `source`; else the name of the log file")
    sourcetype: str = setting("the events' `sourcetype`", "_json")
    ack: bool = setting("delivered means indexed; sent again if not told so in 5 minutes; needs a token with it", False)  # noqa: FBT003

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        return url_faults(self.url) + ([] if self.token else ["TOKEN is not set, and there is no default"])


class SplunkSink:
    """One request a batch, and questions about its acknowledgement."""

    limits = Limits(MAX_REQUEST_BYTES, max_record_bytes=MAX_RECORD_BYTES)

    def __init__(self, settings: Settings, encoder: BlockEncoder, transport: Transport) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._transport = transport
        self._ack = settings.ack
        self._url = with_path(settings.url, _EVENT)
        before, found, _ = self._url.partition(_COLLECTOR)
        root = before if found else urljoin(self._url, "/").rstrip("/")
        self._ack_url, self._health_url = root + _ACK, root + _HEALTH
        self._unproven = Unproven(PATIENCE_SECONDS, lambda: str(uuid.uuid4()))

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; with ``ack``, return only when it is indexed. The caller's time limit bounds that too.

        What the collector took in an attempt that ended without its word is not sent again, only asked for, once.
        """
        if not self._ack:
            answer = await self._transport.post(self._url, batch.body, _JSON)
            return answer if isinstance(answer, Outcome) else read_answer(answer, time.time()).outcome
        sent = self._unproven.find(batch, asyncio.get_running_loop().time())
        if sent:
            return await self._ask(batch, sent) or _NOT_INDEXED
        taken = await self._send(batch)
        return taken if isinstance(taken, Outcome) else await self._indexed(batch, taken)

    async def _send(self, batch: Batch) -> Sent | Outcome:
        """Send it in a channel, which stays its own if the collector takes it."""
        channel, sent = self._unproven.take_channel(), None
        try:
            answer = await self._transport.post(self._url, batch.body, _in_channel(channel))
            if isinstance(answer, Outcome):
                return answer
            taken = read_answer(answer, time.time())
            if taken.outcome.status is not Status.DELIVERED:
                return taken.outcome
            if taken.ack is None:
                return _NO_ACK
            now, cookie = asyncio.get_running_loop().time(), read_cookie(answer)
            sent = self._unproven.sent(batch, channel, taken.ack, cookie, now)
            return sent
        finally:
            if sent is None:
                self._unproven.give_back(channel)

    async def _indexed(self, batch: Batch, sent: Sent) -> Outcome:
        """Ask until the indexers have the events, or asking fails."""
        pause = _FIRST_ACK_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LAST_ACK_SECONDS)
            outcome = await self._ask(batch, sent)
            if outcome is not None:
                return outcome

    async def _ask(self, batch: Batch, sent: Sent) -> Outcome | None:
        """Ask once whether the indexers have the events; None: they do not say so."""
        body = b'{"acks":[%d]}' % sent.ack
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                answer = await self._transport.post(self._ack_url, body, _in_channel(sent.channel, sent.cookie))
        except TimeoutError:
            return None
        outcome = answer if isinstance(answer, Outcome) else read_ack(answer, sent.ack, time.time())
        if outcome is None:
            return None
        if outcome.status is Status.DELIVERED:
            self._unproven.indexed(batch, sent)
            return outcome
        # Where nobody listens the collector is being restarted, and it keeps its acknowledgements in memory only.
        if outcome.status is Status.REJECTED or outcome.reason == "connection_refused":
            self._unproven.lost(batch)
        # By a reason of its own: a question that fails says nothing about the size of the batch.
        return replace(outcome, status=Status.ERRORED, reason=f"ack_{outcome.reason}")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Look up the name, connect, and ask the collector for its health and about the token."""
        return await look("splunk", self, self._transport, self._url, send=send, ask=self._health, proves=False)

    async def _health(self) -> list[Finding]:
        answer = await self._transport.request("GET", self._health_url)
        subject = "splunk: collector"
        if isinstance(answer, Answer) and read_answer(answer, time.time()).outcome.reason in _TOKEN_REFUSED:
            return [Finding(good=False, subject=subject, message="the token is refused: check SPLUNK_TOKEN")]
        return answer_findings(subject, answer, sure=False)


def _in_channel(channel: str, cookie: str = "") -> Mapping[str, str]:
    return {**_JSON, "X-Splunk-Request-Channel": channel, **({"Cookie": cookie} if cookie else {})}


def _members(settings: Settings, enrichment: Enrichment) -> bytes:
    named = {
        "host": enrichment.fields.get("k8s.pod.name", ""),
        "sourcetype": settings.sourcetype,
        "index": settings.index,
    }
    return b"".join([to_json(name) + b":" + to_json(value) + b"," for name, value in named.items() if value])


def encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    """Give what encodes its records; the same for the same settings."""
    enrichment.require_records("splunk")
    layout = Events(_members(settings, enrichment), settings.source)
    return BlockEncoder(enrichment, layout, settings.when, most=SplunkSink.limits.max_record_bytes, levels=True)


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[SplunkSink]:
    """Open the sink; leaving closes its connections."""
    records = encoder(settings, enrichment)
    async with open_transport(settings, bearer(settings.token, "Splunk")) as transport:
        yield SplunkSink(settings, records, transport)
