"""Members that nearly every record has, taken out of a whole block at once, where that provably is what they are; pure.

In a block without a backslash, a name in quotes with a colon behind it is a member's. That it is at the path that is
meant, and not deeper, is known if there are as many of it as records that have a value at the path.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import attrgetter, ne
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.records.enrichment import to_json
from logship.redaction.redactor import FIELD, Redactor

_ANY: Final = "*."
_DIGITS: Final = frozenset(bytes((each,)) for each in b"0123456789-")
_FIRSTS: Final = _DIGITS | {b'"', b"t", b"f", b"n"}
_NUMBER: Final = b"0123456789+-.eE"
_Get = Callable[[Any], Any]


class Taken(NamedTuple):
    """What a block became."""

    text: bytes
    values: int
    """Values that were taken out."""
    places: Sequence[int]
    """The lines out of which something was."""
    left: Sequence[int]
    """The lines that are to be taken apart: nothing was done with them."""


class Members:
    """The paths of a redactor."""

    def __init__(self, redactor: Redactor) -> None:
        paths, names = redactor.paths, [path.rpartition(".")[2] for path in redactor.paths]
        self._mark = redactor.mark
        self._keys = [name.encode() for name in names]
        self._wild = any("*" in name for name in names)
        self._even = self._mark(FIELD, b"a") == self._mark(FIELD, b"b")
        exact = [path for path in paths if "*" not in path]
        plain = all(to_json(name)[1:-1] == name.encode() and "." not in name for name in names)
        simple = all("*" not in path.removeprefix(_ANY) for path in paths) and len({*names}) == len(names)
        deep = all("." not in path.removeprefix(_ANY) for path in paths if path not in exact)
        self._quick = plain and simple and deep and redactor.kept_names.isdisjoint(names)
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self._gets: list[_Get | None] = [None for _ in paths]
        if self._quick and exact:
            tree = _tree(exact)
            try:
                self._decoder = msgspec.json.Decoder(_type(tree))
            except ValueError:  # a name that no type can have
                self._quick = False
            self._gets = [_getter(tree, path) if path in exact else None for path in paths]

    def take(self, text: bytes, count: int) -> Taken:
        """Look at so many lines, each a record without the brace that it begins with."""
        if not self._quick:
            return self._apart(text)
        if b"\\" not in text:
            return self._together(text, count) or self._apart(text)
        lines = text.split(b"\n")
        odd = [at for at, line in enumerate(lines) if b"\\" in line]
        others = [line for line in lines if b"\\" not in line]
        done = self._together(b"\n".join(others), len(others)) if others else None
        if done is None:
            return self._apart(text)
        where = sorted({*range(len(lines))}.difference(odd))
        for at, line in zip(where, done.text.split(b"\n"), strict=True):
            lines[at] = line
        return Taken(b"\n".join(lines), done.values, [where[at] for at in done.places], odd)

    def _apart(self, text: bytes) -> Taken:
        """Take apart all that may have one of the members."""
        if self._wild:
            return Taken(text, 0, (), range(text.count(b"\n") + 1))
        keys = [key for key in self._keys if key in text]
        if not keys and b"\\" not in text:
            return Taken(text, 0, (), ())
        lines = text.split(b"\n")
        left = [at for at, line in enumerate(lines) if b"\\" in line or any(key in line for key in keys)]
        return Taken(text, 0, (), left)

    def _together(self, text: bytes, count: int) -> Taken | None:
        """Take them out of lines that are written alike; None if that is not certain."""
        here = [key for key in self._keys if b'"' + key + b'"' in text or b"." + key + b'"' in text]
        if not here:
            return Taken(text, 0, (), ())
        records: Sequence[Any] = ()
        if self._decoder:
            try:
                records = self._decoder.decode_lines(b"{" + text.replace(b"\n", b"\n{"))
            except (msgspec.DecodeError, RecursionError):
                return None
            if len(records) != count:
                return None
        done, taken, full = text, 0, False
        for key, get in zip(self._keys, self._gets, strict=True):
            if key not in here:
                continue
            parts = done.split(b'"' + key + b'":')
            there = len(parts) - 1
            meant = there if get is None else sum(get(record) is not UNSET for record in records)
            certain = there == meant == done.count(b'"' + key + b'"') and b"." + key + b'"' not in done
            made = self._without(key, parts) if certain else None
            if made is None:
                return None
            done, gone = made
            taken += gone
            full = full or (get is not None and gone == count)
        if full or not taken:
            return Taken(done, taken, range(count) if taken else (), ())
        differs = map(ne, text.split(b"\n"), done.split(b"\n"))
        return Taken(done, taken, [*compress(range(count), differs)], ())

    def _without(self, key: bytes, parts: list[bytes]) -> tuple[bytes, int] | None:
        """Join what was parted at a member's name, with marks in the place of its values, and say how many there are.

        None if a value is neither a string nor a number, true, false or null, or if they are not written alike.
        """
        head, *rest = parts
        name = b'"' + key + b'":'
        if rest and all(part.startswith(b" ") for part in rest):
            name += b" "
            rest = [part[1:] for part in rest]
        firsts = {part[:1] for part in rest}
        if not firsts <= _FIRSTS:
            return None
        if self._even and firsts == {b'"'}:
            between = name + b'"' + self._mark(FIELD, b"")
            return between.join([head, *[part[part.index(b'"', 1) :] for part in rest]]), len(rest)
        if self._even and firsts <= _DIGITS:
            between = name + b'"' + self._mark(FIELD, b"") + b'"'
            return between.join([head, *[part.lstrip(_NUMBER) for part in rest]]), len(rest)
        made = [self._marked(part) for part in rest]
        return name.join([head, *made]), sum(map(ne, made, rest))

    def _marked(self, part: bytes) -> bytes:
        """Put a mark in the place of the value that a text begins with, if that is a string or a number."""
        if part[:1] == b'"':
            end = part.index(b'"', 1)
            return b'"' + self._mark(FIELD, part[1:end]) + part[end:]
        if part[:1] not in _DIGITS:
            return part
        after = part.lstrip(_NUMBER)
        return b'"' + self._mark(FIELD, part[: len(part) - len(after)]) + b'"' + after


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
