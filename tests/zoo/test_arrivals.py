from tests.zoo.arrivals import arrival
from tests.zoo.judging import Arrival


def test_a_writers_line_is_known_by_its_fields_whatever_else_is_with_them() -> None:
    """The store's layout adds some."""
    assert arrival("a", {"@timestamp": "…", "n": 7, "pad": "x"}) == Arrival("a", 7)


def test_all_else_is_foreign_and_shown() -> None:
    """A torn line, bytes of an archive, or a number that is none."""
    assert arrival("a", {"message": "torn"}) == Arrival("a", None, "torn")
    assert arrival("a", {"n": "7", "pad": "x"}).number is None
    assert arrival("a", {"n": 7}).number is None
