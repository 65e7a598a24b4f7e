"""Blocks into bodies: every line becomes a record in the sink's layout, with our fields spliced in front.

The cost is per block, not per line, wherever a block provably comes to the same bytes that :mod:`logship.lines`
would give line by line (DECISIONS 11).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, compress
from typing import NamedTuple

import msgspec

from logship.enrichment import Enrichment, to_json
from logship.lines import BOM, EMPTY, SPACE, Line, LineJudge, trim
from logship.model import Block, Encoded, LineState, Tally
from logship.plain import PlainLines, is_text
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


class _Content(NamedTuple):
    """The lines of a block that are not empty once trimmed."""

    offsets: list[int]
    lines: list[bytes]
    skipped: tuple[tuple[str, int, int], ...]
    """As in :class:`Tally`."""


class BlockEncoder:
    """Encodes the blocks of one sink; the same block always gives the same bytes."""

    def __init__(self, enrichment: Enrichment, layout: Layout) -> None:
        self._enrichment = enrichment
        self._layout = layout
        self._judge = LineJudge(enrichment)
        self._plain = PlainLines(enrichment)
        self._index = lru_cache(maxsize=256)(self._make_index)

    def encode(self, block: Block) -> Encoded:
        """Give the block's records; a gap has none, and is counted as skipped."""
        if block.skipped:
            return Encoded(block, b"", 0, Tally(skipped=((block.skipped, 0, block.end - block.start),)))
        if self._enrichment.format == "raw":
            return self._encode_raw(block)
        message = self._enrichment.format == "text" or not {"truncated", "continuation"}.isdisjoint(block.flags)
        return (None if message else self._encode_plain(block)) or self._encode_mixed(block, message=message)

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

    def _encode_raw(self, block: Block) -> Encoded:
        content = _content(block, keep_cr=True)
        between = self._layout.tail + self._layout.head
        body = self._layout.head + between.join(content.lines) + self._layout.tail if content.lines else b""
        return Encoded(block, body, len(content.lines), Tally(content.skipped))

    def _encode_plain(self, block: Block) -> Encoded | None:
        """Encode a block of which every line is a plain record; None if that is not certain."""
        lines = block.lines
        columns = self._plain.whole(block.data, lines)
        if columns is None:
            return None
        offsets = [*accumulate(columns.sizes, initial=block.start)][:-1]
        body = self._render(block, offsets, columns.stamps, columns.rests, bare=True)
        return Encoded(block, body, lines, Tally(bad_times=columns.bad_times))

    def _encode_mixed(self, block: Block, *, message: bool) -> Encoded:
        """Encode any block: plain records together, text together, and only odd lines one by one."""
        content = _content(block, keep_cr=False)
        lines = content.lines
        stamps: list[bytes | None] = [None] * len(lines)
        rests: list[bytes | None] = [None] * len(lines)
        sort = _sort(lines, known_text=is_text(block.data), message=message)
        for at, text in zip(sort.messages, _messages([lines[at] for at in sort.messages]), strict=True):
            rests[at] = text
        columns = self._plain.some([lines[at] for at in sort.records])
        for at, stamp, rest in zip(sort.records, columns.stamps, columns.rests, strict=True):
            stamps[at], rests[at] = stamp, rest
        alone: list[Line] = []
        for at in [at for at, rest in enumerate(rests) if rest is None]:
            line = self._judge.judge(lines[at], message=message)
            stamps[at], rests[at] = line.stamp, line.rest
            alone.append(line)
        body = self._render(block, content.offsets, stamps, rests)
        tally = Tally(
            content.skipped,
            decode_errors=sum(line.decode_error for line in alone),
            overridden=columns.overridden + sum(line.overridden for line in alone),
            bad_times=columns.bad_times + sum(line.bad_time for line in alone),
        )
        return Encoded(block, body, len(lines), tally)

    def _render(
        self,
        block: Block,
        offsets: list[int],
        stamps: Sequence[bytes | None],
        rests: Sequence[bytes | None],
        *,
        bare: bool = False,
    ) -> bytes:
        """Lay the records out; ``bare`` rests lack their first quote and their last brace."""
        ours = self._enrichment.members(block)
        if None in stamps:
            read_time = rfc3339(block.time_ns)
            stamps = [stamp or read_time for stamp in stamps]
        columns: list[Sequence[object]] = [stamps, rests]
        if self._layout.action and self._layout.ids:
            columns.insert(0, offsets)
        if self._layout.action and "%" in self._layout.index:
            columns.insert(0, [self._index(stamp[1:14]) for stamp in stamps if stamp])
        template = self._template(block, ours, bare=bare)
        if bare or EMPTY not in rests:
            return b"".join([template % row for row in zip(*columns, strict=True)])
        empty = self._template(block, ours.removesuffix(b","), bare=False)
        return b"".join([(empty if row[-1] == EMPTY else template) % row for row in zip(*columns, strict=True)])

    def _template(self, block: Block, ours: bytes, *, bare: bool) -> bytes:
        layout = self._layout
        rest = b'"%b}' if bare else b"%b"
        record = b'{"@timestamp":%b,' + _literal(ours) + rest
        if not layout.action:
            return _literal(layout.head) + record + _literal(layout.tail)
        meta = []
        if layout.index:
            meta.append(b'"_index":' + (b"%b" if "%" in layout.index else to_json(layout.index)))
        if layout.ids:
            meta.append(b'"_id":"' + _literal(block.file.encode()) + b'-%d"')
        return _literal(layout.head) + b'{"create":{' + b",".join(meta) + b"}}\n" + record + _literal(layout.tail)

    def _make_index(self, hour: bytes) -> bytes:
        """Give the index's name as JSON, for an hour such as ``2026-11-22T10``."""
        text = hour.decode()
        name = self._layout.index
        for code, value in (("%Y", text[:4]), ("%m", text[5:7]), ("%d", text[8:10]), ("%H", text[11:13])):
            name = name.replace(code, value)
        return to_json(name)


class _Sorted(NamedTuple):
    """Which lines of a block can be read together, by their places; all others are odd."""

    records: list[int]
    messages: list[int]


def _sort(lines: list[bytes], *, known_text: bool, message: bool) -> _Sorted:
    """Tell lines apart by their looks; those that are not UTF-8 are odd."""
    good = range(len(lines)) if known_text else [at for at, line in enumerate(lines) if is_text(line)]
    if message:
        return _Sorted([], [*good])
    records = [at for at in good if lines[at].startswith(b'{"') and lines[at].endswith(b"}")]
    others = sorted(set(good).difference(records)) if len(records) < len(good) else []
    return _Sorted(records, [at for at in others if not lines[at].lstrip(SPACE).startswith(b"{")])


def _messages(lines: list[bytes]) -> list[bytes]:
    """Give what follows our fields for lines of text, none of them empty."""
    if not lines:
        return []
    strings = msgspec.json.encode(b"\n".join(lines).decode().split("\n"))
    # A quote within a string has a backslash before it: quote, comma, quote is only found between strings.
    return [b'"message":"' + text + b'"}' for text in strings[2:-2].split(b'","')]


def _literal(text: bytes) -> bytes:
    """Make bytes stand for themselves in a template."""
    return text.replace(b"%", b"%%")


def _lines(block: Block) -> Iterator[tuple[int, bytes]]:
    """Give the offset and the bytes, newline included, of each line."""
    offset = block.start
    for part in block.data.split(b"\n"):
        line = part + b"\n" if offset + len(part) < block.end else part
        if line:
            yield offset, line
        offset += len(line)


def _content(block: Block, *, keep_cr: bool) -> _Content:
    """Trim a block's lines, drop those that are empty then, and count what made no record."""
    data = block.data
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    sizes = [len(line) + 1 for line in lines]
    offsets = [*accumulate(sizes, initial=block.start)][:-1]
    if not data.endswith(b"\n") and sizes:
        sizes[-1] -= 1
    noise: list[tuple[str, int, int]] = []
    if b"\0" in data or (block.start == 0 and data.startswith(BOM)):
        trims = [trim(line, first=at == 0, keep_cr=keep_cr) for at, line in zip(offsets, lines, strict=True)]
        noise = [entry for trimmed, size in zip(trims, sizes, strict=True) for entry in trimmed.noise(size)]
        lines = [trimmed.content for trimmed in trims]
    else:
        if b"\r" in data:
            lines = [b"" if line == b"\r" else line if keep_cr else line.removesuffix(b"\r") for line in lines]
        if b"" in lines:
            noise = [("empty", 1, size) for line, size in zip(lines, sizes, strict=True) if not line]
    return _Content([*compress(offsets, lines)], [*filter(None, lines)], _sum(noise))


def _sum(noise: list[tuple[str, int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Add up (reason, lines, bytes) by reason."""
    lines: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for reason, count, size in noise:
        lines[reason] += count
        sizes[reason] += size
    return tuple((reason, lines[reason], sizes[reason]) for reason in sorted(sizes))
