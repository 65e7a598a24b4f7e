"""The lines of a block that make records, and what is trimmed off them; pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from io import BytesIO
from itertools import accumulate, compress
from operator import itemgetter

from logship.model import Block
from logship.records.framing import BOM
from logship.records.joining import one_line
from logship.records.line_parser import trim


class Content:
    """The lines of a block that are not empty once trimmed."""

    def __init__(
        self,
        lines: Sequence[bytes],
        places: Callable[[], tuple[Sequence[int], Sequence[int]]],
        skipped: tuple[tuple[str, int, int], ...] = (),
    ) -> None:
        self.lines = lines
        self._places = places
        self.skipped = skipped
        """As in :class:`Tally`."""

    @cached_property
    def _both(self) -> tuple[Sequence[int], Sequence[int]]:
        return self._places()

    @property
    def offsets(self) -> Sequence[int]:
        """Where each begins; added up only where somebody asks."""
        return self._both[0]

    @property
    def sizes(self) -> Sequence[int]:
        """Bytes of the file in each: its newline too, but not what was trimmed off for a reason that counts."""
        return self._both[1]


def offsets_of(start: int, sizes: Sequence[int]) -> list[int]:
    """Give where each of the lines of these sizes begins."""
    return [*accumulate(sizes, initial=start)][:-1]


def content_of(block: Block, *, keep_cr: bool) -> Content:
    """Trim a block's lines, drop those that are empty then, and count what made no record."""
    data = block.data
    lines, joined = _lines_of(block)
    places = partial(_places, block, lines, joined)
    has_bom = block.start == 0 and data.startswith(BOM)
    if not (b"\r" in data or b"\0" in data or has_bom or b"" in lines):
        return Content(lines, places)
    offsets, sizes = places()
    noise: list[tuple[str, int, int]] = []
    if b"\0" in data or has_bom:
        trims = [trim(line, first=at == 0, keep_cr=keep_cr) for at, line in zip(offsets, lines, strict=True)]
        noise = [entry for trimmed, size in zip(trims, sizes, strict=True) for entry in trimmed.noise(size)]
        sizes = [size - trimmed.bom - trimmed.nul for trimmed, size in zip(trims, sizes, strict=True)]
        lines = [trimmed.content for trimmed in trims]
    else:
        if b"\r" in data:
            lines = [b"" if line == b"\r" else line if keep_cr else line.removesuffix(b"\r") for line in lines]
        if b"" in lines:
            noise = [("empty", 1, size) for line, size in zip(lines, sizes, strict=True) if not line]
    found = [*compress(offsets, lines)], [*compress(sizes, lines)]
    return Content([*filter(None, lines)], lambda: found, _sum(noise))


def _lines_of(block: Block) -> tuple[list[bytes], list[tuple[int, int]]]:
    """Give lines without their newlines, those that are one record as one: which ones, and their bytes in the file."""
    lines: list[bytes] = []
    joined: list[tuple[int, int]] = []
    at, data = block.start, block.data
    for start, end in (*block.joins, (block.end, block.end)):
        between = data[at - block.start : start - block.start]
        if between.endswith(b"\n"):  # a file in memory finds newlines sooner than split does
            lines += map(itemgetter(slice(-1)), BytesIO(between))
        elif between:
            lines += between.split(b"\n")
        if start < end:
            joined.append((len(lines), end - start))
            lines.append(one_line(data[start - block.start : end - block.start]))
        at = end
    return lines, joined


def _places(block: Block, lines: Sequence[bytes], joined: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Give where each of a block's lines begins, and the bytes of the file in it."""
    sizes = [len(line) + 1 for line in lines]
    for at, size in joined:
        sizes[at] = size
    if sizes and not block.data.endswith(b"\n") and not (joined and joined[-1][0] == len(sizes) - 1):
        sizes[-1] -= 1
    return offsets_of(block.start, sizes), sizes


def _sum(noise: list[tuple[str, int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Add up (reason, lines, bytes) by reason."""
    lines: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for reason, count, size in noise:
        lines[reason] += count
        sizes[reason] += size
    return tuple((reason, lines[reason], sizes[reason]) for reason in sorted(sizes))
