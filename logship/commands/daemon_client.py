"""Asks the daemon on this machine, by a request of one line: a probe runs every few seconds in the pod's memory.

Not by ``http.client``: that loads ssl, and with it a tenth of a pod's 64 MiB.
"""

import json
import os
import re
import socket
from typing import Any, Final

from logship.errors import LogshipError
from logship.settings.places import LISTEN, LISTEN_DEFAULT, parse_listen, state_dir_of
from logship.state.running import find

SECONDS: Final = 3.0
_ANY: Final = {"::": "127.0.0.1", "0.0.0.0": "127.0.0.1"}  # noqa: S104 - compared with, not listened on
_ANSWER_MAX: Final = 8 << 20
"""Bytes; a status with a thousand files, by far."""
_READ: Final = 1 << 16
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]{1,9})\r?$", re.IGNORECASE | re.MULTILINE)
_OK: Final = 200
_SHOWN: Final = 200
"""Bytes of an answer that are shown where it is no status."""


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
    try:
        return _read(_asked(_ANY.get(host, host), port, path))
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", "") or str(error) or type(error).__name__
        message = f"nobody answers at {text}: {cause}"
        raise LogshipError(message) from error


def status_body(listen: str | None) -> bytes:
    """Give what is answered to ``/status``; raises LogshipError if nobody answers, or something else than 200."""
    status, body = get("/status", listen)
    if status != _OK:
        said = " ".join(body[:_SHOWN].decode(errors="replace").split())
        message = f"what answers at {named(listen)} says {status}: {said}"
        raise LogshipError(message)
    return body


def fetch(listen: str | None) -> dict[str, Any]:
    """Give the status document; raises LogshipError if it is none, or nobody answers."""
    body = status_body(listen)
    try:
        document: dict[str, Any] = json.loads(body)
        document["version"], document["files"]
    except (ValueError, TypeError, KeyError) as error:
        message = "what answers there is no logship: see --listen"
        raise LogshipError(message) from error
    return document


def address(listen: str | None) -> str | None:
    """Give where the daemon answers: as the flag says, else as the one that uses our state folder says of itself.

    None if neither says anything: then the variable or its default counts.
    """
    if listen is not None:
        return listen
    running = find(state_dir_of(os.environ))
    return (running and running.address) or None


def _asked(host: str, port: int, path: str) -> bytes:
    with socket.create_connection((host, port), SECONDS) as connection:
        name = f"[{host}]" if ":" in host else host
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = bytearray()
        while not _is_whole(answer) and (piece := connection.recv(_READ)):
            answer += piece
    return bytes(answer)


def _is_whole(answer: bytearray) -> bool:
    """Whether all of an answer is there that says how long it is: another program may leave the connection open."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head) if blank else None
    return len(answer) >= _ANSWER_MAX or bool(length and len(body) >= int(length[1]))


def _read(answer: bytes) -> tuple[int, bytes]:
    head, blank, body = answer.partition(b"\r\n\r\n")
    words = head.split(maxsplit=2)
    if not blank or not head.startswith(b"HTTP/1.") or not words[1].isdigit():
        message = "what answers there is no daemon"
        raise ValueError(message)
    return int(words[1]), body
