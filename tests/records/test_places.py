from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from logship.records.places import inside


@given(
    st.lists(st.integers(0, 60), max_size=12, unique=True).map(sorted),
    st.lists(st.integers(-1, 61), max_size=30),
)
def test_an_offset_is_inside_of_the_run_that_has_it(bounds: list[int], offsets: list[int]) -> None:
    """From where the run begins up to before its end."""
    runs = [*islice(pairwise(bounds), None, None, 2)]
    assert inside(runs, offsets) == [
        at for at, offset in enumerate(offsets) if any(begin <= offset < end for begin, end in runs)
    ]
