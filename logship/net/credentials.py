"""Secrets, read when they are needed and never kept, and the headers that are made of them."""

import base64
import os
from collections.abc import Callable, Mapping
from typing import TypeAlias

from logship.errors import LogshipError
from logship.settings.config import Secret
from logship.settings.parsing import clean_secret

Credentials: TypeAlias = Callable[[], Mapping[str, str]]
"""Gives the headers that prove who we are; raises SecretError. Called for every request."""


class SecretError(LogshipError):
    """A secret is missing, empty or unusable; the text names where it should be, never what it is."""


def read_secret(secret: Secret) -> str:
    """Give the secret's value as it is now, without line ends and byte-order mark around it; raises SecretError.

    There is no cache: a file of a few bytes costs microseconds, and a rotated secret counts from the next attempt on.
    """
    where = secret.path or secret.variable
    try:
        value = _read_file(secret.path) if secret.path else os.environ[secret.variable]
    except (OSError, ValueError, KeyError) as error:
        message = f"{where}: can't be read ({type(error).__name__})"
        raise SecretError(message) from error
    try:
        return clean_secret(value)
    except ValueError as why:
        message = f"{where}: {why}"
        raise SecretError(message) from None


def _read_file(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a str path, as everywhere on the way of a request
        return file.read(1 << 16)


def no_credentials() -> Mapping[str, str]:
    """Give no headers."""
    return {}


def bearer(token: Secret, scheme: str = "Bearer") -> Credentials:
    """Give ``Authorization: <scheme> <token>``."""
    return lambda: {"Authorization": f"{scheme} {read_secret(token)}"}


def basic(username: str, password: Secret) -> Credentials:
    """Give HTTP Basic authorization."""

    def headers() -> Mapping[str, str]:
        pair = f"{username}:{read_secret(password)}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    return headers


def bearer_or_basic(token: Secret, username: str, password: Secret) -> Credentials:
    """Give the one that is set; the token wins."""
    if token:
        return bearer(token)
    return basic(username, password) if username else no_credentials


def basic_faults(username: str, password: Secret) -> list[str]:
    """Say what is wrong with half a pair."""
    if bool(username) == bool(password):
        return []
    return ["PASSWORD is missing: USERNAME is set"] if username else ["USERNAME is missing: PASSWORD is set"]
