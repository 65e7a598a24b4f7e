"""Where records lose what must not leave the pod: after all is read that they say of themselves; pure.

What is to be hidden is no business of this room: see :mod:`logship.redaction`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Final, cast

import msgspec
from msgspec.structs import replace

from logship.model import Block, Tally
from logship.records.columns import Columns
from logship.records.enrichment import Enrichment, to_json
from logship.records.layouts import EMPTY
from logship.records.line_parser import message_key
from logship.records.redaction import HOLLOW, Changed, Redaction, Rests
from logship.records.severity import UNKNOWN, Level

_record: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def redacted(
    enrichment: Enrichment,
    wants: Sequence[str],
    block: Block,
    offsets: Callable[[], Sequence[int]],
    columns: Columns,
    tally: Tally,
) -> tuple[Block, Columns, Tally]:
    """Give what may be shown of a block, its columns without what must not leave, and how much that was.

    ``wants`` names the columns that are wanted.
    """
    redaction = enrichment.redaction
    if redaction is None:
        return block, columns, tally
    shown, count = redaction.shown(block), len(columns.rests)
    rests = Rests(count, lambda: _together(columns), columns.one, *_lines(columns, block))
    changed = redaction.rests(rests, block, offsets) if count else None
    if changed is None:
        return shown, columns, tally
    some = {**changed.some}
    if changed.failed:
        places, key = offsets(), message_key(enrichment)
        some |= {at: key + _stub(why, places[at], changed.lengths[at]) for at, why in changed.failed.items()}
    wanted = [_wanted(redaction, name, column, changed) for name, column in zip(wants, columns.wanted, strict=False)]
    levels = _levels(redaction, columns.levels, changed)
    tally = counted(tally, changed.counts, changed.records + len(changed.failed), changed.failed.values())
    return shown, _with(columns, changed.rests, some)._replace(wanted=wanted, levels=levels), tally


def each_known(enrichment: Enrichment, block: Block, records: list[Block]) -> list[Block]:
    """Give the records of a block, each with what redaction knows where it begins."""
    return enrichment.redaction.parted(block, records) if enrichment.redaction else records


def _lines(columns: Columns, block: Block) -> tuple[bytes, Callable[[int], int]]:
    """Give the lines of the block, if each is one of the records as it is, and in which of them a byte is."""
    around, ends = columns.around, [*accumulate(columns.lengths)]

    def past(place: int) -> int:
        return ends[place] + around * (place + 1)

    whole = bool(ends) and past(len(ends) - 1) == len(block.data)
    return block.data if whole else b"", lambda at: bisect_right(range(len(ends)), at, key=past)


def _together(columns: Columns) -> bytes:
    """Give the rests, of one record at least, whole but for those that are hollow, with a newline between two."""
    before, after = columns.before, columns.after
    if isinstance(before, bytes) and (_is_bare(columns) or not columns.hollow):
        rests = cast("Sequence[bytes]", columns.rests)  # none is None any more
        parts = [*rests]
        parts[0] = before + parts[0]
        parts[-1] += after
        return (after + b"\n" + before).join(parts)
    return b"\n".join(columns.whole())


def _is_bare(columns: Columns) -> bool:
    """Whether the rests lack the quote and the brace that :data:`HOLLOW` has."""
    return (columns.before, columns.after) == (HOLLOW[:1], HOLLOW[1:])


def _with(columns: Columns, rests: Sequence[bytes] | None, some: Mapping[int, bytes]) -> Columns:
    """Give columns with other rests, all of them or some."""
    if rests is None and _is_bare(columns) and all(rest.startswith(b'"') for rest in some.values()):
        found = [*columns.rests]
        for at, rest in some.items():
            found[at] = rest[1:-1]
        return columns._replace(rests=found, hollow=[at for at in columns.hollow if at not in some])
    whole = columns.whole() if rests is None else [*rests]
    for at in columns.hollow if rests else ():
        whole[at] = EMPTY
    for at, rest in some.items():
        whole[at] = rest
    return columns._replace(rests=whole, before=b"", after=b"", hollow=())


def _wanted(
    redaction: Redaction, name: str, column: Sequence[bytes | None], changed: Changed
) -> Sequence[bytes | None]:
    """Do with the copy of a member's value what was done with the member."""
    found = [*column]
    for at, value in enumerate(column):
        if value is None:
            continue
        if at in changed.failed:
            found[at] = None
        elif at in changed.some:  # what is hidden there may be known by the lines before it alone
            found[at] = _member(changed.some[at], name)
        elif redaction.may_have(name, value):
            found[at] = redaction.value(name, value)
    return found


def _member(rest: bytes, name: str) -> bytes | None:
    """Give the raw value that a record, without its first brace, has under a name at the top."""
    value = _record(b"{" + rest).get(name)
    return None if value is None else bytes(value)


def _levels(redaction: Redaction, levels: Sequence[Level], changed: Changed) -> Sequence[Level]:
    """Do it with what a record calls its level, where that is no level that we know."""
    strange = [
        at for at in (*changed.some, *changed.failed) if levels and levels[at].severity == UNKNOWN and levels[at].text
    ]
    found = [*levels] if strange else levels
    for at in strange:
        text = redaction.value("level", levels[at].text) if at not in changed.failed else b""
        found[at] = Level(UNKNOWN, text)  # type: ignore[index] # a list of its own
    return found


def counted(tally: Tally, counts: Mapping[str, int], records: int, failed: Iterable[str]) -> Tally:
    """Add to a tally what was taken out of how many records, and why others could not be looked at."""
    return replace(tally, redactions=tuple(sorted(counts.items())), redacted=records, unredactable=tuple(failed))


def _stub(why: str, offset: int, length: int) -> bytes:
    """Give what is sent in the place of a record of so many bytes."""
    said = to_json({"failed": why, "offset": offset, "length": length})
    return to_json(f"a record that could not be redacted is not sent: {why}") + b',"redaction":' + said + b"}"
