"""Many plain records at once, by calls that run in C; the rest goes to :mod:`logship.records.line_parser`.

A line is *plain* if it starts with ``{"`` and ends with ``}``. Since JSON allows no newline within a string, and no
``}`` before a ``{`` within a value, no value goes from one plain line into the next: if as many values are found as
there are lines, each line is exactly one object (DECISIONS 11).
"""

import re
from collections.abc import Container, Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter, is_
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw

from logship.records.columns import Columns, raw_values, spread
from logship.records.enrichment import TIMESTAMP, Enrichment
from logship.records.field_conflicts import FieldConflict, field_conflicts, rename
from logship.records.odd_lines import (
    LONG,
    Parted,
    by_looks,
    decoded,
    is_text,
    may_be_deep,
    odd_times,
    unreadable,
    without_odd,
)
from logship.records.record_types import any_type, looked_at, plain_type, time_names, wanted_attribute
from logship.records.timestamps import TimestampReader

_Decoder = msgspec.json.Decoder[msgspec.Struct]
_GROUP = 32
"""Lines; what can't be read all together is read in groups of so many, and a group that fails line by line."""
_NAME = b'"@timestamp"'
_CUTS = (b'"@timestamp":', b'"@timestamp": ')
_ESCAPED = re.compile(rb"\\u00[467]")
"""An escape that could spell a letter of ``@timestamp``."""


class _Likely(NamedTuple):
    """What the next block is likely to be like."""

    there: Container[str]
    """Which of the attributes that are looked at its records have."""
    sure: str
    """The attribute of the first time among those, if every record has it; empty otherwise."""
    decoder: _Decoder | None
    """Fails on any record that is not so."""


class BlockParser:
    """Reads any number of plain lines together."""

    def __init__(self, enrichment: Enrichment, wants: Sequence[str]) -> None:
        self._times = TimestampReader(enrichment.timestamp_zone)
        self._attributes = [*looked_at(enrichment, wants)]
        self._wanted = [wanted_attribute(enrichment, name) for name in wants]
        names = time_names(enrichment)
        self._time_attributes = [f"t{at}" for at in range(len(names))]
        self._own = f"t{names.index(TIMESTAMP)}" if TIMESTAMP in names else ""
        self._type = partial(plain_type, enrichment, wants)
        self._likely = _Likely((), "", None)
        self._at_once = True
        """Whether no line of the last block was odd but by its looks."""
        self._plain: _Decoder | None = None
        self._any: _Decoder | None = None
        self._clashes: list[FieldConflict] = []
        # A name with a quote, say, can't be in such a type: then every line is judged by itself.
        with suppress(ValueError):
            self._clashes = field_conflicts(enrichment)
            self._plain = msgspec.json.Decoder(self._type())
            self._any = msgspec.json.Decoder(any_type(enrichment, wants))

    def whole(self, data: bytes) -> Columns | None:
        """Read a block if each of its lines is plain; None if that is not certain.

        The rests lack the quote that they start with and the brace that they end with.
        """
        # To JSON, the CR of a CRLF is white space like the newline.
        end = b"}\r\n" if data.endswith(b"\r\n") else b"}\n"
        if not (data.startswith(b'{"') and data.endswith(end) and is_text(data)):
            return None
        pieces = data[2 : -len(end)].split(end + b'{"')
        # A newline in a piece would be one that is no boundary; this is much faster than counting them.
        lengths = [*map(len, pieces)]
        if b"\n" in b"".join(pieces) or (max(lengths) >= LONG - 4 and any(map(may_be_deep, pieces))):
            return None
        records = self._decode_whole(data, len(pieces))
        if not records:
            return None
        return self._columns(data, pieces, records, lengths, len(end) + 2)

    def mostly(self, data: bytes) -> tuple[Columns, Parted] | None:
        """Read the plain lines of a block as :meth:`whole` does, if few others are among them; None if not certain."""
        parted = by_looks(data) if self._plain else None
        if parted is None:
            return None
        parted = without_odd(parted, unreadable(parted.pieces, known_text=data.isascii()))
        found = decoded(parted, self._likely.decoder, at_once=self._at_once) if self._likely.decoder else None
        if found is None and self._plain and (found := decoded(parted, self._plain)):
            self._likely = self._learn(found.records)
        self._at_once = found is None or len(found.pieces) == len(parted.pieces)
        if found and self._own in self._likely.there:
            found = without_odd(found, odd_times(found, self._own))
        if not (found and found.records):
            return None
        pieces, end = found.pieces, found.end
        plain = b'{"' + (end + b'{"').join(pieces) + end if self._own in self._likely.there else b""
        columns = self._columns(plain, pieces, found.records, [], len(end) + 2)
        return (columns, found) if columns else None

    def _columns(
        self, data: bytes, pieces: list[bytes], records: list[msgspec.Struct], lengths: list[int], around: int
    ) -> Columns | None:
        """Make the columns of plain lines, which the likely decoder has read."""
        there, sure, _ = self._likely
        own = self._own_times(records, there)
        chosen, missing = ([*map(attrgetter(sure), records)], 0) if sure else self._choose(records, own, there)
        stamps, bad_times = self._read(chosen, missing)
        rests: Sequence[bytes] = pieces
        if own is not None:
            if bad_times or UNSET in own or not all(map(is_, own, chosen)):
                return None
            rests = _cut_first(data, pieces, own)
            if len(rests) != len(pieces):
                return None
        complete = not (missing or bad_times)
        return Columns(stamps, rests, bad_times, 0, self._want(records, there), lengths, around, complete=complete)

    def some(self, lines: Sequence[bytes]) -> Columns:
        """Read UTF-8 lines that are plain by their looks; those that need a closer look have no rest."""
        records, suspects = self._groups(lines)
        for at in [at for at, line in enumerate(lines) if len(line) > LONG and may_be_deep(line)]:
            records[at] = None
        good = [record for record in records if record is not None]
        rests: list[bytes | None] = [
            line[1:] for line, record in zip(lines, records, strict=True) if record is not None
        ]
        own = self._own_times(good, self._attributes)
        chosen, missing = self._choose(good, own, self._attributes)
        stamps, bad_times = self._read(chosen, missing)
        if own is not None:
            rests = [*map(_cut, rests, stamps, own, chosen)]
        overridden = self._move(good, rests) if suspects else 0
        if bad_times:
            # Lines without a rest are judged again: their times are counted there.
            left = [time for time, rest in zip(chosen, rests, strict=True) if rest is not None]
            bad_times = self._read(left, left.count(UNSET))[1]
        wanted = self._want(good, self._attributes)
        if len(good) < len(lines):
            is_good = [record is not None for record in records]
            stamps, rests, *wanted = (spread(column, is_good) for column in (stamps, rests, *wanted))
        return Columns(stamps, rests, bad_times, overridden=overridden, wanted=wanted)

    def _want(self, records: Sequence[msgspec.Struct], there: Container[str]) -> list[list[bytes | None]]:
        """Give the columns that the layout wants."""
        nothing: list[bytes | None] = [None] * len(records)
        return [
            raw_values([*map(attrgetter(attribute), records)]) if attribute in there else nothing
            for attribute in self._wanted
        ]

    def _groups(self, lines: Sequence[bytes]) -> tuple[list[msgspec.Struct | None], bool]:
        """Give a record for each line, or None for a line that is not one; and whether any may have a name of ours."""
        records = _decode(self._plain, lines)
        if records:
            return [*records], False
        found: list[msgspec.Struct | None] = []
        for at in range(0, len(lines), _GROUP):
            group = lines[at : at + _GROUP]
            found += _decode(self._plain, group) or _decode(self._any, group) or self._single(group)
        return found, True

    def _single(self, lines: Sequence[bytes]) -> list[msgspec.Struct | None]:
        return [record[0] if (record := _decode(self._any, [line])) else None for line in lines]

    def _move(self, records: Sequence[msgspec.Struct], rests: list[bytes | None]) -> int:
        """Rename what gets in our way, or take the rest away where that is not simple; count the lines renamed."""
        suspects = [at for at, record in enumerate(records) if hasattr(record, "n0")]
        renamed: set[int] = set()
        for clash in self._clashes:
            column = [clash.column(records[at]) for at in suspects]
            if column.count(UNSET) == len(column):
                continue
            for at, value in zip(suspects, column, strict=True):
                rest = rests[at]
                if value is not UNSET and rest is not None:
                    rests[at] = rename(clash, rest, value)
                    if rests[at] != rest:
                        renamed.add(at)
        return sum(rests[at] is not None for at in renamed)

    def _decode_whole(self, data: bytes, lines: int) -> list[msgspec.Struct]:
        """Give a record for each line, if all are plain, and note what they have.

        An application writes its times under one name: a type with that name alone spares looking at the others.
        """
        if not (records := _decode_all(self._likely.decoder, data, lines)):
            records = _decode_all(self._plain, data, lines)
            self._likely = self._learn(records) if records else self._likely
        return records

    def _learn(self, records: Sequence[msgspec.Struct]) -> _Likely:
        present = {
            attribute: sum(value is not UNSET for value in map(attrgetter(attribute), records))
            for attribute in self._attributes
        }
        first = next((attribute for attribute in self._time_attributes if present[attribute]), "")
        sure = first if first and present[first] == len(records) else ""
        there = {attribute for attribute in present if present[attribute]}
        kind = self._type(there, sure)
        return _Likely(there.intersection(kind.__struct_fields__), sure, msgspec.json.Decoder(kind))

    def _own_times(self, records: Sequence[msgspec.Struct], there: Container[str]) -> list[Any] | None:
        """Give the values of the application's own ``@timestamp``; None if there is not one."""
        own = [*map(attrgetter(self._own), records)] if self._own in there else []
        return None if own.count(UNSET) == len(own) else own

    def _choose(
        self, records: Sequence[msgspec.Struct], own: Sequence[Any] | None, there: Container[str]
    ) -> tuple[list[Any], int]:
        """Give the raw value of the event time, or UNSET, for each record; and how many have none."""
        chosen: list[Any] = [UNSET] * len(records)
        missing = len(records)
        for attribute in self._time_attributes:
            if attribute not in there or (attribute == self._own and own is None):
                continue
            column = [*map(attrgetter(attribute), records)]
            absent = column.count(UNSET)
            if absent == len(column):
                continue
            if missing == len(records):
                chosen, missing = column, absent
            else:
                chosen = [new if old is UNSET else old for old, new in zip(chosen, column, strict=True)]
                missing = chosen.count(UNSET)
            if not missing:
                break
        return chosen, missing

    def _read(self, chosen: Sequence[Any], missing: int) -> tuple[list[bytes | None], int]:
        """Normalise event times; UNSET, and what can't be understood, gives None. Also count the latter."""
        if missing == len(chosen):
            return [None] * missing, 0
        present = [value for value in chosen if value is not UNSET] if missing else chosen
        stamps, bad_times = self._times.read_all(present)
        if missing:
            each = iter(stamps)
            stamps = [None if value is UNSET else next(each) for value in chosen]
        return stamps, bad_times


def _decode(decoder: _Decoder | None, lines: Sequence[bytes]) -> list[msgspec.Struct]:
    """Give a record for each line; none at all if one is anything but a single object of the type."""
    return _decode_all(decoder, b"\n".join(lines), len(lines))


def _decode_all(decoder: _Decoder | None, data: bytes, lines: int) -> list[msgspec.Struct]:
    try:
        records = decoder.decode_lines(data) if decoder else []
    except (msgspec.DecodeError, RecursionError):
        return []
    return records if len(records) == lines else []


def _cut_first(data: bytes, pieces: Sequence[bytes], own: Sequence[Raw]) -> list[bytes]:
    """Cut the application's ``@timestamp`` from the head of each piece; where it is not that simple, leave one out."""
    if data.count(_NAME) != len(pieces) or (b"\\" in data and _ESCAPED.search(data)):
        return []
    key = _CUTS[0][1:]
    ends = [len(value) + len(key) for value in b"\n".join(own).split(b"\n")]
    return [
        piece[end + 2 :]
        for piece, end in zip(pieces, ends, strict=True)
        if piece.startswith(key) and piece[end : end + 2] == b',"'
    ]


def _cut(rest: bytes | None, stamp: bytes | None, own: Any, chosen: Any) -> bytes | None:  # noqa: ANN401 - Raw or UNSET
    """Give a line's rest without the application's ``@timestamp``; None if that is not simple."""
    if own is UNSET or rest is None:
        return rest
    if own is not chosen or stamp is None or rest.count(_NAME) != 1 or (b"\\" in rest and _ESCAPED.search(rest)):
        return None
    for key in _CUTS:
        member = key + bytes(own)
        if rest.startswith(member + b","):
            return rest[len(member) + 1 :]
        before, found, after = rest.partition((b", " if key.endswith(b" ") else b",") + member)
        if found:
            return before + after
    return None
