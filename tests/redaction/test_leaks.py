"""What once left: each of these is a form of a secret, or a way out, that was found open."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as changed

from logship.records.encoding import BlockEncoder
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.redaction.open import open_redaction
from tests.redaction.test_blocks import ENRICHMENT, KEY, PARTS, block, bodies, encoder, opened
from tests.redaction.test_everywhere import CARD, EMAIL, leaks, sinks
from tests.redaction.test_everywhere import KEY as TOKEN

WORD = "Zw0-tangerine-Xq9"
"""What only a name or a path tells."""
BASIC = "amFuZTpadzAtdGFuZ2VyaW5l"


def nested(value: object, depth: int) -> str:
    """Write a value as JSON within JSON strings."""
    text = json.dumps(value)
    for _ in range(depth):
        text = json.dumps({"x": text})
    return text


def left(line: str, secret: str, *fields: str, **enrichment: Any) -> list[str]:
    """Give by which way a secret leaves: in the record, among plain ones or alone, or among the dead letters."""
    around = replace(ENRICHMENT, **enrichment)
    redaction = open_redaction(() if fields else ("all",), {}, fields, around, tag=True)
    made = BlockEncoder(replace(around, redaction=redaction), Lines())
    plain = b'{"level":"info","msg":"fine"}\n' * 40
    data = line.encode() + b"\n"
    found = {
        "among others": made.encode(block(plain + data + plain)),
        "alone": made.encode(block(data)),
        "beside an empty one": made.encode(block(b"{}\n" + data + b"{}\n")),
    }
    assert all(each.tally.unredactable == () for each in found.values())
    bodies = {way: each.body for way, each in found.items()}
    bodies["a dead letter"] = redaction.letter(block(data)).data
    return [way for way, body in bodies.items() if leaks(body, [secret])]


@pytest.mark.parametrize("depth", range(1, 6))
@pytest.mark.parametrize("value", [{"a": {"ssn": WORD}}, {"ssn": {"a": [WORD]}}, [{"ssn": [{"b": WORD}]}]])
def test_a_path_in_json_within_strings(depth: int, value: object) -> None:
    """However often it is wrapped, and whatever lies at the path."""
    assert left(nested(value, depth), WORD, "*.ssn") == []
    assert left(f"INFO got {nested(value, depth)}", WORD, "*.ssn") == []


@pytest.mark.parametrize("depth", range(6))
@pytest.mark.parametrize("value", [WORD, [WORD, 1], f'ab"{WORD}', f"ab\\{WORD}", 1234567890123])
def test_a_name_in_json_within_strings(depth: int, value: object) -> None:
    """A value goes whole, with quotes and backslashes in it, and so do those of an array."""
    secret = str(value) if isinstance(value, int) else WORD
    assert left(nested({"password": value}, depth), secret) == []


@pytest.mark.parametrize("depth", range(6))
def test_an_escape_that_was_escaped_again(depth: int) -> None:
    """A backslash is doubled with each string that it is within."""
    line = json.dumps({"m": EMAIL}).replace("@", "\\u0040")
    for _ in range(depth):
        line = json.dumps({"x": line})
    assert left(line, EMAIL) == []


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"GET /?next=%2Flogin%3Fpassword%3D{WORD}%26x=1", WORD),
        (f"GET /?q=%7B%22password%22%3A%22{WORD}%22%7D", WORD),
        (f"url=postgres%3A%2F%2Fu%3A{WORD}%40h%2Fdb", WORD),
        (f"?h=Authorization%3A%20Bearer%20{WORD}{WORD}", WORD),
        (f"?h=basic%20{BASIC}", BASIC),
        (f"?q=%22{TOKEN}%22", TOKEN),
        (f"?key%3D{TOKEN}", TOKEN),
        (f"?q=pay%20{CARD}", CARD),
        ("?q=4111%201111%201111%201111", "4111%201111%201111%201111"),
        ("?q=4111+1111+1111+1111", "4111+1111+1111+1111"),
        ("?tel=%2B4915112345678", "4915112345678"),
        ("?tel=%2B49%20151%2012345678", "12345678"),
        (f'password="{WORD}\n goes on"', WORD),
    ],
)
def test_an_address_that_is_written_with_percents(line: str, secret: str) -> None:
    """As text, and as a member."""
    assert left(line.replace("\n", "\\n"), secret) == []
    assert left(json.dumps({"url": line, "n": 1}), secret) == []


def test_a_number_with_a_fraction_of_nothing() -> None:
    """As a column of floats is written; but no other fraction."""
    assert left(f'{{"a":{CARD}.0}}', CARD) == []
    assert left(f"paid with {CARD}.00", CARD) == []
    assert left(f'{{"a":{CARD}.5}}', CARD) != []


@pytest.mark.parametrize("name", ["time", "level", "@timestamp"])
def test_only_an_id_is_left_where_it_is_one(name: str) -> None:
    """Sixteen digits are a span's under its name, and a card's number under that of a level."""
    line = f'{{"{name}":"{CARD}","span_id":"{CARD}"}}\n'.encode()
    (record,) = bodies(encoder(opened(names=("card",))), line)
    assert record["span_id"] == CARD
    assert CARD not in str({other: value for other, value in record.items() if other not in {"span_id", "@timestamp"}})


def test_a_number_is_a_time_where_times_are_and_as_it_is_written() -> None:
    """Microseconds of 2100 are none, with an escape neither; those of 2040 are one under a time's name alone."""
    early = "2223000048400011"
    for line, secret in (
        (f'{{"level":{early}}}', early),
        (f'{{"level":"{early}"}}', early),
        (f'{{"span_id":1,"level":"\\u0034{CARD[1:]}"}}', CARD),
    ):
        assert left(line, secret) == []
    (record,) = bodies(encoder(opened()), f'{{"time":"\\u0034{CARD[1:]}"}}\n'.encode())
    assert record["time"] == "[card]"


@pytest.mark.parametrize("line", [f"hello {WORD}", f"2026-01-02 03:04:05,678 - {WORD} - ERROR - saw", f'"{WORD}" \\ é'])
@pytest.mark.parametrize("form", ["auto", "text"])
def test_a_text_that_a_path_means(line: str, form: str) -> None:
    """``REDACT_FIELDS=message`` is about lines of text, too, and about their dead letters."""
    assert left(line, WORD, "message", format=form) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("customer", "user.ssn", "customer"),
        ("customer.ssn", "user", "customer"),
        ("customer", "user.ssn", "customer.id"),
        ("cust*.id", "user.ssn", "customer.id"),
        ("*.id", "user.ssn", "customer.id"),
        ("*.customer.ssn", "user", "customer"),
    ],
)
def test_a_path_may_be_one_of_the_new_names(path: str, old: str, new: str) -> None:
    """Who looks at a store sees the names that ``RENAME`` gives."""
    line = json.dumps({"user": {"ssn": WORD}})
    assert left(line, WORD, path, rename={old: new}) == []
    assert left(line, WORD, path) != []


@pytest.mark.parametrize("name", ["msg", "text", "event"])
def test_a_key_over_lines_where_the_text_is_copied(name: str, tmp_path: Path) -> None:
    """A store that shows one text gets no copy of what is hidden by the lines before it alone."""
    around = replace(ENRICHMENT, message_fields=("event", "msg", "text"))
    redaction = open_redaction(("all",), {}, (), around)
    data = b"".join(json.dumps({name: each, "level": "info"}).encode() + b"\n" for each in KEY)
    with sinks(replace(around, redaction=redaction), tmp_path) as made:
        for sink in made.values():
            bodies = [sink.encode(each).body for each in (block(data), *sink.records(block(data)))]
            assert leaks(b"".join(bodies), PARTS) == []


def test_a_cut_text_where_it_is_copied(tmp_path: Path) -> None:
    """The same of the word that a cut went through."""
    redaction = open_redaction(("all",), {}, (), ENRICHMENT)
    data = f"mail to {EMAIL[:-6]}".encode()
    with sinks(replace(ENRICHMENT, redaction=redaction), tmp_path) as made:
        for sink in made.values():
            body = sink.encode(changed(block(data), flags=("truncated",))).body
            assert leaks(body, ["jane.doe"]) == []


@pytest.mark.parametrize("line", [b"seen " + WORD.encode(), b'["a"]', b'{"a":"' + WORD.encode(), b"\xff"])
@pytest.mark.parametrize("path", ["*", "*.*"])
def test_a_path_of_all_means_a_whole_line_that_has_no_fields(line: bytes, path: str) -> None:
    """With FORMAT=raw, where text is no field; names of files stay."""
    made = RawEncoder(redaction=opened(path, names=()))
    encoded = made.encode(block(line + b"\n" + b'{"a":1,"b":true}\n'))
    assert encoded.body == b'[field]\n{"a":"[field]","b":true}\n'
    assert dict(encoded.tally.redactions) == {"field": 2}
    assert opened(path, names=()).text("/var/log/app.log") == "/var/log/app.log"


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        (f"password={WORD};b", "b"),
        ("password=ab1;cd2&ef3,gh4", "cd2"),
        ("Cookie: sid=ab12cd34ef56gh78ij90; t=Zx9KpQ2mN8vB4cL1", "ab12cd34"),
        ('{"headers":{"set-cookie":"s=ab12cd34ef56gh78ij90; Path=/"}}', "ab12cd34"),
        (r"body: {\x22password\x22:\x22hunter22\x22}", "hunter22"),
        (r"to jane\x40example.org", "example"),
        ("\x1b[36mpassword\x1b[0m=\x1b[35mhunter2!\x1b[0m", "hunter2"),
        ("\x1b[32mpassword\x1b[0m: \x1b[1;33m'hunter2!'\x1b[0m", "hunter2"),
        ("\x1b[36mapi_token\x1b[0m=\x1b[35mab12cd34ef56gh78ij90\x1b[0m", "ab12cd34"),
        ("\x1b[36mAuthorization\x1b[0m: \x1b[35mBearer ab12cd34ef56gh78ij90\x1b[0m", "ab12cd34"),
        ("\x1b[32m4111-1111-1111-1111\x1b[0m", "1111"),
        ("\x1b[32m10.42.1.7\x1b[0m", "10.42"),
        ("\x1b[32msk-ab12cd34ef56gh78ij90kl\x1b[0m", "ab12cd34"),
        ("GET /?next=%2Flogin%3Fto%3Djane%2540example.org", "jane"),
        ("GET /?to=a+GB82+WEST+1234+5698+7654+32+b", "WEST"),
        ("GET /?to=GB82%20WEST%201234%205698%207654%2032", "WEST"),
        ("GET /?from=2001%3Adb8%3A%3A7", "db8"),
        ("GET /?q=%7B%27passwd%27%3A+%27hunter22%27%7D", "hunter22"),
        ("GET /?q=run+--api_key+guvltuBUpob6Vwr5yyN", "guvlt"),
        ("GET /?q=run%20--api_key%20guvltuBUpob6Vwr5yyN", "guvlt"),
        (r"b'\xe6\x93+1 (282) 585-0133'", "585-0133"),
        ('{"m":"token=\\"\\u001b[32mabcdefgh12345678\\""}', "abcdefgh12345678"),
        ('{"u":"postgres://\\u7528\\u6237:pa55word@db/x"}', "pa55word"),
    ],
)
def test_a_form_of_a_value_that_once_was_cut_or_not_seen(line: str, rest: str) -> None:
    """Separators within a value, cookies, what nginx escapes, colors, other scripts, forms, what was escaped twice."""
    assert left(line, rest) == []
