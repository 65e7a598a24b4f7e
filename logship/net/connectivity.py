"""The first steps to a server, one by one: proxy, name, connection, TLS."""

import asyncio
import socket
from urllib.parse import urlsplit

from logship.net.http_client import failure
from logship.net.proxies import bare, proxy_for
from logship.net.tls import Tls


def proxy_of(url: str) -> str | None:
    """Give the host of the proxy that a request to a URL goes by; None without one."""
    proxy = proxy_for(url)
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
            name = bare(host) if context else None
            _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name)
    except OSError as error:
        return failure(error).reason
    writer.close()
    return ""
