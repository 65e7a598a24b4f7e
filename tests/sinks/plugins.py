"""What the contract test must know of each sink: settings for a scripted server, and what success looks like there."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, NamedTuple

from logship.plugins import load
from logship.settings.config import Secret
from tests.scripted_server import Reply, Request, bulk_reply
from tests.sinks import sigv4


class Plugin(NamedTuple):
    """What the contract test needs of a network sink."""

    settings: Callable[[str, Secret], Any]
    """Makes them from a server's URL and a secret."""
    success: Callable[[Request], Reply]
    """Answers as the store does when all is well."""
    header: str = "authorization"
    """In lower case: where the secret is, as the last word."""
    signed: bool = False
    """The secret is never sent: the header has a signature (SigV4) that is made of it."""
    surroundings: Callable[[Secret], AbstractAsyncContextManager[object]] = nullcontext
    """Has to be there while the sink is open, where it does not read the secret itself."""


def _http(url: str, secret: Secret) -> Any:
    return load("http").Settings(url=url + "/in", bearer_token=secret)


def _elasticsearch(url: str, secret: Secret) -> Any:
    return load("elasticsearch").Settings(url=(url,), api_key=secret)


def _datadog(url: str, secret: Secret) -> Any:
    return load("datadog").Settings(url=url + "/api/v2/logs", api_key=secret)


def _splunk(url: str, secret: Secret) -> Any:
    return load("splunk").Settings(url=url, token=secret)


def _loki(url: str, secret: Secret) -> Any:
    return load("loki").Settings(url=url, bearer_token=secret)


def _otlp(url: str, secret: Secret) -> Any:
    return load("otlp").Settings(endpoint=url, bearer_token=secret)


def _cloudwatch(url: str, secret: Secret) -> Any:
    made = load("cloudwatch").Settings
    return made(endpoint=url, group="g", stream="s", region="r", access_key_id="AKIDEXAMPLE", secret_access_key=secret)


def proves(name: str, request: Request, secret: str) -> bool:
    """Say whether a request to the sink's store was made with the secret; a signed one must not show it."""
    plugin = NETWORK[name]
    if plugin.signed:
        return sigv4.is_signed(request, secret) and secret not in str(request)
    return request.headers[plugin.header].split()[-1] == secret


def _gcl(url: str, _: Secret) -> Any:
    return load("gcl").Settings(endpoint=url, project="shop-1")


def _google(secret: Secret) -> AbstractAsyncContextManager[object]:
    from tests.sinks.google import exchange  # noqa: PLC0415 - Google's types: not for the benchmarks

    return exchange(secret)


NETWORK: Mapping[str, Plugin] = {
    "http": Plugin(_http, lambda _: Reply(204)),
    "elasticsearch": Plugin(_elasticsearch, bulk_reply),
    "loki": Plugin(_loki, lambda _: Reply(204)),
    "otlp": Plugin(_otlp, lambda _: Reply(200)),
    "gcl": Plugin(_gcl, lambda _: Reply(200, b"{}"), surroundings=_google),
    "splunk": Plugin(_splunk, lambda _: Reply(200, b'{"text":"Success","code":0}')),
    "cloudwatch": Plugin(_cloudwatch, lambda _: Reply(200, b"{}"), signed=True),
    "datadog": Plugin(_datadog, lambda _: Reply(202, b"{}"), "dd-api-key"),
}
"""By sink."""
LOCAL: Mapping[str, Mapping[str, object]] = {
    "stdout": {},
    "file": {"path": "/nonexistent/logs"},
    "kafka": {"brokers": ("127.0.0.1:1",)},
}
"""Sinks that speak no HTTP, with the settings that they need; they are opened without a server."""
