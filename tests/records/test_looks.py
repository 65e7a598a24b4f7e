"""Which lines are JSON records by how they begin."""

from hypothesis import given
from hypothesis import strategies as st

from logship.records.looks import all_records, are_records, past_bar

LINES = (b'{"a":1}\n', b"{}\n", b"{ }\n", b"{#\n", b'{"', b"{", b"a\n", b"\xff\n", b"", b' {"a":1}\n', b'{!"\n')


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=6))
def test_lines_are_records_by_their_first_two_bytes(lines: list[bytes]) -> None:
    """In the order of their bytes, some lines come before all that begin so, and others behind them."""
    each = [line.startswith(b'{"') for line in lines]
    assert [*map(bool, are_records(lines))] == each
    assert all_records(lines) == all(each)


def test_what_stands_behind_a_progress_bar_is_the_line() -> None:
    """As a terminal shows it; what only has a CR, or a bar that was not drawn over another line, is left."""
    assert past_bar(b"\r 33%|###       | 1/3 [00:00<00:00,  8.32it/s]ERROR: x") == b"ERROR: x"
    assert past_bar(b"\rEmbedding:  25%|##  | 1.0M/4.0M [00:00<00:00, 6.66MB/s, loss=0.1]x") == b"x"
    for line in (b"", b"a\rb", b"5%|a| b [c]d", b"\r50% of [it] is done", b"\r"):
        assert past_bar(line) == line
