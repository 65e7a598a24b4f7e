"""Lines of text as records, within blocks of all kinds."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines

FILE = FileId("AbCdEfGhIjKlMnOpQrStUv")
READ_TIME = "2026-11-27T12:00:00.000000000Z"
TEXT = '2026-11-27 10:00:00,123 WARNING app.db: a "message"'
LINES = [
    *[TEXT, "2026-11-27 10:00:01,5 INFO x", "a message", "\x1b[32mINFO\x1b[0m:     hello", "Nov 27 10:00:00 host a: x"],
    *['{"time":"2026-11-27T09:00:00Z","level":"debug","message":"m"}', '{"a":1}', '{"level":"error"}', "{ no object"],
    *[
        "2026-02-30 10:00:00 ERROR x",
        "2026-11-27 10:00:00 ERROR \udcff",
        "",
        '{"log":{"file":1}}',
        "I1127 10:00:00.123456 7 a.go:1] x",
    ],
]


def block(lines: list[str], **changes: Any) -> Block:
    """Make a block of lines that was written at noon."""
    data = "".join(line + "\n" for line in lines).encode(errors="surrogateescape")
    return Block(FILE, "app.log", 1000, 1000 + len(data), data, 1795780800 * 10**9, 0.0, **changes)


def records(lines: list[str], when: str = "", flags: tuple[str, ...] = (), **changes: Any) -> list[dict[str, Any]]:
    """Give the records of a block of lines."""
    encoder = BlockEncoder(Enrichment(**{"fields": {}, **changes}), Lines(), when)
    return [json.loads(line) for line in encoder.encode(block(lines, flags=flags)).body.splitlines()]


def test_text_line_has_its_own_time_and_level() -> None:
    """The level stands before the text, which stays whole."""
    (one,) = records([TEXT])
    assert list(one.items()) == [
        ("@timestamp", "2026-11-27T10:00:00.123Z"),
        ("log.file.name", "app.log"),
        ("level", "WARNING"),
        ("message", TEXT),
    ]


def test_text_line_without_a_head_has_the_time_of_its_block() -> None:
    """And no level."""
    assert records(["a message"]) == [{"@timestamp": READ_TIME, "log.file.name": "app.log", "message": "a message"}]


@pytest.mark.parametrize(
    "changes", [{"parse": "off"}, {"format": "text"}, {"flags": ("continuation",)}], ids=["off", "text", "continuation"]
)
def test_heads_are_left_alone_where_there_can_be_none_or_nobody_wants_them(changes: dict[str, Any]) -> None:
    """With PARSE=off, with FORMAT=text, and in the rest of a line that was cut."""
    (one,) = records([TEXT], **changes)
    assert (one["@timestamp"], one["message"], "level" in one) == (READ_TIME, TEXT, False)


def test_line_that_was_cut_still_has_its_head() -> None:
    """Its end is gone, not its beginning."""
    (one,) = records([TEXT], flags=("truncated",))
    assert (one["@timestamp"], one["level"]) == ("2026-11-27T10:00:00.123Z", "WARNING")


def test_json_that_was_cut_has_its_time_and_its_level() -> None:
    """As any text that names them; a number is no word of a text, and ours stays."""
    line = '{"time":"2026-11-27 10:00:00,123","level":"WARNING","message":"wrn'
    (one,) = records([line])
    assert (one["@timestamp"], one["level"], one["message"]) == ("2026-11-27T10:00:00.123Z", "WARNING", line)
    assert [each["message"] for each in records([line, line.replace("WARNING", "INFO")], "level>=warning")] == [line]
    assert "level" not in records([line.replace('"WARNING"', "30")])[0]
    assert "level" not in records([line.replace("WARNING", "7 of 9")])[0]
    assert "level" not in records([line], parse="off")[0]
    assert records([line], fields={"level": "ours"})[0]["level"] == "ours"


def test_level_of_ours_stays() -> None:
    """A text line's own is left out; its time is read."""
    (one,) = records([TEXT], fields={"level": "ours"})
    assert (one["level"], one["@timestamp"]) == ("ours", "2026-11-27T10:00:00.123Z")


def test_condition_on_the_level_sees_the_level_of_a_text_line() -> None:
    """As of any record; in a block of text, and in one with JSON."""
    text = [TEXT, "2026-11-27 10:00:00 INFO x", "a message"]
    assert [each["message"] for each in records(text, "level>=warning")] == [TEXT]
    mixed = [*text, '{"level":"error","message":"m"}', "{ERROR: no object"]
    assert [each["message"] for each in records(mixed, "level>=warning")] == [TEXT, "m"]


def test_layout_that_wants_level_and_message_gets_those_of_text() -> None:
    """A sink's severity and text are found in text lines, too."""
    seen = []

    class Wanting(Lines, frozen=True):
        def write(self, rows: Any) -> Any:
            seen.append(rows.wanted)
            return super().write(rows)

    for more in ([], ["{}"]):
        BlockEncoder(Enrichment({}), Wanting(wants=("message", "level"))).encode(block([TEXT, "x", *more]))
        messages, levels = seen.pop()
        assert [*messages[:2]] == [json.dumps(TEXT).encode(), b'"x"']
        assert [*levels[:2]] == [b'"WARNING"', None]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(LINES), max_size=30), st.sampled_from(["UTC", "Asia/Kolkata"]))
def test_block_comes_to_what_its_lines_come_to(lines: list[str], zone: str) -> None:
    """Each line encoded by itself gives the bytes that it has in the block; all counts add up."""
    encoder = BlockEncoder(Enrichment({"service.name": "s"}, timestamp_zone=zone), Lines())
    whole = encoder.encode(block(lines))
    each = [encoder.encode(one) for one in encoder.records(block(lines))]
    assert whole.body == b"".join(one.body for one in each)
    assert whole.tally.bad_times == sum(one.tally.bad_times for one in each)
    judged = BlockEncoder(Enrichment({"service.name": "s"}, timestamp_zone=zone), Lines(wants=("level",)))
    assert judged.encode(block(lines)).body == whole.body
