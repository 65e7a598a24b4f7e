"""What every row has to be, without running one."""

import re

import pytest

from tests.zoo_loggers.finding import all_loggers, chosen
from tests.zoo_loggers.logger import Logger

ROWS = all_loggers()


def test_names_are_unique_fit_for_a_file_and_enough() -> None:
    """As the page promises."""
    names = [each.name for each in ROWS]

    assert len(set(names)) == len(names) >= 40
    assert all(re.fullmatch(r"[a-z0-9.+-]+", name) for name in names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_names_a_version_and_events_in_their_order(row: Logger) -> None:
    """Each number once."""
    assert row.version
    assert sorted(row.events) == list(row.events)


def test_a_choice_is_by_beginnings_or_language_and_an_unknown_word_is_refused() -> None:
    """A typing error is not an empty, green run."""
    assert [each.name for each in chosen(["structlog-json"], [])] == ["structlog-json"]
    assert {each.language for each in chosen([], ["python"])} == {"python"}
    with pytest.raises(ValueError, match="no such"):
        chosen(["nobodys"], [])
