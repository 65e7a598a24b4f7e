"""Where private keys over several lines may begin; what goes on behind that is played in test_blocks.py."""

from hypothesis import given
from hypothesis import strategies as st

from logship.redaction.private_keys import may_begin

PIECES = st.sampled_from(["V", "PRIV", "PRIVATE KEY", "PRIVATE", " KEY", "x", "\n", "V" * 30])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_key_may_begin_where_its_word_is(text: str) -> None:
    """However many of its letters are before it."""
    assert may_begin(text.encode()) == ("PRIVATE KEY" in text)


def test_its_word_may_be_escaped() -> None:
    """As JSON allows it."""
    assert may_begin(b'{"a":"\\u0050RIVATE KEY"}')
    assert not may_begin(b'{"a":"\\u0050RIVATE"}')
