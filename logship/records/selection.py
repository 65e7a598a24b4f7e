"""What a sink is to have of a block: a condition says so; what is left out is counted by reason; pure."""

from collections.abc import Sequence
from itertools import compress
from operator import and_, not_

from msgspec import Struct

from logship.records.candidates import Candidates
from logship.records.routing import Condition
from logship.records.severity import LEVEL_FIELDS, UNKNOWN, severities

CONDITION = "condition"
NO_LEVEL = "no_level"


class Chosen(Struct, frozen=True):
    """Which records of a block are sent."""

    kept: Sequence[bool]
    left_out: Sequence[tuple[str, Sequence[bool]]]
    """(reason, which ones)."""

    def filtered(self, sizes: Sequence[int]) -> tuple[tuple[str, int, int], ...]:
        """Give (reason, records, bytes); ``sizes`` are the bytes of each."""
        found = [(reason, which.count(True), sum(compress(sizes, which))) for reason, which in self.left_out]
        return tuple(each for each in found if each[1])


class Selection:
    """Chooses; the same record is always chosen alike."""

    def __init__(self, when: Condition | None) -> None:
        self._when = when
        self.wants: tuple[str, ...] = when.wants if when else ()
        """The top-level names whose columns are needed."""

    def __bool__(self) -> bool:
        return self._when is not None

    def choose(self, records: Candidates) -> Chosen:
        """Say which records are sent."""
        kept = self._when.holds(records) if self._when else [True] * records.count
        if all(kept):
            return Chosen(kept, ())
        out = [*map(not_, kept)]
        if not (self._when and self._when.graded):
            return Chosen(kept, [(CONDITION, out)])
        known = [number != UNKNOWN for number in severities([*map(records.column, LEVEL_FIELDS)])]
        without = [*map(and_, out, map(not_, known))]
        return Chosen(kept, [(CONDITION, [*map(and_, out, known)]), (NO_LEVEL, without)])
