"""Probes, metrics and status over HTTP, for whoever can reach the pod.

Written on asyncio's streams rather than on a web framework: five GET routes need none, and nobody may do harm here. A
connection has one request, a few seconds and 8 KiB; there are at most 64, and a new one ends the oldest, so that
thousands of idle ones cannot keep the kubelet's probe out.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec

from logship.errors import LogshipError
from logship.metrics import Metrics
from logship.texts import parse_listen

logger = logging.getLogger(__name__)

CONNECTIONS_MAX: Final = 64
HEAD_MAX: Final = 8192
CONNECTION_SECONDS: Final = 5.0
_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"


class View(Protocol):
    """What the server shows; every call is quick and does not wait."""

    @property
    def metrics(self) -> Metrics:
        """The numbers."""

    def refresh(self) -> None:
        """Bring the gauges up to date."""

    def live(self) -> str:
        """Give the empty text, or the cause why this daemon should be started again."""

    def started(self) -> bool:
        """Whether the first sweep has finished."""

    def ready(self) -> str:
        """Give the empty text, or the cause why tailing does not work."""

    def status(self) -> Mapping[str, Any]:
        """Give the status document."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT

    @property
    def head(self) -> bytes:
        lines = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            *(["Allow: GET, HEAD"] if self.status is HTTPStatus.METHOD_NOT_ALLOWED else []),
            "Connection: close\r\n\r\n",
        )
        return "\r\n".join(lines).encode()


def _plain(status: HTTPStatus, text: str = "") -> _Answer:
    return _Answer(status, (text or status.phrase).encode("utf-8", "backslashreplace") + b"\n")


def _probe(cause: str) -> _Answer:
    return _plain(HTTPStatus.SERVICE_UNAVAILABLE, cause) if cause else _plain(HTTPStatus.OK)


def _metrics(view: View, accept: str) -> _Answer:
    view.refresh()
    content_type, page = view.metrics.exposition(accept)
    return _Answer(HTTPStatus.OK, page, content_type)


_ROUTES: Final[Mapping[str, Callable[[View, str], _Answer]]] = {
    "/livez": lambda view, _: _probe(view.live()),
    "/startupz": lambda view, _: _probe("" if view.started() else "the first sweep has not finished"),
    "/readyz": lambda view, _: _probe(view.ready()),
    "/metrics": _metrics,
    "/status": lambda view, _: _Answer(HTTPStatus.OK, msgspec.json.encode(view.status()) + b"\n", _JSON),
}


def _answer(view: View, head: bytes) -> tuple[_Answer, bool]:
    """Give the answer to a request's head, and whether its body is wanted."""
    first, *fields = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):  # noqa: PLR2004 - method, target, version
        return _plain(HTTPStatus.BAD_REQUEST), True
    method, target, _ = words
    route = _ROUTES.get(target.partition("?")[0])
    if route is None:
        return _plain(HTTPStatus.NOT_FOUND), method != "HEAD"
    if method not in ("GET", "HEAD"):
        return _plain(HTTPStatus.METHOD_NOT_ALLOWED), True
    pairs = (field.partition(":") for field in fields)
    accept = ",".join(value.strip() for name, _, value in pairs if name.lower() == "accept")
    try:
        return route(view, accept), method == "GET"
    except Exception:
        logger.exception("a page failed", extra={"path": target.partition("?")[0]})
        return _plain(HTTPStatus.INTERNAL_SERVER_ERROR), method == "GET"


async def _exchange(view: View, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        answer, wanted = _answer(view, head)
    except asyncio.LimitOverrunError:
        answer, wanted = _plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), True
    writer.write(answer.head + (answer.body if wanted else b""))
    writer.write_eof()
    # Closing on bytes that nobody read would reset the connection, and could take the answer with it.
    while await reader.read(HEAD_MAX):
        pass


class _Connections:
    """The open connections, oldest first."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._open: dict[asyncio.StreamWriter, None] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and end the connection."""
        if len(self._open) >= CONNECTIONS_MAX:
            next(iter(self._open)).transport.abort()
            self._open.pop(next(iter(self._open)))
        self._open[writer] = None
        try:
            async with asyncio.timeout(CONNECTION_SECONDS):
                await _exchange(self._view, reader, writer)
        except (OSError, EOFError, TimeoutError):
            pass  # the far end's affair
        finally:
            self._open.pop(writer, None)
            writer.transport.abort()

    def close(self) -> None:
        """End them all."""
        for writer in self._open:
            writer.transport.abort()


def bind(listen: str) -> socket.socket:
    """Give a listening socket; raises LogshipError naming the port. Where there is no IPv6, ``[::]`` is ``0.0.0.0``."""
    host, port = parse_listen(listen)
    try:
        return _bind(host, port)
    except OSError as error:
        if host == "::" and error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            return bind(f"0.0.0.0:{port}")
        why = "is in use" if error.errno == errno.EADDRINUSE else f"can't be listened on: {error.strerror or error}"
        message = f"LOGSHIP_LISTEN: port {port} of {host} {why}; choose another, or stop what has it"
        raise LogshipError(message) from error


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def open_server(listen: str, view: View) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port. Raises LogshipError if the address can't be had."""
    listener = bind(listen)
    connections = _Connections(view)
    port: int = listener.getsockname()[1]
    server = await asyncio.start_server(connections.serve, sock=listener, limit=HEAD_MAX)
    try:
        yield port
    finally:
        server.close()
        connections.close()
        await server.wait_closed()
