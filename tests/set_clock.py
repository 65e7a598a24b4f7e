"""Monotonic seconds that a test sets."""


class SetClock:
    """Stands still until a test changes ``now``."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """Tell it."""
        return self.now
