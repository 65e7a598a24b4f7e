"""How a sink proves who it is where a header of the settings does not: settings, and the transport that they make.

OAuth 2.0 client credentials (RFC 6749, section 4.4), and requests signed for AWS (Signature Version 4).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from logship.errors import missing
from logship.net.credentials import Credentials
from logship.net.transport import Transport, open_transport
from logship.settings.config import NetworkSettings, Secret, setting
from logship.settings.urls import url_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSettings(NetworkSettings):
    """A token from an authorization server, the same for all requests, and the next one in time."""

    oauth_token_url: str = setting("where to get an OAuth 2 token with client credentials")
    oauth_client_id: str = setting("of the client that the token is for")
    oauth_client_secret: Secret = setting("of `OAUTH_CLIENT_ID`", Secret())
    oauth_scope: str = setting("asked for; several are parted by a space")

    def way_in_faults(self, *others: object) -> list[str]:
        """Give what is wrong, a line each; ``others`` are set where another way in is."""
        if not self.oauth_token_url:
            idle = self.oauth_client_id or self.oauth_client_secret or self.oauth_scope
            return ["OAUTH_TOKEN_URL is missing: another setting of OAuth is there"] if idle else []
        faults = [fault.replace("URL", "OAUTH_TOKEN_URL", 1) for fault in url_faults(self.oauth_token_url)]
        if not (self.oauth_client_id and self.oauth_client_secret):
            faults.append("OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET must be there with OAUTH_TOKEN_URL")
        if any(others):
            faults.append("OAUTH_TOKEN_URL and another credential are set: only one can be sent")
        return faults


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings(OAuthSettings):
    """Requests signed with keys as AWS's tools find them."""

    aws_sigv4: bool = setting("sign requests for AWS, with keys as AWS's tools find them", False)  # noqa: FBT003
    aws_region: str = setting("for the signature; else as AWS's tools find it")
    aws_service: str = setting("for the signature: `es`, or `aoss` for OpenSearch Serverless", "es")

    def way_in_faults(self, *others: object) -> list[str]:
        """Give what is wrong, a line each."""
        faults = OAuthSettings.way_in_faults(self, *others)
        if self.aws_sigv4 and (self.oauth_token_url or any(others)):
            faults.append("AWS_SIGV4 and another credential are set: only one can be sent")
        if not self.aws_service:
            faults.append("AWS_SERVICE is empty; write es or aoss")
        return faults


@asynccontextmanager
async def open_way_in(settings: OAuthSettings, credentials: Credentials, sink: str) -> AsyncIterator[Transport]:
    """Open the transport of a sink; leaving closes it. Raises ConfigError where something that it needs is missing."""
    if isinstance(settings, AwsSettings) and settings.aws_sigv4:
        async with _open_signed(settings, sink) as transport:
            yield transport
    elif settings.oauth_token_url:
        from logship.net.oauth import Client, Granted, Tokens  # noqa: PLC0415 - asyncio: not for whoever only reads settings

        client = Client(
            settings.oauth_token_url, settings.oauth_client_id, settings.oauth_client_secret, settings.oauth_scope
        )
        plain = replace(settings, compression="none", headers={})
        async with open_transport(plain) as asking, open_transport(settings) as transport:
            yield Granted(transport, Tokens(asking, client))
    else:
        async with open_transport(settings, credentials) as transport:
            yield transport


@asynccontextmanager
async def _open_signed(settings: AwsSettings, sink: str) -> AsyncIterator[Transport]:
    try:
        from logship.net.aws_signing import Keys, Signed, the_region  # noqa: PLC0415 - botocore: only for whoever sends
    except ModuleNotFoundError as error:
        raise missing(error.name, f"{sink} with AWS_SIGV4", "cloudwatch") from error
    region = await the_region(settings.aws_region, f"LOGSHIP_{sink.upper()}_AWS_REGION")
    gzip = settings.compression == "gzip"
    async with open_transport(replace(settings, compression="none")) as transport:
        keys = Keys(region, "", Secret())
        yield Signed(transport, keys, service=settings.aws_service, region=region, gzip=gzip, hashed=True)
