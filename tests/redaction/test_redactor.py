"""What becomes of one record."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records.enrichment import Enrichment
from logship.redaction.detectors import detectors_of
from logship.redaction.kept import Kept
from logship.redaction.marks import by_hash, by_type
from logship.redaction.redactor import PLAIN, Redactor, Where
from logship.redaction.scanner import Scanner

SCANNER = Scanner(detectors_of(["all"]))
KEPT = Kept(Enrichment({}))


def redactor(*fields: str, mark: object = by_type) -> Redactor:
    """Make one of all detectors and some paths."""
    return Redactor(SCANNER, fields, KEPT, mark)  # type: ignore[arg-type]


def redacted(text: str, *fields: str, where: Where = PLAIN) -> str:
    """Redact one JSON object."""
    return redactor(*fields).record(text.encode(), where).text.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":"jane@example.org"}', '{"a":"[email]"}'),
        ('{"a" : "to jane@example.org, now" ,"b":1.50}', '{"a" : "to [email], now" ,"b":1.50}'),
        (r'{"a":"jane\u0040example.org\n\"x\""}', r'{"a":"[email]\n\"x\""}'),
        (r'{"a":"\u00fc jane@example\u002eorg \ud83d\ude00"}', r'{"a":"\u00fc [email] \ud83d\ude00"}'),
        ('{"jane@example.org":{"n":12345678901234567890}}', '{"[email]":{"n":12345678901234567890}}'),
        ('{"n":4111111111111111,"m":-0.10e5}', '{"n":"[card]","m":-0.10e5}'),
        (r'{"a":"{\"b\":\"jane\\u0040example.org\"}"}', r'{"a":"{\"b\":\"[email]\"}"}'),
        ('{"a":["x",["jane@example.org"]],"a":"jane@example.org"}', '{"a":["x",["[email]"]],"a":"[email]"}'),
        ('{"password":"hunter2!"}', '{"password":"[secret]"}'),
        ("{}", "{}"),
        ("{ }", "{ }"),
    ],
)
def test_only_what_is_found_changes(text: str, expected: str) -> None:
    """All else stays byte for byte: order, blanks, digits, repeated names, other escapes."""
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.b", '{"a":{"b":1,"c":2},"b":3}', '{"a":{"b":"[field]","c":2},"b":3}'),
        ("a.b", '{"a.b":"x"}', '{"a.b":"[field]"}'),
        ("a.b", r'{"\u0061":{"\u0062":"x"}}', r'{"\u0061":{"\u0062":"[field]"}}'),
        ("a.b", '{"a":[{"b":"x"},{"b":null}]}', '{"a":[{"b":"[field]"},{"b":null}]}'),
        ("*.b", '{"b":1,"a":{"c":{"b":"x"}},"bb":2}', '{"b":"[field]","a":{"c":{"b":"[field]"}},"bb":2}'),
        ("a.*.b", '{"a":{"b":1},"b":2}', '{"a":{"b":"[field]"},"b":2}'),
        ("a.*.b", '{"a":{"x":{"y":{"b":1}}}}', '{"a":{"x":{"y":{"b":"[field]"}}}}'),
        ("x-*", '{"x-a":"y","x":"z"}', '{"x-a":"[field]","x":"z"}'),
        ("a", '{"a":{"b":[1,"x",true,{"c":null}]}}', '{"a":{"b":["[field]","[field]",true,{"c":null}]}}'),
        ("*.b", '{"time":"2026-11-22T10:00:00Z","b":{"time":"2026-11-22T10:00:00Z"}}', None),
    ],
)
def test_a_path_takes_all_strings_and_numbers_there(path: str, text: str, expected: str | None) -> None:
    """Dots may be in names; arrays are no step; a ``*`` between dots stands for any names, none too."""
    found = Redactor(None, (path,), KEPT, by_type).record(text.encode()).text.decode()
    assert found == (expected or text.replace('{"time":"2026-11-22T10:00:00Z"}', '{"time":"[field]"}'))


@pytest.mark.parametrize(
    "member",
    [
        *(
            '"time":"2026-11-22T10:00:00Z"',
            '"ts":1795341600123',
            '"level":"ERROR"',
            '"level":30',
            '"timestamp_ns":1795341600123456789',
        ),
        *(
            '"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"',
            '"span_id":"00f067aa0ba902b7"',
            '"dd.trace_id":8764738291823746512',
        ),
    ],
)
def test_what_is_used_stays(member: str) -> None:
    """Time, level, trace and span are never touched, not even by a path of any depth."""
    name = json.loads("{" + member + "}").popitem()[0]
    text = "{" + member + ',"a":"jane@example.org"}'
    assert redacted(text, f"*.{name}") == text.replace("jane@example.org", "[email]")


@pytest.mark.parametrize("name", ["time", "level", "trace_id", "span_id", "@timestamp", "ts"])
def test_what_merely_stands_there_goes(name: str) -> None:
    """A value at such a path that is no time, no level and no id is looked at as any other."""
    assert redacted(f'{{"{name}":"jane@example.org"}}') == f'{{"{name}":"[email]"}}'
    assert redacted(f'{{"x":1,"{name}":"4111 1111 1111 1111"}}') == f'{{"x":1,"{name}":"[card]"}}'


def test_hashes_join_records() -> None:
    """The same value has the same mark in any record, under one key; a mark is not hashed again."""
    one, other = by_hash(b"k" * 16), by_hash(b"l" * 16)
    first = redactor("id", mark=one).record(b'{"a":"to jane@example.org","id":5}').text
    second = redactor("id", mark=one).record(b'{"jane@example.org":"5","id":"5"}').text
    mark = first.partition(b"to ")[2][:24]
    assert mark.startswith(b"[email:")
    assert mark in second
    assert first.partition(b'"id":')[2] == second.partition(b'"id":')[2]
    assert redactor("id", mark=other).record(b'{"a":"to jane@example.org"}').text != first
    assert redactor("id", mark=one).record(first).text == first


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"\xff jane@example.org \xfe", b"\xff [email] \xfe"),
        (b'{"user":{"ssn":"a"},"x":"cut her', b'{"user":{"ssn":"[field]"},"x":"cut her'),
        (b'{"user":{"ssn":"a-secret-that-is-cu', b'{"user":{"ssn":"[field]'),
        (b'2026-11-22 said {"user": {"ssn": 12}} twice', b'2026-11-22 said {"user": {"ssn": [field]}} twice'),
        (b'on of it","ssn":"b"}', b'on of it","ssn":"[field]"}'),
    ],
)
def test_lines_that_are_no_json(line: bytes, expected: bytes) -> None:
    """Bytes that are no text stay; a record that was cut is looked through for the paths' names all the same."""
    assert redactor("user.ssn").line(line).text == expected


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ('{"message":"mail from jane@exa"}', Where(to_cut=True), '{"message":"mail from [cut]"}'),
        ('{"message":"card 4111 1111 11"}', Where(to_cut=True), '{"message":"card [cut]"}'),
        ('{"message":"mple.org said so to all"}', Where(from_cut=True), '{"message":"[cut] to all"}'),
        ('{"message":"11 1111 was it, yes"}', Where(from_cut=True), '{"message":"[cut] it, yes"}'),
        ('{"message":"MIIEowIBAAKCAQEA7bq"}', Where(within=True), '{"message":"[private_key]"}'),
        (
            '{"message":"10:00 app: MIIEowIBAAKCAQEA7bq+/=="}',
            Where(within=True),
            '{"message":"10:00 app: [private_key]"}',
        ),
        ('{"message":"all is well"}', Where(within=True), '{"message":"all is well"}'),
    ],
)
def test_what_was_cut_or_begun_before(text: str, where: Where, expected: str) -> None:
    """The word that a cut went through goes, with groups of digits beside it; within a key, what looks like one."""
    assert redacted(text, where=where) == expected


MEASURED = """
from logship.records.enrichment import Enrichment
from logship.redaction.detectors import detectors_of
from logship.redaction.kept import Kept
from logship.redaction.marks import by_type
from logship.redaction.redactor import Redactor
from logship.redaction.scanner import Scanner

def held(field):
    return next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(field))

made = Redactor(Scanner(detectors_of(["all"])), (), Kept(Enrichment({})), by_type)
text = %s
made.record(b'{"a":"jane@example.org"}')
before = held("VmRSS")
made.record(text)
print((held("VmHWM") - before) / len(text))
"""
"""A process of its own: a peak is the process's, and to follow each object takes ten times as long."""


@pytest.mark.parametrize(
    "text",
    [
        r"""b'{"a":"' + rb"\n" * 500_000 + b'"}' """,
        """b'{"a":[' + b"1," * 500_000 + b'"jane@example.org"]}' """,
        """b'{"a":"' + b'","' * 300_000 + b'jane@example.org":1}' """,
    ],
    ids=["escapes", "numbers", "strings"],
)
def test_a_line_that_is_made_to_cost_memory(text: str) -> None:
    """A line of a megabyte of escapes, or of tokens, takes some times its size, not a hundred."""
    done = subprocess.run([sys.executable, "-c", MEASURED % text], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 24


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=12),
        st.sampled_from(["jane@example.org", "x 4111111111111111", 4111111111111111, "password=hunter2!", '{"a":1}']),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "password", "level", "trace_id", "x.time", "é"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_json_stays_json(record: dict[str, object]) -> None:
    """What comes out can be read, and differs only in strings, numbers and names."""
    found = redactor("a.*", "é").record(json.dumps(record).encode()).text

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return [shape(each) for each in value.values()]
        if isinstance(value, list):
            return [shape(each) for each in value]
        return value if value is None or isinstance(value, bool) else "scalar"

    pairs = json.loads(found, object_pairs_hook=lambda pairs: {at: value for at, (_, value) in enumerate(pairs)})
    assert shape(pairs) == shape(record)
