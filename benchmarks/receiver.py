"""A log store in a process of its own: takes lines or ``_bulk`` by HTTP and keeps the bodies, to be looked at later.

While bodies arrive it only reads and answers, into memory that it has used before: where two cores are two threads of
one, as in most virtual machines, all that it does makes the shipper's CPU seconds longer, and a fast shipper most. Only
``_bulk`` has to be counted at once, since its answer has an item a record. The rest is counted and looked at when
nothing has arrived for a moment. ``python -m benchmarks.receiver`` prints its port and runs until its stdin ends.
"""

import json
import re
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.unpacking import otlp_lines, unpacked

_SEQUENCE = re.compile(rb'"seq": ?"?(\d+)')
_WRITTEN = re.compile(rb'"at": ?"?(\d+)')
"""Some write every value as a string."""
_FAULTS = ("down", "busy", "hang")
"""Every connection is closed without an answer; 503; nothing is answered, and what was sent is not taken."""
_OURS = frozenset(
    {
        "/_count",
        "/_arrived",
        "/_report",
        "/_reset",
        "/_up",
        "/_count_only",
        "/_keep",
        *(f"/_{fault}" for fault in _FAULTS),
    }
)
"""Pages of the benchmark, not of a store."""
_HEAD = 4096
_QUANTILES = 1000
_CREATED = b'{"%b":{"status":201}},'
_LEAST_ROOM = 64 * 1024
_A_MOMENT_NS = 50_000_000
_HANG_SECONDS = 0.05
_BUSY = b'{"error":{"type":"cluster_block_exception","reason":"blocked by: no master"},"status":503}'
"""As Elasticsearch says it."""


@dataclass(slots=True)
class Body:
    """What came in one request."""

    room: bytearray
    nbytes: int
    packed: str = ""
    """Its Content-Encoding."""
    otlp: bool = False
    """Whether it is OpenTelemetry's protobuf."""
    at: int = 0
    """Monotonic ns when it was whole."""
    counted: int | None = None
    """Its records, once they are known."""

    def plain(self) -> tuple[bytes | bytearray, int]:
        """Give it unpacked, as lines, and how many bytes of that it is."""
        if not self.packed and not self.otlp:
            return self.room, self.nbytes
        body = memoryview(self.room)[: self.nbytes]
        plain = unpacked(body, self.packed) if self.packed else bytes(body)
        plain = otlp_lines(plain) if self.otlp else plain
        return plain, len(plain)

    def lines(self) -> int:
        """Count its records."""
        if self.counted is None:
            plain, end = self.plain()
            self.counted = plain.count(b"\n", 0, end) + (plain[end - 1 : end] not in (b"", b"\n"))
        return self.counted


class Rooms:
    """Buffers for bodies, used again: the kernel has to clear a page that nobody had before."""

    def __init__(self) -> None:
        self._free: dict[int, list[bytearray]] = {}

    def take(self, nbytes: int) -> bytearray:
        """Give one that is large enough."""
        size = max(_LEAST_ROOM, 1 << max(0, nbytes - 1).bit_length())
        try:
            return self._free[size].pop()  # in one step: each client has a thread
        except (KeyError, IndexError):
            return bytearray(size)

    def give_back(self, room: bytearray) -> None:
        """Let it be used again."""
        self._free.setdefault(len(room), []).append(room)


@dataclass(slots=True)
class Kept:
    """What arrived since the last reset."""

    bodies: list[Body] = field(default_factory=list)
    rooms: Rooms = field(default_factory=Rooms)
    lines: int = 0
    """So many were counted."""
    fault: str = ""
    """One of :data:`_FAULTS`; empty: all is well."""
    counting: bool = False
    """Bodies are counted, not kept: for more input than memory has room for."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    _body_bytes: int = 0
    _looked_at: int = 0
    """Of so many bodies the lines are counted."""

    def add(self, body: Body) -> None:
        """Keep a body."""
        with self.lock:
            body.at = time.monotonic_ns()
            self._body_bytes += body.nbytes
            self.bodies.append(body)
            if self.counting:
                self._count()
                for each in self.bodies[1:-1]:
                    self.rooms.give_back(each.room)
                for each in self.bodies:
                    each.nbytes = 0
                del self.bodies[1:-1]
                self._looked_at = len(self.bodies)

    def count(self, *, whole: bool = True) -> int:
        """Give how many lines have arrived; unless the ``whole`` is asked for, maybe less while more arrives."""
        with self.lock:
            if whole or not self.bodies or time.monotonic_ns() - self.bodies[-1].at > _A_MOMENT_NS:
                self._count()
            return self.lines

    def _count(self) -> None:
        self.lines += sum(body.lines() for body in self.bodies[self._looked_at :])
        self._looked_at = len(self.bodies)

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            for body in self.bodies:
                self.rooms.give_back(body.room)
            self.bodies.clear()
            self.lines = self._body_bytes = self._looked_at = 0

    def report(self) -> dict[str, Any]:
        """Look at every body: how often each number came, and how long each line took."""
        numbers: list[int] = []
        delays: list[float] = []
        for body in self.bodies:
            plain, end = body.plain()
            numbers += map(int, _SEQUENCE.findall(plain, 0, end))
            if _WRITTEN.search(plain, 0, min(end, _HEAD)):
                delays += [(body.at - int(written)) / 1e6 for written in _WRITTEN.findall(plain, 0, end)]
        return {
            "requests": len(self.bodies),
            "lines": self.count(),
            "body_bytes": self._body_bytes,
            "records": len(numbers),
            "distinct": len(set(numbers)),
            "highest": max(numbers, default=-1),
            "first_at": self.bodies[0].at if self.bodies else 0,
            "last_at": self.bodies[-1].at if self.bodies else 0,
            "delays_ms": _quantiles(delays),
        }


def _quantiles(values: list[float]) -> list[float]:
    """Give the least, 999 thousandths, and the largest."""
    if len(values) < 2:
        return values * (_QUANTILES + 1)
    return [min(values), *statistics.quantiles(values, n=_QUANTILES), max(values)]


@dataclass(slots=True)
class Request:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytearray
    """Room for at least ``nbytes``."""
    nbytes: int = 0


def requests(connection: socket.socket, rooms: Rooms) -> Iterator[Request]:
    """Read requests until the client leaves."""
    rest = b""
    while True:
        while b"\r\n\r\n" not in rest:
            more = connection.recv(65536)
            if not more:
                return
            rest += more
        head, _, rest = rest.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in others)}
        if headers.get("expect"):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", ""):
            chunks, rest = _chunks(connection, rest)
            yield Request(method, path, headers, bytearray(chunks), len(chunks))
            continue
        nbytes = int(headers.get("content-length", "0"))
        body = rooms.take(nbytes) if nbytes else bytearray()
        had = min(len(rest), nbytes)
        body[:had], rest = rest[:had], rest[had:]
        if had < nbytes and not _fill(connection, memoryview(body)[had:nbytes]):
            return
        yield Request(method, path, headers, body, nbytes)


def _chunks(connection: socket.socket, rest: bytes) -> tuple[bytes, bytes]:
    """Read a body of which nobody said the length (RFC 9112, 7.1), without trailers; gives it and what is behind it."""
    body: list[bytes] = []
    while True:
        while b"\r\n" not in rest:
            rest += _more(connection)
        size, _, rest = rest.partition(b"\r\n")
        nbytes = int(size.partition(b";")[0], 16)
        while len(rest) < nbytes + 2:
            rest += _more(connection)
        if not nbytes:
            return b"".join(body), rest[2:]
        body.append(rest[:nbytes])
        rest = rest[nbytes + 2 :]


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(1 << 20)
    if not more:
        raise ConnectionError
    return more


def _fill(connection: socket.socket, room: memoryview) -> bool:
    while room:
        got = connection.recv_into(room, flags=socket.MSG_WAITALL)
        if not got:
            return False
        room = room[got:]
    return True


def answer(request: Request, kept: Kept) -> bytes:
    """Take a request; gives the answer's body."""
    if request.method in ("POST", "PUT"):
        return _take(request, kept)
    match request.path:
        case "/_count":
            return b"%d" % kept.count()
        case "/_arrived":
            return b"%d %d" % (kept.count(whole=False), len(kept.bodies))
        case "/_report":
            return json.dumps(kept.report()).encode()
        case "/_reset":
            kept.reset()
        case "/_up":
            kept.fault = ""
        case "/_down" | "/_busy" | "/_hang":
            kept.fault = request.path[2:]
        case "/_count_only" | "/_keep":
            kept.counting = request.path == "/_count_only"
    return b'{"version":{"number":"8.0.0"},"tagline":"You Know, for Search"}'


def _take(request: Request, kept: Kept) -> bytes:
    packed = request.headers.get("content-encoding", "").replace("identity", "")
    otlp = "protobuf" in request.headers.get("content-type", "")
    body = Body(request.body, request.nbytes, packed, otlp)
    if "_bulk" not in request.path:
        kept.add(body)
        return b"" if otlp else b'{"result":"created"}'
    plain, end = body.plain()
    body.counted = plain.count(b"\n", 0, end) // 2
    kept.add(body)
    action = b"create" if plain.startswith(b'{"create"') else b"index"
    # as a real server: what filter_path does not ask for is left out
    took = b"" if "filter_path=errors" in request.path else b'"took":1,'
    return b"{" + took + b'"errors":false,"items":[' + ((_CREATED % action) * body.counted)[:-1] + b"]}"


def _refused(connection: socket.socket, kept: Kept) -> bool:
    """Do what the fault says with a request; gives whether the connection lives on."""
    while kept.fault == "hang":
        time.sleep(_HANG_SECONDS)
    if kept.fault == "busy":
        head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(_BUSY) + _BUSY)
    return kept.fault == "busy"


def serve(connection: socket.socket, kept: Kept) -> None:
    """Serve one client to its end."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        try:
            for request in requests(connection, kept.rooms):
                if kept.fault and request.path not in _OURS:
                    if not _refused(connection, kept):
                        return
                    continue
                body = answer(request, kept)
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(head + (b"" if request.method == "HEAD" else body))
        except ConnectionError:
            return  # a shipper that was ended


def accept(listener: socket.socket, kept: Kept) -> None:
    """Give each client a thread."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, kept), daemon=True).start()


def main() -> None:
    """Listen on a free port of loopback."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    threading.Thread(target=accept, args=(listener, Kept()), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
