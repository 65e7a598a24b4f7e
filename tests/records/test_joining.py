import json

import pytest

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.joining import More, join_lines
from logship.records.layouts import Lines
from logship.records.multiline import parse_multiline


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
