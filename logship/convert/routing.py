"""Tags and patterns: which inputs a filter or an output is about; pure."""

import re
from typing import Final

from logship.convert.sections import Configuration, Section

_ANY: Final = re.compile(r"\\\*")


def _fits(pattern: str, tag: str) -> bool:
    """Whether a pattern of Fluent Bit's takes a tag; ``*`` in a tag stands for a part of the path."""
    return bool(re.fullmatch(_ANY.sub(".*", re.escape(pattern)), tag)) or bool(
        "*" in tag and re.fullmatch(_ANY.sub(".*", re.escape(tag)), pattern.replace("*", ""))
    )


def tag_of(section: Section) -> str:
    """Give an input's tag; without one it is the plugin's name and a number."""
    return section.get("tag") or f"{section.name}.0"


def tags(configuration: Configuration) -> list[str]:
    """Give the tags of all files that are read."""
    return [tag_of(each) for each in configuration.of("input") if each.name == "tail"]


def taken(section: Section, configuration: Configuration) -> list[str]:
    """Give the tags of files that a filter or an output is about."""
    every = tags(configuration)
    pattern, regex = section.get("match"), section.get("match_regex")
    if regex:
        try:
            compiled = re.compile(regex)
        except re.error:
            return every
        return [tag for tag in every if compiled.search(tag)]
    if not pattern:
        return every
    return [tag for tag in every if _fits(pattern, tag)]


def renamed(configuration: Configuration) -> bool:
    """Whether tags change on their way, so that a pattern tells nothing of files."""
    return any(each.name == "rewrite_tag" for each in configuration.of("filter"))
