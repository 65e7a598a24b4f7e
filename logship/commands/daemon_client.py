"""Asks the daemon on this machine; the standard library only, since a probe runs every few seconds."""

import http.client
import os
from typing import Final

from logship.errors import LogshipError
from logship.settings.parsing import parse_listen

LISTEN: Final = "LOGSHIP_LISTEN"
LISTEN_DEFAULT: Final = "[::]:8687"
SECONDS: Final = 3.0
_ANY: Final = ("::", "0.0.0.0")  # noqa: S104 - compared with, not listened on


def named(listen: str | None) -> str:
    """Give where the daemon is asked: what ``--listen`` says, else the setting, else the default."""
    return os.environ.get(LISTEN, LISTEN_DEFAULT) if listen is None else listen


def get(path: str, listen: str | None = None) -> tuple[int, bytes]:
    """Give (status, body); raises LogshipError if nobody answers. ``listen`` is where the daemon was told to listen."""
    text = named(listen)
    try:
        host, port = parse_listen(text)
    except ValueError as why:
        message = f"{LISTEN} is off: there is no server to ask" if not text else f"{LISTEN}: {text!r} {why}"
        raise LogshipError(message) from why
    connection = http.client.HTTPConnection("127.0.0.1" if host in _ANY else host, port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        cause = getattr(error, "strerror", "") or str(error) or type(error).__name__
        message = f"nobody answers at {text}: {cause}"
        raise LogshipError(message) from error
    finally:
        connection.close()
