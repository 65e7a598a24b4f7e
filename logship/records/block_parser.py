"""Many plain records at once, by calls that run in C; the rest goes to :mod:`logship.records.line_parser`.

A line is *plain* if it starts with ``{"`` and ends with ``}``. Since JSON allows no newline within a string, and no
``}`` before a ``{`` within a value, no value goes from one plain line into the next: if as many values are found as
there are lines, each line is exactly one object (DECISIONS 11).
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import compress
from operator import attrgetter, itemgetter
from typing import Any, cast

import msgspec
from msgspec import UNSET, Raw

from logship.records import plain_lines
from logship.records.columns import Columns, joined, raw_values, spread
from logship.records.enrichment import Enrichment
from logship.records.fact_columns import FactColumns
from logship.records.facts import FactReader
from logship.records.field_conflicts import FieldConflict, field_conflicts, rename, rename_all
from logship.records.json_members import may_spell
from logship.records.looks import RECORD
from logship.records.odd_lines import LONG, Parted, is_text, may_be_deep, parted, without_odd
from logship.records.own_times import CUTS, NAME, cut
from logship.records.plain_lines import end_of
from logship.records.record_types import any_type, own_times, plain_type, wanted_attribute
from logship.records.severity import NO_LEVEL, UNKNOWN, Level
from logship.records.shape import Alike, Shape, decoded
from logship.records.shapes import Shapes

_Decoder = msgspec.json.Decoder[msgspec.Struct]
FEW = 32
"""Lines; so few that are not of one shape are judged by themselves: to begin with them together takes longer."""
_GROUP = 32
"""Lines; what can't be read all together is read in groups of so many, and a group that fails line by line."""
_PAST_BRACE = itemgetter(slice(1, None))
_TRIALS = 4
"""Groups; once so many in a row are not of one shape, no more are tried."""


class BlockParser:
    """Reads any number of plain lines together."""

    def __init__(self, enrichment: Enrichment, wants: Sequence[str], *, levels: bool = False) -> None:
        """``levels``: whether anybody wants to know each record's."""
        reader = FactReader(enrichment)
        self._facts = FactColumns(reader)
        self._times = reader.times.times
        self._levels = levels
        self._shapes = Shapes(enrichment, wants, reader)
        self._wanted = [wanted_attribute(enrichment, name) for name in wants]
        self._own = "t0" if own_times(enrichment) else ""
        self._plain: _Decoder | None = None
        self._any: _Decoder | None = None
        self._clashes: list[FieldConflict] = []
        # A name with a quote, say, can't be in such a type: then every line is judged by itself.
        with suppress(ValueError):
            self._clashes = field_conflicts(enrichment)
            self._plain = msgspec.json.Decoder(plain_type(enrichment, wants))
            self._any = msgspec.json.Decoder(any_type(enrichment, wants))

    def whole(self, data: bytes, near_ns: int = 0) -> Columns | None:
        """Read a block if each of its lines is plain, and all have one shape; None if that is not certain.

        The rests lack the quote that they start with and the brace that they end with. ``near_ns`` (epoch nanoseconds)
        is when the file was last written to.
        """
        end = end_of(data)
        if not (data.startswith(RECORD) and data.endswith(end) and is_text(data)):
            return None
        pieces = plain_lines.pieces(data)
        lengths = [*map(len, pieces)]
        if not pieces or (max(lengths) >= LONG - 4 and any(map(may_be_deep, pieces))):
            return None
        found = self._shapes.read(data, pieces, near_ns, cut=2)
        if found is None:
            return None
        shape, records, _ = found
        stamps, levels, bad = self._read(found, near_ns, levels=self._levels)
        rests = _cut_first(data, pieces, [*map(shape.time, records)]) if shape.own and shape.time else pieces
        if bad or len(rests) != len(pieces):
            return None
        return self._columns(shape, records, (stamps, levels, rests))._replace(lengths=lengths, around=len(end) + 2)

    def mostly(
        self, data: bytes, near_ns: int = 0, joins: Sequence[tuple[int, int]] = ()
    ) -> tuple[Columns, Parted] | None:
        """Read the plain lines of a block as :meth:`whole` does, if few others are among them; None if not certain.

        ``joins``: where in it lines that are one record begin and end.
        """
        lines = parted(data, joins) if self._plain else None
        read = self._shapes.mostly(lines, near_ns) if lines else None
        if read is None:
            return None
        columns, found = self._mostly(*read, near_ns)
        return (columns, found) if found.plain else None

    def _mostly(self, alike: Alike, found: Parted, near_ns: int) -> tuple[Columns, Parted]:
        """Make the columns of lines of one shape; those that need a closer look become odd."""
        shape, pieces = alike.shape, found.pieces()
        stamps, levels, bad = self._read(alike, near_ns, levels=self._levels)
        rests: Sequence[bytes | None] = pieces
        if shape.own and shape.time:
            rests = _cut_heads(pieces, [*map(shape.time, found.records)])
        if bad or (shape.own and None in rests):
            some = ([stamps] if shape.time else []) + ([levels] if levels else []) + [rests]
            gone = {at for column in some for at, each in enumerate(column) if each is None}
            found = without_odd(found, gone)
        columns = self._columns(shape, found.records, (stamps, levels, rests))
        return columns._replace(without_level=0 if shape.level else found.plain), found

    def _columns(
        self,
        shape: Shape,
        records: Sequence[Any],
        read: tuple[Sequence[bytes | None], Sequence[Level], Sequence[bytes | None]],
    ) -> Columns:
        stamps, levels, rests = read
        return Columns(
            stamps,
            rests,
            0,
            wanted=[raw_values([*map(get, records)]) if get else [None] * len(records) for get in shape.wanted],
            before=b'"',
            after=b"}",
            untimed=() if shape.time else None,
            levels=levels,
            without_level=0 if shape.level else len(records),
        )

    def _read(self, alike: Alike, near_ns: int, *, levels: bool) -> tuple[Sequence[bytes | None], Sequence[Level], int]:
        """Give times and, if asked for, levels; and how many can't be read."""
        stamps, bad_times = alike.stamps(self._times, near_ns)
        found, bad_levels = alike.shape.levels(alike.records) if levels or not alike.shape.sure else ([], 0)
        # where none is bad, none is None
        return stamps, cast("Sequence[Level]", found), bad_times + bad_levels

    def some(self, lines: Sequence[bytes], near_ns: int = 0) -> Columns:
        """Read UTF-8 lines that are plain by their looks; those that need a closer look have no rest."""
        few = len(lines) <= FEW
        if few and self._share_a_clash(lines):
            return self._any_some(lines, near_ns)
        if (not few or _begin_alike(lines)) and (together := self._together(lines, near_ns)):
            return together
        if few:
            nothing: list[bytes | None] = [None] * len(lines)
            return Columns(nothing, nothing, 0, wanted=[nothing] * len(self._wanted))
        starts = range(0, len(lines), _GROUP) if len(lines) > _GROUP else ()
        groups = [range(at, min(at + _GROUP, len(lines))) for at in starts]
        read, failed = [], 0
        for group in groups:
            # Where lines of two kinds take turns, no group is of one.
            columns = None if failed >= _TRIALS else self._together([lines[at] for at in group], near_ns)
            failed = 0 if columns else failed + 1
            read += [(group, columns)] if columns else []
        left = sorted(set(range(len(lines))).difference(*(group for group, _ in read)))
        return joined(len(lines), [*read, (left, self._any_some([lines[at] for at in left], near_ns))])

    def _share_a_clash(self, lines: Sequence[bytes]) -> bool:
        """Say whether all lines may have the same name of ours, so that what is done about it is done together."""
        # Nearly always the first has none.
        names = [clash.name for clash in self._clashes if clash.name in lines[0]] if lines else []
        return any(all(name in line for line in lines) for name in names)

    def _together(self, lines: Sequence[bytes], near_ns: int) -> Columns | None:
        """Read lines of one shape; None if they are not."""
        if not lines or (max(map(len, lines)) >= LONG and any(map(may_be_deep, lines))):
            return None
        found = self._shapes.read(b"\n".join(lines), lines, near_ns)
        if found is None:
            return None
        shape, records, _ = found
        stamps, levels, bad = self._read(found, near_ns, levels=self._levels)
        if bad:
            return None
        rests: list[bytes | None] = [*map(_PAST_BRACE, lines)]
        if shape.own and shape.time:
            rests = [cut(rest, own, known=True) for rest, own in zip(rests, map(shape.time, records), strict=True)]
        wanted = [raw_values([*map(get, records)]) if get else [None] * len(lines) for get in shape.wanted]
        unknown = 0 if shape.level else sum(rest is not None for rest in rests)
        return Columns(stamps, rests, 0, wanted=wanted, levels=levels, without_level=unknown)

    def _any_some(self, lines: Sequence[bytes], near_ns: int) -> Columns:
        records, suspects = self._groups(lines)
        for at in [at for at, line in enumerate(lines) if len(line) > LONG and may_be_deep(line)]:
            records[at] = None
        good = [record for record in records if record is not None]
        kept = [line for line, record in zip(lines, records, strict=True) if record is not None]
        facts = self._facts.of_lines(kept, near_ns)
        rests: list[bytes | None] = [line[1:] for line in kept]
        if self._own:
            own = map(attrgetter(self._own), good)
            rests = [cut(rest, value, known=known) for rest, value, known in zip(rests, own, facts.own, strict=True)]
        overridden = self._move(good, rests) if suspects else 0
        # Lines without a rest are judged again: their times are counted there.
        sure = [rest is not None for rest in rests]
        bad_times = sum(compress(facts.bad, sure))
        stamps = [stamp if known else None for stamp, known in zip(facts.stamps, sure, strict=True)]
        levels = facts.levels
        unknown = sum(level.severity == UNKNOWN for level in compress(levels, sure))
        wanted = self._want(good)
        if len(good) < len(lines):
            is_good = [record is not None for record in records]
            stamps, rests, *wanted = (spread(column, is_good) for column in (stamps, rests, *wanted))
            each = iter(levels)
            levels = [next(each) if known else NO_LEVEL for known in is_good]
        return Columns(stamps, rests, bad_times, overridden, wanted, levels=levels, without_level=unknown)

    def _want(self, records: Sequence[msgspec.Struct]) -> list[list[bytes | None]]:
        """Give the columns that the layout wants."""
        nothing: list[bytes | None] = [None] * len(records)
        return [
            raw_values([*map(attrgetter(attribute), records)]) if attribute else nothing for attribute in self._wanted
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
        some = records if len(suspects) == len(records) else [records[at] for at in suspects]
        renamed: set[int] = set()
        for clash in self._clashes:
            column = [*map(clash.column, some)]
            unset = column.count(UNSET)
            if unset == len(column):
                continue
            if some is records and not unset and (all_renamed := _rename_all(clash, rests, column)):
                rests[:] = all_renamed
                renamed.update(suspects)
                continue
            for at, value in zip(suspects, column, strict=True):
                rest = rests[at]
                if value is not UNSET and rest is not None:
                    rests[at] = rename(clash, rest, value)
                    if rests[at] != rest:
                        renamed.add(at)
        return sum(rests[at] is not None for at in renamed)


def _rename_all(clash: FieldConflict, rests: Sequence[bytes | None], column: Sequence[Raw]) -> list[bytes] | None:
    return None if None in rests else rename_all(clash, cast("Sequence[bytes]", rests), column)


def _begin_alike(lines: Sequence[bytes]) -> bool:
    """Say whether all lines have the same first name: if not, they are seldom of one shape."""
    head = lines[0][: lines[0].find(b":")] if lines else b""
    return all(line.startswith(head) for line in lines)


def _decode(decoder: _Decoder | None, lines: Sequence[bytes]) -> list[msgspec.Struct]:
    """Give a record for each line; none at all if one is anything but a single object of the type."""
    return decoded(decoder, b"\n".join(lines), len(lines))


def _cut_first(data: bytes, pieces: Sequence[bytes], own: Sequence[Raw]) -> list[bytes]:
    """Cut the application's ``@timestamp`` from the head of each piece; where it is not that simple, leave one out."""
    if data.count(NAME) != len(pieces) or may_spell(data):
        return []
    rests = _cut_heads(pieces, own)
    return [rest for rest in rests if rest is not None] if None in rests else cast("list[bytes]", rests)


def _cut_heads(pieces: Sequence[bytes], own: Sequence[Raw]) -> list[bytes | None]:
    """Cut the application's only ``@timestamp`` from the head of each piece; None where it is not that simple."""
    key = CUTS[0][1:]
    ends = [len(value) + len(key) for value in b"\n".join(own).split(b"\n")]
    return [
        piece[end + 2 :] if piece.startswith(key) and piece[end : end + 2] == b',"' else None
        for piece, end in zip(pieces, ends, strict=True)
    ]
