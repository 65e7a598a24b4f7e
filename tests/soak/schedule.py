"""What befalls the daemon and its stores, and when: as fractions of the whole, so that a short soak has it too."""

import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

HTTP = ("http",)
ELASTICSEARCH = ("elasticsearch",)
BOTH = HTTP + ELASTICSEARCH

PATTERN = (
    ("down", HTTP),
    ("busy", ELASTICSEARCH),
    ("unavailable", HTTP),
    ("refusing", ELASTICSEARCH),
    ("slow", BOTH),
    ("resetting", ELASTICSEARCH),
    ("unanswered", HTTP),
    ("down", ELASTICSEARCH),
    ("refusing", HTTP),
    ("busy", HTTP),
    ("resetting", BOTH),
    ("unavailable", ELASTICSEARCH),
    ("unanswered", ELASTICSEARCH),
    ("slow", HTTP),
    ("down", BOTH),
)
"""(mood, stores), one after the other with as long a calm between two."""
FIRST_FAULT, LAST_FAULT = 0.06, 0.915
FAULT = 0.015
MIN_FAULT_SECONDS = 0.5
LIFE = (0.04, 0.945)
"""The longest life of the daemon: between the second restart and the third."""


@dataclass(frozen=True, slots=True)
class Fault:
    """From ``start`` to ``end``, in seconds, these stores are in this mood."""

    start: float
    end: float
    mood: str
    stores: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restart:
    """At ``at`` seconds the daemon gets this signal, and is started again once it has ended."""

    at: float
    number: signal.Signals


def faults(seconds: float) -> list[Fault]:
    """Give the faults of a soak of this length, in order; the last one is there for a kill in its middle."""
    return [*_pattern(seconds), Fault(0.943 * seconds, 0.947 * seconds, "unanswered", HTTP)]


def _pattern(seconds: float) -> Iterator[Fault]:
    length = max(FAULT * seconds, MIN_FAULT_SECONDS)
    start = FIRST_FAULT * seconds
    for mood, stores in cycle(PATTERN):
        if start + length > LAST_FAULT * seconds:
            return
        yield Fault(start, start + length, mood, stores)
        start += 2 * length


def restarts(seconds: float) -> list[Restart]:
    """Give the restarts: two before the longest life, two after it, so that growth can show in between."""
    return [
        Restart(0.02 * seconds, signal.SIGKILL),
        Restart(LIFE[0] * seconds, signal.SIGTERM),
        Restart(LIFE[1] * seconds, signal.SIGKILL),
        Restart(0.97 * seconds, signal.SIGTERM),
    ]


def moods(plan: Sequence[Fault], at: float) -> dict[str, str]:
    """Give each store's mood at a time."""
    found = dict.fromkeys(BOTH, "well")
    for fault in plan:
        if fault.start <= at < fault.end:
            found |= dict.fromkeys(fault.stores, fault.mood)
    return found
