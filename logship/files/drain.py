"""When the files are quiet enough for a drain to come to its end, and what to do about writers that never stop."""

import logging
import math
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Drain:
    """Waits until nothing has grown for ``quiet`` seconds, ``longest`` seconds at most; all times are monotonic.

    Whoever still writes after that is not waited for: the deadline would come before what is there is delivered. A line
    that such a writer has begun is left to the next start.
    """

    def __init__(self, quiet: float, longest: float) -> None:
        self._quiet = quiet
        self._longest = longest
        self._began = math.inf
        self.cut = False
        """Nobody is waited for any more."""

    @property
    def begun(self) -> bool:
        """Whether there is a drain."""
        return self._began < math.inf

    def begin(self, now: float) -> None:
        """Begin; again does nothing."""
        self._began = min(self._began, now)

    def is_quiet(self, now: float, last_growth: float, newest: Callable[[], str] = str) -> bool:
        """Give whether there is no reason to wait on; ``newest`` names the file that grew last."""
        if now - max(self._began, last_growth) >= self._quiet:
            return self.begun
        if now - self._began >= self._longest and not self.cut:
            message = "files still grow: what is there now is delivered, the next start goes on from there"
            logger.warning(message, extra={"path": newest()})
            self.cut = True
        return self.cut

    def has_ended(self, grown_at: float, now: float) -> bool:
        """Give whether a file that last grew at ``grown_at`` will not grow any more."""
        return not self.cut or now - grown_at >= self._quiet
