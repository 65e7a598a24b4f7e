"""What is left of a generation that was cut off, for a sink that was behind: a generation of its own."""

import time

from logship.files.found import Found
from logship.files.framer import Place
from logship.files.tailing import TailedFile
from logship.state.identity import HEAD_BYTES, MARKER_BYTES, Entry, Print, Saved, new_file_id


def remains(file: TailedFile, found: Found, end: int) -> Entry:
    """Give what was found of it, up to ``end``, from where the slowest sink reads on.

    Those that were behind go on past it, in whatever has the rest.
    """
    start, offsets = file.offset, dict[str, Saved]()
    tail = found.read_at(MARKER_BYTES, found.begin + end - MARKER_BYTES) if end >= MARKER_BYTES else b""
    for sink, place in file.places.items():
        behind = place.offset < end
        offsets[sink] = Saved(place.offset - start if behind else end - start, place.state, opened=place.opened)
        file.places[sink] = Place(end, scanned=end, tail=tail) if behind else place
    head = Print.of(found.read_at(min(HEAD_BYTES, end - start), found.begin + start))
    return Entry(
        new_file_id(),
        file.lineage,
        found.inode,
        found.birth_ns,
        head,
        end - start,
        time.time(),
        offsets,
        shift=found.begin + start,
        sealed=True,
    )
