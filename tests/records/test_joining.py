import json
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.framing import CONTINUATION
from logship.records.joining import More, join_lines
from logship.records.kept_lines import all_lines
from logship.records.layouts import Lines
from logship.records.line_starts import END
from logship.records.multiline import Multiline, parse_multiline
from logship.records.odd_lines import parted


def block(data: bytes, start: int = 0, flags: tuple[str, ...] = ()) -> Block:
    """Join the lines of some data as a reader does at a file's end."""
    multiline = parse_multiline("auto", max_lines=100, max_bytes=1 << 20)
    assert multiline
    (frame,) = join_lines(multiline, data, start, More.NEVER, form=multiline.learn(data)).frames
    return Block(
        FileId("f" * 22), "a.log", start, frame.end, data, 1_000_000_000, 0.0, flags, frame.skipped, joins=frame.joins
    )


@pytest.fixture
def encoder() -> BlockEncoder:
    """Encode as one record a line."""
    return BlockEncoder(Enrichment({}), Lines())


def messages(body: bytes) -> list[dict[str, object]]:
    """Read the records."""
    return [json.loads(line) for line in body.splitlines()]


DATA = (
    b'{"level":"info"}\n'
    b"failed\n"
    b"Traceback (most recent call last):\r\n"
    b'  File "a.py", line 1\r\n'
    b"KeyError: '\xff'\r\n"
    b"\n"
    b"{\n"
    b'  "level": "info",\n'
    b'  "time": "2026-11-27T10:00:00Z", "a": [1,\n'
    b"2]\n"
    b"}\n"
    b"{\n"
    b"  a: 'no JSON'\n"
    b"}\n"
)


def test_several_lines_are_one_record(encoder: BlockEncoder) -> None:
    """With their newlines; a pretty-printed object has its fields, and one line."""
    encoded = encoder.encode(block(DATA))
    found = messages(encoded.body)
    assert encoded.records == 4
    assert found[0]["level"] == "info"
    assert (
        found[1]["message"] == "failed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: '\ufffd'"
    )
    assert (found[2]["level"], found[2]["a"], found[2]["@timestamp"]) == ("info", [1, 2], "2026-11-27T10:00:00Z")
    assert found[3]["message"] == "{\n  a: 'no JSON'\n}"
    assert encoded.tally.skipped == (("empty", 1, 1),)


def test_a_record_behind_a_progress_bar_is_one(encoder: BlockEncoder) -> None:
    """Tqdm 4.67 ends no line while it counts, so that a head stands behind what it wrote; at its end it does."""
    bar = b"\r  0%|          | 0/3 [00:00<?, ?it/s]\r 33%|###       | 1/3 [00:00<00:00,  8.32it/s]"
    lines = [
        b"2026-11-27 10:00:00,123 INFO root start\n",
        bar + b"2026-11-27 10:00:01,123 ERROR root in loop\n",
        b'Traceback (most recent call last):\n  File "a.py", line 3, in f\nValueError: x\n',
        bar.replace(b" 33", b"100") + b"\n",
        b"2026-11-27 10:00:02,123 INFO root done\n",
    ]
    start, failed, end, done = messages(encoder.encode(block(b"".join(lines))).body)
    times = [str(record["@timestamp"])[:19] for record in (start, failed, done)]
    assert times == ["2026-11-27T10:00:00", "2026-11-27T10:00:01", "2026-11-27T10:00:02"]
    assert [record.get("level") for record in (start, failed, end, done)] == ["INFO", "ERROR", None, "INFO"]
    assert str(failed["message"]).encode() == b"".join(lines[1:3]).rstrip()


def test_a_record_of_several_lines_is_taken_apart_as_one(encoder: BlockEncoder) -> None:
    """Each comes to the bytes that it has in its block, and they are all that is not skipped."""
    whole = block(DATA, 100)
    parts = encoder.records(whole)
    assert b"".join(encoder.encode(part).body for part in parts) == encoder.encode(whole).body
    assert [part.start for part in parts] == [100, 117, 100 + DATA.index(b"{\n"), 100 + DATA.rindex(b"{\n")]
    assert sum(len(part.data) for part in parts) == len(DATA) - 1
    assert [encoder.records(part) for part in parts] == [[part] for part in parts]


def test_a_continuation_is_a_message(encoder: BlockEncoder) -> None:
    """Whatever it looks like; without content it is no record."""
    rest = Block(FileId("f" * 22), "a.log", 9, 18, b"more\n  x\n", 1, 0.0, ("continuation",), joins=((9, 18),))
    (found,) = messages(encoder.encode(rest).body)
    assert (found["message"], found["log.flags"]) == ("more\n  x", ["continuation"])
    empty = Block(FileId("f" * 22), "a.log", 9, 11, b"\n\n", 1, 0.0, ("continuation",), joins=((9, 11),))
    assert encoder.encode(empty).tally.skipped == (("empty", 1, 2),)
    assert encoder.records(empty) == []


def test_numbers_on_two_lines_do_not_become_one(encoder: BlockEncoder) -> None:
    """What is no JSON over several lines is none on one."""
    (found,) = messages(encoder.encode(block(b'{\n"a": 1\n2\n}\n')).body)
    assert found["message"] == '{\n"a": 1\n2\n}'


Found = tuple[list[tuple[int, int]], list[tuple[int, str]], list[int], int]
"""Where records of several lines are, where some were cut and in which state, where continuations end, what is held."""


ALONE = {"", "p", "pe", "re", "pb", "pj", "h", "w", "wp", "n", "na", "sn", "sm", END}


def line_by_line(multiline: Multiline, data: bytes, start: int, more: More, form: str, state: str) -> Found:
    """Measure the record that each line begins, whatever it looks like."""
    whole = data.endswith(b"\n")
    lines = data.removesuffix(b"\n").split(b"\n")
    ends = [*accumulate((len(line) + 1 for line in lines), initial=start)]
    ends[-1] = start + len(data)
    bare = [line.removesuffix(b"\r") for line in lines]
    joins, cuts, rests = [], [], []
    at, given_up = 0, False
    while at < len(bare) and (whole or state or at < len(bare) - 1):
        extent = multiline.extent(bare, at, form, state)
        brief = extent.state == "p" and extent.lines == 1 and at == len(bare) - 1
        if not extent.certain and (more is More.MAYBE or (more is More.SOON and not (brief and whole))):
            break
        count = extent.lines + (extent.empty if more is More.LATE else 0)
        if not extent.certain and more is More.NOTED:
            states = {extent.guess, extent.state} if extent.empty else {extent.guess}
            is_other = not extent.lines and states.isdisjoint(ALONE)  # noted is no state
            count = 0 if is_other else len(bare) - at
        if not count:
            state, given_up = "", not extent.certain
            continue
        joins += [(ends[at], ends[at + count])] if count > 1 else []
        rests += [ends[at + count]] if state else []
        cut = given_up or (extent.state != END and (extent.certain or more in (More.LATE, More.SOON)))
        given_up = False
        state = extent.state if cut and extent.state not in ALONE else ""
        cuts += [(ends[at + count], state)] if cut else []
        at += count
    return joins, cuts, rests, ends[at]


LINES = st.sampled_from(
    [
        *(b'{"level":"info"}', b'{"a":1}\r', b"", b"\r", b" ", b"{", b'  "a": 1,', b"}", b"plain words", b"failed {"),
        *(
            b"Traceback (most recent call last):",
            b'  File "a.py", line 1',
            b"KeyError: 'a'",
            b"SomeError: x",
            b"\tat a.b",
        ),
        *(
            b"2026-11-27 10:00:00,123 INFO a: b",
            b"2026-11-28 11:11:11 WARNING c",
            b"INFO:     started",
            b"java.lang.Error: x",
        ),
        *(
            b"During handling of the above exception, another exception occurred:",
            b"x.ValidationError: 1 validation error for X",
            b"failed: Traceback (most recent call last):",
            b"/app/a.py:1: UserWarning: x",
            b"request 1 was answered",
            b"\xff" * 90,
            b"goroutine 1 [running]:",
        ),
    ]
)


@given(
    st.lists(LINES, min_size=1, max_size=30),
    st.sampled_from([b"", b"\n"]),
    st.sampled_from(More),
    st.sampled_from(["", "tb", "s", "?fe", "j1"]),
    st.tuples(st.sampled_from(["auto", "start:^20", "python,java"]), st.sampled_from([(6, 200), (6, 5000), (2, 5000)])),
)
@example(
    [b"Traceback (most recent call last):", b"  File", b"E: x", b'{"a":1}', b"x"],
    b"\n",
    More.MAYBE,
    "",
    ("auto", (6, 200)),
)
@example([b"2026-11-27 10:00:00,123 a", b'{"a":1}', b"b", b'{"a":1}'], b"\n", More.MAYBE, "", ("auto", (2, 5000)))
def test_stretches_of_text_join_as_their_lines_do(
    lines: list[bytes], end: bytes, more: More, state: str, setting: tuple[str, tuple[int, int]]
) -> None:
    """Which lines are skipped because they are surely records by themselves changes nothing."""
    data = b"\n".join(lines) + (end if lines[-1] else b"\n")
    rules, (max_lines, max_bytes) = setting
    multiline = parse_multiline(rules, max_lines=max_lines, max_bytes=max_bytes)
    assert multiline
    form = multiline.learn(data)
    state = state.lstrip("?")
    joined = join_lines(multiline, data, 100, more, form=form, state=state)
    frames = joined.frames
    joins, cuts = [each for one in frames for each in one.joins], [each for one in frames for each in one.cuts]
    rests = [frame.end for frame in frames if CONTINUATION in frame.flags]
    assert (joins, cuts, rests, joined.held) == line_by_line(multiline, data, 100, more, form, state)
    assert b"".join(frame.data for frame in frames) == data[: joined.held - 100]


TRACE = b"Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: '}'\n"
RECORD = b'{"time":"2026-11-27T10:00:00Z","a":1}\n'


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("when", ["", "message~KeyError", "a=1"])
def test_joined_records_among_json_are_as_by_themselves(end: bytes, when: str) -> None:
    """They don't take their neighbours off the path of whole blocks, wherever they are."""
    encoder = BlockEncoder(Enrichment({"b": 1}), Lines(), when)
    data = (TRACE + RECORD * 40 + TRACE + b"text\n" + RECORD * 40 + TRACE + b'{"b":2}\n' + TRACE).replace(b"\n", end)
    whole = block(data, 100)
    joins = [(start - 100, stop - 100) for start, stop in whole.joins]
    found = parted(data, joins)
    assert found
    assert [line for line in found.odd if line.startswith(b"Trace")] == [data[a:b] for a, b in joins]
    assert len(joins) == 4
    for _ in range(2):
        encoded = encoder.encode(whole)
        parts = [encoder.encode(part) for part in encoder.records(whole)]
        assert encoded.body == b"".join(part.body for part in parts)
        assert encoded.records == len(parts) == {"": 86, "a=1": 80}.get(when, 4)
        filtered = encoded.tally.filtered
        assert sum(size for _, _, size in filtered) == len(data) - sum(len(part.block.data) for part in parts)


def test_joins_that_are_no_lines_of_text_are_not_taken_apart() -> None:
    """Whoever says so: then each line is judged as it always is."""
    data = RECORD * 20
    assert parted(data, [(5, 10)]) is None
    found = parted(data, [(0, 2 * len(RECORD))])
    assert found is None or found.odd == [2 * RECORD]


ODD = st.sampled_from([b"text\n", b"{}\n", b'{"b":2}\n', b'{"a":NaN}\n', b'{"a":"\xff"}\n', RECORD])


@given(st.lists(ODD, max_size=4))
def test_lines_that_were_looked_at_to_be_joined_are_encoded_as_lines_that_were_not(some: list[bytes]) -> None:
    """What was found out about them is kept for that, and changes nothing."""
    while not all_lines.is_free():  # what another test has left, nobody asks for
        pass
    data = b"".join([RECORD * 20, *some, RECORD * 20])
    given = [block(data, 100), block(data, 100)]
    fresh = replace(given[1], data=bytes(bytearray(data)))
    encoder, other = (BlockEncoder(Enrichment({"b": 1}), Lines()) for _ in range(2))
    for _ in range(2):  # the second time it knows that some are odd
        assert encoder.encode(given[0]).body == other.encode(fresh).body
    found = parted(block(data, 100).data)
    assert found
    assert found.odd == [line for line in some if not line.startswith(b'{"') or b"\xff" in line]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("text", "records"),
    [
        (
            '{\n  "level": "error",\n  "o": {\n    "b": 1\n  }\n}\n{"b":2}\n',
            [{"level": "error", "o": {"b": 1}}, {"b": 2}],
        ),
        (
            "2026-11-30 10:00:00,123 ERROR app: x\nmore\n",
            [{"level": "ERROR", "message": "2026-11-30 10:00:00,123 ERROR app: x\nmore"}],
        ),
        ('{"b":1}\n{"b":2}\n', [{"b": 1}, {"b": 2}]),
    ],
    ids=["pretty", "text", "JSON"],
)
def test_a_bom_before_a_files_first_record_is_none_of_it(
    encoder: BlockEncoder, text: str, records: list[dict[str, object]], end: str
) -> None:
    """What goes on with the record is joined as without; elsewhere in a file the same bytes are a text's."""
    data = b"\xef\xbb\xbf" + text.replace("\n", end).encode()
    encoded = encoder.encode(block(data))
    found = [
        {name: record[name] for name in expected}
        for record, expected in zip(messages(encoded.body), records, strict=True)
    ]
    assert found == records
    assert encoded.tally.skipped == (("bom", 0, 3),)
    later = messages(encoder.encode(block(data, 100)).body)
    assert str(later[0]["message"]).startswith("\ufeff")
