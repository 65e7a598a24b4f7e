"""Lines each of which is a JSON record by its looks, cut apart once for two that ask; the answers are pure.

Who joins lines asks whether there is anything to join in a block; who encodes it right after asks for its lines.
"""

from io import BytesIO
from typing import Final

from logship.records.framing import within_lines
from logship.records.looks import RECORD, all_records

_SOME_BYTES: Final = 32 * 1024
"""Where there is text, it is nearly always among so many."""
_UNASKED: Final = 8
"""Blocks: so many later, nobody asks for lines any more. Where several are read at once, the first one's are kept."""


class _Kept:
    """The lines of the block that was looked at last, until somebody asks for them."""

    def __init__(self) -> None:
        self._data, self._pieces = b"", list[bytes]()
        self._later = 0
        """Blocks that were looked at since."""

    def look(self, data: bytes) -> bool:
        """Cut a block apart; False if another one's lines are still to be asked for, or if they don't tell."""
        if self._data and self._later < _UNASKED:
            self._later += 1
            return False
        self._pieces = within_lines(data, RECORD, end_of(data))
        self._data, self._later = data if self._pieces else b"", 0
        return bool(self._pieces)

    def take(self, data: bytes) -> list[bytes]:
        """Give the lines of a block, which are not kept any longer."""
        if self._data is not data:
            return within_lines(data, RECORD, end_of(data))
        pieces = self._pieces
        self._data, self._pieces = b"", []
        return pieces


_kept = _Kept()
pieces = _kept.take
"""Gives what each line of a block has between ``{"`` and :func:`end_of`; empty if not all have both."""


def end_of(data: bytes) -> bytes:
    """Give how lines of a plain block end: as its last one does. To JSON, the CR of a CRLF is white space."""
    return b"}\r\n" if data.endswith(b"\r\n") else b"}\n"


def is_plain(data: bytes) -> bool:
    """Whether every line is a JSON record by its looks: in such data there is nothing to join."""
    lines = BytesIO(data)
    if not (data.startswith(RECORD) and all_records(lines.readlines(_SOME_BYTES))):
        return False
    return len(data) <= _SOME_BYTES or _kept.look(data) or _all_begin_so(lines)


def _all_begin_so(lines: BytesIO) -> bool:
    while some := lines.readlines(_SOME_BYTES):
        if not all_records(some):
            return False
    return True
