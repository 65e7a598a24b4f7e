import pytest

from tests.zoo.judging import Arrival, Figures, judge, ranges

WRITTEN = range(6)


def came(*numbers: int | None) -> list[Arrival]:
    """Give records under an id each."""
    return [Arrival(f"id-{at}", number) for at, number in enumerate(numbers)]


def test_a_cell_in_which_every_line_arrived_in_order_has_no_failure() -> None:
    """All figures but one are 0."""
    figures = judge(came(0, 1, 2, 3, 4, 5), set(WRITTEN), WRITTEN)
    assert figures == Figures(arrived=6)
    assert figures.failures() == []


def test_a_line_that_some_file_has_and_that_never_came_is_missing() -> None:
    """Its range is told."""
    figures = judge(came(0, 1, 4), set(WRITTEN), WRITTEN)
    assert (figures.missing, figures.gone, figures.holes) == (3, 0, ["2-3", "5"])
    assert figures.failures() == ["missing"]


def test_a_line_that_no_file_has_any_more_is_gone_and_no_failure() -> None:
    """Retention is the rotator's."""
    figures = judge(came(2, 3, 4, 5), {4, 5}, WRITTEN)
    assert (figures.missing, figures.gone) == (0, 2)
    assert figures.failures() == []


def test_a_line_under_two_ids_is_twice_however_often_it_came() -> None:
    """It counts once."""
    figures = judge(came(0, 1, 1, 1, 2, 3, 4, 5), set(WRITTEN), WRITTEN)
    assert (figures.twice, figures.repeats, figures.late, figures.doubles) == (1, 0, 0, ["1"])
    assert figures.failures() == ["twice"]


def test_a_record_that_comes_again_under_its_id_is_a_repeat_and_neither_late_nor_a_failure() -> None:
    """At least once allows it, and a store keeps one."""
    figures = judge([*came(0, 1, 2, 3, 4, 5), *came(0, 1)], set(WRITTEN), WRITTEN)
    assert figures == Figures(arrived=6, repeats=2)
    assert figures.failures() == []


def test_an_id_that_comes_back_with_another_line_does_not_bring_that_line() -> None:
    """A store answers 409 and keeps the first: the second is missing."""
    figures = judge([*came(0, 1, 2, 3, 4), Arrival("id-0", 5)], set(WRITTEN), WRITTEN)
    assert (figures.clashes, figures.missing) == (1, 1)
    assert figures.failures() == ["missing", "clashes"]


@pytest.mark.parametrize("odd", [None, -1, 6])
def test_what_nobody_wrote_is_foreign(odd: int | None) -> None:
    """No number, or one that was not to be written."""
    figures = judge(came(0, 1, 2, 3, 4, 5, odd), set(WRITTEN), WRITTEN)
    assert (figures.foreign, figures.failures()) == (1, ["foreign"])


def test_each_line_that_came_after_a_later_one_is_late() -> None:
    """Only its first arrival counts."""
    assert judge(came(0, 3, 1, 2, 4, 5), set(WRITTEN), WRITTEN).late == 2


@pytest.mark.parametrize(("missing", "gone", "failures"), [(0, 0, ["suspected"]), (1, 0, ["missing"]), (0, 1, [])])
def test_bytes_may_be_suspected_only_where_lines_did_not_come(missing: int, gone: int, failures: list[str]) -> None:
    """A suspicion where nothing is missing is a false alarm."""
    assert Figures(missing=missing, gone=gone, lost={"rotated": 9}).failures() == failures


def test_a_cell_that_did_not_run_to_its_end_is_a_failure() -> None:
    """Whatever arrived."""
    assert Figures(notes=["the writer ended with 1"]).failures() == ["notes"]


def test_ranges_join_what_follows_each_other() -> None:
    """And nothing else."""
    assert ranges([1, 2, 3, 7, 9, 10]) == ["1-3", "7", "9-10"]
    assert ranges([]) == []
