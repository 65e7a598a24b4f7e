import random

from logship.state.bits import Bits


def test_what_was_added_is_there_and_most_else_is_not() -> None:
    """Of a thousand hashes in a million bits, hardly any other one is taken for one of them."""
    drawn = random.Random(7)
    bits, hashes = Bits(1 << 20), [drawn.getrandbits(64) for _ in range(1000)]
    assert not any(each in bits for each in hashes)
    for each in hashes:
        bits.add(each)
    assert all(each in bits for each in hashes)
    assert sum(drawn.getrandbits(64) in bits for _ in range(10_000)) < 50
