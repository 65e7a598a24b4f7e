"""Lines of text as records: the text whole in ``message``, and before it the level that the text begins with; pure."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from logship.model import AS_TEXT, Block
from logship.records.enrichment import Enrichment
from logship.records.found import Heads
from logship.records.layouts import quoted, whole, within_quotes

if TYPE_CHECKING:
    from logship.records.text_heads import TextHeads

LEVEL: Final = "level"
"""The member that a text line's level becomes."""
AFTER: Final = b'"}'
"""What stands behind the text of a record."""
MESSAGE: Final = "message"
"""The member that a line of text becomes."""
_UNHEADED: Final = {"continuation", AS_TEXT}
"""Flags of records that are given without a look at how they begin."""


class Texts(NamedTuple):
    """What lines of text come to, one entry a line."""

    stamps: Sequence[bytes | None]
    before: Sequence[bytes]
    """What stands before the text in a record's own members."""
    inner: Sequence[bytes]
    """The text, as it stands within a JSON string."""
    levels: Sequence[bytes | None]
    """As JSON strings."""
    bad_times: int

    def rests(self) -> list[bytes]:
        """Give what follows our fields."""
        return whole(self.before, self.inner, AFTER)

    def columns(self, names: Sequence[str], lines: Sequence[bytes]) -> list[Sequence[bytes | None]]:
        """Give the values that the records of the lines have under these names; an empty one is nobody's."""
        nothing: Sequence[bytes | None] = [None] * len(lines)
        return [quoted(lines) if name == MESSAGE else self.levels if name == LEVEL else nothing for name in names]


class TextRecords:
    """Makes records of lines of text."""

    def __init__(self, enrichment: Enrichment, key: bytes) -> None:
        """``key``: the name, with its colon, under which a text stands."""
        self._key = key
        self._zone = enrichment.timestamp_zone
        self._on = enrichment.format == "auto" and enrichment.parse != "off"
        self._level = not enrichment.clash(LEVEL)

    @cached_property
    def _heads(self) -> "TextHeads":
        from logship.records.text_heads import TextHeads  # noqa: PLC0415 - an application that writes JSON needs none

        return TextHeads(self._zone)

    def read(self, lines: Sequence[bytes], block: Block | None) -> Texts:
        """Make records of lines in UTF-8; without the block that they are in, no head is looked for."""
        heads = self._read_heads(lines, block)
        key = self._key + b'"'
        before = {level: b'"level":' + level + b"," + key if level else key for level in {*heads.levels}}
        each = [*map(before.__getitem__, heads.levels)]
        return Texts(heads.stamps, each, within_quotes(lines), heads.levels, heads.bad_times)

    def leveled(self, texts: Texts, level: bytes) -> Texts:
        """Give the line of a record that was cut the level in it, if that is a string and the line has none."""
        if texts.levels[0] or not (self._on and self._level) or not level.startswith(b'"'):
            return texts
        return texts._replace(before=[b'"level":' + level + b"," + texts.before[0]], levels=[level])

    def heads(self, lines: Sequence[bytes], time_ns: int, *data: bytes) -> Heads:
        """Give what lines in UTF-8 of a block of that time say of themselves; nothing where nobody asked for it."""
        if not self._on:
            return Heads([None] * len(lines), [None] * len(lines), 0)
        heads = self._heads.read(lines, time_ns, *data)
        return heads if self._level else heads._replace(levels=[None] * len(lines))

    def _read_heads(self, lines: Sequence[bytes], block: Block | None) -> Heads:
        # The rest of a line that was cut begins anywhere.
        if block is None or not lines or not _UNHEADED.isdisjoint(block.flags):
            return Heads([None] * len(lines), [None] * len(lines), 0)
        return self.heads(lines, block.time_ns, block.data)
