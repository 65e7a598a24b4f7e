"""Which trace and span a record is of, wherever its logger writes it: one list for all stores; pure."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from logship.records.field_paths import Below, Column, merged

TRACES: Final = ("trace_id", "traceId", "otelTraceID", "trace.id", "dd.trace_id", "logging.googleapis.com/trace")
"""OpenTelemetry's own name, then others'; the first that has an id counts."""
SPANS: Final = ("span_id", "spanId", "otelSpanID", "span.id", "dd.span_id", "logging.googleapis.com/spanId")
PARENTS: Final = ("mdc", "contextMap", "context", "extra", "record.extra", "@fields", "fields", "kv", "span")
"""Objects in which loggers put fields of a record or of all of a request; the names above count in there, too.

``fields`` is Rust's tracing and Go's apex, ``kv`` is flexi_logger."""
_HEX: Final = {32: re.compile(rb"(?!0+$)[0-9a-f]{32}"), 16: re.compile(rb"(?!0+$)[0-9a-f]{16}")}
_DATADOG: Final = re.compile(rb'"?([1-9][0-9]{16,19})"?')
"""Datadog's numbers have 64 bits, nearly always of so many decimal digits."""
_NONE: Final = frozenset({b'""', b'"0"'})
"""What says that there is none."""


class Contexts:
    """Looks for ids in the columns of records."""

    def __init__(self) -> None:
        self._traces, self._spans = _ways(TRACES), _ways(SPANS)
        self.wants: tuple[str, ...] = (*dict.fromkeys(top for top, _, _ in (*self._traces, *self._spans)),)
        """The top-level names whose columns are needed."""

    def traces(self, column: Callable[[str], Column]) -> Column:
        """Give the trace of each record as a JSON string, of 32 lower-case digits where it is one; None without one."""
        return _ids(self._traces, column, 32, b"race")

    def spans(self, column: Callable[[str], Column]) -> Column:
        """Give the span of each record as a JSON string, of 16 lower-case digits where it is one; None without one."""
        return _ids(self._spans, column, 16, b"pan")


_Way = tuple[str, Below | None, bool]
"""A column, what looks for the id below it, and whether it does so by one of the names above."""


def _ways(names: Sequence[str]) -> list[_Way]:
    """Give where to look, in the order in which they count."""
    dotted = [name.partition(".") for name in names if name.count(".") == 1]
    inner = [name for name in names if "/" not in name]
    parents = [parent.partition(".") for parent in PARENTS]
    return [
        *((name, None, False) for name in names),
        *((top, Below(rest), False) for top, _, rest in dotted),
        *((top, Below(*(f"{rest}.{name}" if rest else name for name in inner)), True) for top, _, rest in parents),
    ]


def _ids(ways: Sequence[_Way], column: Callable[[str], Column], digits: int, word: bytes) -> Column:
    """Look for ids of so many digits; ``word`` is what all their names within objects have in them."""
    tops = {top: column(top) for top, _, _ in ways}
    # The columns of all names that are nowhere are one and the same, nearly always.
    full = {key for key, values in {id(values): values for values in tops.values()}.items() if any(values)}
    there = [
        (below, tops[top])
        for top, below, named in ways
        if id(tops[top]) in full and (not named or _may_have(tops[top], word))
    ]
    if not there:
        return [None] * len(column(ways[0][0]))
    columns = [below.values(values) if below else values for below, values in there]
    found = merged([_read(value, digits) for value in values] for values in columns)
    # What is no id of the standard's form is one of the application's own.
    return merged([found, *([*map(_own, values)] for values in columns)]) if None in found else found


def _may_have(values: Column, word: bytes) -> bool:
    joined = b"".join(filter(None, values))
    return word in joined or b"\\" in joined


def _read(value: bytes | None, digits: int) -> bytes | None:
    """Read an id: digits, a UUID, Google's path that ends with one, or Datadog's number."""
    if value is None:
        return None
    if number := _DATADOG.fullmatch(value):
        return b'"%0*x"' % (digits, int(number[1]) % (1 << 64))
    text = value.strip(b'"').rpartition(b"/")[2].replace(b"-", b"").lower()
    return b'"%b"' % text if _HEX[digits].fullmatch(text) and value[:1] == b'"' else None


def _own(value: bytes | None) -> bytes | None:
    return value if value and value[:1] == b'"' and value not in _NONE and value.strip(b'"0') else None
