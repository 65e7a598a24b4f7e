"""Which members are meant by dotted paths with ``*``, step by step down a record; pure.

A ``*`` between dots stands for any number of names, none too: ``*.password`` is that name at any depth. Within a name
it stands for any part of it. An array is no step. A name with a dot in it is the same as one name within the other.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_ANY: Final = "*"


class Place(NamedTuple):
    """Where in the paths a member is."""

    open: frozenset[tuple[int, int]]
    """(path, how many of its parts are behind us)."""
    at: bool
    """A path ends here."""
    within: bool
    """A path ended here or above."""


NOWHERE: Final = Place(frozenset(), at=False, within=False)
WITHIN: Final = Place(frozenset(), at=False, within=True)


class Fields:
    """Several paths at once."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._paths = [[*map(_part, path.split("."))] for path in paths]
        self.top = self._place({(number, 0) for number in range(len(self._paths))}, within=False)

    def __bool__(self) -> bool:
        return bool(self._paths)

    def below(self, place: Place, name: bytes) -> Place:
        """Go down to a member by its name, decoded."""
        if not place.open:
            return WITHIN if place.within else NOWHERE
        for part in name.split(b"."):
            place = self._step(place, part)
            if not place.open:
                break
        return place

    def _step(self, place: Place, part: bytes) -> Place:
        found: set[tuple[int, int]] = set()
        for number, done in place.open:
            wanted = self._paths[number][done]
            if wanted is None:
                found.add((number, done))
            elif wanted.fullmatch(part):
                found.add((number, done + 1))
        return self._place(found, within=place.within)

    def _place(self, found: set[tuple[int, int]], *, within: bool) -> Place:
        """Pass each ``*``, which may stand for nothing, and take out what has come to its end."""
        new = found
        while new:
            new = {(n, at + 1) for n, at in new if at < len(self._paths[n]) and self._paths[n][at] is None} - found
            found |= new
        ends = any(at == len(self._paths[number]) for number, at in found)
        left = frozenset((number, at) for number, at in found if at < len(self._paths[number]))
        return Place(left, at=ends, within=within or ends)


def _part(part: str) -> re.Pattern[bytes] | None:
    if part == _ANY:
        return None
    return re.compile("[^.]*".join(map(re.escape, part.split(_ANY))).encode(), re.DOTALL)


def last_names(paths: Sequence[str]) -> list[str] | None:
    """Give the names that paths end with; None if one is not told in full."""
    found = [path.rpartition(".")[2] for path in paths]
    return None if any(_ANY in name for name in found) else found
