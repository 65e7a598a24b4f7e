"""Fields by dotted paths: ``a.b`` is a name with a dot, or the name ``b`` in the object ``a``; pure."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.json_faults import UNREADABLE
from logship.records.candidates import Candidates
from logship.records.columns import raw_values, spread
from logship.records.paths import splits

_MOST: Final = 8
"""Names in a path: there are twice as many ways to read it with each."""

Column = Sequence[bytes | None]
"""A raw JSON value, or None, for each record."""


class FieldPath:
    """Looks for one field in many records; the name with most dots in it counts, if there are several such fields."""

    def __init__(self, path: str, clash: Callable[[str], object]) -> None:
        """``clash``: whether a name gets in the way of ours, so that no column has it.

        Raises ``ValueError``, as the end of a sentence that begins with what names the path, for one that can't be.
        """
        self._ways = _ways(path)
        self._hidden = {name: Below(name) for name, below in self._ways if below and clash(name)}
        self.wants = tuple(name for name, _ in self._ways if name not in self._hidden)
        """The top-level names whose columns are needed."""

    def values(self, records: Candidates) -> Column:
        """Give the raw JSON value in each record; None where there is none."""
        return merged(self._column(name, below, records) for name, below in self._ways)

    def _column(self, name: str, below: "Below | None", records: Candidates) -> Column:
        hidden = self._hidden.get(name)
        column = hidden.values(records.objects()) if hidden else records.column(name)
        return below.values(column) if below else column


class Below:
    """Looks for a field in raw JSON objects, by one path or several: the first that is there counts."""

    def __init__(self, *paths: str) -> None:
        """Raise as :class:`FieldPath` does."""
        ways = [way for path in paths for way in _ways(path)]
        fields = {name: f"f{at}" for at, name in enumerate(dict.fromkeys(name for name, _ in ways))}
        self._ways = [(attrgetter(fields[name]), below) for name, below in ways]
        try:
            kind = msgspec.defstruct(
                "Object",
                [(field, Raw | UnsetType, UNSET) for field in fields.values()],
                rename={field: name for name, field in fields.items()},
                gc=False,
            )
        except ValueError as error:
            message = f"has {paths[0]!r}, whose quotes, backslashes or control characters no name in an object can have"
            raise ValueError(message) from error
        self._decoder = msgspec.json.Decoder(kind)

    def values(self, objects: Column) -> Column:
        """Give the raw JSON value in each; None where there is none, or no object."""
        if None in objects:
            there = [each is not None for each in objects]
            return spread(self.values([each for each in objects if each is not None]), there) if any(there) else objects
        records = self._decode([each or b"" for each in objects])
        return merged(self._column(field, below, records) for field, below in self._ways)

    @staticmethod
    def _column(field: "attrgetter[Raw]", below: "Below | None", records: Sequence[msgspec.Struct]) -> Column:
        column = raw_values([*map(field, records)])
        return below.values(column) if below else column

    def _decode(self, objects: Sequence[bytes]) -> list[msgspec.Struct]:
        try:
            records = self._decoder.decode_lines(b"\n".join(objects))
        except UNREADABLE:
            return [*map(self._decode_one, objects)]
        return records if len(records) == len(objects) else [*map(self._decode_one, objects)]

    def _decode_one(self, value: bytes) -> msgspec.Struct:
        try:
            return self._decoder.decode(value)
        except UNREADABLE:
            return self._decoder.decode(b"{}")


def merged(columns: Iterable[Column]) -> Column:
    """Give for each record the value of the first column that has one; columns are asked for until none is missing."""
    first: Column | None = None
    for column in columns:
        if first is None:
            first = column
        elif any(column):
            first = [ours if ours is not None else other for ours, other in zip(first, column, strict=True)]
        if None not in first:
            break
    return first or ()


def _ways(path: str) -> list[tuple[str, Below | None]]:
    """Give each name that may begin the path, that with most dots first, and what looks for the rest below it."""
    if path.count(".") >= _MOST:
        message = f"has {path!r}, which goes deeper than {_MOST} names"
        raise ValueError(message)
    return [(path, None), *((head, Below(rest)) for head, rest in splits(path))]
