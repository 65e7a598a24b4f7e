"""Lines of web servers: access and error logs of nginx and Apache, and what uvicorn writes; pure.

The names of the fields are nginx's, for all of them, so that one search finds the requests of all. The time and the
level are read from the head, as of any text, which stays whole.
"""

import re
from collections.abc import Mapping
from typing import Final

from logship.records.found import Found
from logship.records.layouts import quote

_QUOTED: Final = rb'"((?:[^"\\]|\\.)*+)"'
_ACCESS: Final = re.compile(
    rb"(?:(?P<server_name>[^\s:]++):(?P<server_port>\d++) )?(?P<remote_addr>\S++) "
    rb"\S++ (?P<remote_user>[^\[\n]{1,255}?) \[[^\]\n]{20,32}\] "
    + _QUOTED.replace(b"((", b"(?P<request>(")
    + rb" (?P<status>\d{3}) (?P<body_bytes_sent>\d++|-)"
    rb"(?: "
    + _QUOTED.replace(b"((", b"(?P<http_referer>(")
    + rb" "
    + _QUOTED.replace(b"((", b"(?P<http_user_agent>(")
    + rb"(?: "
    + _QUOTED.replace(b"((", b"(?P<http_x_forwarded_for>(")
    + rb")?)?(?: .*)?"
)
_REQUEST: Final = re.compile(r"(?P<method>[A-Z]{1,20}) (?P<path>\S+)(?: (?P<protocol>HTTP/[\d.]+))?")
_NGINX: Final = re.compile(
    rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\w+\] (?P<pid>\d+)#(?P<tid>\d+): (?:\*(?P<connection>\d+) )?", re.DOTALL
)
_CONTEXT: Final = re.compile(
    rb', (client|server|request|subrequest|upstream|host|referrer): (?:"((?:[^"\\]|\\.)*+)"|([^\s,"]++))'
)
_APACHE: Final = re.compile(
    rb"\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]\n]{15,30}\] \[(?:(?P<module>[\w-]*):)?\w+\]"
    rb" \[pid (?P<pid>\d+)(?::tid (?P<tid>\d+))?\] "
    rb"(?:\[client (?P<remote_addr>[^\]\n]{1,255}?)(?::(?P<remote_port>\d+))?\] )?"
)
_UVICORN: Final = re.compile(
    rb"(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL): +"
    rb'(?:(?P<remote_addr>\S+):(?P<remote_port>\d+) - "(?P<request>[^"\n]*)" (?P<status>\d{3})(?: [^\n]*)?$)?'
)
_COLOURS: Final = re.compile(rb"\x1b\[[0-9;]*m")
_ESCAPE: Final = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"v": b"\v"}
_NUMBERS: Final = frozenset(("status", "body_bytes_sent", "pid", "tid", "connection", "remote_port", "server_port"))
_NGINX_NAMES: Final = {
    "client": "remote_addr",
    "server": "server_name",
    "host": "http_host",
    "referrer": "http_referer",
}
"""What an error line calls otherwise than an access line; host, client and server are objects to many stores."""


def parse_nginx(line: bytes) -> Found | None:
    """Read a line of nginx's ``combined`` or ``main`` format, or of its error log."""
    if match := _NGINX.match(line):
        context = {name.decode(): quoted or bare for name, quoted, bare in _CONTEXT.findall(line, match.end())}
        named = {_NGINX_NAMES.get(name, name): value for name, value in context.items()}
        return Found(_fields({**match.groupdict(), **named}), text=line)
    return _access(line)


def parse_apache(line: bytes) -> Found | None:
    """Read a line of Apache's ``common``, ``combined`` or ``vhost_combined`` format, or of its error log."""
    if match := _APACHE.match(line):
        return Found(_fields(match.groupdict()), text=line)
    return _access(line)


def parse_uvicorn(line: bytes) -> Found | None:
    """Read a line of uvicorn's default format: a request, or a message."""
    match = _UVICORN.match(_COLOURS.sub(b"", line))
    return Found(_fields(match.groupdict()), text=line) if match else None


def _access(line: bytes) -> Found | None:
    match = _ACCESS.fullmatch(line)
    return Found(_fields(match.groupdict()), text=line) if match else None


def _fields(groups: Mapping[str, bytes | None]) -> list[tuple[str, bytes]]:
    """Give what is there as fields; ``-`` stands for nothing."""
    found = {name: _text(value) for name, value in groups.items() if value not in (None, b"-", b"")}
    match = _REQUEST.fullmatch(found.get("request", ""))
    if match:
        del found["request"]
        found |= {name: value for name, value in match.groupdict().items() if value}
    return [(name, _number(value) if name in _NUMBERS else quote(value)) for name, value in found.items()]


def _number(digits: str) -> bytes:
    return digits.lstrip("0").encode() or b"0"


def _text(value: bytes | None) -> str:
    return _ESCAPE.sub(_byte, value or b"").decode(errors="replace")


def _byte(match: "re.Match[bytes]") -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else _LETTERS.get(match[2], match[2])
