"""What was found in lines of text; pure."""

from collections.abc import Collection, Sequence
from typing import NamedTuple


class Found(NamedTuple):
    """The fields of a line, and the text or the object that is left."""

    fields: Sequence[tuple[str, bytes]]
    """Names, each but once, with their JSON values."""
    text: bytes | None = None
    """What stays in ``message``, unless there is such a field, and may have a time and a level at its head."""
    inner: bytes | None = None
    """A JSON object whose members are the record's; a field of the same name makes way."""
    names: Collection[str] = ()
    """What that object's members are called."""
    time: bytes | None = None
    """The event time, as a JSON value, of a record that has none of its own."""


class Heads(NamedTuple):
    """What lines of text say of themselves, one entry a line."""

    stamps: Sequence[bytes | None]
    """The event time as a JSON string; None if there is none."""
    levels: Sequence[bytes | None]
    """The level as a JSON string; None if there is none."""
    bad_times: int
    """Heads with a time that is none, as of February 30, or in a zone that nobody knows."""
