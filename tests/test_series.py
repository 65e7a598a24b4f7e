import prometheus_client
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics import exposition

from logship.series import Counter, Histogram

VALUES = (0.0, 0.05, 0.05000001, 0.1, 7, 1e9)


def filled(counter: type, histogram: type) -> CollectorRegistry:
    """Count alike by one library's series or the other's."""
    registry = CollectorRegistry()
    plain = counter("plain", "Without labels.", registry=registry)
    labelled = counter("labelled", "With two.", ["a", "b"], registry=registry)
    observed = histogram("took", "Seconds.", ["a"], registry=registry, buckets=(0.05, 0.1, 5.0))
    counter("never", "Without children.", ["a"], registry=registry)
    plain.inc()
    plain.inc(2)
    labelled.labels("x", 'y"\n\\').inc(12345678901)
    labelled.labels("x", "z")
    for value in VALUES:
        observed.labels("k").observe(value)
    observed.labels("none")
    return registry


@pytest.mark.parametrize("encode", [generate_latest, exposition.generate_latest])
def test_the_page_is_what_the_library_writes_of_its_own(encode: type) -> None:
    """In both formats, byte for byte."""
    ours = encode(filled(Counter, Histogram))
    assert ours == encode(filled(prometheus_client.Counter, prometheus_client.Histogram))
    assert b"took_bucket" in ours


def test_a_series_can_be_asked_for_alone() -> None:
    """By its name, as Prometheus may; and no two have one."""
    registry = filled(Counter, Histogram)
    assert registry.get_sample_value("plain_total") == 3
    assert b"labelled" not in generate_latest(registry.restricted_registry(["took_bucket"]))
    with pytest.raises(ValueError, match="Duplicated"):
        Counter("plain", "Again.", registry=registry)


def test_bounds_are_given_with_what_was_within_them() -> None:
    """A value that is equal to a bound is within it."""
    observed = Histogram("took", "Seconds.", ["a"], registry=CollectorRegistry(), buckets=(0.05, 0.1)).labels("x")
    for value in VALUES:
        observed.observe(value)
    assert observed.buckets() == [(0.05, 2), (0.1, 4), (float("inf"), 6)]
