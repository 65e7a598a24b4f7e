"""What is small goes a shorter way than a session's: what servers and callers see is the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from logship.delivery.http_status import Answer
from logship.net.small_posts import SMALL_BYTES
from logship.net.transport import open_transport
from logship.settings.config import NetworkSettings
from tests.scripted_server import scripted_server

PLAIN = NetworkSettings(compression="none")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve these, one after the other, whatever is asked; gives where, and each connection's first bytes."""
    left, seen = list(answers), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(1))
        while left and await reader.read(1 << 20):
            writer.write(left.pop(0))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", seen


@pytest.mark.parametrize("size", [1, SMALL_BYTES, SMALL_BYTES + 1])
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
