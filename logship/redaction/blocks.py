"""Redaction of whole blocks: only the few lines that may have something to hide are taken apart; pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Final

from msgspec.structs import replace

from logship.model import Block, LineState, Tally
from logship.records.enrichment import to_json
from logship.records.framing import CONTINUATION, PARTIAL, TRUNCATED
from logship.records.layouts import EMPTY
from logship.records.places import inside
from logship.records.redacting import counted
from logship.records.redaction import HOLLOW, Changed, Rests
from logship.redaction.members import Members, Taken
from logship.redaction.open_lines import Known, Looked, OpenLines, which
from logship.redaction.private_keys import from_before, may_begin, watch
from logship.redaction.redactor import CUT, FIELD, PLAIN, PRIVATE_KEY, Redactor, Where
from logship.redaction.together import Seen, together
from logship.redaction.wrapped import hidden

TAG: Final = "redacted"
STUB: Final = "redaction"
_REMEMBERED: Final = 1024
_EMPTY: Final = (EMPTY, HOLLOW)


class BlockRedactor:
    """The :class:`logship.records.redaction.Redaction` of all sinks."""

    def __init__(
        self,
        redactor: Redactor,
        detectors: Sequence[str],
        *,
        tag: bool = False,
        open_lines: OpenLines | None = None,
        parsed: Callable[[Block], bytes] | None = None,
        samples: Sequence[tuple[str, str]] = (),
    ) -> None:
        """``detectors`` names those that the redactor has; ``tag``: changed records say so.

        ``open_lines`` are those of a container's runtime, where there are such, ``parsed`` gives the record that a line
        becomes where that is no JSON object itself, else nothing; ``samples`` are texts, by the detectors that find
        them.
        """
        self.kinds: tuple[str, ...] = (
            *detectors,
            *((FIELD,) if redactor.paths else ()),
            *((CUT,) if detectors else ()),
        )
        self.added = (TAG, STUB)
        self._redactor = redactor
        self._members = Members(redactor) if redactor.paths else None
        self._tag = tag
        self._keys = PRIVATE_KEY in detectors
        self._open_lines = open_lines if redactor.scanner else None
        self._samples = samples
        self._parsed = parsed if redactor.paths else None
        self._names = lru_cache(maxsize=_REMEMBERED)(self._name)

    def rests(self, rests: Rests, block: Block, offsets: Callable[[], Sequence[int]]) -> Changed | None:
        """As in :class:`logship.records.redaction.Redaction`."""
        parts = self._parts(block)
        special = bool(self._opened(block) or parts.begin or parts.end or block.flags)
        try:
            taken = self._taken(rests)
            places = self._places(rests, taken)
        except Exception:  # noqa: BLE001 - each record is looked at by itself then
            taken, places = Taken(), range(rests.records)
        if not (places or taken.left or taken.places or special):
            return None
        line = taken.lines.__getitem__ if taken.lines else rests.one
        lines = {at: line(at) for at in places}
        known = self._where(block, parts, offsets, rests.records, lines.values())
        lines |= {at: line(at) for at in (*known, *taken.left)}
        some, found, failed = self._looked(lines, known, {*known, *taken.left})
        if not (some or failed or taken.places):
            return None
        records = len({*taken.places, *found}) if found else len(taken.places)
        if self._tag:
            some.update(_tagged(some, line, taken.places, found))
        total = Counter(chain.from_iterable(found.values()))
        if taken.values:
            total[FIELD] += taken.values
        return Changed(taken.lines, some, records, total, failed, {at: len(lines[at]) + 1 for at in failed})

    def _looked(
        self, lines: Mapping[int, bytes], known: Mapping[int, Where], alone: Collection[int]
    ) -> tuple[dict[int, bytes], dict[int, list[str]], dict[int, str]]:
        """Take records apart: give those that were changed, what was taken out of them, and why others failed."""
        scanner, failed = self._redactor.scanner, dict[int, str]()
        others = {at: line for at, line in lines.items() if at not in alone and line not in _EMPTY}
        seen = Seen({}, {}, {*others})
        if scanner and not self._redactor.copied:
            with suppress(Exception):  # each record is looked at by itself then
                seen = together(self._redactor, scanner, others)
        for at in sorted(seen.left.union(alone)):
            try:
                hidden = (
                    self._redactor.record(b"{" + lines[at], known.get(at, PLAIN)) if lines[at] not in _EMPTY else None
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, this record must not leave
                failed[at] = type(error).__name__
                continue
            if hidden and hidden.counts:
                seen.changed[at], seen.found[at] = hidden.text[1:], [*hidden.counts.elements()]
        return seen.changed, seen.found, failed

    def _taken(self, rests: Rests) -> Taken:
        """Take the paths' members out of all records; raises ValueError if one of those has several lines."""
        if not self._members:
            return Taken()
        text = rests.together()
        taken = self._members.take(text, rests.records)
        count = len(taken.lines) if taken.lines else text.count(b"\n") + 1 if taken.left else rests.records
        if count != rests.records:
            message = "a record of several lines"
            raise ValueError(message)
        return taken

    def _places(self, rests: Rests, taken: Taken) -> Sequence[int]:
        """Give the places of the records that may have something to find."""
        if not self._redactor.scanner:
            return ()
        if rests.read:
            return [*map(rests.place, self._redactor.scanner.suspects(rests.read))]
        text = b"\n".join(taken.lines) if taken.lines else rests.together()
        places = self._redactor.scanner.suspect_lines(text)
        several = places and text.count(b"\n") != rests.records - 1
        return range(rests.records) if several else places

    def _where(
        self,
        block: Block,
        parts: Looked,
        offsets: Callable[[], Sequence[int]],
        count: int,
        suspects: Iterable[bytes],
    ) -> Mapping[int, Where]:
        """Say of the few records of which something is known what that is."""
        if not self._redactor.scanner or not count:
            return {}
        known: dict[int, Where] = {}
        opened = Known.of(self._opened(block))
        if self._keys and (opened.key or may_begin(b"\n".join(suspects))):
            within = watch(block.data, block.start, opened.key).within if block.data else []
            known = {at: Where(within=True) for at in inside(within, offsets() if within else ())}
        begin, end = ([*which(records, offsets())] if records else [] for records in (parts.begin, parts.end))
        rest = opened.cut and CONTINUATION in block.flags
        for at in (*begin, *((0,) if opened.cut else ())):
            known[at] = known.get(at, PLAIN)._replace(from_cut=True)
        # of which stream the rest of a line is stands in the first part of it
        for at in (*end, *((count - 1,) if _is_cut(block) or (rest and opened.streams) else ())):
            known[at] = known.get(at, PLAIN)._replace(to_cut=True)
        return known

    def _parts(self, block: Block) -> Looked:
        """Say which records of a block begin or end within a line that came in parts."""
        streams = Known.of(block.opened).streams
        return self._open_lines.look(block, streams) if self._open_lines else Looked(streams=streams)

    def _opened(self, block: Block) -> str:
        """Give what is known where a block begins; where a file does, its lines alone tell of the one before."""
        return block.opened if block.opened or block.start or not self._keys else from_before(block.data)

    def lines(
        self, lines: Sequence[bytes], block: Block, offsets: Callable[[], Sequence[int]], tally: Tally
    ) -> tuple[Sequence[bytes], Tally]:
        """As in :class:`logship.records.redaction.Redaction`."""
        every = {*range(len(lines))} if self._redactor.paths else set()
        if not every and self._redactor.scanner:
            text = b"\n".join(lines)
            several = text.count(b"\n") >= len(lines)
            every = {*range(len(lines))} if several else {*self._redactor.scanner.suspect_lines(text)}
        known = self._where(block, self._parts(block), offsets, len(lines), [lines[at] for at in every])
        found = [*lines]
        counts: Counter[str] = Counter()
        failed: list[str] = []
        changed = 0
        for at in sorted({*known, *every}):
            try:
                hidden = self._redactor.line(lines[at], known.get(at, PLAIN))
            except Exception as error:  # noqa: BLE001 - whatever it is, this line must not leave
                failed.append(type(error).__name__)
                found[at] = _stub(failed[-1], offsets()[at], len(lines[at]))
                continue
            found[at] = hidden.text
            counts += hidden.counts
            changed += bool(hidden.counts)
        return found, counted(tally, counts, changed + len(failed), failed)

    def value(self, name: str, raw: bytes) -> bytes:
        """As in :class:`logship.records.redaction.Redaction`."""
        return self._redactor.value(name, raw)

    def may_have(self, name: str, raw: bytes) -> bool:
        """As in :class:`logship.records.redaction.Redaction`."""
        return self._redactor.may_have(name, raw)

    def text(self, text: str) -> str:
        """As in :class:`logship.records.redaction.Redaction`."""
        return self._names(text)

    def _name(self, text: str) -> str:
        raw = text.encode(errors="surrogateescape")
        return self._redactor.by_content().line(raw).text.decode(errors="surrogateescape")

    def shown(self, block: Block) -> Block:
        """As in :class:`logship.records.redaction.Redaction`."""
        name, path = self._names(block.name), self._names(block.path)
        return block if (name, path) == (block.name, block.path) else replace(block, name=name, path=path)

    def letter(self, block: Block) -> Block:
        """As in :class:`logship.records.redaction.Redaction`."""
        shown = self.shown(block)
        text, end = (block.data[:-1], b"\n") if block.data.endswith(b"\n") else (block.data, b"")
        try:
            if self._parsed and (record := self._parsed(block)):
                text = self._redactor.without(text, record)
            if self._open_lines and (apart := self._open_lines.apart(text)):
                known = self._where(block, self._parts(block), lambda: [block.start], 1, [text])
                text = hidden(apart, known.get(0, PLAIN), self._redactor, self._open_lines.wrap)
            else:
                (text,), _ = self.lines([text], block, lambda: [block.start], Tally())
        except Exception as error:  # noqa: BLE001 - whatever it is, this record must not be written
            text = _stub(type(error).__name__, block.start, len(text))
        return replace(shown, data=text + end)

    def tried(self) -> Mapping[str, bool]:
        """As in :class:`logship.records.redaction.Redaction`."""
        found: dict[str, bool] = {}
        alone = self._redactor.by_content()
        for name, sample in self._samples:
            found[name] = found.get(name, True) and alone.line(sample.encode()).counts[name] > 0
        return found

    def behind(self, block: Block) -> str:
        """As in :class:`logship.records.redaction.Redaction`; the rest of a line that was too long is skipped."""
        if self._redactor.scanner is None:
            return ""
        known = Known.of(self._opened(block))
        if block.skipped:
            return known._replace(cut=False).word
        looks = self._keys and TRUNCATED not in block.flags
        key = watch(block.data, block.start, known.key).word if looks else ""
        cut = TRUNCATED not in block.flags and _is_cut(block)
        return Known(key, self._parts(block).streams, cut).word

    def parted(self, block: Block, records: Sequence[Block]) -> list[Block]:
        """As in :class:`logship.records.redaction.Redaction`."""
        found, at, word = [], block.start, self._opened(block)
        for record in records:
            if record.start > at:
                before = replace(
                    block, data=block.data[at - block.start : record.start - block.start], start=at, opened=word
                )
                at, word = record.start, self.behind(before)
            known = replace(record, opened=word)
            after = block.open_after if record.end == block.end else self.behind(known)
            found.append(replace(known, open_after=after))
        return found


def _is_cut(block: Block) -> bool:
    """Whether it ends within a line of the file."""
    return block.after is LineState.PARTIAL or not _CUTS.isdisjoint(block.flags)


_CUTS: Final = frozenset((TRUNCATED, PARTIAL))


def _tagged(
    some: Mapping[int, bytes], line: Callable[[int], bytes], fields: Sequence[int], found: Mapping[int, Iterable[str]]
) -> Iterator[tuple[int, bytes]]:
    """Give the rests that were changed, with a member that says so before their own."""
    others = {*fields}
    for at in others.union(found):
        rest = some[at] if at in some else line(at)
        name = TAG if b'"redacted"' not in rest else f"logship.{TAG}"
        what = sorted({*found.get(at, ()), *((FIELD,) if at in others else ())})
        yield at, to_json(name) + b":" + to_json(what) + b"," + rest


def _stub(why: str, offset: int, length: int) -> bytes:
    return f"[a line of {length} bytes at offset {offset} could not be redacted, and is not sent: {why}]".encode()
