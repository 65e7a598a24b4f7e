"""What was made of files: archives and copies that are read, by the names that what they were made of may have had."""

from bisect import bisect_left, insort
from collections import deque
from functools import lru_cache
from typing import Final

from logship.files.names import stems

_MOST: Final = 4096


@lru_cache(maxsize=2 * _MOST)
def made_of(path: str) -> frozenset[str]:
    """Give the paths that a file may have had of which this is a rotated or packed form."""
    folder, slash, name = path.rpartition("/")
    return frozenset(f"{folder}{slash}{stem}" for stem in stems(name))


class Made:
    """The newest of them, each with its bytes when they are unpacked."""

    def __init__(self) -> None:
        self._all = deque[tuple[int, str]]()
        self._by_name: dict[str, list[tuple[int, str]]] = {}
        """Sizes and paths, ascending."""

    def __len__(self) -> int:
        """Give how many are known."""
        return len(self._all)

    def note(self, path: str, size: int) -> None:
        """Know another one, and the oldest no longer where there are too many."""
        if len(self._all) >= _MOST:
            self._drop(*self._all[0])
        self._all.append((size, path))
        for name in made_of(path):
            insort(self._by_name.setdefault(name, []), (size, path))

    def take(self, former: str, size: int, *, more: bool = False) -> bool:
        """Whether one was made of a file that had this path and size; it was made of no other. ``more``: or grew."""
        for name in (former, *made_of(former)):
            found = self._by_name.get(name, ())
            at = bisect_left(found, (size, ""))
            if at < len(found) and (more or found[at][0] == size):
                self._drop(*found[at])
                return True
        return False

    def clear(self) -> None:
        """Know none."""
        self._all.clear()
        self._by_name.clear()

    def _drop(self, size: int, path: str) -> None:
        self._all.remove((size, path))
        for name in made_of(path):
            some = self._by_name[name]
            del some[bisect_left(some, (size, path))]
            if not some:
                del self._by_name[name]
