"""One way in which a real logger or rotator writes and rotates its files: a row of the zoo."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct


class Work(Struct, frozen=True):
    """What a writer is to do, and where."""

    cache: Path
    """What ``build`` made of this set-up's language lies here; it stays between runs."""
    folder: Path
    """Where the log files go; empty at first."""
    first: int
    """Number of the first line."""
    lines: int
    rate: int
    """Lines a second; 0: as fast as it can."""
    rotate_bytes: int
    """About how large a file becomes before it is rotated."""


class Setup(Struct, frozen=True):
    """One row: a rotator in one of its modes."""

    name: str
    """``lumberjack-gzip``: unique, fit for a file name."""
    language: str
    """``go``, ``java``, ``node``, ``python``, ``rust``, ``c++`` or ``debian``."""
    package: str
    version: str
    """Pinned; what the lock file, go.mod, pom.xml, package.json or Cargo.lock beside it says."""
    rotation: str
    """In words, as the real run showed it: names, rename or copy or new name, side files, temporary names."""
    pattern: str
    """``PATHS`` as a user would write it, relative to the folder: ``app*.log``."""
    exact: str
    """``PATHS`` with the live file's exact name; empty where the live name changes."""
    build: Callable[[Path], None]
    """Make what it takes in the cache folder, once; raises ``Missing`` where the language is not there."""
    command: Callable[[Work], list[str]]
    """Give the program that writes lines ``first`` to ``first + lines - 1``, each as a JSON object line
    ``{"n": 17, "pad": "…"}`` of about 120 bytes through the real logger, rotating meanwhile, and that ends after the
    last one, with all background work (compression) done where the library can be asked to."""
    loses: str = ""
    """What it is known to lose by itself, as the real run showed."""
    rate: int = 20_000
    """Lines a second at which it is run: less where a clock rotates, so that it does so some times."""
    watch: str = ""
    """Names by which its rotations are counted, where the exact name does not show them: ``app-*.log``."""


class Missing(Exception):  # noqa: N818 - what is missing is no error of the zoo's
    """A language or program that this set-up needs is not on this machine."""
