"""Lines into fields, as ``PARSE`` asks: what a container's runtime, a server or a logger writes around a text; pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from logship.json_faults import UNREADABLE
from logship.records.access_lines import parse_apache, parse_nginx, parse_uvicorn
from logship.records.expressions import PIECES, Expression, compile_expression
from logship.records.found import Found
from logship.records.joining import one_line
from logship.records.json_members import SPACE, members
from logship.records.layouts import quote
from logship.records.logfmt import parse_logfmt
from logship.records.paths import splits, value_at
from logship.records.repair import repair
from logship.records.runtime_lines import Piece, Rewrap, Unwrap

_GROUP: Final = re.compile(r"\(\?P?<(\w+)>", re.ASCII)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_CRI: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\S{8,64}) (stdout|stderr) ([FP])(?::\S*)?(?: (.*)|)", re.DOTALL)
"""Kubernetes' CRI: time, stream, tag, text. The tag is F at the end of a line, and P where it goes on."""


class Parser(NamedTuple):
    """How lines become fields."""

    parse: Callable[[bytes], Found | None]
    """Of a line in UTF-8; None if it is not of the form. A runtime's line may be several that are one record."""
    of_json: bool = False
    """Whether lines are read that are JSON objects; else those are records already."""
    unwrap: Unwrap | None = None
    """Takes a runtime's line apart."""
    rewrap: Rewrap | None = None
    """Puts it together again."""
    may_go_on: Callable[[bytes], bool] = bool
    """Says False only of lines of which none is a runtime's whose rest is in a later one."""


class _Logged(Struct):
    """A line of Docker's json-file driver: ``log`` ends with a newline unless the line goes on."""

    log: str
    stream: str
    time: Raw
    attrs: Raw | UnsetType = UNSET


class _Log(Struct):
    log: str


_LOGGED: Final = msgspec.json.Decoder(_Logged)
_LOGS: Final = msgspec.json.Decoder(_Log)


def _unwrap_cri(line: bytes) -> Piece | None:
    match = _CRI.fullmatch(line)
    return Piece(match[2].decode(), match[4] or b"", match[3] == b"P") if match else None


def _rewrap_cri(line: bytes, _: Piece, text: bytes) -> bytes:
    match = _CRI.fullmatch(line)
    return line[: match.start(4)] + text if match and match[4] else line


def _cri_may_go_on(lines: bytes) -> bool:
    return b" stdout P" in lines or b" stderr P" in lines


def _parse_cri(line: bytes) -> Found | None:
    matches = [*map(_CRI.fullmatch, line.split(b"\n"))]
    if None in matches:
        return None
    pieces = [match for match in matches if match]
    text = b"".join((piece[4] or b"") + (b"" if piece[3] == b"P" else b"\n") for piece in pieces).removesuffix(b"\n")
    own = [("stream", quote(pieces[0][2].decode())), ("logtag", quote(pieces[-1][3].decode()))]
    return _unwrapped(own, text, b'"' + pieces[0][1] + b'"')


def _decoded(line: bytes) -> _Logged | None:
    try:
        return _LOGGED.decode(line)
    except UNREADABLE:
        return None


def _rewrap_docker(line: bytes, piece: Piece, text: bytes) -> bytes:
    found = next(member for member in members(line) if member.name == "log")
    log = text.decode(errors="replace") + ("" if piece.goes_on else "\n")
    return line[: found.value] + quote(log) + line[found.end :]


def _docker_may_go_on(lines: bytes) -> bool:
    try:
        return not all(each.log.endswith("\n") for each in _LOGS.decode_lines(lines))
    except UNREADABLE:
        return True


def _unwrap_docker(line: bytes) -> Piece | None:
    found = _decoded(line.decode(errors="replace").encode()) if line.startswith(b'{"log"') else None
    if found is None:
        return None
    return Piece(found.stream, found.log.removesuffix("\n").encode(), not found.log.endswith("\n"))


def _parse_docker(line: bytes) -> Found | None:
    pieces = [piece for piece in map(_decoded, line.split(b"\n")) if piece]
    if len(pieces) <= line.count(b"\n"):
        return None
    first = pieces[0]
    own = [("stream", quote(first.stream)), *([] if first.attrs is UNSET else [("attrs", bytes(first.attrs))])]
    text = "".join(piece.log for piece in pieces).removesuffix("\n").removesuffix("\r")
    return _unwrapped(own, text.encode(), bytes(first.time))


def _unwrapped(own: Sequence[tuple[str, bytes]], text: bytes, time: bytes) -> Found:
    """Give what a runtime wrote around a text, which may be an object itself, over several lines."""
    text = one_line(text + b"\n") if b"\n" in text else text
    names = _names(text)
    return Found(own, text=text, time=time) if names is None else Found(own, inner=text, names=names, time=time)


def _names(text: bytes) -> dict[str, Raw] | None:
    """Give the members of a JSON object by name; None for what is none, and can't be mended.

    It is mended, and counted, where all lines are.
    """
    bare = text.strip(SPACE)
    if not bare.startswith(b"{"):
        return None
    found = _decoded_object(bare)
    if found is None and (mended := repair(bare)):
        found = _decoded_object(mended.text)
    return found


def _decoded_object(text: bytes) -> dict[str, Raw] | None:
    try:
        return _OBJECT.decode(text)
    except UNREADABLE:
        return None


def _json_in(field: str) -> Callable[[bytes], Found | None]:
    def parse(line: bytes) -> Found | None:
        outer = _names(line)
        value = value_at(outer, field) if outer else None
        if value is None or not value.startswith(b'"'):
            return None
        inner = msgspec.json.decode(value, type=str).strip(" \t\r\n").encode()
        names = _names(inner)
        if names is None:
            return None
        return Found(_beside(line, field), inner=inner, names=names)

    return parse


def _beside(text: bytes, path: str) -> list[tuple[str, bytes]]:
    """Give the members of an object without what is at a path: objects in which nothing is left go with that."""
    listed = [(member.name, text[member.value : member.end]) for member in members(text)]
    found = {name: Raw(value) for name, value in listed}
    if path in found:
        return [each for each in listed if each[0] != path]
    for head, rest in splits(path):
        if (inner := found.get(head)) is not None and value_at(_names(bytes(inner)) or {}, rest) is not None:
            kept = b",".join(quote(name) + b":" + value for name, value in _beside(bytes(inner), rest))
            return [(name, b"{%b}" % kept if name == head else value) for name, value in listed if name != head or kept]
    return listed


def _by_expression(text: str) -> Callable[[bytes], Found | None]:
    search = _expression(text).search

    def parse(line: bytes) -> Found | None:
        match = search(line)
        if not match:
            return None
        found = [(name.decode(), value) for name, value in match.groupdict().items() if value is not None]
        # it may have matched a part of a character
        return Found([(name, quote(value.decode(errors="replace"))) for name, value in found], text=line)

    return parse


def _expression(text: str) -> Expression:
    try:
        compiled = compile_expression(text)
    except ValueError as why:
        message = rf"{why}; write for example regex:^(?P<level>[A-Z]+) (?P<message>.*)"
        raise ValueError(message) from why
    if not compiled.groupindex:
        message = (
            "names no group, so that it gives no field; write for example regex:^(?P<level>[A-Z]+) (?P<message>.*)"
        )
        raise ValueError(message)
    bare = "".join(piece[0] if len(piece[0]) == 1 else " " for piece in PIECES.finditer(text))
    if twice := next((name for name, count in Counter(_GROUP.findall(bare)).items() if count > 1), ""):
        message = f"names two groups {twice!r}, and only the first would be a field; write for example {twice}_2"
        raise ValueError(message)
    return compiled


_NAMED: Final = {
    "logfmt": Parser(parse_logfmt),
    "cri": Parser(_parse_cri, unwrap=_unwrap_cri, rewrap=_rewrap_cri, may_go_on=_cri_may_go_on),
    "docker": Parser(
        _parse_docker, of_json=True, unwrap=_unwrap_docker, rewrap=_rewrap_docker, may_go_on=_docker_may_go_on
    ),
    "nginx": Parser(parse_nginx),
    "apache": Parser(parse_apache),
    "uvicorn": Parser(parse_uvicorn),
}


def open_parser(text: str) -> Parser | None:
    """Find the parser that a setting asks for; None for ``auto`` and ``off``.

    Raises ``ValueError`` with the end of a sentence that begins with the text, and says what to write instead.
    """
    name, colon, value = text.partition(":")
    if text in ("auto", "off"):
        return None
    if text in _NAMED:
        return _NAMED[text]
    if name == "json_in" and "," in value:
        message = f"names several fields; write one: json_in:{value.partition(',')[0]}"
        raise ValueError(message)
    if name == "json_in" and value and not all(value.split(".")):
        message = "has a name that is empty; write json_in:a.b"
        raise ValueError(message)
    if name == "json_in" and value:
        return Parser(_json_in(value), of_json=True)
    if name == "regex" and value:
        return Parser(_by_expression(value))
    if name in ("json_in", "regex"):
        example = "json_in:log" if name == "json_in" else "regex:^(?P<level>[A-Z]+) (?P<message>.*)"
        message = (
            f"does not say {'which field' if name == 'json_in' else 'by which expression'}; write for example {example}"
        )
        raise ValueError(message)
    message = f"is no way to parse; there are auto, off, {', '.join(_NAMED)}, json_in:<field>, regex:<expression>"
    raise ValueError(message + (f"; {name} takes nothing behind it" if colon and name in _NAMED else ""))
