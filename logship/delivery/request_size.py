"""How large a request the store is known to take; pure.

A limit that was met once is remembered: else every full batch would be sent in vain before it is halved.
"""

import math
from typing import Final

MIN_BYTES: Final = 64 << 10
"""No request is made smaller than this for what one store said once."""
_TRY_LARGER: Final = 100


class RequestSize:
    """Halves when a request was too large, doubles after a hundred that were taken."""

    def __init__(self) -> None:
        self._bytes = math.inf
        self._taken = 0

    def fits(self, nbytes: int) -> bool:
        """Whether a request of so many bytes (encoded, uncompressed) is worth trying."""
        return nbytes <= self._bytes

    def too_large(self, nbytes: int) -> None:
        """Note a request that was too large."""
        self._bytes = max(nbytes / 2, MIN_BYTES)
        self._taken = 0

    def taken(self) -> None:
        """Note a request of which something was accepted."""
        self._taken += 1
        if self._taken >= _TRY_LARGER:
            self._bytes *= 2
            self._taken = 0
