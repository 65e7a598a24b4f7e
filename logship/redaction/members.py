"""Members that nearly every record has, taken out of a whole block at once, where that provably is what they are; pure.

In a block without a backslash, a name in quotes with a colon behind it is a member's. That it is at the path that is
meant, and not deeper, is known if there are as many of it as records that have a value at the path.
"""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from itertools import compress
from operator import attrgetter, itemgetter, ne
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.json_faults import UNREADABLE
from logship.records.enrichment import to_json
from logship.redaction.redactor import FIELD, Redactor

_ANY: Final = "*."
_DIGITS: Final = frozenset(bytes((each,)) for each in b"0123456789-")
_FIRSTS: Final = _DIGITS | {b'"', b"t", b"f", b"n"}
_NUMBER: Final = b"0123456789+-.eE"
_BEGIN: Final = 4
"""Bytes: the quote that ends a name, the colon, maybe a blank, and what the value begins with."""
_AND_NUMBER: Final = b'":' + _NUMBER
"""The end of a name, and a number; neither a comma nor a brace behind it."""
_Get = Callable[[Any], Any]


class Taken(NamedTuple):
    """What a block became."""

    lines: Sequence[bytes] | None = None
    """None if nothing was taken out."""
    values: int = 0
    """What was taken out."""
    places: Sequence[int] = ()
    """The lines out of which something was."""
    left: Sequence[int] = ()
    """The lines that are to be taken apart: nothing was done with them."""


class _Member(NamedTuple):
    """What one path is about."""

    key: bytes
    get: _Get | None
    """Gives what is at the path in a record that was read; None if the path is of any depth."""
    deep: bool
    """It is not of a name at the top."""

    def there(self, record: Any) -> bool:  # noqa: ANN401 - of a type that is made here
        """Say whether a record has a value there."""
        return self.get is not None and self.get(record) is not UNSET

    def may_be_dotted(self, text: bytes) -> bool:
        """Say whether its name may stand behind a dot, within another's."""
        return (self.get is None or self.deep) and b"." + self.key in text


class Members:
    """The paths of a redactor."""

    def __init__(self, redactor: Redactor) -> None:
        paths, names = redactor.paths, [path.rpartition(".")[2] for path in redactor.paths]
        self._mark = redactor.mark
        self._wild = any("*" in name for name in names)
        self._even = self._mark(FIELD, b"a") == self._mark(FIELD, b"b")
        self._keys = [name.encode() for name in names]
        exact = [path for path in paths if "*" not in path]
        plain = all(to_json(name)[1:-1] == name.encode() and "." not in name for name in names)
        simple = all("*" not in path.removeprefix(_ANY) for path in paths) and len({*names}) == len(names)
        deep = all("." not in path.removeprefix(_ANY) for path in paths if path not in exact)
        self._quick = not redactor.copied and plain and simple and deep and redactor.kept_names.isdisjoint(names)
        self._decoder: msgspec.json.Decoder[Any] | None = None
        tree = _tree(exact)
        self._members = [
            _Member(name.encode(), _getter(tree, path) if path in exact else None, deep="." in path)
            for name, path in zip(names, paths, strict=True)
        ]
        if self._quick and exact:
            try:
                self._decoder = msgspec.json.Decoder(_type(tree))
            except ValueError:  # a name that no type can have
                self._quick = False

    def take(self, text: bytes, count: int) -> Taken:
        """Look at so many lines, each a record without the brace that it begins with."""
        if not self._quick:
            return self._apart(text)
        if b"\\" not in text:
            return self._together(text, count) or self._apart(text)
        lines = text.split(b"\n")
        odd = [at for at, line in enumerate(lines) if b"\\" in line]
        where = sorted({*range(len(lines))}.difference(odd))
        others = [lines[at] for at in where]
        done = self._together(b"\n".join(others), len(others)) if others else Taken()
        if done is None:
            return self._apart(text)
        for at, line in zip(where, done.lines or others, strict=True):
            lines[at] = line
        return Taken(lines, done.values, [where[at] for at in done.places], odd)

    def _apart(self, text: bytes) -> Taken:
        """Take apart all that may have one of the members."""
        if self._wild:
            return Taken(left=range(text.count(b"\n") + 1))
        keys = [key for key in self._keys if key in text]
        if not keys and b"\\" not in text:
            return Taken()
        lines = text.split(b"\n")
        return Taken(left=[at for at, line in enumerate(lines) if b"\\" in line or any(key in line for key in keys)])

    def _together(self, text: bytes, count: int) -> Taken | None:
        """Take them out of lines that are written alike; None if that is not certain."""
        here = [key for key in self._keys if key in text]
        if not here:
            return Taken()
        records = self._read(text, count)
        if records is None:
            return None
        done, taken = text, 0
        for member in self._members:
            if member.key not in here:
                continue
            parts, begins = _parted(done, member.key)
            certain = member.get is None or (records and len(parts) - 1 == sum(map(member.there, records)))
            certain = certain or not (records or member.deep)
            certain = bool(parts and certain and not member.may_be_dotted(done))
            made = self._without(member.key, parts, begins) if certain else None
            if made is None:
                return None
            done, gone = made
            taken += gone
        if not taken:
            return Taken()
        lines = _lines(done)
        return Taken(lines, taken, [*compress(range(count), map(ne, _lines(text), lines))])

    def _read(self, text: bytes, count: int) -> Sequence[Any] | None:
        """Read what lies at the paths; nothing where a name can only be one at the top, None if it can't be read."""
        # Where no object is in another, a name without a dot stands at the top.
        if not self._decoder or (b"{" not in text and not any(member.deep for member in self._members)):
            return ()
        try:
            records: Sequence[Any] = self._decoder.decode_lines(b"{" + text.replace(b"\n", b"\n{"))
        except UNREADABLE:
            return None
        return records if len(records) == count else None

    def _without(self, key: bytes, parts: list[bytes], begins: set[bytes]) -> tuple[bytes, int] | None:
        """Join what was parted at a member's name, with marks in the place of its values, and say how many there are.

        None if a value is neither a string nor a number, true, false or null, or if they are not written alike.
        """
        blank = any(each.startswith(b'": ') for each in begins)
        at = 2 + blank
        between = b'": ' if blank else b'":'
        firsts = {each[at : at + 1] for each in begins}
        if not (firsts <= _FIRSTS and all(each.startswith(between) for each in begins)):
            return None
        count = len(parts) - 1
        name = b'"' + key + between
        mark = name + b'"' + self._mark(FIELD, b"") + b'"'
        if self._even and firsts == {b'"'}:  # the name's last quote, and the value's two
            return mark.join([parts[0], *[part.split(b'"', 3)[3] for part in parts[1:]]]), count
        if self._even and firsts <= _DIGITS:
            before = [part.removeprefix(b'": ') for part in parts[1:]] if blank else parts[1:]
            others = [part.lstrip(_AND_NUMBER) for part in before]
            return mark.join([parts[0], *others]), count
        rest = [part[at:] for part in parts[1:]]
        made = [self._marked(part) for part in rest]
        return name.join([parts[0], *made]), sum(map(ne, made, rest))

    def _marked(self, part: bytes) -> bytes:
        """Put a mark in the place of the value that a text begins with, if that is a string or a number."""
        if part[:1] == b'"':
            end = part.index(b'"', 1)
            return b'"' + self._mark(FIELD, part[1:end]) + part[end:]
        if part[:1] not in _DIGITS:
            return part
        after = part.lstrip(_NUMBER)
        return b'"' + self._mark(FIELD, part[: len(part) - len(after)]) + b'"' + after


def _lines(text: bytes) -> list[bytes]:
    # a file in memory finds newlines sooner than split does
    return [*map(itemgetter(slice(-1)), BytesIO(text + b"\n"))]


def _parted(text: bytes, key: bytes) -> tuple[list[bytes], set[bytes]]:
    """Part a text at a member's names, before the quote that ends them, and give what the parts begin with.

    Nothing if a name may go on behind a dot.
    """
    parts = text.split(b'"' + key)
    begins = {part[:_BEGIN] for part in parts[1:]}
    if any(each.startswith(b".") for each in begins):
        return [], begins
    if not all(each.startswith(b'"') for each in begins):  # few names are the beginning of another, or of a text
        first, *others = text.split(b'"' + key + b'"')
        parts = [first, *[b'"' + part for part in others]]
        begins = {part[:_BEGIN] for part in parts[1:]}
    return parts, begins


def _tree(paths: Iterable[str]) -> dict[str, Any]:
    """Give the names of paths, each with those that lie below it."""
    tree: dict[str, Any] = {}
    for path in paths:
        node = tree
        for part in path.split("."):
            node = node.setdefault(part, {})
    return tree


def _getter(tree: dict[str, Any], path: str) -> _Get:
    """Give what looks for a path in a record of the tree's type."""
    attributes = []
    for part in path.split("."):
        attributes.append(f"f{[*tree].index(part)}")
        tree = tree[part]
    if len(attributes) == 1:
        return attrgetter(attributes[0])

    def get(record: Any) -> Any:  # noqa: ANN401 - whatever stands there
        for attribute in attributes:
            record = getattr(record, attribute, UNSET)
        return record

    return get


def _type(tree: dict[str, Any]) -> Any:  # noqa: ANN401 - a type that is made here
    """Give a type that reads of an object what lies at the paths of a tree; anything else may be in their place."""
    fields = [
        (
            f"f{at}",
            (_type(inner) | str | int | float | bool | list[Raw] | None | UnsetType) if inner else Raw | UnsetType,
            UNSET,
        )
        for at, inner in enumerate(tree.values())
    ]
    return msgspec.defstruct("Object", fields, rename={f"f{at}": name for at, name in enumerate(tree)}, gc=False)
