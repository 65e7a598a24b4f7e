"""Names in a folder: which match a glob, which look like a rotated form of one that would.

They are the application's, and hostile: what one costs is bounded.
"""

import fnmatch
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from logship.files.beneath import Root

_ROTATED_BY = ".-"
_MAX_MARKS = 12
"""Dots and dashes that may be the beginning of what a rotation added: a name can have hundreds."""

Test = Callable[[str], object]
"""Gives something true, or nothing."""


class Folder(Struct, frozen=True):
    """A folder that is listed, and what is looked for in it."""

    root: Root
    prefix: str
    """Path beneath the root, with a slash at its end; empty for the root itself."""
    device: int
    globs: "Globs"
    changed_ns: int = 0
    """Its mtime when it was listed."""

    @property
    def path(self) -> str:
        """The whole path, with a slash at its end."""
        return f"{self.root.path.rstrip('/')}/{self.prefix}"

    def changed(self) -> bool:
        """Whether a name has come or gone since; inodes as listed are not to be trusted on every file system."""
        try:
            return os.stat(self.path).st_mtime_ns != self.changed_ns  # noqa: PTH116 - Path's may raise more
        except OSError:
            return True


class Candidate(Struct, frozen=True):
    """A name that may be a file to tail."""

    folder: Folder
    name: str
    inode: int
    """As the folder lists it: of a link this is the link's own."""
    regular: bool
    """Whether it is a file by itself; else it is a link, or something that can't be tailed."""
    matched: bool
    """Whether a pattern matches; else it only looks like a rotated form of a name that would."""

    @property
    def root(self) -> Root:
        """The folder that it must not lead out of."""
        return self.folder.root

    @property
    def relative(self) -> str:
        """Path beneath the root."""
        return self.folder.prefix + self.name

    @property
    def device(self) -> int:
        """Of the folder."""
        return self.folder.device

    @property
    def path(self) -> str:
        """The whole path, as people know it."""
        return self.folder.path + self.name

    def live(self, there: Container[str] = ()) -> str:
        """Give the path of the live file that this looks like a rotated form of; empty if of none.

        The longest that fits, of the paths that are ``there``; else, where no pattern matches the name itself, the
        longest that one would match.
        """
        prefix = self.folder.path
        live = next((stem for stem in stems(self.name) if prefix + stem in there), "")
        if not live and not self.matched:
            live = next((stem for stem in stems(self.name) if self.folder.globs.match(stem)), "")
        return prefix + live if live else ""


class Globs:
    """What is looked for in one folder."""

    def __init__(self, globs: Iterable[str]) -> None:
        globs = tuple(globs)
        self.match: Test = any_of(globs).match
        """Whether one of them matches a name."""
        self.rotated: Test = any_of(form for glob in globs for form in _forms(glob)).match
        """Whether a name may be a rotated form of one that matches: ``NAME.*``, ``NAME-*`` or ``BASE-*.EXT``."""


def _forms(glob: str) -> Iterator[str]:
    yield f"{glob}[.-]*"
    base, _, extension = glob.rpartition(".")
    if base and "]" not in extension:
        yield f"{base}[.-]*.{extension}"


def stems(name: str) -> Iterator[str]:
    """Give the names that ``name`` may be a rotated form of, longest first: ``NAME.*``, ``NAME-*``, ``BASE-*.EXT``."""
    for at in _marks(name):
        yield name[:at]
    base, dot, extension = name.rpartition(".")
    for at in _marks(base) if dot else ():
        yield f"{base[:at]}.{extension}"


def _marks(name: str) -> list[int]:
    """Give where a rotation's addition may begin, last first; a name's first character is not one of them."""
    return [at for at in range(len(name) - 1, 0, -1) if name[at] in _ROTATED_BY][:_MAX_MARKS]


def any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """Compile globs; a leading dot must be matched by a dot, as in a shell."""
    return _alternatives(tuple(globs))


@lru_cache(maxsize=256)
def _alternatives(globs: tuple[str, ...]) -> re.Pattern[str]:
    # none of them: what never matches
    return re.compile(
        "|".join(("" if glob[:1] == "." else r"(?!\.)") + fnmatch.translate(glob) for glob in globs) or "(?!)"
    )
