"""What is counted of redaction: of what was made for every sink, so that a record counts once for each."""

from collections.abc import Sequence

from logship.model import Tally
from logship.series import CollectorRegistry, Counter


class RedactionMetrics:
    """Values taken out, records that had some, and records that could not be looked at."""

    def __init__(self, registry: CollectorRegistry, detectors: Sequence[str]) -> None:
        """``detectors`` are all values of the label."""
        taken = "Values taken out of records, by detector; of what was made for each sink."
        values = Counter("logship_redactions", taken, ["detector"], registry=registry)
        self._values = {name: values.labels(name) for name in detectors}
        changed = "Records out of which something was taken; of what was made for each sink."
        self._records = Counter("logship_redacted_records", changed, registry=registry)
        stubs = "Records that could not be redacted, and were not sent but for a stub."
        self._stubs = Counter("logship_redaction_stubs", stubs, registry=registry)
        self._totals = dict.fromkeys(detectors, 0)
        self._of_records = self._of_stubs = 0

    def count(self, tally: Tally) -> None:
        """Count what an encoder took out of a block."""
        if not tally.redacted:
            return
        for name, values in tally.redactions:
            self._values[name].inc(values)
            self._totals[name] += values
        self._records.inc(tally.redacted)
        self._of_records += tally.redacted
        self._stubs.inc(len(tally.unredactable))
        self._of_stubs += len(tally.unredactable)

    def totals(self) -> dict[str, int | dict[str, int]]:
        """Give the same for the status document; empty where nothing is redacted."""
        if not self._totals:
            return {}
        return {
            "redacted_records": self._of_records,
            "redaction_stubs": self._of_stubs,
            "redactions": dict(self._totals),
        }
