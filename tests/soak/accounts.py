"""Whether every line is accounted for: written = arrived + dead-lettered + counted as lost; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.soak.lines import Line


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the lines at one store."""

    written: int
    arrived: int
    """Lines that the store has, each counted once."""
    dead_lettered: int
    """Lines in the dead-letter file that the store does not have."""
    missing: int
    missing_bytes: int
    """Of the missing lines, as they were written."""
    examples: tuple[str, ...]
    """Some of the missing ones."""
    repeated: int
    """Arrivals of a line that the store had already and took again."""
    duplicates: int
    """Arrivals that the store knew by their id and answered with 409."""
    strange: int
    """Arrivals that no application wrote, or not so."""

    def faults(self, lost_bytes: int, *, keyed: bool) -> list[str]:
        """Say what is wrong, a line each; ``lost_bytes`` were counted as lost, ``keyed`` stores know a repeat."""
        found = []
        if self.missing_bytes != lost_bytes:
            found.append(
                f"{self.missing} lines of {self.missing_bytes} bytes are missing "
                f"and {lost_bytes} bytes are counted as lost: {', '.join(self.examples)}"
            )
        if self.strange:
            found.append(f"{self.strange} records are no lines of an application")
        if keyed and self.repeated:
            found.append(f"{self.repeated} lines are stored twice under different ids")
        return found

    def as_json(self) -> dict[str, Any]:
        """Give it for the summary."""
        return asdict(self)


def settle(
    written: Mapping[str, int],
    seen: Mapping[str, Sequence[int]],
    dead: Mapping[str, Iterable[int]],
    *,
    duplicates: int,
    strange: int,
    text_writers: Iterable[str] = (),
) -> Account:
    """Compare what was written with what was seen: how often the store took each line, by writer and number."""
    arrived = repeated = dead_lettered = missing_bytes = 0
    missing: list[Line] = []
    for writer, lines in written.items():
        times, put_aside = seen.get(writer, ()), set(dead.get(writer, ()))
        strange += sum(map(bool, times[lines:]))
        repeated += sum(each - 1 for each in times[:lines] if each > 1)
        for number in range(lines):
            if number < len(times) and times[number]:
                arrived += 1
            elif number in put_aside:
                dead_lettered += 1
            else:
                missing.append(Line(writer, number, 1_000_000_000.0))  # every time of day has as many digits
    missing_bytes = sum(len(_as_written(line, text_writers)) for line in missing)
    strange += sum(len(times) for writer, times in seen.items() if writer not in written)
    examples = tuple(f"{line.writer} {line.number}" for line in missing[:8])
    return Account(
        sum(written.values()),
        arrived,
        dead_lettered,
        len(missing),
        missing_bytes,
        examples,
        repeated,
        duplicates,
        strange,
    )


def _as_written(line: Line, text_writers: Iterable[str]) -> bytes:
    return line.as_text() if line.writer in text_writers else line.as_json()
