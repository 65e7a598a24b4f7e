"""Types of records that must have some values, and must not have others, by their paths; pure."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

from msgspec import Raw, Struct

from logship.records.enrichment import TIMESTAMP, Clash, Enrichment
from logship.records.paths import Members, members_of, splits, value_at
from logship.records.record_types import NEVER, Field, beneath, struct

Column = Callable[[Any], Any]
"""Gives a value of a record."""
TAG: Final = "tag"
"""Stands for a value that has to be one text, every time that it is there."""


class Tree(dict[str, Any]):
    """The names of an object that matter: the type of each value, or the tree of an object that must be there."""

    def require(self, found: Members, path: str, kind: object) -> None:
        """Ask for the value at a path, as :func:`value_at` finds it; raises ValueError if no type can say that."""
        if path in found:
            if isinstance(self.setdefault(path, kind), Tree):
                raise ValueError
            return
        self.forbid_one(path, "")
        for head, rest in splits(path):
            inner = members_of(bytes(found[head])) if head in found else {}
            if value_at(inner, rest) is not None:
                tree = self.setdefault(head, Tree())
                if not isinstance(tree, Tree):
                    raise ValueError
                tree.require(inner, rest, kind)
                return
            self.forbid_one(head, rest)
        raise ValueError

    def forbid(self, path: str) -> None:
        """Let there be nothing at a path."""
        for head, rest in ((path, ""), *splits(path)):
            self.forbid_one(head, rest)

    def forbid_one(self, head: str, rest: str) -> None:
        """Let there be nothing at one way to take a path apart: what has members is no value, a value has none.

        Raises ValueError if a value has to be there.
        """
        tree = self.setdefault(head, NEVER)
        if not rest and tree is not NEVER and not isinstance(tree, Tree):
            raise ValueError
        if isinstance(tree, Tree) and rest:
            tree.forbid(rest)

    def names(self, path: str) -> list[str]:
        """Take a path that was asked for apart."""
        if path in self and self[path] is not NEVER:
            return [path]
        head, rest = next((head, rest) for head, rest in splits(path) if isinstance(self.get(head), Tree))
        return [head, *self[head].names(rest)]

    def getter(self, path: str) -> Column:
        """Give what gets the value at a path that was asked for."""
        tree, attributes = self, []
        for name in self.names(path):
            attributes.append(f"f{[*tree].index(name)}")
            tree = tree[name]
        return attrgetter(".".join(attributes))

    def types(self, names: "OurNames", wants: Sequence[str] = (), words: Sequence[str] = ()) -> list[type[Struct]]:
        """Make the type, or one for each word that the tag may be; raises ValueError if there can't be one."""
        fields = self._fields(names, "")
        sure = [attribute for attribute, name, _ in fields if self[name] is not NEVER]
        fields += [
            (f"w{at}", name, Raw)
            for at, name in enumerate(wants)
            if name not in self and wants.index(name) == at and not names.clash(name)
        ]
        fields += [field for field in names.beneath("") if field[1] not in self]
        tag = next((name for name, kind in self.items() if kind is TAG), "")
        return [struct(fields, sure, (tag, word)) for word in words] if tag else [struct(fields, sure)]

    def _fields(self, names: "OurNames", parent: str) -> list[Field]:
        fields = []
        for at, (name, kind) in enumerate(self.items()):
            clash, is_tree = names.clash(parent + name), isinstance(kind, Tree)
            if kind is not NEVER and parent + name != TIMESTAMP and (clash is Clash.OURS or (clash and not is_tree)):
                raise ValueError
            if kind is not TAG:
                fields.append((f"f{at}", name, kind.type_within(names, f"{parent}{name}.") if is_tree else kind))
        return fields

    def type_within(self, names: "OurNames", parent: str) -> type[Struct]:
        """Make the type of an object that is within another."""
        fields = self._fields(names, parent)
        sure = [attribute for attribute, name, _ in fields if self[name] is not NEVER]
        return struct([*fields, *(field for field in names.beneath(parent) if field[1] not in self)], sure)


class OurNames:
    """The names of ours that records must not have; none without an enrichment."""

    def __init__(self, enrichment: Enrichment | None) -> None:
        self._enrichment = enrichment
        self._beneath: dict[str, list[Field]] = {}

    def clash(self, name: str) -> Clash | None:
        """Say whether a name of the application's gets in the way of ours."""
        return self._enrichment.clash(name) if self._enrichment else None

    def beneath(self, parent: str) -> list[Field]:
        """List the fields that an object must not have; their types are made once."""
        if self._enrichment and parent not in self._beneath:
            self._beneath[parent] = beneath(self._enrichment, parent)
        return self._beneath.get(parent, [])
