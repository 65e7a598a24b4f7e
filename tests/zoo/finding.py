"""Every set-up of the zoo: each public module in ``tests/zoo/setups`` has ``SETUPS``."""

import fcntl
import importlib
import pkgutil
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.zoo import setups
from tests.zoo.setup import Missing, Setup

CACHE = Path("~/.cache/logship-zoo").expanduser()


def all_setups() -> list[Setup]:
    """Give them by language, in the order of their files; two of one name are a ValueError."""
    modules = sorted(each.name for each in pkgutil.iter_modules(setups.__path__) if each.name[0] != "_")
    found = [each for name in modules for each in importlib.import_module(f"{setups.__name__}.{name}").SETUPS]
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError("two set-ups have one name", sorted(twice))
    return found


def chosen(only: Collection[str], languages: Collection[str]) -> list[Setup]:
    """Give those named and those of the languages named; all without a choice. An unknown word is a ValueError."""
    found = all_setups()
    if unknown := {*only} - {each.name for each in found} | {*languages} - {each.language for each in found}:
        raise ValueError("no such set-up or language", sorted(unknown))
    return [each for each in found if not (only or languages) or each.name in only or each.language in languages]


class Built(Protocol):
    """What has to be built: a row of this zoo or of another."""

    @property
    def name(self) -> str:
        """By which it is spoken of."""

    @property
    def language(self) -> str:
        """Whose folder of the cache it is built in."""

    @property
    def build(self) -> Callable[[Path], None]:
        """Make what it takes there."""


def built(row: Built, cache: Path) -> bool:
    """Make what it takes; says on stderr why it is left out, if it is."""
    if why := build(row, cache):
        print(f"{row.name} is left out: {why}", file=sys.stderr)
    return not why


def build(setup: Built, cache: Path) -> str:
    """Make what it takes; gives why it cannot be run here, empty if it can."""
    folder = cache / setup.language
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with alone(cache / f"{setup.language}.lock"):
            setup.build(folder)
    except Missing as missing:
        return str(missing) or "missing"
    return ""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Keep other processes from building the same."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
