"""The lines that ``logship check --lines`` is given: taken from a file or standard input, read as a daemon would.

They go through the daemon's own reader (:class:`logship.files.tailing.TailedFile`): what is cut, joined or skipped here
is so there, too. No state is read or written.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from logship.errors import LogshipError
from logship.files.beneath import written_ns
from logship.files.decoding import MAGIC_BYTES, packed_as
from logship.files.framer import Place
from logship.files.joining import Joining
from logship.files.reading import read_on
from logship.files.tailing import TailedFile
from logship.files.watching import Watch
from logship.model import Block, FileId
from logship.state.identity import Entry, Print

STDIN: Final = "-"
LINES_MOST: Final = 1000
BYTES_MOST: Final = 4 << 20
FILE_ID: Final = FileId("A" * 22)
"""What stands for the random identity of a file: a daemon's records have another."""
_LOOKED_AT: Final = 8192
_TEXT: Final = frozenset(b"\t\n\r\x1b\x0b\x0c\x08\0")
_ODD_SHARE: Final = 10
"""Of a text, not one byte in so many is a control character."""


class Sample(Struct, frozen=True):
    """What was taken."""

    name: str
    """Of the file; ``stdin`` where there is none."""
    data: bytes
    mtime_ns: int
    """When the file was last written to; of standard input, now."""
    more: bool
    """There was more than is looked at."""

    def line_of(self, offset: int) -> int:
        """Give the number, from 1, of the line that the byte at an offset is in."""
        return self.data.count(b"\n", 0, offset) + 1


def take(path: str) -> Sample:
    """Read the first lines of a file, or of standard input; raises LogshipError if there are none that are text."""
    name, mtime_ns = "stdin" if path == STDIN else path, time.time_ns()
    try:
        if path == STDIN:
            data = _read(sys.stdin.buffer)
        else:
            with Path(path).open("rb") as file:
                data, mtime_ns = _read(file), written_ns(os.fstat(file.fileno()))
    except OSError as error:
        message = f"{name}: can't be read: {error.strerror}"
        raise LogshipError(message) from error
    if fault := _fault(data):
        message = f"{name}: {fault}"
        raise LogshipError(message)
    kept = _first_lines(data)
    return Sample(name, kept, mtime_ns, len(kept) < len(data))


def _read(file: BinaryIO) -> bytes:
    """Read a little more than is looked at; a pipe gives it in pieces."""
    pieces, left = [], BYTES_MOST + 1
    while left > 0 and (piece := file.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _first_lines(data: bytes) -> bytes:
    parts = data[:BYTES_MOST].split(b"\n", LINES_MOST)
    if len(parts) > LINES_MOST:
        return b"\n".join(parts[:LINES_MOST]) + b"\n"
    whole = data.rfind(b"\n", 0, BYTES_MOST) + 1
    return data[: whole or BYTES_MOST] if len(data) > BYTES_MOST else data


def _fault(data: bytes) -> str:
    """Say why nothing can be made of these bytes; empty if something can."""
    if not data.strip(b"\0\r\n "):
        return "has no line"
    if packed := packed_as(data[:MAGIC_BYTES]):
        return f"is packed ({packed}): unpack it, for example `zcat FILE | logship check --lines -`"
    head = data.lstrip(b"\0")[:_LOOKED_AT]
    odd = sum(byte < ord(" ") and byte not in _TEXT for byte in head) + head.count(b"\0")
    if odd * _ODD_SHARE > len(head):
        return "is no text: many of its first bytes are control characters"
    return ""


def blocks(sample: Sample, max_line_bytes: int, joining: Joining | None, watch: Watch | None = None) -> list[Block]:
    """Give what a daemon that is drained reads of it: whole records, gaps, and at last a line without its newline."""
    found: list[Block] = []
    with _opened(sample) as file:
        place = file.restore(Place())
        while place.offset < file.size:
            read, after = read_on(file, place, max_line_bytes, time.monotonic(), at_end=True, joining=joining)
            if after == place:
                break
            if watch:
                read, after = watch.marked(read, place, after)
            found, place = [*found, *read], after
    return found


@contextmanager
def _opened(sample: Sample) -> Iterator[TailedFile]:
    fd = os.memfd_create("logship-lines", os.MFD_CLOEXEC)
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(sample.data)
        os.utime(fd, ns=(sample.mtime_ns, sample.mtime_ns))
        entry = Entry(FILE_ID, sample.name, 0, None, Print(), len(sample.data), 0.0)
        tailed = TailedFile(entry, fd, sample.name, None, time.monotonic())
        tailed.ended = True
        yield tailed
    finally:
        os.close(fd)
