"""Blocks into bodies of their own bytes, without fields of ours."""

from itertools import compress

from msgspec.structs import replace

from logship.model import Block, Encoded, Tally
from logship.records.candidates import Candidates
from logship.records.content import content_of
from logship.records.enrichment import Enrichment
from logship.records.redaction import Redaction
from logship.records.selection import Selection, condition_for
from logship.records.single_records import gap, single_records


class RawEncoder:
    """Encodes blocks as the bytes that they are, without fields of ours, each line behind a head."""

    def __init__(self, head: bytes = b"", *, when: str = "", redaction: Redaction | None = None) -> None:
        self._head = head
        self._redaction = redaction
        self._selection = Selection(condition_for(when, Enrichment({}, "raw")))

    def encode(self, block: Block) -> Encoded:
        """Give the block's lines that are not empty; a gap has none."""
        if block.skipped:
            return gap(block)
        content = content_of(block, keep_cr=True)
        lines, tally, offsets = content.lines, Tally(content.skipped), content.offsets
        if self._selection:
            count = len(lines)
            records = Candidates(
                block.file, count, lambda: content.offsets, lambda _: (), list, list, lambda: content.lines, list
            )
            chosen = self._selection.choose(records)
            lines = [*compress(lines, chosen.kept)]
            offsets = [*compress(offsets, chosen.kept)]
            tally = replace(tally, filtered=chosen.filtered(content.sizes))
        if self._redaction:
            lines, tally = self._redaction.lines(lines, block, lambda: offsets, tally)
        written = [self._head + line + b"\n" for line in lines]
        longest = max(map(len, written), default=0)
        return Encoded(block, b"".join(written), len(written), tally, longest)

    def records(self, block: Block) -> list[Block]:
        """Give one block of a single line for each line encoded."""
        found = single_records(block, keep_cr=True)
        found = self._redaction.parted(block, found) if self._redaction else found
        return [each for each in found if self.encode(each).records] if self._selection else found
