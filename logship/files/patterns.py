"""Globs, and what is left of them in each folder."""

import re
from functools import lru_cache

from msgspec import Struct

from logship.files.beneath import Root
from logship.files.names import Globs, any_of

_WILD = re.compile(r"[*?\[]")


class Pattern(Struct, frozen=True):
    """A glob, split at the deepest folder before its first wildcard."""

    root: Root
    parts: tuple[str, ...]
    """The components beneath the root; the last one is a file's, ``**`` is any number of folders."""

    @classmethod
    def of(cls, glob: str, root: str = "") -> "Pattern":
        """Split a glob; ``root`` replaces the folder before its first wildcard and must contain it."""
        parts = [part for part in glob.split("/") if part]
        parts += ["*"] if parts[-1:] == ["**"] else []  # all files, at any depth
        wild = next((i for i, part in enumerate(parts) if _WILD.search(part)), len(parts) - 1)
        base = "/" + "/".join(parts[: min(wild, len(parts) - 1)])
        if not root:
            return cls(Root(base), tuple(parts[min(wild, len(parts) - 1) :]))
        root = root.rstrip("/") or "/"
        return cls(Root(root), tuple(parts[len([part for part in root.split("/") if part]) :]))

    @property
    def glob(self) -> str:
        """The whole glob, as people know it."""
        return "/".join([self.root.path.rstrip("/"), *self.parts])


Wanted = frozenset[tuple[str, ...]]
"""Components that are left of each pattern, in one folder."""


def with_no_folder(wanted: Wanted) -> Wanted:
    """Add what is wanted where each leading ``**`` is no folder at all."""
    found = set(wanted)
    for parts in wanted:
        while parts[0] == "**" and len(parts) > 1:
            parts = parts[1:]  # noqa: PLW2901 - step by step
            found.add(parts)
    return frozenset(found)


def below(name: str, wanted: Wanted) -> Wanted:
    """Give what is wanted in the folder ``name``; empty if nothing is."""
    found = set()
    for parts in wanted:
        if len(parts) > 1 and any_of(("*" if parts[0] == "**" else parts[0],)).match(name):
            found.add(parts if parts[0] == "**" else parts[1:])
    return frozenset(found)


def of_files(wanted: Wanted) -> Wanted:
    """Give what is wanted of the files of a folder itself."""
    return frozenset(parts for parts in wanted if len(parts) == 1)


@lru_cache(maxsize=64)
def globs(wanted: Wanted) -> Globs:
    """Give what the files of a folder have to match."""
    return Globs(sorted(parts[0] for parts in wanted if len(parts) == 1))
