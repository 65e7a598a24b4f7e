"""What we add to every record, and which names of the application's would get in its way (DECISIONS 13, 14)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from logship.errors import ConfigError
from logship.model import Block
from logship.records.names import LEVEL_FIELDS, MESSAGE_FIELDS, TIMESTAMP_FIELDS, Scale
from logship.records.time_range import ALL_TIMES, TimeRange

if TYPE_CHECKING:
    from logship.records.redaction import Redaction

TIMESTAMP = "@timestamp"
OFFSET = "log.offset"
FILE_FIELDS = {"name": "log.file.name", "path": "log.file.path", "offset": OFFSET}
"""What may be said of a record's place: how it is asked for, and what it is called."""
_RESERVED = (TIMESTAMP, "log.flags")
_SURROGATES = re.compile("[\ud800-\udfff]")


def to_json(value: object) -> bytes:
    """Give a value as compact JSON in UTF-8; surrogates, which stand for bytes that are no text, become U+FFFD.

    Raises ``TypeError`` or ``ValueError`` for what JSON can't say.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return without_surrogates(text).encode()


def without_surrogates(text: str) -> str:
    """Give the text with U+FFFD in the place of each surrogate."""
    return _SURROGATES.sub("\ufffd", text)


@lru_cache(maxsize=1024)
def _members(*pairs: tuple[str, object]) -> bytes:
    return b"".join([to_json(name) + b":" + to_json(value) + b"," for name, value in pairs])


def reserved(file_fields: Iterable[str]) -> set[str]:
    """Name the fields that each record may get anyway; of unknown ones of its file none."""
    return {*_RESERVED, *(FILE_FIELDS[each] for each in file_fields if each in FILE_FIELDS)}


class Clash(Enum):
    """How a name of the application's gets in the way."""

    OURS = "ours"
    """It is a name of ours: it moves under ``overridden.``."""
    PREFIX = "prefix"
    """A name of ours lies beneath it: it may hold an object, but a scalar moves to ``<name>.original``."""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What is added to the records of every file, and how their lines are understood."""

    fields: Mapping[str, Any]
    """Constant fields by dotted name, with JSON values; must not name a field that each record gets anyway."""
    format: Literal["auto", "text", "raw"] = "auto"
    timestamp_fields: tuple[str, ...] = TIMESTAMP_FIELDS
    """Dotted paths that may hold the event time; the first one that can be read counts."""
    timestamp_zone: str = "UTC"
    """Zone, by its IANA name, of event times that name none."""
    timestamp_formats: tuple[str, ...] = ()
    """As strptime has them, for times in no form that is known."""
    level_fields: tuple[str, ...] = LEVEL_FIELDS
    """Dotted paths that may hold the level."""
    level_scale: Scale = "auto"
    """Of numbers whose scale nothing tells."""
    file_fields: tuple[str, ...] = ("name",)
    """Which of :data:`FILE_FIELDS` each record gets."""
    drop: tuple[str, ...] = ()
    """What is left out of records, by dotted paths with ``*`` (:class:`logship.records.field_edits.FieldEdits`)."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """What gets another name."""
    only: tuple[str, ...] = ()
    """What alone stays; empty: all."""
    message_fields: tuple[str, ...] = MESSAGE_FIELDS
    """Dotted paths of where the text of a record is; the first that is there counts."""
    sample: Mapping[str, float] = field(default_factory=dict)
    """The share of the records that is kept, by level (:class:`logship.records.sampling.Sample`)."""
    parse: str = "auto"
    """How lines of text become fields, as :mod:`logship.records.parsers` reads it."""
    times: TimeRange = ALL_TIMES
    """When the records were written that are kept."""
    redaction: "Redaction | None" = field(default=None, compare=False)
    """What takes out of records what must not leave the pod."""
    ours: frozenset[str] = field(init=False, repr=False, compare=False)
    """The names of all our fields."""
    prefixes: frozenset[str] = field(init=False, repr=False, compare=False)
    """Every name that one of ours lies beneath: ``k8s`` and ``k8s.pod`` for ``k8s.pod.name``."""
    _constant: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = reserved(self.file_fields)
        if taken := sorted(own.intersection(self.fields)):
            message = f"every record has these fields anyway: {', '.join(taken)}"
            raise ValueError(message)
        ours = frozenset(self.fields).union(own)
        parts = [name.split(".") for name in ours]
        prefixes = {".".join(words[:count]) for words in parts for count in range(1, len(words))}
        object.__setattr__(self, "ours", ours)
        object.__setattr__(self, "prefixes", frozenset(prefixes - ours) | {"overridden"})
        constant = b"".join(to_json(name) + b":" + to_json(value) + b"," for name, value in self.fields.items())
        object.__setattr__(self, "_constant", constant)

    def require_records(self, sink: str) -> None:
        """Raise ConfigError if lines go out as the bytes that they are: for a sink that can't take those."""
        if self.format == "raw":
            message = f"LOGSHIP_FORMAT=raw gives no JSON records: {sink} can't take it"
            raise ConfigError([message])

    def members(self, block: Block) -> bytes:
        """Give our fields but event time and offset, as members of a JSON object, each with a comma after it."""
        return self._constant + _members(*self.of_file(block))

    @property
    def located(self) -> bool:
        """Whether each record gets its offset."""
        return "offset" in self.file_fields

    def of_file(self, block: Block) -> tuple[tuple[str, Any], ...]:
        """Give the names and values of what all records of a block have beside the constant fields."""
        known = {"name": block.name, "path": block.path}
        found = [(FILE_FIELDS[each], known[each]) for each in known if each in self.file_fields and known[each]]
        return (*found, *([("log.flags", block.flags)] if block.flags else []))

    def clash(self, name: str) -> Clash | None:
        """Say whether a name of the application's, dots and all, gets in the way of ours."""
        if name in self.ours:
            return Clash.OURS
        return Clash.PREFIX if name in self.prefixes else None
