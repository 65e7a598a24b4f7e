"""The records of a block among which is chosen what a sink is to have; pure."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from msgspec import Struct

from logship.model import Block, FileId
from logship.records.columns import Columns


class Candidates(Struct, frozen=True):
    """What can be asked of them: columns, one entry a record, in the order of their lines."""

    file: FileId
    count: int
    """How many there are."""
    offsets: Callable[[], Sequence[int]]
    """Gives where in the file each begins."""
    column: Callable[[str], Sequence[bytes | None]]
    """Gives the raw JSON values of a top-level name that was wanted; None where there is none."""
    severities: Callable[[], Sequence[int]]
    """Gives how severe each is (:mod:`logship.records.severity`)."""
    levels: Callable[[], Sequence[bytes | None]]
    """Gives what each calls its level: a raw JSON value, or None."""
    lines: Callable[[], bytes | Sequence[bytes]]
    """Gives the lines as they stand in the file, trimmed: one text, in UTF-8, with a newline between two, or each by
    itself; then not all need be UTF-8."""
    objects: Callable[[], Sequence[bytes]]
    """Gives the records as JSON objects, without what we add."""
    stamps: Sequence[bytes | None] = ()
    """The event time of each, a JSON string; None where none can be read."""


def candidates(
    block: Block,
    columns: Columns,
    places: Mapping[str, int],
    offsets: Callable[[], Sequence[int]],
    lines: Callable[[], bytes | Sequence[bytes]],
) -> Candidates:
    """Make them of the columns of a block; ``places`` says which is whose."""
    return Candidates(
        block.file,
        len(columns.rests),
        offsets,
        lambda name: columns.wanted[places[name]],
        cache(lambda: [level.severity for level in columns.each_level()]),
        lambda: [level.text or None for level in columns.each_level()],
        lines,
        lambda: columns.whole(b"{"),
        columns.stamps,
    )
