"""What we add to every record, and which names of the application's would get in its way (DECISIONS 13, 14)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from logship.errors import ConfigError
from logship.model import Block
from logship.records.names import LEVEL_FIELDS, TIMESTAMP_FIELDS

TIMESTAMP = "@timestamp"
_RESERVED = (TIMESTAMP, "log.file.name", "log.flags")
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
def _of_file(name: str, flags: tuple[str, ...]) -> bytes:
    listed = b'"log.flags":' + to_json(flags) + b"," if flags else b""
    return b'"log.file.name":' + to_json(name) + b"," + listed


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
    level_scale: str = "auto"
    """Of numbers whose scale nothing tells."""
    ours: frozenset[str] = field(init=False, repr=False, compare=False)
    """The names of all our fields."""
    prefixes: frozenset[str] = field(init=False, repr=False, compare=False)
    """Every name that one of ours lies beneath: ``k8s`` and ``k8s.pod`` for ``k8s.pod.name``."""
    _constant: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if taken := sorted(set(self.fields).intersection(_RESERVED)):
            message = f"every record has these fields anyway: {', '.join(taken)}"
            raise ValueError(message)
        ours = frozenset(self.fields).union(_RESERVED)
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
        """Give our fields but the event time, as members of a JSON object, each with a comma after it."""
        return self._constant + _of_file(block.name, block.flags)

    def clash(self, name: str) -> Clash | None:
        """Say whether a name of the application's, dots and all, gets in the way of ours."""
        if name in self.ours:
            return Clash.OURS
        return Clash.PREFIX if name in self.prefixes else None
