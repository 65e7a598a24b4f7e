"""Lines that are nearly JSON: the rest of them stays as it is."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.repair import repair, repair_some


@pytest.mark.parametrize(
    ("line", "mended", "what"),
    [
        (b'{"a":NaN,"b":1.10}', b'{"a":null,"b":1.10}', ("nan",)),
        (b'{"a": -Infinity , "b":[NaN,Infinity]}', b'{"a": null , "b":[null,null]}', ("nan",)),
        (b'{"a":"NaN, \\"NaN","b":NaN}', b'{"a":"NaN, \\"NaN","b":null}', ("nan",)),
        (b'{"status":200,"time":,"a":"x:,"}', b'{"status":200,"time":null,"a":"x:,"}', ("empty_value",)),
        (b'{"a":-,"b": -1,"time": }', b'{"a":null,"b": -1,"time": null}', ("empty_value",)),
        (b'{"agent":"\\x22curl\\x22 \\\\x22"}', b'{"agent":"\\"curl\\" \\\\x22"}', ("escape",)),
        (b'{"uri":"\\xD0\\x9F\\x0A\\x5C\\xFF"}', '{"uri":"\u041f\\n\\\\\ufffd"}'.encode(), ("escape",)),
        (b'{"p":"caf\\udce9.txt","q":"\\uD83D\\uDE00"}', b'{"p":"caf\\ufffd.txt","q":"\\uD83D\\uDE00"}', ("escape",)),
        (b'{"\\uD83D":"\\uD83D\\uD83D\\\\ud800"}', b'{"\\ufffd":"\\ufffd\\ufffd\\\\ud800"}', ("escape",)),
        (b'{\r\n  "a": NaN,\n  "b": "NaN\\n"\n}', b'{ "a": null, "b": "NaN\\n" }', ("nan",)),
        (b'{"a":"\\x41","b":NaN,"c":}', b'{"a":"A","b":null,"c":null}', ("empty_value", "escape", "nan")),
    ],
)
def test_a_line_is_mended_where_it_is_wrong(line: bytes, mended: bytes, what: tuple[str, ...]) -> None:
    """By whoever wrote it: Python's json, Jackson, nginx; what is right stays byte for byte."""
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(line)
    assert repair(line) == (mended, what)
    msgspec.json.decode(mended)


@pytest.mark.parametrize(
    "line", [b'{"a":1,}', b'{"a":"NaN"', b'{"a":01}', b'{"a":nan}', b'{"a":"\\xg0"}', b'{"a":1NaNs}']
)
def test_what_is_not_known_to_be_wrong_stays(line: bytes) -> None:
    """Then the line is a message."""
    assert repair(line) is None


LINES = (
    *(b'{"a":NaN,"b":"x"}', b'{"b":"NaN:,","a":-Infinity}', b'{"a":[NaN,1]}'),  # alike
    *(
        b'{"a":,"b":NaN}',
        b'{"a":NaN',
        b'{"a":"NaN}',
        b'NaN"',
        b'{"a":"\\"","b":NaN}',
        b'{"a":"\\x22","b":NaN}',
        *(b'{"a":"NaN"}', b'{"a":"\\udc00"}', b'{"a":"\\ud83d\\ude00"}'),
        b'{"a":NaN,"b":"x\n"}',  # several lines that were joined
        b'{"a":NaN,\n"b":1}',
    ),
)


@given(st.one_of(st.lists(st.sampled_from(LINES[:3])), st.lists(st.sampled_from(LINES))), st.integers(0, 3))
@example([LINES[-2]], 0)
@example([LINES[-1], LINES[0]], 0)
def test_several_lines_are_mended_as_each_by_itself(some: list[bytes], step: int) -> None:
    """However alike or unlike they are; those of which nothing is known are left out."""
    places = [*range(0, len(some), step + 1)]
    each = {at: repair(some[at]) for at in places}
    assert repair_some(some, places) == {at: mended for at, mended in each.items() if mended}


@pytest.mark.parametrize("end", [b'"', b"\\", b'"}', b"\\x22"])
def test_a_line_with_a_string_without_end_takes_no_longer_than_it_is_long(end: bytes) -> None:
    """Each quote in it could begin another string: were each looked at, these would take hours."""
    line = b'{"a":NaN,"' + b'\\"' * 500_000 + end
    mended = repair(line)
    assert (mended is not None) is end.endswith(b"}")


def test_a_block_of_such_lines_keeps_its_fields_and_counts_them() -> None:
    """All of them, few of them, and those that stay no JSON."""
    lines = [b'{"time":"2026-11-22T10:00:00Z","loss":NaN,"step":%d}' % at for at in range(50)]
    plain = [b'{"time":"2026-11-22T10:00:00Z","loss":0.5,"step":%d}' % at for at in range(50)]
    for some, repaired in ((lines, 50), (plain + lines[:1] + plain, 1), ([b'{"a":NaN,}', *lines[:2]], 2)):
        data = b"".join(line + b"\n" for line in some)
        block = Block(FileId("F" * 22), "app.log", 0, len(data), data, 10**18, 0.0)
        encoded = BlockEncoder(Enrichment({}), Lines()).encode(block)
        records = [json.loads(line) for line in encoded.body.splitlines()]
        assert encoded.tally.repaired == (("nan", repaired),)
        assert sum(record.get("loss", 0) is None for record in records) == repaired
        assert sum("message" in record for record in records) == len(some) - sum("step" in record for record in records)
