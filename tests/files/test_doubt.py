from hypothesis import given
from hypothesis import strategies as st

from logship.files.doubt import DOUBT_LOOKS, DOUBT_SECONDS, Doubt

STEPS = st.sampled_from(["suspect", "note", "clear", "sizes", "count", "count now"])


@given(st.lists(st.tuples(STEPS, st.integers(0, 300), st.integers(0, 300))))
def test_it_lasts_as_long_as_a_look_may_tell_more(steps: list[tuple[str, int, int]]) -> None:
    """While a size is too small, or what was cut off that nobody had read is not counted yet."""
    doubt, now = Doubt(), 0.0
    for step, one, other in steps:
        now += one / 300
        match step:
            case "suspect":
                doubt.suspect()
            case "note":
                doubt.note(one, other, now)
            case "clear":
                doubt.clear()
            case "sizes":
                doubt.note_sizes(one, other, now)
            case _:
                doubt.cut_unread(now, sure=step == "count now")
        assert doubt.lasts == (doubt.looks > 0 or doubt._had > 0)


def test_a_size_is_believed_after_so_many_looks_and_so_long() -> None:
    """Neither alone is enough."""
    doubt = Doubt()
    assert not any(doubt.note(5, 5, 0.1) for _ in range(2 * DOUBT_LOOKS))
    assert doubt.note(5, 5, 0.1 + DOUBT_SECONDS)
    doubt.clear()
    assert not any(doubt.note(5, 5, seconds * DOUBT_SECONDS) for seconds in range(2, DOUBT_LOOKS + 1))
    assert doubt.note(5, 5, 9.0)
