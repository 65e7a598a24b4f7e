"""What ``logship check`` finds out on the way to a server: name, connection, TLS, secrets, each told apart."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from logship.delivery.http_status import Answer, classify
from logship.model import Batch, Block, FileId, Finding, Outcome, Sink, Status
from logship.net.credentials import SecretError
from logship.net.transport import Transport

if TYPE_CHECKING:
    from logship.net.tls import Tls

PREFLIGHT_SECONDS: Final = 10.0
"""For each step."""
_PORTS: Final = {"http": 80, "https": 443}
_ADVICE: Final = {
    "authentication": "user, password or mechanism is refused: check USERNAME, PASSWORD and SASL_MECHANISM",
    "cluster_authorization_failed": "the user may not write idempotently: allow it IdempotentWrite on the cluster",
    "dns": "the name has no address: check the name and the cluster's DNS",
    "http_401": "the credentials are refused: check user and password, token or API key",
    "http_403": "the credentials are known but not allowed to write here",
    "http_404": "there is nothing at this address: check the path or the index",
    "http_405": "this address takes no such request: check URL and method",
    "http_413": "the request is too large: lower LOGSHIP_BATCH_MAX_BYTES",
    "http_429": "the server is busy: it should pass",
    "timeout": "no answer in time: check firewall, network policy and load",
    "AccessDeniedException": "the key is known but not allowed to do this: check its policy",
    "InvalidSignatureException": "the secret key is wrong, or this node's clock is",
    "UnrecognizedClientException": "the access key is not known: check it, and the region",
    "connection_refused": "nothing listens there: check host and port",
    "connection_reset": "the connection was cut: check that TLS (https) or its absence fits the port",
    "not_otlp": "a web page answers there: check host, port and path",
    "disk_full": "make room, or mount a larger volume",
    "in_use": "another process writes there under this prefix: stop it, or set another PREFIX",
    "permission_denied": "give the folder to this user, or mount a volume there",
    "read_only": "mount the volume without readOnly",
    "secret": "a secret can't be read: check that its file is mounted and not empty",
    "tls": "TLS failed: check the CA file and the host name in the certificate",
    "tls_expired": "the server's certificate is not valid now: renew it, or set this node's clock",
    "tls_not_spoken": "the port does not speak TLS: check that http/https fits it",
    "tls_unknown_ca": "the server's certificate is signed by an unknown CA: set CA_FILE",
    "tls_wrong_name": "the server's certificate is for another host: check the host name",
    "topic_authorization_failed": "the user may not write to the topic: allow it Write and Describe",
    "unknown_topic_or_part": "there is no such topic: create it, or name another in TOPIC",
}


async def look(
    name: str,
    sink: Sink,
    transport: Transport,
    url: str,
    *,
    send: bool,
    ask: Callable[[], Awaitable[Sequence[Finding]]] | None = None,
) -> list[Finding]:
    """Read the secrets, look the name up and connect, ask the store, then deliver a record if told to ``send``.

    Nothing is asked or sent before all that comes earlier is good.
    """
    findings = [*secret_finding(name, transport), *await reach(name, url, transport.tls)]
    if ask and all(each.good for each in findings):
        findings += await ask()
    if send and all(each.good for each in findings):
        findings.append(outcome_finding(f"{name}: delivery", await sink.deliver(sample_batch(sink))))
    return findings


def answer_findings(subject: str, answer: Answer | Outcome) -> list[Finding]:
    """Say what a store's page about itself means; nothing if it has no such page, as many a proxy hasn't."""
    if isinstance(answer, Answer):
        answer = classify(answer.status, answer.headers, answer.body, time.time())
    return [] if answer.reason == "http_404" else [outcome_finding(subject, answer)]


async def reach(sink: str, url: str, tls: "Tls") -> list[Finding]:
    """Look the name up, then connect, with TLS for https; stops at the first step that fails."""
    from logship.net import connectivity  # noqa: PLC0415 - asyncio, aiohttp: not for whoever only reads settings

    parts = urlsplit(url)
    if proxy := connectivity.proxy_of(parts.scheme):
        return [Finding(good=True, subject=f"{sink}: proxy", message=f"goes by {proxy}; name and connection not tried")]
    secure = parts.scheme == "https"
    return await reach_host(sink, parts.hostname or "", parts.port or _PORTS[parts.scheme], tls if secure else None)


async def reach_host(sink: str, host: str, port: int, tls: "Tls | None") -> list[Finding]:
    """Look the name up, then connect, with TLS if there is any; stops at the first step that fails."""
    from logship.net import connectivity  # noqa: PLC0415 - as above

    addresses = await connectivity.look_up(host, port, PREFLIGHT_SECONDS)
    if not addresses:
        message = f"{host} has no address: check the name and the cluster's DNS"
        return [Finding(good=False, subject=f"{sink}: DNS", message=message)]
    looked_up = Finding(good=True, subject=f"{sink}: DNS", message=f"{host} is {', '.join(addresses)}")
    subject = f"{sink}: {'TLS' if tls else 'connection'}"
    if reason := await connectivity.connect(host, port, tls, PREFLIGHT_SECONDS):
        return [looked_up, _refusal(subject, reason, f"{host}:{port}")]
    return [looked_up, Finding(good=True, subject=subject, message=f"{host}:{port} answers")]


def _refusal(subject: str, reason: str, where: str = "") -> Finding:
    words = f"{where}: {reason}" if where else reason
    return Finding(good=False, subject=subject, message=f"{words}; {_ADVICE.get(reason, 'see the log of the server')}")


def secret_finding(sink: str, transport: Transport) -> Sequence[Finding]:
    """Say whether the secrets can be read; nothing if none is set."""
    try:
        names = transport.credentials()
    except SecretError as error:
        return [Finding(good=False, subject=f"{sink}: credentials", message=str(error))]
    return [Finding(good=True, subject=f"{sink}: credentials", message="can be read")] if names else []


def outcome_finding(subject: str, outcome: Outcome) -> Finding:
    """Say what an attempt came to, and what to do."""
    if outcome.status in {Status.DELIVERED, Status.DUPLICATE} and not outcome.verdicts:
        return Finding(good=True, subject=subject, message="accepted")
    reason = outcome.verdicts[0].reason if outcome.verdicts else outcome.reason
    return _refusal(subject, reason)


def sample_batch(sink: Sink) -> Batch:
    """Make the one record that ``check --send`` delivers."""
    data = b'{"message":"logship check"}\n'
    now = time.time_ns()
    block = Block(FileId(f"check{now:017d}"[:22]), "logship-check", 0, len(data), data, now, time.monotonic())
    return Batch((sink.encode(block),))
