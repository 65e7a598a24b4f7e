"""What several records come to together, beside what each comes to by itself."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.corpora import fastapi
from logship.redaction.detectors import DETECTORS
from logship.redaction.escapes import unescaped
from logship.redaction.redactor import Redactor
from logship.redaction.scanner import Scanner, own
from logship.redaction.together import as_written, put_away, read_string, together, write_string
from tests.redaction.planting import plant
from tests.redaction.test_redactor import json_values, redactor

ALL = Scanner(DETECTORS)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(st.sampled_from('"\\/nt\n\t \x7fu0é{}[]:,%'), max_size=12),
    st.builds(lambda seed: plant(Random(seed)).text, st.integers(0, 10**6)),
)
STRINGS = st.lists(TEXTS, max_size=3).map("".join)
RECORDS = st.one_of(
    st.dictionaries(st.text(max_size=5), json_values, max_size=5),
    st.dictionaries(st.sampled_from(["a", "message", "level", "trace_id", "password", "x.time"]), STRINGS, max_size=4),
    st.dictionaries(
        st.sampled_from(["b", "args"]), STRINGS.map(lambda text: json.dumps({"token": text, "t": text})), max_size=2
    ),
)


def compare(made: Redactor, lines: list[bytes]) -> set[int]:
    """Hold what lines come to together against what each comes to; give those that are left."""
    assert made.scanner
    seen = together(made, made.scanner, dict(enumerate(line[1:] for line in lines)))
    for at, line in enumerate(lines):
        if at in seen.left:
            assert at not in seen.changed
            continue
        alone = made.record(line)
        assert seen.changed.get(at, line[1:]) == alone.text[1:]
        assert sorted(seen.found.get(at, ())) == sorted(alone.counts.elements())
    return seen.left


@settings(max_examples=400, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=6), st.booleans(), st.booleans())
def test_records_together_are_each_by_itself(records: list[dict[str, object]], spaced: bool, plain: bool) -> None:  # noqa: FBT001
    """Whatever was planted in them, in whatever strings."""
    separators = (", ", ": ") if spaced else (",", ":")
    compare(redactor(), [json.dumps(each, ensure_ascii=plain, separators=separators).encode() for each in records])


@pytest.mark.parametrize(
    "line",
    [
        b'{"message":"INFO:     10.42.1.7:32768 - \\"POST /v1/agents/1/run HTTP/1.1\\" 200 OK","level":"info"}',
        b'{"message":"failed\\nTraceback:\\n  File \\"/a.py\\", line 1\\nValueError: jane@example.org\\tx"}',
        b'{"message":"\\u4e2d jane@example.org"}',
        b'{"a":{"b":"jane@example.org"},"c":[1,true,null],"d":"GET /?to=jane%40example.org"}',
        b'{ "jane@example.org" : "x" }',
        b'{"a":"jane@example.org \\\\","b":"\\\\\\"jane@example.org"}',
        b'{"a":"jane\\u0040example.org"}',
        b'{"a":"{\\"password\\":\\"hunter2!\\\\\\"\\"}"}',
    ],
)
def test_what_logs_have_needs_no_look_at_one_record(line: bytes) -> None:
    """Quotes, lines and all else that is escaped, names, text that an address has written with percents."""
    assert b"[" in together(redactor(), ALL, {0: line[1:]}).changed[0]
    assert not compare(redactor(), [line, line.replace(b"@", b" at "), line])


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":"jane@example.org","n":4111111111111111}',
        b'{"a":["x","jane@example.org"]}',
        b'{"level":"jane@example.org"}',
        b'{"password":"x","a":"jane@example.org"}',
        b'{"a":"jane@example.org' + b"x" * (1 << 16) + b'"}',
    ],
)
def test_what_has_to_be_known_better_is_left(line: bytes) -> None:
    """A number, an array, a name of a level or of a secret, much text."""
    assert compare(redactor(), [b'{"a":"jane@example.org"}', line, b'{"b":"jane@example.org"}']) == {1}


@settings(max_examples=400, deadline=None)
@given(st.lists(STRINGS, max_size=8))
def test_lines_have_what_each_has(texts: list[str]) -> None:
    """By detectors of all kinds, also such as see the whole text."""
    raw = [each.encode(errors="replace").replace(b"\n", b" ") for each in texts]
    for scanner in (
        ALL,
        Scanner([*DETECTORS, own("ends", r"\w+\z"), own("begins", r"\A\w+"), own("over", r"(?s)a.b")]),
    ):
        found, begin = [], 0
        for line in raw:
            found += [replace(each, start=begin + each.start, end=begin + each.end) for each in scanner.find(line)]
            begin += len(line) + 1
        assert scanner.find_lines(b"\n".join(raw)) == found


@given(STRINGS, st.booleans())
def test_simple_escapes_are_read_as_all_are(text: str, plain: bool) -> None:  # noqa: FBT001
    """And written again as they were."""
    written = json.dumps(text, ensure_ascii=plain).encode(errors="replace")[1:-1]
    found, places = read_string(put_away(written))
    assert found == unescaped(written).text
    assert places or as_written(write_string(found)) == written


def test_what_should_have_been_escaped_stays_as_it_is() -> None:
    """No JSON has a tab within a string; all the same it is not made an escape."""
    line = b'"a":"x\ty \\" 192.0.2.10"}'
    assert together(redactor(), ALL, {0: line}).changed == {0: b'"a":"x\ty \\" [ip]"}'}


def test_lines_of_a_server_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What uvicorn writes of each request, as it stands in a record."""
    lines = [json.dumps({"message": fastapi(at, 262).decode()}).encode() for at in range(4, 90, 6)]
    monkeypatch.setattr(Redactor, "record", None)
    seen = together(redactor(), ALL, dict(enumerate(line[1:] for line in lines)))
    assert not seen.left
    assert {*seen.changed} == {at for at, line in enumerate(lines) if b".0:" not in line}
