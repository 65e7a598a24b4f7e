"""Blocks into bodies: every line becomes a record in the sink's layout, with our fields spliced in front.

The cost is per block, not per line, wherever a block provably comes to the same bytes that
:mod:`logship.records.line_parser` would give line by line (DECISIONS 11).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, compress
from operator import not_
from typing import NamedTuple, Protocol, cast

from msgspec.structs import replace

from logship.errors import ConfigError
from logship.model import Block, Encoded, LineState, Tally
from logship.records.block_parser import BlockParser, is_text
from logship.records.columns import Columns, placed
from logship.records.enrichment import Enrichment
from logship.records.filtering import Reasons, reasons, which_hold
from logship.records.layouts import Layout, Rows, quoted
from logship.records.line_parser import BOM, MESSAGE, SPACE, LineParser, message_key, trim
from logship.records.routing import Condition, condition_on, parse_condition
from logship.records.severity import NO_LEVEL, UNKNOWN
from logship.records.timestamps import count_after, rfc3339


class _Content(NamedTuple):
    """The lines of a block that are not empty once trimmed."""

    offsets: Sequence[int]
    lines: Sequence[bytes]
    sizes: Sequence[int]
    """Bytes of the file that are in each: its newline too, but not what was trimmed off for a reason that counts."""
    skipped: tuple[tuple[str, int, int], ...]
    """As in :class:`Tally`."""


AHEAD_NS = 300 * 10**9
"""An event time this much later than the last write to its file is wrong, or its zone is."""


class Encoder(Protocol):
    """Makes the bodies of one sink; pure."""

    def encode(self, block: Block, /) -> Encoded:
        """As in :class:`logship.model.Sink`."""

    def records(self, block: Block, /) -> list[Block]:
        """As in :class:`logship.model.Sink`."""


class BlockEncoder:
    """Encodes the blocks of one sink as JSON records; the same block always gives the same bytes."""

    def __init__(
        self, enrichment: Enrichment, layout: Layout, when: str = "", *, most: int = 0, levels: bool = False
    ) -> None:
        """``most``: bytes of a record up to which the store takes any; ``levels``: the layout asks for them."""
        self._enrichment = enrichment
        self._layout = layout
        self._most = most
        self._when = _condition(when, enrichment)
        by_level = self._when is not None and self._when.by_level
        wants = [*layout.wants, *([self._when.name] if self._when and self._when.name and not by_level else [])]
        self._judge = LineParser(enrichment, wants)
        self._plain = BlockParser(enrichment, wants, levels=levels or by_level)
        self._wants = len(wants)
        self._key = message_key(enrichment)
        self._messages = [at for at, name in enumerate(wants) if name == MESSAGE and not enrichment.clash(name)]

    def encode(self, block: Block) -> Encoded:
        """Give the block's records; a gap has none, and is counted as skipped."""
        if block.skipped:
            return _gap(block)
        message = self._enrichment.format == "text" or not {"truncated", "continuation"}.isdisjoint(block.flags)
        return (None if message else self._encode_plain(block)) or self._encode_mixed(block, message=message)

    def records(self, block: Block) -> list[Block]:
        """Give one block of a single line for each record, in the order of the encoded records; skipped lines are out.

        Each encodes to the bytes that it has in the whole block. Plain code: only faults need it.
        """
        found = _records(block, keep_cr=False)
        return [each for each in found if self.encode(each).records] if self._when else found

    def _encode_plain(self, block: Block) -> Encoded | None:
        """Encode a block of which every line is a plain record; None if that is not certain."""
        columns = self._plain.whole(block.data, block.time_ns)
        if columns is None:
            return None
        tally = Tally(without_level=columns.without_level, without_time=columns.without_time)
        if self._when:
            sizes = columns.sizes()
            # Each line ends as the last one does, else it would not be a plain block.
            end = b"\r\n" if block.data.endswith(b"\r\n") else b"\n"
            lines = [] if self._when.name else block.data.split(end)[:-1]
            content = _Content(_offsets(block.start, sizes), lines, sizes, ())
            return self._filtered(self._when, block, content, columns, tally, bare=True)
        return self._written(block, lambda: columns.offsets(block.start), columns, tally, bare=True)

    def _encode_mixed(self, block: Block, *, message: bool) -> Encoded:
        """Encode any block: plain records together, text together, and only odd lines one by one."""
        content = _content(block, keep_cr=False)
        lines = content.lines
        sort = _sort(lines, known_text=is_text(block.data), message=message, whole=self._enrichment.format == "text")
        plain = self._plain.some([lines[at] for at in sort.records], block.time_ns)
        table: list[list[bytes | None]] = [[None] * len(lines) for _ in range(2 + self._wants)]
        stamps, rests, *wanted = table
        _fill(table, sort.records, [plain.stamps, plain.rests, *plain.wanted])
        texts = quoted([lines[at] for at in sort.messages])
        _fill([rests], sort.messages, [[self._key + text + b"}" for text in texts]])
        _fill([wanted[at] for at in self._messages], sort.messages, [texts] * len(self._messages))
        odd = [at for at, rest in enumerate(rests) if rest is None]
        alone = [self._judge.judge(lines[at], message=message, near_ns=block.time_ns) for at in odd]
        _fill(table, odd, [*zip(*[(line.stamp, line.rest, *line.wanted) for line in alone], strict=True)])
        levels = placed(len(lines), [(sort.records, plain.levels), (odd, [line.level for line in alone])])
        tally = Tally(
            content.skipped,
            decode_errors=sum(line.decode_error for line in alone),
            overridden=plain.overridden + sum(line.overridden for line in alone),
            bad_times=plain.bad_times + sum(line.bad_time for line in alone),
            without_level=[level.severity for level in levels].count(UNKNOWN),
            without_time=stamps.count(None),
        )
        columns = Columns(stamps, rests, 0, wanted=wanted, levels=levels)
        if self._when:
            return self._filtered(self._when, block, content, columns, tally)
        return self._written(block, lambda: content.offsets, columns, tally)

    def _filtered(
        self, when: Condition, block: Block, content: _Content, columns: Columns, tally: Tally, *, bare: bool = False
    ) -> Encoded:
        """Write only the records for which the condition holds, and count the others."""
        kept = which_hold(when, columns, content.lines)
        left = Columns(
            [*compress(columns.stamps, kept)],
            [*compress(columns.rests, kept)],
            columns.bad_times,
            wanted=[[*compress(column, kept)] for column in columns.wanted],
            levels=[*compress(columns.levels, kept)],
        )
        tally = _left_out(content, kept, tally, reasons(when, columns, kept))
        return self._written(block, lambda: [*compress(content.offsets, kept)], left, tally, bare=bare)

    def _written(
        self, block: Block, offsets: Callable[[], Sequence[int]], columns: Columns, tally: Tally, *, bare: bool = False
    ) -> Encoded:
        stamps: Sequence[bytes | None] = columns.stamps
        if not columns.complete and None in stamps:
            read_time = rfc3339(block.time_ns)
            stamps = [stamp or read_time for stamp in stamps]
        ahead = count_after(stamps, block.time_ns + AHEAD_NS)
        tally = replace(tally, future_times=ahead) if ahead else tally
        ours = self._enrichment.members(block)
        # no rest and no stamp is None any more
        known = cast("tuple[Sequence[bytes], Sequence[bytes]]", (stamps, columns.rests))
        wanted = columns.wanted[: len(self._layout.wants)]
        levels = columns.levels or [NO_LEVEL] * len(stamps)
        woven = self._layout.write(Rows(block, ours, offsets, *known, wanted, levels, bare=bare))
        body = b"".join(woven.parts)
        longest = len(body) if len(body) <= self._most else max(map(len, woven.each()))
        return Encoded(block, body, woven.records, tally, longest)


def _condition(text: str, enrichment: Enrichment) -> Condition | None:
    """Read the condition; raises ConfigError if it asks for a field of ours, which is the same in all records."""
    try:
        return condition_on(text, enrichment)
    except ValueError as why:
        raise ConfigError([f"WHEN: {why}"]) from why


def _left_out(content: _Content, kept: Sequence[bool], tally: Tally, why: Reasons = ()) -> Tally:
    nbytes, records = sum(compress(content.sizes, map(not_, kept))), kept.count(False)
    why = why or (("condition", records),)
    return replace(tally, filtered_records=records, filtered_bytes=nbytes, filtered_reasons=why)


def _fill(
    table: Sequence[list[bytes | None]], places: Sequence[int], columns: Sequence[Sequence[bytes | None]]
) -> None:
    """Put the values of some lines in their places."""
    for column, values in zip(table, columns, strict=bool(columns)):
        for at, value in zip(places, values, strict=True):
            column[at] = value


class RawEncoder:
    """Encodes blocks as the bytes that they are, without fields of ours, each line between a head and a tail."""

    def __init__(self, head: bytes = b"", tail: bytes = b"\n", *, when: str = "") -> None:
        self._head = head
        self._tail = tail
        self._when = parse_condition(when)
        if self._when and self._when.name:
            message = "WHEN: raw lines have no fields; write ~expression"
            raise ConfigError([message])

    def encode(self, block: Block) -> Encoded:
        """Give the block's lines that are not empty; a gap has none."""
        if block.skipped:
            return _gap(block)
        content = _content(block, keep_cr=True)
        lines, tally = content.lines, Tally(content.skipped)
        if self._when:
            kept = [*map(self._when.holds, lines)]
            lines, tally = [*compress(lines, kept)], _left_out(content, kept, tally)
        records = [self._head + line + self._tail for line in lines]
        longest = max(map(len, records), default=0)
        return Encoded(block, b"".join(records), len(records), tally, longest)

    def records(self, block: Block) -> list[Block]:
        """Give one block of a single line for each line encoded."""
        found = _records(block, keep_cr=True)
        return [each for each in found if self.encode(each).records] if self._when else found


def _gap(block: Block) -> Encoded:
    return Encoded(block, b"", 0, Tally(skipped=((block.skipped, 0, block.end - block.start),)))


def _records(block: Block, *, keep_cr: bool) -> list[Block]:
    if block.skipped:
        return []
    found = [
        replace(block, start=offset, end=offset + len(line), data=line, after=LineState.WHOLE)
        for offset, line in _lines(block)
        if trim(line, first=offset == 0, keep_cr=keep_cr).content
    ]
    if found and found[-1].end == block.end:
        found[-1] = replace(found[-1], after=block.after)
    return found


class _Sorted(NamedTuple):
    """Which lines of a block can be read together, by their places; all others are odd."""

    records: list[int]
    messages: list[int]


def _sort(lines: Sequence[bytes], *, known_text: bool, message: bool, whole: bool) -> _Sorted:
    """Tell lines apart by their looks; those that are not UTF-8 are odd, and JSON that was cut (not ``whole``)."""
    good = range(len(lines)) if known_text else [at for at, line in enumerate(lines) if is_text(line)]
    if message:
        return _Sorted([], [at for at in good if whole or not lines[at].startswith(b"{")])
    records = [at for at in good if lines[at].startswith(b'{"') and lines[at].endswith(b"}")]
    others = sorted(set(good).difference(records)) if len(records) < len(good) else []
    return _Sorted(records, [at for at in others if not lines[at].lstrip(SPACE).startswith(b"{")])


def _lines(block: Block) -> Iterator[tuple[int, bytes]]:
    """Give the offset and the bytes, newline included, of each line."""
    offset = block.start
    for part in block.data.split(b"\n"):
        line = part + b"\n" if offset + len(part) < block.end else part
        if line:
            yield offset, line
        offset += len(line)


def _offsets(start: int, sizes: Sequence[int]) -> list[int]:
    """Give where each of the lines of these sizes begins."""
    return [*accumulate(sizes, initial=start)][:-1]


def _content(block: Block, *, keep_cr: bool) -> _Content:
    """Trim a block's lines, drop those that are empty then, and count what made no record."""
    data = block.data
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    sizes = [len(line) + 1 for line in lines]
    offsets = _offsets(block.start, sizes)
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
    return _Content([*compress(offsets, lines)], [*filter(None, lines)], [*compress(sizes, lines)], _sum(noise))


def _sum(noise: list[tuple[str, int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Add up (reason, lines, bytes) by reason."""
    lines: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for reason, count, size in noise:
        lines[reason] += count
        sizes[reason] += size
    return tuple((reason, lines[reason], sizes[reason]) for reason in sorted(sizes))
