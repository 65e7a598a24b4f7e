"""Lines of a block as ``PARSE`` makes them: JSON objects in the place of those that a parser could read; pure.

What it gives goes the way of all lines, so that times, levels and names that clash are what they are in any record.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from logship.model import AS_TEXT, Block
from logship.records.enrichment import Enrichment
from logship.records.found import Found
from logship.records.json_members import SPACE, on_one_line
from logship.records.layouts import quote
from logship.records.making_way import free_name
from logship.records.text_records import LEVEL, MESSAGE, TextRecords
from logship.records.timestamps import TimestampReader

if TYPE_CHECKING:
    from logship.records.parsers import Parser
    from logship.records.runtime_lines import Piece


class Parsed(NamedTuple):
    """What a block's lines came to, one entry a line."""

    lines: Sequence[bytes]
    stamps: Sequence[bytes | None]
    """Event times for those whose records have none of their own."""
    parsed: int = 0
    unparsed: int = 0
    """Lines that are not of the form, and stay what they are."""
    bad_times: int = 0
    decode_errors: int = 0


class LineRewriter:
    """Rewrites the lines of one sink."""

    def __init__(self, enrichment: Enrichment, texts: TextRecords) -> None:
        self._parser = _parser(enrichment)
        self._texts = texts
        self._times = TimestampReader(enrichment.timestamp_zone)

    @property
    def of_json(self) -> bool:
        """Whether lines that are JSON objects already are rewritten, too."""
        return self._parser is not None and self._parser.of_json

    def may_go_on(self, data: bytes) -> bool:
        """Say False only of lines of which none is a runtime's whose rest is in a later one."""
        return bool(self._parser and self._parser.unwrap and self._parser.may_go_on(data))

    def is_rest(self, block: Block) -> bool:
        """Say whether it is a part of a line, or of the text of a record that was cut: it may look like anything."""
        if "continuation" not in block.flags:
            return "truncated" in block.flags or AS_TEXT in block.flags
        return not self.piece(block.data.partition(b"\n")[0].removesuffix(b"\r"))

    def piece(self, line: bytes) -> "Piece | None":
        """Take a runtime's line apart; None if it is none."""
        if not (self._parser and self._parser.unwrap):
            return None
        found = self._parser.unwrap(line)
        return found if found or line.isascii() else self._parser.unwrap(line.decode(errors="replace").encode())

    def wrapped(self, line: bytes, piece: "Piece", text: bytes) -> bytes:
        """Give a runtime's line, of which the piece is, with another text."""
        return self._parser.rewrap(line, piece, text) if self._parser and self._parser.rewrap else text

    def rewrite(self, lines: Sequence[bytes], block: Block | None) -> Parsed:
        """Rewrite what the parser can read; nothing without the block that the lines are in."""
        parser = self._parser
        if parser is None or block is None:
            return Parsed(lines, [None] * len(lines))
        sound = [line.decode(errors="replace").encode() for line in lines]
        meant = [parser.of_json or not line.lstrip().startswith(b"{") for line in sound]
        found = [parser.parse(line) if mine else None for line, mine in zip(sound, meant, strict=True)]
        heads = self._texts.heads([one.text or b"" if one else b"" for one in found], block.time_ns)
        stamps = self._stamps(found, heads.stamps)
        objects = [
            line if one is None else _object(one, level)
            for line, one, level in zip(lines, found, heads.levels, strict=True)
        ]
        parsed = len(found) - found.count(None)
        damaged = sum(one is not None and was != line for one, was, line in zip(found, lines, sound, strict=True))
        return Parsed(objects, stamps, parsed, meant.count(True) - parsed, heads.bad_times, damaged)

    def _stamps(self, found: Sequence[Found | None], heads: Sequence[bytes | None]) -> list[bytes | None]:
        """Give the times that were written around the lines, or else those of their heads."""
        times, _ = self._times.read_all([one.time for one in found if one and one.time])
        each = iter(times)
        return [(next(each) if one and one.time else None) or head for one, head in zip(found, heads, strict=True)]


def _parser(enrichment: Enrichment) -> "Parser | None":
    if enrichment.format != "auto" or enrichment.parse in ("auto", "off"):
        return None
    from logship.records.parsers import open_parser  # noqa: PLC0415 - expressions to compile: only where one is set

    return open_parser(enrichment.parse)


def _object(found: Found, level: bytes | None) -> bytes:
    """Put a record together."""
    fields = [*found.fields]
    names = {name for name, _ in fields}
    if level and LEVEL not in names:
        fields.append((LEVEL, level))
    if found.text is not None and MESSAGE not in names:
        fields.append((MESSAGE, quote(found.text.decode())))
    if not names.isdisjoint(found.names):
        taken = names.union(found.names)
        for at, (name, value) in enumerate(fields):
            if name in found.names:
                fields[at] = free_name(name, taken), value
                taken.add(fields[at][0])
    own = b",".join([_key(name) + value for name, value in fields])
    rest = on_one_line((found.inner or b"{}").strip(SPACE))[1:].lstrip(SPACE)
    return b"{" + own + (b"," if own and rest != b"}" else b"") + rest


@lru_cache(maxsize=1024)
def _key(name: str) -> bytes:
    return quote(name) + b":"
