"""What is counted of records, whatever sink they go to, and why a sink was not given some."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter

FILTERED_REASONS: Final = ("condition", "no_level", "other")
"""Why a sink was not given a record: its condition does not hold, or asks for a level and the record has none."""


class RecordMetrics:
    """What records lack."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.without_level = Counter(
            "logship_records_without_level", "Records in which no level was found.", registry=registry
        )
        self.without_time = Counter(
            "logship_records_without_timestamp",
            "Records in which no event time was found: they have their file's time.",
            registry=registry,
        )


def filtered_series(registry: CollectorRegistry) -> Counter:
    """Make the series of records that sinks were not given."""
    doc = "Records that the sink was not to have, by reason."
    return Counter("logship_sink_filtered_records", doc, ["sink", "reason"], registry=registry)
