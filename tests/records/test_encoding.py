import ast
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logship.delivery.verdicts import file_bytes
from logship.errors import ConfigError
from logship.model import Block, Encoded, FileId, LineState
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Layout, Lines, Rows, Woven, weave
from logship.records.line_parser import Line, LineParser
from logship.records.raw_encoding import RawEncoder
from logship.sinks.elasticsearch.bulk import Bulk
from tests.oracle import Number, Object, Oracle, depth, parse

FILE = FileId("AbCdEfGhIjKlMnOpQrStUv")
FIELDS = {"k8s.pod.name": "p-1", "k8s.pod.uid": "u", "service.name": 'the "s" 100%', "labels": {"a": 1}}
ES = Bulk("logs-%Y.%m.%d-%H")
READ_TIME = "2001-09-09T01:46:40.000000000Z"


def block(data: bytes, start: int = 1000, **changes: Any) -> Block:
    """Make a block of the test's file."""
    return Block(FILE, "app.log", start, start + len(data), data, 10**18, 0.0, **changes)


def encoder(layout: Layout = Lines(), **changes: Any) -> BlockEncoder:  # noqa: B008 - Lines is frozen
    """Make an encoder with the test's fields."""
    return BlockEncoder(Enrichment(**{"fields": FIELDS, **changes}), layout)


OURS = ["@timestamp", "k8s.pod.name", "service.name", "log.flags", "log.file.name", "labels"]
ABOVE = ["k8s", "k8s.pod", "service", "log", "log.file", "overridden"]
INNER = ["pod", "pod.name", "name", "uid", "file", "file.name", "flags", "original"]
TIMES = [
    *['"2026-11-22T10:00:00Z"', '"2026-11-22T10:00:00.123Z"', '"2026-11-22 10:00:00,123"', '"2026-11-22 10:00:00"'],
    *['"2026-11-22t10:00:00.123456+00:00"', '"2026-11-22T10:00:00.1234567891+02:00"', '"2026-02-29T10:00:00Z"'],
    *['"2026-11-22 10:00:00 -0330"', '"2026-11-22T10:00:60Z"', '"0001-01-01T00:00:00+01"', '"2026-11-22T10:00:00.Z"'],
    *["1795341600", "1795341600.25", "1795341600123", "1795341600123456", "1795341600123456789", "1.7953416e9", "-1"],
    *[
        '"1795341600.5"',
        '"yesterday"',
        "null",
        '{"b":1e400,"c":"\\n"}',
        "{}",
        "true",
        "0",
        "99999999999999999999999",
        '"\\u0032026"',
    ],
]
NAMES = [*["timestamp", "time", "ts", "a", "b", "message", "service.original"], *OURS, *ABOVE]
NAMES += ["overridden.k8s.pod.name"]


def _escaped(name: str) -> str:
    return f'"\\u{ord(name[0]):04x}{name[1:]}"'


names = st.sampled_from(NAMES).flatmap(lambda n: st.sampled_from([f'"{n}"', f'"{n}"', f'"{n}"', _escaped(n)]))
scalars = st.one_of(
    st.sampled_from(
        [*TIMES, "1.10", "-0", "1e400", "123456789012345678901234567890", '""', '"}"', '"{\\"@timestamp\\""']
    ),
    st.text(max_size=8)
    .filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t))
    .map(lambda t: json.dumps(t, ensure_ascii=False)),
)
spaces = st.sampled_from(["", "", "", " ", "\t", "  "])


def _object(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def build(parts: list[tuple[str, str]], s: str, t: str) -> str:
        return "{" + t + f",{s}".join(f"{k}:{s}{v}" for k, v in parts) + t + "}"

    few = st.lists(st.tuples(keys, values), max_size=5)
    return st.builds(build, few, st.sampled_from(["", " "]), spaces)


inner = _object(st.sampled_from([f'"{n}"' for n in [*INNER, "x"]]), scalars)
nested = _object(st.sampled_from([f'"{n}"' for n in INNER]), st.one_of(inner, scalars))
objects = _object(names, st.one_of(scalars, scalars, nested, inner))
plain = st.builds('{{"time":{},"a":{}}}'.format, st.sampled_from(TIMES), st.integers())
oddities = st.sampled_from(
    [
        *['{"a":1}{"b":2}', '{"c":', "3}", "{}", "{ }", "[1]", '"x"', "", " ", "\t", '{"a":NaN}', '{"a":"\\ud800"}'],
        *['{"a":1} {"b":2}', '{"a":"}', '{","b":1}', '{"a":[1,', '{"b":1}]}', '{"a":Infinity}', "null", '{"a":01}'],
        *["\0\0", '\0\0{"a":1}', '{"a":1}\0', "\ufeff", '\ufeff{"a":1}', "\x1b[31mred", '","', ",", '\\","\\', "}\r"],
        *[
            '{"a":' + "[" * 499 + "]" * 499 + "}",
            '{"a":' + "[" * 500 + "]" * 500 + "}",
            '{"a":' * 9000 + "1" + "}" * 9000,
        ],
        *['{"a":NaN,"b":"NaN, -Infinity"}', '{"time":Infinity,"a":[NaN,-Infinity]}', '{"a":,"b": }', '{"a":-,"b":-1}'],
        *[
            '{"a":"\\x22\\\\x22\\xD0\\x9f\\xff"}',
            '{"service":NaN,"\\x61":1}',
            '{"a":NaNs}',
            '{ "a":NaN}',
            '{"a":"\\x2"}',
        ],
        *[
            '{"a":"\t"}',
            '{"a":1,\r"b":2}',
            "\u2028",
            '  "a": "b",',
            '",',
            '{"\\ud83d\\ude00":1}',
            '{"a":1e5,}',
            '{"ti\\u006de":"2026-11-22T10:00:00Z"}',
        ],
    ]
)
bad_utf8 = st.sampled_from([b'{"a":"\xff"}', b"\xc3", b'{"\xed\xa0\x80":1}', b'{"time":"\xff"}', b"\xef\xbb"])
lines = st.one_of(*[each.map(str.encode) for each in (plain, plain, objects, oddities, st.text(max_size=9))], bad_utf8)
lines = lines.map(lambda line: line.replace(b"\n", b""))
ends = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"])


@st.composite
def hostile(draw: Callable[..., Any]) -> bytes:
    """Make some lines; often many good ones and few odd ones, so that the fast paths have work."""
    line = draw(st.sampled_from([lines, plain.map(str.encode), objects.map(str.encode)]))
    end = draw(st.sampled_from([ends, st.just(b"\n"), st.just(b"\r\n")]))
    made = draw(st.lists(st.tuples(line, end), min_size=1, max_size=30))
    made += draw(st.lists(st.tuples(lines, end), max_size=2))
    return b"".join(part for pair in draw(st.permutations(made)) for part in pair)


def check(encoder: Encoder, one: Block, encoded: Encoded) -> None:
    """Every line is a record or skipped, every byte likewise, and the block is the sum of its lines."""
    singles = encoder.records(one)
    assert encoded.records == len(singles)
    assert encoded.records + encoded.tally.skipped_lines == one.lines
    trimmed = sum(each.tally.skipped_bytes for each in map(encoder.encode, singles))
    whole = sum(size for _, count, size in encoded.tally.skipped) - trimmed
    assert sum(each.end - each.start for each in singles) + whole == one.end - one.start
    parts = [encoder.encode(each) for each in singles]
    assert b"".join(part.body for part in parts) == encoded.body
    assert max((len(part.body) for part in parts), default=0) == encoded.longest
    for count in ("overridden", "bad_times", "decode_errors"):
        assert getattr(encoded.tally, count) == sum(getattr(part.tally, count) for part in parts)
    assert Counter(dict(encoded.tally.repaired)) == sum(
        (Counter(dict(part.tally.repaired)) for part in parts), Counter()
    )


def contents(data: bytes, start: int) -> list[bytes]:
    """Give what is left of each line, the naive way."""
    found = []
    for at, line in enumerate(data.split(b"\n")[:-1]):
        bare = line[:-1] if line.endswith(b"\r") else line
        if at == 0 and start == 0 and bare.startswith(b"\xef\xbb\xbf"):
            bare = bare[3:]
        found.append(bare.strip(b"\0"))
    return [line for line in found if line]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=hostile(), start=st.sampled_from([0, 7, 10**12]), zone=st.sampled_from(["UTC", "America/New_York"]))
def test_any_block_encodes_to_what_the_oracle_says_line_by_line(data: bytes, start: int, zone: str) -> None:
    """Whatever the lines, the fast paths, the per-line path and the naive oracle agree."""
    one = block(data, start)
    made = encoder(timestamp_zone=zone)
    encoded = made.encode(one)
    check(made, one, encoded)
    oracle = Oracle(FIELDS, "app.log", READ_TIME, zone)
    expected = [oracle.record(line) for line in contents(data, start)]
    out = encoded.body.decode().split("\n")[:-1]
    assert [parse(line).pairs for line in out] == expected
    assert oracle.counts == {name: getattr(encoded.tally, name) for name in oracle.counts}
    assert +oracle.repaired == dict(encoded.tally.repaired)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    odd=st.lists(st.tuples(st.integers(0, 60), lines), max_size=6),
    line=st.sampled_from(
        [
            *[b'{"time":"2026-11-22T10:00:00Z","a":%d}', b'{"@timestamp":"2026-11-22T10:00:00Z","a":%d,"b":1}'],
            *[b'{"a":%d}', b'{"time":"2026-11-22T10:00:00.%03dZ","b":"\xc3\xa9"}'],
        ]
    ),
    ends=st.tuples(st.sampled_from([b"\n", b"\r\n"]), ends),
    start=st.sampled_from([0, 7]),
    when=st.sampled_from(["", "a>30", "~1"]),
)
def test_few_odd_lines_among_plain_ones(
    odd: list[tuple[int, bytes]], line: bytes, ends: tuple[bytes, bytes], start: int, when: str
) -> None:
    """Wherever they are and whatever was before: each comes to what it comes to alone, in its place."""
    some = [line % at + ends[0] for at in range(60)]
    for at, each in odd:
        some.insert(at, each + ends[1])
    one = block(b"".join(some), start)
    made = BlockEncoder(Enrichment(FIELDS), ES, when)
    for _ in range(2):
        encoded = made.encode(one)
        if when:
            assert encoded.body == b"".join(made.encode(each).body for each in made.records(one))
            assert encoded.records + encoded.tally.filtered_records + encoded.tally.skipped_lines == one.lines
        else:
            check(made, one, encoded)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=hostile(), start=st.sampled_from([0, 7]))
def test_every_record_is_one_json_object_with_one_event_time(data: bytes, start: int) -> None:
    """What leaves is valid JSON on one line each, with each of our names exactly once."""
    for line in encoder().encode(block(data, start)).body.split(b"\n")[:-1]:
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError:
            assert b"1e400" in line  # a number that orjson finds too large, kept as it came
        given_names = [name for name, _ in parse(line.decode()).pairs]
        for name in ("@timestamp", "log.file.name", *FIELDS):
            assert given_names.count(name) == 1


TIMED = [
    '{{"timestamp":{0},"a":1}}',
    '{{"timestamp":{0},"time":{1}}}',
    '{{"time":{1},"timestamp":{0}}}',
    '{{"ts":{0}}}',
    '{{"@timestamp":{0},"ts":{1}}}',
    '{{"a":1}}',
]
timed = st.builds(str.format, st.sampled_from(TIMED), *[st.sampled_from(TIMES[:4])] * 2)
alike = st.lists(st.builds(lambda line, count: f"{line}\n" * count, timed, st.integers(1, 3)), min_size=1, max_size=3)


@settings(max_examples=300, deadline=None)
@given(before=st.lists(alike, min_size=1, max_size=2), then=alike, wants=st.sampled_from([(), ("ts",), ("time", "a")]))
def test_what_was_encoded_before_changes_nothing(
    before: list[list[str]], then: list[str], wants: tuple[str, ...]
) -> None:
    """What the last block's records had decides only how the next one is looked at first."""
    layout = Wanting(wants) if wants else Lines()
    used = encoder(layout)
    for texts in before:
        used.encode(block("".join(texts).encode()))
    one = block("".join(then).encode())
    assert used.encode(one) == encoder(layout).encode(one)


@pytest.mark.parametrize("most", [0, 1 << 20])
def test_no_record_is_longer_than_is_said(most: int) -> None:
    """The longest record is looked for only if the whole body is longer than the store takes of one record."""
    encoded = BlockEncoder(Enrichment({}), Lines(), most=most).encode(block(b'{"a":1}\n{"a":"long"}\n{"a":22}\n'))
    longest = max(map(len, encoded.body.splitlines(keepends=True)))
    assert encoded.longest == (len(encoded.body) if most else longest)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=hostile(), start=st.sampled_from([0, 7]), form=st.sampled_from(["auto", "text", "raw"]))
def test_the_layout_and_the_format_change_nothing_in_the_sum(data: bytes, start: int, form: str) -> None:
    """The whole block is the sum of its lines in every layout and format."""
    made = RawEncoder(b"100%: ") if form == "raw" else encoder(ES, format=form)
    check(made, block(data, start), made.encode(block(data, start)))


WANTED = ("a", "time", "service", "k8s.pod.name", "b")


class Wanting:
    """Writes nothing but what it wanted."""

    def __init__(self, wants: tuple[str, ...] = WANTED) -> None:
        self.wants = wants

    def write(self, rows: Rows) -> Woven:
        """Give a line for each record."""
        return Woven([b"%b\n" % repr(values).encode() for values in zip(*rows.wanted, strict=True)])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=hostile(), start=st.sampled_from([0, 7]))
def test_a_layout_is_given_the_values_that_it_wants(data: bytes, start: int) -> None:
    """The raw values of the top level, whichever path a line takes; none of a name that is in our way."""
    one = block(data, start)
    made = encoder(Wanting())
    check(made, one, made.encode(one))
    rows = [ast.literal_eval(line.decode()) for line in made.encode(one).body.split(b"\n")[:-1]]
    found = [tuple(None if raw is None else parse(raw.decode()) for raw in row) for row in rows]
    assert found == [_naive_values(content) for content in contents(data, start)]


def _naive_values(content: bytes) -> tuple[Any, ...]:
    last = _members(content)
    return tuple(None if name in {"service", "k8s.pod.name"} else last[name] for name in WANTED)


WHENS: dict[str, Callable[[str, dict[str, Any]], bool]] = {
    "a=1": lambda _, values: values["a"] in (Number("1"), "1"),
    "a!=1 and not b>0": lambda _, values: values["a"] not in (Number("1"), "1") and not _above_0(values["b"]),
    "~a or ~'^\\{.*\\}$' and time~2026": lambda line, values: (
        "a" in line or (bool(re.search(r"^\{.*\}$", line)) and "2026" in str(values["time"]))
    ),
    "log.x='' or k8s.pod.x>0": lambda _, values: _find(values, "log.x") == "" or _above_0(_find(values, "k8s.pod.x")),
    "~'a\":' and !~,": lambda line, _: 'a":' in line and "," not in line,
}
"""Conditions, and what they say of a line as it is sent and of its members."""


def _above_0(value: Any) -> bool:
    text = value.digits if isinstance(value, Number) else value if isinstance(value, str) else ""
    try:
        return float(text) > 0
    except ValueError:
        return False


MISSING = object()


def _find(value: Any, path: str) -> Any:
    """Give what a dotted path names: of several ways to read it, that with most dots in a name counts."""
    members = dict(value.pairs) if isinstance(value, Object) else value if isinstance(value, dict) else {}
    if path in members:
        return members[path]
    words = path.split(".")
    ways = ((".".join(words[:count]), ".".join(words[count:])) for count in range(len(words) - 1, 0, -1))
    found = (_find(members[name], rest) for name, rest in ways if name in members)
    return next((each for each in found if each is not MISSING), MISSING)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=hostile(), start=st.sampled_from([0, 7]), when=st.sampled_from([*WHENS]))
def test_what_a_sink_is_not_to_have_is_counted_and_left_out(data: bytes, start: int, when: str) -> None:
    """Each line is sent, skipped or filtered, each byte likewise; what is sent is what would be sent of it anyway."""
    one = block(data, start)
    everything, made = encoder(ES), BlockEncoder(Enrichment(FIELDS), ES, when)
    encoded = made.encode(one)
    lines = contents(data, start)
    singles = everything.records(one)
    kept = [
        each
        for each, line in zip(singles, lines, strict=True)
        if WHENS[when](line.decode(errors="replace"), _members(line))
    ]
    assert made.records(one) == kept
    assert encoded.body == b"".join(everything.encode(each).body for each in kept)
    tally = encoded.tally
    assert encoded.records + tally.filtered_records + tally.skipped_lines == one.lines
    assert tally.filtered_bytes == sum(file_bytes(everything.encode(each)) for each in singles if each not in kept)
    assert file_bytes(encoded) == sum(file_bytes(everything.encode(each)) for each in kept)


def _members(line: bytes) -> dict[str, Any]:
    """Give the top level of a record, the naive way."""
    text = line.decode(errors="replace")
    try:
        value = parse(text)
    except (ValueError, RecursionError):
        value = Oracle(FIELDS, "app.log", READ_TIME)._mended(text)
    last = dict(value.pairs) if isinstance(value, Object) and depth(value) <= 500 else {}
    return defaultdict(lambda: None, last)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("also", [[], [b""], [b"text"], [b"\xff"]])
def test_a_condition_sees_a_line_without_its_end(end: bytes, also: list[bytes]) -> None:
    """Whatever else is in the block, the same lines are sent."""
    data = b"".join([line + end for line in (b'{"a":1}', b'{"a":2}', *also)])
    encoded = BlockEncoder(Enrichment({}), Lines(), r"~\{.*2\}$").encode(block(data))
    assert [json.loads(line)["a"] for line in encoded.body.splitlines()] == [2]


@pytest.mark.parametrize("when", ["message~refused", "message=refused"])
def test_a_line_of_text_has_a_message(when: str) -> None:
    """A condition on it looks at what is sent, be the line alone, among others, or no UTF-8."""
    made = BlockEncoder(Enrichment({}), Lines(), when)
    data = b'refused\ntaken\n{"message":"refused"}\n{"message":"taken"}\n\xfftaken\n'
    assert made.encode(block(data)).records == len(made.records(block(data))) == 2
    assert made.encode(block(b"refused", flags=("partial",))).records == 1
    assert BlockEncoder(Enrichment({"message.x": 1}), Lines(), "a=1").encode(block(data)).records == 0


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"message": "x"}, "overridden.message"),
        ({"message.a": "x"}, "message.original"),
        ({"message.original": "x"}, "overridden.message.original"),
    ],
)
def test_a_line_of_text_makes_way_for_a_field_of_ours(fields: dict[str, str], name: str) -> None:
    """No name is there twice, and none lies beneath a text: stores refuse both."""
    data = b"text\n\xff\n"
    records = BlockEncoder(Enrichment(fields), Lines()).encode(block(data)).body.splitlines()
    pairs = [json.loads(record, object_pairs_hook=list) for record in records]
    assert [[key for key, _ in each] for each in pairs] == [["@timestamp", *fields, "log.file.name", name]] * 2


def test_a_condition_on_a_field_of_ours_is_refused() -> None:
    """It would hold for every record or for none."""
    with pytest.raises(ConfigError, match="is a field that logship adds"):
        BlockEncoder(Enrichment(FIELDS), ES, "service.name=x")
    with pytest.raises(ConfigError, match="raw lines have no fields"):
        RawEncoder(when="level=x")


def test_raw_lines_are_filtered_by_an_expression() -> None:
    """The others are counted."""
    encoded = RawEncoder(when="~b").encode(block(b"a\nb\xff\n\n", 0))
    assert encoded.body == b"b\xff\n"
    assert (encoded.tally.filtered_records, encoded.tally.filtered_bytes) == (1, 2)
    assert file_bytes(encoded) == 3
    assert [each.data for each in RawEncoder(when="~b").records(block(b"a\nb\n"))] == [b"b\n"]


def test_each_layout_writes_what_its_store_reads() -> None:
    """Head and tail surround each record; an action line carries the id and the index of the event's hour."""
    data = b'{"time":"2026-11-22 23:30:00 -0100","a":1}\n{}\n'
    first = (
        b'{"@timestamp":"2026-11-23T00:30:00Z","k8s.pod.name":"p","log.file.name":"app.log",'
        b'"time":"2026-11-22 23:30:00 -0100","a":1}'
    )
    second = b'{"@timestamp":"%b","k8s.pod.name":"p","log.file.name":"app.log"}' % READ_TIME.encode()
    fields = {"k8s.pod.name": "p"}
    assert encoder(Lines(b"100% ", b"%,"), fields=fields).encode(block(data)).body == (
        b"100% " + first + b"%,100% " + second + b"%,"
    )
    assert encoder(ES, fields=fields).encode(block(data)).body == (
        b'{"create":{"_index":"logs-2026.11.23-00","_id":"AbCdEfGhIjKlMnOpQrStUv-1000"}}\n' + first + b"\n"
        b'{"create":{"_index":"logs-2001.09.09-01","_id":"AbCdEfGhIjKlMnOpQrStUv-1043"}}\n' + second + b"\n"
    )
    bare = Bulk(ids=False)
    assert encoder(bare, fields=fields).encode(block(data)).body.startswith(b'{"create":{}}\n{"@timestamp"')


@pytest.mark.parametrize("flag", ["truncated", "continuation"])
def test_a_cut_line_is_a_message_with_its_flag(flag: str) -> None:
    """What is not a whole line is never taken for a record; a missing newline is no fault."""
    (record,) = map(orjson.loads, encoder().encode(block(b'{"a":1}', flags=(flag,))).body.splitlines())
    assert record["log.flags"] == [flag]
    assert record["message"] == '{"a":1}'


def test_a_partial_line_that_is_an_object_stays_a_record() -> None:
    """A last line without newline may well be whole."""
    (record,) = map(orjson.loads, encoder().encode(block(b'{"a":1}', flags=("partial",))).body.splitlines())
    assert record["log.flags"] == ["partial"]
    assert record["a"] == 1


def test_a_gap_is_counted_and_empty() -> None:
    """The bytes of a gap are skipped for the gap's reason."""
    gap = Block(FILE, "app.log", 10, 110, b"", 0, 0.0, skipped="overlong")
    encoded = encoder().encode(gap)
    assert (encoded.body, encoded.records) == (b"", 0)
    assert encoded.tally.skipped == (("overlong", 0, 100),)
    assert encoder().records(gap) == []


def test_single_line_blocks_keep_their_places_and_the_last_its_state() -> None:
    """The blocks of single records say where in the file they were."""
    one = block(b"a\n\nb", flags=(), after=LineState.PARTIAL)
    found = encoder().records(one)
    assert [(each.start, each.end, each.data) for each in found] == [(1000, 1002, b"a\n"), (1003, 1004, b"b")]
    assert [each.after for each in found] == [LineState.WHOLE, LineState.PARTIAL]


def test_raw_lines_stay_as_they_are() -> None:
    """Raw bytes get no fields; only empty lines, NUL runs and a BOM are left out."""
    encoded = RawEncoder(b"> ").encode(block(b'\xff{"a"\r\n\r\n\0b\n', 0))
    assert encoded.body == b'> \xff{"a"\r\n> b\n'
    assert encoded.tally.skipped == (("empty", 1, 2), ("nul", 0, 1))


def test_field_names_that_no_type_can_have_still_work() -> None:
    """A quote in a field's name costs the fast path, nothing else."""
    odd = {'a"b': 1}
    body = encoder(fields=odd).encode(block(b'{"a\\"b":2,"c":3}\n{"d":4}\n')).body
    assert [orjson.loads(line) for line in body.splitlines()] == [
        {"@timestamp": READ_TIME, 'a"b': 1, "log.file.name": "app.log", 'overridden.a"b': 2, "c": 3},
        {"@timestamp": READ_TIME, 'a"b': 1, "log.file.name": "app.log", "d": 4},
    ]


ODD = [b"{}", b'{"a":NaN}', b'{"a":"\xff"}', b"Traceback:", b'{"service":"x"}', b'{"a":1}{"b":2}', b'{"a":1}\r']


class Spy(LineParser):
    """Judges as ever, and keeps what it was asked."""

    def __init__(self, enrichment: Enrichment) -> None:
        super().__init__(enrichment)
        self.judged: list[bytes] = []

    def judge(self, content: bytes, *, message: bool = False, block: Block | None = None) -> Line:
        """Judge one line."""
        self.judged.append(content)
        return super().judge(content, message=message, block=block)


@pytest.mark.parametrize(("odd", "most"), [([], 0), (ODD, len(ODD))])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    "line",
    [
        *[b'{"time":"2026-11-22T10:00:00Z","a":%d}', b'{"a":%d,"b":"x"}', b'{"ts":1795341600.5,"a":%d}'],
        *[b'{"@timestamp":"2026-11-22T10:00:00Z","a":%d}', b'{"a":%d, "@timestamp": "2026-11-22T10:00:00Z", "b":1}'],
        *[b'{"service":"agent","a":%d}', b'{"log":{"level":"x"},"a":%d}', b"plain text %d", b'{"time":"soon","a":%d}'],
    ],
)
def test_only_odd_lines_are_judged_one_by_one(line: bytes, end: bytes, odd: list[bytes], most: int) -> None:
    """One percent of odd lines, or a habit that all lines share, does not make the others go the slow way."""
    made = encoder()
    made._judge = spy = Spy(Enrichment(FIELDS))
    some = [line % at for at in range(700)]
    for at, bad in enumerate(odd):
        some[at * 100] = bad
    data = b"".join(each + end for each in some)
    encoded = made.encode(block(data))
    assert encoded.records == 700
    assert len(spy.judged) <= most
    check(encoder(), block(data), encoded)


@pytest.mark.parametrize(
    "odd",
    [
        *[b' {"time":"2026-11-22T10:00:00Z","a":%d}', b'{"time":"2026-11-22T10:00:00Z","a":%d} \t'],
        *[b'{"time":"2026-11-22T10:00:00Z","a":"\xff%d"}', b"caf\xe9 %d"],
        b'{"time":"2026-11-22T10:00:00Z","a":"\\u0060%d"}',
    ],
)
def test_odd_lines_of_one_kind_are_read_together(odd: bytes) -> None:
    """White space around an object, bytes that are no UTF-8, a value with an escape as .NET writes it."""
    made = encoder()
    made._judge = spy = Spy(Enrichment(FIELDS))
    lines = [odd % at if at % 10 == 5 else b'{"time":"2026-11-22T10:00:00Z","a":%d}' % at for at in range(100)]
    for data in (b"\n".join([*lines, b""]), b"\n".join([*lines[5::10], b""])):
        encoded = made.encode(block(data))
        check(encoder(), block(data), encoded)
        assert encoded.tally.decode_errors == sum(each.isascii() is False for each in data.splitlines())
    assert spy.judged == []


def test_times_yet_to_come_are_noticed() -> None:
    """More than 5 minutes later than the last write to the file: in plain blocks, and in others."""
    ahead, near = b'{"ts":"2001-09-09T02:46:40Z"}\n', b'{"ts":"2001-09-09T01:50:00Z"}\n'
    assert encoder().encode(block(near * 3)).tally.future_times == 0
    assert encoder().encode(block(near + ahead * 2)).tally.future_times == 2
    assert encoder().encode(block(b"text\n" + near + ahead)).tally.future_times == 1


EVERYWHERE = [
    b'{"a":1}\n{"b":"x"}\n',
    b'{}\n{"a":1}\ntext\n{"log.offset":5,"log.file.path":"x"}\n',
    b'{"a":1}\r\n{"a":2}\r\n',
]


@pytest.mark.parametrize("data", EVERYWHERE)
@pytest.mark.parametrize("file_fields", [("name",), ("path", "offset"), ("offset",), ("name", "path", "offset")])
def test_a_record_says_where_it_is_from_as_far_as_that_is_asked_for(data: bytes, file_fields: tuple[str, ...]) -> None:
    """On each path that lines take, quoted or not; the application's own members of those names make way."""
    one = block(data, path="/logs/x/app.log")
    made = encoder(file_fields=file_fields)
    check(made, one, made.encode(one))
    starts = [each.start for each in made.records(one)]
    names = {"log.file.name": "app.log", "log.file.path": "/logs/x/app.log"}
    wanted = {name: value for name, value in names.items() if name.rpartition(".")[2] in file_fields}
    for layout in (Lines(), Quoting()):
        out = [json.loads(line) for line in encoder(layout, file_fields=file_fields).encode(one).body.splitlines()]
        objects = [json.loads(each) if isinstance(each, str) else each for each in out]
        assert [{name: each[name] for name in wanted} for each in objects] == [wanted] * len(starts)
        if "offset" in file_fields:
            assert [each["log.offset"] for each in objects] == starts
        assert [
            each["log.file.name"] for each in objects if "log.file.name" in each and "name" not in file_fields
        ] == []


class Quoting:
    """Writes each record as a text."""

    wants = ()

    def write(self, rows: Rows) -> Woven:
        """Give a line for each record."""
        return weave(len(rows.rests), *rows.quoted(), b"\n")


def test_a_path_that_is_not_known_is_left_out() -> None:
    """As in a dead letter of before."""
    record = json.loads(encoder(file_fields=("path",)).encode(block(b"{}\n")).body)
    assert not {"log.file.path", "log.file.name"} & set(record)


@pytest.mark.parametrize("name", ["level", "severity", "levelname", "log.level"])
def test_level_is_the_severity_wherever_it_is(name: str) -> None:
    """The name that the application gives it does not matter; what has none is counted by itself."""
    lines = [json.dumps({name: level, "a": 1}).encode() for level in ("ERROR", "info", "warn")]
    data = b"\n".join([*lines, b'{"a":1}', b""])
    for more in (b"", b"text\n"):
        encoded = BlockEncoder(Enrichment({}), Lines(), "level>=warning and a=1").encode(block(data + more))
        assert encoded.records == 2
        assert {reason: count for reason, count, _ in encoded.tally.filtered} == {
            "condition": 1,
            "no_level": 1 + bool(more),
        }


@pytest.mark.parametrize("when", ["a~x", r"a~\Ax", r"~\Ax", "~x", "level>=info", "a.b=1", "not a=1"])
def test_a_block_without_a_record_has_none_to_leave_out(when: str) -> None:
    """Empty lines are skipped, whatever is asked of records."""
    made = BlockEncoder(Enrichment({}, sample={"info": 0.5}, drop=("a",)), Lines(), when)
    encoded = made.encode(block(b"\n\r\n"))
    assert (encoded.records, encoded.tally.filtered) == (0, ())
    assert encoded.tally.skipped == (("empty", 2, 3),)


@pytest.mark.parametrize("others", [[], [b"text"], [b'{"time":"2026-11-22T10:00:00Z","a":1}'] * 50])
@pytest.mark.parametrize("count", [1, 3, 50])
def test_an_object_in_a_colour_is_a_record(count: int, others: list[bytes]) -> None:
    """Among whatever stands beside it; of text, and of what only begins so, the colours stay."""
    line = b'\x1b[32m{"level":"ERROR","message":"hi","time":"2026-11-22T10:00:00Z"}\x1b[39m'
    texts = [b"\x1b[32mtext\x1b[39m", b'\x1b[32m{"a":1\x1b[39m', line + b" x"]
    data = b"".join(each + b"\n" for each in [*others, *[line] * count, *texts])
    encoded = encoder().encode(block(data))
    records = [json.loads(each) for each in encoded.body.splitlines()]
    assert sum(record.get("message") == "hi" and record["level"] == "ERROR" for record in records) == count
    assert [record["message"].encode() for record in records[-3:]] == texts
    assert [record["@timestamp"] for record in records if record.get("message") == "hi"] == [
        "2026-11-22T10:00:00Z"
    ] * count
    assert encoded.tally.decode_errors == 0
