"""A configuration of Fluent Bit's as sections of properties, each with its place; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")
"""``${X}``, or ``${X:-what holds if it is not set}`` (flb_env_var_translate of Fluent Bit 5.1)."""

NO_SECTION: Final = "logship has no such section"
"""Why a section of another name than Fluent Bit's is left out."""


class Place(NamedTuple):
    """Where something is written."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Property(NamedTuple):
    """A name, in lower case as Fluent Bit takes it, and a text."""

    name: str
    text: str
    place: Place


@dataclass(slots=True)
class Section:
    """A plugin with what it is told, the service, or a parser."""

    kind: str
    """``service``, ``input``, ``filter``, ``output``, ``parser``, ``multiline_parser``, ``processor`` or another."""
    place: Place
    properties: list[Property] = field(default_factory=list)
    inside: str = ""
    """Of a processor: the tag of its input, or the pattern of its output."""

    @property
    def name(self) -> str:
        """What the plugin is called, in lower case."""
        return self.get("name").lower()

    def get(self, name: str, default: str = "") -> str:
        """Give the last text of a property."""
        return next((each.text for each in reversed(self.properties) if each.name == name), default)

    def every(self, *names: str) -> list[Property]:
        """Give all properties of these names, in their order."""
        return [each for each in self.properties if each.name in names]

    def find(self, *names: str) -> Property | None:
        """Give the last property of one of these names."""
        return next((each for each in reversed(self.properties) if each.name in names), None)


@dataclass(slots=True)
class Configuration:
    """All sections of all files."""

    sections: list[Section] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    """What the files themselves set."""
    missing: list[tuple[Place, str]] = field(default_factory=list)
    """Files that are named and not here."""
    oddities: list[tuple[Place, str, str]] = field(default_factory=list)
    """What could not be read: where, what, and why."""

    def of(self, kind: str) -> list[Section]:
        """Give the sections of a kind."""
        return [each for each in self.sections if each.kind == kind]

    def resolve(self) -> None:
        """Put what the files set in the place of variables, wherever they were set, as Fluent Bit does."""
        for section in self.sections:
            section.properties = [
                each._replace(text=resolved(each.text, self.variables)) for each in section.properties
            ]


def resolved(text: str, variables: Mapping[str, str]) -> str:
    """Give the text with the variables that are known; all others stay."""
    return VARIABLE.sub(lambda found: variables.get(found[1].partition(":-")[0], found[0]), text)
