import json

from hypothesis import example, given
from hypothesis import strategies as st

from logship.enrichment import Enrichment
from logship.layouts import Lines, Rows, literal, quoted
from logship.model import Block, FileId

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


def test_rows_are_written_between_what_the_sink_puts_around_them() -> None:
    """A template before each record is filled from columns; percent signs of constants stay."""
    rows = Rows(BLOCK, b'"a":"100%",', lambda: [0, 9], [STAMP, STAMP], [b'"b":1}', b"}"])
    assert rows.records(literal(b"%") + b"%d ", b" %d" + literal(b"%\n"), [[7, 8]], [[1, 2]]) == [
        b'%7 {"@timestamp":"2026-11-22T10:00:00Z","a":"100%","b":1} 1%\n',
        b'%8 {"@timestamp":"2026-11-22T10:00:00Z","a":"100%"} 2%\n',
    ]


def test_a_record_without_a_member_or_a_field_of_ours_is_valid() -> None:
    """It has its event time, and no comma after that."""
    rows = Rows(BLOCK, b"", lambda: [0, 3], [STAMP, STAMP], [b"}", b'"a":1}'])
    assert [json.loads(record) for record in rows.records()] == [
        {"@timestamp": "2026-11-22T10:00:00Z"},
        {"@timestamp": "2026-11-22T10:00:00Z", "a": 1},
    ]


def test_bare_rests_get_their_quote_and_brace_back() -> None:
    """What was cut off for speed is put back by the template."""
    ours = Enrichment({}).members(BLOCK)
    rows = Rows(BLOCK, ours, lambda: [0], [STAMP], [b'b":1'], bare=True)
    expected = b'> {"@timestamp":"2026-11-22T10:00:00Z","log.file.name":"app.log","b":1};'
    assert Lines(b"> ", b";").write(rows) == [expected]
