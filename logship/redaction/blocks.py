"""Redaction of whole blocks: only the few lines that may have something to hide are taken apart; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from logship.model import Block, Tally
from logship.records.enrichment import to_json
from logship.records.framing import PARTIAL, TRUNCATED
from logship.records.redacting import counted
from logship.records.redaction import HOLLOW, Changed, Rests
from logship.redaction.members import Members, Taken
from logship.redaction.private_keys import CUT as CUT_WORD
from logship.redaction.private_keys import Continues, from_before, may_begin, watch
from logship.redaction.redactor import CUT, FIELD, PLAIN, PRIVATE_KEY, Hidden, Redactor, Where

TAG: Final = "redacted"
STUB: Final = "redaction"
_REMEMBERED: Final = 1024


class BlockRedactor:
    """The :class:`logship.records.redaction.Redaction` of all sinks."""

    def __init__(
        self,
        redactor: Redactor,
        detectors: Sequence[str],
        *,
        tag: bool = False,
        continues: Continues | None = None,
        parsed: Callable[[Block], bytes] | None = None,
        samples: Sequence[tuple[str, str]] = (),
    ) -> None:
        """``detectors`` names those that the redactor has; ``tag``: changed records say so.

        ``continues`` tells of a line whether the next one goes on with it, ``parsed`` gives the record that a line
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
        self._members = Members(redactor, tag=tag) if redactor.paths else None
        self._tag = tag
        self._keys = PRIVATE_KEY in detectors
        self._continues = continues
        self._samples = samples
        self._parsed = parsed if redactor.paths else None
        self._names = lru_cache(maxsize=_REMEMBERED)(self._name)

    def rests(self, rests: Rests, block: Block, offsets: Callable[[], Sequence[int]]) -> Changed | None:
        """As in :class:`logship.records.redaction.Redaction`."""
        special = bool(self._opened(block) or block.open_after or block.flags)
        try:
            taken = self._members.take(rests.text, rests.records) if self._members else Taken()
            text = b"\n".join(taken.lines) if taken.lines and self._redactor.scanner else rests.text
            lines, place, at = self._suspects(text)
        except Exception:  # noqa: BLE001 - each record is looked at by itself then
            taken, lines, place, at = Taken(), dict(enumerate(rests.whole())), 0, 0
        if not (lines or taken.left or taken.places or special):
            return None
        count = len(taken.lines) if taken.lines else place + rests.text.count(b"\n", at) + 1
        if count != rests.records:  # one of several lines
            taken, lines = Taken(), dict(enumerate(rests.whole()))
        known = self._where(block, offsets, rests.records, lines.values())
        every = taken.lines or (rests.text.split(b"\n") if known or taken.left else ())
        lines |= {at: every[at] for at in (*known, *taken.left)}
        some, counts, failed = self._looked(lines, known)
        if not (some or failed or taken.places):
            return None
        records = len({*taken.places, *counts}) if counts else len(taken.places)
        if self._tag:
            some.update(_tagged(some, every, taken.places, counts))
        total = Counter({FIELD: taken.values} if taken.values else {})
        for what in counts.values():
            total.update(what)
        return Changed(taken.lines, some, records, total, failed, {at: len(lines[at]) + 1 for at in failed})

    def _looked(
        self, lines: Mapping[int, bytes], known: Mapping[int, Where]
    ) -> tuple[dict[int, bytes], dict[int, Counter[str]], dict[int, str]]:
        """Take records apart: give those that were changed, what was taken out of them, and why others failed."""
        some: dict[int, bytes] = {}
        counts: dict[int, Counter[str]] = {}
        failed: dict[int, str] = {}
        for at, line in lines.items():
            try:
                hidden = self._redactor.record(b"{" + line, known.get(at, PLAIN)) if line != HOLLOW else None
            except Exception as error:  # noqa: BLE001 - whatever it is, this record must not leave
                failed[at] = type(error).__name__
                continue
            if hidden and hidden.counts:
                some[at], counts[at] = hidden.text[1:], hidden.counts
        return some, counts, failed

    def _suspects(self, text: bytes) -> tuple[dict[int, bytes], int, int]:
        """Give the lines that may have something to find, by place; the place of the last of them, and its start."""
        scanner = self._redactor.scanner
        lines: dict[int, bytes] = {}
        place = at = 0
        for start, end in scanner.suspects(text) if scanner else ():
            place += text.count(b"\n", at, start)
            at = start
            lines[place] = text[start:end]
        return lines, place, at

    def _where(
        self, block: Block, offsets: Callable[[], Sequence[int]], count: int, suspects: Iterable[bytes]
    ) -> Mapping[int, Where]:
        """Say of the few records of which something is known what that is."""
        if not self._redactor.scanner or not count:
            return {}
        known: dict[int, Where] = {}
        opened = self._opened(block)
        if self._keys and (opened or any(map(may_begin, suspects))):
            within = watch(block.data, block.start, opened).within if block.data else []
            begins = offsets() if within else ()
            known = {
                at: Where(within=True) for at, begin in enumerate(begins) if any(a <= begin < b for a, b in within)
            }
        if block.opened.endswith(CUT_WORD):
            known[0] = known.get(0, PLAIN)._replace(from_cut=True)
        if block.open_after.endswith(CUT_WORD) or not _CUTS.isdisjoint(block.flags):
            known[count - 1] = known.get(count - 1, PLAIN)._replace(to_cut=True)
        return known

    def _opened(self, block: Block) -> str:
        """Give what is known where a block begins; where a file does, its lines alone tell of the one before."""
        return block.opened if block.opened or block.start or not self._keys else from_before(block.data)

    def lines(
        self, lines: Sequence[bytes], block: Block, offsets: Callable[[], Sequence[int]], tally: Tally
    ) -> tuple[Sequence[bytes], Tally]:
        """As in :class:`logship.records.redaction.Redaction`."""
        every = {*range(len(lines))} if self._redactor.paths else {*self._suspects(b"\n".join(lines))[0]}
        known = self._where(block, offsets, len(lines), [lines[at] for at in every])
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
        hidden = self._redactor.line(raw) if self._redactor.scanner else Hidden(raw, Counter())
        return hidden.text.decode(errors="surrogateescape")

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
        if self._redactor.scanner is None or TRUNCATED in block.flags:
            return ""
        if block.skipped:
            return block.opened.removesuffix(CUT_WORD)
        word = self._opened(block) if self._keys else ""
        known = watch(block.data, block.start, word, self._continues, keys=self._keys).word
        return known + CUT_WORD if PARTIAL in block.flags and not known.endswith(CUT_WORD) else known

    def parted(self, block: Block, records: Sequence[Block]) -> list[Block]:
        """As in :class:`logship.records.redaction.Redaction`."""
        found, at, word = [], block.start, self._opened(block)
        for record in records:
            if record.start > at:
                before = replace(
                    block, data=block.data[at - block.start : record.start - block.start], start=at, opened=word
                )
                at, word = record.start, self.behind(before)
            after = block.open_after if record.end == block.end else ""
            found.append(replace(record, opened=word, open_after=after))
        return found


_CUTS: Final = frozenset((TRUNCATED, PARTIAL))


def _tagged(
    some: Mapping[int, bytes], lines: Sequence[bytes], fields: Sequence[int], changed: Mapping[int, Iterable[str]]
) -> Iterator[tuple[int, bytes]]:
    """Give the rests that were changed, with a member that says so before their own."""
    others = {*fields}
    for at in others.union(changed):
        rest = some[at] if at in some else lines[at]
        name = TAG if b'"redacted"' not in rest else f"logship.{TAG}"
        what = sorted({*changed.get(at, ()), *((FIELD,) if at in others else ())})
        yield at, to_json(name) + b":" + to_json(what) + b"," + rest


def _stub(why: str, offset: int, length: int) -> bytes:
    return f"[a line of {length} bytes at offset {offset} could not be redacted, and is not sent: {why}]".encode()
