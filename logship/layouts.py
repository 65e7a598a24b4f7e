"""How a sink writes records: the columns of a block in, its body out; pure.

A layout is what a sink gives :class:`logship.encoding.BlockEncoder`. Its cost is one ``%`` of one template a record,
whatever it puts around the record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from logship.model import Block

EMPTY = b"}"
"""The rest of a record that has no member of its own."""

_quote = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of one block as columns: one entry a record, in the order of their lines."""

    block: Block
    ours: bytes
    """Our fields but the event time, the same for all: members of a JSON object, each with a comma after it."""
    offsets: Callable[[], Sequence[int]]
    """Gives the offset in the file of each record's first byte; added up only for a store that needs them."""
    stamps: Sequence[bytes]
    """Event times as JSON strings: ``"2026-11-22T10:00:00.123Z"``, in UTC, with up to nine digits of fraction."""
    rests: Sequence[bytes]
    """What follows our fields: the record's members and the closing brace; :data:`EMPTY` if it has none."""
    wanted: Sequence[Sequence[bytes | None]] = ()
    """For each name that the layout wants: the raw JSON value in each record, None where there is none."""
    bare: bool = False
    """The rests lack the quote that they start with and the brace that they end with; none is empty."""

    def records(
        self,
        before: bytes = b"",
        after: bytes = b"",
        columns: Sequence[Sequence[object]] = (),
        after_columns: Sequence[Sequence[object]] = (),
    ) -> list[bytes]:
        """Give each record as a JSON object, ``before`` it and ``after`` it.

        Both are templates of ``%``, filled from their columns; their constants went through :func:`literal`.
        """
        template = self._template(before, after)
        rows = zip(*columns, self.stamps, self.rests, *after_columns, strict=True)
        if self.bare or EMPTY not in self.rests:
            return [template % row for row in rows]
        empty = self._template(before, after, comma=b"")
        at = len(columns) + 1
        return [(empty if row[at] == EMPTY else template) % row for row in rows]

    def _template(self, before: bytes, after: bytes, comma: bytes = b",") -> bytes:
        head = b'{"@timestamp":%b,' + literal(self.ours)
        rest = b'"%b}' if self.bare else b"%b"
        return before + head.removesuffix(b",") + comma + rest + after


class Layout(Protocol):
    """Writes the records of one sink."""

    @property
    def wants(self) -> Sequence[str]:
        """Top-level names of the application's whose values it needs; a name of ours is never found there."""

    def write(self, rows: Rows, /) -> list[bytes]:
        """Give each record with its separator or newline; the same rows give the same bytes."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A record after the other."""

    head: bytes = b""
    """Before each record."""
    tail: bytes = b"\n"
    """After each record."""
    wants: Sequence[str] = ()

    def write(self, rows: Rows) -> list[bytes]:
        """Give the records between their heads and tails."""
        return rows.records(literal(self.head), literal(self.tail))


def first_there(columns: Sequence[Sequence[bytes | None]]) -> Sequence[bytes | None]:
    """Give for each row the value of the first column that has one; None where none has."""
    first, *others = columns
    for column in others:
        if None in first:
            first = [ours if ours is not None else other for ours, other in zip(first, column, strict=True)]
    return first


def literal(text: bytes) -> bytes:
    """Make bytes stand for themselves in a template."""
    return text.replace(b"%", b"%%")


def quoted(texts: Sequence[bytes]) -> list[bytes]:
    """Give texts in UTF-8 as JSON strings with their quotes."""
    return [*map(_quote, map(bytes.decode, texts))]
