"""What is counted of records, whatever sink they go to; and counters that are bound to the values of a label."""

from collections.abc import Iterable, Sequence
from typing import Final

from logship.model import AS_TEXT, Tally
from logship.series import CollectorRegistry, Counter, Gauge

OTHER: Final = "other"
REPAIRS: Final = (
    *("nan", "empty_value", "escape", "repeated_name", "large_number", "clashing_type"),
    *("too_deep", "crowded", AS_TEXT, OTHER),
)


_ODDITIES: Final = ("overridden", "bad_times", "unparsed", "future_times", "without_level", "without_time")
"""What is counted of a tally by the series of that name."""


class ByReason:
    """A labelled counter bound to every value that its last label may take."""

    def __init__(self, counter: Counter, sink: Sequence[str], values: Iterable[str]) -> None:
        self._children = {value: counter.labels(*sink, value) for value in values}
        self.totals = dict.fromkeys(self._children, 0)
        """What was counted, by value."""

    def add(self, value: str, amount: int = 1) -> None:
        """Count; a value that is not known is another."""
        known = value if value in self._children else OTHER
        self._children[known].inc(amount)
        self.totals[known] += amount


def value_of(metric: Counter | Gauge) -> int:
    """Give the value of a series without labels; the whole registry takes a hundred times as long."""
    return int(next(iter(metric.collect())).samples[0].value)


def count(counter: Counter, amount: int) -> None:
    """Count, if there is something: an increment takes five calls and a lock, and most blocks are in order."""
    if amount:
        counter.inc(amount)


class RecordMetrics:
    """What is odd about records, and what they lack."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(f"logship_records_{name}", doc, labels, registry=registry)

        overridden = "Records with a field that had to make way for one of logship's."
        self.overridden = counter("overridden_fields", overridden)
        mended = counter("repaired", "Records that had to be mended, by what was wrong.", "what")
        self.repaired = ByReason(mended, (), REPAIRS)
        self.bad_times = counter("bad_timestamps", "Records whose event time could not be understood.")
        unparsed = "Records that are not of the form that LOGSHIP_PARSE names, and stay messages."
        self.unparsed = counter("unparsed", unparsed)
        self.future_times = counter("future_timestamps", "Records dated over 5 minutes ahead.")
        self.without_level = counter("without_level", "Records in which no level was found.")
        none = "Records in which no event time was found: they have their file's time."
        self.without_time = counter("without_timestamp", none)

    def totals(self) -> dict[str, int]:
        """Give how many records had no time, level or form that was expected, or a time that can't be right."""
        odd = {"bad_timestamps": self.bad_times, "future_timestamps": self.future_times}
        lacking = {"without_timestamp": self.without_time, "without_level": self.without_level}
        return {name: value_of(each) for name, each in {**odd, **lacking, "unparsed": self.unparsed}.items()}

    def count(self, tally: Tally) -> None:
        """Count what an encoder noticed in a block: as a rule nothing."""
        for what, records in tally.repaired:
            self.repaired.add(what, records)
        for name in _ODDITIES:
            if amount := getattr(tally, name):
                getattr(self, name).inc(amount)
