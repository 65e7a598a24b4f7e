"""Records to a topic of Kafka, each a message of its own, by an idempotent producer.

Order is kept within a partition: the same key always goes to the same one, and the client keeps the order of what it
sends. What a broker refuses, or an attempt could not deliver, comes later than its neighbours. The time of a message is
that of sending; the event time is in the record, where a wrong one can't make the topic drop it as too old.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from logship.errors import missing
from logship.model import Batch, Block, Finding, Outcome, Status
from logship.net.credentials import SecretError, basic_faults, read_secret
from logship.net.preflight import PREFLIGHT_SECONDS, delivery_finding, doubtful, outcome_finding, reach_host
from logship.net.tls import Tls, open_tls
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.settings.config import NetworkSettings, Secret, Size, setting
from logship.sinks.kafka.broker_errors import broker_faults, host_and_port, limits, topic_faults

if TYPE_CHECKING:
    from logship.sinks.kafka.producer import KafkaClient

_CREDENTIALS: Final = "kafka: credentials"
Keys = Callable[[Block], bytes | None]
_PROTOCOLS: Final = {
    (False, False): "plaintext",
    (True, False): "ssl",
    (False, True): "sasl_plaintext",
    (True, True): "sasl_ssl",
}
"""By whether there is TLS, and SASL."""
_LEVELS: Final = {"gzip": 1, "zstd": 1}
"""The fastest: a shipper's time is dearer than the network's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(NetworkSettings):
    """``LOGSHIP_KAFKA_…``."""

    compression: Literal["zstd", "lz4", "gzip", "none"] = setting(  # type: ignore[assignment] # Kafka has kinds of its own
        "`zstd`, `lz4`, `gzip` or `none`", "zstd"
    )
    headers: Mapping[str, str] = setting("`K=V,K2=V2` or a JSON object, headers of every message", dict)
    brokers: tuple[str, ...] = setting("`host:port` of one or more brokers, to find all others", (), required=True)
    topic: str = setting("where to write", "logs-agent")
    key: Literal["pod", "file", "none"] = setting(
        "of each message: `pod`: the pod's name, else the host's; `file`: that, `/` and the file's name; `none`", "pod"
    )
    message_max_bytes: Size = setting(
        "what the topic takes at once (its `max.message.bytes`); a longer record is a dead letter",
        1_000_000,
        minimum=4096,
        maximum=1_000_000_000,
    )
    tls: bool = setting("speak TLS", False)  # noqa: FBT003
    sasl_mechanism: Literal["none", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = setting(
        "how `USERNAME` and `PASSWORD` are shown", "none"
    )
    username: str = setting("for SASL")
    password: Secret = setting("for SASL", Secret())

    def check(self) -> list[str]:
        """Give what is wrong, a line each."""
        faults = broker_faults(self.brokers) + topic_faults(self.topic) + basic_faults(self.username, self.password)
        if self.username and self.sasl_mechanism == "none":
            faults.append("SASL_MECHANISM is none, and USERNAME is set: set it to PLAIN or SCRAM-SHA-512")
        if self.sasl_mechanism != "none" and not self.username:
            faults.append("USERNAME and PASSWORD are missing: SASL_MECHANISM is set")
        if not self.tls and (self.ca_file or self.cert_file or self.insecure_skip_verify):
            faults.append("TLS is false, and CA_FILE, CERT_FILE or INSECURE_SKIP_VERIFY is set: set it to true")
        return faults

    def addresses(self) -> tuple[str, ...]:
        """Give the brokers."""
        return self.brokers


def client_settings(settings: Settings) -> dict[str, object]:
    """Give the settings as librdkafka calls them, without the password."""
    sasl = settings.sasl_mechanism != "none"
    found: dict[str, object] = {
        "bootstrap.servers": ",".join(settings.brokers),
        "security.protocol": _PROTOCOLS[settings.tls, sasl],
        "compression.type": settings.compression,
        "compression.level": _LEVELS.get(settings.compression, -1),
        "message.max.bytes": settings.message_max_bytes,
        "batch.size": settings.message_max_bytes,
    }
    if sasl:
        found |= {"sasl.mechanism": settings.sasl_mechanism, "sasl.username": settings.username}
    if settings.insecure_skip_verify:
        found |= {"enable.ssl.certificate.verification": False, "ssl.endpoint.identification.algorithm": "none"}
    if settings.tls:
        system = ssl.get_default_verify_paths()  # where Python's own connections look, too
        found["ssl.ca.location"] = settings.ca_file or system.cafile or system.capath or "probe"
    if settings.cert_file:
        key_file = settings.key_file or settings.cert_file
        found |= {"ssl.certificate.location": settings.cert_file, "ssl.key.location": key_file}
    return found


def keys(settings: Settings, enrichment: Enrichment) -> Keys:
    """Say which key the records of a block have."""
    pod = str(enrichment.fields.get("k8s.pod.name") or socket.gethostname())
    if settings.key == "file":
        redaction = enrichment.redaction

        def of_file(block: Block) -> bytes:
            shown = redaction.shown(block) if redaction else block
            return f"{pod}/{shown.name}".encode(errors="surrogateescape")

        return of_file
    key = pod.encode(errors="surrogateescape") if settings.key == "pod" else None
    return lambda _: key


class KafkaSink:
    """One attempt at a time; the client makes of a batch as few requests as the brokers take."""

    def __init__(self, settings: Settings, key: Keys, encoder: Encoder, client: "KafkaClient", tls: Tls) -> None:
        self.encode = encoder.encode
        self.records = encoder.records
        self.limits = limits(settings.message_max_bytes)
        self._settings, self._key, self._client, self._tls = settings, key, client, tls

    async def deliver(self, batch: Batch) -> Outcome:
        """Send it, and wait for what the brokers say of each record."""
        # No record holds a newline of its own: JSON writes it as \n, and a raw line ends with it.
        return await self._client.send([(self._key(part.block), part.body.split(b"\n")[:-1]) for part in batch.parts])

    async def preflight(self, *, send: bool) -> Sequence[Finding]:
        """Read the password, look the brokers up and connect, then ask for the topic with the credentials."""
        findings = [*self._secret()]
        for broker in self._settings.brokers:
            findings += await reach_host("kafka", *host_and_port(broker), self._tls if self._settings.tls else None)
        if all(each.good for each in findings):
            findings += await self._topic()
        if send:
            findings.append(await delivery_finding("kafka", self))
        return findings

    def _secret(self) -> Sequence[Finding]:
        """Say whether the password can be read; nothing if there is none."""
        settings = self._settings
        if not settings.password:
            return []
        try:
            read_secret(settings.password)
        except SecretError as error:
            return [Finding(good=False, subject=_CREDENTIALS, message=str(error))]
        clear = settings.sasl_mechanism == "PLAIN" and not settings.tls
        message = "can be read" + ("; PLAIN without TLS shows them to the network" if clear else "")
        return [Finding(good=True, subject=_CREDENTIALS, message=message)]

    async def _topic(self) -> Sequence[Finding]:
        """Ask for the topic; who gets an answer about it was let in."""
        found = await self._client.look(PREFLIGHT_SECONDS)
        if found.reason == "authentication":
            return [outcome_finding(_CREDENTIALS, found)]
        delivered = found.status is Status.DELIVERED
        if not delivered and "topic" not in found.reason:
            return [outcome_finding("kafka: brokers", found)]
        finding = outcome_finding("kafka: topic", found)
        # many a broker makes it at the first record
        findings = [doubtful(finding) if found.reason == "unknown_topic_or_part" else finding]
        if delivered:
            message = f"{self._settings.topic} is there, partitions: {found.detail}"
            findings = [Finding(good=True, subject="kafka: topic", message=message)]
        if self._settings.password:
            findings.insert(0, Finding(good=True, subject=_CREDENTIALS, message="accepted"))
        return findings


def encoder(settings: Settings, enrichment: Enrichment) -> Encoder:
    """Give what encodes its records; the same for the same settings."""
    if enrichment.format == "raw":
        return RawEncoder(when=settings.when, redaction=enrichment.redaction)
    most = limits(settings.message_max_bytes).max_record_bytes
    return BlockEncoder(enrichment, Lines(), settings.when, most=most)


def common(settings: Settings, _: Enrichment) -> str:
    """Give what all its records have in common, in the store's words."""
    return f"topic {settings.topic}, key by {settings.key}"


@asynccontextmanager
async def open_sink(settings: Settings, enrichment: Enrichment) -> AsyncIterator[KafkaSink]:
    """Open the sink; leaving ends its connections. Raises ConfigError where the client or a TLS file can't be used."""
    try:
        from logship.sinks.kafka.producer import KafkaClient  # noqa: PLC0415 - librdkafka: only for whoever sends
    except ModuleNotFoundError as error:
        raise missing(error.name, "kafka", "kafka") from error
    files = settings.ca_file, settings.cert_file, settings.key_file
    tls = open_tls(*files, insecure=settings.insecure_skip_verify)
    client = KafkaClient(
        settings.topic, client_settings(settings), password=settings.password, files=files, headers=settings.headers
    )
    try:
        yield KafkaSink(settings, keys(settings, enrichment), encoder(settings, enrichment), client, tls)
    finally:
        await client.close()
