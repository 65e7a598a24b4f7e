import random
from argparse import ArgumentParser
from collections import deque
from pathlib import Path

import pytest

from benchmarks import fleet
from benchmarks.fleet_shippers import CLOSED_BEHIND, DEFAULTS, LINE_BYTES, Fleet, Shipper, jain, product
from benchmarks.fleet_store import AWAY, Store, busy
from logship.delivery.backoff import RetryPolicy
from logship.model import Outcome, Status
from tests.autojump import autojump
from tests.bench import Bench, noting
from tests.line_sink import block

LONG = 10**9


class ScriptedStore(Store):
    """Answers by a script, then takes everything; notes when it was asked, and for how many lines."""

    def __init__(self, *script: Outcome) -> None:
        super().__init__()
        self.script = deque(script)
        self.asked: list[float] = []
        self.lines: list[int] = []

    def take(self, now: float, nbytes: int, *, new: bool = False) -> tuple[float, Outcome]:  # noqa: ARG002 - as a store
        """Answer at once."""
        self.asked.append(now)
        self.lines.append(nbytes // LINE_BYTES)
        return now, self.script.popleft() if self.script else Outcome(Status.DELIVERED)


def simulated(name: str, shippers: int = 300, seed: int = 1) -> fleet.Figures:
    """Give what the product's policy comes to in a scenario."""
    (scenario,) = [each for each in fleet.SCENARIOS if each.name.startswith(name)]
    return fleet.simulate(scenario, product, shippers, seed)


@autojump
async def test_a_simulated_shipper_comes_back_when_the_products_delivery_does() -> None:
    """Refused in several ways, with and without a Retry-After: the same attempts at the same moments."""
    script = [AWAY, busy(), busy(5), AWAY, busy(20), busy(30, 503), *[AWAY] * 9]
    store = ScriptedStore(*script)
    simulation = Fleet([Shipper(0.0, rate=1e-9)], store, product, seed=7)
    simulation.run(LONG / 2, (0, LONG))
    bench = Bench(*script, policy=RetryPolicy(), random=random.Random(7).random)
    times: list[float] = []
    bench.sink.script = deque(noting(times, each) for each in script)
    await bench.deliver(block("one"))
    times.append(bench.loop.time())
    first = store.asked[0]
    assert [at - first for at in store.asked[: len(times)]] == pytest.approx(times)


def test_the_products_defaults_are_those_of_the_policy() -> None:
    """So the simulation's other policies, made of a plain policy, differ from it in what they are named for alone."""
    assert (DEFAULTS.retry_initial_seconds, DEFAULTS.retry_max_seconds) == (
        RetryPolicy().initial_seconds,
        RetryPolicy().max_seconds,
    )


def test_a_backlog_leaves_in_few_requests() -> None:
    """First what was closed when the store went, a line each, then all that fits into one."""
    store = ScriptedStore(*[AWAY] * 20)
    simulation = Fleet([Shipper(0.0)], store, product, seed=1)
    simulation.run(600, (0, 600))
    assert store.lines[: 21 + CLOSED_BEHIND] == [1] * (21 + CLOSED_BEHIND)
    assert store.lines[21 + CLOSED_BEHIND] > 100


def test_a_store_that_is_away_refuses_at_once() -> None:
    """And takes again once it is back."""
    store = Store(away=(1.0, 2.0))
    assert store.take(1.5, 100)[1] == AWAY
    assert store.take(2.0, 100)[1].status is Status.DELIVERED


def test_a_store_takes_what_fits_its_queue_and_refusing_costs_it() -> None:
    """Ten requests a second, one second of queue: eleven at once; a hundred refusals cost as much as ten requests."""
    store = Store(requests_per_second=10.0, bytes_per_second=1e12, refusal=0.1)
    answers = [store.take(0.0, 0) for _ in range(111)]
    taken = [at for at, outcome in answers if outcome.status is Status.DELIVERED]
    assert len(taken) == 11
    assert taken[-1] == pytest.approx(1.101)
    assert answers[-1][1].reason == "http_429"
    assert store.take(1.05, 0)[1].status is Status.ERRORED, "it is still busy with refusing"
    assert store.take(1.2, 0)[0] == pytest.approx(2.211)


def test_a_store_that_throttles_says_when_to_come_again() -> None:
    """So many a second, and a 429 for the rest, as a sink reads it."""
    store = Store(limited=(0.0, 10.0), limit=2.0, retry_after=5.0)
    found = [store.take(5.0, 0)[1] for _ in range(4)]
    assert [each.status is Status.ERRORED for each in found] == [False, False, True, True]
    assert found[-1].retry_after == 5.0
    assert store.take(10.0, 0)[1].status is Status.DELIVERED


def test_fairness_is_jains_index() -> None:
    """All alike: 1; one of four has all: a quarter."""
    assert jain([3, 3, 3]) == 1.0
    assert jain([8, 0, 0, 0]) == 0.25
    assert jain([0, 0]) == 1.0


def test_a_simulation_is_the_same_for_the_same_seed() -> None:
    """And another for another one."""
    assert simulated("3,000") == simulated("3,000")
    assert simulated("3,000").curve != simulated("3,000", seed=2).curve


def test_after_a_retry_after_the_backlog_is_gone_sooner_than_with_a_narrow_jitter() -> None:
    """With fewer in the worst second: what the policy was changed for."""
    (scenario,) = [each for each in fleet.SCENARIOS if each.name.startswith("503")]
    before = fleet.simulate(scenario, fleet.POLICIES[fleet.BEFORE], 1000, 1)
    now = fleet.simulate(scenario, product, 1000, 1)
    assert now.clear_seconds < before.clear_seconds / 2
    assert now.peak < before.peak


def test_the_page_has_a_row_for_each_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the plot beside it; nothing is left to fill in. The policy before is only where a Retry-After is said."""
    parser = ArgumentParser()
    fleet.arguments(parser)
    assert fleet.run(parser.parse_args(["--shippers=40", f"--folder={tmp_path}"])) == 0
    page = (tmp_path / "fleet.md").read_text()
    assert page.count(f"| {fleet.BEFORE} |") == 2
    assert page.count(f"| {fleet.OURS} |") == len(fleet.SCENARIOS)
    assert "@" not in page
    assert (tmp_path / "fleet.svg").read_text().startswith("<?xml")
    assert "Jain" in capsys.readouterr().out
