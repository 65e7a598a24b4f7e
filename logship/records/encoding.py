"""Blocks into bodies: every line becomes a record in the sink's layout, with our fields spliced in front.

The cost is per block wherever that provably gives what :mod:`logship.records.line_parser` would (DECISIONS 11).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Protocol, cast

from msgspec.structs import replace

from logship.model import Block, Encoded, Tally
from logship.records.block_parser import FEW, BlockParser
from logship.records.candidates import Candidates, candidates
from logship.records.columns import Columns, placed, woven
from logship.records.content import content_of
from logship.records.enrichment import Enrichment
from logship.records.layouts import Layout, Rows, each
from logship.records.line_kinds import sort_lines
from logship.records.line_parser import LineParser, message_key
from logship.records.odd_lines import Habit, is_text
from logship.records.parsed_lines import LineRewriter
from logship.records.places import put, without
from logship.records.redacting import each_known, redacted
from logship.records.repair import is_nearly_json, repair_some
from logship.records.selection import Selection, condition_for, sample_of
from logship.records.severity import UNKNOWN, level_of
from logship.records.single_records import gap, single_records
from logship.records.text_records import AFTER, TextRecords
from logship.records.timestamps import count_after

if TYPE_CHECKING:
    from logship.records.field_edits import FieldEdits

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
        self._selection = Selection(condition_for(when, enrichment), sample_of(enrichment), enrichment.times)
        wants = [*layout.wants, *(name for name in self._selection.wants if name not in layout.wants)]
        self._places = {name: at for at, name in enumerate(wants)}
        self._judge = LineParser(enrichment, wants)
        self._levels = levels or self._selection.graded
        self._plain = BlockParser(enrichment, wants, levels=self._levels)
        self._wants = ["" if enrichment.clash(name) else name for name in wants]
        self._texts = TextRecords(enrichment, message_key(enrichment))
        self._rewriter = LineRewriter(enrichment, self._texts)
        self._edits = _edits_of(enrichment)
        self._habit = Habit()

    def encode(self, block: Block) -> Encoded:
        """Give the block's records; a gap has none, and is counted as skipped."""
        if block.skipped:
            return gap(block)
        message = self._enrichment.format == "text" or self._rewriter.is_rest(block)
        if message or self._rewriter.of_json:
            return self._encode_mixed(block, message=message)
        # One block with odd lines seldom comes alone.
        found = (None if self._habit.odd else self._encode_plain(block)) or self._encode_mostly_plain(block)
        return found or self._encode_mixed(block, message=False)

    def records(self, block: Block) -> list[Block]:
        """Give one block of a single line for each record, in the order of the encoded records; skipped lines are out.

        Each encodes to the bytes that it has in the whole block. Plain code: only faults need it.
        """
        found = single_records(block, keep_cr=False)
        found = each_known(self._enrichment, block, found)
        return [each for each in found if self.encode(each).records] if self._selection else found

    def _encode_plain(self, block: Block) -> Encoded | None:
        """Encode a block of which every line is a plain record; None if that is not certain."""
        columns = None if block.joins else self._plain.whole(block.data, block.time_ns)
        if columns is None:
            return None
        tally = _with(Tally(), columns)
        if self._selection:
            records = candidates(
                block,
                columns,
                self._places,
                lambda: columns.offsets(block.start),
                # Each line ends as the last one does, else it would not be a plain block.
                lambda: block.data.replace(b"\r\n", b"\n")[:-1] if block.data.endswith(b"\r\n") else block.data[:-1],
            )
            return self._filtered(block, records, columns.sizes, columns, tally)
        return self._written(block, lambda: columns.offsets(block.start), columns, tally)

    def _encode_mostly_plain(self, block: Block) -> Encoded | None:
        """Encode a block of plain records among which few lines are odd; None if that is not certain."""
        joins = [(start - block.start, end - block.start) for start, end in block.joins]
        found = self._plain.mostly(block.data, block.time_ns, joins) if self._habit.few() else None
        self._habit.note(found[1] if found else None, len(block.data))
        if found is None:
            return None
        plain, parted = found
        first = block.start == 0 and parted.places[:1] == [0]
        lone = b"".join(parted.odd)
        start = 0 if first else 1
        joins = [(at + start, end + start) for at, end in parted.joins()] if block.joins else []
        alone = replace(block, start=start, end=start + len(lone), data=lone, joins=(*joins,))
        odd = content_of(alone, keep_cr=False)
        places, dropped = parted.places, list[int]()
        if len(odd.lines) < len(places):
            places, dropped = parted.kept([offset - (not first) for offset in odd.offsets])
        others, tally = self._read_mixed(odd.lines, alone, message=False)
        columns = woven(plain.without(dropped), places, others)
        tally = _with(tally, columns, odd.skipped)

        def offsets() -> list[int]:
            return without(parted.offsets(block.start), dropped)

        if self._selection:
            records = candidates(
                block,
                columns,
                self._places,
                offsets,
                lambda: put([b'{"' + piece + b"}" for piece in without(parted.pieces(), dropped)], places, odd.lines),
            )
            return self._filtered(
                block, records, lambda: put(without(parted.sizes(), dropped), places, odd.sizes), columns, tally
            )
        return self._written(block, offsets, columns, tally)

    def _encode_mixed(self, block: Block, *, message: bool) -> Encoded:
        """Encode any block."""
        content = content_of(block, keep_cr=False)
        columns, tally = self._read_mixed(content.lines, block, message=message)
        tally = _with(tally, columns, content.skipped)
        if self._selection:
            records = candidates(block, columns, self._places, lambda: content.offsets, lambda: content.lines)
            return self._filtered(block, records, lambda: content.sizes, columns, tally)
        return self._written(block, lambda: content.offsets, columns, tally)

    def _read_mixed(self, lines: Sequence[bytes], block: Block, *, message: bool) -> tuple[Columns, Tally]:
        """Read plain records together, text together, and only odd lines one by one."""
        parsed = self._rewriter.rewrite(lines, None if message else block)
        lines, whole = parsed.lines, self._enrichment.format == "text"
        sort = sort_lines(lines, known_text=is_text(block.data), message=message, whole=whole)
        raw, lines = lines, put(lines, [*sort.cleaned], [*sort.cleaned.values()]) if sort.cleaned else lines
        messages = lines if len(sort.messages) == len(lines) else [lines[at] for at in sort.messages]
        texts = self._texts.read(messages, block)
        level = {each: level_of(each) for each in {*texts.levels}}
        levels = [*map(level.__getitem__, texts.levels)] if self._levels else []
        unknown = sum(texts.levels.count(each) for each in level if level[each].severity == UNKNOWN)
        if len(messages) == len(lines):
            columns = texts.columns(self._wants, messages)
            found = Columns(texts.stamps, texts.inner, texts.bad_times, before=texts.before, after=AFTER)
            found = found._replace(wanted=columns, levels=levels, without_level=unknown)
            return found, Tally(unparsed=parsed.unparsed, decode_errors=len(sort.damaged))
        table: list[list[bytes | None]] = [[None] * len(lines) for _ in range(2 + len(self._wants))]
        stamps, rests, *wanted = table
        # Where lines are many, and the first is sound, they are tried together first.
        few = sort.records if len(sort.records) <= FEW else ()
        asked = sort.records if few or any(is_nearly_json(lines[at]) for at in sort.records[:1]) else ()
        broken = repair_some(lines, [at for at in asked if is_nearly_json(lines[at])])
        sound = [at for at in sort.records if at not in broken] if broken else sort.records
        plain = self._read_some(table, sound, [*map(lines.__getitem__, sound)], block.time_ns)
        _fill(table, sort.messages, [texts.stamps, texts.rests(), *texts.columns(self._wants, messages)])
        unread = [] if few else [sound[at] for at in _missing(plain.rests)]
        broken |= repair_some(lines, unread)
        again = self._read_some(table, [*broken], [mended.text for mended in broken.values()], block.time_ns)
        odd = _missing(rests)
        alone = [self._judge.judge(raw[at], message=message, block=block) for at in odd]
        _fill(table, odd, [*zip(*[(line.stamp, line.rest, *line.wanted) for line in alone], strict=True)])
        what = Counter(what for at in set(broken).difference(odd) for what in broken[at].what)
        what.update(what for line in alone for what in line.repaired)
        if parsed.parsed:
            stamps = [stamp or other for stamp, other in zip(stamps, parsed.stamps, strict=True)]
        bad_times = parsed.bad_times + texts.bad_times + plain.bad_times + again.bad_times
        bad_times += sum(line.bad_time for line in alone)
        overridden = plain.overridden + again.overridden + sum(line.overridden for line in alone)
        own = [line.level for line in alone]
        if self._levels:
            some = (sort.messages, levels), (sound, plain.each_level()), ([*broken], again.each_level())
            levels = placed(len(lines), (*some, (odd, own)))
        unknown += plain.without_level + again.without_level + sum(each.severity == UNKNOWN for each in own)
        damaged = len({*sort.damaged}.difference(odd)) + sum(line.decode_error for line in alone)
        tally = Tally(
            parsed=parsed.parsed,
            unparsed=parsed.unparsed,
            decode_errors=parsed.decode_errors + damaged,
            repaired=(*sorted(what.items()),),
        )
        return Columns(stamps, rests, bad_times, overridden, wanted, levels=levels, without_level=unknown), tally

    def _read_some(
        self, table: Sequence[list[bytes | None]], places: Sequence[int], lines: Sequence[bytes], near_ns: int
    ) -> Columns:
        """Put what lines that look plain come to in their places."""
        if not lines:
            return Columns((), (), 0)
        found = self._plain.some(lines, near_ns)
        _fill(table, places, [found.stamps, found.rests, *found.wanted])
        return found

    def _filtered(
        self,
        block: Block,
        records: Candidates,
        sizes: Callable[[], Sequence[int]],
        columns: Columns,
        tally: Tally,
    ) -> Encoded:
        """Write only the records that are chosen, and count the others; ``sizes`` gives the file's bytes in each."""
        chosen = self._selection.choose(records)
        if not chosen.left_out:
            return self._written(block, records.offsets, columns, tally)
        kept = chosen.kept
        tally = replace(tally, filtered=chosen.filtered(sizes()))
        return self._written(block, lambda: [*compress(records.offsets(), kept)], columns.compressed(kept), tally)

    def _written(self, block: Block, offsets: Callable[[], Sequence[int]], columns: Columns, tally: Tally) -> Encoded:
        shown, columns, tally = redacted(self._enrichment, self._wants, block, offsets, columns, tally)
        stamps = columns.timed(block.time_ns)
        ahead = count_after(stamps, block.time_ns + AHEAD_NS)
        tally = replace(tally, future_times=ahead) if ahead else tally
        ours = self._enrichment.members(shown)
        rests = cast("Sequence[bytes]", columns.rests)  # none is None any more
        if self._edits and self._edits.concern(b"".join((*{*each(columns.before, 1)}, *rests))):
            rests = self._edits.apply(columns.whole())
            columns = columns._replace(before=b"", after=b"", hollow=())
        wanted = columns.wanted[: len(self._layout.wants)]
        woven = self._layout.write(
            Rows(
                shown,
                ours,
                offsets,
                stamps,
                rests,
                wanted,
                columns.each_level(),
                columns.before,
                columns.after,
                columns.hollow,
                located=self._enrichment.located,
            )
        )
        body = b"".join(woven.parts)
        longest = len(body) if len(body) <= self._most else max(map(len, woven.each()))
        return Encoded(block, body, woven.records, tally, longest)


def _edits_of(enrichment: Enrichment) -> "FieldEdits | None":
    if not (enrichment.drop or enrichment.rename or enrichment.only):
        return None
    from logship.records.field_edits import edits_of  # noqa: PLC0415 - most set none

    return edits_of(enrichment)


def _with(tally: Tally, columns: Columns, skipped: tuple[tuple[str, int, int], ...] = ()) -> Tally:
    """Add what is counted of all lines."""
    return replace(
        tally,
        skipped=skipped,
        overridden=columns.overridden,
        bad_times=columns.bad_times,
        without_level=columns.without_level,
        without_time=columns.without_time,
    )


def _missing(rests: Sequence[bytes | None]) -> list[int]:
    """Give the places of those that are none; none is empty."""
    return [] if all(rests) else [at for at, rest in enumerate(rests) if rest is None]


def _fill(
    table: Sequence[list[bytes | None]], places: Sequence[int], columns: Sequence[Sequence[bytes | None]]
) -> None:
    """Put the values of some lines in their places."""
    for column, values in zip(table, columns, strict=bool(columns)):
        for at, value in zip(places, values, strict=True):
            column[at] = value
