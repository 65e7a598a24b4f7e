"""A daemon's view that shows what a test says, for a real server."""

from collections.abc import Mapping
from typing import Any

from logship.metrics import Metrics


class Shown:
    """The :class:`logship.daemon.server.View` of a daemon that lives, and is ready unless there is a cause."""

    def __init__(self, shown: Mapping[str, Any], cause: str = "") -> None:
        self.metrics = Metrics(("stdout",), "1")
        self.shown = shown
        self._cause = cause

    def refresh(self) -> None:
        """Change nothing."""

    def live(self) -> str:
        """Live."""
        return ""

    def started(self) -> bool:
        """Have started."""
        return True

    def ready(self) -> str:
        """Give the cause why it is not."""
        return self._cause

    def status(self) -> Mapping[str, Any]:
        """Show it."""
        return self.shown
