"""What the soak's applications write, and how a line is known again in whatever form it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.arrivals import pad_of

POISON_EVERY = 1000
"""Of a writer's lines every so manieth is one that a refusing store will not take."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one application."""

    writer: str
    number: int
    at: float
    """Epoch seconds at which it was made, to the millisecond."""

    def as_json(self) -> bytes:
        """Give it as an object, newline included."""
        pad = pad_of(self.writer, self.number)
        return f'{{"writer":"{self.writer}","seq":{self.number},"t":{self.at:.3f},"pad":"{pad}"}}\n'.encode()

    def as_text(self) -> bytes:
        """Give it as words, newline included."""
        return f"{self.writer} {self.number} {self.at:.3f} {pad_of(self.writer, self.number)}\n".encode()

    @property
    def poisonous(self) -> bool:
        """Whether a refusing store will not take it."""
        return self.number % POISON_EVERY == POISON_EVERY - 1


def recognize(record: Mapping[str, Any]) -> Line | None:
    """Give the line that a record was made of; None if it is not, whole and unchanged, a line of ours."""
    if isinstance(message := record.get("message"), str):
        return _from_text(message)
    writer, number, at = record.get("writer"), record.get("seq"), record.get("t")
    if not (isinstance(writer, str) and isinstance(number, int) and isinstance(at, float | int)):
        return None
    return Line(writer, number, at) if record.get("pad") == pad_of(writer, number) else None


def _from_text(message: str) -> Line | None:
    words = message.split(" ")
    if len(words) != 4 or not words[1].isdigit():
        return None
    line = Line(words[0], int(words[1]), float(words[2]))
    return line if words[3] == pad_of(line.writer, line.number) else None
