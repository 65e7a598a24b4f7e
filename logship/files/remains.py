"""What a file that was cut off still has of a generation: that goes on in it, up to there and no further."""

import os

from logship.files.found import Found, last_newline
from logship.files.framer import Place
from logship.files.tailing import TailedFile
from logship.state.identity import MARKER_BYTES, Print


def cut_at(found: Found) -> int:
    """Give where the line begins that a file was cut off in, as far as that was seen; else how large it is."""
    end = min(found.lowest, found.went_back[0]) if found.cut else found.size
    return last_newline(found, end) - found.begin


def keep(file: TailedFile, found: Found, end: int) -> None:
    """Go on in what was found, up to ``end``: what is known of what was behind that is forgotten."""
    tail = found.read_at(MARKER_BYTES, found.begin + end - MARKER_BYTES) if end >= MARKER_BYTES else b""
    cut = Place(end, scanned=end, tail=tail)
    file.places = {sink: place if place.offset < end else cut for sink, place in file.places.items()}
    file.digest.cut(end)
    file.holes.passed = tuple(hole for hole in file.holes.passed if hole[1] <= end)
    file.head, file.begins, file.largest = Print(), b"", end
    file.move_to(os.dup(found.fd), found.grown_at, shift=found.begin, limit=end)
