"""What OpenSearch 2.19.6 and Elasticsearch 8 said of documents, and the documents that they take."""

import json

import pytest
from msgspec.structs import replace

from logship.model import Batch, Block, Encoded, FileId, Outcome, Status, Verdict
from logship.records.enrichment import Enrichment
from logship.sinks.elasticsearch.refusals import MOST, mended, readable_names, with_mended

READABLE = readable_names(Enrichment({}))
OUT_OF_RANGE = (
    "failed to parse field [big] of type [long] in document with id 'x'. Preview of field's value: '1'"
    '"'
    ',"caused_by":{"type":"input_coercion_exception","reason":"Numeric value (9223372036854775808) out of range of long'
)
ONCE = ('{"a":2,"overridden.a":1}', "repeated_name")
TIMES = '{"time":"2026-11-27T21:07:09Z","level":"x","overridden.time":"user","overridden.level":null}'


@pytest.mark.parametrize(
    ("document", "words", "expected"),
    [
        ('{"a":1,"a":2}', "Duplicate field 'a'\\n at [Source: REDACTED", ONCE),
        (
            '{"a":1,"a":2}',
            "[1:7] failed to parse: [1:7] Duplicate field 'a'",
            ('{"a":2,"overridden.a":1}', "repeated_name"),
        ),
        (
            '{"time":"user","time":"2026-11-27T21:07:09Z","level":null,"level":"x"}',
            "Duplicate field 'time'",
            (
                '{"time":"2026-11-27T21:07:09Z","level":"x","overridden.time":"user","overridden.level":null}',
                "repeated_name",
            ),
        ),
        ('{"big":9223372036854775808}', OUT_OF_RANGE, ('{"big":"9223372036854775808"}', "large_number")),
        (
            '{"big":"9223372036854775808"}',
            OUT_OF_RANGE,
            ('{"overridden.big":"9223372036854775808"}', "large_number"),
        ),
        (
            '{"message":{"x":1}}',
            "failed to parse field [message] of type [text] in document with id 'x'. Preview of field's value: '{x=1}'",
            ('{"message":"{\\"x\\":1}"}', "clashing_type"),
        ),
        (
            '{"s":{"x":1},"b":1}',
            "failed to parse field [s] of type [long] in document with id 'x'. Preview of field's value: '{x=1}'",
            ('{"b":1,"overridden.s":"{\\"x\\":1}"}', "clashing_type"),
        ),
        (
            '{"o":"t"}',
            "object mapping for [o] tried to parse field [o] as object, but found a concrete value",
            ('{"overridden.o":"t"}', "clashing_type"),
        ),
        (
            '{"a":{"b":1}}',
            "Could not dynamically add mapping for field [a.b]. Existing mapping for [a] must be of type object",
            ('{"a":{},"overridden.a.b":"1"}', "clashing_type"),
        ),
        (
            '{"a":{"b":1}}',
            "can't merge a non object mapping [a.b] with an object mapping",
            ('{"a":{},"overridden.a.b":"1"}', "clashing_type"),
        ),
        ('{"n":"x"}', "failed to parse field [n] of type [long] in document with id 'x'", None),
        ('{"@timestamp":{"a":1}}', "failed to parse field [@timestamp] of type [date] in document with id 'x'", None),
        ('{"n":"x"}', "object mapping for [missing] tried to parse field [missing] as object", None),
        ('{"n":"x"}', "Duplicate field 'n'", None),
        ('{"n":"x"}', "the final pipeline failed", None),
    ],
)
def test_what_the_store_blames_is_mended(document: str, words: str, expected: tuple[str, str] | None) -> None:
    """A text in the place of a number stays refused: the mapping may be wrong; and so does what is not there."""
    found = mended(document.encode(), words, READABLE)
    assert (found and (found[0].decode(), found[1])) == expected
    assert found is None or json.loads(found[0])


def batch(*documents: bytes, rounds: int = 0) -> Batch:
    """Make a batch of records by themselves."""
    block = Block(FileId("F" * 22), "a.log", 0, 2, b"x\n", 0, 0.0)
    return Batch(tuple(Encoded(block, b'{"create":{}}\n' + each + b"\n", 1, mended=rounds) for each in documents))


def test_the_other_form_goes_with_the_verdict() -> None:
    """Under the same action, so the same id; other verdicts stay as they are, and nobody is mended for ever."""
    verdicts = (
        Verdict(1, Status.REJECTED, "mapper_parsing_exception", "Duplicate field 'a'"),
        Verdict(2, Status.ERRORED, "http_429", "Duplicate field 'a'"),
    )
    outcome = Outcome(Status.DELIVERED, verdicts=verdicts)
    documents = (b'{"b":1}', b'{"a":1,"a":2}', b'{"a":1,"a":2}')
    first, second = with_mended(outcome, batch(*documents), READABLE).verdicts
    assert (first.body, first.mended) == (b'{"create":{}}\n{"a":2,"overridden.a":1}\n', "repeated_name")
    assert replace(first, body=b"", mended="") == verdicts[0]
    assert second == verdicts[1]
    assert with_mended(outcome, batch(*documents, rounds=MOST), READABLE) == outcome
