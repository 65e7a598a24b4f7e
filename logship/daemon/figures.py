"""Figures for the status document that nobody else asks for: worked out when it is asked for, and not kept; pure."""

import math
from collections.abc import Sequence
from typing import Any

Buckets = Sequence[tuple[float, int]]
"""(seconds, how many took at most so long), by seconds; the last is infinite, and has them all."""


def quantile(share: float, buckets: Buckets) -> float | None:
    """Give below how many seconds this share (0 to 1) lies, as PromQL's ``histogram_quantile`` does; None of nothing.

    Within a bucket it is even; what lies past the last bound is at that bound.
    """
    rank = share * buckets[-1][1]
    if not rank:
        return None
    low, below = 0.0, 0
    for bound, count in buckets:
        if count >= rank:
            return low if math.isinf(bound) else low + (bound - low) * (rank - below) / (count - below)
        low, below = bound, count
    return low


def latency(buckets: Buckets) -> dict[str, Any]:
    """Give the median and the 99th percentile since the start, and the counters that tell those of any time between."""
    return {
        **{f"latency_p{round(share * 100)}_seconds": _rounded(quantile(share, buckets)) for share in (0.5, 0.99)},
        "latency_buckets": [[None if math.isinf(bound) else bound, count] for bound, count in buckets],
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
