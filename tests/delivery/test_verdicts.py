from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from logship.delivery.verdicts import around, file_bytes, halves, records, settle
from logship.model import Batch, Block, FileId, Outcome, Status, Verdict
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.sinks.elasticsearch.bulk import Bulk
from tests.line_sink import LineSink

LINES = st.sampled_from([b'{"a":1}\n', b"text\n", b"\n", b"\x00\x00text\n", b"\xff\n", b"\xef\xbb\xbf{}\n", b"\r\n"])
FATES = st.sampled_from(list(Status))


@dataclass
class RealLines(LineSink):
    """The real encoder behind the sink of the tests."""

    def __post_init__(self) -> None:
        encoder = BlockEncoder(Enrichment({"a": 2}), Bulk())
        self.encode = encoder.encode  # type: ignore[method-assign]  # this sink's whole point
        self.records = encoder.records  # type: ignore[method-assign]


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw a batch of up to three blocks."""
    parts, sink, start = [], RealLines(), 0
    for lines in draw(st.lists(st.lists(LINES, min_size=1, max_size=6), min_size=1, max_size=3)):
        data = b"".join(lines)
        start += draw(st.sampled_from([0, 10]))
        parts.append(sink.encode(Block(FileId("f" * 22), "a.log", start, start + len(data), data, 1, 0.0)))
        start += len(data)
    return Batch(tuple(parts))


@given(batches(), st.data())
def test_every_record_is_settled_once_with_all_its_bytes(batch: Batch, data: st.DataObject) -> None:
    """Whatever an answer says, its parts add up: in records, in file bytes, and in the encoded bytes sent again."""
    sink = RealLines()
    fates = data.draw(st.lists(FATES, min_size=batch.records, max_size=batch.records))
    rest = data.draw(FATES)
    verdicts = tuple(Verdict(i, fate, "r") for i, fate in enumerate(fates) if fate is not rest)
    settled = settle(batch, Outcome(rest, "r", verdicts=verdicts), sink)
    single = records(batch, sink)
    assert len(single) == batch.records
    expected = {fate: [one for one, each in zip(single, fates, strict=True) if each is fate] for fate in Status}
    for status, counts in ((Status.DELIVERED, settled.delivered), (Status.DUPLICATE, settled.duplicate)):
        assert counts["records"] == len(expected[status])
        assert counts["bytes"] == sum(one.nbytes for one in expected[status])
    assert [each.record for each in settled.refused] == expected[Status.REJECTED]
    alone = [sink.encode(one.block).body for one in expected[Status.ERRORED]]
    assert b"".join(part.body for part in settled.again) == b"".join(alone)
    assert sum(file_bytes(part) for part in settled.again) == sum(one.nbytes for one in expected[Status.ERRORED])


@given(batches(), st.integers(-2, 20))
def test_what_is_around_a_record_is_the_whole(batch: Batch, blamed: int) -> None:
    """Taking a batch apart around a record loses none and no byte, keeps the order, and leaves that record alone."""
    sink = RealLines()
    divided = around(batch, blamed, sink)
    assert b"".join(each.body for each in divided) == batch.body
    assert sum(file_bytes(part) for each in divided for part in each.parts) == sum(map(file_bytes, batch.parts))
    if 0 <= blamed < batch.records:
        [alone] = [record for at, record in enumerate(records(batch, sink)) if at == blamed]
        assert [part.block for part in divided[blamed > 0].parts] == [alone.block]
        assert all(each.records for each in divided)


@given(batches())
def test_halves_are_the_whole(batch: Batch) -> None:
    """Halving loses no record and no byte, keeps the order, and comes to an end."""
    sink = RealLines()
    first, second = halves(batch, sink)
    assert b"".join(part.body for half in (first, second) for part in half.parts) == batch.body
    assert abs(first.records - second.records) <= 1
    assert sum(file_bytes(part) for half in (first, second) for part in half.parts) == sum(map(file_bytes, batch.parts))
