"""Things by something that few have in common."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V", bound=Hashable)


class Index(Generic[K, V]):
    """Things by a key, in the order in which they came: most keys have one, which needs no container."""

    def __init__(self) -> None:
        self._one: dict[K, V] = {}
        self._others: dict[K, dict[V, None]] = {}

    def __iter__(self) -> Iterator[K]:
        """Give every key that has one."""
        return iter(self._one)

    def of(self, key: K) -> list[V]:
        """Give those that have a key, the first one first."""
        return [self._one[key], *self._others.get(key, ())] if key in self._one else []

    def is_last(self, key: K, thing: V) -> bool:
        """Whether of those that have a key, this one came last."""
        others = self._others.get(key)
        return (next(reversed(others)) if others else self._one.get(key)) == thing

    def add(self, key: K, thing: V) -> None:
        """Have one that is not there yet under a key."""
        if self._one.setdefault(key, thing) != thing:
            self._others.setdefault(key, {})[thing] = None

    def remove(self, key: K, thing: V) -> None:
        """Have one that is there no longer."""
        others = self._others.get(key, {})
        if self._one[key] != thing:
            del others[thing]
        elif others:
            self._one[key] = first = next(iter(others))
            del others[first]
        else:
            del self._one[key]
        if not others:
            self._others.pop(key, None)
