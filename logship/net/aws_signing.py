"""Requests signed for AWS: credentials as its own tools find them, and signatures (SigV4); both are botocore's.

Loaded when a sink is opened: botocore is an extra, and takes 0.2 s and 8 MiB.
"""

import asyncio
import hashlib
import logging
import os
import threading
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from botocore.session import Session  # type: ignore[import-untyped]

from logship.delivery.http_status import Answer
from logship.errors import ConfigError, LogshipError
from logship.model import Outcome, Status
from logship.net.credentials import SecretError, no_credentials, read_secret
from logship.net.http_client import compress
from logship.net.transport import Transport
from logship.settings.config import Secret

_FORBIDDEN: Final = 403
_NONE: Final = "there are none: by environment, web identity, shared file, container or instance"

# It says at every attempt what delivery says once a minute.
logging.getLogger("botocore").setLevel(logging.CRITICAL)


class FetchError(LogshipError):
    """Credentials could not be fetched, which may pass; the text is AWS's word for why, or an exception's name."""


def find_region() -> str:
    """Give the region as AWS's tools find it; empty if they would not."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if region := os.environ.get(variable, "").strip():
            return region
    try:
        return Session().get_config_variable("region") or ""
    except Exception:  # noqa: BLE001 - botocore's exceptions share no parent, and a broken file has no region
        return ""


async def the_region(configured: str, variable: str) -> str:
    """Give the region: the one of the settings, or else as AWS's tools find it; ConfigError where there is none."""
    region = configured or await asyncio.to_thread(find_region)
    if not region:
        message = f"{variable} is not set, and AWS_REGION is not either"
        raise ConfigError([message])
    return region


class Keys:
    """Gives the keys to sign with: those of the settings, or else what AWS's tools would find here.

    Every method may block, and may be called from any thread. A role's keys are fetched again 10 to 15 minutes before
    they expire.
    """

    def __init__(self, region: str, key_id: str, secret: Secret) -> None:
        self._region, self._key_id, self._secret = region, key_id, secret
        self._lock = threading.Lock()
        self._found: Any = None

    def current(self) -> Any:  # noqa: ANN401 - botocore has no types
        """Give the keys as they are now; raises SecretError or FetchError."""
        if self._key_id:
            return Credentials(self._key_id, read_secret(self._secret))
        try:
            return self._chain().get_frozen_credentials()
        except SecretError:
            raise
        except Exception as error:  # botocore's exceptions share no parent, and sources fail in any way
            why = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            message = f"can't be fetched: {why}"
            raise FetchError(message) from error

    def origin(self) -> str:
        """Say where they are from, in botocore's words; raises as :meth:`current`."""
        self.current()
        return "the settings" if self._key_id else str(self._chain().method)

    def forget(self) -> None:
        """Look everywhere again for the next request."""
        self._found = None

    def _chain(self) -> Any:  # noqa: ANN401 - botocore has no types
        with self._lock:
            found = self._found
            if found is None:
                session = Session()
                session.set_config_variable("region", self._region)
                self._found = found = session.get_credentials()
        if found is None:
            raise SecretError(_NONE)
        return found


class Signed:
    """Sends signed requests to one service; a failure to sign is an Outcome as well.

    See :class:`logship.net.transport.Transport`. ``hashed``: with the body's digest as a header, which some services
    want (``aoss``).
    """

    def __init__(
        self, transport: Transport, keys: Keys, *, service: str, region: str, gzip: bool, hashed: bool = False
    ) -> None:
        self.tls = transport.tls
        self.keys = keys
        self.credentials = no_credentials
        self._transport = transport
        self._service, self._region, self._gzip, self._hashed = service, region, gzip, hashed

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """POST the body; see :class:`logship.net.transport.Transport`."""
        return await self.request("POST", url, body, headers)

    async def request(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer | Outcome:
        """Make one request. Keys that are refused are looked for again at the next."""
        url = canonical_url(url)
        try:
            signed = await asyncio.to_thread(self._sign, method, url, body, headers or {})
        except SecretError as error:
            return Outcome(Status.ERRORED, "secret", str(error), fault=True)
        except FetchError as error:
            return Outcome(Status.ERRORED, "credentials", str(error))
        answer = await self._transport.request(method, url, *signed)
        if isinstance(answer, Answer) and answer.status == _FORBIDDEN:
            self.keys.forget()
        return answer

    def _sign(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[bytes | None, Mapping[str, str]]:
        # What is signed is what is sent: so it is packed here, and the transport only sends.
        pack = self._gzip and body is not None
        packed, encoding = (compress(body or b""), {"Content-Encoding": "gzip"}) if pack else (body, {})
        digest = {"X-Amz-Content-SHA256": hashlib.sha256(packed or b"").hexdigest()} if self._hashed else {}
        request = AWSRequest(method, url, headers={**headers, **encoding, **digest}, data=packed or b"")
        SigV4Auth(self.keys.current(), self._service, self._region).add_auth(request)
        return packed, dict(request.headers.items())


def canonical_url(url: str) -> str:
    """Give the URL with its query as the signature has it: in order, all but unreserved characters encoded."""
    parts = urlsplit(url)
    pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    return parts._replace(query=query).geturl()
