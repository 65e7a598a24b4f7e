import pytest

from logship.records.enrichment import Enrichment
from logship.records.json_members import depth_of, may_spell, members
from logship.records.line_parser import CROWDED, MAX_DEPTH, TOO_DEEP, LineParser, trim
from logship.records.making_way import MAX_MOVED

JUDGE = LineParser(Enrichment({"service.name": "s", "k8s.pod.name": "p"}))


def rest(line: str) -> str:
    """Give what follows our fields."""
    return JUDGE.judge(line.encode()).rest.decode()


@pytest.mark.parametrize(
    ("line", "content", "noise"),
    [
        (b"a\n", b"a", []),
        (b"a\r\n", b"a", []),
        (b"a\r\r\n", b"a\r", []),
        (b" \n", b" ", []),
        (b"\n", b"", [("empty", 1, 1)]),
        (b"\r\n", b"", [("empty", 1, 2)]),
        (b"\0\0a\0\n", b"a", [("nul", 0, 3)]),
        (b"\0\0\n", b"", [("nul", 1, 3)]),
        (b"\xef\xbb\xbfa\n", b"a", [("bom", 0, 3)]),
        (b"\xef\xbb\xbf\n", b"", [("bom", 1, 4)]),
        (b"\xef\xbb\xbf\0a\n", b"a", [("bom", 0, 3), ("nul", 0, 1)]),
        (b"\xef\xbb\xbf\0\r\n", b"", [("bom", 0, 3), ("nul", 1, 3)]),
        (b"a\0b\n", b"a\0b", []),
    ],
)
def test_trimming_keeps_content_and_counts_the_rest(
    line: bytes, content: bytes, noise: list[tuple[str, int, int]]
) -> None:
    """Only what is no content goes, one CR at most; a line with nothing left is counted with all its bytes."""
    trimmed = trim(line, first=True)
    assert trimmed.content == content
    assert trimmed.noise(len(line)) == noise


def test_a_bom_within_a_file_is_content() -> None:
    """Only the first bytes of a file can be a byte order mark."""
    assert trim(b"\xef\xbb\xbfa\n", first=False).content == b"\xef\xbb\xbfa"


def test_raw_lines_keep_their_cr_unless_it_is_all_they_have() -> None:
    """Raw bytes stay as they are; an empty CRLF line is empty all the same."""
    assert trim(b"a\r\n", first=False, keep_cr=True).content == b"a\r"
    assert trim(b"\r\n", first=False, keep_cr=True).noise(2) == [("empty", 1, 2)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '{"a":1.10,"b":-0,"c":1e400,"d":12345678901234567890123}',
            '"a":1.10,"b":-0,"c":1e400,"d":12345678901234567890123}',
        ),
        ('{ "a" : 1 }', ' "a" : 1 }'),
        (' {"a":1} ', '"a":1}'),
        ("{}", "}"),
        ("{ }", "}"),
        ('{"@timestamp":"2026-11-22T10:00:00Z"}', "}"),
        ('{"@timestamp":1795341600,"a":1}', '"a":1}'),
        ('{"a":1, "@timestamp" : 1795341600 , "b":2}', '"a":1 , "b":2}'),
        ('{"a":1 ,"@timestamp":1795341600}', '"a":1 }'),
        ('{"@timestamp":"x","a":1}', '"overridden.@timestamp":"x","a":1}'),
        ('{"@timestamp":1795341600,"@timestamp":1795341601}', '"overridden.@timestamp":1795341601}'),
        ('{"\\u0040timestamp":1795341600,"a":1}', '"a":1}'),
        ('{"time":0,"a":1}', '"time":0,"a":1}'),
        ('{"service.name":1.10}', '"overridden.service.name":1.10}'),
        ('{"service\\u002ename":1}', '"overridden.service.name":1}'),
        ('{"service.name":1,"service.name":2}', '"overridden.service.name":1,"overridden.overridden.service.name":2}'),
        ('{"service":"x"}', '"service.original":"x"}'),
        ('{"service":["x"]}', '"service.original":["x"]}'),
        ('{"service":null}', '"service":null}'),
        ('{"service":"x","service.original":"y"}', '"overridden.service.original":"x","service.original":"y"}'),
        ('{"service":{"version":"1"}}', '"service":{"version":"1"}}'),
        ('{"service":{"name":"x","v":1}}', '"service":{"v":1},"overridden.service.name":"x"}'),
        ('{"k8s":{"pod":{"name":1,"x":2},"y":3}}', '"k8s":{"pod":{"x":2},"y":3},"overridden.k8s.pod.name":1}'),
        ('{"k8s":{"pod.name":1}}', '"k8s":{},"overridden.k8s.pod.name":1}'),
        ('{"k8s":{"pod":"x"}}', '"k8s":{},"k8s.pod.original":"x"}'),
        ('{"k8s.pod":"x"}', '"k8s.pod.original":"x"}'),
        ('{"log":"x","logger":"y"}', '"log.original":"x","logger":"y"}'),
        ('{"overridden":true}', '"overridden.original":true}'),
        ('{"overridden":{"a":1}}', '"overridden":{"a":1}}'),
    ],
)
def test_a_record_keeps_every_byte_that_is_not_in_our_way(line: str, expected: str) -> None:
    """Members stay as they were written; names of ours move, scalars above ours become ``.original``."""
    assert rest(line) == expected


def test_only_a_name_may_be_spelt_otherwise() -> None:
    """An escape in a value spells no name; one behind an escaped backslash is none, and taken for one."""
    assert not may_spell(b'{"a":"\\u0060T:\\u0041","b":["\\u0041\\"\\u0042","\\u0042"]}\n{"a" :"\\u0041"}')
    assert may_spell(b'{"a":"\\u0060","\\u0041\\"b" \t:1}')
    assert may_spell(b'{"a":1}\n{"b":{"x\\\\u0041":2}}')


@pytest.mark.parametrize(
    "line",
    [
        *["text", "[1]", '"x"', "null", "{", '{"a":1}{"b":2}', '{"a":1} x', '{"a":NaNs}', "{NaN:1}", "   "],
        *['{"a":01}', '{"a":1,}', '{"a":"\t"}', '{"a":' * 100_000, "\ufeff{}"],
        *['{"a":' * 100_000 + "1" + "}" * 100_000, '{"a":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}"],
    ],
)
def test_what_is_not_one_json_object_is_a_message(line: str) -> None:
    """Anything but a single valid object of sane depth is text, and stays readable."""
    one = JUDGE.judge(line.encode())
    assert one.rest.startswith(b'"message":"')
    assert one.stamp is None
    assert not one.bad_time


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"a":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}", TOO_DEEP),
        ('{"x":1,' + ",".join([f'"log.flags":{at}' for at in range(MAX_MOVED + 1)]) + "}", CROWDED),
    ],
)
def test_an_object_that_is_sent_as_text_is_counted_by_the_reason(line: str, why: str) -> None:
    """One that nests too deep, or of which too much would have to make way; what only looks so is not."""
    one = JUDGE.judge(line.encode())
    assert (one.rest[:10], one.repaired) == (b'"message":', (why,))
    assert JUDGE.judge(line[:-1].encode() + b"]").repaired == ()


def test_depth_is_counted_outside_of_strings() -> None:
    """Brackets within strings nest nothing."""
    assert depth_of(b'{"a":["[[{{",{"b":1}]}') == 3
    assert rest('{"a":"' + "[" * 2000 + '"}').startswith('"a":')


def test_bad_utf8_is_replaced_counted_and_judged_again() -> None:
    """A record with a bad byte is still a record."""
    one = JUDGE.judge(b'{"a":"\xff"}')
    assert one.rest == '"a":"\ufffd"}'.encode()
    assert one.decode_error


def test_a_line_that_must_be_a_message_is_one() -> None:
    """What was cut or continued is no record, whatever it looks like."""
    assert JUDGE.judge(b'{"a":1}', message=True).rest == rb'"message":"{\"a\":1}"}'


def test_the_first_time_field_in_setting_order_counts() -> None:
    """The order of the setting decides, not that of the record, and only the top level is looked at."""
    judge = LineParser(Enrichment({}, timestamp_fields=("ts", "@timestamp")))
    one = judge.judge(b'{"x":{"ts":1795341605},"@timestamp":1795341601,"ts":1795341600}')
    assert one.stamp == b'"2026-11-22T10:00:00.000000000Z"'
    assert one.rest == b'"x":{"ts":1795341605},"overridden.@timestamp":1795341601,"ts":1795341600}'
    assert one.overridden
    assert not one.bad_time
    assert judge.judge(b'{"x":{"ts":1795341605}}').stamp is None


def test_a_bad_time_is_counted_and_kept() -> None:
    """The original of a time that is not understood stays in the record."""
    one = JUDGE.judge(b'{"time":"soon","ts":0}')
    assert (one.stamp, one.bad_time, one.overridden) == (None, True, False)
    assert one.rest == b'"time":"soon","ts":0}'


def test_members_are_found_by_their_places() -> None:
    """Duplicates, escapes, nested values and white space are all told apart."""
    text = b'{ "a" :[{"b":"]"}] ,"\\u0061":"\\"," , "c":-1e5}'
    found = [(one.name, text[one.key : one.colon], text[one.value : one.end]) for one in members(text)]
    assert found == [
        ("a", b'"a"', b'[{"b":"]"}]'),
        ("a", b'"\\u0061"', b'"\\","'),
        ("c", b'"c"', b"-1e5"),
    ]


@pytest.mark.parametrize("line", ['{"service.name":1,%s}', '{"service":{"name":1,%s}}'])
def test_a_hostile_line_of_our_names_costs_no_time(line: str) -> None:
    """Each repeat makes a longer name: with thousands of them, minutes and gigabytes; such a line is a message."""
    judge = LineParser(Enrichment({"service.name": "x"}))
    name = '"service.name":1' if "service.name" in line else '"name":1'
    few, many = (line % ",".join([name] * count) for count in (20, 20_000))
    assert b"overridden" in judge.judge(few.encode()).rest
    assert judge.judge(many.encode()).rest.startswith(b'"message":"')
