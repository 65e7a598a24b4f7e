"""What every set-up has to be, without running one."""

import re

import pytest

from tests.zoo.finding import all_setups, chosen
from tests.zoo.page import EXPLAINED
from tests.zoo.setup import Setup

SETUPS = all_setups()


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
def test_a_set_up_says_how_it_rotates_and_its_names_are_relative(setup: Setup) -> None:
    """The page has a row of it."""
    assert re.fullmatch(r"[a-z0-9.+-]+", setup.name)
    assert setup.rotation
    assert setup.version
    assert not setup.exact or not re.search(r"[*?\[/]", setup.exact)


def test_names_are_unique_and_the_zoo_has_forty_rotators() -> None:
    """As the page promises."""
    assert len({each.name for each in SETUPS}) == len(SETUPS) >= 40


def test_a_choice_is_by_name_or_language_and_an_unknown_word_is_refused() -> None:
    """A typing error is not an empty, green run."""
    name = SETUPS[0].name
    assert [each.name for each in chosen([name], [])] == [name]
    assert {each.language for each in chosen([], ["python"])} == {"python"}
    with pytest.raises(ValueError, match="no such"):
        chosen(["nobodys"], [])


def test_what_is_explained_is_there() -> None:
    """A set-up that got another name would leave its words behind."""
    assert EXPLAINED.keys() <= {each.name for each in SETUPS}
    assert all(EXPLAINED.values())
