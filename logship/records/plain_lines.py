"""Lines each of which is a JSON record by its looks, cut apart once for two that ask; the answers are pure.

Who joins lines asks whether there is anything to join in a block; who encodes it right after asks for its lines.
"""

from io import BytesIO
from typing import Final

from logship.records.framing import within_lines
from logship.records.kept_lines import Kept
from logship.records.looks import RECORD, all_records

_SOME_BYTES: Final = 32 * 1024
"""Where there is text, it is nearly always among so many."""


def _within(data: bytes) -> list[bytes]:
    return within_lines(data, RECORD, end_of(data))


_kept = Kept(_within)
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
