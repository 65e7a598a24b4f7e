"""The lines of a block that make records, and what is trimmed off them; pure."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, compress
from typing import NamedTuple

from logship.model import Block
from logship.records.line_parser import BOM, trim


class Content(NamedTuple):
    """The lines of a block that are not empty once trimmed."""

    offsets: Sequence[int]
    lines: Sequence[bytes]
    sizes: Sequence[int]
    """Bytes of the file that are in each: its newline too, but not what was trimmed off for a reason that counts."""
    skipped: tuple[tuple[str, int, int], ...]
    """As in :class:`Tally`."""


def offsets_of(start: int, sizes: Sequence[int]) -> list[int]:
    """Give where each of the lines of these sizes begins."""
    return [*accumulate(sizes, initial=start)][:-1]


def content_of(block: Block, *, keep_cr: bool) -> Content:
    """Trim a block's lines, drop those that are empty then, and count what made no record."""
    data = block.data
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    sizes = [len(line) + 1 for line in lines]
    offsets = offsets_of(block.start, sizes)
    if not data.endswith(b"\n") and sizes:
        sizes[-1] -= 1
    noise: list[tuple[str, int, int]] = []
    if b"\0" in data or (block.start == 0 and data.startswith(BOM)):
        trims = [trim(line, first=at == 0, keep_cr=keep_cr) for at, line in zip(offsets, lines, strict=True)]
        noise = [entry for trimmed, size in zip(trims, sizes, strict=True) for entry in trimmed.noise(size)]
        sizes = [size - trimmed.bom - trimmed.nul for trimmed, size in zip(trims, sizes, strict=True)]
        lines = [trimmed.content for trimmed in trims]
    else:
        if b"\r" in data:
            lines = [b"" if line == b"\r" else line if keep_cr else line.removesuffix(b"\r") for line in lines]
        if b"" in lines:
            noise = [("empty", 1, size) for line, size in zip(lines, sizes, strict=True) if not line]
    return Content([*compress(offsets, lines)], [*filter(None, lines)], [*compress(sizes, lines)], _sum(noise))


def _sum(noise: list[tuple[str, int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Add up (reason, lines, bytes) by reason."""
    lines: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for reason, count, size in noise:
        lines[reason] += count
        sizes[reason] += size
    return tuple((reason, lines[reason], sizes[reason]) for reason in sorted(sizes))
