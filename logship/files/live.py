"""Live paths: those of what is open or known, or was finished."""

from msgspec import Struct

from logship.files.names import Candidate
from logship.files.registry import Registry


class Live(Struct, frozen=True):
    """Live paths: of what is open or known, and of what was finished, of which copies may come long after."""

    paths: set[str]
    registry: Registry

    def __contains__(self, path: object) -> bool:
        """Whether anything of a lineage is known."""
        return path in self.paths or self.registry.knows(str(path))

    def of(self, candidate: Candidate, lineage: str) -> str:
        """Give the live path that a file looks like a rotated form of; its lineage where its name tells of none."""
        live = candidate.live(self)
        return lineage if live and live not in self else live


class LiveNow(dict[str, bool]):
    """What :class:`Live` says at one moment, asked once of each path: thousands of names may be forms of few."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def __contains__(self, path: object) -> bool:
        return self[str(path)]

    def __missing__(self, path: str) -> bool:
        known = self[path] = path in self._live
        return known
