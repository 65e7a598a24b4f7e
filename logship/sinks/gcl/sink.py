"""Records to Google Cloud Logging, each as the ``jsonPayload`` of an entry."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from logship.errors import missing
from logship.model import Batch, Block, Encoded, Finding, Limits, Outcome, Status
from logship.net.access_tokens import Access, Grant
from logship.net.preflight import delivery_finding, outcome_finding, reach
from logship.net.transport import Transport, open_transport
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.settings.config import NetworkSettings, setting
from logship.settings.urls import url_faults
from logship.sinks.gcl.entries import SCOPE, Entries, in_project, read_answer, resource_of, write_body

MAX_REQUEST_BYTES: Final = 9_500_000
"""The service takes 10 MB: what is around the entries, and the project's name in each, has its room."""
MAX_RECORDS: Final = 10_000
MAX_RECORD_BYTES: Final = 256_000
_LIBRARIES: Final = ("google.auth", "requests")
_PATH: Final = "/v2/entries:write"
_HEADERS: Final[Mapping[str, str]] = {"Content-Type": "application/json"}
_REFUSED: Final = frozenset({"http_401", "http_403"})
_GRANT_SECONDS: Final = 30.0
"""How long `check` waits for a token: google-auth looks for a metadata server for 12 s before it gives up."""
_NO_PROJECT: Final = Outcome(Status.ERRORED, "no_project", fault=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NetworkSettings):
    """``LOGSHIP_GCL_…``."""

    project: str = setting("id of the project; else the credentials' own")
    log_name: str = setting("name of the log", "logship")
    resource: Mapping[str, str] = setting(
        "`type=…` and labels of the monitored resource, `k=v,k2=v2` or a JSON object; else `k8s_container` if pod, "
        "`location` and `cluster_name` are known, `global` if not",
        dict,
        plain=True,
    )
    endpoint: str = setting("address of the service, or of a proxy for it", "https://logging.googleapis.com")

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = url_faults(self.endpoint)
        if not self.log_name or len(self.log_name) > 511:  # noqa: PLR2004 - "less than 512 characters long"
            faults.append("LOG_NAME has 1 to 511 characters")
        return faults


class GclSink:
    """One request a batch."""

    limits = Limits(MAX_REQUEST_BYTES, MAX_RECORDS, MAX_RECORD_BYTES)

    def __init__(
        self, settings: Settings, enrichment: Enrichment, encoder: BlockEncoder, transport: Transport, access: Access
    ) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._settings = settings
        self._fields = enrichment.fields
        self._transport = transport
        self._access = access
        base = settings.endpoint
        self._url = base if urlsplit(base).path not in {"", "/"} else base.rstrip("/") + _PATH

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; an answer may tell entries apart. A refused token is forgotten: the next attempt has a new one."""
        grant = await self._access.grant()
        if isinstance(grant, Outcome):
            return grant
        return await self._write(grant, batch.body, batch.records)

    async def _write(self, grant: Grant, entries: bytes, records: int, *, dry_run: bool = False) -> Outcome:
        project = self._settings.project or grant.project
        if not project:  # the metadata server may know it the next time
            self._access.forget()
            return _NO_PROJECT
        resource = resource_of(self._settings.resource, self._fields, project, grant.location, grant.cluster)
        body = write_body(
            entries, project=project, log_name=self._settings.log_name, resource=resource, dry_run=dry_run
        )
        answer = await self._transport.post(self._url, body, _HEADERS)
        if isinstance(answer, Outcome):
            return answer
        outcome = read_answer(answer, records, time.time())
        if outcome.reason in _REFUSED:
            self._access.forget()
        return outcome

    async def _grant_in_time(self) -> Grant | Outcome:
        try:
            async with asyncio.timeout(_GRANT_SECONDS):
                return await self._access.grant()
        except TimeoutError:
            return Outcome(Status.ERRORED, "token", "TimeoutError")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Find credentials and project, look up the name, connect, and write nothing on trial."""
        grant = await self._grant_in_time()
        findings = [_credentials_finding(grant)]
        if isinstance(grant, Grant):
            findings.append(_project_finding(self._settings.project or grant.project))
        findings += await reach("gcl", self._url, self._transport.tls)
        if isinstance(grant, Grant) and all(each.good for each in findings):
            findings.append(outcome_finding("gcl: write on trial", await self._write(grant, b"", 0, dry_run=True)))
        if send:
            findings.append(await delivery_finding("gcl", self, self._transport.credentials))
        return findings


def _credentials_finding(grant: Grant | Outcome) -> Finding:
    subject = "gcl: credentials"
    if not isinstance(grant, Outcome):
        return Finding(good=True, subject=subject, message=f"{grant.kind}: gave a token")
    if grant.reason == "token":
        message = "no token came: the metadata or token server does not answer; check network policy and egress"
    else:
        message = (
            "none that work: check the file that GOOGLE_APPLICATION_CREDENTIALS names, or the pod's service account"
        )
    return Finding(good=False, subject=subject, message=f"{message} ({grant.detail})")


def _project_finding(project: str) -> Finding:
    message = project or "the credentials name none: set LOGSHIP_GCL_PROJECT"
    return Finding(good=bool(project), subject="gcl: project", message=message)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ModuleNotFoundError, ValueError):  # what it is in is not there
        return False


def _ask(clock: Callable[[], float]) -> Grant | Outcome:
    from logship.sinks.gcl.credentials import ask  # noqa: PLC0415 - google-auth: slow, and asked for in a thread

    return ask(SCOPE, clock)


class _Readable(Struct, frozen=True):
    """Encodes for people: the project is named, as far as the settings tell it."""

    encoder: BlockEncoder
    project: str

    def encode(self, block: Block) -> Encoded:
        """Give the block's entries."""
        found = self.encoder.encode(block)
        return replace(found, body=in_project(found.body, self.project))

    def records(self, block: Block) -> list[Block]:
        """Give a block for each record."""
        return self.encoder.records(block)


def encoder(settings: Settings, enrichment: Enrichment) -> Encoder:
    """Give what encodes its records, for people to read."""
    return _Readable(_encoder(settings, enrichment), settings.project or "PROJECT")


def _encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    enrichment.require_records("gcl")
    most = GclSink.limits.max_record_bytes
    return BlockEncoder(enrichment, Entries(enrichment), settings.when, most=most, levels=True)


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[GclSink]:
    """Open the sink; leaving closes its connections. Nothing is asked before the first delivery."""
    if absent := [name for name in _LIBRARIES if not _is_there(name)]:
        raise missing(" and ".join(absent), "gcl", "gcl")
    records = _encoder(settings, enrichment)
    access = Access(_ask, settings.project)
    async with open_transport(settings, access.headers) as transport:
        yield GclSink(settings, enrichment, records, transport, access)
