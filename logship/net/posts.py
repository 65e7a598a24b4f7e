"""POSTs over aiohttp's connections and by its parser, without all that a session does for each request.

At ten lines a second nearly all that a daemon does is such a request, with cold caches: what counts is how much code it
goes through. A session's way is 110 functions, two tasks and a turn of the loop; this one is 40. A body of 1 MiB takes
a session four turns of the loop more, as it waits for each piece to leave: a tenth of a drain (DECISIONS 846).
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from multidict import CIMultiDict
from yarl import URL

from logship.delivery.http_status import MAX_ANSWER_BYTES, Answer
from logship.net.http_parts import HttpProcessingError, aiohttp

LARGEST_BYTES: Final = 1 << 20
"""Of a body: all of it is handed over at once, and what the socket does not take is kept once more until it has."""
_WITH_HEAD_BYTES: Final = 32 << 10
"""What leaves together with the headers; to put more together costs more than to send it by itself."""
_PREPARED: Final = 16
_OTHERWISE: Final = ("Expect", "Transfer-Encoding", "Connection", "Upgrade")
"""Who sets these has a session's way."""
_INFORMATIONAL: Final = range(100, 200)
_SWITCHING: Final = 101

Context: TypeAlias = ssl.SSLContext | bool
Flaw: TypeAlias = Literal["", "cut", "long", "encoded"]
"""As in :class:`Answer`."""


class Prepared(Struct, frozen=True):
    """What all requests to one address with the same headers have in common."""

    request: aiohttp.ClientRequest
    """Never sent: it says which connections may be used, and how one is made."""
    head: bytes
    """Up to the length of the body."""


class Posts:
    """Posts over the connections of a session; one at a time on each."""

    def __init__(self, session: aiohttp.ClientSession, headers: Mapping[str, str]) -> None:
        """``headers`` win over those of a request."""
        self._session, self._headers = session, headers
        self._known: dict[tuple[object, ...], Prepared | None] = {}

    def prepare(self, url: str, headers: Mapping[str, str], context: Context) -> Prepared | None:
        """Give what to :meth:`send` to an address by; None where only the session can.

        Raises ValueError for what can't be sent.
        """
        key = (url, context, *headers.items())
        if key not in self._known:
            while len(self._known) >= _PREPARED:
                del self._known[next(iter(self._known))]
            self._known[key] = self._prepared(address(url), headers, context)
        return self._known[key]

    def _prepared(self, url: URL, headers: Mapping[str, str], context: Context) -> Prepared | None:
        given = CIMultiDict(self._session.headers)
        given.update(headers)
        given.update(self._headers)
        if url.scheme not in ("http", "https") or any(name in given for name in _OTHERWISE):
            return None
        request = aiohttp.ClientRequest("POST", url, headers=given, loop=asyncio.get_running_loop(), ssl=context)
        request.headers.setdefault("Content-Type", "application/octet-stream")
        request.headers.popall("Content-Length", None)
        lines = [f"POST {request.url.raw_path_qs} HTTP/1.1", *map(": ".join, request.headers.items())]
        if any(mark in line for line in lines for mark in "\r\n\0"):
            message = "a header has a line break"
            raise ValueError(message)
        return Prepared(request, "\r\n".join([*lines, "Content-Length: "]).encode())

    async def send(self, prepared: Prepared, body: bytes) -> Answer:
        """Send a body of :data:`LARGEST_BYTES` at most; raises as a session does."""
        connector = self._session.connector
        assert connector  # noqa: S101 - the session is open
        connection = await connector.connect(prepared.request, [], self._session.timeout)
        transport = connection.transport
        try:
            return await _exchanged(connection, b"%b%d\r\n\r\n" % (prepared.head, len(body)), body)
        except HttpProcessingError as error:
            connection.close()
            raise aiohttp.ClientPayloadError(error.message) from error
        except BaseException:
            connection.close()
            raise
        finally:
            if transport and transport.get_write_buffer_size():  # an early answer, or none: nobody wants what is left
                transport.abort()
            connection.release()  # which closes it if there is more to read


async def _exchanged(connection: aiohttp.connector.Connection, head: bytes, body: bytes) -> Answer:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing():
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(read_until_eof=True, auto_decompress=False)
    transport.write(head + body[:_WITH_HEAD_BYTES])
    if len(body) > _WITH_HEAD_BYTES:
        transport.write(memoryview(body)[_WITH_HEAD_BYTES:])
    message, payload = await protocol.read()
    while message.code in _INFORMATIONAL and message.code != _SWITCHING:
        message, payload = await protocol.read()
    body, flaw = await read_answer(payload)
    return Answer(message.code, message.headers, body, flaw)


async def read_answer(payload: aiohttp.StreamReader) -> tuple[bytes, Flaw]:
    """Give the body, up to a limit, and what is wrong with it: ``cut`` or ``long``."""
    body = bytearray()
    try:
        while not payload.at_eof():
            piece = await payload.readany()
            body += piece[: MAX_ANSWER_BYTES - len(body) + 1]
            if len(body) > MAX_ANSWER_BYTES:
                return bytes(memoryview(body)[:MAX_ANSWER_BYTES]), "long"
    except (aiohttp.ClientError, OSError):
        return bytes(body), "cut"
    return bytes(body), ""


def address(url: str) -> URL:
    """Give the address; what is encoded already may be signed so, and is not to be written in another way."""
    return URL(url, encoded=True) if "%" in url and url.isascii() else URL(url)
