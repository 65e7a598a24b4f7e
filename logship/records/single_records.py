"""A block taken apart: one block for each record that it makes; pure."""

from collections.abc import Iterator

from msgspec.structs import replace

from logship.model import Block, Encoded, LineState, Tally
from logship.records.joining import joined_lines, one_line
from logship.records.line_parser import trim


def gap(block: Block) -> Encoded:
    """Encode a gap: it has no record, and is counted as skipped."""
    return Encoded(block, b"", 0, Tally(skipped=((block.skipped, 0, block.end - block.start),)))


def single_records(block: Block, *, keep_cr: bool) -> list[Block]:
    """Give a block for each record."""
    if block.skipped:
        return []
    joins = set(block.joins)
    found = [
        replace(block, start=at, end=end, data=line, after=LineState.WHOLE, joins=tuple({(at, end)} & joins), cuts=())
        for at, end, line in ((at, at + len(line), line) for at, line in _lines(block))
        if trim(one_line(line) if (at, end) in joins else line, first=at == 0, keep_cr=keep_cr).content
    ]
    if found and found[-1].end == block.end:
        found[-1] = replace(found[-1], after=block.after)
    return found


def _lines(block: Block) -> Iterator[tuple[int, bytes]]:
    """Give the offset and the bytes, newline included, of each line, or of the several that are one record."""
    if block.joins:
        yield from zip(*joined_lines(block), strict=True)
        return
    offset = block.start
    for part in block.data.split(b"\n"):
        line = part + b"\n" if offset + len(part) < block.end else part
        if line:
            yield offset, line
        offset += len(line)
