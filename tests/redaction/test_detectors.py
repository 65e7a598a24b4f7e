"""What each detector finds and what it leaves: by examples, in a corpus of agents' logs, and behind JSON's escapes."""

import json
import time
from collections import Counter
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.redaction.detectors import NAMES, detectors_of
from logship.redaction.scanner import Scanner
from tests.records.test_loggers import LINES
from tests.redaction.agent_corpus import Record, corpus
from tests.redaction.looking import look
from tests.redaction.measure import false_alarms, missed, ours, same
from tests.redaction.planting import plant

ALL = Scanner(detectors_of(["all"]))


def shown(text: str, scanner: Scanner = ALL) -> str:
    """Give a text with what is found taken out."""
    rest, whole = 0, text.encode()
    out = b""
    for each in scanner.find(whole):
        out += whole[rest : each.start] + f"[{each.detector}]".encode()
        rest = each.end
    return (out + whole[rest:]).decode()


FOUND_IN_TEXT = r"""
jane.doe+x@example.co.uk.|[email].
邮箱user@example.com吗|邮箱[email]吗
?e=jane%40example.org&x|?e=[email]&x
MÜLLER@exämple.de|[email]
x\njane@example.org\n|x\n[email]\n
4111111111111111|[card]
no. 4111-1111-1111-1111.|no. [card].
3782 822463 10005|[card]
36148900647913|[card]
\n4111111111111111\n|\n[card]\n
4000 4111 1111 1111 1111|4000 [card]
4111111111111111,4111111111111111|[card],[card]
DE89 3704 0044 0532 0130 00 EUR|[iban] EUR
GB82WEST12345698765432|[iban]
de89370400440532013000|[iban]
NO93 8601 1117 947 PAID|[iban] PAID
BE68 5390 0754 7034 PAID|[iban] PAID
+49 151 23456789|[phone]
+1 (202) 555-0143 ok|[phone] ok
+44 (0)20 7946 0958|[phone]
tel:+442079460958|tel:[phone]
+1-202-555-0143x414|[phone]x414
10.0.0.1|[ip]
host/10.0.0.1:80|host/[ip]:80
10.0.0.1-10.0.0.5|[ip]-[ip]
from 10.0.0.1.|from [ip].
[2001:db8::1]:443|[[ip]]:443
fe80::1%eth0|[ip]%eth0
::ffff:10.1.2.3|[ip]
Authorization: Bearer abcdefgh1|Authorization: Bearer [bearer]
Basic dXNlcjpwYXNz|Basic [bearer]
Authorization: Digest username="joe", nonce="a"|Authorization: Digest [bearer]
redis://:pw@h:1|redis://[bearer]@h:1
amqp://u:p@ss@h/x|amqp://[bearer]@h/x
postgres://a:b@db.example.org/x|postgres://[bearer]@db.example.org/x
password=hunter2|password=[secret]
password: hunter2|password: [secret]
PASSWORD = 'a b c'|PASSWORD = '[secret]'
{\"password\": \"a b\", \"x\":1}|{\"password\": \"[secret]\", \"x\":1}
--password hunter2 -x|--password [secret] -x
db_password=abc&x=1|db_password=[secret]&x=1
<password>abc</password>|<password>[secret]</password>
"""
LEFT = """
icon@2x.png
user@1000.service
lodash@4.17.21
@app.route
image@sha256:0123
0.4111111111111111
4111111111111111.5
id-4111111111111111
x4111111111111111
-4111111111111111
1795811511533
4111111111111112
4444444444444444444
353918052107063
2019 2020 2021 2022
00000000-4111-1111-1111-111111111111
DE89370400440532013001
ad49-1b32-b245-9bc6c436b896
GB82 WEST 1234
2026-11-28T10:00:00+05:30
+1234567890
x+4915123456789
1e+123456789012
+0100 20261128
127.0.0.1
10.0.0.0/8
Chrome/124.0.0.0
version 1.2.3.4
pip==1.2.3.4
1.3.6.1.4.1
255.255.255.1
300.1.1.1
std::dec
abc::def
x[1::2]
10:00:00
00:1b:44:11:3a:b7
::1
bearer authentication
basic authentication
authorization: denied
a://b:80/c?d=e
password=None
password = get_password()
api_key=os.environ["X"]
password=password,
password: str
invalid password: user not found
PWD=/home/x
secret: [secret]
API_KEY=$API_KEY.
getpass('Password: ')
max_tokens=5
token: the
next_page_token=a1a1a1a1a1a1a1a1a1a1a1a1a1a1
task-management-system-overview-2026
eyJhbGciOi.x
"""


@pytest.mark.parametrize("case", FOUND_IN_TEXT.split("\n")[1:-1])
def test_what_is_found(case: str) -> None:
    """Only what is secret goes; what says what it was stays."""
    text, expected = case.split("|")
    assert shown(text) == expected


@pytest.mark.parametrize("text", LEFT.split("\n")[1:-1])
def test_what_is_left(text: str) -> None:
    """Times, identities, versions, code and sentences about passwords are what logs are made of."""
    assert shown(text) == text


@pytest.mark.parametrize(
    ("name", "value", "detector"),
    [
        ("password", "k", "secret"),
        ("DB_PASSWORD", "1234", "secret"),
        ("clientSecret", "a b", "secret"),
        ("x-api-key", "k", "secret"),
        ("Authorization", "Bearer x0", "bearer"),
        ("accessToken", "a1" * 10, "secret"),
        ("password", "[secret]", ""),
        ("token", "the", ""),
        ("max_tokens", "4096", ""),
        ("next_page_token", "a1" * 20, ""),
        ("password_hash", "x", ""),
        ("authorization", "granted", ""),
    ],
)
def test_a_members_name_tells_that_its_value_goes(name: str, value: str, detector: str) -> None:
    """Whatever the value is, where the name is clear; where it is not, the value has to look drawn."""
    assert ALL.by_key(name.encode(), value.encode()) == detector


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Give the corpus; a process that runs none of these tests does not make it."""
    return [*corpus(0, 10_000)]


def test_all_that_is_planted_in_the_corpus_is_found_and_nothing_else(records: list[Record]) -> None:
    """Whole, wherever it is: in text, members, code, JSON within a string; no number, no digest, no sentence."""
    found = ours(each.line for each in records)
    assert missed(records, found, same) == Counter()
    assert {each.planted.kind for each in records if each.planted} == {*NAMES}
    assert false_alarms(records, found) == Counter()


def test_the_look_at_the_corpus_can_fail(records: list[Record]) -> None:
    """With a detector less, what it is for is missed; with one that finds everything, there are false alarms."""
    fewer = Scanner(detectors_of(set(NAMES) - {"card"}))
    found = {
        number: [(each.detector, each.text) for each in look(fewer, record.line)]
        for number, record in enumerate(records[:999], 1)
    }
    assert {kind for kind, _ in missed(records[:999], found, same)} == {"card"}
    assert false_alarms(records[:1], {1: [("x", "info")]}) == Counter(x=1)


def test_nothing_is_found_in_the_lines_of_real_loggers() -> None:
    """Of many languages; they say nothing about anybody."""
    assert ours(line for line, _, _ in LINES.values()) == {}


@given(seed=st.integers(0, 1 << 32), before=st.text(), after=st.text(), ascii_only=st.sampled_from([True, False]))
@settings(max_examples=300)
def test_what_a_string_hides_is_seen_in_the_line(*, seed: int, before: str, after: str, ascii_only: bool) -> None:
    """Whatever stands around it, and whoever wrote the JSON."""
    whole = f"{before}{plant(Random(seed)).text}{after}".encode(errors="replace")
    if ALL.find(whole):
        text = whole.decode()
        once = json.dumps({"a": [text]}, ensure_ascii=ascii_only)
        lines = (once.encode(), orjson.dumps({text: 1}), json.dumps(once).encode())
        assert all(ALL.may_hold(each) for each in lines)


def test_time_is_linear() -> None:
    """Whatever an application writes: what nearly is a candidate, over and over, costs as much for each byte."""
    hostile = (
        b"eyJaaaaaaaaa.-",
        b"4000 ",
        b"+1 2",
        b"a@b.",
        b"://a:",
        b"password='",
        b"DE89 3704 ",
        b"-----BEGIN PRIVATE KEY-----",
    )
    for piece in hostile:
        spent = []
        for size in (1 << 15, 1 << 18):
            text = piece * (size // len(piece))
            before = time.process_time()
            ALL.find(text)
            spent.append(time.process_time() - before)
        assert spent[1] < 40 * max(spent[0], 0.001), piece
