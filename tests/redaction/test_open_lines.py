"""Lines of a program's that a container's runtime wrote in parts, and that were not joined."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from logship.model import Block, FileId, LineState
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.redaction.blocks import BlockRedactor
from logship.redaction.open import open_redaction
from logship.redaction.open_lines import Known

FILE = FileId("A" * 22)
TIME = "2026-11-27T10:00:00.1Z"


def block(data: bytes, start: int = 7, **changes: Any) -> Block:
    """Make a block of whole lines."""
    return Block(FILE, "app.log", start, start + len(data), data, 10**18, 0.0, **changes)


def made(parse: str) -> tuple[BlockEncoder, BlockRedactor]:
    """Make an encoder, and what redacts its records."""
    enrichment = Enrichment({}, parse=parse)
    redaction = open_redaction(("all",), {}, (), enrichment)
    return BlockEncoder(replace(enrichment, redaction=redaction), Lines()), redaction


def written(parse: str, stream: str, text: str, *, goes_on: bool) -> bytes:
    """Give a line as a runtime writes it; of no stream it is none of a runtime's."""
    if not stream:
        line = text
    elif parse == "cri":
        line = f"{TIME} {stream} {'P' if goes_on else 'F'} {text}"
    else:
        line = json.dumps(
            {"log": text + ("" if goes_on else "\n"), "stream": stream, "time": TIME}, separators=(",", ":")
        )
    return line.encode() + b"\n"


def texts(parse: str, lines: list[bytes], ends: set[int]) -> list[str]:
    """Give the texts of the records of some lines; a block ends behind each of the lines that ``ends`` has."""
    encoder, redaction = made(parse)
    found, word, start, held = [], "", 7, b""
    for at, line in enumerate(lines):
        held += line
        if at in ends or at == len(lines) - 1:
            one = block(held, start, opened=word)
            word, start, held = redaction.behind(one), one.end, b""
            one = changed(one, open_after=word)
            body = encoder.encode(one).body
            singles = encoder.records(one)
            assert b"".join(encoder.encode(each).body for each in singles) == body
            assert [each.open_after for each in singles][-1:] == [word]
            found += [json.loads(each)["message"] for each in body.splitlines()]
    return found


STEPS = [
    ("stdout", "card 41111111", True),
    ("stderr", "mid word here", False),
    ("", "no line of any runtime's", False),
    ("stdout", "11111111 paid", False),
    ("stderr", "other line", False),
    ("stdout", "login password=hun", True),
    ("stdout", "ter, he", True),
    ("stderr", "open at its en", True),
    ("stdout", "llo you", False),
    ("stdout", "as it is", False),
    ("stderr", "d and on", False),
]
SAID = [
    "card [cut]",
    "mid word here",
    "no line of any runtime's",
    "[cut]",
    "other line",
    "login [cut]",
    "[cut], [cut]",
    "open at its [cut]",
    "[cut]",
    "as it is",
    "[cut]",
]


@pytest.mark.parametrize("parse", ["cri", "docker"])
@given(ends=st.sets(st.integers(0, len(STEPS))))
def test_what_a_cut_went_through_is_in_no_part(parse: str, ends: set[int]) -> None:
    """Whatever is between the parts, and wherever a block ends; other lines are what they were."""
    lines = [written(parse, stream, text, goes_on=goes_on) for stream, text, goes_on in STEPS]
    assert texts(parse, lines, ends) == SAID


def test_a_record_that_is_several_lines_is_cut_where_it_begins_and_ends() -> None:
    """Parts that were put together lose nothing between them."""
    encoder, redaction = made("cri")
    lines = [written("cri", "stdout", text, goes_on=True) for text in ("ry one, card 4111", "11111111", "1111 and mo")]
    data = b"".join(lines)
    one = block(data, joins=((7, 7 + len(data)),), opened="+stdout")
    assert json.loads(encoder.encode(one).body)["message"] == "[cut], card [card] and [cut]"
    assert redaction.behind(one) == "+stdout"


@pytest.mark.parametrize("parse", ["cri", "docker"])
@given(joined=st.booleans())
def test_dead_letters_have_no_part_of_it(parse: str, joined: bool) -> None:  # noqa: FBT001
    """They are lines of the runtime still, of a text with the same marks as the record."""
    encoder, redaction = made(parse)
    parts = [("a@b.example, card 4111", True), ("11111111", True), ("1111 of jane@example.org, é", False)]
    data = b"".join(written(parse, "stdout", text, goes_on=goes_on) for text, goes_on in parts)
    one = block(data, joins=((7, 7 + len(data)),) if joined else ())
    for record in encoder.records(one):
        letter = redaction.letter(record)
        assert not [word for word in (b"4111", b"1111", b"@") if word in letter.data]
        joins = ((7, 7 + len(letter.data)),) if joined else ()
        again = changed(letter, start=7, end=7 + len(letter.data), joins=joins, opened="")
        plain = BlockEncoder(Enrichment({}, parse=parse), Lines())
        assert json.loads(plain.encode(again).body) == json.loads(encoder.encode(record).body)


def test_a_letter_of_other_bytes() -> None:
    """A byte that is no UTF-8 stays, and so does a CR's place: none of the text is taken for what is around it."""
    _, redaction = made("cri")
    record = block(f"{TIME} stdout F ".encode() + b"\xff by jane@example.org\xff\r\n")
    assert redaction.letter(record).data == f"{TIME} stdout F ".encode() + b"\xff by [email]\xff\n"


def test_a_line_that_is_too_long_goes_on_in_its_stream() -> None:
    """What was skipped of it is in no record; the next part begins in some word."""
    _, redaction = made("cri")
    head = block(f"{TIME} stderr P {'x' * 40}".encode(), flags=("truncated",), after=LineState.SKIPPING)
    gap = block(b"", start=head.end, skipped="overlong", opened=redaction.behind(head))
    assert (redaction.behind(head), redaction.behind(gap)) == ("+stderr", "+stderr")


def test_a_part_that_was_read_in_parts() -> None:
    """The rest of it begins and ends in a word, and so does what comes behind that in each read."""
    encoder, redaction = made("cri")
    one = block(f"{TIME} stdout P mail jane.d".encode(), flags=("partial",), after=LineState.PARTIAL)
    two = block(
        b"oe, you, to: bo", one.end, flags=("continuation",), after=LineState.PARTIAL, opened=redaction.behind(one)
    )
    three = block(b"b, you, to: ali\n", two.end, flags=("continuation",), opened=redaction.behind(two))
    said = [json.loads(encoder.encode(each).body)["message"] for each in (one, two, three)]
    assert said == ["mail [cut]", "[cut], you, to: [cut]", "[cut], you, to: [cut]"]
    assert redaction.behind(three) == "+stdout"


@given(st.sampled_from(["", "16/999"]), st.sets(st.sampled_from(["stdout", "stderr", "other"])), st.booleans())
def test_a_word_says_what_is_known(key: str, streams: set[str], cut: bool) -> None:  # noqa: FBT001
    """It is read as it was written, and is empty only where nothing is known."""
    known = Known(key, (*streams,), cut)
    assert Known.of(known.word) == known
    assert bool(known.word) == any(known)


def test_a_word_does_not_grow_with_the_names_of_streams() -> None:
    """Whatever a file calls them."""
    _, redaction = made("docker")
    lines = [written("docker", f"s{number}" * 99, "x", goes_on=True) for number in range(99)]
    assert redaction.behind(block(b"".join(lines))) == "+other"
