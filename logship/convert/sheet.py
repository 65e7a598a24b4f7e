"""What a configuration comes to: settings as they are found, and a remark for each thing that is not one; pure."""

import json
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from logship.convert.sections import VARIABLE, Place, Property, Section
from logship.settings.parsing import format_list, quote

_SECRET: Final = re.compile(
    r"pass(?:w(?:or)?d)?$|passwd|token|secret|key$|api_?key|authorization|credential|cookie|auth$"
)
_NAMES_A_FIELD: Final = re.compile(
    r"key|(path|offset|time|tag|id|message|log|severity|labels|uuid|remove|allowlist|whitelist|json_date|timestamp"
    r"|logstash_prefix|topic|body|trace|text_payload|span_id|log_name|dd_message|event|event_index|event_sourcetype"
    r"|http_request|trace_sampled|project_id|raw_log|tenant_id|structured_metadata_map)_key"
)
"""Options that end so and name a field."""
LOOKS_SECRET: Final = re.compile(r"(?<![\w-])(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{24,}")
"""What is in an address or a header and may be a key: long, with digits."""
_BARE: Final = re.compile(r"[^,=]*")
_TEXT_MAX: Final = 120


class Kind(Enum):
    """What became of a thing."""

    LEFT_OUT = "left out"
    """It does something, and logship does not do it."""
    NOT_NEEDED = "not needed"
    """logship does it anyway, or what it is about is not there."""
    NOTE = "note"
    """It is converted, and differs."""


class Remark(NamedTuple):
    """A line for people."""

    kind: Kind
    place: Place
    what: str
    why: str


class Setting(NamedTuple):
    """A variable of ours."""

    text: str
    """With ``${X}`` where the environment is meant; empty for a secret that stands in the file."""
    place: Place
    secret: bool = False


@dataclass(slots=True)
class Sheet:
    """Everything that was found."""

    settings: dict[str, Setting] = field(default_factory=dict)
    """By variable."""
    remarks: list[Remark] = field(default_factory=list)
    lists: dict[str, tuple[list[str], Place]] = field(default_factory=dict)
    """Lists that several places add to, by variable."""
    maps: dict[str, tuple[dict[str, str], Place]] = field(default_factory=dict)
    """Mappings that several places add to, by variable."""
    conditions: list[tuple[str, Place]] = field(default_factory=list)
    """What every record of every sink must be like."""
    pod_fields: bool = False
    """Whether the pod's own names are wanted."""

    def set(self, variable: str, text: str, place: Place, what: str = "") -> None:
        """Give a setting its text; another text for one that has one is left out."""
        before = self.settings.setdefault(variable, Setting(text, place))
        if before.text != text or before.secret:
            why = f"{variable} is {quote(before.text)} because of {before.place}, and there is one for everything"
            self.remark(Kind.LEFT_OUT, place, what or quote(text), why)

    def secret(self, variable: str, found: Property) -> None:
        """Give a secret: by its variable if that is how it is written, else never its text."""
        whole = VARIABLE.fullmatch(found.text)
        self.settings[variable] = Setting(f"${{{whole[1].partition(':-')[0]}}}" if whole else "", found.place, True)  # noqa: FBT003

    def add(self, variable: str, part: str, place: Place) -> None:
        """Add a part to a list."""
        parts, _ = self.lists.setdefault(variable, ([], place))
        if part not in parts:
            parts.append(part)

    def put(self, variable: str, name: str, text: str, place: Place) -> None:
        """Add a pair to a mapping; of two with one name, the last counts, as with Fluent Bit's filters."""
        self.maps.setdefault(variable, ({}, place))[0][name] = text

    def remark(self, kind: Kind, place: Place, what: str, why: str) -> None:
        """Say something of a place."""
        found = Remark(kind, place, what, why)
        if found not in self.remarks:
            self.remarks.append(found)

    def leave_out(self, section: Section, why: str) -> None:
        """Say that a whole plugin has no counterpart."""
        self.remark(Kind.LEFT_OUT, section.place, f"{section.kind} {section.name}", why)

    def leave(self, found: Property, why: str, kind: Kind = Kind.LEFT_OUT) -> None:
        """Say that a property has no counterpart."""
        self.remark(kind, found.place, shown(found), why)

    def finish(self) -> None:
        """Make settings of the lists and mappings."""
        for variable, (parts, place) in self.lists.items():
            text = format_list(tuple(parts))
            self.set(variable, text, place, f"{variable} {text}")
        for variable, (pairs, place) in self.maps.items():
            text = format_mapping(pairs)
            self.set(variable, text, place, f"{variable} {text}")

    @property
    def left_out(self) -> list[Remark]:
        """What logship does not do."""
        return [each for each in self.remarks if each.kind is Kind.LEFT_OUT]


def format_mapping(pairs: dict[str, str]) -> str:
    """Give ``k=v,k2=v2``, or JSON where a comma or the like is in it."""
    plain = all(_BARE.fullmatch(name) and "," not in text and text == text.strip() for name, text in pairs.items())
    if plain and not next(iter(pairs), "").startswith("{"):
        return ",".join(f"{name}={text}" for name, text in pairs.items())
    return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))


def is_secret(name: str) -> bool:
    """Whether a name sounds as if a secret were beside it."""
    word = name.lower().replace("-", "_")
    return bool(_SECRET.search(word)) and not _NAMES_A_FIELD.fullmatch(word)


def shown(found: Property) -> str:
    """Give a property as a remark shows it: never a secret, nor a header's or a script's text at length."""
    text = found.text if len(found.text) <= _TEXT_MAX else found.text[:_TEXT_MAX] + "…"
    first, _, rest = text.partition(" ")
    if is_secret(found.name) and not VARIABLE.fullmatch(text):
        text = "***"
    elif rest and (is_secret(first) or found.name == "header"):
        text = f"{first} ***"
    text = LOOKS_SECRET.sub("***", re.sub(r"([?&][^=&\s]*=)[^&\s]+", r"\1***", text))
    return f"{found.name} {quote(text)[1:-1]}"
