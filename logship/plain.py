"""Many plain records at once, by calls that run in C; what is not provably plain is left to :mod:`logship.lines`.

A line is *plain* if it starts with ``{"`` and ends with ``}``. Since JSON allows no newline within a string, and no
``}`` before a ``{`` within a value, no value goes from one plain line into the next: if as many values are found as
there are lines, each line is exactly one object (DECISIONS 11).
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter, is_
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.enrichment import TIMESTAMP, Enrichment
from logship.lines import MAX_DEPTH
from logship.obstacles import Obstacle, obstacles, rename
from logship.recordtypes import any_type, plain_type, time_names, wanted_attribute
from logship.timestamps import TimestampReader

_Decoder = msgspec.json.Decoder[msgspec.Struct]
_GROUP = 32
"""Lines; what can't be read all together is read in groups of so many, and a group that fails line by line."""
_LONG = 2 * MAX_DEPTH - 4
"""Bytes; a shorter line can't nest too deep."""
_NAME = b'"@timestamp"'
_CUTS = (b'"@timestamp":', b'"@timestamp": ')
_ESCAPED = re.compile(rb"\\u00[467]")
"""An escape that could spell a letter of ``@timestamp``."""


class Columns(NamedTuple):
    """What some lines come to, one entry a line."""

    stamps: Sequence[bytes | None]
    """The event time; None if it is the block's."""
    rests: Sequence[bytes | None]
    """What follows our fields; None: judge the line by itself."""
    bad_times: int
    overridden: int = 0
    """Lines in which names of ours were moved."""
    wanted: Sequence[Sequence[bytes | None]] = ()
    """For each name that the layout wants: the raw value in each line, None where there is none."""
    sizes: Sequence[int] = ()
    """Of a whole block: the bytes of each line, with its newline."""


class _Likely(NamedTuple):
    """What the next block is likely to be like."""

    times: Sequence[int]
    """The numbers of the times that its records have."""
    decoder: _Decoder | None
    """Fails on any record that has another."""


class PlainLines:
    """Reads any number of plain lines together."""

    def __init__(self, enrichment: Enrichment, wants: Sequence[str]) -> None:
        self._times = TimestampReader(enrichment.timestamp_zone)
        attributes = [wanted_attribute(enrichment, name) for name in wants]
        self._wanted = [attrgetter(attribute) if attribute else _nothing for attribute in attributes]
        names = time_names(enrichment)
        self._getters = [attrgetter(f"t{at}") for at in range(len(names))]
        self._own = names.index(TIMESTAMP) if TIMESTAMP in names else -1
        self._type = partial(plain_type, enrichment, wants)
        self._likely = _Likely(range(len(names)), None)
        self._plain: _Decoder | None = None
        self._any: _Decoder | None = None
        self._clashes: list[Obstacle] = []
        # A name with a quote, say, can't be in such a type: then every line is judged by itself.
        with suppress(ValueError):
            self._clashes = obstacles(enrichment)
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
        around = len(end) + 2
        sizes = [len(piece) + around for piece in pieces]
        if b"\n" in b"".join(pieces) or (max(sizes) >= _LONG and any(map(_may_be_deep, pieces))):
            return None
        records, times = self._decode_whole(data, len(pieces))
        if not records:
            return None
        own = self._own_times(records, times)
        chosen = self._choose(records, own, times)
        stamps, bad_times = self._read(chosen)
        rests: Sequence[bytes] = pieces
        if own is not None:
            if bad_times or UNSET in own or not all(map(is_, own, chosen)):
                return None
            rests = _cut_first(data, pieces, own)
            if len(rests) != len(pieces):
                return None
        return Columns(stamps, rests, bad_times, 0, self._want(records), sizes)

    def some(self, lines: Sequence[bytes]) -> Columns:
        """Read UTF-8 lines that are plain by their looks; those that need a closer look have no rest."""
        records, suspects = self._groups(lines)
        for at in [at for at, line in enumerate(lines) if len(line) > _LONG and _may_be_deep(line)]:
            records[at] = None
        good = [record for record in records if record is not None]
        rests: list[bytes | None] = [
            line[1:] for line, record in zip(lines, records, strict=True) if record is not None
        ]
        every = range(len(self._getters))
        own = self._own_times(good, every)
        chosen = self._choose(good, own, every)
        stamps, bad_times = self._read(chosen)
        if own is not None:
            rests = [*map(_cut, rests, stamps, own, chosen)]
        overridden = self._move(good, rests) if suspects else 0
        if bad_times:
            # Lines without a rest are judged again: their times are counted there.
            bad_times = self._read([time for time, rest in zip(chosen, rests, strict=True) if rest is not None])[1]
        if len(good) < len(lines):
            each = iter(zip(stamps, rests, strict=True))
            pairs = [(None, None) if record is None else next(each) for record in records]
            stamps, rests = [stamp for stamp, _ in pairs], [rest for _, rest in pairs]
        return Columns(stamps, rests, bad_times, overridden=overridden, wanted=self._want(records))

    def _want(self, records: Sequence[msgspec.Struct | None]) -> list[list[bytes | None]]:
        """Give the columns that the layout wants."""
        columns = [[UNSET if record is None else getter(record) for record in records] for getter in self._wanted]
        return [_values(column) for column in columns]

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

    def _decode_whole(self, data: bytes, lines: int) -> tuple[list[msgspec.Struct], Sequence[int]]:
        """Give a record for each line, if all are plain, and the numbers of the times that they may have.

        An application writes its times under one name: a type with that name alone spares looking at the others.
        """
        if records := _decode_all(self._likely.decoder, data, lines):
            return records, self._likely.times
        records = _decode_all(self._plain, data, lines)
        times = [
            at for at, getter in enumerate(self._getters) if any(getter(record) is not UNSET for record in records)
        ]
        if records:
            self._likely = _Likely(times, msgspec.json.Decoder(self._type(times)))
        return records, times

    def _own_times(self, records: Sequence[msgspec.Struct], times: Sequence[int]) -> list[Any] | None:
        """Give the values of the application's own ``@timestamp``; None if there is not one."""
        own = [*map(self._getters[self._own], records)] if self._own in times else []
        return None if own.count(UNSET) == len(own) else own

    def _choose(self, records: Sequence[msgspec.Struct], own: Sequence[Any] | None, times: Sequence[int]) -> list[Any]:
        """Give the raw value of the event time, or UNSET, for each record."""
        chosen: list[Any] = [UNSET] * len(records)
        missing = len(records)
        for at in times:
            if at == self._own and own is None:
                continue
            column = [*map(self._getters[at], records)]
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
        return chosen

    def _read(self, chosen: Sequence[Any]) -> tuple[list[bytes | None], int]:
        """Normalise event times; UNSET, and what can't be understood, gives None. Also count the latter."""
        missing = chosen.count(UNSET)
        if missing == len(chosen):
            return [None] * missing, 0
        present = [value for value in chosen if value is not UNSET] if missing else chosen
        stamps = self._times.read_all(present)
        bad_times = stamps.count(None)
        if missing:
            each = iter(stamps)
            stamps = [None if value is UNSET else next(each) for value in chosen]
        return stamps, bad_times


def _values(column: Sequence[Any]) -> list[bytes | None]:
    """Give raw values as bytes; None where there is none."""
    absent = column.count(UNSET)
    if absent == len(column):
        return [None] * absent
    if not absent:
        return [*b"\n".join(column).split(b"\n")]
    return [None if value is UNSET else bytes(value) for value in column]


def _nothing(_: msgspec.Struct) -> UnsetType:
    return UNSET


def _decode(decoder: _Decoder | None, lines: Sequence[bytes]) -> list[msgspec.Struct]:
    """Give a record for each line; none at all if one is anything but a single object of the type."""
    return _decode_all(decoder, b"\n".join(lines), len(lines))


def _decode_all(decoder: _Decoder | None, data: bytes, lines: int) -> list[msgspec.Struct]:
    try:
        records = decoder.decode_lines(data) if decoder else []
    except (msgspec.DecodeError, RecursionError):
        return []
    return records if len(records) == lines else []


def is_text(data: bytes) -> bool:
    """Say whether the bytes are UTF-8."""
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _may_be_deep(line: bytes) -> bool:
    # The first brace may have been cut off.
    return len(line) > _LONG and line.count(b"{") + line.count(b"[") >= MAX_DEPTH


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
