"""What a soak has recorded, as a file too, so that it can be drawn again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.accounts import Account
from tests.soak.schedule import Fault


@dataclass(frozen=True, slots=True)
class Sample:
    """One look."""

    at: float
    """Seconds since the start of the soak."""
    life: int
    """How many times the daemon had been started before."""
    values: Mapping[str, float]
    """By name, see :mod:`tests.soak.sampling`; a store that took nothing since the last look has no delays."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """One restart as it happened."""

    signal: str
    start: float
    """Seconds from the start of the soak to the signal."""
    end: float
    """To when the daemon was ready again."""
    exit_code: int | None
    """None after a kill."""


@dataclass(slots=True)
class Soak:
    """The whole record."""

    seconds: float
    about: Mapping[str, Any] = field(default_factory=dict)
    """When, where and with what it ran."""
    faults: list[Fault] = field(default_factory=list)
    """As they happened, each of one store."""
    samples: list[Sample] = field(default_factory=list)
    restarted: list[Restarted] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    lost_bytes: int = 0
    """Counted as lost by the daemon in all its lives."""
    exit_code: int = -1
    problems: list[str] = field(default_factory=list)
    """What did not add up, and what logship itself said at level error."""


def save(soak: Soak, path: Path) -> None:
    """Write it."""
    path.write_text(json.dumps(asdict(soak), separators=(",", ":")) + "\n")


def load(path: Path) -> Soak:
    """Read it."""
    words = json.loads(path.read_text())
    words["faults"] = [Fault(**{**each, "stores": tuple(each["stores"])}) for each in words["faults"]]
    words["samples"] = [Sample(**each) for each in words["samples"]]
    words["restarted"] = [Restarted(**each) for each in words["restarted"]]
    accounts = {
        name: Account(**{**each, "examples": tuple(each["examples"])}) for name, each in words["accounts"].items()
    }
    return Soak(**{**words, "accounts": accounts})
