"""What ``logship check`` finds out on the way to a server: name, connection, TLS, secrets, each told apart."""

import base64
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from logship.delivery.advice import advice
from logship.delivery.http_status import Answer, classify
from logship.model import Batch, Block, FileId, Finding, Outcome, Sink, Status
from logship.net.credentials import Credentials, SecretError, no_credentials
from logship.net.transport import Transport

if TYPE_CHECKING:
    from logship.net.tls import Tls

PREFLIGHT_SECONDS: Final = 10.0
"""For each step."""
DELIVERY_SECONDS: Final = 30.0
"""For the record."""
_SECRET: Final = 4
"""Shorter than this nothing is hidden: it would be found in any words."""
_WORDS_MAX: Final = 200
_IN_WORDS: Final = re.compile(
    r"(?i)((?:bearer|basic|apikey|splunk|token|password|secret|api[_-]?key)[\"']?[ :=]+[\"']?)[^\s\"',;]+"
)
"""What looks like a credential in anybody's words."""
_PORTS: Final = {"http": 80, "https": 443}


async def look(
    name: str,
    sink: Sink,
    transport: Transport,
    url: str,
    *,
    send: bool,
    ask: Callable[[], Awaitable[Sequence[Finding]]] | None = None,
    proves: bool = True,
) -> list[Finding]:
    """Read the secrets, look the name up and connect, ask the store, then deliver a record if told to ``send``.

    ``proves``: what is asked needs the credentials, so that they are tried.

    Nothing is asked before all that comes earlier is good; the record is sent whatever was found, for it alone proves
    anything.
    """
    tried = send or (ask is not None and proves)
    findings = [*secret_finding(name, transport, tried=tried), *await reach(name, url, transport.tls)]
    if ask and all(each.good for each in findings):
        findings += await ask()
    if send:
        findings.append(await delivery_finding(name, sink, transport.credentials))
    return findings


async def delivery_finding(name: str, sink: Sink, credentials: Credentials = no_credentials) -> Finding:
    """Deliver a record of our own, and say what came of it, in the store's own words too."""
    import asyncio  # noqa: PLC0415 - not for whoever only reads settings

    try:
        async with asyncio.timeout(DELIVERY_SECONDS):
            batch = sample_batch(sink)
            outcome = await sink.deliver(batch)
            if outcome.status is Status.ERRORED:  # as the daemon does: another address, or path, may be next
                outcome = await sink.deliver(batch)
    except TimeoutError:
        outcome = Outcome(Status.ERRORED, "timeout")
    found = outcome_finding(f"{name}: delivery", outcome)
    words = outcome.verdicts[0].detail if outcome.verdicts else outcome.detail
    if found.good or not words:
        return found
    return replace(found, message=f"{found.message}; it said: {said(words, credentials)}")


def said(words: str, credentials: Credentials = no_credentials) -> str:
    """Give a store's own words on one line, printable, at most 200 characters, without what proves who we are."""
    try:
        secrets = {part for value in credentials().values() for part in (value, *_parts(value)) if len(part) >= _SECRET}
    except SecretError:
        secrets = set()
    for secret in sorted(secrets, key=len, reverse=True):
        words = words.replace(secret, "***")
    words = _IN_WORDS.sub(r"\1***", words)
    line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
    return line if len(line) <= _WORDS_MAX else line[: _WORDS_MAX - 1] + "…"


def _parts(value: str) -> list[str]:
    """Give what is in a header's value: a token behind its scheme, and a pair of name and password in it."""
    *_, token = value.split(" ") or [""]
    try:
        pair = base64.b64decode(token, validate=True).decode()
    except ValueError:
        return [token]
    return [token, pair, pair.partition(":")[2]]


def answer_findings(subject: str, answer: Answer | Outcome, *, sure: bool = True) -> list[Finding]:
    """Say what a store's page about itself means; nothing if it has no such page, as many a proxy hasn't.

    ``sure``: what it says of itself also goes for deliveries; else it is a doubt, and no fault.
    """
    if isinstance(answer, Answer):
        answer = classify(answer.status, answer.headers, answer.body, time.time())
    if answer.reason == "http_404":
        return []
    found = outcome_finding(subject, answer)
    return [found if sure else doubtful(found)]


def doubtful(found: Finding) -> Finding:
    """Make a doubt of what may be a fault: only a delivery would tell."""
    return found if found.good else replace(found, good=True, message=f"not sure: {found.message}; see with --send")


async def reach(sink: str, url: str, tls: "Tls") -> list[Finding]:
    """Look the name up, then connect, with TLS for https; stops at the first step that fails."""
    from logship.net import connectivity  # noqa: PLC0415 - asyncio, aiohttp: not for whoever only reads settings

    parts = urlsplit(url)
    if proxy := connectivity.proxy_of(url):
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
    return Finding(good=False, subject=subject, message=f"{words}; {advice(reason) or 'see the log of the server'}")


def secret_finding(sink: str, transport: Transport, *, tried: bool = True) -> Sequence[Finding]:
    """Say whether the secrets can be read, and if they are not ``tried``; nothing if none is set."""
    try:
        names = transport.credentials()
    except SecretError as error:
        return [Finding(good=False, subject=f"{sink}: credentials", message=str(error))]
    message = "can be read" if tried else "can be read, but were not tried: --send tries them"
    return [Finding(good=True, subject=f"{sink}: credentials", message=message)] if names else []


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
    block = Block(
        FileId(f"check{now:017d}"[:22]),
        "logship-check",
        0,
        len(data),
        data,
        now,
        time.monotonic(),
        path="logship-check",
    )
    return Batch((sink.encode(block),))
