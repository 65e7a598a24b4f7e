import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records import plain_lines
from logship.records.plain_lines import is_plain

LINES = st.sampled_from([b'{"a":1}', b'{"', b"{", b"{#", b"{}", b"", b"a", b"}", b'{"a":1}\r'])
MANY = 40 * 1024 // 9
"""Lines; more than are looked at first."""


@given(lines=st.lists(LINES, min_size=1), before=st.sampled_from([0, MANY]))
def test_lines_that_are_all_json_by_their_looks_are_plain(lines: list[bytes], before: int) -> None:
    """Each begins as a record does; bytes that come before or behind those do not count as it."""
    lines = [b'{"a":12}'] * before + lines
    assert is_plain(b"".join(line + b"\n" for line in lines)) == all(line.startswith(b'{"') for line in lines)


@pytest.mark.parametrize("end", [b"}\n", b"}\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("lines", [2, MANY])
def test_whoever_asks_after_a_look_gets_what_a_first_question_gives(end: bytes, lines: int) -> None:
    """However often, for however large a block, and whatever was looked at between."""
    one, other = (b'{"%b":1%b' % (name, end) for name in (b"a", b"b"))
    for data in (one * lines, other * lines):
        assert is_plain(data)
    for data, piece in ((other * lines, b'b":1'), (one * lines, b'a":1'), (one * lines, b'a":1')):
        assert plain_lines.pieces(data) == [piece] * lines
