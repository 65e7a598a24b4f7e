import logging
import tracemalloc

import pytest

from logship.records.severity import UNKNOWN, by_severity, named_severity, number, on_scale, severity, word


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
        for at in range(20):
            assert word(b'"%d%s"' % (at, b"x" * 100_000)) == UNKNOWN
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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[(b'"SUCCESS"', 9), (b'"silly"', 1), (b'"FINEST"', 1), (b'"CONFIG"', 7), (b'"SEVERE"', 17), (b'"dpanic"', 21)],
        *[(b'"DEBG"', 5), (b'"ERRO"', 17), (b'"TRCE"', 1), (b'"CRIT"', 21), (b'"LOG"', 9), (b'"DEBUG3"', 5)],
        *[(b'"INFO+2"', 11), (b'"ERROR+4"', 21), (b'"DEBUG-4"', 1), (b'"WARN-1"', 12), (b'"ERROR+99"', 24)],
        (b'"\\u001b[32minfo\\u001b[39m"', 9),
        *[
            (b'"[WARN]"', 13),
            (b'" warn "', 13),
            (b'"E"', 17),
            (b'"user"', 0),
            (b'"INFO+x"', 0),
            (b'"30"', 0),
            (b"30", 0),
        ],
        *[(b'{"level":"info"}', 0), (b'"\\ud800"', 0), (b"", 0)],
    ],
)
def test_what_loggers_call_their_levels_is_known(value: bytes, expected: int) -> None:
    """Names of winston, java.util.logging, zap, slog, slog-rs and PostgreSQL, between two names, and in colour."""
    assert word(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(b"30", 30), (b'"30"', 30), (b'"Level 35"', 35), (b"-1", -1), (b"1.5", -1)]
)
def test_a_number_is_one_as_a_text_too(value: bytes, expected: int) -> None:
    """Python's logging writes ``Level 35`` for a level that has no name."""
    assert number(value) == expected


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("auto", {10: 5, 20: 9, 30: 13, 35: 13, 40: 17, 50: 21, 0: 0}),
        ("python", {10: 5, 25: 9}),
        ("pino", {10: 1, 20: 5, 30: 9, 35: 9, 40: 13, 50: 17, 60: 21, 0: 0}),
        ("syslog", {7: 5, 6: 9, 5: 10, 4: 13, 3: 17, 2: 21, 1: 22, 0: 24, 8: 0}),
        ("monolog", {100: 5, 200: 9, 250: 10, 300: 13, 400: 17, 500: 21, 550: 22, 600: 24, 99: 0}),
        ("otel", {1: 1, 9: 9, 24: 24, 25: 0, 0: 0}),
    ],
)
def test_each_scale_has_its_numbers(scale: str, expected: dict[int, int]) -> None:
    """The same number is a warning here and information there; none is no level."""
    assert {each: on_scale(each, scale) for each in expected} == expected


def test_an_operator_names_a_level_as_loggers_do() -> None:
    """In any case; a number is none."""
    assert [named_severity(text) for text in ("Warning", "ERR", "40", "loud")] == [13, 17, 0, 0]
