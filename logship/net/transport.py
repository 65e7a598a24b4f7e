"""The one way to the network, as the sinks see it; light, since a sink's module is also loaded to read its settings.

What it takes to send (aiohttp and more: 0.2 s, 10 MiB) is in :mod:`logship.net.http_client`, loaded when a sink is
opened.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from logship.delivery.http_status import Answer
from logship.model import Outcome
from logship.net.credentials import Credentials, no_credentials
from logship.settings.config import NetworkSettings

if TYPE_CHECKING:
    from logship.net.tls import Tls


class Transport(Protocol):
    """Sends requests. Each gives an :class:`Answer` if a status line came back, else the failure's Outcome."""

    @property
    def tls(self) -> "Tls":
        """What connections are secured with."""

    @property
    def credentials(self) -> Credentials:
        """What proves who we are."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """POST the body, compressed as the settings say; see :meth:`request`."""

    async def request(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer | Outcome:
        """Make one request; redirects are not followed.

        The operator's headers win over ``headers``. Credentials are read again for each request. There is no time
        limit here but on connecting: the caller bounds the attempt.
        """


@asynccontextmanager
async def open_transport(
    settings: NetworkSettings, credentials: Credentials = no_credentials
) -> AsyncIterator[Transport]:
    """Open the session; leaving closes it. Raises ConfigError if a TLS file can't be used."""
    from logship.net.http_client import open_session  # noqa: PLC0415 - aiohttp: not for whoever only reads settings

    async with open_session(settings, credentials) as session:
        yield session
