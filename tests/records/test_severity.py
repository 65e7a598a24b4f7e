import logging
import tracemalloc

import pytest

from logship.records.severity import UNKNOWN, by_severity, levels, severities, severity


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'"TRACE"', 1),
        (b'"debug"', 5),
        (b'"Info"', 9),
        (b'"notice"', 10),
        (b'"WARN"', 13),
        (b'"warning"', 13),
        (b'"err"', 17),
        (b'"ERROR"', 17),
        (b'"CRITICAL"', 21),
        (b'"fatal"', 21),
        (b'"alert"', 22),
        (b'"emergency"', 24),
    ],
)
def test_a_name_in_any_case_is_known(value: bytes, expected: int) -> None:
    """Python's, syslog's and other languages' names come to OpenTelemetry's numbers."""
    assert severity(value) == expected


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_a_number_of_pythons_logging_is_as_severe_as_its_name(level: str) -> None:
    """As a number and as text, and so is one a little above it."""
    number = logging.getLevelNamesMapping()[level]
    expected = severity(f'"{level}"'.encode())
    assert severity(str(number).encode()) == severity(f'"{number}"'.encode()) == expected
    assert severity(str(number + 5).encode()) == expected


@pytest.mark.parametrize(
    "value", [None, b"null", b"true", b'"loud"', b'""', b"-1", b"1e9", b"{}", b'"' + b"x" * 99, b"0"]
)
def test_anything_else_is_unknown(value: bytes | None) -> None:
    """No guess is made."""
    assert severity(value) == UNKNOWN


def test_long_values_are_not_kept() -> None:
    """What an application writes as its level may be of any size."""
    tracemalloc.start()
    try:
        for number in range(20):
            assert severities([[b'"%d%s"' % (number, b"x" * 100_000)]]) == [UNKNOWN]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


def test_a_store_has_names_of_its_own() -> None:
    """A severity has the name of the next lower one that has a name; below all there is nothing."""
    texts = by_severity({17: "bad", 9: "good"}, b"<%b>")
    assert [texts[number] for number in (UNKNOWN, 5, 9, 13, 17, 24)] == [
        b"",
        b"",
        b"<good>",
        b"<good>",
        *[b"<bad>"] * 2,
    ]


def test_a_level_that_is_far_too_long_is_none() -> None:
    """What is remembered by it would otherwise be as large as what an application writes."""
    assert levels([[b'"info"', b'"' + b"x" * 9999 + b'"', None], [None, None, b"40"]]) == [b'"info"', None, b"40"]
