"""Which lines are JSON records by how they begin."""

from hypothesis import given
from hypothesis import strategies as st

from logship.records.looks import all_records, are_records

LINES = (b'{"a":1}\n', b"{}\n", b"{ }\n", b"{#\n", b'{"', b"{", b"a\n", b"\xff\n", b"", b' {"a":1}\n', b'{!"\n')


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=6))
def test_lines_are_records_by_their_first_two_bytes(lines: list[bytes]) -> None:
    """In the order of their bytes, some lines come before all that begin so, and others behind them."""
    each = [line.startswith(b'{"') for line in lines]
    assert [*map(bool, are_records(lines))] == each
    assert all_records(lines) == all(each)
