"""Lines that go on with the next one, as a container's runtime cuts them: put together within a block; pure."""

from collections.abc import Callable, Sequence
from itertools import accumulate

from msgspec.structs import replace

from logship.model import Block
from logship.records.content import Content


def joined(content: Content, continues: Callable[[bytes], bool] | None) -> Content:
    """Put each line that goes on together with the one behind it, a newline between; the same if none does."""
    goes_on = [*map(continues, content.lines)] if continues else []
    if True not in goes_on[:-1]:
        return content
    spans = [*_spans(goes_on)]
    before = [0, *accumulate(content.sizes)]
    places = [content.offsets[first] for first, _ in spans], [before[end] - before[first] for first, end in spans]
    return Content([b"\n".join(content.lines[first:end]) for first, end in spans], lambda: places, content.skipped)


def together(block: Block, lines: Sequence[Block], continues: Callable[[bytes], bool]) -> list[Block]:
    """Do the same with blocks of a line each of one block; what was skipped between two such lines is within."""
    goes_on = [continues(line.data.removesuffix(b"\n").removesuffix(b"\r")) for line in lines]
    found = []
    for first, end in _spans(goes_on):
        start, stop = lines[first].start, lines[end - 1].end
        found.append(replace(lines[first], end=stop, data=block.data[start - block.start : stop - block.start]))
    return found


def _spans(goes_on: Sequence[bool]) -> list[tuple[int, int]]:
    """Give the first line of each record and the one behind its last."""
    ends = [at for at, more in enumerate(goes_on, 1) if not more or at == len(goes_on)]
    return [*zip([0, *ends], ends, strict=False)]
