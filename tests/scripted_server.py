"""A server that answers as a script says: plain asyncio streams and HTTP/1.1 by hand, nothing of our client in it."""

import asyncio
import gzip
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    raw: bytes
    at: float
    """The loop's time when the last byte was there."""

    @property
    def body(self) -> bytes:
        """The body, unpacked."""
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out; made of exactly what it says, right or wrong."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Send so many bytes of the body, then close."""
    reset: bool = False
    """Close with a reset instead of an answer, before the request's body is read."""
    early: bool = False
    """Answer before the request's body is read, and close."""
    hang: bool = False
    """Never answer."""
    drop_body: bool = False
    """Read the request, then close without an answer."""


Answering = Callable[[Request], Reply]


def bulk_reply(request: Request, statuses: Mapping[int, int] | None = None) -> Reply:
    """Answer a ``_bulk`` request as the protocol says: an item for each action line, 201 unless told otherwise."""
    statuses = statuses or {}
    lines = request.body.split(b"\n")
    assert lines.pop() == b"", "a bulk body ends with a newline"
    actions = [json.loads(line) for line in lines[::2]]
    items = []
    for index, action in enumerate(actions):
        [(operation, _)] = action.items()
        status = statuses.get(index, 201)
        item: dict[str, object] = {"status": status}
        if status >= 300:
            kinds = {
                409: "version_conflict_engine_exception",
                429: "es_rejected_execution_exception",
                404: "index_not_found_exception",
                403: "security_exception",
            }
            kind = kinds.get(status, "mapper_parsing_exception")
            item["error"] = {"type": kind, "reason": f"no {index}: Preview of field's value: 'password=hunter2'"}
        items.append({operation: item})
    return Reply(200, json.dumps({"errors": any(s >= 300 for s in statuses.values()), "items": items}).encode())


@dataclass(slots=True)
class ScriptedServer:
    """Answers from ``script`` while it lasts, then as ``otherwise`` says."""

    script: deque[Reply | Answering] = field(default_factory=deque)
    otherwise: Reply | Answering = Reply()
    requests: list[Request] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a request has come in."""
    connections: int = 0
    url: str = ""
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *rest = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        reply = self.script.popleft() if self.script else self.otherwise
        body = b""
        if not (isinstance(reply, Reply) and (reply.reset or reply.early)):
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(method, path, headers, body, asyncio.get_running_loop().time())
        self.requests.append(request)
        self.asked.set()
        if not isinstance(reply, Reply):
            reply = reply(request)
        return await self._send(reply, reader, writer)

    async def _send(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if reply.reset:
            writer.transport.abort()
            return False
        if reply.drop_body:
            return False
        if reply.hang:
            await reader.read()
            return False
        lines = [f"HTTP/1.1 {reply.status} Scripted", f"Content-Length: {len(reply.body)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + reply.body[: reply.cut])
        await writer.drain()
        return reply.cut is None and not reply.early


@asynccontextmanager
async def scripted_server(
    *script: Reply | Answering,
    otherwise: Reply | Answering = Reply(),
    tls: ssl.SSLContext | None = None,
    port: int = 0,
) -> AsyncIterator[ScriptedServer]:
    """Run one on a port of the loopback interface, by default a free one."""
    running = ScriptedServer(deque(script), otherwise)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await running.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", port, ssl=tls)
    running.port = server.sockets[0].getsockname()[1]
    running.url = f"{'https' if tls else 'http'}://127.0.0.1:{running.port}"
    try:
        yield running
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
