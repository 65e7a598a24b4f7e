"""Holes that are filled after they were passed: new bytes, in generations of their own that begin where the holes do.

Whoever writes out of order may be late by more than anybody waits; what was sent of the file stays as it is.
"""

import logging
import time
from collections.abc import Iterable

from logship.files.adoption import Adoption
from logship.files.found import Found
from logship.files.tailing import TailedFile
from logship.state.identity import Entry, Print, Saved, new_file_id

logger = logging.getLogger(__name__)


def begin_filled(files: Iterable[TailedFile], adoption: Adoption, now: float) -> None:
    """Begin a generation for each hole that was filled, ``now`` being in monotonic seconds."""
    for file in [file for file in files if file.holes.filled]:
        for start, end in file.holes.begin_filled():
            adoption.start(_entry(file, start, end), Found.within(file, None, now))
            logger.info("a hole that was passed is filled", extra={"path": file.lineage, "offset": start})
        adoption.open.by_inode[file.device, file.inode] = file


def _entry(file: TailedFile, start: int, end: int) -> Entry:
    """Give a generation that is the hole, and nothing more; a sink that has not passed it reads it where it is."""
    size = end - start
    offsets = {sink: Saved(0 if place.offset >= end else size) for sink, place in file.places.items()}
    shift = file.shift + start
    return Entry(
        new_file_id(),
        file.lineage,
        file.inode,
        file.birth_ns,
        Print(),
        size,
        time.time(),
        offsets,
        shift=shift,
        sealed=True,
    )
