"""Texts of Fluent Bit's as texts of ours; each function raises ``ValueError`` with why it can't; pure."""

import re
from typing import Final

from logship.convert.sections import VARIABLE, Property
from logship.settings.parsing import format_seconds, format_size

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", re.IGNORECASE)
_FACTORS: Final = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
"""Thousands, as the manual has it (administration/configuring-fluent-bit.md, unit sizes)."""
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_YES: Final = ("on", "true", "yes", "1")
_NO: Final = ("off", "false", "no", "0")


def known(text: str) -> str:
    """Give a text that has no variable in it, so that it can be looked at."""
    if VARIABLE.search(text):
        message = "its value comes from the environment, and has another form in logship: set it by hand"
        raise ValueError(message)
    return text


def seconds(text: str) -> str:
    """Give a time in seconds."""
    found = _TIME.fullmatch(known(text).strip().lower())
    if not found:
        message = "is no time"
        raise ValueError(message)
    return format_seconds(float(found[1]) * _SECONDS[found[2]])


def size(text: str) -> int:
    """Give bytes."""
    found = _SIZE.fullmatch(known(text).strip())
    if not found:
        message = "is no size"
        raise ValueError(message)
    return int(float(found[1]) * _FACTORS[found[2].lower()])


def size_text(text: str) -> str:
    """Give bytes as we write them."""
    return format_size(size(text))


def yes(text: str) -> bool:
    """Say whether it is on."""
    word = known(text).strip().lower()
    if word not in (*_YES, *_NO):
        message = "is neither on nor off"
        raise ValueError(message)
    return word in _YES


def surely(found: Property | None) -> bool:
    """Say whether a property is there and on, whatever else is in the environment."""
    try:
        return found is not None and yes(found.text)
    except ValueError:
        return False


def flag(text: str) -> str:
    """Give ``true`` or ``false``."""
    return str(yes(text)).lower()


def no_flag(text: str) -> str:
    """Give the other way round."""
    return str(not yes(text)).lower()


def level(text: str) -> str:
    """Give a level of our own messages."""
    found = {"off": "error", "error": "error", "warn": "warning", "warning": "warning", "info": "info"}
    return found.get(known(text).lower(), "debug")
