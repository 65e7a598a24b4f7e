"""Which members are meant by dotted paths with ``*``, step by step down a record; pure.

A ``*`` between dots stands for any number of names, none too: ``*.password`` is that name at any depth. Within a name
it stands for any part of it. An array is no step. A name with a dot in it is the same as one name within the other.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_ANY: Final = "*"
_SEVERAL: Final = re.compile(r"\*(?:\.\*)+(?=\.|\Z)")


class _Node:
    """What may come next on some paths."""

    __slots__ = ("any", "ends", "loops", "names", "patterns")

    def __init__(self, *, loops: bool = False) -> None:
        """``loops``: any name may come, and leads here again."""
        self.loops = loops
        self.names: dict[bytes, _Node] = {}
        self.patterns: dict[str, tuple[re.Pattern[bytes], _Node]] = {}
        self.any: _Node | None = None
        """What comes behind any number of names."""
        self.ends = False


class Place(NamedTuple):
    """Where in the paths a member is."""

    open: tuple[_Node, ...]
    at: bool
    """A path ends here."""
    within: bool
    """A path ended here or above."""


NOWHERE: Final = Place((), at=False, within=False)
WITHIN: Final = Place((), at=False, within=True)


class Fields:
    """Several paths at once."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        root = _Node()
        self._some = False
        for path in paths:
            self._some = True
            node = root
            for part in _SEVERAL.sub(_ANY, path).split("."):
                node = _next(node, part)
            node.ends = True
        self.top = _place([root], within=False) if self._some else NOWHERE

    def __bool__(self) -> bool:
        return self._some

    def reaches(self, path: str) -> bool:
        """Say whether a dotted path, in which a ``*`` stands for itself, is one of these, or below one."""
        return self.below(self.top, path.encode()).within

    def ends_at(self, path: str) -> bool:
        """Say whether a dotted path is one of these."""
        return self.below(self.top, path.encode()).at

    def below(self, place: Place, name: bytes) -> Place:
        """Go down to a member by its name, decoded."""
        if not place.open:
            return WITHIN if place.within else NOWHERE
        if b"." not in name:
            return _step(place, name)
        for part in name.split(b"."):
            place = _step(place, part)
            if not place.open:
                return place
        return place


def _next(node: _Node, part: str) -> _Node:
    """Give the node behind a part of a path."""
    if part == _ANY:
        node.any = node.any or _Node(loops=True)
        return node.any
    if _ANY not in part:
        return node.names.setdefault(part.encode(), _Node())
    pattern = re.compile(b"[^.]*".join(map(re.escape, part.encode().split(b"*"))), re.DOTALL)
    return node.patterns.setdefault(part, (pattern, _Node()))[1]


def _step(place: Place, part: bytes) -> Place:
    found = []
    for node in place.open:
        if name := node.names.get(part):
            found.append(name)
        if node.patterns:
            found += [behind for pattern, behind in node.patterns.values() if pattern.fullmatch(part)]
        if node.loops:
            found.append(node)
    if not found:
        return WITHIN if place.within else NOWHERE
    return _place(found, within=place.within)


def _place(found: list[_Node], *, within: bool) -> Place:
    """Pass each ``*``, which may stand for nothing."""
    for node in found:  # it grows
        if node.any and node.any not in found:
            found.append(node.any)
    at = any(node.ends for node in found)
    return Place(tuple(dict.fromkeys(found)), at=at, within=within or at)
