import re
from pathlib import Path

import pytest

from tests.zoo_loggers.finding import all_loggers
from tests.zoo_loggers.judging import Figures, Output, Record, is_object, judge, shape
from tests.zoo_loggers.logger import INFO, NANO, SECOND, TRACE, WARNING, Logger

BEGUN = 1_795_850_253 * SECOND
OUTPUT = Output("at 2026 zoo-2\nat 2026 WARN zoo-3\nat 2026 zoo-7\n", BEGUN, BEGUN + SECOND)
LOGGER = Logger(
    "one",
    "python",
    "one",
    "1",
    lambda _: None,
    lambda _: [],
    time="at 1999",
    level="WARN",
    events="237",
    fields=True,
    unit=NANO,
)


def _records(*changes: tuple[int, dict[str, object]]) -> list[Record]:
    found: list[dict[str, object]] = [
        {"time_ns": BEGUN + number, "severity": severity, "body": f'{{"m":"zoo-{mark}"}}', "trace": TRACE}
        for number, (mark, severity) in enumerate(((2, INFO), (3, WARNING), (7, INFO)))
    ]
    for at, change in changes:
        found[at] |= change
    return [Record(**each) for each in found]  # type: ignore[arg-type]


def _judged(*changes: tuple[int, dict[str, object]]) -> list[str]:
    return judge(LOGGER, OUTPUT, _records(*changes)).faults()


def test_what_is_read_as_it_was_meant_has_no_fault() -> None:
    """Any severity of the same step of four is the meant one."""
    assert _judged() == _judged((1, {"severity": WARNING + 3})) == []


@pytest.mark.parametrize(
    ("at", "change", "fault"),
    [
        (0, {"time_ns": OUTPUT.mtime_ns}, "time of 2 not found"),
        (0, {"time_ns": BEGUN - 1}, "time of 2 off by -1 s"),
        (2, {"time_ns": BEGUN}, "time of 7 out of order"),
        (1, {"severity": 0}, "level of 3 not found"),
        (1, {"severity": 17}, "level of 3 read as error"),
        (2, {"trace": ""}, "trace id not found"),
        (0, {"body": '{"m":"zoo-2","x":NaN}'}, "JSON taken for text: 2"),
        (0, {"body": "nothing"}, "no record for 2; 1 pieces of records"),
        (2, {"body": "zoo-3 again"}, "no record for 7; 1 pieces of records"),
    ],
)
def test_what_is_read_otherwise_is_named(at: int, change: dict[str, object], fault: str) -> None:
    """By the numbers of the events."""
    assert "; ".join(_judged((at, change))) == fault


def test_a_severity_that_nobody_wrote_is_a_fault() -> None:
    """As one that is missing."""
    silent = Logger("one", "python", "one", "1", lambda _: None, lambda _: [], events="237")

    assert "level of" in judge(silent, OUTPUT, _records()).faults()[0]


def test_a_row_whose_examples_are_not_written_is_wrong() -> None:
    """What the page shows was looked for in what the program wrote."""
    other = Output("zoo-2\nzoo-3\nzoo-7\n", BEGUN, BEGUN + SECOND)

    assert judge(LOGGER, other, _records()).notes == [
        "no time like at 1999 was written",
        "no level like WARN was written",
    ]


def test_a_shape_has_other_digits_days_and_months() -> None:
    """And everything else letter by letter."""
    assert re.fullmatch(shape("[Fri Nov 27 20:00:00.123 2026] x"), "[Sat Dec 1 07:00:00.1 2027] x")
    assert not re.fullmatch(shape("27/Nov/2026"), "27-Nov-2026")


@pytest.mark.parametrize(
    ("body", "expected"),
    [("text", True), ('{"m":1}', True), ('{"m":NaN}', False), ('{"message":"{}"}', False), ('\x1e{"m":1}', False)],
)
def test_json_that_was_taken_for_text_is_told(body: str, *, expected: bool) -> None:
    """A body is a line's only text, or its object."""
    assert is_object(body) is expected


def test_faults_of_one_kind_are_grouped() -> None:
    """Few are listed, many are counted."""
    figures = Figures(time=dict.fromkeys("12345", "not found"), level={"1": "not found", "2": "read as error"})

    assert figures.faults() == ["time of 5 events not found", "level of 1 not found; 2 read as error"]


def test_programs_are_where_the_rows_say() -> None:
    """Each language has a folder."""
    programs = Path(__file__).with_name("programs")
    assert {each.language for each in all_loggers()} == {
        each.name for each in programs.iterdir() if each.is_dir() and each.name[0] not in "_."
    }


@pytest.mark.parametrize("written", ["Nov 27 20:00:00", "Dec  1 00:32:54", "Dec 1 00:32:54"])
def test_a_day_of_one_digit_is_written_like_one_of_two(written: str) -> None:
    """As syslog pads it: nine days of each month."""
    assert re.fullmatch(shape("Nov 27 20:00:00"), written)
