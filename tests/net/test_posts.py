"""A body that is sent at once goes a shorter way than a session's: what servers and callers see is the same."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from logship.delivery.http_status import Answer
from logship.net.posts import LARGEST_BYTES
from logship.net.transport import open_transport
from logship.settings.config import NetworkSettings
from tests.scripted_server import scripted_server

PLAIN = NetworkSettings(compression="none")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def narrow_socket() -> socket.socket:
    """Listen; the system keeps some kilobytes of what nobody has read, not megabytes as it does on loopback."""
    found = socket.create_server(("127.0.0.1", 0))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return found


@asynccontextmanager
async def saying(*answers: bytes, early: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve these, one after the other, whatever is asked; gives where, and each connection's first bytes.

    ``early``: of a request only its beginning is read.
    """
    left, seen, open_ones = list(answers), list[bytes](), list[asyncio.StreamWriter]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)
        seen.append(await reader.read(1))
        while left and await reader.read(1 << 20):
            writer.write(left.pop(0))
            if early:
                return
        writer.close()

    server = await asyncio.start_server(serve, sock=narrow_socket(), limit=1024)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", seen
        for writer in open_ones:
            writer.transport.abort()


@pytest.mark.parametrize("size", [1, 40_000, LARGEST_BYTES, LARGEST_BYTES + 1])
async def test_small_and_large_requests_have_the_same_headers(size: int) -> None:
    """Those of the settings, the request's and the library's own; in their order, but for the length."""
    settings = NetworkSettings(compression="none", headers={"X-Scope": "ü"})
    async with scripted_server() as server, open_transport(settings) as transport:
        for _ in range(2):
            await transport.post(server.url + "/a%20b?c=%2F", b"x" * size, {"X-Mine": "1"})
    first, second = server.requests
    expected = {"host": server.url.removeprefix("http://"), "accept": "*/*", "x-mine": "1", "content-length": str(size)}
    expected |= {"content-type": "application/octet-stream", "accept-encoding": "identity"}
    assert first.headers.items() >= expected.items()
    assert set(filter(None, first.headers)) == {*expected, "x-scope", "user-agent"}
    assert (first.path, first.raw, first.headers) == ("/a%20b?c=%2F", b"x" * size, second.headers)
    assert server.connections == 1


async def test_an_informational_answer_is_passed_over() -> None:
    """The final one comes behind it."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    async with saying(hints + OK) as (url, _), open_transport(PLAIN) as transport:
        answer = await transport.post(url, b"x", {})
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (200, b"hi")


async def test_an_early_answer_ends_its_connection() -> None:
    """It is read while most of the body is still to be sent; the rest would stand before the next request."""
    too_large = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
    async with saying(too_large, OK, early=True) as (url, seen), open_transport(PLAIN) as transport:
        answers = [await transport.post(url, body, {}) for body in (b"x" * LARGEST_BYTES, b"x")]
    assert ([getattr(each, "status", each) for each in answers], len(seen)) == ([413, 200], 2)


async def test_nonsense_is_a_bad_response() -> None:
    """And its connection is not used again."""
    async with saying(b"nonsense\r\n\r\n", OK) as (url, seen), open_transport(PLAIN) as transport:
        outcome = await transport.post(url, b"x", {})
        answer = await transport.post(url, b"x", {})
    assert (getattr(outcome, "reason", ""), getattr(answer, "status", 0), len(seen)) == ("bad_response", 200, 2)


async def test_who_gives_up_leaves_no_connection_that_an_answer_may_come_on() -> None:
    """The next request would take it for its own."""
    async with saying(b"", OK) as (url, seen), open_transport(PLAIN) as transport:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await transport.post(url, b"x", {})
        answer = await transport.post(url, b"x", {})
    assert (getattr(answer, "status", 0), len(seen)) == (200, 2)


async def test_who_gives_up_leaves_nothing_to_be_sent() -> None:
    """It would stay in memory, once more for each attempt, for as long as the server hangs."""
    read, hangs, ended = list[bytes](), asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hangs.wait()
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 20):
                read.append(piece)
        writer.close()
        ended.set()

    async with await asyncio.start_server(serve, sock=narrow_socket(), limit=1024) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with open_transport(PLAIN) as transport:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await transport.post(url, b"x" * LARGEST_BYTES, {})
            hangs.set()
            await ended.wait()
    assert len(b"".join(read)) < LARGEST_BYTES / 2


async def test_a_header_that_changes_how_a_connection_is_used_is_obeyed() -> None:
    """A session knows how."""
    settings = NetworkSettings(compression="none", headers={"Connection": "close"})
    async with scripted_server() as server, open_transport(settings) as transport:
        for _ in range(2):
            assert isinstance(await transport.post(server.url, b"x", {}), Answer)
    assert [request.headers["connection"] for request in server.requests] == ["close"] * 2


async def test_any_number_of_addresses_can_be_posted_to() -> None:
    """Only so many are kept prepared."""
    async with scripted_server() as server, open_transport(PLAIN) as transport:
        for number in [*range(40), 0]:
            await transport.post(f"{server.url}/{number}", b"x", {})
    assert [request.path for request in server.requests] == [f"/{number}" for number in [*range(40), 0]]
