"""What ``logship check`` says of a file's last lines: which lack a level or a time, and whether any meets a condition.

Of the application's data it shows names alone, never values.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from logship.check.file_lines import block_of
from logship.json_faults import UNREADABLE
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.facts import FactReader
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder

_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAMES: Final = 12
"""Names that are shown of one line."""
_LONG: Final = 40
"""Characters of a name that are shown."""
_SHOWN: Final = 200
"""Lines that are looked at for a level and a time."""


class Last(NamedTuple):
    """The end of a file."""

    path: str
    tail: bytes
    mtime: float
    whole: bool
    """It is all of the file."""

    @property
    def lines(self) -> list[bytes]:
        """The whole lines."""
        return self.tail.split(b"\n")[0 if self.whole else 1 : -1]

    @property
    def near_ns(self) -> int:
        """When it was last written to, in epoch nanoseconds."""
        return int(self.mtime * 10**9)


def told(files: Sequence[Last], enrichment: Enrichment, conditions: Mapping[str, str], most: int) -> Iterator[str]:
    """Say what the last lines of files lack, and which sinks' conditions hold for none; ``most`` of each."""
    yield from islice((what for file in files for what in _missing(file, enrichment)), most)
    yield from islice((what for file in files for what in _unmatched(file, enrichment, conditions)), most)


def _missing(file: Last, enrichment: Enrichment) -> Iterator[str]:
    if enrichment.format != "auto":
        return
    reader = FactReader(enrichment)
    found = [record for line in file.lines[-_SHOWN:] if (record := _record(line)) is not None]
    facts = [(record, reader.read(record, file.near_ns)) for record in found]
    lacks = (
        ("level", "LOGSHIP_LEVEL_FIELDS", [record for record, each in facts if not each.level.severity]),
        ("event time", "LOGSHIP_TIMESTAMP_FIELDS", [record for record, each in facts if each.time.stamp is None]),
    )
    for what, setting, records in lacks:
        if records:
            count = f"{len(records)} of its last {len(found)} records have no {what} that is known"
            yield f"{file.path}: {count}; the first has the names {_names(records[0])}; {setting} says where it is"


def _unmatched(file: Last, enrichment: Enrichment, conditions: Mapping[str, str]) -> Iterator[str]:
    block = block_of(b"".join(line + b"\n" for line in file.lines), file.mtime)
    for name, when in conditions.items():
        made = RawEncoder(when=when) if enrichment.format == "raw" else BlockEncoder(enrichment, Lines(), when)
        encoded = made.encode(block)
        left_out = encoded.tally.filtered_records
        if left_out and not encoded.records:
            unknown = sum(records for reason, records, _ in encoded.tally.filtered if reason == "no_level")
            why = f", {unknown} of which have no level" if unknown else ""
            yield f"{file.path}: LOGSHIP_{name.upper()}_WHEN={when} holds for none of its last {left_out} lines{why}"


def _record(line: bytes) -> dict[str, msgspec.Raw] | None:
    try:
        return _OBJECT.decode(line)
    except UNREADABLE:
        return None


def _names(record: Mapping[str, object]) -> str:
    names = [name if len(name) <= _LONG else name[:_LONG] + "…" for name in record]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more if names else "of no member"
