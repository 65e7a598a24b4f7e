"""Records to Elasticsearch, OpenSearch and anything else that speaks ``_bulk``.

Each record is a ``create`` with its own ``_id``: a repeat is answered by 409, and counted as a duplicate.
"""

import base64
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from msgspec.structs import replace

from logship.delivery.http_status import Answer, classify
from logship.model import Batch, Finding, Limits, Outcome, Status
from logship.net.credentials import Credentials, basic, basic_faults, no_credentials, read_secret
from logship.net.preflight import delivery_finding, reach, secret_finding
from logship.net.transport import Transport
from logship.net.ways_in import AwsSettings, open_way_in
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.mending import Readable
from logship.settings.config import Secret, setting
from logship.settings.urls import url_faults, without_path
from logship.sinks.elasticsearch.bulk import Bulk, read_answer, read_refusal
from logship.sinks.elasticsearch.refusals import readable_names, with_mended

DEFAULT_INDEX: Final = "logs-agent-default"
MAX_REQUEST_BYTES: Final = 50_000_000
"""Half of the server's own default limit (``http.max_content_length``)."""
_FILTER: Final = "errors,items.*.status,items.*.error,items.*.failure_store"
_HEADERS: Final[Mapping[str, str]] = {"Content-Type": "application/x-ndjson"}
_MOVE_ON: Final = frozenset(
    {"connection_refused", "connection_reset", "unreachable", "dns", "timeout"}
    | {"tls", "tls_expired", "tls_not_spoken", "tls_unknown_ca", "tls_wrong_name"}
    | {"http_502", "http_503", "http_504"}
)
_REFUSALS: Final = frozenset({"http_400", "http_401", "http_403", "http_404", "http_405"})
_TAKEN: Final = range(200, 300)
_NO_SUCH_PATH: Final = frozenset({404, 405})
_BAD_REQUEST: Final = 400
_NO_PATH: Final = re.compile(rb"(?i)unsupported path|invalid http endpoint|no handler found|unknown (path|endpoint)")
"""What others say of a path that they do not know."""
_BULK: Final = "/_bulk"
_FORBIDDEN_IN_INDEX: Final = frozenset('\\/*?"<>| ,#:')


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(AwsSettings):
    """``LOGSHIP_ELASTICSEARCH_…``."""

    url: tuple[str, ...] = setting("address; of several, the one that works is used", (), required=True)
    index: str = setting("a data stream or an index; `%Y.%m.%d` come from the event time", DEFAULT_INDEX)
    api_key: Secret = setting("sent as `Authorization: ApiKey …`; `id:key` or its base64 form", Secret())
    username: str = setting("for HTTP Basic authorization")
    password: Secret = setting("for HTTP Basic authorization", Secret())
    pipeline: str = setting("ingest pipeline")
    ids: bool = setting("give each record its `_id`: a repeat is then stored once", True)  # noqa: FBT003 - the default

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = [fault for url in self.url for fault in url_faults(url)]
        if faults and any("://" not in url for url in self.url[1:]):
            faults.append("URL is a list: a comma within an address is written %2C")
        faults += basic_faults(self.username, self.password) + self.way_in_faults(self.api_key, self.username)
        if self.api_key and self.username:
            faults.append("API_KEY and USERNAME are both set: only one can be sent")
        if not self.index or self.index != self.index.lower().replace("%y", "%Y").replace("%h", "%H"):
            faults.append("INDEX must be there and in lower case")
        if _FORBIDDEN_IN_INDEX.intersection(self.index) or self.index.startswith(("-", "_", "+", ".")):
            faults.append("INDEX has a character that no index name may have there")
        return faults


def _credentials(settings: Settings) -> Credentials:
    if settings.api_key:
        return lambda: {"Authorization": f"ApiKey {_encoded_key(read_secret(settings.api_key))}"}
    return basic(settings.username, settings.password) if settings.username else no_credentials


def _encoded_key(key: str) -> str:
    return base64.b64encode(key.encode()).decode() if ":" in key else key


def bulk_url(url: str, settings: Settings, *, plain: bool = False) -> str:
    """Give where batches go for an address that may have a path and a query, and may end in ``_bulk`` already.

    ``plain``: without the index.
    """
    parts = urlsplit(url)
    ours = {"filter_path": _FILTER} | ({"pipeline": settings.pipeline} if settings.pipeline else {})
    query = "&".join(filter(None, [parts.query, urlencode(ours, safe=",*")]))
    path = parts.path.rstrip("/")
    if not path.endswith(_BULK):
        path += ("" if plain or "%" in settings.index else f"/{quote(settings.index)}") + _BULK
    return parts._replace(path=path, query=query, fragment="").geturl()


def named_index(settings: Settings) -> str:
    """Give the index that each record has to name, since the address does not; empty if it does."""
    # A single name before `_bulk` is an index; of several, or none, it is where the server is.
    ends = [urlsplit(url).path.rstrip("/").endswith(_BULK) for url in settings.url]
    theirs = all(urlsplit(url).path.strip("/").count("/") == 1 for url in settings.url)
    whole = any(ends) and not (theirs and settings.index == DEFAULT_INDEX)
    return settings.index if whole or "%" in settings.index else ""


class ElasticsearchSink:
    """One bulk request a batch, to the node that answered last."""

    limits = Limits(max_bytes=MAX_REQUEST_BYTES)

    def __init__(self, settings: Settings, encoder: BlockEncoder, transport: Transport, readable: Readable) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._settings = settings
        self._transport = transport
        self._readable = readable
        self._urls = [bulk_url(url, settings) for url in settings.url]
        self._others = [bulk_url(url, settings, plain=True) for url in settings.url]
        """Without the index: some servers know no other path."""
        self._proven = [False] * len(self._urls)
        self._at = 0
        self._refusing: set[int] = set()
        """Addresses that refused a whole request since one was taken."""
        self._dated = "%" in settings.index

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; the answer tells each record's fate. An address that fails is left for the next attempt."""
        at = self._at
        try:
            answer = await self._transport.post(self._urls[at], batch.body, _HEADERS)
        except BaseException:  # cancelled: it took too long
            self._leave(at)
            raise
        outcome = self._outcome(answer, batch)
        if self._try_plain(at, answer):
            outcome = replace(outcome, status=Status.ERRORED, fault=outcome.fault)
        if outcome.reason in _MOVE_ON:
            self._leave(at)
        return self._ask_the_others(at, outcome)

    def _try_plain(self, at: int, answer: Answer | Outcome) -> bool:
        """Note whether the path with an index in it is known; where it is not, the next attempt goes without."""
        if isinstance(answer, Outcome) or self._proven[at]:
            return False
        self._proven[at] = answer.status in _TAKEN
        said_so = answer.status == _BAD_REQUEST and _NO_PATH.search(answer.body[:500])
        unknown = said_so or answer.status in _NO_SUCH_PATH
        if not unknown or self._urls[at] == self._others[at]:
            return False
        self._urls[at], self._others[at] = self._others[at], self._urls[at]
        return True

    def _ask_the_others(self, at: int, outcome: Outcome) -> Outcome:
        """Leave an address that refuses the whole request; only if all of them do is it the setting, or the records."""
        if outcome.status is Status.DELIVERED:
            self._refusing.clear()
        elif outcome.reason in _REFUSALS or outcome.fault:
            self._refusing.add(at)
            self._leave(at)
            if len(self._refusing) < len(self._urls):
                return replace(outcome, status=Status.ERRORED, fault=False)
        return outcome

    def _leave(self, at: int) -> None:
        """Go on to the next address, unless another attempt has done so."""
        if self._at == at:
            self._at = (at + 1) % len(self._urls)

    def _outcome(self, answer: Answer | Outcome, batch: Batch) -> Outcome:
        if isinstance(answer, Outcome):
            return answer
        outcome = classify(answer.status, answer.headers, answer.body, time.time())
        if outcome.status is Status.REJECTED:
            return read_refusal(outcome, answer.body)
        if outcome.status is not Status.DELIVERED:
            return outcome
        if answer.flaw:
            # Too many errors to tell in one answer: ask for fewer records at once.
            return Outcome(Status.ERRORED, "bad_response", too_large=answer.flaw == "long" and batch.records > 1)
        sent = (lambda: batch.body) if self._dated else None
        outcome = read_answer(answer.body, batch.records, ids=self._settings.ids, sent=sent)
        return with_mended(outcome, batch, self._readable) if outcome.verdicts else outcome

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return tuple(self._urls)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Look at every address, then at the version, the credentials and what the index would be."""
        from logship.sinks.elasticsearch.preflight import look  # noqa: PLC0415 - asyncio: not for whoever only reads our settings

        settings, transport = self._settings, self._transport
        findings = list(secret_finding("elasticsearch", transport))
        for url in settings.url:
            findings += await reach("elasticsearch", url, transport.tls)
        if not all(each.good for each in findings):
            sent = [await delivery_finding("elasticsearch", self, transport.credentials)] if send else []
            return [*findings, *sent]
        findings += await look(
            transport, without_path(bulk_url(settings.url[0], settings, plain=True), _BULK), settings.index
        )
        return [*findings, *([await delivery_finding("elasticsearch", self, transport.credentials)] if send else [])]


def encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    """Give what encodes its records; the same for the same settings."""
    enrichment.require_records("elasticsearch")
    bulk, most = Bulk(named_index(settings), settings.ids), ElasticsearchSink.limits.max_record_bytes
    return BlockEncoder(enrichment, bulk, settings.when, most=most)


def common(settings: Settings, _: Enrichment) -> str:
    """Give what all its records have in common, in the store's words."""
    return f"index {settings.index}"


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[ElasticsearchSink]:
    """Open the sink; leaving closes its connections."""
    records = encoder(settings, enrichment)
    async with open_way_in(settings, _credentials(settings), "elasticsearch") as transport:
        yield ElasticsearchSink(
            settings,
            records,
            transport,
            readable_names(enrichment),
        )
