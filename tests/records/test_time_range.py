import json

import pytest

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.first_time import FirstTime
from logship.records.layouts import Lines
from logship.records.time_range import TimeRange

SECOND = 10**9
NOON = 1_795_867_200 * SECOND
"""2026-11-28T12:00:00Z."""


def block(lines: list[str]) -> Block:
    """Make a block of lines."""
    data = "".join(f"{line}\n" for line in lines).encode()
    return Block(FileId("AbCdEfGhIjKlMnOpQrStUv"), "app.log", 0, len(data), data, NOON, 0.0)


def encoder(since_ns: int | None = None, until_ns: int | None = None, when: str = "") -> BlockEncoder:
    """Make an encoder that keeps a stretch of time."""
    return BlockEncoder(Enrichment({}, times=TimeRange(since_ns, until_ns)), Lines(), when)


TIMES = ["11:59:59", "11:59:59.999999999", "12:00:00", "12:00:00.000", "12:00:00.5", "12:00:01", "12:00:01.000000001"]
LINES = [json.dumps({"time": f"2026-11-28T{time}Z", "n": n}) for n, time in enumerate(TIMES)]


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        (NOON, None, [2, 3, 4, 5, 6]),
        (None, NOON, [0, 1]),
        (NOON, NOON + SECOND, [2, 3, 4]),
        (NOON + SECOND // 2, NOON + SECOND + 1, [4, 5]),
        (NOON - 1, NOON, [1]),
        (None, None, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
@pytest.mark.parametrize("odd", ["", '{"n": 9, "time": "2026-11-28T12:00:00Z", "time": "x"}'], ids=["plain", "odd"])
def test_from_the_first_time_on_and_before_the_second(
    since: int | None, until: int | None, kept: list[int], odd: str
) -> None:
    """However many digits times have, in a plain block and beside an odd line; each record alone decides alike."""
    made, one = encoder(since, until), block([*LINES, odd] if odd else LINES)
    encoded = made.encode(one)
    sent = [json.loads(line)["n"] for line in encoded.body.splitlines()]
    assert [n for n in sent if n != 9] == kept
    assert [json.loads(made.encode(each).body)["n"] for each in made.records(one)] == sent
    assert encoded.records + encoded.tally.filtered_records == len(one.data.splitlines())


def test_what_has_no_readable_time_is_left_out_by_a_reason_of_its_own() -> None:
    """Its file's time says nothing of it; each record has one reason, and the time's comes first."""
    lines = [LINES[0], LINES[2], '{"n": 7, "time": "soon"}', "a line of text", LINES[6], '{"n": 8}']
    encoded = encoder(NOON, NOON + SECOND, "n>100").encode(block(lines))
    found = {reason: records for reason, records, _ in encoded.tally.filtered}
    assert found == {"before_since": 1, "after_until": 1, "no_time": 3, "condition": 1}
    assert sum(size for _, _, size in encoded.tally.filtered) == len(block(lines).data)


def test_times_at_the_head_of_text_count() -> None:
    """As they are read of every line."""
    encoded = encoder(NOON).encode(block(["2026-11-28 11:00:00 INFO early", "2026-11-28 13:00:00 INFO late"]))
    assert b"late" in encoded.body
    assert encoded.records == 1


def test_the_first_time_of_a_file_is_found() -> None:
    """In the first line that has one; none in lines without, and none in raw ones."""
    first = FirstTime(Enrichment({}, times=TimeRange(NOON + 100 * SECOND)))
    assert first.of(b'no time\n{"time": "2026-11-28T12:00:00.25Z"}\n', 1) == NOON + SECOND // 4
    assert first.of(b"no time\n", 1) is None
    assert first.of(b"", 1) is None
    assert FirstTime(Enrichment({}, "raw")).of(b'{"time": "2026-11-28T12:00:00Z"}\n', 1) is None
