import logging

import pytest

from logship.severity import UNKNOWN, severity


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
