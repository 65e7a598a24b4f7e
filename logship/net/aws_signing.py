"""Requests signed for AWS: credentials as its own tools find them, and signatures (SigV4); both are botocore's.

Loaded when a sink is opened: botocore is an extra, and takes 0.2 s and 8 MiB.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from typing import Any, Final

from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from botocore.session import Session  # type: ignore[import-untyped]

from logship.delivery.http_status import Answer
from logship.errors import LogshipError
from logship.model import Outcome, Status
from logship.net.credentials import SecretError, read_secret
from logship.net.http_client import compress
from logship.net.transport import Transport
from logship.settings.config import Secret

_NONE: Final = "there are none: by environment, web identity, shared file, container or instance"

# It says at every attempt what delivery says once a minute.
logging.getLogger("botocore").setLevel(logging.CRITICAL)


class FetchError(LogshipError):
    """Credentials could not be fetched, which may pass; the text is AWS's word for why, or an exception's name."""


def find_region() -> str:
    """Give the region as AWS's tools find it; empty if they would not."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if region := os.environ.get(variable, ""):
            return region
    try:
        return Session().get_config_variable("region") or ""
    except Exception:  # noqa: BLE001 - botocore's exceptions share no parent, and a broken file has no region
        return ""


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
    """Sends signed requests to one service; a failure to sign is an Outcome as well."""

    def __init__(self, transport: Transport, keys: Keys, *, service: str, region: str, gzip: bool) -> None:
        self.tls = transport.tls
        self.keys = keys
        self._transport = transport
        self._service, self._region, self._gzip = service, region, gzip

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """POST the body; see :class:`logship.net.transport.Transport`."""
        try:
            body, headers = await asyncio.to_thread(self._sign, url, body, headers)
        except SecretError as error:
            return Outcome(Status.ERRORED, "secret", str(error), fault=True)
        except FetchError as error:
            return Outcome(Status.ERRORED, "credentials", str(error))
        return await self._transport.post(url, body, headers)

    def _sign(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
        # What is signed is what is sent: so it is packed here, and the transport only sends.
        packed, encoding = (compress(body), {"Content-Encoding": "gzip"}) if self._gzip else (body, {})
        request = AWSRequest("POST", url, headers={**headers, **encoding}, data=packed)
        SigV4Auth(self.keys.current(), self._service, self._region).add_auth(request)
        return packed, dict(request.headers.items())
