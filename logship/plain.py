"""Many plain records at once, by calls that run in C; what is not provably plain is left to :mod:`logship.lines`.

A line is *plain* if it starts with ``{"`` and ends with ``}``. Since JSON allows no newline within a string, and no
``}`` before a ``{`` within a value, no value goes from one plain line into the next: if as many values are found as
there are lines, each line is exactly one object (DECISIONS 11).
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from operator import attrgetter, is_
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.enrichment import TIMESTAMP, Enrichment
from logship.lines import MAX_DEPTH
from logship.timestamps import TimestampReader

_Never = Annotated[int, msgspec.Meta(ge=1, lt=1)]
"""No value fits: one field of this type in one line fails the whole group, so that it costs nothing to look for it."""
_SMALL = 1
"""Lines; a group that fails is halved down to this many, which are then judged one by one."""
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
    sizes: Sequence[int] = ()
    """Bytes between the first two and the last of each line, of a whole block."""


def _struct(fields: list[tuple[str, str, Any]]) -> type[msgspec.Struct]:
    """Make a type of (attribute, name, type) fields, none of which has to be there."""
    return msgspec.defstruct(
        "Plain",
        [(attribute, kind | UnsetType, UNSET) for attribute, _, kind in fields],
        rename={attribute: name for attribute, name, _ in fields},
        gc=False,
    )


def _beneath(enrichment: Enrichment, parent: str) -> Any:  # noqa: ANN401 - a type made at run time
    """Make the type of an object beneath which our fields lie, but in which none of them is; null is harmless too."""
    lists = ((enrichment.ours, True), (enrichment.prefixes, False))
    names = [(name, ours) for names, ours in lists for name in sorted(names) if name.startswith(parent)]
    fields = [
        (f"x{at}", name[len(parent) :], _Never if ours else _beneath(enrichment, name + "."))
        for at, (name, ours) in enumerate(names)
    ]
    return _struct(fields) | None if parent else fields


def _record_type(enrichment: Enrichment) -> type[msgspec.Struct]:
    """Make the type of a record with none of our names: of the times it keeps the raw value.

    Raises ``ValueError`` if a name can't be a field of such a type (it has a quote, say).
    """
    clashes = [field for field in _beneath(enrichment, "") if field[1] not in _raw_times(enrichment)]
    return _struct([*((f"t{at}", name, Raw) for at, name in enumerate(_raw_times(enrichment))), *clashes])


def _raw_times(enrichment: Enrichment) -> list[str]:
    """Name the fields that may hold the event time and are no business of ours otherwise."""
    names = dict.fromkeys(enrichment.timestamp_fields)
    return [name for name in names if name == TIMESTAMP or not enrichment.clash(name)]


class PlainLines:
    """Reads any number of plain lines together."""

    def __init__(self, enrichment: Enrichment) -> None:
        self._times = TimestampReader(enrichment.timestamp_zone)
        names = _raw_times(enrichment)
        self._getters = [attrgetter(f"t{at}") for at in range(len(names))]
        self._own = attrgetter(f"t{names.index(TIMESTAMP)}") if TIMESTAMP in names else None
        self._decoder: msgspec.json.Decoder[msgspec.Struct] | None = None
        # A name with a quote, say, can't be in such a type: then every line is judged by itself.
        with suppress(ValueError):
            self._decoder = msgspec.json.Decoder(_record_type(enrichment))

    def whole(self, data: bytes, lines: int) -> Columns | None:
        """Read a block of that many lines if each is plain; None if that is not certain.

        The rests lack the quote that they start with and the brace that they end with.
        """
        if not (data.startswith(b'{"') and data.endswith(b"}\n") and is_text(data)):
            return None
        pieces = data[2:-2].split(b'}\n{"')
        sizes = [*map(len, pieces)]
        if len(pieces) != lines or (max(sizes) > _LONG and any(map(_may_be_deep, pieces))):
            return None
        records = self._decode(data, lines)
        if records is None:
            return None
        own = self._own_times(records)
        chosen = self._choose(records)
        stamps, bad_times = self._read(chosen)
        if own is None:
            return Columns(stamps, pieces, bad_times, sizes)
        if bad_times or UNSET in own or not all(map(is_, own, chosen)):
            return None
        rests = _cut_first(data, pieces, own)
        return Columns(stamps, rests, 0, sizes) if len(rests) == lines else None

    def some(self, lines: Sequence[bytes]) -> Columns:
        """Read lines that are plain by their looks, and text; those that need a closer look have no rest."""
        records = self._halve(lines)
        good = [record for record in records if record is not None]
        own = self._own_times(good)
        chosen = self._choose(good)
        stamps, bad_times = self._read(chosen)
        texts = [line for line, record in zip(lines, records, strict=True) if record is not None]
        rests: list[bytes | None] = [line[1:] for line in texts]
        if own is not None:
            rests = [*map(_cut, texts, stamps, own, chosen)]
            # The times of lines that are judged again are counted there.
            judged = [value for value, rest in zip(chosen, rests, strict=True) if rest is not None]
            bad_times = self._read(judged)[1] if bad_times else 0
        pairs = iter(zip(stamps, rests, strict=True))
        columns = [next(pairs) if record is not None else (None, None) for record in records]
        return Columns([stamp for stamp, _ in columns], [rest for _, rest in columns], bad_times)

    def _decode(self, data: bytes, lines: int) -> list[msgspec.Struct] | None:
        """Give a record for each line, or None if a line is anything but one object without a name of ours."""
        if self._decoder is None:
            return None
        try:
            records = self._decoder.decode_lines(data)
        except (msgspec.DecodeError, RecursionError):
            return None
        return records if len(records) == lines else None

    def _halve(self, lines: Sequence[bytes]) -> list[msgspec.Struct | None]:
        """Give a record for each line, or None where a small group with that line in it can't be read together."""
        if not any(map(_may_be_deep, lines)):
            records = self._decode(b"\n".join(lines), len(lines))
            if records is not None:
                return [*records]
        if len(lines) <= _SMALL or self._decoder is None:
            return [None] * len(lines)
        half = len(lines) // 2
        return self._halve(lines[:half]) + self._halve(lines[half:])

    def _own_times(self, records: Sequence[msgspec.Struct]) -> list[Any] | None:
        """Give the values of the application's own ``@timestamp``; None if there is not one."""
        own = [*map(self._own, records)] if self._own else []
        return None if own.count(UNSET) == len(own) else own

    def _choose(self, records: Sequence[msgspec.Struct]) -> list[Any]:
        """Give the raw value of the event time, or UNSET, for each record."""
        chosen: list[Any] = [UNSET] * len(records)
        missing = len(records)
        for getter in self._getters:
            column = map(getter, records)
            if missing == len(records):
                chosen = [*column]
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


def _cut(line: bytes, stamp: bytes | None, own: Any, chosen: Any) -> bytes | None:  # noqa: ANN401 - Raw or UNSET
    """Give a line's rest without the application's ``@timestamp``; None if that is not simple."""
    if own is UNSET:
        return line[1:]
    if own is not chosen or stamp is None or line.count(_NAME) != 1 or (b"\\" in line and _ESCAPED.search(line)):
        return None
    for key in _CUTS:
        member = key + bytes(own)
        if line.startswith(b"{" + member + b","):
            return line[len(member) + 2 :]
        before, found, after = line.partition((b", " if key.endswith(b" ") else b",") + member)
        if found:
            return before[1:] + after
    return None
