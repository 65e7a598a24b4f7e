"""Paths and detectors at once, on whole blocks, beside what becomes of each record alone."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.redaction.planting import plant
from tests.redaction.test_blocks import block, encoder, opened

TEXTS = st.one_of(
    st.sampled_from(
        ["", "x", "jane@example.org", 'say "password"', "a\\b", '{"password":"hunter2!"}', "é\n", "10.1.2.3"]
    ),
    st.integers(0, 10**6).map(lambda seed: plant(Random(seed)).text),
)
VALUES = st.one_of(TEXTS, st.integers(0, 10**17), st.just(4111111111111111), st.none())
NAMES = st.sampled_from(["user", "password", "a", "level", "time", "x.user", "é"])
RECORDS = st.dictionaries(
    NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=2) | st.lists(VALUES, max_size=2), max_size=4
)
PATHS = st.sets(st.sampled_from(["user", "*.user", "a.user", "*.b", "pass*", "a"]), max_size=2)


@settings(max_examples=300, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8), PATHS, st.booleans(), st.booleans(), st.booleans())
def test_a_block_is_what_its_records_are(
    records: list[dict[str, object]],
    paths: set[str],
    ascii_only: bool,  # noqa: FBT001
    spaced: bool,  # noqa: FBT001
    hashed: bool,  # noqa: FBT001
) -> None:
    """In bytes, whichever way each went, and in counts."""
    separators = (", ", ": ") if spaced else (",", ":")
    lines = [json.dumps(each, ensure_ascii=ascii_only, separators=separators).encode() for each in records]
    lines = [line for line in lines if line != b"{}"] or [b'{"a":1}']
    redaction = opened(*sorted(paths), key=b"k" * 16 if hashed else b"")
    found = encoder(redaction).encode(block(b"".join(line + b"\n" for line in lines)))
    expected = [redaction._redactor.record(line) for line in lines]
    for made, line in zip(found.body.splitlines(), expected, strict=True):
        assert made.endswith(line.text[1:])
    assert found.tally.redacted == sum(bool(each.counts) for each in expected)
    assert sum(dict(found.tally.redactions).values()) == sum(each.counts.total() for each in expected)
