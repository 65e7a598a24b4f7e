"""A record that its store refused, made one that it takes: names that are there twice, values that do not fit; pure.

What has to make way moves under ``overridden.``, where nobody else writes; all else stays byte for byte.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from logship.records.enrichment import to_json
from logship.records.json_members import Member, members, value_end
from logship.records.making_way import MAX_MOVED, OVERRIDDEN, free_name

LARGE_NUMBER: Final = "large_number"
REPEATED_NAME: Final = "repeated_name"
CLASHING_TYPE: Final = "clashing_type"

_SPACE: Final = rb"[ \t\r\n]*+"
_STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
_FLAT: Final = rb'\[(?:[^][{}"]++|"(?:[^"\\{]++|\\.)*+")*+\]'
"""An array without a brace and without another one."""
_TOKEN: Final = re.compile(
    rb"(?P<key>" + _STRING + _SPACE + rb":" + _SPACE + rb")?"
    rb"(?:(?P<plain>" + _STRING + rb"|" + _FLAT + rb"|[^][{}\":, \t\r\n]++)|[{[])|(?P<close>[]}])"
)
_STEP: Final = re.compile(rb"[ \t\r\n,]*+(?:(" + _STRING + rb")" + _SPACE + rb":" + _SPACE + rb"|})")
"""What comes next in an object: a name, or its end."""
_CLOSING: Final = (b"}", b"]")
_MOST_NAMES: Final = 1 << 20

Readable = Callable[[str, bytes], bool | None]
"""Whether the value of that name can be read as what the name says; None if nobody reads it."""


class _Moved(NamedTuple):
    name: str
    value: bytes


def without_repeats(text: bytes, readable: Readable) -> bytes | None:
    """Give the object with each name once, nested ones too; None if none is there twice, or more than 100 are.

    The last one stays, of those that are read the first that can be; the others move to ``overridden.`` and the name.
    One pass, however deep it nests. None, too, if the names that they move to would be a MiB.
    """
    walk = _Walk(text, readable)
    walk.run()
    leaving = walk.leaving()
    if not 0 < len(leaving) <= MAX_MOVED or sum(member.length for member in leaving) > _MOST_NAMES:
        return None
    moved = [_Moved(OVERRIDDEN + member.path(), text[member.value : member.end]) for member in leaving]
    return _with_moved(walk.without(leaving), moved)


class _Named(Struct):
    """A member at any depth, by its places in the text."""

    name: str
    key: int
    value: int
    above: "_Named | None"
    """The member whose value it is in, arrays in between or not."""
    length: int
    """Of its path and a dot."""
    end: int

    def path(self) -> str:
        """Give the names down to it, dots in between."""
        names, here = [self.name], self.above
        while here:
            names.append(here.name)
            here = here.above
        return ".".join(reversed(names))


class _Level(Struct):
    """An object or an array that is open."""

    start: int
    pieces: int
    """How many there were before it."""
    member: _Named | None
    """What it is the value of, or an array that it is in."""
    stays: dict[str, _Named]
    """Of an object, by name, the member that stays as far as it is read."""


class _Piece(NamedTuple):
    """A part of the text that stays as it is."""

    start: int
    end: int
    glues: bool
    """Whether no comma comes behind it: a name, or what opens an object or an array."""


class _Walk:
    """Takes an object apart in one pass.

    What is outside of the pieces is white space and commas. An array without a brace is one piece as it is written.
    """

    def __init__(self, text: bytes, readable: Readable) -> None:
        self._text, self._readable = text, readable
        self._pieces: list[_Piece] = []
        self._levels: list[_Level] = []
        self._repeats: list[_Named] = []
        self._brace = -1
        """Where the last brace is, or a text that may have one."""

    def run(self) -> None:
        """Read all of it."""
        text = self._text
        for token in _TOKEN.finditer(text, text.index(b"{")):
            if token["close"]:
                self._close(token.end())
                if not self._levels:
                    return
                continue
            start, value, end = token.start(), max(token.end("key"), token.start()), token.end()
            above = self._levels[-1].member if self._levels else None
            member = self._named(start, value, end, above) if token["key"] else above
            if token["plain"]:
                self._pieces.append(_Piece(start, end, glues=False))
                self._brace = start if b"{" in token[0] else self._brace
            else:
                self._open(start, value, member)

    def leaving(self) -> list[_Named]:
        """Give the members that make way, in order, without those that are in others of them."""
        found: list[_Named] = []
        for member in sorted(self._repeats, key=lambda each: each.key):
            if not found or member.key >= found[-1].end:
                found.append(member)
        return found

    def without(self, leaving: Iterable[_Named]) -> bytes:
        """Give the object without some members."""
        until, ends = 0, {member.key: member.end for member in leaving}
        glued, parts = True, []
        for start, end, glues in self._pieces:
            until = ends.get(start, until)
            if start < until:
                continue
            part = self._text[start:end]
            parts.append(part if glued or part in _CLOSING else b"," + part)
            glued = glues
        return b"".join(parts)

    def _named(self, key: int, value: int, end: int, above: _Named | None) -> _Named:
        """Note a member; which of a name stays is known when the last one is."""
        colon = self._text.rindex(b'"', key, value) + 1
        name = _name(self._text[key:colon])
        member = _Named(name, key, value, above, len(name) + 1 + (above.length if above else 0), end)
        stays = self._levels[-1].stays
        if (earlier := stays.get(name)) and above is None and self._can_read(earlier):
            self._repeats.append(member)
            return member
        if earlier:
            self._repeats.append(earlier)
        stays[name] = member
        return member

    def _can_read(self, member: _Named) -> bool:
        return bool(self._readable(member.name, self._text[member.value : member.end]))

    def _open(self, start: int, value: int, member: _Named | None) -> None:
        if start < value:
            self._pieces.append(_Piece(start, value, glues=True))
        self._levels.append(_Level(value, len(self._pieces), member, {}))
        self._pieces.append(_Piece(value, value + 1, glues=True))
        if self._text.startswith(b"{", value):
            self._brace = value

    def _close(self, end: int) -> None:
        level = self._levels.pop()
        if level.member and level.member.value == level.start:
            level.member.end = end
        if self._brace < level.start:
            del self._pieces[level.pieces :]
            self._pieces.append(_Piece(level.start, end, glues=False))
        else:
            self._pieces.append(_Piece(end - 1, end, glues=False))


def _name(string: bytes) -> str:
    return str(msgspec.json.decode(string)) if b"\\" in string else string[1:-1].decode()


def _with_moved(text: bytes, moved: list[_Moved]) -> bytes:
    """Add members at the end, each under a name that nobody has."""
    taken = {member.name for member in members(text)}
    added = []
    for name, value in moved:
        free = free_name(name, taken)
        taken.add(free)
        added.append(to_json(free) + b":" + value)
    comma = b"," if taken - {name for name, _ in moved} else b""
    return text[: text.rindex(b"}")] + comma + b",".join(added) + b"}"


def as_text(text: bytes, path: str) -> bytes | None:
    """Give the object with the value at the dotted path as a string of its JSON; None if it is one, or not there."""
    found = _find(text, path)
    if found is None or text[found[0].value : found[0].end].startswith(b'"'):
        return None
    member, _ = found
    return text[: member.value] + _string(text[member.value : member.end]) + text[member.end :]


def aside(text: bytes, path: str) -> bytes | None:
    """Give the object with the value at the dotted path moved to ``overridden.``, as a string; None if not there."""
    found = _find(text, path)
    if found is None:
        return None
    member, name = found
    value = text[member.value : member.end]
    # The comma goes with it: the one before it, or behind it if it comes first.
    before, behind = text[: member.key].rstrip(), text[member.end :].lstrip()
    if before.endswith(b","):
        before = before[:-1]
    elif behind.startswith(b","):
        behind = behind[1:]
    return _with_moved(
        before + behind, [_Moved(OVERRIDDEN + name, value if value.startswith(b'"') else _string(value))]
    )


def has_object(text: bytes, path: str) -> bool:
    """Say whether what is at the dotted path is an object, or an array with one."""
    found = _find(text, path)
    value = text[found[0].value : found[0].end] if found else b""
    return value.startswith((b"{", b"[")) and b"{" in value


def _string(value: bytes) -> bytes:
    return to_json(value.decode())


def _find(text: bytes, path: str) -> tuple[Member, str] | None:
    """Find the member at a path, the last one of its name, dots in names or not; what lies in an array is the array.

    Only objects on the way to it are entered, all else is passed over once.
    """
    found, parent, above = None, "", list[str]()
    at = text.index(b"{") + 1
    while match := _STEP.match(text, at):
        at = match.end()
        if not match[1]:
            if not above:
                break
            parent = above.pop()
            continue
        full, first = parent + _name(match[1]), text[at : at + 1]
        below = path.startswith(full + ".")
        if below and first == b"{":
            above.append(parent)
            parent, at = full + ".", at + 1
            continue
        value, at = at, value_end(text, at)
        if full == path or (below and first == b"["):
            found = Member(full[len(parent) :], match.start(1), match.end(1), value, at), full
    return found
