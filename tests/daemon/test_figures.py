import math
import random

import pytest

from logship.daemon.figures import Buckets, latency, quantile
from logship.metrics import LATENCY_SECONDS, Metrics

BUCKETS: Buckets = [(0.1, 0), (1.0, 80), (10.0, 99), (math.inf, 100)]


@pytest.mark.parametrize(("share", "seconds"), [(0.5, 0.1 + 0.9 * 50 / 80), (0.8, 1.0), (0.99, 10.0), (1.0, 10.0)])
def test_a_quantile_is_where_its_bucket_says(share: float, seconds: float) -> None:
    """Even within a bucket; past the last bound it is that bound."""
    assert quantile(share, BUCKETS) == pytest.approx(seconds)


def test_of_nothing_there_is_no_quantile() -> None:
    """Before the first delivery."""
    assert quantile(0.5, [(0.1, 0), (math.inf, 0)]) is None
    assert latency([(0.1, 0), (math.inf, 0)]) == {
        "latency_p50_seconds": None,
        "latency_p99_seconds": None,
        "latency_buckets": [[0.1, 0], [None, 0]],
    }


def test_a_quantile_is_in_the_bucket_of_the_true_one() -> None:
    """Of what the metrics counted, for any numbers."""
    draw = random.Random(1)
    metrics = Metrics(["s"], "1").sink("s")
    seen = sorted(draw.lognormvariate(0, 2) for _ in range(1000))
    for seconds in seen:
        metrics.latency(seconds)
    for share in (0.5, 0.9, 0.99):
        true, found = seen[int(share * 1000) - 1], quantile(share, metrics.latencies())
        bounds = (0.0, *LATENCY_SECONDS)
        low = max(bound for bound in bounds if bound < true)
        assert found
        assert low <= found <= min(bound for bound in bounds if bound >= true)
