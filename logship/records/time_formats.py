"""Times in an operator's own forms, written as strptime has them; pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from logship.records.time_forms import Moment, with_year

_WITNESS = datetime(2001, 11, 27, 22, 33, 44, 123456, tzinfo=UTC)
"""A time whose parts differ, so that it shows which of them a format keeps."""
_EXAMPLE = "write for example %d.%m.%Y %H:%M:%S"
_LEAP = 2000
_YEARS = ("%Y", "%y", "%G", "%c", "%x", "%D", "%F")


def parse_formats(text: str) -> tuple[str, ...]:
    """Take a list of formats apart: a JSON list, or several with commas between; one before ``%f`` is part of a format.

    So is one in front of a piece that tells no time without what stands before it: ``%d %b %Y, %H:%M:%S``. Raises
    ``ValueError`` that says which of them can't work, why, and what to write.
    """
    if text.lstrip().startswith("["):
        formats = tuple(filter(None, _listed(text)))
        for each in formats:
            _check(each)
        return formats
    pieces = [each.replace("\0", ",%f") for each in text.replace(",%f", "\0").split(",")]
    return tuple(_parted([each for each in pieces if each.strip()]))


def _parted(pieces: Sequence[str]) -> Iterator[str]:
    """Give the formats of which pieces are, each as few as tell a time."""
    at = 0
    while at < len(pieces):
        joined = [",".join(pieces[at:end]).strip() for end in range(at + 1, len(pieces) + 1)]
        count = next((count for count, form in enumerate(joined, 1) if _works(form)), 0)
        if not count:
            _check(joined[0])
        yield joined[count - 1]
        at += count


def _works(form: str) -> bool:
    try:
        _check(form)
    except ValueError:
        return False
    return True


def _listed(text: str) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.DecodeError:
        message = 'is not a JSON list of strings; write ["%d.%m.%Y %H:%M:%S"]'
        raise ValueError(message) from None


def _check(form: str) -> None:
    """Raise ``ValueError`` unless a time that is written in this form can be read from it again."""
    if "%Z" in form:
        message = f"has {form!r}: names of zones are ambiguous; leave them out and set LOGSHIP_TIMESTAMP_ZONE"
        raise ValueError(message)
    try:
        found = _read(form, _WITNESS.strftime(form), int(_WITNESS.timestamp()) * 10**9)
    except re.error as why:  # what is there twice would be a group of one name twice
        message = f"has {form!r}, in which something is there twice; {_EXAMPLE}"
        raise ValueError(message) from why
    except ValueError as why:
        message = f"has {form!r}, which strptime can't read ({str(why).replace('%Y ' + form, form)}); {_EXAMPLE}"
        raise ValueError(message) from why
    if found.time.replace(tzinfo=UTC) != _WITNESS.replace(microsecond=0, second=found.time.second):
        message = f"has {form!r}, which does not tell day, hour and minute; {_EXAMPLE}"
        raise ValueError(message)


def _read(form: str, text: str, near_ns: int) -> Moment:
    dated = any(year in form for year in _YEARS)
    # without a year strptime knows no 29 February, and Python 3.13 warns of it
    found = datetime.strptime(text if dated else f"{_LEAP} {text}", form if dated else f"%Y {form}")  # noqa: DTZ007 - it may name no zone
    fraction = f"{found.microsecond:06}" if "%f" in form else ""
    whole = found.replace(microsecond=0)
    return Moment(whole if dated else with_year(whole, near_ns), fraction)


class TimeFormats:
    """Reads times in some formats."""

    def __init__(self, formats: Sequence[str]) -> None:
        self._formats = formats

    def moment_of(self, text: str, near_ns: int = 0) -> Moment | None:
        """Read a time by the first format that fits; None if none does. ``near_ns`` is as in :mod:`time_forms`."""
        for form in self._formats:
            try:
                found = _read(form, text, near_ns)
            except ValueError:
                continue
            # strptime takes fewer digits than a format writes, and so finds a time in nearly any number
            if not text.isdigit() or text.startswith(found.time.strftime(form.replace("%f", ""))):
                return found
        return None
