from random import Random

from hypothesis import given
from hypothesis import strategies as st
from isal import isal_zlib
from msgspec.structs import replace

from logship.model import Block, FileId, LineState
from logship.state.acks import Ledger
from logship.state.identity import Print, Saved

FILES = [FileId(letter * 22) for letter in "ab"]


def block(file: FileId, start: int, end: int, *, gap: bool = False) -> Block:
    """Make a block of a file."""
    data = b"" if gap else bytes(at % 251 for at in range(start, end))
    return Block(file, "a.log", start, end, data, 7, 0.0, skipped="nul" if gap else "")


def chain(file: FileId, lengths: list[int], start: int = 0) -> list[Block]:
    """Make blocks that follow one another."""
    blocks = []
    for length in lengths:
        blocks.append(block(file, start, start + length))
        start += length
    return blocks


LENGTHS = st.lists(st.integers(1, 200), min_size=1, max_size=12)


@given(LENGTHS, LENGTHS, st.randoms(use_true_random=False))
def test_the_offset_is_the_contiguous_acknowledged_prefix(first: list[int], second: list[int], random: Random) -> None:
    """Whatever the order of the acknowledgements, an offset moves over what has no hole before it, and never back."""
    ledger = Ledger()
    blocks = {file: chain(file, lengths) for file, lengths in zip(FILES, (first, second), strict=True)}
    for file, sent in blocks.items():
        ledger.open(file, Saved())
        for each in sent:
            ledger.sent(each)
    order = [each for sent in blocks.values() for each in sent]
    random.shuffle(order)
    acked: list[Block] = []
    for each in order:
        ledger.ack(each)
        acked.append(each)
        for file, sent in blocks.items():
            prefix = next((number for number, one in enumerate(sent) if one not in acked), len(sent))
            offset = sent[prefix - 1].end if prefix else 0
            assert ledger.offset(file) == offset
            saved = ledger.saved(file)
            assert saved is not None
            assert saved.in_flight == tuple((one.start, one.end, 7) for one in sent[prefix:])
            tail = sent[prefix - 1].data[-64:] if prefix else b""
            assert saved.marker == Print.of(tail)
            assert ledger.outstanding(file) == (prefix < len(sent))


def test_a_file_begins_where_the_checkpoint_says() -> None:
    """Its offset, state and marker stay until a block is acknowledged; opening it again changes nothing."""
    ledger = Ledger()
    saved = Saved(50, LineState.PARTIAL, Print.of(b"before"))
    ledger.open(FILES[0], saved)
    ledger.open(FILES[0], Saved())
    assert ledger.saved(FILES[0]) == saved
    assert ledger.offset(FILES[1]) == 0
    assert ledger.saved(FILES[1]) is None
    assert not ledger.outstanding(FILES[1])


def test_what_may_have_left_in_an_earlier_life_is_kept_until_it_is_sent_again() -> None:
    """Killed a second time, before it was read again: the third life still repeats it with its first event time."""
    ledger, (file, _) = Ledger(), FILES
    before = ((10, 20, 5), (20, 30, 5), (30, 40, 6))
    ledger.open(file, Saved(10, in_flight=before))
    again = block(file, 10, 20)
    ledger.sent(again)
    saved = ledger.saved(file)
    assert saved
    assert saved.in_flight == ((10, 20, 7), *before[1:])
    ledger.ack(again)
    saved = ledger.saved(file)
    assert saved
    assert (saved.offset, saved.in_flight) == (20, before[1:])


def test_the_state_within_a_line_is_that_of_the_last_acknowledged_block() -> None:
    """What was cut or shipped in part is remembered beside the offset."""
    ledger = Ledger()
    ledger.open(FILES[0], Saved())
    cut = replace(block(FILES[0], 0, 10), flags=("truncated",), after=LineState.SKIPPING)
    ledger.sent(cut)
    ledger.ack(cut)
    assert ledger.saved(FILES[0]) == Saved(10, LineState.SKIPPING, Print.of(cut.data))


def test_a_gap_leaves_no_marker_of_the_bytes_before_it() -> None:
    """The bytes before the offset are not known then: an older marker would be a false witness."""
    ledger = Ledger()
    ledger.open(FILES[0], Saved(10, marker=Print.of(b"0123456789")))
    gap = block(FILES[0], 10, 20, gap=True)
    ledger.sent(gap)
    ledger.ack(gap)
    assert ledger.saved(FILES[0]) == Saved(20)


def test_a_forgotten_file_is_kept_until_nothing_of_it_is_on_its_way() -> None:
    """Acknowledgements after a file was closed find their place, and after the last one nothing of it is left."""
    ledger = Ledger()
    first, second = chain(FILES[0], [10, 10])
    ledger.open(FILES[0], Saved())
    ledger.sent(first)
    ledger.sent(second)
    ledger.forget(FILES[0])
    ledger.ack(second)
    assert ledger.offset(FILES[0]) == 0
    ledger.ack(first)
    assert ledger.saved(FILES[0]) is None
    ledger.forget(FILES[0])


def test_a_file_that_is_opened_again_is_not_forgotten() -> None:
    """A file that was let go of and found again keeps what was sent."""
    ledger = Ledger()
    (first,) = chain(FILES[0], [10])
    ledger.open(FILES[0], Saved())
    ledger.sent(first)
    ledger.forget(FILES[0])
    ledger.open(FILES[0], Saved())
    ledger.ack(first)
    assert ledger.offset(FILES[0]) == 10


def test_only_the_oldest_block_of_each_file_is_in_flight_for_the_age() -> None:
    """One block a file: the one that was seen first."""
    ledger = Ledger()
    blocks = {file: chain(file, [5, 5]) for file in FILES}
    for file, sent in blocks.items():
        ledger.open(file, Saved())
        for each in sent:
            ledger.sent(each)
    assert list(ledger.in_flight()) == [blocks[FILES[0]][0], blocks[FILES[1]][0]]


def test_the_offset_stops_before_a_record_that_waits() -> None:
    """What is around it in its block is acknowledged; once it is, the offset is where it would have been."""
    ledger = Ledger()
    ledger.open(FILES[0], Saved())
    blocks = chain(FILES[0], [10, 100, 10])
    for each in blocks:
        ledger.sent(each)
    waiting = [
        replace(blocks[1], start=start, end=end, data=blocks[1].data[start - 10 : end - 10])
        for start, end in ((20, 25), (25, 30), (105, 110))
    ]
    ledger.ack(blocks[1], waiting)
    ledger.ack(blocks[2])
    assert ledger.offset(FILES[0]) == 0
    ledger.ack(blocks[0])
    assert ledger.offset(FILES[0]) == 20
    saved = ledger.saved(FILES[0])
    assert saved is not None
    assert saved.marker == Print.of(blocks[1].data[:10])
    assert [each[:2] for each in saved.in_flight] == [(20, 25), (25, 30), (30, 105), (105, 110), (110, 120)]
    ledger.ack(waiting[1])
    assert ledger.offset(FILES[0]) == 20
    ledger.ack(waiting[0])
    assert ledger.offset(FILES[0]) == 105
    ledger.ack(waiting[2])
    assert ledger.offset(FILES[0]) == 120
    assert not ledger.outstanding(FILES[0])


def test_a_record_that_waits_for_long_costs_no_memory() -> None:
    """Of what was acknowledged behind it no data is kept, and many blocks become one."""
    ledger = Ledger()
    ledger.open(FILES[0], Saved())
    blocks = chain(FILES[0], [10] * 5000)
    for each in blocks:
        ledger.sent(each)
        if each.start:
            ledger.ack(each)
    sent = ledger._files[FILES[0]].sent or ()
    assert len(sent) <= 65
    assert [each.block for each in sent if each.block] == blocks[:1]
    ledger.ack(blocks[0])
    assert ledger.offset(FILES[0]) == 50_000


def test_what_an_earlier_life_proved_is_kept_until_it_was_sent_again() -> None:
    """It may be in the store: its ids are for those bytes, however often logship dies."""
    file = FILES[0]
    before, proofs = ((10, 20, 5), (20, 30, 6)), ((10, 20, 111), (20, 30, 222))
    ledger = Ledger()
    ledger.open(file, Saved(10, in_flight=before, proofs=proofs))
    saved = ledger.saved(file)
    assert saved
    assert (saved.in_flight, saved.proofs) == (before, proofs)
    ledger.sent(block(file, 10, 20))
    saved = ledger.saved(file)
    assert saved
    assert saved.in_flight == ((10, 20, 7), before[1])
    assert saved.proofs == ((10, 20, isal_zlib.crc32(block(file, 10, 20).data)), proofs[1])
