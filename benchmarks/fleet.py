"""``fleet``: ten thousand shippers in virtual time and one store, by the product's own policy and by others.

The store goes away for ten minutes, a gateway says 503 for it, it throttles, or all pods are rolled out. What is asked:
how long until no backlog is left, what share of the requests is refused, how many come in the worst second, and whether
all get the same. No figure depends on the machine.
"""

import argparse
import gc
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenacity import RetryCallState
from tenacity.wait import wait_base, wait_fixed

from benchmarks.fleet_shippers import Fleet, Seen, Shipper, Waits, jain, product
from benchmarks.fleet_store import Store, busy
from benchmarks.plots import Lines, Series, draw
from benchmarks.rounds import progress
from benchmarks.tables import table
from logship.delivery.backoff import FullJitter, RetryPolicy, work_of

WORDS = "thousands of shippers in virtual time: a store that is away, that throttles, a roll-out; by several policies"
DOCS = Path(__file__).parents[1] / "docs"
BEGIN = 5.0
"""When it happens, in seconds."""
_WHOLE = 10_000
"""Shippers that the stores are made for; for fewer they are so much smaller."""
_BACKLOG_SECONDS = 5.0
"""A line that is older and was not delivered is a backlog."""
_LONGEST_SECONDS = 900.0
_FIXED_SECONDS = 5.0
_WAVES, _WAVE_SECONDS, _START_SECONDS = 4, 20.0, 2.0
"""A roll-out, a quarter at a time; those of one wave start within so many seconds."""

_STARTED = BEGIN + _WAVE_SECONDS * (_WAVES - 1) + _START_SECONDS


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to the store, from :data:`BEGIN` to ``back``."""

    name: str
    store: Callable[[float], Store]
    """By its size, 1 for all shippers."""
    back: float
    told: bool = False
    """Whether refusals say Retry-After: only then the policy before differs."""
    waves: bool = False
    fair: tuple[float, float] = (0.0, 0.0)
    """From when to when it is asked who got how much."""


def _away(size: float) -> Store:
    return _store(size, away=(BEGIN, BEGIN + 600))


def _gateway(size: float) -> Store:
    return _store(size, away=(BEGIN, BEGIN + 70), refused=busy(30, 503), retry_after=30.0)


def _throttling(size: float) -> Store:
    return _store(size, limited=(BEGIN, BEGIN + 120), limit=3000 * size, retry_after=5.0)


def _new_pods(size: float) -> Store:
    return _store(size, connection_seconds=0.002 / size)


def _store(size: float, **more: Any) -> Store:  # noqa: ANN401 - the store's own fields
    return Store(40_000 * size, 50e6 * size, **more)


SCENARIOS = (
    Scenario("away for 10 minutes", _away, BEGIN + 600, fair=(BEGIN + 600, BEGIN + 620)),
    Scenario("503 for 70 s, Retry-After 30", _gateway, BEGIN + 70, told=True, fair=(BEGIN + 70, BEGIN + 90)),
    Scenario(
        "3,000 requests/s for 2 minutes, Retry-After 5", _throttling, BEGIN + 120, told=True, fair=(BEGIN, BEGIN + 120)
    ),
    Scenario("roll-out of all pods", _new_pods, _STARTED, waves=True, fair=(BEGIN, _STARTED + 20)),
)


class NarrowJitter(FullJitter):
    """What the product did before: after a Retry-After the same jitter as without, half a second after one failure."""

    def __call__(self, retry_state: RetryCallState) -> float:
        """Give the seconds to wait."""
        work, policy = work_of(retry_state), self._policy
        floor = (work.last.retry_after if work.last else None) or 0.0
        bound = min(policy.max_seconds, policy.initial_seconds * 2.0 ** min(max(work.failures - 1, 0), 32))
        return floor + self._random() * bound


def _narrow(clock: Callable[[], float], chance: Callable[[], float]) -> wait_base:
    return NarrowJitter(RetryPolicy(), clock, chance)


def _no_jitter(clock: Callable[[], float], _: Callable[[], float]) -> wait_base:
    return FullJitter(RetryPolicy(), clock, lambda: 1.0)


def _fixed(_: Callable[[], float], __: Callable[[], float]) -> wait_base:
    return wait_fixed(_FIXED_SECONDS)


OURS, BEFORE = "logship", "logship before"
POLICIES: Mapping[str, Waits] = {
    OURS: product,
    BEFORE: _narrow,
    "without jitter": _no_jitter,
    f"every {_FIXED_SECONDS:g} s": _fixed,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one policy came to."""

    clear_seconds: float
    """From the store's return until nobody has a backlog."""
    refused: float
    """Of the requests since it began, as a share."""
    refused_after: float | None
    """Of those since the store's return; None where it was never away."""
    peak: int
    """Requests in the worst second after the first two of it."""
    fairness: float
    curve: Sequence[int]
    """Requests by the second."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--shippers", type=int, default=_WHOLE, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, default=DOCS, help="for fleet.md and fleet.svg (default: docs)")


def run(options: argparse.Namespace) -> int:
    """Simulate each policy in each scenario, write the page and its plot; gives 0."""
    found: dict[str, dict[str, Figures]] = {}
    every = [(scenario, name) for scenario in SCENARIOS for name in POLICIES if scenario.told or name != BEFORE]
    gc.disable()  # nothing here goes round in circles, and it would look at 10,000 shippers again and again
    with progress("fleet", len(every)) as tell:
        for scenario, name in every:
            tell(f"{scenario.name}, {name}")
            found.setdefault(scenario.name, {})[name] = simulate(
                scenario, POLICIES[name], options.shippers, options.seed
            )
    gc.enable()
    draw(options.folder / "fleet.svg", [_panel(name, each) for name, each in found.items()])
    (options.folder / "fleet.md").write_text(page(found, options.shippers, options.seed))
    print(_table(found, markdown=False))
    return 0


def simulate(scenario: Scenario, waits: Waits, shippers: int, seed: int) -> Figures:
    """Let one fleet live through it; the same for the same seed."""
    chance = random.Random(seed)
    fleet = Fleet(_shippers(scenario, shippers, chance), scenario.store(shippers / _WHOLE), waits, seed)

    clear: list[float] = []

    def ready() -> bool:
        if not clear and fleet.now > scenario.back + 1 and not any(fleet.behind(_BACKLOG_SECONDS)):
            clear.append(fleet.now)
        return bool(clear) and fleet.now > scenario.fair[1]

    seen = fleet.run(scenario.back + _LONGEST_SECONDS, scenario.fair, ready)
    return _figures(scenario, fleet, seen, clear[0] if clear else fleet.now)


def _shippers(scenario: Scenario, count: int, chance: random.Random) -> list[Shipper]:
    if not scenario.waves:
        return [Shipper(chance.random(), new=False) for _ in range(count)]
    starts = (BEGIN + _WAVE_SECONDS * (number % _WAVES) for number in range(count))
    return [Shipper(start + _START_SECONDS * chance.random()) for start in starts]


def _figures(scenario: Scenario, fleet: Fleet, seen: Seen, clear: float) -> Figures:
    own = [n / max(1, each.written(scenario.fair[1])) for n, each in zip(seen.delivered, fleet.shippers, strict=True)]
    return Figures(
        clear - scenario.back,
        _share(seen, BEGIN),
        None if scenario.waves else _share(seen, scenario.back),
        max(count for second, count in seen.requests.items() if second >= BEGIN + 2),
        jain(own),
        [seen.requests[second] for second in range(int(clear))],
    )


def _share(seen: Seen, since: float) -> float:
    refused, requests = (
        sum(n for second, n in each.items() if second >= since) for each in (seen.refused, seen.requests)
    )
    return refused / requests if requests else 0.0


def _panel(name: str, found: Mapping[str, Figures]) -> Lines:
    series = [Series(policy, range(len(each.curve)), each.curve) for policy, each in found.items()]
    return Lines(f"{name}: requests a second", "s", series, log=False)


def _table(found: Mapping[str, Mapping[str, Figures]], *, markdown: bool) -> str:
    titles = (
        "scenario",
        "policy",
        "backlog gone after s",
        "refused %",
        "after its return %",
        "peak requests/s",
        "Jain",
    )
    rows: list[Sequence[str]] = [titles]
    for scenario, policies in found.items():
        for policy, each in policies.items():
            shares = ("" if share is None else f"{share * 100:.0f}" for share in (each.refused, each.refused_after))
            clear = f"{each.clear_seconds:.0f}" if each.clear_seconds < _LONGEST_SECONDS - 1 else "never"
            rows.append((scenario, policy, clear, *shares, f"{each.peak:,}", f"{each.fairness:.2f}"))
    return table(rows, markdown=markdown)


def page(found: Mapping[str, Mapping[str, Figures]], shippers: int, seed: int) -> str:
    """Write docs/fleet.md."""
    words = (Path(__file__).parent / "fleet.md.txt").read_text()
    shown = {"TABLE": _table(found, markdown=True), "SHIPPERS": f"{shippers:,}", "SEED": str(seed)}
    for name, text in shown.items():
        words = words.replace(f"@{name}@", text)
    return words
