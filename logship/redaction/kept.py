"""What is never touched: the values that are used as a record's time, level, trace or span; pure.

A path alone proves nothing: an application may write anything there. What stands at such a path and is no such value
is looked at like everything else.
"""

import re
from typing import Final

from logship.records.enrichment import Enrichment
from logship.records.facts import FactReader
from logship.records.severity import word
from logship.records.trace_ids import PARENTS, SPANS, TRACES
from logship.redaction.escapes import unescaped
from logship.redaction.fields import Fields

_ID: Final = re.compile(rb'"(?:projects/[\w.:-]{1,64}/traces/)?(?:[0-9a-fA-F]{16}|[0-9a-fA-F-]{32,36})"')
_DATADOG: Final = re.compile(rb'"?[1-9][0-9]{16,19}"?')
"""An id of 64 bits; what has fewer digits may be a card."""
_PRIORITY: Final = re.compile(rb'"?\d{1,10}"?')
"""A level on some scale, or the nanoseconds beside a time."""
_LATEST: Final = b"2070"
"""A year; a number that is a later time is rather one of a card."""


class Kept:
    """Says of a value at a path whether it is used so."""

    def __init__(self, enrichment: Enrichment) -> None:
        times = FactReader(enrichment).times
        self._times = times.times
        ids = (*TRACES, *SPANS)
        self.names: tuple[str, ...] = (
            *(path for place in times.places for path in (place.path, place.fraction) if path),
            *enrichment.level_fields,
            *ids,
            *(f"{parent}.{name}" for parent in PARENTS for name in ids if "/" not in name),
        )
        """Their dotted paths."""
        self.paths = Fields(dict.fromkeys(self.names))
        self._stamps = {place.path.rpartition(".")[2].encode() for place in times.places}
        self._ids = {name.rpartition(".")[2].encode() for name in ids}

    def is_used(self, value: bytes, name: bytes) -> bool:
        """Say it of a raw JSON value at one of the paths, whose last name, decoded, is given."""
        value = unescaped(value).text if b"\\" in value else value
        last = name.rpartition(b".")[2]
        if last in self._ids and any(form.fullmatch(value) for form in (_ID, _DATADOG)):
            return True
        if _PRIORITY.fullmatch(value) or word(value):
            return True
        stamp = self._times.read(value) if last in self._stamps else None
        return bool(stamp and (stamp[1:5] < _LATEST or not value.strip(b'"').isdigit()))
