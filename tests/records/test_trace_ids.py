import json
from typing import Any

import pytest

from logship.records.field_paths import Column
from logship.records.trace_ids import Contexts

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


def found(*records: dict[str, Any]) -> tuple[list[str | None], list[str | None]]:
    """Give the trace and the span that are found in each record."""

    def column(name: str) -> Column:
        return [json.dumps(each[name]).encode() if name in each else None for each in records]

    contexts = Contexts()
    assert set(contexts.wants) >= {name for each in records for name in each if name != "x"}
    return tuple(
        [None if value is None else json.loads(value) for value in ids]
        for ids in (contexts.traces(column), contexts.spans(column))
    )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("trace", "span"),
    [
        ("trace_id", "span_id"),
        ("traceId", "spanId"),
        ("otelTraceID", "otelSpanID"),
        ("trace.id", "span.id"),
        ("dd.trace_id", "dd.span_id"),
    ],
)
@pytest.mark.parametrize(
    "parent", ["", "mdc", "contextMap", "context", "extra", "record.extra", "@fields", "fields", "kv", "span"]
)
@pytest.mark.parametrize("nested", [False, True])
def test_each_name_counts_by_itself_and_in_each_object(trace: str, span: str, parent: str, nested: bool) -> None:  # noqa: FBT001 - both
    """A dot may stand in a name, or between an object and a name in it."""
    record: dict[str, Any] = {trace: TRACE, span: SPAN}
    if nested and trace.count(".") == 1:
        record = {}
        for name, value in ((trace, TRACE), (span, SPAN)):
            record.setdefault(name.partition(".")[0], {})[name.partition(".")[2]] = value
    for name in reversed(parent.split(".") if parent else []):
        record = {name: record}
    assert found({"x": 1}, record, {}) == ([None, TRACE, None], [None, SPAN, None])


def test_googles_names_count_at_the_top() -> None:
    """As its agents read them."""
    ids = {"trace": f"projects/p/traces/{TRACE}", "spanId": SPAN}
    assert found({f"logging.googleapis.com/{name}": value for name, value in ids.items()}) == ([TRACE], [SPAN])


@pytest.mark.parametrize(
    ("value", "trace"),
    [
        (TRACE.upper(), TRACE),
        ("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", TRACE),
        (f"projects/my-project/traces/{TRACE}", TRACE),
        ("9532127138774266268", "00000000000000008448eb211c80319c"),
        (9532127138774266268, "00000000000000008448eb211c80319c"),
        ("request-7", "request-7"),
        *(("", None), ("0", None), ("0" * 32, None), (None, None), (7, None), ([], None), ({}, None)),
    ],
)
def test_an_id_is_read_in_each_form(value: Any, trace: str | None) -> None:
    """What is no id of the standard's form stays as it is; zeros say that there is none."""
    assert found({"trace_id": value})[0] == [trace]


def test_the_first_that_is_an_id_counts() -> None:
    """Python's OpenTelemetry writes 0 where there is no trace, and an application its own under the other name."""
    assert found({"trace_id": "", "otelTraceID": "0", "mdc": {"traceId": TRACE}, "traceId": "mine"})[0] == [TRACE]
    assert found({"otelTraceID": "0", "traceId": "mine"})[0] == ["mine"]
    assert found({"mdc": "text"}, {"mdc": {"trace_id": TRACE}}, {"mdc": None})[0] == [None, TRACE, None]
