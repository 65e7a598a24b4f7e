"""What is counted of records, whatever sink they go to."""

from prometheus_client import CollectorRegistry, Counter


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
