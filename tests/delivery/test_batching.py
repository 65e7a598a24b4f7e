from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from logship.delivery.batching import Batcher
from logship.model import Batch, Block, Encoded, FileId

MAX_BYTES, MAX_RECORDS, LINGER = 100, 10, 2.0


def part(nbytes: int, records: int = 1) -> Encoded:
    """Make an encoded block."""
    return Encoded(Block(FileId("f" * 22), "a.log", 0, nbytes, b"", 0, 0.0), b"x" * nbytes, records)


def batcher() -> Batcher:
    """Make an empty batcher."""
    return Batcher(max_bytes=MAX_BYTES, max_records=MAX_RECORDS, linger=LINGER)


@given(st.lists(st.tuples(st.integers(0, 2 * MAX_BYTES), st.integers(0, 2 * MAX_RECORDS)), max_size=30))
def test_batches_keep_order_and_limits(sizes: list[tuple[int, int]]) -> None:
    """Every block comes out once, in order; only a block that is too large alone makes a batch over a limit."""
    parts = [part(*size) for size in sizes]
    gatherer = batcher()
    batches = [batch for each in parts if (batch := gatherer.add(each, 0.0))]
    batches += [batch] if (batch := gatherer.take(0.0)) else []
    out = [each for batch in batches for each in batch.parts]
    assert len(out) == len(parts)
    assert all(one is other for one, other in zip(out, parts, strict=True))
    for batch in batches:
        assert batch.parts
        assert len(batch.parts) == 1 or (batch.nbytes <= MAX_BYTES and batch.records <= MAX_RECORDS)
    for batch, following in pairwise(batches):
        too_many = batch.records + following.parts[0].records > MAX_RECORDS
        full = batch.nbytes >= MAX_BYTES or batch.records >= MAX_RECORDS
        assert full or too_many or batch.nbytes + len(following.parts[0].body) > MAX_BYTES


def test_a_batch_closes_as_soon_as_it_is_full() -> None:
    """By bytes or by records, without waiting for the block that would not fit."""
    gatherer = batcher()
    assert gatherer.add(part(60), 0.0) is None
    assert gatherer.add(part(40), 0.0) is not None
    assert gatherer.add(part(1, 10), 0.0) is not None
    assert gatherer.due is None


def test_a_block_that_does_not_fit_begins_the_next_batch() -> None:
    """The batch that it closes is without it, and its age counts from now."""
    gatherer = batcher()
    first, second = part(60), part(60)
    gatherer.add(first, 0.0)
    assert gatherer.add(second, 5.0) == Batch((first,))
    assert gatherer.due == 5.0 + LINGER
    assert gatherer.take(7.0) == Batch((second,))


def test_a_block_too_large_leaves_alone() -> None:
    """It closes what was open, and is taken next."""
    gatherer = batcher()
    small, large = part(10), part(500)
    gatherer.add(small, 0.0)
    assert gatherer.add(large, 0.0) == Batch((small,))
    assert gatherer.take(0.0) == Batch((large,))


def test_what_comes_after_a_while_is_due_at_once() -> None:
    """Nothing comes with it as a rule; an empty batch is never due."""
    gatherer = batcher()
    assert gatherer.due is None
    assert gatherer.take(9.0) is None
    gatherer.add(part(1), 10.0)
    gatherer.add(part(1), 11.0)
    assert gatherer.due == 10.0


def test_batches_close_a_linger_apart_while_blocks_come() -> None:
    """However soon one comes after the last batch, and however many come: none waits for longer."""
    gatherer = batcher()
    gatherer.add(part(1), 10.0)
    gatherer.take(10.0)
    gatherer.add(part(1), 10.5)
    gatherer.add(part(1), 11.0)
    assert gatherer.due == 10.0 + LINGER
    gatherer.take(12.0)
    gatherer.add(part(1), 12.0)
    assert gatherer.due == 12.0 + LINGER


def test_a_batch_waits_for_what_comes_within_its_linger() -> None:
    """One request is enough for both; an empty batch waits for nothing, and none for longer than its linger."""
    gatherer = batcher()
    assert gatherer.due_with(10.0) is None
    gatherer.add(part(1), 10.0)
    assert gatherer.due_with(None) == 10.0
    assert gatherer.due_with(9.0) == 10.0
    assert gatherer.due_with(10.0 + LINGER / 2) == 10.0 + LINGER / 2
    assert gatherer.due_with(99.0) == 10.0 + LINGER
