"""Generations by something that few have in common."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from logship.model import FileId

K = TypeVar("K")


class Index(Generic[K]):
    """Generations by something that few have in common: most keys have one, which needs no container."""

    def __init__(self) -> None:
        self._one: dict[K, FileId] = {}
        self._others: dict[K, dict[FileId, None]] = {}

    def __iter__(self) -> Iterator[K]:
        """Give every key that has one."""
        return iter(self._one)

    def of(self, key: K) -> list[FileId]:
        """Give those that have a key."""
        return [self._one[key], *self._others.get(key, ())] if key in self._one else []

    def add(self, key: K, file: FileId) -> None:
        """Have one that is not there yet under a key."""
        if self._one.setdefault(key, file) != file:
            self._others.setdefault(key, {})[file] = None

    def remove(self, key: K, file: FileId) -> None:
        """Have one that is there no longer."""
        others = self._others.get(key, {})
        if self._one[key] != file:
            del others[file]
        elif others:
            self._one[key], _ = others.popitem()
        else:
            del self._one[key]
        if not others:
            self._others.pop(key, None)
