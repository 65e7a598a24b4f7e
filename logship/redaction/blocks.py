"""Redaction of whole blocks: only the few lines that may have something to hide are taken apart; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from logship.model import Block, Tally
from logship.records.enrichment import to_json
from logship.records.framing import PARTIAL, TRUNCATED
from logship.records.layouts import EMPTY
from logship.records.redacting import counted
from logship.records.redaction import HOLLOW, Changed
from logship.redaction.members import Members, Taken
from logship.redaction.private_keys import CUT as CUT_WORD
from logship.redaction.private_keys import Continues, watch
from logship.redaction.redactor import CUT, FIELD, PLAIN, PRIVATE_KEY, Hidden, Redactor, Where

TAG: Final = "redacted"
STUB: Final = "redaction"
_REMEMBERED: Final = 1024


class BlockRedactor:
    """The :class:`logship.records.redaction.Redaction` of all sinks."""

    def __init__(
        self, redactor: Redactor, detectors: Sequence[str], *, tag: bool = False, continues: Continues | None = None
    ) -> None:
        """``detectors`` names those that the redactor has; ``tag``: changed records say so.

        ``continues`` tells of a line whether the next one goes on with it.
        """
        self.kinds: tuple[str, ...] = (
            *detectors,
            *((FIELD,) if redactor.paths else ()),
            *((CUT,) if detectors else ()),
        )
        self.added = (TAG, STUB)
        self._redactor = redactor
        self._members = Members(redactor, exact=tag) if redactor.paths else None
        self._tag = tag
        self._keys = PRIVATE_KEY in detectors
        self._continues = continues
        self._names = lru_cache(maxsize=_REMEMBERED)(self._name)

    def rests(
        self,
        text: bytes,
        count: int,
        whole: Callable[[], list[bytes]],
        block: Block,
        offsets: Callable[[], Sequence[int]],
    ) -> Changed | None:
        """As in :class:`logship.records.redaction.Redaction`."""
        try:
            taken = self._members.take(text, count) if self._members else Taken()
            suspects = [*self._suspects(b"\n".join(taken.lines) if taken.lines else text)]
        except Exception:  # noqa: BLE001 - each record is looked at by itself then
            taken, suspects = Taken(), [*range(count)]
        known = self._where(block, offsets, count, suspects=bool(suspects))
        places = {*known, *taken.left, *suspects}
        if not (places or taken.places):
            return None
        found = [*(taken.lines or text.split(b"\n"))]
        if len(found) != count:  # a record of several lines: each by itself
            found, taken, places = whole(), Taken(), {*range(count)}
        changed: dict[int, Counter[str]] = {}
        failed: dict[int, str] = {}
        for at in sorted(places):
            try:
                hidden = self._redactor.record(b"{" + found[at], known.get(at, PLAIN)) if found[at] != HOLLOW else None
            except Exception as error:  # noqa: BLE001 - whatever it is, this record must not leave
                failed[at] = type(error).__name__
                continue
            if hidden and hidden.counts:
                found[at] = hidden.text[1:]
                changed[at] = hidden.counts
        if not (changed or failed or taken.places):
            return None
        counts = Counter({FIELD: taken.values}) if taken.values else Counter()
        for what in changed.values():
            counts.update(what)
        records = len(taken.places) if not changed else len({*taken.places, *changed})
        return Changed(self._finished(found, taken, changed), sorted({*changed, *failed}), records, counts, failed)

    def _finished(self, rests: list[bytes], taken: Taken, changed: Mapping[int, Counter[str]]) -> list[bytes]:
        """Give rests with tags, if they are to have some, and none hollow."""
        found = [EMPTY if rest == HOLLOW else rest for rest in rests] if HOLLOW in rests else rests
        if self._tag:
            for at in {*taken.places, *changed}:
                fields = (FIELD,) if at in taken.places else ()
                found[at] = _tagged(found[at], {*changed.get(at, ()), *fields})
        return found

    def _suspects(self, text: bytes) -> Iterator[int]:
        """Give which lines may have something to find."""
        scanner = self._redactor.scanner
        if scanner is None or not text:
            return
        place = at = 0
        for start, _ in scanner.suspects(text):
            place += text.count(b"\n", at, start)
            at = start
            yield place

    def _where(
        self, block: Block, offsets: Callable[[], Sequence[int]], count: int, *, suspects: bool
    ) -> Mapping[int, Where]:
        """Say of the few records of which something is known what that is."""
        if not self._redactor.scanner or not count:
            return {}
        known: dict[int, Where] = {}
        if self._keys and (suspects or block.opened):
            within = watch(block.data, block.start, block.opened).within if block.data else []
            begins = offsets() if within else ()
            known = {
                at: Where(within=True) for at, begin in enumerate(begins) if any(a <= begin < b for a, b in within)
            }
        if block.opened.endswith(CUT_WORD):
            known[0] = known.get(0, PLAIN)._replace(from_cut=True)
        if block.open_after.endswith(CUT_WORD) or not _CUTS.isdisjoint(block.flags):
            known[count - 1] = known.get(count - 1, PLAIN)._replace(to_cut=True)
        return known

    def lines(
        self, lines: Sequence[bytes], block: Block, offsets: Callable[[], Sequence[int]], tally: Tally
    ) -> tuple[Sequence[bytes], Tally]:
        """As in :class:`logship.records.redaction.Redaction`."""
        places = [*(range(len(lines)) if self._redactor.paths else self._suspects(b"\n".join(lines)))]
        known = self._where(block, offsets, len(lines), suspects=bool(places))
        found = [*lines]
        counts: Counter[str] = Counter()
        failed: list[str] = []
        changed = 0
        for at in sorted({*known, *places}):
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

    def behind(self, block: Block) -> str:
        """As in :class:`logship.records.redaction.Redaction`; the rest of a line that was too long is skipped."""
        if self._redactor.scanner is None or TRUNCATED in block.flags:
            return ""
        if block.skipped:
            return block.opened.removesuffix(CUT_WORD)
        word = block.opened if self._keys else ""
        known = watch(block.data, block.start, word, self._continues, keys=self._keys).word
        return known + CUT_WORD if PARTIAL in block.flags and not known.endswith(CUT_WORD) else known

    def parted(self, block: Block, records: Sequence[Block]) -> list[Block]:
        """As in :class:`logship.records.redaction.Redaction`."""
        found, at, word = [], block.start, block.opened
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


def _tagged(rest: bytes, what: Iterable[str]) -> bytes:
    name = TAG if b'"redacted"' not in rest else f"logship.{TAG}"
    return to_json(name) + b":" + to_json(sorted(what)) + b"," + rest


def _stub(why: str, offset: int, length: int) -> bytes:
    return f"[a line of {length} bytes at offset {offset} could not be redacted, and is not sent: {why}]".encode()
