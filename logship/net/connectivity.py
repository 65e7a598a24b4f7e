"""The first steps to a server, one by one: proxy, name, connection, TLS."""

import asyncio
import socket
import urllib.request
from urllib.parse import urlsplit

from logship.net.http_client import failure
from logship.net.tls import Tls


def proxy_of(scheme: str) -> str | None:
    """Give the host of the proxy that the environment names for a scheme; None without one."""
    proxy = urllib.request.getproxies().get(scheme)
    return urlsplit(proxy).hostname if proxy else None


async def look_up(host: str, port: int, seconds: float) -> list[str]:
    """Give the addresses of a name; none if it has none, or if they take longer than ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [*dict.fromkeys(str(each[4][0]) for each in found)]


async def connect(host: str, port: int, tls: Tls | None, seconds: float) -> str:
    """Connect, with TLS if there is any, and hang up; gives why that fails, empty if it does not."""
    context = tls.context() if tls else None
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except OSError as error:
        return failure(error).reason
    writer.close()
    return ""
