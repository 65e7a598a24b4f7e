"""Google's Application Default Credentials, by google-auth: whose they are, and the headers that they become.

google-auth knows the ways to a token: key file, metadata server, workload identity federation. With requests and
cryptography it costs 17 MiB, so it is only imported, in a thread, when the first token is needed.
"""

import contextlib
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import google.auth
from google.auth.exceptions import TransportError
from google.auth.transport.requests import Request

from logship.model import Outcome, Status
from logship.net.access_tokens import Grant

_EARLY_SECONDS: Final = 225.0
"""A token this close to its end is not used; the metadata server has a new one in the last 300 s."""
_FOREVER: Final = 3600.0
"""For how long a token is used that names no end."""
_ANSWER_SECONDS: Final = 10.0
"""For each answer on the way to a token."""
_HERE: Final = "metadata server"
_KINDS: Final = {
    "google.oauth2.service_account": "service account key",
    "google.auth.compute_engine": _HERE,
    "google.auth.identity_pool": "workload identity federation",
    "google.auth.aws": "workload identity federation",
    "google.auth.pluggable": "workload identity federation",
    "google.auth.impersonated_credentials": "impersonated service account",
    "google.oauth2.credentials": "user",
}
"""What credentials are called, by the start of their module's name."""

# What its warnings say comes out as an Outcome here, and is said once a minute instead of at each of its own attempts.
logging.getLogger("google.auth").setLevel(logging.ERROR)


class _Impatient(Request):
    """Gives up sooner than google-auth would: only deliveries wait for it, and they come again."""

    def __call__(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - google-auth's has no types
        """Make the request."""
        options["timeout"] = min(options.get("timeout") or _ANSWER_SECONDS, _ANSWER_SECONDS)
        return super().__call__(*args, **options)  # type: ignore[no-untyped-call]  # as above


def _failure(error: Exception) -> Outcome:
    """Say whether it can pass by itself; only the error's type is kept, since its text may quote an answer."""
    passing = any(
        isinstance(each, TransportError) or getattr(each, "retryable", False) for each in (error, *error.args)
    )
    return Outcome(Status.ERRORED, "token" if passing else "secret", type(error).__name__, fault=not passing)


def ask(scope: str, clock: Callable[[], float]) -> Grant | Outcome:
    """Find the credentials and make them into a grant, or say what stands in the way. Blocks."""
    request: Any = _Impatient()
    with contextlib.closing(request.session):
        try:
            return _grant(request, scope, clock)
        except Exception as error:  # noqa: BLE001 - whatever a library trips over in a file or an answer
            return _failure(error)


def _grant(request: Any, scope: str, clock: Callable[[], float]) -> Grant:  # noqa: ANN401 - google-auth's has no types
    credentials: Any
    credentials, project = google.auth.default(scopes=[scope], request=request)
    credentials.refresh(request)
    module = type(credentials).__module__
    kind = next((kind for start, kind in _KINDS.items() if module.startswith(start)), "other")
    asks = kind == _HERE
    location, cluster = (_attribute(request, name) if asks else "" for name in ("cluster-location", "cluster-name"))
    headers: dict[str, str] = {}
    credentials.apply(headers)
    until = clock() + _usable_seconds(credentials.expiry)
    return Grant(headers, until, kind, project or "", location, cluster)


def _usable_seconds(expiry: datetime | None) -> float:
    if expiry is None:
        return _FOREVER
    left = (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    return left - min(_EARLY_SECONDS, left / 2)


def _attribute(request: Any, name: str) -> str:  # noqa: ANN401 - google-auth's Request has no types
    """Give what the metadata server says of the cluster; empty if it is none. Raises TransportError."""
    host = os.environ.get("GCE_METADATA_HOST", "metadata.google.internal")
    url = f"http://{host}/computeMetadata/v1/instance/attributes/{name}"
    answer = request(url, method="GET", headers={"Metadata-Flavor": "Google"}, timeout=_ANSWER_SECONDS)
    if answer.status >= 500:  # noqa: PLR2004 - RFC 9110's class "server error"
        message = "the metadata server failed"
        raise TransportError(message)  # type: ignore[no-untyped-call]  # google-auth's
    return answer.data.decode().strip() if answer.status == 200 else ""  # noqa: PLR2004 - RFC 9110's "OK"
