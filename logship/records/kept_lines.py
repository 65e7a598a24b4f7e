"""What a block was cut into, kept for whoever asks for it next: who joins lines cuts it, who encodes it asks for them.

The answers are pure: whoever finds nothing kept cuts the block himself.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Final, Generic, NamedTuple, TypeVar

_UNASKED: Final = 8
"""Blocks: so many later, nobody asks for lines any more. Where several are read at once, the first one's are kept."""
T = TypeVar("T")


class Kept(Generic[T]):
    """What the block that was looked at last was cut into, until somebody asks for it."""

    def __init__(self, cut: Callable[[bytes], T]) -> None:
        """``cut`` gives what a block comes to; nothing (false) is not kept."""
        self._cut = cut
        self._data = b""
        self._found: T | None = None
        self._later = 0
        """Blocks that were looked at since."""

    def look(self, data: bytes) -> bool:
        """Cut a block apart; False if another one's lines are still to be asked for, or if it has none."""
        return self.is_free() and self.keep(data, self._cut(data))

    def is_free(self) -> bool:
        """Note that another block was looked at; say whether its lines can be kept, as nobody asks for others' now."""
        self._later += 1
        return self._found is None or self._later > _UNASKED

    def keep(self, data: bytes, found: T) -> bool:
        """Keep what a block was cut into, if that is anything; gives whether it is."""
        self._data, self._found, self._later = (data, found, 0) if found else (b"", None, 0)
        return bool(found)

    def take(self, data: bytes) -> T:
        """Give what a block comes to, which is not kept any longer."""
        if self._found is None or self._data is not data:
            return self._cut(data)
        found = self._found
        self._data, self._found = b"", None
        return found


class AllLines(NamedTuple):
    """All lines of a block."""

    lines: list[bytes]
    """With their newlines."""
    texts: list[int]
    """The places of those that are no JSON records by their looks, as far as somebody has looked."""


def _all_lines(data: bytes) -> AllLines:
    return AllLines(BytesIO(data).readlines(), [])


all_lines = Kept(_all_lines)
