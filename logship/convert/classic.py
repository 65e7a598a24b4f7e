"""Fluent Bit's classic format: ``[SECTION]``, indented ``Key value`` lines, ``@INCLUDE``, ``@SET``.

As ``src/config_format/flb_cf_fluentbit.c`` of Fluent Bit 5.1 reads it: a ``#`` begins a comment only where a line
begins, blanks aside; a key ends at its first blank (there a space alone); the rest of the line, trimmed, is the value.
"""

import re
from typing import Final

from logship.convert.sections import Configuration, Place, Property, Section

_HEADER: Final = re.compile(r"\[([^\]]*)\]")
_PAIR: Final = re.compile(r"(\S+)[ \t]+(.*)")


def read_classic(text: str, file: str, into: Configuration) -> list[tuple[Place, str]]:
    """Add what the text says; gives the files that it includes, each with the place that says so."""
    includes: list[tuple[Place, str]] = []
    section: Section | None = None
    for number, line in enumerate(text.splitlines(), 1):
        place, bare = Place(file, number), line.strip()
        if not bare or bare.startswith("#"):
            continue
        if bare.startswith("@"):
            _command(bare, place, into, includes)
        elif header := _HEADER.match(bare):
            section = _section(header[1], indented=line[0].isspace(), place=place, into=into, above=section)
        elif section is None:
            into.oddities.append((place, bare, "it is in no [SECTION]"))
        elif pair := _PAIR.fullmatch(bare):
            section.properties.append(Property(pair[1].lower(), pair[2].strip(), place))
        else:
            into.oddities.append((place, bare, "it has a name and no value"))
    return includes


def _section(name: str, *, indented: bool, place: Place, into: Configuration, above: Section | None) -> Section:
    """Begin a section; an indented one is a group of processors within the plugin above, which YAML alone has."""
    section = Section(name.strip().lower() if not indented or above is None else "group", place)
    into.sections.append(section)
    return section


def _command(bare: str, place: Place, into: Configuration, includes: list[tuple[Place, str]]) -> None:
    word, _, rest = bare.partition(" ")
    if word.lower() == "@include":
        includes.append((place, rest.strip()))
    elif word.lower() == "@set":
        name, _, value = rest.partition("=")
        into.variables[name.strip()] = value.strip()
    else:
        into.oddities.append((place, bare, "logship has no such command"))
