"""Blocks of lines of all kinds, encoded with redaction and without: only what was found differs."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.kinds import joined, learned
from logship.records.encoding import BlockEncoder
from logship.records.layouts import Lines
from logship.redaction.open import open_redaction
from tests.redaction.test_blocks import ENRICHMENT, block

EMAIL = b"jane@example.org"
KINDS = (
    b'{"time":"2026-01-02T03:04:05Z","level":"info","msg":"a %s"}\n',
    b'{"msg":"a %s"}\r\n',
    b' { "msg" : "%s" } \n',
    b"{}\n",
    b'{"service.name":"%s"}\n',
    b'{"service.name":"s"}\n',
    b'{"a":{"b":["%s",1.50]},"level":"%s"}\n',
    b'{"msg":"cut %s\n',
    b"2026-01-02 03:04:05,678 - app - ERROR - saw %s\n",
    b"I0102 03:04:05.678901       1 main.go:10] saw %s\n",
    b"INFO:     saw %s\n",
    b'plain "quoted" %s\n',
    b'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: %s\n',
    b'{\n  "msg": "%s",\n  "level": "info"\n}\n',
)
LINES = st.tuples(st.sampled_from(KINDS), st.sampled_from([b"nothing", EMAIL]))
BLOCKS = st.lists(LINES, min_size=1, max_size=12).flatmap(
    lambda some: st.sampled_from([0, 30]).map(lambda more: [*some, *[(KINDS[0], b"nothing")] * more])
)


@pytest.mark.parametrize("join", [False, True])
@pytest.mark.parametrize("when", ["", "level >= error"])
@settings(max_examples=150, deadline=None)
@given(BLOCKS)
def test_only_what_was_found_differs(when: str, join: bool, lines: list[tuple[bytes, bytes]]) -> None:  # noqa: FBT001
    """The body is that of no redaction with the marks put in by hand, and each of its lines is JSON."""
    redaction = open_redaction(["email"], {}, [], ENRICHMENT)
    data = b"".join(kind.replace(b"%s", word) for kind, word in lines)
    given = block(data)
    blocks = joined(given, learned(given)) if join else [given]
    plain, hiding = BlockEncoder(ENRICHMENT, Lines(), when), replace(ENRICHMENT, redaction=redaction)
    for each in blocks:
        off, on = plain.encode(each), BlockEncoder(hiding, Lines(), when).encode(each)
        assert on.body == off.body.replace(EMAIL, b"[email]")
        assert on.records == off.records
        assert all(isinstance(json.loads(line), dict) for line in on.body.splitlines())
