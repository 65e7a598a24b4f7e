"""Probes, metrics and status over HTTP, for whoever can reach the pod.

Written on asyncio's streams rather than on a web framework: five GET routes need none, and nobody may do harm here. A
connection has one request, a few seconds and 8 KiB; there are at most 16, and a new one ends the oldest, so that
thousands of idle ones can neither keep the kubelet's probe out nor take the descriptors that saving needs. An event
loop that stalls can't answer: a thread does then, and says so.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from logship.errors import LogshipError
from logship.logs import document
from logship.metrics import Metrics
from logship.settings.places import parse_listen

logger = logging.getLogger(__name__)

CONNECTIONS_MAX: Final = 16
ACCEPTED_AT_ONCE: Final = 4
"""In one round of the event loop: a request is read and answered before so many rounds later its place is wanted."""
WAITING_MAX: Final = 256
"""Connections that wait in the kernel: what comes last waits for all of them."""
HEAD_MAX: Final = 8192
DISCARDED_MAX: Final = 65536
"""Bytes that are taken, and thrown away, after a request."""
CONNECTION_SECONDS: Final = 5.0
STAND_IN_SECONDS: Final = 2.0
"""How often is looked whether the event loop stalls: a wake-up each time, and a probe waits for 3 s."""
STAND_IN_PATIENCE: Final = 0.2
"""Seconds that one connection may take then."""
_PACKAGE: Final = str(Path(__file__).parents[1])
_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"
_HTML: Final = "text/html; charset=utf-8"


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


class _Answer(Struct, frozen=True):
    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT
    policy: str = "default-src 'none'; frame-ancestors 'none'"

    @property
    def head(self) -> bytes:
        lines = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            f"Content-Security-Policy: {self.policy}",
            "Referrer-Policy: no-referrer",
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


def _page() -> _Answer:
    from logship.daemon.page import page  # noqa: PLC0415 - most daemons are never looked at

    body, policy = page()
    return _Answer(HTTPStatus.OK, body, _HTML, policy)


_ROUTES: Final[Mapping[str, Callable[[View, str], _Answer]]] = {
    "/": lambda *_: _page(),
    "/livez": lambda view, _: _probe(view.live()),
    "/startupz": lambda view, _: _probe("" if view.started() else "the first sweep has not finished"),
    "/readyz": lambda view, _: _probe(view.ready()),
    "/metrics": _metrics,
    "/status": lambda view, _: _Answer(HTTPStatus.OK, document(view.status()) + b"\n", _JSON),
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
    left = DISCARDED_MAX
    while left > 0 and (piece := await reader.read(HEAD_MAX)):
        left -= len(piece)


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


def never() -> str:
    """Say that nothing stalls."""
    return ""


@contextlib.asynccontextmanager
async def open_server(listen: str, view: View, stalled: Callable[[], str] = never) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port. Raises LogshipError if the address can't be had.

    As long as ``stalled``, which a thread asks, gives a cause, every request is answered with 503 and that.
    """
    listener = bind(listen)
    connections = _Connections(view)
    port: int = listener.getsockname()[1]
    server = await asyncio.start_server(connections.serve, sock=listener, limit=HEAD_MAX, backlog=ACCEPTED_AT_ONCE)
    listener.listen(WAITING_MAX)
    over = threading.Event()
    if stalled is not never:
        thread = threading.get_ident()
        threading.Thread(target=_stand_in, args=(listener, stalled, thread, over), daemon=True).start()
    try:
        yield port
    finally:
        over.set()
        server.close()
        connections.close()
        await server.wait_closed()


def _stand_in(listener: socket.socket, stalled: Callable[[], str], loop_thread: int, over: threading.Event) -> None:
    """Answer in the event loop's place while that stalls; in a thread of its own, until ``over``."""
    while not over.wait(STAND_IN_SECONDS):
        while not over.is_set() and (cause := stalled()):
            try:
                connection, _ = listener.accept()
            except OSError:  # there is none, or there is no listener any more
                over.wait(STAND_IN_PATIENCE)
                continue
            with connection, contextlib.suppress(OSError):
                connection.settimeout(STAND_IN_PATIENCE)
                connection.recv(HEAD_MAX)
                answer = _plain(HTTPStatus.SERVICE_UNAVAILABLE, f"{cause} {_place(loop_thread)}")
                connection.sendall(answer.head + answer.body)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(HEAD_MAX)


def _place(thread: int) -> str:
    """Say where a thread is: the innermost place in logship's own files."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - the only way to look at another thread
    while frame and not frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"at {frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}" if frame else "outside of logship"
