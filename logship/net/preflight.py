"""What ``logship check`` finds out on the way to a server: name, connection, TLS, secrets, each told apart."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from logship.delivery.advice import ADVICE
from logship.delivery.http_status import Answer, classify
from logship.model import Batch, Block, FileId, Finding, Outcome, Sink, Status
from logship.net.credentials import SecretError
from logship.net.transport import Transport

if TYPE_CHECKING:
    from logship.net.tls import Tls

PREFLIGHT_SECONDS: Final = 10.0
"""For each step."""
_PORTS: Final = {"http": 80, "https": 443}


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
    return Finding(good=False, subject=subject, message=f"{words}; {ADVICE.get(reason, 'see the log of the server')}")


def secret_finding(sink: str, transport: Transport) -> Sequence[Finding]:
    """Say whether the secrets can be read; nothing if none is set."""
    try:
        names = transport.credentials()
    except SecretError as error:
        return [Finding(good=False, subject=f"{sink}: credentials", message=str(error))]
    return [Finding(good=True, subject=f"{sink}: credentials", message="can be read")] if names else []


def outcome_finding(subject: str, outcome: Outcome) -> Finding:
    """Say what an attempt came to, and what to do."""
    if outcome.status in {Status.DELIVERED, Status.DUPLICATE} and not (outcome.verdicts or outcome.fault):
        return Finding(good=True, subject=subject, message="accepted")
    reason = outcome.verdicts[0].reason if outcome.verdicts else outcome.reason
    return _refusal(subject, reason)


def sample_batch(sink: Sink) -> Batch:
    """Make the one record that ``check --send`` delivers."""
    data = b'{"message":"logship check"}\n'
    now = time.time_ns()
    block = Block(FileId(f"check{now:017d}"[:22]), "logship-check", 0, len(data), data, now, time.monotonic())
    return Batch((sink.encode(block),))
