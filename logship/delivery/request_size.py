"""How large a request the store is known to take, and how long a line may be that goes with others; pure.

A limit that was met once is remembered: else every full batch would be sent in vain before it is halved.
"""

import math
from typing import Final

from logship.model import Batch, Outcome

MIN_BYTES: Final = 64 << 10
"""No request is made smaller than this for what one store said once."""
_TRY_LARGER: Final = 100
_BUSY: Final = "http_429"
_BUSY_ANSWERS: Final = 4


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

    def refused(self, outcome: Outcome, failures: int, nbytes: int) -> None:
        """Note a request that came to nothing, the last of so many in a row.

        Some servers say busy to one that is merely too large: a small store calls it pressure.
        """
        if outcome.reason == _BUSY and failures % _BUSY_ANSWERS == 0 and nbytes > MIN_BYTES:
            self.too_large(nbytes)

    def taken(self) -> None:
        """Note a request of which something was accepted."""
        self._taken += 1
        if self._taken >= _TRY_LARGER:
            self._bytes *= 2
            self._taken = 0


ALONE_BYTES: Final = 128 << 10
"""A longer line of the file goes alone. VictoriaLogs 1.52 skips a line over 256 KiB, and with it what stands behind it
in the last 256 KiB of the request, and answers 200. Older ones store the good records and then refuse the request, so
that what is with that line would be stored again."""
_WINDOW: Final = ALONE_BYTES // 2


def goes_along(nbytes: int) -> bool:
    """Whether a line of so many bytes may go with others."""
    return nbytes <= ALONE_BYTES


def all_go_along(batch: Batch) -> bool:
    """Whether that goes for all lines of a batch; False where that is not plain to see."""
    return not any(len(part.block.data) >= _WINDOW and _has_wide_gap(part.block.data) for part in batch.parts)


def _has_wide_gap(data: bytes) -> bool:
    """Whether there is a window without a newline; each line of twice its size has one. Costs a look at a line each."""
    return any(data.find(b"\n", at, at + _WINDOW) < 0 for at in range(0, len(data) - _WINDOW + 1, _WINDOW))
