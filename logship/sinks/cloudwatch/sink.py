"""Records to Amazon CloudWatch Logs, each a log event whose message is the record as JSON."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from logship.errors import LogshipError, missing
from logship.model import Batch, Finding, Outcome, Status
from logship.net.preflight import delivery_finding, outcome_finding, reach
from logship.net.transport import open_transport
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment, to_json
from logship.settings.config import NetworkSettings, Secret, setting
from logship.settings.urls import url_faults
from logship.sinks.cloudwatch.log_events import (
    CREDENTIALS,
    EXISTS,
    LIMITS,
    NOT_FOUND,
    LogEvents,
    Part,
    parts,
    read_answer,
    read_put,
    together,
)

if TYPE_CHECKING:
    from logship.net.aws_signing import Signed

_GROUP: Final = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_STREAM: Final = re.compile(r"[^:*]{1,512}")
_TAKEN: Final = frozenset({Status.DELIVERED, Status.DUPLICATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NetworkSettings):
    """``LOGSHIP_CLOUDWATCH_…``."""

    compression: Literal["gzip", "none"] = setting("`gzip` or `none`", "none")
    group: str = setting("the log group", required=True)
    stream: str = setting("the log stream; else `POD_NAME/CONTAINER_NAME`")
    region: str = setting("for example `eu-central-1`; else as AWS's tools find it")
    create: bool = setting("create the group and the stream where they are missing", True)  # noqa: FBT003
    endpoint: str = setting("where to send, instead of the region's address")
    access_key_id: str = setting("else credentials are found as AWS's tools find them")
    secret_access_key: Secret = setting("of `ACCESS_KEY_ID`", Secret())

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = url_faults(self.endpoint) if self.endpoint else []
        if self.group and not _GROUP.fullmatch(self.group):
            faults.append(
                "GROUP has a character that no log group may have (only a-z A-Z 0-9 . - _ / #), or is too long"
            )
        if self.stream and not _STREAM.fullmatch(self.stream):
            faults.append("STREAM has : or *, which no log stream may have, or is too long")
        if bool(self.access_key_id) != bool(self.secret_access_key):
            faults.append("ACCESS_KEY_ID and SECRET_ACCESS_KEY: only one of them is set")
        return faults

    def addresses(self) -> tuple[str, ...]:
        """Give the service's address, as far as the settings tell it."""
        return (self.endpoint or (address(self.region) if self.region else ""),)


def stream_name(settings: Settings, enrichment: Enrichment) -> str:
    """Give the log stream: one a pod and container."""
    pod = enrichment.fields.get("k8s.pod.name") or socket.gethostname()
    container = enrichment.fields.get("k8s.container.name", "")
    return settings.stream or re.sub("[:*]", "_", f"{pod}/{container}" if container else pod)[:512]


def address(region: str) -> str:
    """Give the service's address in a region."""
    return f"https://logs.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}/"


class CloudwatchSink:
    """One request a batch, or one for each day that it spans, in the order of time."""

    limits = LIMITS

    def __init__(self, settings: Settings, stream: str, encoder: BlockEncoder, signed: "Signed", url: str) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self._signed = signed
        self._url = url
        self._create = settings.create
        self._group = to_json({"logGroupName": settings.group})
        self._stream = to_json({"logGroupName": settings.group, "logStreamName": stream})
        self._look = to_json({"logGroupName": settings.group, "logStreamNamePrefix": stream, "limit": 1})

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it; what the service refuses for its age is told record by record."""
        todo, outcomes = parts(batch.body, time.time_ns() // 10**6), []
        for at, part in enumerate(todo):
            outcomes.append(await self._put(part))
            if outcomes[-1].status not in _TAKEN:
                return together(todo[:at], todo[at:], outcomes)
        return together(todo, (), outcomes)

    async def _put(self, part: Part) -> Outcome:
        body = self._stream[:-1] + b',"logEvents":[' + part.events + b"]}"
        outcome = await self._ask("PutLogEvents", body, part)
        if outcome.reason != NOT_FOUND or not self._create:
            return outcome
        # Nothing was sent in vain: there was nowhere to send it to.
        made = await self._make()
        return await self._ask("PutLogEvents", body, part) if made.status is Status.DELIVERED else made

    async def _make(self) -> Outcome:
        """Create the stream, and the group if need be; who may do only the former often has a group."""
        outcome = await self._ask("CreateLogStream", self._stream)
        if outcome.reason == NOT_FOUND:
            outcome = await self._ask("CreateLogGroup", self._group)
            if outcome.status is Status.DELIVERED:
                outcome = await self._ask("CreateLogStream", self._stream)
        refused = outcome.status is Status.REJECTED or outcome.too_large
        return (
            msgspec.structs.replace(outcome, status=Status.ERRORED, too_large=False, fault=True) if refused else outcome
        )

    async def _ask(self, operation: str, body: bytes, part: Part | None = None) -> Outcome:
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Logs_20140328.{operation}"}
        answer = await self._signed.post(self._url, body, headers)
        if isinstance(answer, Outcome):
            return answer
        outcome = read_put(answer, part, time.time()) if part else read_answer(answer, time.time())
        if outcome.reason in CREDENTIALS:
            self._signed.keys.forget()
        return Outcome(Status.DELIVERED) if outcome.reason == EXISTS else outcome

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests go."""
        return (self._url,)

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Find credentials, look up the name, connect, and look for the group and the stream."""
        findings = [await self._credentials(), *await reach("cloudwatch", self._url, self._signed.tls)]
        if all(each.good for each in findings):
            findings.append(await self._target())
        if send:
            findings.append(await delivery_finding("cloudwatch", self))
        return findings

    async def _credentials(self) -> Finding:
        subject = "cloudwatch: credentials"
        try:
            origin = await asyncio.to_thread(self._signed.keys.origin)
        except LogshipError as error:
            return Finding(good=False, subject=subject, message=str(error))
        return Finding(good=True, subject=subject, message=f"found by: {origin}")

    async def _target(self) -> Finding:
        subject = "cloudwatch: group and stream"
        outcome = await self._ask("DescribeLogStreams", self._look)
        if outcome.reason.startswith("AccessDenied"):
            message = "may not be looked at, which delivery does not need (logs:DescribeLogStreams)"
            return Finding(good=True, subject=subject, message=message)
        if outcome.reason != NOT_FOUND:
            return outcome_finding(subject, outcome)
        if self._create:
            return Finding(good=True, subject=subject, message="the group is not there yet, and will be created")
        return Finding(good=False, subject=subject, message="the group is not there: make it, or allow CREATE")


def encoder(settings: Settings, enrichment: Enrichment) -> BlockEncoder:
    """Give what encodes its records; the same for the same settings."""
    enrichment.require_records("cloudwatch")
    return BlockEncoder(enrichment, LogEvents(), settings.when, most=CloudwatchSink.limits.max_record_bytes)


def common(settings: Settings, enrichment: Enrichment) -> str:
    """Give what all its records have in common, in the store's words."""
    return f"group {settings.group}, stream {stream_name(settings, enrichment)}"


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[CloudwatchSink]:
    """Open the sink; leaving closes its connections. Raises ConfigError where there is no region or no botocore."""
    records = encoder(settings, enrichment)
    try:
        from logship.net.aws_signing import Keys, Signed, the_region  # noqa: PLC0415 - botocore: only for whoever sends
    except ModuleNotFoundError as error:
        raise missing(error.name, "cloudwatch", "cloudwatch") from error
    region = await the_region(settings.region, "LOGSHIP_CLOUDWATCH_REGION")
    keys = Keys(region, settings.access_key_id, settings.secret_access_key)
    gzip = settings.compression == "gzip"
    async with open_transport(replace(settings, compression="none")) as transport:
        signed = Signed(transport, keys, service="logs", region=region, gzip=gzip)
        url = settings.endpoint or address(region)
        yield CloudwatchSink(settings, stream_name(settings, enrichment), records, signed, url)
