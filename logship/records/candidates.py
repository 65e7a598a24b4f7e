"""The records of a block among which is chosen what a sink is to have; pure."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from logship.model import FileId


class Candidates(Struct, frozen=True):
    """What can be asked of them: columns, one entry a record, in the order of their lines."""

    file: FileId
    count: int
    """How many there are."""
    offsets: Callable[[], Sequence[int]]
    """Gives where in the file each begins."""
    column: Callable[[str], Sequence[bytes | None]]
    """Gives the raw JSON values of a top-level name that was wanted; None where there is none."""
    lines: Callable[[], bytes | Sequence[bytes]]
    """Gives the lines as they stand in the file, trimmed: one text, in UTF-8, with a newline between two, or each by
    itself; then not all need be UTF-8."""
    objects: Callable[[], Sequence[bytes]]
    """Gives the records as JSON objects, without what we add."""
