"""Blocks into bodies: every line becomes a record in the sink's layout, with our fields spliced in front.

The cost is per block, not per line, wherever a block provably comes to the same bytes that :mod:`logship.lines`
would give line by line (DECISIONS 11).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from logship.enrichment import Enrichment, to_json
from logship.lines import EMPTY, LineJudge, Trimmed, skip_reason, trim
from logship.model import Block, Encoded, LineState, Tally
from logship.timestamps import rfc3339


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sink writes one record."""

    head: bytes = b""
    """Before each record."""
    tail: bytes = b"\n"
    """After each record."""
    action: bool = False
    """An action line of Elasticsearch's bulk format before each record."""
    index: str = ""
    """With ``action``: names the index, unless empty; ``%Y %m %d %H`` come from the record's event time in UTC."""
    ids: bool = True
    """With ``action``: give ``"_id":"<file id>-<decimal offset of the record's first byte>"``."""


class BlockEncoder:
    """Encodes the blocks of one sink; the same block always gives the same bytes."""

    def __init__(self, enrichment: Enrichment, layout: Layout) -> None:
        self._enrichment = enrichment
        self._layout = layout
        self._judge = LineJudge(enrichment)

    def encode(self, block: Block) -> Encoded:
        """Give the block's records; a gap has none, and is counted as skipped."""
        if block.skipped:
            return Encoded(block, b"", 0, Tally(skipped=((block.skipped, 0, block.end - block.start),)))
        message = self._enrichment.format == "text" or bool({"truncated", "continuation"}.intersection(block.flags))
        raw = self._enrichment.format == "raw"
        skipped: dict[str, list[int]] = {}
        parts, decode_errors, overridden, bad_times = [], 0, 0, 0
        stamp = rfc3339(block.time_ns)
        ours = self._enrichment.members(block)
        for offset, line in _lines(block):
            trimmed = trim(line, first=offset == 0, keep_cr=raw)
            _count(skipped, trimmed, len(line))
            if not trimmed.content:
                continue
            if raw:
                parts.append(self._layout.head + trimmed.content + self._layout.tail)
                continue
            one = self._judge.judge(trimmed.content, message=message)
            overridden += one.overridden
            bad_times += one.bad_time
            decode_errors += one.decode_error
            own = one.stamp or stamp
            fields = ours[:-1] if one.rest == EMPTY else ours
            parts.append(
                self._layout.head
                + self._action(block, offset, own)
                + b'{"@timestamp":'
                + own
                + b","
                + fields
                + one.rest
                + self._layout.tail
            )
        counts = tuple((reason, lines, size) for reason, (lines, size) in sorted(skipped.items()))
        return Encoded(block, b"".join(parts), len(parts), Tally(counts, decode_errors, overridden, bad_times))

    def records(self, block: Block) -> list[Block]:
        """Give one block of a single line for each record, in the order of the encoded records; skipped lines are out.

        Each encodes to the bytes that it has in the whole block. Plain code: only faults need it.
        """
        if block.skipped:
            return []
        keep_cr = self._enrichment.format == "raw"
        found = [
            replace(block, start=offset, end=offset + len(line), data=line, after=LineState.WHOLE)
            for offset, line in _lines(block)
            if trim(line, first=offset == 0, keep_cr=keep_cr).content
        ]
        if found and found[-1].end == block.end:
            found[-1] = replace(found[-1], after=block.after)
        return found

    def _action(self, block: Block, offset: int, stamp: bytes) -> bytes:
        if not self._layout.action:
            return b""
        meta = []
        if self._layout.index:
            name = self._layout.index
            for code, value in (("%Y", stamp[1:5]), ("%m", stamp[6:8]), ("%d", stamp[9:11]), ("%H", stamp[12:14])):
                name = name.replace(code, value.decode())
            meta.append(b'"_index":' + to_json(name))
        if self._layout.ids:
            meta.append(b'"_id":"' + f"{block.file}-{offset}".encode() + b'"')
        return b'{"create":{' + b",".join(meta) + b"}}\n"


def _lines(block: Block) -> Iterator[tuple[int, bytes]]:
    """Give the offset and the bytes, newline included, of each line."""
    offset = block.start
    for line in block.data.split(b"\n"):
        size = min(len(line) + 1, block.end - offset)
        if size:
            yield offset, block.data[offset - block.start : offset - block.start + size]
        offset += size


def _count(skipped: dict[str, list[int]], trimmed: Trimmed, size: int) -> None:
    """Count what was trimmed off a line of that size, or the whole line if nothing is left of it."""

    def add(reason: str, lines: int, nbytes: int) -> None:
        entry = skipped.setdefault(reason, [0, 0])
        entry[0] += lines
        entry[1] += nbytes

    if trimmed.content:
        for reason, nbytes in (("bom", trimmed.bom), ("nul", trimmed.nul)):
            if nbytes:
                add(reason, 0, nbytes)
        return
    reason = skip_reason(trimmed)
    if reason == "nul" and trimmed.bom:
        add("bom", 0, trimmed.bom)
        size -= trimmed.bom
    add(reason, 1, size)
