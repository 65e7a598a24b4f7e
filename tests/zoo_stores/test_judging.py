from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from tests.zoo_stores.cells import missed
from tests.zoo_stores.corpus import Line
from tests.zoo_stores.finding import all_setups
from tests.zoo_stores.judging import Expected, Figures, Rules, Stored, failures, judge

OURS = {"pod": "p"}
LINES = [
    Line(0, "json", b'{"m":"#000000#"}', time_ns=10, severity=9, fields={"m": "#000000#"}),
    Line(1, "text", b"#000001#"),
    Line(2, "loose", b"#000002#", exact=False),
]
RULES = Rules(
    lambda line: Expected("info" if line.severity else None, None, line.fields or {"message": line.raw.decode()}),
    int.__eq__,
    OURS,
    (100, 200),
)
STORED = [
    Stored(0, 10, "info", None, {"m": "#000000#"}, OURS),
    Stored(1, 150, None, None, {"message": "#000001#"}, OURS),
    Stored(2, 150, "odd", "odd", {"odd": 1}, OURS),
]


def test_lines_that_are_stored_as_they_are_have_no_fault() -> None:
    """Of one that is loose only time and our names are compared."""
    figures = judge(STORED, LINES, (), RULES)
    assert figures == Figures(written=3, stored=3)
    assert failures(figures, {}, 0) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"time_ns": 11}, "time"),
        ({"level": None}, "level"),
        ({"message": "m"}, "message"),
        ({"fields": {}}, "fields"),
        ({"ours": {}}, "ours"),
    ],
)
def test_each_part_of_a_record_is_compared(changes: Mapping[str, Any], name: str) -> None:
    """What differs is counted by kind, and shown."""
    figures = judge([replace(STORED[0], **changes), *STORED[1:]], LINES, (), RULES)
    assert getattr(figures, name) == {"json": 1}
    assert len(figures.examples) == 1
    assert failures(figures, {}, 0) == [f"{name}: 1 of json"]
    assert failures(figures, {name: ["json"]}, 0) == []


@pytest.mark.parametrize("time_ns", [99, 201, None])
def test_a_line_without_a_time_has_that_of_its_reading(time_ns: int | None) -> None:
    """Between the cell's begin and end."""
    assert judge([replace(STORED[1], time_ns=time_ns)], LINES, (), RULES).time == {"text": 1}


def test_a_line_is_stored_refused_or_missing() -> None:
    """One that is stored as well is not refused."""
    figures = judge(STORED[:1], LINES, {0, 1}, RULES)
    assert (figures.stored, figures.refused, figures.missing) == (1, {"text": 1}, {"loose": 1})


def test_repeats_and_foreign_records_are_counted() -> None:
    """A repeat is none of those that are allowed beyond their number."""
    foreign = [Stored(None, 1, None, "x", {}, {}), replace(STORED[0], number=3)]
    figures = judge([*STORED, STORED[0], *foreign], LINES, (), RULES)
    assert (figures.repeats, figures.foreign, figures.stored) == (1, 2, 3)
    assert failures(figures, {}, 1) == ["2 foreign records"]
    assert failures(figures, {}, 0) == ["1 repeats, 0 are allowed", "2 foreign records"]


def test_what_is_known_of_a_store_has_to_happen() -> None:
    """Else the page would tell what is so no longer. Over a crash, what was acknowledged may go if that is known."""
    setup = next(each for each in all_setups() if "crash" in each.loses_in)
    as_known = Figures()
    for name, kinds in setup.known.items():
        setattr(as_known, name, dict.fromkeys(kinds, 1))
    assert missed(setup, "plain", as_known) == []
    assert "no longer missing: of 1970" in missed(setup, "plain", Figures())
    assert missed(setup, "kill", Figures()) == []
    assert missed(setup, "crash", Figures(missing={"text": 9})) == []
    assert missed(setup, "restart", Figures(missing={"text": 9})) == ["missing: 9 of text"]


def test_set_ups_have_names_of_their_own() -> None:
    """By which they are chosen and kept."""
    names = [each.name for each in all_setups()]
    assert len(names) == len(set(names))
