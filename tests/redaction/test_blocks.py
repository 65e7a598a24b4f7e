"""What becomes of whole blocks, beside what becomes of each record alone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from logship.model import Block, FileId, LineState
from logship.records.encoding import BlockEncoder, Encoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.redaction.blocks import BlockRedactor
from logship.redaction.open import open_redaction
from logship.redaction.redactor import Redactor

ENRICHMENT = Enrichment({"service.name": "s"})
FILE = FileId("A" * 22)


def block(data: bytes, start: int = 7, **changes: Any) -> Block:
    """Make a block of whole lines."""
    return Block(FILE, "app.log", start, start + len(data), data, 10**18, 0.0, **changes)


def opened(*fields: str, names: Sequence[str] = ("all",), **changes: Any) -> BlockRedactor:
    """Make what redacts."""
    return open_redaction(names, {}, fields, ENRICHMENT, **changes)


def encoder(redaction: BlockRedactor, when: str = "", **changes: Any) -> BlockEncoder:
    """Make an encoder of JSON lines."""
    return BlockEncoder(replace(ENRICHMENT, redaction=redaction, **changes), Lines(), when)


def bodies(made: Encoder, data: bytes, **changes: Any) -> list[dict[str, Any]]:
    """Give the records of some lines."""
    return [json.loads(line) for line in made.encode(block(data, **changes)).body.splitlines()]


STRINGS = st.sampled_from(
    ["a", "", "x y", "jane@example.org", "4111111111111111", "password", '"', "\\", "é", "a\nb", "user"]
)
SCALARS = st.one_of(
    STRINGS, st.integers(-5, 10**20), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
)
NAMES = st.sampled_from(["user", "password", "a", "b", "a.user", "a.b", "x"])
MEMBERS = st.dictionaries(
    NAMES, st.one_of(SCALARS, st.dictionaries(NAMES, SCALARS, max_size=3), st.lists(SCALARS, max_size=2)), max_size=4
)
PATHS = st.sets(
    st.sampled_from(["user", "password", "*.user", "*.password", "a.b", "a.user", "*.b", "a", "a.*", "pass*", "x.*.b"]),
    min_size=1,
    max_size=3,
)


@settings(max_examples=300, deadline=None)
# As many values as records.
@example(records=[{}, {"password": "a", "a": {"password": "a"}}], paths={"*.password"}, spaces=None, hashed=False)
@given(
    st.lists(MEMBERS, min_size=1, max_size=9), PATHS, st.sampled_from([None, (", ", ": "), (",", ":")]), st.booleans()
)
def test_members_of_a_block_are_those_of_each_record(
    records: list[dict[str, Any]],
    paths: set[str],
    spaces: tuple[str, str] | None,
    hashed: bool,  # noqa: FBT001
) -> None:
    """The way of whole blocks comes to what taking each record apart comes to, in bytes and in counts."""
    written = [
        json.dumps(each, ensure_ascii=bool(at % 2), separators=spaces or ((",", ":") if at % 3 else (", ", " : ")))
        for at, each in enumerate(records)
    ]
    data = "".join(each + "\n" for each in written).encode()
    redaction = opened(*sorted(paths), names=(), key=b"k" * 16 if hashed else b"")
    whole = encoder(redaction).encode(block(data))
    made = encoder(redaction)
    single = [made.encode(each) for each in made.records(block(data))]
    assert whole.body == b"".join(each.body for each in single)
    slow: Redactor = redaction._redactor
    expected = [slow.record(line.encode()) for line in written]
    own = [line.partition(b'"log.file.name":"app.log"')[2].removeprefix(b",") for line in whole.body.splitlines()]
    assert own == [each.text[1:].lstrip() if json.loads(each.text) else b"}" for each in expected]
    assert dict(whole.tally.redactions).get("field", 0) == sum(each.counts["field"] for each in expected)
    assert whole.tally.redacted == sum(bool(each.counts) for each in expected)


@given(st.lists(MEMBERS, min_size=1, max_size=9))
def test_detectors_of_a_block_are_those_of_each_record(records: list[dict[str, Any]]) -> None:
    """Only suspects are taken apart; the others have nothing to find."""
    data = "".join(json.dumps(each) + "\n" for each in records).encode()
    redaction = opened()
    whole = encoder(redaction).encode(block(data))
    expected = [redaction._redactor.record(json.dumps(each).encode()) for each in records]
    own = [json.loads(line) for line in whole.body.splitlines()]
    for each in own:
        for name in ("@timestamp", "service.name", "log.file.name"):
            del each[name]
    assert own == [json.loads(each.text) for each in expected]
    assert sum(dict(whole.tally.redactions).values()) == sum(each.counts.total() for each in expected)


def test_conditions_and_samples_see_what_was_written() -> None:
    """``WHEN`` chooses by the value that is hidden then; so does a sample by the trace."""
    data = b'{"user":"jane@example.org","level":"info"}\n{"user":"joe@example.org","level":"info"}\n'
    made = encoder(opened(), "user=jane@example.org")
    assert [each["user"] for each in bodies(made, data)] == ["[email]"]
    assert made.encode(block(data)).tally.filtered_records == 1


def test_time_level_and_trace_are_read_before() -> None:
    """A path that takes all of an object leaves the record's time as it was."""
    data = b'{"time":"2026-11-22T10:00:00Z","level":"error","user":{"time":"x@example.org"}}\n'
    (record,) = bodies(encoder(opened("user")), data)
    assert record["@timestamp"] == "2026-11-22T10:00:00Z"
    assert record["user"] == {"time": "[field]"}
    assert record["level"] == "error"


def test_a_tag_names_what_was_taken_out() -> None:
    """By detector, sorted; only in changed records, and never instead of a member of the application's."""
    data = b'{"a":"jane@example.org","p":1}\n{"a":1}\n{"p":2,"redacted":true}\njane@example.org\n'
    found = bodies(encoder(opened("p", tag=True)), data)
    assert [each.get("redacted") for each in found] == [["email", "field"], None, True, ["email"]]
    assert found[2]["logship.redacted"] == ["field"]
    assert [each["redacted"] for each in bodies(encoder(opened("p", tag=True)), b'{"p":1}\n' * 3)] == [["field"]] * 3


def test_what_was_taken_out_is_counted_once() -> None:
    """By its path and by a detector in one record: each value counts once, whichever way it went."""
    tally = encoder(opened("p", "q")).encode(block(b'{"a":"jane@example.org","p":"x","q":5}\n' * 2)).tally
    assert (dict(tally.redactions), tally.redacted) == ({"email": 2, "field": 4}, 2)


def test_a_tag_outlives_edits() -> None:
    """``ONLY_FIELDS`` keeps it."""
    (record,) = bodies(encoder(opened(tag=True), only=("a",)), b'{"a":"jane@example.org","b":1}\n')
    assert record["redacted"] == ["email"]


def test_what_cannot_be_looked_at_is_sent_as_a_stub(monkeypatch: pytest.MonkeyPatch) -> None:
    """One record that fails is replaced by its place, its length and the reason; its neighbours leave as ever."""
    redaction = opened()
    plain = redaction._redactor.record

    def fail(text: bytes, *rest: Any) -> Any:
        if b"\n" in text or b"boom" in text:
            raise RecursionError
        return plain(text, *rest)

    monkeypatch.setattr(redaction._redactor, "spans_of_lines", fail)
    monkeypatch.setattr(redaction._redactor, "record", fail)
    data = b'{"a":"jane@example.org"}\n{"a":"boom jane@example.org"}\n{"b":1}\n'
    made = encoder(redaction)
    found = bodies(made, data)
    assert found[0]["a"] == "[email]"
    assert found[1]["redaction"] == {"failed": "RecursionError", "offset": 32, "length": 29}
    assert "example" not in str(found)
    tally = made.encode(block(data)).tally
    assert (tally.unredactable, tally.redacted) == (("RecursionError",), 2)


def test_a_scanner_that_fails_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the look at a block fails, each record is looked at by itself; where that fails, too, there are stubs."""
    redaction = opened()

    def fail(*_: Any) -> Any:
        raise MemoryError

    data = b'{"a":"jane@example.org"}\n{"a":"x"}\n'
    monkeypatch.setattr(redaction._redactor.scanner, "suspects", fail)
    assert [each.get("a") for each in bodies(encoder(redaction), data)] == ["[email]", "x"]
    monkeypatch.setattr(redaction._redactor.scanner, "find", fail)
    assert [each.get("a") for each in bodies(encoder(redaction), data)] == [None, None]


def test_raw_lines_keep_their_bytes() -> None:
    """With FORMAT=raw, lines that are JSON and lines that are not, of whatever bytes."""
    made = RawEncoder(redaction=opened("*.token"))
    data = b'{"token": "x","a":1}\n\xff jane@example.org\r\nfine\n'
    encoded = made.encode(block(data))
    assert encoded.body == b'{"token": "[field]","a":1}\n\xff [email]\r\nfine\n'
    assert dict(encoded.tally.redactions) == {"field": 1, "email": 1}
    assert [made.encode(each).body for each in made.records(block(data))] == encoded.body.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("parse", "line"),
    [
        ("cri", '2026-11-22T10:00:00.000000000Z stdout F {"token":"Zw0-tangerine","m":"jane@example.org"}'),
        (
            "docker",
            r'{"log":"{\"token\":\"Zw0-tangerine\",\"m\":\"jane\\u0040example.org\"}\n","stream":"stdout","time":"2026-11-22T10:00:00Z"}',
        ),
        ("json_in:inner", r'{"inner":"{\"token\":\"Zw0-tangerine\",\"m\":\"jane@example.org\"}","x":1}'),
        ("json_in:a.inner", r'{"a":{"inner":"{\"token\":\"Zw0-tangerine\",\"m\":\"jane@example.org\"}","y":1},"x":1}'),
        ("json_in:a.inner", r'{"a.inner":"{\"token\":\"Zw0-tangerine\",\"m\":\"jane\u0040example.org\"}"}'),
        ("logfmt", "level=info token=Zw0-tangerine m=jane@example.org"),
        (r"regex:^(?P<token>\S+) (?P<m>\S+)$", "Zw0-tangerine jane@example.org"),
    ],
)
def test_what_is_wrapped(parse: str, line: str) -> None:
    """What a runtime or a form wraps is hidden in the record, and in the line among the dead letters."""
    enrichment = replace(ENRICHMENT, parse=parse)
    redaction = open_redaction(("all",), {}, ("token",), enrichment)
    made = BlockEncoder(replace(enrichment, redaction=redaction), Lines())
    data = line.encode() + b"\n"
    encoded = made.encode(block(data))
    assert b"tangerine" not in encoded.body
    assert b"example" not in encoded.body
    assert b"[field]" in encoded.body
    (record,) = made.records(block(data))
    letter = redaction.letter(record)
    assert b"tangerine" not in letter.data
    assert b"example" not in letter.data
    again = made.encode(changed(letter, end=letter.start + len(letter.data)))
    assert json.loads(again.body)["token"] == "[field]"


def test_files_names_are_shown_without_it() -> None:
    """A file may be called by what must not leave."""
    redaction = opened()
    made = encoder(redaction, file_fields=("name", "path"))
    data = b'{"a":1}\n'
    named = changed(block(data), name="jane@example.org.log", path="/logs/jane@example.org.log")
    record = json.loads(made.encode(named).body)
    assert (record["log.file.name"], record["log.file.path"]) == ("[email]", "/logs/[email]")
    assert redaction.letter(named).path == "/logs/[email]"
    assert made.encode(named).block is named


def test_a_letter_of_several_lines_is_looked_at_as_one() -> None:
    """Wherever in it something is to be hidden."""
    redaction = opened()
    data = b"ValueError\n  of jane@example.org\n  at noon\n"
    letter = redaction.letter(block(data, joins=((7, 7 + len(data)),)))
    assert letter.data == b"ValueError\n  of [email]\n  at noon\n"


KEY = [
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "MIIEowIBAAKCAQEA0Zx3vU8uWcXq1Yt5Kd7GmN2pRbSfHjLoAeTiUyQwErPaZsXd",
    "Q5x/Tr+Bc9VnMkLp0OiJuHyGtFrDeSwAqZxCvBnMaSdFgHjKlQwErTyUiOpZxCvB",
    "Ab3dEf==",
    "-----END RSA " + "PRIVATE KEY-----",
]
PARTS = [KEY[1], KEY[2], "Ab3dEf=="]


@pytest.mark.parametrize("form", ["{}", "app[1]: {}", '{{"message":"{}","level":"info"}}', r'{{"m":"{}\n"}}'])
@pytest.mark.parametrize("cut", range(1, 9))
@pytest.mark.parametrize("raw", [False, True])
def test_a_private_key_over_lines_that_were_not_joined(form: str, cut: int, raw: bool) -> None:  # noqa: FBT001
    """In whatever block a line of it is, after a restart, and with other lines in between."""
    lines = [form.format(each) for each in KEY]
    lines = ["before", *lines[:2], '{"other":"line of 2026"}', *lines[2:], "after 0123456789abcdef0123"]
    written = [line.encode() + b"\n" for line in lines]
    redaction = opened()
    made: Encoder = RawEncoder(redaction=redaction) if raw else encoder(redaction)
    first, rest = b"".join(written[:cut]), b"".join(written[cut:])
    one = block(first)
    two = block(rest, start=one.end, opened=redaction.behind(one))
    body = made.encode(one).body + made.encode(two).body
    assert not [part for part in PARTS if part.encode() in body]
    assert all(text in body for text in (b"before", b"line of 2026", b"after 0123456789abcdef0123"))
    singles = [each for part in (one, two) for each in made.records(part)]
    assert b"".join(made.encode(each).body for each in singles) == body
    assert not [part for part in PARTS if any(part.encode() in redaction.letter(each).data for each in singles)]


@pytest.mark.parametrize("form", ["{}", "app[1]: {}", '{{"message":"{}","level":"info"}}', r'{{"m":"{}\n"}}'])
@pytest.mark.parametrize("cut", range(1, 5))
@pytest.mark.parametrize("raw", [False, True])
def test_a_private_key_over_a_rotation(form: str, cut: int, raw: bool) -> None:  # noqa: FBT001
    """Its lines go on where a new file begins, of which nothing is known but its lines; also read one by one."""
    written = [form.format(each).encode() + b"\n" for each in [*KEY[cut:], "after 0123456789abcdef0123"]]
    redaction = opened()
    made: Encoder = RawEncoder(redaction=redaction) if raw else encoder(redaction)
    one = block(b"".join(written), start=0)
    body = made.encode(one).body
    assert not [part for part in PARTS if part.encode() in body]
    assert b"after 0123456789abcdef0123" in body
    singles = made.records(one)
    assert b"".join(made.encode(each).body for each in singles) == body
    assert not [part for part in PARTS if any(part.encode() in redaction.letter(each).data for each in singles)]
    first = block(written[0], start=0)
    rest = block(b"".join(written[1:]), start=first.end, opened=redaction.behind(first))
    if cut < 3:  # the last line alone tells nothing
        assert made.encode(first).body + made.encode(rest).body == body


def test_a_file_that_begins_with_a_digest_is_no_key() -> None:
    """In hexadecimal, or as a part of a longer word."""
    for line in ("0f" * 32, "sha384-" + KEY[1], KEY[1] * 2, f"id={KEY[1]}"):
        assert opened().behind(block(f"{line}\n".encode(), start=0)) == ""


def test_a_key_that_never_ends_is_given_up() -> None:
    """After 16 lines without a piece of it, and after 1,000 in any case: all else leaves as it is."""
    redaction = opened()
    begun = block((KEY[0] + "\n").encode())
    calm = block(b"all is well\n" * 20, start=begun.end, opened=redaction.behind(begun))
    assert redaction.behind(calm) == ""
    busy = block((KEY[1] + "\n").encode() * 999, start=begun.end, opened=redaction.behind(begun))
    assert redaction.behind(busy).startswith("16/")
    more = block((KEY[1] + "\n").encode() * 2, start=busy.end, opened=redaction.behind(busy))
    assert redaction.behind(more) == ""


@pytest.mark.timeout(60)
def test_many_short_keys_cost_no_square() -> None:
    """Each line is looked up among the keys of its block; held against every one of them they would take minutes."""
    data = "\n".join([KEY[0], "x", KEY[-1], ""]).encode() * 30_000
    assert encoder(opened()).encode(block(data)).tally.redacted == 60_000


def test_a_line_that_was_cut() -> None:
    """A secret that a cut went through is in neither part; what is skipped is no part of what comes next."""
    redaction = opened("user.ssn")
    made = encoder(redaction)
    head = block(b"x" * 40 + b" mail jane.doe@exa", flags=("truncated",), after=LineState.SKIPPING)
    assert json.loads(made.encode(head).body)["message"].endswith("x mail [cut]")
    assert redaction.behind(head) == ""
    part = block(b'{"user":{"ssn":"Zw0-tangerine', flags=("partial",), after=LineState.PARTIAL)
    assert b"tangerine" not in made.encode(part).body
    rest = block(b'-more","mail":"x"}\n', start=part.end, flags=("continuation",), opened=redaction.behind(part))
    assert b"-more" not in made.encode(rest).body
    assert b"tangerine" not in redaction.letter(made.records(part)[0]).data


def test_cri_lines_that_go_on_in_the_next_block() -> None:
    """What a runtime cut in two is hidden in both, if the pieces were read apart."""
    enrichment = replace(ENRICHMENT, parse="cri")
    redaction = open_redaction(("all",), {}, (), enrichment)
    made = BlockEncoder(replace(enrichment, redaction=redaction), Lines())
    head = "2026-11-22T10:00:00.000000000Z stdout "
    one = block(f"{head}P mail jane.doe@mail.exa\n".encode())
    one = changed(one, open_after=redaction.behind(one))
    two = block(f"{head}F mple.org was sent to all of them\n".encode(), start=one.end, opened=one.open_after)
    body = made.encode(one).body + made.encode(two).body
    assert b"jane" not in body
    assert b"mple" not in body


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("extra", [b"", b'"n":{},'])
def test_lines_are_looked_at_as_they_were_read(end: bytes, extra: bytes) -> None:
    """Of a block that is a record a line, that which something is found in is told by its bytes alone."""
    lines = [b'{%b"a":"fine%b"}' % (extra, b"." * (at % 7)) for at in range(40)]
    hits = (0, 1, 17, 39)
    for at in hits:
        lines[at] = b'{%b"a":"jane@example.org %d"}' % (extra, at)
    made = encoder(opened())
    found = made.encode(block(end.join(lines) + end))
    assert [at for at, line in enumerate(found.body.splitlines()) if b"[email] %d" % at in line] == [*hits]
    assert found.body.count(b"[email]") == len(hits)
    assert found.tally.redacted == len(hits)
