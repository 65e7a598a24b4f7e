"""What prometheus-client has for whoever counts, without what it has for whoever serves or pushes: 0.6 MiB.

What is counted for each request is kept here as plain numbers, and becomes prometheus-client's samples when a page is
asked for: its own counters take five calls and a lock for each increment, a tenth of all that a request costs.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from logship.spare import without

with without("http.server", "wsgiref.simple_server", "urllib.request", "socketserver"):
    from prometheus_client import (
        CollectorRegistry,
        Gauge,
        Metric,
        ProcessCollector,
        disable_created_metrics,
    )
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
    from prometheus_client.exposition import choose_encoder
    from prometheus_client.utils import INF, floatToGoString

__all__ = ("CollectorRegistry", "Counter", "Gauge", "Histogram", "ProcessCollector", "choose_encoder")

disable_created_metrics()  # type: ignore[no-untyped-call]  # twice the series, and a lint fault


class Count:
    """A number that only grows. Only the event loop's thread counts."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float = 0

    def inc(self, amount: float = 1) -> None:
        """Count."""
        self.value += amount


class Counter:
    """Counts by the values of labels; without labels, itself."""

    def __init__(
        self, name: str, documentation: str, labelnames: Sequence[str] = (), *, registry: CollectorRegistry
    ) -> None:
        self._name, self._documentation, self._labels = name, documentation, labelnames
        self._children: dict[tuple[str, ...], Count] = {}
        if not labelnames:
            self.inc: Final = self.labels().inc
        registry.register(self)

    def labels(self, *values: str) -> Count:
        """Give what counts for these values."""
        return self._children.setdefault(values, Count())

    def describe(self) -> list[Metric]:
        """Give it without numbers."""
        return [CounterMetricFamily(self._name, self._documentation, labels=self._labels)]

    def collect(self) -> Iterator[Metric]:
        """Give all numbers."""
        family = CounterMetricFamily(self._name, self._documentation, labels=self._labels)
        for values, child in self._children.items():
            family.add_metric(values, child.value)
        yield family


class Observed:
    """How many values were within each of some bounds, and their sum."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * len(bounds)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Note a value."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[float, int]]:
        """Give each bound, and how many values were within it; the last is infinite."""
        return list(zip(self._bounds, accumulate(self.counts), strict=True))


class Histogram:
    """Values by the values of labels. ``buckets``: ascending; one for all else is added."""

    def __init__(
        self,
        name: str,
        documentation: str,
        labelnames: Sequence[str],
        *,
        registry: CollectorRegistry,
        buckets: Sequence[float],
    ) -> None:
        self._name, self._documentation, self._labels = name, documentation, labelnames
        self._bounds = (*buckets, INF)
        self._children: dict[tuple[str, ...], Observed] = {}
        registry.register(self)

    def labels(self, *values: str) -> Observed:
        """Give what observes for these values."""
        return self._children.setdefault(values, Observed(self._bounds))

    def describe(self) -> list[Metric]:
        """Give it without numbers."""
        return [HistogramMetricFamily(self._name, self._documentation, labels=self._labels)]

    def collect(self) -> Iterator[Metric]:
        """Give all numbers."""
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        for values, child in self._children.items():
            buckets = [(_name(bound), number) for bound, number in child.buckets()]
            family.add_metric(values, buckets, child.total)
        yield family


def _name(bound: float) -> str:
    return str(floatToGoString(bound))  # type: ignore[no-untyped-call]
