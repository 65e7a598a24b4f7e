"""Lines of web servers: access and error logs of nginx and Apache, and what uvicorn writes; pure.

The names of the fields are nginx's, for all of them, so that one search finds the requests of all. The time and the
level are read from the head, as of any text, which stays whole.
"""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Final

from logship.records.found import Found
from logship.records.layouts import quote

_QUOTED: Final = rb'"((?:[^"\\]|\\.)*+)"'
_ACCESS: Final = re.compile(
    rb"(?:(?P<server_name>[^\s:]++):(?P<server_port>\d++) )?(?P<remote_addr>\S++) "
    rb"\S++ (?P<remote_user>[^\n]{1,255}?) \[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]\n]{8,24}\] "
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
_REQUEST: Final = re.compile(
    r"(?P<method>[A-Z-]{1,20}(?= \S+\Z)|[\w!#$%&'*+.^`|~-]{1,40}(?= \S+ HTTP))"
    r" (?P<path>\S+)(?: (?P<protocol>HTTP/[\d.]+))?",
    re.ASCII,
)
"""A method is a token (RFC 9110, section 5.6.2); a request without a protocol is HTTP/0.9's, or no request at all."""
_NGINX: Final = re.compile(
    rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\w+\] (?P<pid>\d+)#(?P<tid>\d+): (?:\*(?P<connection>\d+) )?", re.DOTALL
)
_CLIENT: Final = rb', client: (?P<client>[^\s,"]++), server: (?P<server>[^\s"]{0,255})'
_REQUESTED: Final = re.compile(_CLIENT + rb', request: "')
_CONNECTED: Final = re.compile(
    _CLIENT
    + rb'(?:, login: "[^"\n]*+"|(?:, upstream: "(?P<upstream>[^"\n]*+)")?, bytes from/to client:[^"\n]{1,200}+)?\Z'
)
"""What nginx writes behind its message, with a request and without one."""
_PARTS: Final = ("request", "subrequest", "upstream", "host", "referrer")
"""What it has of a request, in its order."""
_PART: Final = re.compile(rb'", (%b): "' % b"|".join(each.encode() for each in _PARTS))
_APACHE: Final = re.compile(
    rb"\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]\n]{15,30}\] \[(?:(?P<module>[\w-]*):)?\w+\]"
    rb" \[pid (?P<pid>\d+)(?::tid (?P<tid>\d+))?\] "
    # the place in the source, below info, and the error of the system: %7F and %E of its default format
    rb"(?:(?:[\w.-]{1,80}\(\d{1,7}\): )?(?:\((?:EAI )?\d{1,9}\)[^\[\]\n]{1,120}?: )?"
    rb"\[client (?P<remote_addr>[^\]\n]{1,255}?)(?::(?P<remote_port>\d+))?\] )?"
)
_UVICORN: Final = re.compile(
    rb"(?:TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL): +"
    rb'(?:(?:(?P<remote_addr>\S+):(?P<remote_port>\d+) )?- "(?P<request>[^\n]*)" (?P<status>\d{3})(?: [^\n]*)?$)?'
)
_COLOURS: Final = re.compile(rb"\x1b\[[0-9;]*m")
_ESCAPE: Final = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"v": b"\v"}
_NUMBERS: Final = frozenset(("status", "body_bytes_sent", "pid", "tid", "connection", "remote_port", "server_port"))
_LONGEST: Final = 2047
"""Bytes at which nginx cuts a line of its error log."""
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
        named = {_NGINX_NAMES.get(name, name): value for name, value in _context(line, match.end()).items()}
        return Found(_fields({**match.groupdict(), **named}, escaped=False), text=line)
    return _access(line)


def _context(line: bytes, start: int) -> Mapping[str, bytes | None]:
    """Give what nginx wrote behind its message; nothing where a client may have written as much.

    It escapes nothing: a path before, and a header behind may say what they like, but not keep nginx from saying it,
    unless they fill the line. A path stands in quotes.
    """
    found = [*islice(_REQUESTED.finditer(line, start), 2)] or [*islice(_CONNECTED.finditer(line, start), 2)]
    if len(found) != 1 or (len(line) >= _LONGEST and b'"' in line[start : found[0].start()]):
        return {}
    request = _parts(line, found[0].end()) if found[0].re is _REQUESTED else {}
    return {**found[0].groupdict(), **request}


def _parts(line: bytes, at: int) -> Mapping[str, bytes]:
    """Give what stands in quotes from a request on, whose text begins at ``at``; not what has no end."""
    name, parts = _PARTS[0], dict[str, bytes]()
    for part in _PART.finditer(line, at):
        following = part[1].decode()
        if _PARTS.index(following) > _PARTS.index(name):
            parts[name] = line[at : part.start()]
            at, name = part.end(), following
    return {**parts, name: line[at:-1]} if line.endswith(b'"') else parts


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


def _fields(groups: Mapping[str, bytes | None], *, escaped: bool = True) -> list[tuple[str, bytes]]:
    """Give what is there as fields; ``-`` stands for nothing, and of a user Apache's ``""``."""
    there = {name: value for name, value in groups.items() if value and value not in (b"-", b'""')}
    found = {name: _text(value) if escaped else value.decode(errors="replace") for name, value in there.items()}
    match = _REQUEST.fullmatch(found.get("request", ""))
    if match:
        del found["request"]
        found |= {name: value for name, value in match.groupdict().items() if value}
    return [(name, _number(value) if name in _NUMBERS else quote(value)) for name, value in found.items()]


def _number(digits: str) -> bytes:
    return digits.lstrip("0").encode() or b"0"


def _text(value: bytes) -> str:
    return _ESCAPE.sub(_byte, value).decode(errors="replace")


def _byte(match: "re.Match[bytes]") -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else _LETTERS.get(match[2], match[2])
