"""What delivery counts, and where it puts refused records: the seams."""

from collections.abc import Sequence
from typing import Protocol

from logship.delivery.deadletters import Letter
from logship.model import Status


class Counts(Protocol):
    """What is counted; :class:`logship.metrics.SinkMetrics` does. Bytes are those of the file."""

    def delivered(self, records: int, nbytes: int) -> None:
        """End them: the store has them."""

    def duplicate(self, records: int, nbytes: int) -> None:
        """End them: the store had them."""

    def failure_store(self, records: int, nbytes: int) -> None:
        """End them: the store has them, but not where they were to go."""

    def dead_lettered(self, records: int, nbytes: int) -> None:
        """End them: they are dead letters."""

    def dropped(self, reason: str, records: int, nbytes: int) -> None:
        """End them: they are lost."""

    def repaired(self, what: str, records: int) -> None:
        """Count records that the store took only once they were mended."""

    def evicted(self, records: int, nbytes: int) -> None:
        """Count dead letters that had to go."""

    def request(self, outcome: Status, seconds: float) -> None:
        """Count an attempt."""

    def retried(self, reason: str) -> None:
        """Count what is sent again."""

    def succeeded(self, at: float) -> None:
        """Note when the store took something (epoch seconds)."""

    def overtaken(self, records: int) -> None:
        """Count records that what came behind them does not wait for."""

    def waiting(self, records: int) -> None:
        """Say how many records wait alone."""


class PutsAside(Protocol):
    """What is needed of :class:`logship.delivery.deadletters.DeadLetters`."""

    def put(self, letters: Sequence[Letter], /) -> tuple[int, int]:
        """Keep them; gives (records, file bytes) that had to go for them; raises DeadLetterError. Blocks."""
