"""Cuts bytes of a file into lines: where whole lines end, what is too long, what is no line at all.

Pure: bytes and offsets in, frames out. The same bytes at the same offset always give the same records, however the
reads happened to fall, because record ids are made of offsets.
"""

from collections.abc import Iterator
from io import BytesIO
from operator import itemgetter

from msgspec import Struct

from logship.model import LineState

TRUNCATED = "truncated"
PARTIAL = "partial"
CONTINUATION = "continuation"
NUL = "nul"
OVERLONG = "overlong"
EMPTY = "empty"
BOM = b"\xef\xbb\xbf"
"""What some writers put before all else, in a file in UTF-8."""
LONGEST_CHARACTER = 4
"""Bytes of the longest UTF-8 sequence: a truncated line is at most so much shorter than the limit."""
_CONTINUATION_BYTE = 0x80


class Frame(Struct, frozen=True):
    """A stretch of a file: whole lines, one flagged line, or a gap; the fields are those of a Block."""

    start: int
    end: int
    data: bytes = b""
    flags: tuple[str, ...] = ()
    skipped: str = ""
    after: LineState = LineState.WHOLE
    joins: tuple[tuple[int, int], ...] = ()
    cuts: tuple[tuple[int, str], ...] = ()


def frame_lines(data: bytes, start: int, max_line_bytes: int) -> Iterator[Frame]:
    """Frame whole lines (``data`` ends with a newline) that begin at offset ``start``.

    One frame in the plain case. NULs at the start of a line become a gap; a line over ``max_line_bytes`` (its newline
    not counted) becomes a truncated line and a gap.
    """
    if b"\0" not in data and (len(data) <= max_line_bytes or not _has_overlong(data, max_line_bytes)):
        yield Frame(start, start + len(data), data)
        return
    plain: list[bytes] = []
    at = since = start
    for line in BytesIO(data):  # not splitlines: it also ends a line at a lone CR
        if line[0] == 0 or len(line) - 1 > max_line_bytes:
            if plain:
                yield Frame(since, at, b"".join(plain))
                plain = []
            yield from frame_odd_line(line, at, max_line_bytes)
            since = at + len(line)
        else:
            plain.append(line)
        at += len(line)
    if plain:
        yield Frame(since, at, b"".join(plain))


def frame_odd_line(line: bytes, start: int, max_line_bytes: int) -> Iterator[Frame]:
    """Frame one whole line that may begin with NULs or be too long."""
    stripped = line.lstrip(b"\0")
    at = start + len(line) - len(stripped)
    if at > start:
        yield Frame(start, at, skipped=NUL)
    if stripped == b"\n":
        yield Frame(at, at + 1, skipped=EMPTY)
    elif len(stripped) - 1 > max_line_bytes:
        cut = utf8_boundary(stripped, max_line_bytes)
        yield Frame(at, at + cut, stripped[:cut], (TRUNCATED,), after=LineState.SKIPPING)
        yield Frame(at + cut, start + len(line), skipped=OVERLONG)
    else:
        yield Frame(at, start + len(line), stripped)


def frame_rest(data: bytes, start: int, state: LineState) -> Frame:
    """Frame what follows an offset within a line: up to its newline, or all of ``data`` if there is none yet.

    ``state`` is SKIPPING (gives a gap) or PARTIAL (gives a continuation; the caller passes it with its newline, or at
    the end of the file without).
    """
    newline = data.find(b"\n")
    end = len(data) if newline < 0 else newline + 1
    after = state if newline < 0 else LineState.WHOLE
    if state is LineState.SKIPPING:
        return Frame(start, start + end, skipped=OVERLONG, after=after)
    if newline == 0:
        return Frame(start, start + 1, skipped=EMPTY)
    return Frame(start, start + end, data[:end], (CONTINUATION,), after=after)


def utf8_boundary(data: bytes, limit: int) -> int:
    """Give the largest length up to ``limit`` that cuts no UTF-8 sequence (RFC 3629); bad UTF-8 is cut anywhere."""
    if limit >= len(data):
        return len(data)
    for back in range(4):
        if limit - back > 0 and data[limit - back] & 0xC0 != _CONTINUATION_BYTE:  # a sequence begins here
            return limit - back
    return limit


def _has_overlong(data: bytes, max_line_bytes: int) -> bool:
    return max(map(len, data.split(b"\n"))) > max_line_bytes


def within_lines(data: bytes, before: bytes, after: bytes) -> list[bytes]:
    """Give what each line has between ``before`` and ``after``, which ends with its newline; empty if one has not."""
    # A file object finds newlines with memchr: six times as fast as to split at so many bytes.
    pieces = [*map(itemgetter(slice(len(before), -len(after))), BytesIO(data))]
    inner = (after + before).join(pieces)
    ends = data.startswith(before) and data.endswith(after) and len(before) + len(inner) + len(after) == len(data)
    return pieces if ends and data.startswith(inner, len(before)) else []
