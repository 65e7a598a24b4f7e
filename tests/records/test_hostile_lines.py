"""Whatever an application writes comes to records: nothing that reads it may raise, or need more than a moment."""

import random
from itertools import chain

import pytest

from logship.files.joining import Joining
from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.joining import More
from logship.records.json_members import head, on_one_line
from logship.records.layouts import Lines
from logship.records.pretty_json import after_line

NAMES = (
    *(b"time", b"timestamp", b"level", b"msg", b"log", b"stream", b"@timestamp", b"service", b"a", b"log.level"),
    *(b"instant", b"record", b"datetime", b"resourceLogs", b"T", b"startTime", b"timestampSeconds", b"x\xe9"),
)
TOKENS = (
    *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b'\\"', b"\\u00", b"\\x22", b"NaN", b"Infinity", b"-", b"1"),
    *(b"1795773600", b"1795773600.5", b"2026-11-27T10:00:00Z", b"2026-11-27 10:00:00,123", b"INFO", b"\xe9", b"\xff"),
    *(b"\xc3\xa9", b" ", b"\t", b"\r", b"\0", b"null", b"true", b"0.1e999", b"9" * 40, b"'", b"=", b"a b", b"\x1b[0m"),
    *(b"\xef\xbb\xbf", b"{}", b'""', b"[]", b"stderr P ", b"2026-11-27T10:00:00.1Z stdout F ", b"|", b";"),
    *(b"Traceback (most recent call last):", b"\\ud800"),
)
PARSERS = ("auto", "cri", "docker", "logfmt", "nginx", "apache", "uvicorn", "json_in:msg")
ENDS = {b"{": b"}", b"[": b"]", b'"': b'"'}


def _object(rnd: random.Random) -> bytes:
    out = [b"{"]
    for _ in range(rnd.randint(0, 5)):
        begin = rnd.choice((b'"', b"", b"{", b"["))
        end = rnd.choice((b"", ENDS.get(begin, b"")))
        out += b'"', rnd.choice(NAMES), b'":', begin, rnd.choice(TOKENS), end, rnd.choice((b",", b"", b"}", b",,"))
    return b"".join([*out, rnd.choice((b"}", b"", b"}}", b"\r"))])


def _line(rnd: random.Random) -> bytes:
    some = b"".join(rnd.choices(TOKENS, k=rnd.randint(0, 10)))
    docker = b'{"log":"%b\\n","stream":"stdout","time":"2026-11-27T10:00:00.1Z"}' % rnd.choice(TOKENS)
    cri = b"2026-11-27T10:00:00.1Z stdout %b %b" % (rnd.choice((b"F", b"P")), some)
    return rnd.choice((some, docker, cri, _object(rnd), _object(rnd), _object(rnd)))


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("seed", range(8))
def test_tokens_at_random_come_to_the_same_records_together_and_alone(parse: str, seed: int) -> None:
    """Joined and encoded, by every parser: nothing raises, and a record is what it is by itself."""
    rnd = random.Random(seed)
    joining = Joining.by("auto", parse, 1000, 1 << 20, 1.0)
    assert joining
    encoder = BlockEncoder(Enrichment(fields={"service.name": "x"}, parse=parse), Lines(), levels=True)
    for _ in range(60):
        data = b"".join(_line(rnd) + b"\n" for _ in range(rnd.choice((1, 2, 3, 40))))
        found = joining.join(data, 0, More.LATE, form=joining.learn(data), state="", noted="")
        for frame in found.frames:
            block = Block(FileId("F" * 22), "a.log", frame.start, frame.end, frame.data, 10**18, 0.0, joins=frame.joins)
            alone = (encoder.encode(record).body for record in encoder.records(block))
            assert b"".join(alone) == encoder.encode(block).body


@pytest.mark.parametrize("line", [b'{"time":,x', b'{"time":}x', b'{"timestamp":,{"a":1}}', b'{"time":]'])
def test_a_cut_record_whose_time_has_no_value_is_text(line: bytes) -> None:
    """As an nginx with a variable that is empty writes it: the member is none."""
    assert head(line) == []
    block = Block(FileId("F" * 22), "a.log", 0, len(line) + 1, line + b"\n", 10**18, 0.0)
    assert b'"message":' in BlockEncoder(Enrichment({}), Lines()).encode(block).body


def test_a_name_that_is_no_utf8_in_an_object_over_several_lines_is_mended() -> None:
    """The object is one record, as it would be on one line."""
    data = b'{\n  "caf\xe9": 1\n}\n'
    block = Block(FileId("F" * 22), "a.log", 0, len(data), data, 10**18, 0.0, joins=((0, len(data)),))
    encoded = BlockEncoder(Enrichment({}), Lines()).encode(block)
    assert '"caf\ufffd": 1' in encoded.body.decode()
    assert encoded.tally.decode_errors == 1


def test_a_log_of_dockers_that_is_no_utf8_is_taken_out_all_the_same() -> None:
    """Its bad bytes are replaced, and counted."""
    data = b'{"log":"caf\xe9\\n","stream":"stdout","time":"2026-11-27T10:00:00.1Z"}\n'
    joining = Joining.by("auto", "docker", 1000, 1 << 20, 1.0)
    assert joining
    (frame,) = joining.join(data, 0, More.LATE, form="", state="", noted="").frames
    block = Block(FileId("F" * 22), "a.log", 0, len(data), frame.data, 10**18, 0.0)
    encoded = BlockEncoder(Enrichment({}, parse="docker"), Lines()).encode(block)
    assert '"message":"caf\ufffd"' in encoded.body.decode()
    assert (encoded.tally.parsed, encoded.tally.decode_errors) == (1, 1)


@pytest.mark.timeout(60)
def test_a_long_line_takes_as_long_as_its_bytes() -> None:
    """A MiB of quotes that end nothing, or of blanks: each of these took hours, as the square of their number."""
    for unit in (b'\\"', b"\\'", b'"\\', b"'\\", b" ", b"{", b'""'):
        for begin in (b"{", b'"', b"{'"):
            assert after_line(1, begin + unit * (1 << 19), ".")
    assert on_one_line(b'{\n"a":' + b" " * (1 << 20) + b"NaN\n}").endswith(b"NaN }")


def test_blanks_at_a_newline_are_one() -> None:
    """Whatever kind they are, and however many."""
    lines = chain.from_iterable((f"{{{blank}\n\t 1{blank}\n\n}}", "{ 1 }") for blank in ("", " ", "\t", " \r", "  \t "))
    for written, meant in zip(*[iter(lines)] * 2, strict=True):
        assert on_one_line(written.encode()) == meant.encode()
