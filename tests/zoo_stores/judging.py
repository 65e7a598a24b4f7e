"""What became of the lines in one cell: which are stored, how often, and whether each says there what it said here."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from tests.zoo_stores.corpus import Line

_SHOWN = 3
"""Examples of each fault."""
_LONGEST = 160


class Stored(Struct, frozen=True):
    """One record as its store gives it back."""

    number: int | None
    """None: it is no line of the corpus."""
    time_ns: int | None
    level: str | None
    """What the store keeps as the level beside the fields; None where it has none."""
    message: str | None
    """What the store shows as the text; None where it has none."""
    fields: Mapping[str, Any]
    """Without ours and without the store's own."""
    ours: Mapping[str, Any]
    """The pod's and the file's name."""


class Expected(Struct, frozen=True):
    """How a store should give a line back."""

    level: str | None
    message: str | None
    fields: Mapping[str, Any]


class Rules(Struct, frozen=True):
    """What one store is held to."""

    expected: Callable[[Line], Expected]
    same_time: Callable[[int, int], bool]
    """Whether a line's time is kept: (written, stored)."""
    ours: Mapping[str, Any]
    """As each record should have it."""
    read: tuple[int, int]
    """Between these times, in ns, lines without a time were read."""
    arrival_only: bool = False
    """Nothing is compared but that each line is there, and how often."""


class Figures(Struct):
    """What a cell came to: lines by kind, each."""

    written: int = 0
    stored: int = 0
    """Different lines."""
    missing: dict[str, int] = field(default_factory=dict)
    """Neither stored nor among the dead letters."""
    refused: dict[str, int] = field(default_factory=dict)
    """Among the dead letters."""
    time: dict[str, int] = field(default_factory=dict)
    """Stored with another time; the others alike."""
    level: dict[str, int] = field(default_factory=dict)
    message: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    ours: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    """Records beyond the first of a line."""
    foreign: int = 0
    """Records that are no line."""
    seconds: float = 0
    said: list[str] = field(default_factory=list)
    """The reasons of logship's retries and dead letters."""
    examples: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What else went wrong."""


FAULTS = ("missing", "refused", "time", "level", "message", "fields", "ours")


def judge(stored: Iterable[Stored], lines: Sequence[Line], refused: Collection[int], rules: Rules) -> Figures:
    """Compare what a store has, and what was put aside, with what was written."""
    figures = Figures(written=len(lines))
    times: Counter[int] = Counter()
    for each in stored:
        if each.number is None or each.number >= len(lines):
            figures.foreign += 1
            _show(figures, f"foreign: {each.message or each.fields}")
            continue
        times[each.number] += 1
        if times[each.number] == 1 and not rules.arrival_only:
            _compare(figures, lines[each.number], each, rules)
    figures.stored = len(times)
    figures.repeats = times.total() - len(times)
    aside = set(refused) - times.keys()
    figures.refused = _by_kind(lines[number] for number in aside)
    figures.missing = _by_kind(line for line in lines if line.number not in times and line.number not in aside)
    return figures


def _compare(figures: Figures, line: Line, stored: Stored, rules: Rules) -> None:
    low, high = rules.read
    when = stored.time_ns or 0
    right = low <= when <= high if line.time_ns is None else rules.same_time(line.time_ns, when)
    _count(figures, "time", line, right=right, seen=(line.time_ns, when))
    _count(figures, "ours", line, right=stored.ours == rules.ours, seen=(rules.ours, stored.ours))
    if not line.exact:
        return
    expected = rules.expected(line)
    for name in ("level", "message", "fields"):
        pair = getattr(expected, name), getattr(stored, name)
        _count(figures, name, line, right=pair[0] == pair[1], seen=pair)


def _count(figures: Figures, name: str, line: Line, *, right: bool, seen: tuple[Any, Any]) -> None:
    if right:
        return
    counts = getattr(figures, name)
    counts[line.kind] = counts.get(line.kind, 0) + 1
    if counts[line.kind] == 1:
        wanted, found = seen
        if isinstance(wanted, Mapping) and isinstance(found, Mapping):
            names = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
            wanted, found = ({key: each.get(key) for key in names} for each in (wanted, found))
        _show(figures, f"{name}, {line.kind}: {str(wanted)[:_LONGEST]} is {str(found)[:_LONGEST]}")


def _show(figures: Figures, text: str) -> None:
    if sum(each.partition(",")[0] == text.partition(",")[0] for each in figures.examples) < _SHOWN:
        figures.examples.append(text)


def _by_kind(lines: Iterable[Line]) -> dict[str, int]:
    return dict(Counter(line.kind for line in lines))


def failures(figures: Figures, known: Mapping[str, Collection[str]], repeats: int) -> list[str]:
    """Name what a cell does not reach: faults of kinds that are not ``known`` for it, more repeats than allowed."""
    found = [
        f"{name}: {count} of {kind}"
        for name in FAULTS
        for kind, count in getattr(figures, name).items()
        if kind not in known.get(name, ())
    ]
    found += [f"{figures.repeats} repeats, {repeats} are allowed"] * (figures.repeats > repeats)
    found += [f"{figures.foreign} foreign records"] * bool(figures.foreign)
    return found + figures.notes
