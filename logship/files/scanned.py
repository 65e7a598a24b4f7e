"""Bytes that a reader has looked at, and that have not left: the last line of a record that may go on, or half a line.

A writer that keeps its file closed (``]`` of a JSON array, ``</log>``) goes back over its last bytes for each record.
Where they had not left they are no loss, and no reason for a new generation: they are looked at again.
"""

from typing import Protocol

from msgspec.structs import replace

from logship.files.framer import Place
from logship.state.fingerprint import Digest
from logship.state.identity import MARKER_BYTES, Print

FEW_BYTES = MARKER_BYTES
"""More than these are what a truncation took: it is looked for in copies, and counted."""


class Read(Protocol):
    """What is asked of a file."""

    digest: Digest
    places: dict[str, Place]
    head: Print
    begins: bytes

    @property
    def furthest(self) -> Place:
        """The place of the reader that is furthest."""

    def read_at(self, size: int, offset: int, /) -> bytes:
        """Read up to ``size`` bytes at ``offset``."""


def few_are_others(file: Read) -> bool:
    """Whether a few bytes of what was looked at are others now, and all that has left is as it was: forget them."""
    return _few(file) and not (has_scanned(file) or file.digest.begins_otherwise(file.furthest.offset, file.read_at))


def has_scanned(file: Read) -> bool:
    """Whether a file has what was looked at behind what has left: the last few bytes, a line may be long in coming."""
    offset, digest = file.furthest.offset, file.digest
    start = max(offset, digest.end - min(FEW_BYTES, len(digest.recent)))
    known = digest.recent[start - digest.end :] if start < digest.end else b""
    there = not known or file.read_at(len(known), start) == known
    return there and not (_few(file) and _head_reaches_further(file, offset))


def _few(file: Read) -> bool:
    return 0 < file.furthest.offset < file.digest.end <= file.furthest.offset + FEW_BYTES


def _head_reaches_further(file: Read, offset: int) -> bool:
    """Whether the head has bytes behind the offset, and they are others now."""
    head = file.head
    return head.length > offset and not head.matches(file.read_at(head.length, 0))


def forget_scanned(file: Read) -> None:
    """Have all that has not left looked at again, as if nobody had."""
    offset, digest = file.furthest.offset, file.digest
    if digest.end > offset:
        digest.cut(offset)
        digest.take(file.read_at(offset - digest.end, digest.end), digest.end)  # there may be no point at the offset
    if file.head.length > offset:
        file.head, file.begins = Print(), b""
    file.places = {sink: unscanned(place) for sink, place in file.places.items()}


def unscanned(place: Place) -> Place:
    """Give a place of which nothing behind its offset was looked at."""
    return replace(place, scanned=place.offset, held=False, brief=False)
