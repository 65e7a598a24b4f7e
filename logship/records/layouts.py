"""How a sink writes records: the columns of a block in, the parts of its body out; pure.

A layout is what a sink gives :class:`logship.records.encoding.BlockEncoder`. Its cost is a few parts a record in one
long list, and one ``join`` of that list: no record is put together by itself.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final, NamedTuple, Protocol, cast

import msgspec
from msgspec import Struct

from logship.model import Block
from logship.records.severity import Level

EMPTY = b"}"
"""The rest of a record that has no member of its own."""

_OFFSET: Final = b'"log.offset":'

_SELDOM: Final = b"\x7f"
"""A byte that logs seldom have, and that stands in JSON as it is (RFC 8259, section 7)."""

_GROUP: Final = 64
"""Texts that are quoted at once."""

_encode = quote = msgspec.json.Encoder().encode

Column = bytes | Sequence[bytes]
"""A part of every record: the same for all, or one for each."""


class Woven(NamedTuple):
    """The records of one block, each made of so many parts; all parts, joined, are the body."""

    parts: Sequence[bytes]
    width: int = 1
    """Parts of each record."""

    @property
    def records(self) -> int:
        """How many there are."""
        return len(self.parts) // self.width

    def each(self) -> list[bytes]:
        """Give each record by itself."""
        return [*map(b"".join, zip(*[iter(self.parts)] * self.width, strict=True))]


def weave(count: int, *columns: Column) -> Woven:
    """Put columns side by side: the first record's parts, then the second's; ``count`` records in all."""
    merged: list[Column] = []
    for column in columns:
        last = merged[-1] if merged else None
        if isinstance(last, bytes) and isinstance(column, bytes):
            merged[-1] = last + column
        else:
            merged.append(column)
    width = len(merged)
    parts = [b""] * (count * width)
    for at, column in enumerate(merged):
        parts[at::width] = [column] * count if isinstance(column, bytes) else column
    return Woven(parts, width)


class Rows(Struct, frozen=True):
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
    levels: Sequence[Level] = ()
    """The level of each record, if the encoder was told that the layout asks for it."""
    before: Column = b""
    """What each rest lacks at its beginning, and is not put together with: a quote, say."""
    after: bytes = b""
    """What it lacks at its end: a brace, say."""
    hollow: Sequence[int] = ()
    """If rests lack a quote and a brace: which are empty, as of records that have no member of their own."""
    located: bool = False
    """Each record gets its offset, too."""

    def objects(self) -> Sequence[Column]:
        """Give each record as a JSON object: its columns."""
        ours: list[Column] = [b'{"@timestamp":', self.stamps, b"," + self.ours]
        if self.located:
            ours += [_OFFSET, decimals(self.offsets()), b","]
        if self.hollow:
            last = cast("bytes", ours[-1])
            own = self.before
            count = len(self.rests)
            middle = [last + own] * count if isinstance(own, bytes) else [last + before for before in own]
            for at in self.hollow:
                middle[at] = last.removesuffix(b",")
            return *ours[:-1], middle, self.rests, self.after
        if self.after:
            return *ours, self.before, self.rests, self.after
        if EMPTY not in self.rests:
            return *ours, self.rests
        commas = [b"" if rest == EMPTY else b"," for rest in self.rests]
        return *ours[:-1], cast("bytes", ours[-1]).removesuffix(b","), commas, self.rests

    def own(self) -> list[bytes]:
        """Give each record as a JSON object, without what we add."""
        return whole(self.before, self.rests, self.after, self.hollow, head=b"{")

    def quoted(self) -> Sequence[Column]:
        """Give each record as a JSON object within a JSON string: the columns of the string, quotes included."""
        columns = self.objects()
        inner = [escaped([column])[0] if isinstance(column, bytes) else escaped(column) for column in columns]
        return b'"', *inner, b'"'

    def woven(self, before: Sequence[Column] = (), after: Sequence[Column] = ()) -> Woven:
        """Give each record as a JSON object between what is ``before`` and ``after`` it."""
        return weave(len(self.rests), *before, *self.objects(), *after)


class Layout(Protocol):
    """Writes the records of one sink."""

    @property
    def wants(self) -> Sequence[str]:
        """Top-level names of the application's whose values it needs; a name of ours is never found there."""

    def write(self, rows: Rows, /) -> Woven:
        """Give the records, each with its separator or newline; the same rows give the same bytes."""


class Lines(Struct, frozen=True):
    """A record after the other."""

    head: bytes = b""
    """Before each record."""
    tail: bytes = b"\n"
    """After each record."""
    wants: Sequence[str] = ()

    def write(self, rows: Rows) -> Woven:
        """Give the records between their heads and tails."""
        return rows.woven([self.head], [self.tail])


def each(column: Column, count: int) -> Sequence[bytes]:
    """Give the part of each of so many records."""
    return [column] * count if isinstance(column, bytes) else column


def whole(
    before: Column, rests: Sequence[bytes], after: bytes, hollow: Sequence[int] = (), *, head: bytes = b""
) -> list[bytes]:
    """Put rests together with what they lack, and a head; those that are ``hollow`` are :data:`EMPTY`."""
    if isinstance(before, bytes):
        found = [b"%b%b%b" % (head + before, rest, after) for rest in rests]
    else:
        found = [b"%b%b%b%b" % (head, lack, rest, after) for lack, rest in zip(before, rests, strict=True)]
    for at in hollow:
        found[at] = head + EMPTY
    return found


def within_quotes(texts: Sequence[bytes]) -> Sequence[bytes]:
    """Give texts in UTF-8 as they stand within a JSON string."""
    # In groups: to ask for large pieces of memory costs more than to fill them.
    groups = [texts[at : at + _GROUP] for at in range(0, len(texts), _GROUP)]
    return [*chain.from_iterable(map(_within_quotes, groups))]


def _within_quotes(texts: Sequence[bytes]) -> Sequence[bytes]:
    joined = _SELDOM.join(texts)
    encoded = _encode(joined.decode())
    if len(encoded) == len(joined) + 2:
        return texts
    pieces = encoded[1:-1].split(_SELDOM)
    return pieces if len(pieces) == len(texts) else [text[1:-1] for text in quoted(texts)]


def quoted(texts: Sequence[bytes]) -> list[bytes]:
    """Give texts in UTF-8 as JSON strings with their quotes."""
    return [*map(_encode, map(bytes.decode, texts))]


def escaped(texts: Sequence[bytes]) -> list[bytes]:
    """Give pieces of JSON in UTF-8, none with a newline, as they stand within a JSON string."""
    # In JSON a brace may be followed by a backslash, which is doubled, but never by a newline.
    return _encode(b"}\n".join(texts).decode())[1:-1].split(b"}\\n") if texts else []


def decimals(numbers: Sequence[int]) -> list[bytes]:
    """Give integers in decimal."""
    return _encode(numbers)[1:-1].split(b",") if numbers else []
