import json

from hypothesis import example, given
from hypothesis import strategies as st

from logship.model import Block, FileId
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines, Rows, decimals, escaped, quoted, weave, within_quotes

BLOCK = Block(FileId("F" * 22), "app.log", 0, 0, b"", 0, 0.0)
STAMP = b'"2026-11-22T10:00:00Z"'
texts = st.text(alphabet=st.characters(exclude_characters="\n", exclude_categories=["Cs"]))


@given(st.lists(texts))
@example(['",', "next"])
@example(['  "level": "info",', '  "a": "b"', "", ",", '"', "\\", '\\",'])
def test_texts_are_quoted_one_by_one(some: list[str]) -> None:
    """Whatever quotes, commas and backslashes are in a text, it comes back as itself."""
    strings = quoted([text.encode() for text in some])
    assert [json.loads(string) for string in strings] == some


json_texts = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


@given(st.lists(st.tuples(json_texts, st.sampled_from(["", " ", "\t", "\r"])), max_size=5))
@example([({"a": "}\n}"}, ""), ({"}\\n": "}\\\\n"}, "\t"), ("}", "")])
def test_json_is_escaped_one_by_one(some: list[tuple[object, str]]) -> None:
    """Whatever braces, quotes and backslashes are in it: within a JSON string it means itself."""
    column = [(json.dumps(value) + space).encode() for value, space in some]
    assert [json.loads(b'"' + part + b'"').encode() for part in escaped(column)] == column


@given(st.lists(st.integers(0, 2**63)))
def test_numbers_are_written_one_by_one(numbers: list[int]) -> None:
    """Also none at all."""
    assert decimals(numbers) == [b"%d" % number for number in numbers]


def test_columns_are_woven_record_by_record() -> None:
    """Constants and columns alternate; neighbouring constants are one part; the parts come to the records."""
    woven = weave(2, b"<", b"a=", [b"1", b"2"], [b"x", b"y"], b">")
    assert woven.parts == [b"<a=", b"1", b"x", b">", b"<a=", b"2", b"y", b">"]
    assert woven.records == 2
    assert woven.each() == [b"<a=1x>", b"<a=2y>"]
    assert weave(0, b"<", [], b">").each() == []


def test_rows_are_written_between_what_the_sink_puts_around_them() -> None:
    """Before and after each record stands what the layout asks for; percent signs are nothing special."""
    rows = Rows(BLOCK, b'"a":"100%",', lambda: [0, 9], [STAMP, STAMP], [b'"b":1}', b"}"])
    assert rows.woven([b"%", [b"7 ", b"8 "]], [[b" 1", b" 2"], b"%\n"]).each() == [
        b'%7 {"@timestamp":"2026-11-22T10:00:00Z","a":"100%","b":1} 1%\n',
        b'%8 {"@timestamp":"2026-11-22T10:00:00Z","a":"100%"} 2%\n',
    ]


def test_a_record_without_a_member_or_a_field_of_ours_is_valid() -> None:
    """It has its event time, and no comma after that."""
    rows = Rows(BLOCK, b"", lambda: [0, 3], [STAMP, STAMP], [b"}", b'"a":1}'])
    assert [json.loads(record) for record in rows.woven().each()] == [
        {"@timestamp": "2026-11-22T10:00:00Z"},
        {"@timestamp": "2026-11-22T10:00:00Z", "a": 1},
    ]


def test_bare_rests_get_their_quote_and_brace_back() -> None:
    """What was cut off for speed is put back."""
    ours = Enrichment({}).members(BLOCK)
    rows = Rows(BLOCK, ours, lambda: [0], [STAMP], [b'b":1'], before=b'"', after=b"}")
    expected = b'> {"@timestamp":"2026-11-22T10:00:00Z","log.file.name":"app.log","b":1};'
    assert Lines(b"> ", b";").write(rows).each() == [expected]


def test_an_empty_record_among_bare_ones_is_an_object_by_itself() -> None:
    """For stores that get the record within something else."""
    rows = Rows(BLOCK, b"", lambda: [0, 1], [STAMP] * 2, [b'b":1', b""], before=b'"', after=b"}", hollow=[1])
    assert rows.own() == [b'{"b":1}', b"{}"]
    assert rows.woven().each()[1] == b'{"@timestamp":"2026-11-22T10:00:00Z"}'


@given(st.lists(texts))
@example(["a\x7fb", '"', "\\n", ""])
def test_texts_within_quotes_are_quoted_texts_without_theirs(some: list[str]) -> None:
    """Also one with the byte that is put between them."""
    column = [text.encode() for text in some] * 3
    assert [*within_quotes(column)] == [string[1:-1] for string in quoted(column)]
