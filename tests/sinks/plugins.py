"""What the contract test must know of each sink: settings for a scripted server, and what success looks like there."""

from collections.abc import Callable, Mapping
from typing import Any

from logship.config import Secret
from logship.sinks import load
from tests.scripted_server import Reply, Request, bulk_reply

Plugin = tuple[Callable[[str, Secret], Any], Callable[[Request], Reply]]


def _http(url: str, secret: Secret) -> Any:
    return load("http").Settings(url=url + "/in", bearer_token=secret)


def _elasticsearch(url: str, secret: Secret) -> Any:
    return load("elasticsearch").Settings(url=(url,), api_key=secret)


NETWORK: Mapping[str, Plugin] = {
    "http": (_http, lambda _: Reply(204)),
    "elasticsearch": (_elasticsearch, bulk_reply),
}
"""By sink: (settings from a server's URL and a secret, the answer that means success)."""
LOCAL = frozenset({"stdout"})
"""Sinks that need no server."""
