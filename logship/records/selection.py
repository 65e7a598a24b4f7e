"""What a sink is to have of a block: by event time, by a condition, and as a sample; the rest is counted; pure."""

from collections.abc import Sequence
from itertools import compress
from operator import and_, gt
from typing import TYPE_CHECKING

from msgspec import Struct

from logship.errors import ConfigError
from logship.records.candidates import Candidates
from logship.records.enrichment import Enrichment
from logship.records.severity import UNKNOWN
from logship.records.time_range import TimeRange

if TYPE_CHECKING:
    from logship.records.routing import Condition
    from logship.records.sampling import Sample

CONDITION = "condition"
NO_LEVEL = "no_level"
SAMPLED = "sampled"


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

    def __init__(
        self, when: "Condition | None", sample: "Sample | None" = None, times: "TimeRange | None" = None
    ) -> None:
        self._times = times
        self._when = when
        self._sample = sample
        wants = (*(when.wants if when else ()), *(sample.wants if sample else ()))
        self.wants: tuple[str, ...] = tuple(dict.fromkeys(wants))
        """The top-level names whose columns are needed, beside those of the level."""
        self.graded = bool(sample or (when and when.graded))
        """Whether it looks at levels."""

    def __bool__(self) -> bool:
        return bool(self._when or self._sample or self._times)

    def choose(self, records: Candidates) -> Chosen:
        """Say which records are sent."""
        left_out = self._times.left_out(records.stamps) if self._times else []
        kept = [not any(each) for each in zip(*(which for _, which in left_out), strict=True)]
        kept = kept if left_out else [True] * records.count
        if self._when:
            met = [*map(and_, kept, self._when.holds(records))]
            left_out += [] if met == kept else self._unmet(records, [*map(gt, kept, met)])
            kept = met
        if self._sample:
            sampled = [*map(and_, kept, self._sample.left_out(records))]
            if any(sampled):
                kept = [*map(gt, kept, sampled)]
                left_out.append((SAMPLED, sampled))
        return Chosen(kept, left_out)

    def _unmet(self, records: Candidates, out: list[bool]) -> list[tuple[str, Sequence[bool]]]:
        if not (self._when and self._when.graded):
            return [(CONDITION, out)]
        known = [number != UNKNOWN for number in records.severities()]
        return [(CONDITION, [*map(and_, out, known)]), (NO_LEVEL, [*map(gt, out, known)])]


def sample_of(enrichment: Enrichment) -> "Sample | None":
    """Give the sample that was asked for; what most don't set is imported with it, as below."""
    if not enrichment.sample:
        return None
    from logship.records.sampling import Sample  # noqa: PLC0415 - see above

    return Sample(enrichment.sample)


def condition_for(text: str, enrichment: Enrichment) -> "Condition | None":
    """Read the condition; raises ConfigError if it asks for a field of ours, which is the same in all records."""
    if not text.strip():
        return None
    from logship.records.routing import condition_on  # noqa: PLC0415 - see above

    try:
        return condition_on(text, enrichment)
    except ValueError as why:
        raise ConfigError([f"WHEN: {why}"]) from why
