"""The network as aiohttp has it: a session, own compression, and every failure translated to an Outcome, here only.

:mod:`logship.net.transport` is the way in, and says what is promised; it loads this module when a sink is opened, never
when its settings are read. Nothing here retries, sleeps or logs.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Final

from isal import isal_zlib
from isal.isal_zlib import IsalError
from multidict import CIMultiDict

from logship import __version__
from logship.delivery.http_status import MAX_ANSWER_BYTES, Answer
from logship.errors import forget_frames
from logship.model import Outcome, Status
from logship.net.credentials import Credentials, SecretError
from logship.net.http_parts import AbstractStreamWriter, aiohttp
from logship.net.posts import LARGEST_BYTES, Flaw, Posts, address, read_answer
from logship.net.proxies import proxy_for
from logship.net.tls import Tls, open_tls
from logship.settings.config import NetworkSettings

_THREAD_BYTES: Final = 4 << 20
"""A larger body is compressed in a thread. What takes a few milliseconds does not hold up the loop, and the way to a
thread and back, with two threads wanting the interpreter, costs as much again as compressing 1 MiB."""
_WRITE_BYTES: Final = 1 << 20
_CONNECT_SECONDS: Final = 10.0
_GZIP_WINDOW: Final = 31
_URLS: Final = 16
"""Of so many it is kept by which proxy they go: the environment stays as it is."""
_PLAIN: Final = frozenset({"", "identity"})
_WINDOWS: Final = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""Of zlib; ``deflate`` is zlib's format, or bare."""

_FAILURES: Final[tuple[tuple[tuple[type[BaseException], ...], str, bool], ...]] = (
    ((SecretError,), "secret", True),
    ((aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError), "tls", True),
    ((aiohttp.ClientSSLError, ssl.SSLError), "tls", False),
    ((aiohttp.ClientConnectorDNSError, socket.gaierror), "dns", False),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "proxy", False),
    ((TimeoutError,), "timeout", False),
    ((ConnectionRefusedError,), "connection_refused", False),
    ((aiohttp.ServerDisconnectedError, ConnectionError), "connection_reset", False),
    ((aiohttp.ClientPayloadError, aiohttp.ClientResponseError), "bad_response", False),
    ((ValueError,), "bad_request_setting", True),
)
"""(types, reason, whether a setting is at fault); the first row that fits names the failure."""
_UNTRUSTED: Final = {9: "tls_expired", 10: "tls_expired", 62: "tls_wrong_name", 64: "tls_wrong_name"} | dict.fromkeys(
    (2, 18, 19, 20, 21), "tls_unknown_ca"
)
"""X509_V_ERR_…: not valid yet or any more; another host or address; signed by nobody we know."""
_NOT_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})


class _Body(aiohttp.Payload):
    """Bytes that are written in slices, so that a large body neither blocks the loop nor hides an early answer."""

    _value: bytes
    _autoclose = True

    def __init__(self, value: bytes) -> None:
        super().__init__(value, content_type="application/octet-stream")
        self._size = len(value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        view = memoryview(self._value)
        for start in range(0, len(view), _WRITE_BYTES):
            await writer.write(view[start : start + _WRITE_BYTES])


def failure(error: BaseException) -> Outcome:
    """Say what an exception of aiohttp, ssl or the system means; its text is kept only as ``detail``."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    for types, reason, fault in _FAILURES:
        if isinstance(error, types) or isinstance(cause, types):
            exact = _tls_reason(error, cause) if reason == "tls" else reason
            return Outcome(Status.ERRORED, exact, str(error), fault=fault)
    if isinstance(error, aiohttp.ClientConnectorError):
        # Several addresses that all refuse come as one OSError without a number.
        refused = error.os_error.errno is None
        return Outcome(Status.ERRORED, "connection_refused" if refused else "unreachable", str(error))
    return Outcome(Status.ERRORED, "connection_reset", str(error))


def _tls_reason(*errors: object) -> str:
    """Say what is wrong with the certificate, or that the other side does not speak TLS; ``tls`` for all else."""
    for error in errors:
        found = getattr(error, "certificate_error", error)  # aiohttp's own errors are of ssl's types, and empty
        code, kind = getattr(found, "verify_code", 0), getattr(found, "reason", "")
        if code or kind in _NOT_TLS:
            return _UNTRUSTED.get(code, "tls") if code else "tls_not_spoken"
    return "tls"


def compress(data: bytes) -> bytes:
    """Give one gzip member; the fastest level, since a shipper's time is dearer than the network's."""
    return isal_zlib.compress(data, 1, _GZIP_WINDOW)


class Session:
    """The :class:`logship.net.transport.Transport` over one pool of connections."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tls: Tls,
        *,
        gzip: bool,
        headers: Mapping[str, str],
        credentials: Credentials,
    ) -> None:
        self._session = session
        self.tls = tls
        self._gzip = gzip
        self._headers = dict(headers)
        self._posts = Posts(session, self._headers)
        self._proxy_for = lru_cache(_URLS)(proxy_for)
        self.credentials = credentials

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """POST the body."""
        return await self.request("POST", url, body, headers)

    async def request(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer | Outcome:
        """Make one request. Redirects are not followed: they would turn a POST into an empty GET."""
        try:
            all_headers = {**(headers or {}), **self.credentials()}
            packed = await self._packed(body, all_headers) if body is not None else None
            return _plain(await self._exchange(method, url, packed, all_headers))
        except (aiohttp.ClientError, OSError, ValueError, SecretError) as error:
            outcome = failure(error)
            forget_frames(error)
            return outcome

    async def _packed(self, body: bytes, headers: dict[str, str]) -> bytes:
        if self._gzip:
            big = len(body) > _THREAD_BYTES
            body = await asyncio.to_thread(compress, body) if big else compress(body)
            headers["Content-Encoding"] = "gzip"
        return body

    async def _exchange(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        proxy = self._proxy_for(url)
        secure = not url.startswith("http:") or (proxy or "").startswith("https:")
        context = self.tls.context() if secure else True
        if body is not None and method == "POST" and len(body) <= LARGEST_BYTES and not proxy:
            prepared = self._posts.prepare(url, headers, context)
            if prepared:
                return await self._posts.send(prepared, body)
        all_headers = CIMultiDict(headers)
        all_headers.update(self._headers)
        if body is not None:
            all_headers["Content-Length"] = str(len(body))
        payload = None if body is None else _Body(body)
        async with self._session.request(
            method, address(url), data=payload, headers=all_headers, allow_redirects=False, proxy=proxy, ssl=context
        ) as response:
            return Answer(response.status, response.headers, *await read_answer(response.content))


def _plain(answer: Answer) -> Answer:
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding in _PLAIN or not answer.body or answer.flaw:
        return answer
    return Answer(answer.status, answer.headers, *_decoded(answer.body, encoding))


def _decoded(body: bytes, encoding: str) -> tuple[bytes, Flaw]:
    """Undo what nobody asked for: a status that says "taken" counts, whatever its body."""
    for window in _WINDOWS.get(encoding, ()):
        try:
            unpacker = isal_zlib.decompressobj(window)
            plain = unpacker.decompress(body, MAX_ANSWER_BYTES)
        except IsalError:  # type: ignore[misc]  # its library has no types
            continue
        if unpacker.eof or unpacker.unconsumed_tail:
            return plain, "long" if unpacker.unconsumed_tail else ""
    return body, "encoded"


@asynccontextmanager
async def open_session(settings: NetworkSettings, credentials: Credentials) -> AsyncIterator[Session]:
    """Open the session; leaving closes it. Raises ConfigError if a TLS file can't be used."""
    tls = open_tls(settings.ca_file, settings.cert_file, settings.key_file, insecure=settings.insecure_skip_verify)
    session = aiohttp.ClientSession(
        # Each new connection looks the name up again: a service that moved is found at the next attempt.
        connector=aiohttp.TCPConnector(use_dns_cache=False),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # it fails for encodings that it does not know, and with it the answer's status
        headers={"User-Agent": f"logship/{__version__}", "Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
    )
    async with session:
        yield Session(
            session,
            tls,
            gzip=settings.compression == "gzip",
            headers=settings.headers,
            credentials=credentials,
        )
