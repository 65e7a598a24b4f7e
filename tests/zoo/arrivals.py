"""A store inside the zoo: takes ``_bulk`` requests on loopback, answers all with 201, and keeps what came."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from tests.e2e.stores import accepting, read_request, respond
from tests.zoo.judging import Arrival

_SHOWN_LENGTH = 200
_CREATED = b'{"create":{"status":201}},'


class Store:
    """What arrived so far."""

    def __init__(self) -> None:
        self.port = 0
        self.records = 0
        self._bodies: list[bytes] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, connection: socket.socket) -> None:
        """Serve one client to its end."""
        buffer = bytearray()
        while request := read_request(connection, buffer):
            connection.sendall(self._take(request.body))

    def _take(self, body: bytes) -> bytes:
        records = body.count(b"\n") // 2
        self._bodies.append(body)
        self.records += records
        return respond(b'{"errors":false,"items":[%b]}' % (_CREATED * records)[:-1])

    def arrivals(self) -> Iterator[Arrival]:
        """Give every record in the order of arrival."""
        for body in self._bodies:
            lines = body.split(b"\n")
            for action, document in zip(lines[:-1:2], lines[1::2], strict=True):
                yield arrival(orjson.loads(action)["create"]["_id"], orjson.loads(document))


def arrival(identity: str, document: Mapping[str, Any]) -> Arrival:
    """Take a record for a writer's line if it has the fields of one, else for a foreign record."""
    number = document.get("n")
    if isinstance(number, int) and isinstance(document.get("pad"), str):
        return Arrival(identity, number)
    return Arrival(identity, None, str(document.get("message", document))[:_SHOWN_LENGTH])


@contextmanager
def storing() -> Iterator[Store]:
    """Run a store until the end of the block."""
    store = Store()
    with accepting(store.serve) as store.port:
        yield store
