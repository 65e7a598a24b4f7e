"""Interleaved rounds: every shipper in turn on every case, so that the machine's moods meet all alike."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class FailedError(Exception):
    """A shipper did not do its job; the text is its last words."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement, to be taken once a round."""

    case: str
    shipper: str
    measure: Callable[[], dict[str, Any]]
    """Takes it; raises FailedError."""
    once: bool = False
    """In the first round only."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a benchmark measures."""

    runs: Sequence[Run]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What is the same for all runs: sizes, the receiver's ceilings."""


Tell = Callable[[str], None]
"""Takes a word on what is measured next, and that something was."""


def measure(
    plan: Plan, rounds: int, budget: float, tell: Tell, now: Callable[[], float] = time.monotonic
) -> list[dict[str, Any]]:
    """Take the rounds, fewer if another would outlast ``budget`` seconds (0: none is left out); gives a row a run."""
    rows: list[dict[str, Any]] = []
    began = now()
    for number in range(rounds):
        if number and budget and (now() - began) * (number + 1) / number > budget:
            break
        for run in plan.runs:
            if run.once and number:
                continue
            tell(f"round {number + 1}: {run.case}, {run.shipper}")
            rows.append({"case": run.case, "shipper": run.shipper, "round": number} | _figures(run))
    return rows


def _figures(run: Run) -> dict[str, Any]:
    try:
        return run.measure()
    except FailedError as error:
        return {"failed": str(error)}


@contextlib.contextmanager
def progress(title: str, total: int) -> Iterator[Tell]:
    """Show a bar on stderr if it is a terminal."""
    console = Console(stderr=True)
    shown = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*shown, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("preparing", total=total)
        begun = False

        def tell(words: str) -> None:
            nonlocal begun
            bar.update(task, description=words, advance=int(begun))
            begun = True

        yield tell
