import re

import pytest

from logship.records.head_forms import FORMS
from logship.records.head_parts import TIME_FOLLOWS
from logship.records.lazy_pattern import LazyPattern


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.head.pattern[:40].decode())
def test_every_form_of_a_head_can_be_compiled(form: object) -> None:
    """None is before a line asks for it: a mistake in one would show at an operator's."""
    for each in (form.head, form.more, form.after, TIME_FOLLOWS):  # type: ignore[attr-defined]
        if each:
            each.match(b"")


def test_it_matches_as_a_compiled_one_does() -> None:
    """The first time as later, from a place, and up to one."""
    lazy, compiled = LazyPattern(b"a+(?P<l>b)?", re.IGNORECASE), re.compile(b"a+(?P<l>b)?", re.IGNORECASE)
    for arguments in ((b"xaAB",), (b"xaAB", 1), (b"xaAB", 1, 3)) * 2:
        found, expected = lazy.match(*arguments), compiled.match(*arguments)
        assert (found and (found.span(), found["l"])) == (expected and (expected.span(), expected["l"]))


def test_a_mistake_is_raised_when_it_is_asked() -> None:
    """As re raises it."""
    with pytest.raises(re.error):
        LazyPattern(b"(").match(b"")
