"""The lock file, read: which versions are pinned, and by which hashes; pure but for one read."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LOCK = Path("requirements.lock")
PROJECT = Path("pyproject.toml")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;*]+)(?:\s*;[^\\]*)?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry of the lock file."""

    name: str
    """Normalised: lower case, with hyphens."""
    version: str
    """Empty if none is pinned."""
    hashes: frozenset[str]
    """SHA-256 of the archives that may be installed."""


def normalised(name: str) -> str:
    """Give a package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(path: Path) -> list[Pin]:
    """Give the entries of a lock file; a line that is neither one nor a comment is an entry without a version."""
    entries = path.read_text().replace("\\\n", " ").splitlines()
    return [_pin(entry) for entry in map(str.strip, entries) if entry and not entry.startswith("#")]


def _pin(entry: str) -> Pin:
    requirement, _, _ = entry.partition("--hash")
    found = _PINNED.fullmatch(requirement.strip())
    name = found["name"] if found else requirement.strip()
    return Pin(normalised(name), found["version"] if found else "", frozenset(_HASH.findall(entry)))


def direct(path: Path = PROJECT) -> set[str]:
    """Give the names of what the project itself asks for at run time."""
    asked = tomllib.loads(path.read_text())["project"]["dependencies"]
    return {normalised(found[0]) for found in map(_NAME.match, asked) if found}


def faults(pins: Iterable[Pin], asked: Iterable[str]) -> list[str]:
    """Say what is wrong with a lock file, a line each; ``asked`` must all be in it."""
    listed = list(pins)
    found = [f"{pin.name}: no exact version" for pin in listed if not pin.version]
    found += [f"{pin.name}: no hash" for pin in listed if not pin.hashes]
    found += [
        f"{name}: pinned {count} times" for name, count in Counter(pin.name for pin in listed).items() if count > 1
    ]
    return found + [f"{name}: not in the lock file" for name in sorted({*asked} - {pin.name for pin in listed})]
