"""OAuth 2.0 client credentials (RFC 6749, section 4.4): one token for all requests, and the next one in time."""

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode

import msgspec
from msgspec import Struct

from logship.delivery.http_status import Answer, classify
from logship.model import Outcome, Status
from logship.net.credentials import Credentials, SecretError, read_secret
from logship.net.transport import Transport
from logship.settings.config import Secret

if TYPE_CHECKING:
    from logship.net.tls import Tls

_ASK_SECONDS: Final = 10.0
_UNTOLD_SECONDS: Final = 300.0
"""How long a token is good that does not say so."""
_MARGIN, _MARGIN_SECONDS = 0.2, 60.0
"""A new one is asked for in the last fifth of its time, and in the last minute at the latest."""
_UNAUTHORIZED: Final = 401
_REFUSED: Final = frozenset({400, 401})


class Client(Struct, frozen=True):
    """Who asks for a token, and where."""

    url: str
    name: str
    secret: Secret
    scope: str = ""


class _Reply(Struct):
    access_token: str
    expires_in: Any = None
    token_type: str = "Bearer"  # noqa: S105 - the word of RFC 6750


_replies = msgspec.json.Decoder(_Reply)


class Tokens:
    """Gives the token as long as it is good, then the next one; ``clock`` is in monotonic seconds.

    ``transport`` is for questions to the authorization server, without compression.
    """

    def __init__(self, transport: Transport, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport, self._client, self._clock = transport, client, clock
        self._headers: Mapping[str, str] = {}
        self._until = -1.0
        self._in_body = False
        self._lock = asyncio.Lock()

    def headers(self) -> Mapping[str, str]:
        """Give the last token's headers; raises SecretError if the secret can't be read."""
        if not self._headers:
            read_secret(self._client.secret)
        return self._headers

    async def grant(self) -> Mapping[str, str] | Outcome:
        """Give the headers of a token that is good now, or what stands in its way."""
        if self._clock() < self._until:
            return self._headers
        async with self._lock:  # whoever comes second finds what the first has got
            return self._headers if self._clock() < self._until else await self._renew()

    def forget(self) -> None:
        """Let the next request ask for a new token: the store refused this one."""
        self._until = -1.0

    async def _renew(self) -> Mapping[str, str] | Outcome:
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                answer = await self._ask()
                if isinstance(answer, Answer) and answer.status in _REFUSED:
                    # Servers need not know both ways to name the client; this one may know the other.
                    self._in_body = not self._in_body
                    answer = await self._ask()
        except SecretError as error:
            return Outcome(Status.ERRORED, "secret", str(error), fault=True)
        except TimeoutError:
            return Outcome(Status.ERRORED, "token", "TimeoutError")
        return answer if isinstance(answer, Outcome) else self._read(answer)

    async def _ask(self) -> Answer | Outcome:
        client, secret = self._client, read_secret(self._client.secret)
        form = {"grant_type": "client_credentials"} | ({"scope": client.scope} if client.scope else {})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self._in_body:
            form |= {"client_id": client.name, "client_secret": secret}
        else:
            pair = f"{quote_plus(client.name)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        return await self._transport.post(client.url, urlencode(form).encode(), headers)

    def _read(self, answer: Answer) -> Mapping[str, str] | Outcome:
        outcome = classify(answer.status, answer.headers, answer.body, time.time())
        if outcome.status is not Status.DELIVERED:
            fault = outcome.fault or outcome.status is Status.REJECTED
            return Outcome(Status.ERRORED, "token", outcome.detail, retry_after=outcome.retry_after, fault=fault)
        try:
            reply = _replies.decode(answer.body)
            seconds = float(reply.expires_in or _UNTOLD_SECONDS)
        except (msgspec.DecodeError, ValueError, TypeError, RecursionError):
            return Outcome(Status.ERRORED, "token", "the authorization server's answer has no token", fault=True)
        if not reply.access_token.isprintable():
            return Outcome(Status.ERRORED, "token", "the token holds characters that no header may have", fault=True)
        self._headers = {"Authorization": f"Bearer {reply.access_token}"}
        self._until = self._clock() + seconds - min(seconds * _MARGIN, _MARGIN_SECONDS)
        return self._headers


class Granted:
    """Sends requests with a token; see :class:`logship.net.transport.Transport`."""

    def __init__(self, transport: Transport, tokens: Tokens) -> None:
        self._transport, self._tokens = transport, tokens

    @property
    def tls(self) -> "Tls":
        """What connections are secured with."""
        return self._transport.tls

    @property
    def credentials(self) -> Credentials:
        """What proves who we are, as far as it is known."""
        return self._tokens.headers

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """POST the body."""
        return await self.request("POST", url, body, headers)

    async def request(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer | Outcome:
        """Make one request. A token that is refused is forgotten: the next request has a new one."""
        grant = await self._tokens.grant()
        if isinstance(grant, Outcome):
            return grant
        answer = await self._transport.request(method, url, body, {**(headers or {}), **grant})
        if isinstance(answer, Answer) and answer.status == _UNAUTHORIZED:
            self._tokens.forget()
        return answer
