"""Which of some lines a condition holds for, and why it does not for the others; pure."""

from collections.abc import Sequence
from itertools import compress
from operator import not_

from logship.records.columns import Columns
from logship.records.routing import Condition
from logship.records.severity import UNKNOWN

Reasons = tuple[tuple[str, int], ...]
"""(reason, records)"""


def which_hold(when: Condition, columns: Columns, lines: Sequence[bytes]) -> list[bool]:
    """Say for each line whether the condition holds."""
    if when.by_level:
        return [*map(when.holds_at, _severities(columns))]
    return [*map(when.holds, columns.wanted[-1] if when.name else lines)]


def reasons(when: Condition, columns: Columns, kept: Sequence[bool]) -> Reasons:
    """Say why the others were left out."""
    unknown = 0
    if when.by_level:
        unknown = [*compress(_severities(columns), map(not_, kept))].count(UNKNOWN)
    found = (("condition", kept.count(False) - unknown), ("no_level", unknown))
    return tuple((reason, count) for reason, count in found if count)


def _severities(columns: Columns) -> Sequence[int]:
    return columns.severities() or [UNKNOWN] * len(columns.stamps)
