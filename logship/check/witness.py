"""Where a record's time and level are from, and why: the readers that its encoder uses, asked name by name; pure.

What the encoder decided stands; this only finds the place. Where the two disagree, no place is named.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Raw, Struct

from logship.model import Block, Tally
from logship.records.content import content_of
from logship.records.enrichment import Enrichment
from logship.records.event_times import EventTime
from logship.records.facts import FactReader, Facts
from logship.records.head_places import place_of
from logship.records.json_members import SPACE, head
from logship.records.line_parser import CROWDED, MAX_DEPTH, TOO_DEEP, message_key, object_of
from logship.records.making_way import MAX_MOVED
from logship.records.parsed_lines import LineRewriter
from logship.records.paths import value_at
from logship.records.repair import repair
from logship.records.severity import Level
from logship.records.text_records import TextRecords

_SHOWN: Final = 40
"""Bytes of a value, and names, that are shown."""
_CUT: Final = frozenset({"truncated", "continuation"})
_NAMES: Final = 4
_AS_TEXT: Final = {
    TOO_DEEP: f"it nests deeper than {MAX_DEPTH}, and is sent as text",
    CROWDED: f"over {MAX_MOVED} of its names are logship's, and it is sent as text",
}


class Seen(Struct, frozen=True):
    """One record, as it is before time, level and fields are looked for."""

    block: Block
    line: bytes
    """As it stands in the file, trimmed; several lines that are one record together."""
    text: bytes
    """What ``PARSE`` or mending made of it; else the same."""
    members: Mapping[str, Raw] | None
    """If it is a JSON object."""
    fault: str = ""
    """Why it is none."""
    parse: str = "auto"

    def kind(self, tally: Tally) -> str:
        """Say what it was taken for, in a few words."""
        lines = f", {self.block.lines} lines as one" if self.block.joins else ""
        if tally.parsed:
            return f"what LOGSHIP_PARSE={self.parse} made of the line{lines}"
        if self.members is None:
            return f"text{lines}"
        mended = ", ".join(what for what, _ in tally.repaired)
        return f"JSON object{f', mended: {mended}' if mended else ''}{lines}"


class Witness:
    """Looks where encoders look."""

    def __init__(self, enrichment: Enrichment) -> None:
        self._enrichment = enrichment
        self._facts = FactReader(enrichment)
        self._rewriter = LineRewriter(enrichment, TextRecords(enrichment, message_key(enrichment)))

    def look(self, block: Block, tally: Tally) -> Seen:
        """Take a block of one record, of which its encoder noticed that."""
        content = content_of(block, keep_cr=False)
        line, parse = content.lines[0], self._enrichment.parse
        if self._enrichment.format == "text":
            return Seen(block, line, line, None, "LOGSHIP_FORMAT=text: every line is a message", parse)
        if cut := _CUT.intersection(block.flags):
            return Seen(block, line, line, None, f"it is {', '.join(sorted(cut))}", parse)
        text = self._rewriter.rewrite([line], block).lines[0].decode(errors="replace").encode().strip(SPACE)
        found, why = (None, CROWDED) if CROWDED in dict(tally.repaired) else object_of(text)
        if not (found or why in _AS_TEXT) and (mended := repair(text)):
            found, _ = object_of(mended.text)
            text = mended.text if found else text
        return Seen(block, line, text, found, _AS_TEXT.get(why, why), parse)

    def _read(self, seen: Seen) -> Facts | None:
        """Give what its members say; of a JSON object that was cut, its first ones."""
        near_ns = seen.block.time_ns
        if seen.members is None:
            cut = seen.line.strip(SPACE)
            return self._facts.of_pairs(head(cut), near_ns) if cut.startswith(b"{") else None
        return self._facts.of_line(seen.text, seen.members, near_ns)

    def time_from(self, seen: Seen, stamp: bytes, tally: Tally) -> str:
        """Say where the time is from."""
        if tally.without_time:
            bad = "the time that is there can't be read" if tally.bad_times else "no time is known"
            return f"its file's last write: {bad}"
        facts = self._read(seen)
        time = facts.time if facts else EventTime()
        if time.stamp == stamp and time.source:
            beside = f' and "{time.source.fraction}"' if time.source.fraction else ""
            return f'"{time.source.path}"{beside}'
        if time.stamp == stamp:
            return "the form of its logger's records"
        if tally.parsed:
            return "what stands around or at the head of its text"
        return "the head of its text"

    def level_from(self, seen: Seen, level: Level) -> str:
        """Say where the level is from; empty if there is none."""
        if not level.severity:
            return ""
        facts = self._read(seen)
        if facts is None or facts.level.severity != level.severity:
            return "the head of its text"
        found = seen.members or {}
        source = self._facts.levels.find(found, self._facts.levels.among(found))
        return f'"{source.path}"' if source else "the form of its logger's records"

    # -- why ----------------------------------------------------------------------------------------------------------

    def why_form(self, seen: Seen, tally: Tally) -> Iterator[str]:
        """Say why it was taken for what it is."""
        if self._enrichment.parse not in ("auto", "off") and self._enrichment.format == "auto":
            if tally.parsed:
                names = ", ".join(list(seen.members or ())[: 3 * _NAMES])
                yield f"form: LOGSHIP_PARSE={self._enrichment.parse} matches; fields: {names}"
            elif tally.unparsed:
                yield f"form: LOGSHIP_PARSE={self._enrichment.parse} does not match: it stays what it is"
        if seen.fault:
            mended = "; mended it is one" if seen.members is not None else ""
            yield f"form: no JSON object: {seen.fault}{mended}"

    def why_time(self, seen: Seen) -> Iterator[str]:
        """Say at which names a time was looked for, in their order, and what stands there."""
        if seen.members is None:
            yield from _why_head(seen.line, "time")
            return
        reader, near_ns, missing = self._facts.times, seen.block.time_ns, list[str]()
        for place in reader.places:
            value = value_at(seen.members, place.path)
            if value is None:
                if place.path in self._enrichment.timestamp_fields:
                    missing.append(place.path)
                continue
            found = reader.read(seen.members, near_ns, [place])
            what = "is a time: it counts" if found.stamp else "is no time that is known"
            if not found.there:
                what = "counts only beside other names of its logger"
            yield f'time: "{place.path}" {_shown(value)} {what}'
            if found.stamp:
                break
        if missing:
            yield f"time: not there: {_names(missing)}"

    def why_level(self, seen: Seen) -> Iterator[str]:
        """Do the same for its level."""
        if seen.members is None:
            yield from _why_head(seen.line, "level")
            return
        reader, missing = self._facts.levels, list[str]()
        counts = reader.find(seen.members, reader.among(seen.members))
        for path in reader.paths:
            value = value_at(seen.members, path)
            if value is None:
                missing.append(path)
                continue
            found = reader.find(seen.members, [path])
            what = "is a level" if found else "is no level"
            yield f'level: "{path}" {_shown(value)} {what}{": it counts" if counts and counts.path == path else ""}'
            if counts and counts.path == path:
                return
        yield f"level: not there: {_names(missing)}"


def _why_head(line: bytes, what: str) -> Iterator[str]:
    """Say what the head of a text is, of those forms that are known."""
    place = place_of(line)
    if what == "level":
        yield f"level: the text's head {f'has {place.level.decode()}' if place.level else 'has none that is known'}"
    elif place.fraction:
        time = line[place.second : max(place.end, place.zone_end)].decode(errors="replace")
        yield f"time: the text's head has {time}"
    else:
        yield "time: the text's head has none that is known"


def _shown(value: bytes) -> str:
    text = bytes(value).decode(errors="replace")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more
