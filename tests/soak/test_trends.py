import signal
from itertools import pairwise

import pytest

from tests.soak.record import Sample, Soak
from tests.soak.schedule import BOTH, LIFE, PATTERN, Fault, faults, moods, restarts
from tests.soak.trends import calm, growth, growths, longest_life, rates, tenth

SECONDS = 1800.0


def soak_of(*rss: float, seconds: float = SECONDS, life: int = 1) -> Soak:
    """Give a soak whose resident set was so large, one look a second."""
    steady = {"pss_mib": 30.0, "descriptors": 20.0, "threads": 3.0}
    return Soak(seconds, samples=[Sample(at, life, steady | {"rss_mib": size}) for at, size in enumerate(rss)])


def test_memory_that_grows_by_more_than_a_tenth_is_named() -> None:
    """From the second tenth to the last; what was before is the start."""
    assert growths(soak_of(*[40.0] * 10, *[50.0] * 80, *[56.0] * 10)) == ["rss_mib grew from 50.0 to 56.0"]
    assert growths(soak_of(*[40.0] * 10, *[50.0] * 80, *[54.0] * 10)) == []


def test_one_high_look_is_no_growth() -> None:
    """Medians are compared; the peak is shown beside them."""
    soak = soak_of(*[50.0] * 95, 90.0, *[50.0] * 4)
    assert growths(soak) == []
    assert growth(soak.samples, "rss_mib")["last_tenth_max"] == 90.0


def test_a_short_soak_is_not_judged() -> None:
    """Its tenths are one fault or another."""
    assert growths(soak_of(*range(1, 100), seconds=60)) == []


def test_growth_is_looked_for_within_one_life_of_the_daemon() -> None:
    """A restart gives memory back, and would hide it."""
    soak = soak_of(*[50.0] * 50)
    soak.samples += soak_of(*[50.0] * 40, *[60.0] * 60, life=2).samples
    soak.samples += soak_of(*[45.0] * 20, life=3).samples
    assert {each.life for each in longest_life(soak.samples)} == {2}
    assert growths(soak) == ["rss_mib grew from 50.0 to 60.0"]


def test_there_is_always_a_tenth() -> None:
    """However few looks there were."""
    assert [len(tenth(soak_of(1.0, 2.0).samples, number)) for number in range(1, 11)] == [1] * 10
    assert [each.at for number in range(1, 11) for each in tenth(soak_of(*range(30)).samples, number)] == list(
        range(30)
    )


def test_a_rate_is_not_taken_over_a_restart() -> None:
    """Where the daemon's own counter begins anew."""
    samples = [*soak_of(1.0, 3.0).samples, *soak_of(0.0, 5.0, life=2).samples]
    samples = [Sample(float(at), each.life, each.values) for at, each in enumerate(samples)]
    assert rates(samples, "rss_mib", of_life=True) == [None, 2.0, None, 5.0]


def test_calm_is_some_time_after_a_fault() -> None:
    """Its back-log must be shipped first."""
    soak = soak_of(*[50.0] * 30)
    soak.faults = [Fault(5.0, 10.0, "down", ("http",))]
    assert [each.at for each in calm(soak, 8.0)] == [*range(5), *range(19, 30)]


@pytest.mark.parametrize("seconds", [12.0, 60.0, SECONDS])
def test_faults_come_one_after_the_other(seconds: float) -> None:
    """With a calm between two, and all within the soak."""
    plan = faults(seconds)
    assert plan
    assert all(0 < each.start < each.end < seconds for each in plan)
    assert all(before.end < after.start for before, after in pairwise(plan))


def test_half_an_hour_has_every_fault() -> None:
    """Each mood of each store, in the longest life of the daemon."""
    seen = {(each.mood, each.stores) for each in faults(SECONDS) if each.end < LIFE[1] * SECONDS}
    assert seen == set(PATTERN)


def test_a_drain_is_asked_of_the_daemon_in_calm_weather() -> None:
    """And one kill comes while a store takes what it does not acknowledge."""
    plan = faults(SECONDS)
    for each in restarts(SECONDS):
        if each.number == signal.SIGTERM:
            assert set(moods(plan, each.at).values()) == {"well"}
    assert moods(plan, restarts(SECONDS)[2].at)["http"] == "unanswered"


def test_a_fault_of_both_stores_is_one_of_each() -> None:
    """For as long as it lasts, and no longer."""
    plan = [Fault(5.0, 10.0, "slow", BOTH)]
    assert moods(plan, 4.9) == {"http": "well", "elasticsearch": "well"}
    assert moods(plan, 5.0) == {"http": "slow", "elasticsearch": "slow"}
    assert moods(plan, 10.0) == {"http": "well", "elasticsearch": "well"}
