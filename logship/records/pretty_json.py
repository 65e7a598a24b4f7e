"""Objects over several lines, one member a line, as loggers print them for people: where they end; pure."""

import re

_INSIDE = re.compile(rb'[\s"{}\[\]]|(?:-?\d[\d.eE+-]*|true|false|null)[,\]}]*\s*$|$')
"""How a line of an object begins, indented or not."""
_STRING = re.compile(rb""""(?:[^"\\]++|\\.|\\\Z)*+(?:"|(\Z))|'(?:[^'\\]++|\\.|\\\Z)*+(?:'|(\Z))""", re.DOTALL)
"""A string, or what begins one that does not end: to look for an end at each further quote would take for ever."""


def after_line(depth: int, line: bytes, end: str) -> str:
    """Give the state of an object, open so many brackets deep, after one more line; empty where that is none of it.

    ``end`` where it is whole then.
    """
    if not _INSIDE.match(line):
        return ""
    bare = _STRING.sub(_unless_whole, line)
    depth += bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")
    return f"j{depth}" if depth > 0 else end


def _unless_whole(string: "re.Match[bytes]") -> bytes:
    return string[0] if string.lastindex else b""
