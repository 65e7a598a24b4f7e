"""One line at a time: trims it, judges whether it is a record, and gets the application's names out of our way.

This is the plain path. It is right for every line; :mod:`logship.records.encoding` takes whole blocks past it where
that provably comes to the same bytes.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct, structs

from logship.json_faults import UNREADABLE
from logship.model import Block
from logship.records.enrichment import TIMESTAMP, Clash, Enrichment, to_json
from logship.records.facts import FactReader, Facts
from logship.records.framing import BOM
from logship.records.json_members import SPACE, Member, depth_of, head, members
from logship.records.layouts import EMPTY
from logship.records.looks import bare as without_frame
from logship.records.making_way import MAX_MOVED, OVERRIDDEN, free_name
from logship.records.own_times import cut
from logship.records.record_types import MAY_STAY, plain_type
from logship.records.repair import repair
from logship.records.severity import NO_LEVEL, Level, level_of
from logship.records.text_records import MESSAGE, TextRecords

MAX_DEPTH = 500
"""Objects and arrays within each other; a line that nests deeper is a message. Stores take less, and a bound of our
own gives the same verdict whatever the interpreter's limit is and however deep its stack."""

TOO_DEEP: Final = "too_deep"
"""Why an object is sent as text: it nests deeper than :data:`MAX_DEPTH`."""
CROWDED: Final = "crowded"
"""The same: more members would have to make way than :data:`MAX_MOVED`."""

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _CrowdedError(Exception):
    """More members would have to make way than :data:`MAX_MOVED`."""


class Trimmed(NamedTuple):
    """A line without its newline and what else is no content."""

    content: bytes
    bom: int
    """Bytes of a byte order mark that were trimmed off."""
    nul: int
    """Bytes of NUL runs that were trimmed off at both ends."""

    def noise(self, size: int) -> list[tuple[str, int, int]]:
        """Give (reason, lines, bytes) of what makes no record in this line, which had that many bytes in the file."""
        if self.content:
            return [(reason, 0, count) for reason, count in (("bom", self.bom), ("nul", self.nul)) if count]
        if self.nul and self.bom:
            return [("bom", 0, self.bom), ("nul", 1, size - self.bom)]
        return [("nul" if self.nul else "bom" if self.bom else "empty", 1, size)]


def trim(line: bytes, *, first: bool, keep_cr: bool = False) -> Trimmed:
    """Take off the newline, one CR unless it is kept, NUL runs at both ends and, on a file's first line, a BOM."""
    content = line.removesuffix(b"\n")
    if not keep_cr:
        content = content.removesuffix(b"\r")
    bom = len(BOM) if first and content.startswith(BOM) else 0
    content = content[bom:]
    bare = content.strip(b"\0")
    return Trimmed(b"" if bare == b"\r" and keep_cr else bare, bom, len(content) - len(bare))


class Line(Struct, frozen=True):
    """What one line comes to."""

    rest: bytes
    """The record after our fields: its members and the closing brace; :data:`EMPTY` if there are none."""
    stamp: bytes | None = None
    """The event time as a JSON string; None if it is the block's."""
    overridden: bool = False
    bad_time: bool = False
    decode_error: bool = False
    repaired: tuple[str, ...] = ()
    """What had to be mended, as in :mod:`logship.records.repair`."""
    wanted: tuple[bytes | None, ...] = ()
    """The raw values of the names that the layout wants; None where there is none."""
    level: Level = NO_LEVEL


def object_of(text: bytes) -> tuple[dict[str, msgspec.Raw] | None, str]:
    """Give the top level of a JSON object (of duplicates the last), or None and why it is none, or taken for none."""
    if not text.startswith(b"{"):
        return None, "it does not begin with {"
    try:
        found = _OBJECT.decode(text)
    except UNREADABLE as error:
        return None, str(error)
    # What nests deeper has more bytes.
    may_be_deep = len(text) > 2 * MAX_DEPTH and text.count(b"{") + text.count(b"[") > MAX_DEPTH
    return (None, TOO_DEEP) if may_be_deep and depth_of(text) > MAX_DEPTH else (found, "")


def message_name(enrichment: Enrichment) -> str:
    """Give the name of a line of text; where ours is in its way, the line moves as any member would."""
    name = f"{MESSAGE}.original" if enrichment.clash(MESSAGE) is Clash.PREFIX else MESSAGE
    while enrichment.clash(name):
        name = OVERRIDDEN + name
    return name


def message_key(enrichment: Enrichment) -> bytes:
    """Give that name, with its colon."""
    return to_json(message_name(enrichment)) + b":"


class LineParser:
    """Judges lines one by one."""

    def __init__(self, enrichment: Enrichment, wants: Sequence[str] = ()) -> None:
        self._enrichment = enrichment
        self._wants = ["" if enrichment.clash(name) else name for name in wants]
        self._facts = FactReader(enrichment)
        self._texts = TextRecords(enrichment, message_key(enrichment))
        self._clashing = enrichment.ours | enrichment.prefixes

    def judge(self, content: bytes, *, message: bool = False, block: Block | None = None) -> Line:
        """Say what a trimmed line that is not empty comes to; with ``message`` it is one, whatever it looks like.

        Of a line of text, the time and the level that it begins with are read if the ``block`` that it is in is given.
        """
        try:
            text = content.decode()
            valid = True
        except UnicodeDecodeError:
            text = content.decode(errors="replace")
            valid = False
        bare = without_frame(text.encode())
        found, why = (None, "") if message else object_of(bare)
        what: tuple[str, ...] = (why,) if why == TOO_DEEP else ()
        if found is None and not (message or what) and bare.startswith(b"{") and (mended := repair(bare)):
            found, _ = object_of(mended.text)
            bare, what = mended if found is not None else (bare, ())
        near_ns = block.time_ns if block else 0
        if found is not None:
            try:
                line = self._record(bare, found, near_ns, decode_error=not valid)
            except _CrowdedError:
                what = (CROWDED,)
            else:
                return structs.replace(line, repaired=what) if what else line
        line = self._text(text.encode(), block, decode_error=not valid)
        return structs.replace(line, repaired=what) if what else line

    def _text(self, text: bytes, block: Block | None, *, decode_error: bool) -> Line:
        texts = self._texts.read([text], block)
        stamp, level = texts.stamps[0], level_of(texts.levels[0])
        bare = text.strip(SPACE)
        if bare.startswith(b"{") and self._enrichment.format == "auto":  # a record that was cut
            facts = self._facts.of_pairs(head(bare), block.time_ns if block else 0)
            stamp, level = stamp or facts.time.stamp, level if level.severity else facts.level
            texts = self._texts.leveled(texts, facts.level.text) if facts.level.severity else texts
        (rest,), wanted = texts.rests(), tuple(value for (value,) in texts.columns(self._wants, [text]))
        return Line(rest, stamp, bad_time=texts.bad_times > 0, decode_error=decode_error, wanted=wanted, level=level)

    def _record(self, text: bytes, found: dict[str, msgspec.Raw], near_ns: int, *, decode_error: bool) -> Line:
        facts = self._facts.of_line(text, found, near_ns)
        rest, overridden = self._untouched(text, found, facts), False
        if rest is None:
            edit = _Edit(self._enrichment, text, found, cut=facts.time.stamp if facts.is_own else None)
            rest = edit.apply(lambda value: self._facts.times.times.read(value, near_ns))
            own = TIMESTAMP in found and TIMESTAMP in self._enrichment.timestamp_fields
            overridden = edit.moved > (facts.bad_time and own)
        values = [found.get(name) if name else None for name in self._wants]
        return Line(
            rest,
            facts.time.stamp,
            overridden=overridden,
            bad_time=facts.bad_time,
            decode_error=decode_error,
            wanted=tuple(None if value is None else bytes(value) for value in values),
            level=facts.level,
        )

    def _untouched(self, text: bytes, found: dict[str, msgspec.Raw], facts: Facts) -> bytes | None:
        """Give what follows our fields if nothing has to move: of many members that is sooner seen than done.

        None if that is not certain.
        """
        clashing = self._clashing.intersection(found)
        if (TIMESTAMP in clashing) > facts.is_own:
            return None
        others = [bytes(found[name])[:1] for name in clashing - {TIMESTAMP}]
        if others and not (MAY_STAY.issuperset(others) and self._is_plain(text)):
            return None
        rest = cut(text[1:], found[TIMESTAMP], known=True) if facts.is_own else text[1:]
        return None if rest is None else _rest(rest)

    def _is_plain(self, text: bytes) -> bool:
        try:
            return bool(self._plain and self._plain.decode(text))
        except UNREADABLE:
            return False

    @cached_property
    def _plain(self) -> msgspec.json.Decoder[msgspec.Struct] | None:
        try:
            return msgspec.json.Decoder(plain_type(self._enrichment, ()))
        except ValueError:  # a name with a quote, say, can't be in a type
            return None


class _Edit:
    """Moves the members of one record that get in our way; all others stay as they are, byte for byte."""

    def __init__(
        self, enrichment: Enrichment, text: bytes, found: dict[str, msgspec.Raw], *, cut: bytes | None
    ) -> None:
        """``cut``: the event time, if it is the application's ``@timestamp``, which goes."""
        self._clash = enrichment.clash
        self._taken = enrichment.ours | set(found)
        self._text = text
        self._touched = cut is not None or any(self._clash(name) for name in found)
        self._cut = cut
        self.moved = 0
        """Members that had to move."""

    def apply(self, read: Callable[[bytes], bytes | None]) -> bytes:
        """Give what follows our fields; ``read`` normalises times."""
        if not self._touched:
            return _rest(self._text[1:])
        listed = list(members(self._text))
        own = [at for at, member in enumerate(listed) if member.name == TIMESTAMP] if self._cut else []
        gone = next((at for at in own if read(self._text[listed[at].value : listed[at].end]) == self._cut), -1)
        pieces: list[bytes] = []
        done = 1
        for at, member in enumerate(listed):
            if at == gone:
                # Its comma goes with it: the one before it, or behind it if it comes first.
                comma = self._text.index(b",", listed[at - 1].end) if at else member.key
                pieces.append(self._text[done:comma])
                done = member.end if at or len(listed) == 1 else self._text.index(b",", member.end) + 1
            elif self._clash(member.name):
                pieces += self._text[done : member.key], self._member(member)
                done = member.end
        pieces.append(self._text[done:])
        return _rest(b"".join(pieces))

    def _member(self, member: Member) -> bytes:
        value = self._text[member.value : member.end]
        name, inner, moved = self._place("", member.name, value)
        key = self._text[member.key : member.colon] if name == member.name else to_json(self._free(name))
        own = key + self._text[member.colon : member.value] + inner
        return b",".join([own, *(to_json(self._free(name)) + b":" + value for name, value in moved)])

    def _free(self, name: str) -> str:
        """Take a name that nobody has yet, for a member that moves."""
        self.moved += 1
        if self.moved > MAX_MOVED:
            raise _CrowdedError
        name = free_name(name, self._taken)
        self._taken = self._taken | {name}
        return name

    def _place(self, parent: str, name: str, value: bytes) -> tuple[str, bytes, list[tuple[str, bytes]]]:
        """Say under which full name a member belongs, what is left of its value, and what moves out of it."""
        full = parent + name
        clash = self._clash(full)
        if clash is Clash.OURS:
            return OVERRIDDEN + full, value, []
        if clash is None or value == b"null":
            return full, value, []
        if not value.startswith(b"{"):
            return full + ".original", value, []
        kept, moved = [], []
        for member in members(value):
            new, inner, deeper = self._place(full + ".", member.name, value[member.value : member.end])
            moved += deeper
            if new == f"{full}.{member.name}":
                kept.append(value[member.key : member.value] + inner)
            else:
                moved.append((new, inner))
        return full, b"{" + b",".join(kept) + b"}" if moved else value, moved


def _rest(text: bytes) -> bytes:
    return EMPTY if text.strip(SPACE) == EMPTY else text
