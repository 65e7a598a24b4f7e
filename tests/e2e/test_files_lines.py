"""Point 6 of "Files": odd lines of every kind through the real daemon; what each must become is said line by line."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.harness import Logship, scaled
from tests.e2e.receiver import Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

KIB, MIB = 1024, 1024 * 1024
TRUNCATED = {"log.flags": ["truncated"]}

Expected = Mapping[str, Any] | None
"""The record without what every record has; None: the line makes no record."""


def sized(size: int) -> bytes:
    """Give a JSON object of that many bytes."""
    return b'{"size":%07d,"pad":"%b"}' % (1_000_000 + size % 1_000_000, b"p" * (size - 25))


def message(text: str, **more: object) -> dict[str, Any]:
    """Give what a line of text becomes."""
    return {"message": text, **more}


def _long() -> list[tuple[bytes, Expected]]:
    fits = [size + by for size in (32 * KIB, MIB) for by in (-1, 0, 1) if size + by <= MIB]
    corpus: list[tuple[bytes, Expected]] = [(sized(size), json.loads(sized(size))) for size in fits]
    corpus += [(b"t" * size, message("t" * size)) for size in fits]
    corpus += [
        (sized(MIB + 1), message(sized(MIB + 1)[:-1].decode()) | TRUNCATED),
        (b"t" * (MIB + 1), message("t" * MIB) | TRUNCATED),
        (b"t" * MIB + b"\r", message("t" * MIB) | TRUNCATED),
        ("€".encode() * 400_000, message("€" * (MIB // 3)) | TRUNCATED),
        (b"m" * 42_000_000, message("m" * MIB) | TRUNCATED),
    ]
    return corpus


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
ODD: Sequence[tuple[bytes, Expected]] = [
    (b'\xef\xbb\xbf{"after":"a byte order mark"}', {"after": "a byte order mark"}),  # the file's first line
    (b"plain text", message("plain text")),
    (b'{"plain":"record"}', {"plain": "record"}),
    (b'{"cr":"lf"}\r', {"cr": "lf"}),
    (b"text, cr, lf\r", message("text, cr, lf")),
    (b"", None),
    (b"\r", None),
    (b"bad \xff\xfe bytes", message("bad \ufffd\ufffd bytes")),
    (b'{"bad":"\xff"}', {"bad": "\ufffd"}),
    (b"\xed\xa0\x80 surrogate", message("\ufffd\ufffd\ufffd surrogate")),
    (b"a\0b", message("a\0b")),
    (b"\0\0\0", None),
    (b'\0\0\0\0{"after":"NULs"}', {"after": "NULs"}),
    (b"\x1b[31mred\x1b[0m", message("\x1b[31mred\x1b[0m")),
    ("grüße 🚀".encode(), message("grüße 🚀")),
    ('{"grüße":"🚀"}'.encode(), {"grüße": "🚀"}),
    (b'"quotes" and \\ backslash', message('"quotes" and \\ backslash')),
    (b"{}", {}),
    (b"{ }", {}),
    (b' \t{"a":1} ', {"a": 1}),
    (b'{ "a" : 1 }', {"a": 1}),
    (b'{"a":1}{"b":2}', message('{"a":1}{"b":2}')),
    (b'{"a":1} {"b":2}', message('{"a":1} {"b":2}')),
    (b'{"c":', message('{"c":')),
    (b"3}", message("3}")),
    (b'{"a":1},', message('{"a":1},')),
    (b'{"a":1', message('{"a":1')),
    (b'{"a":NaN}', {"a": None}),
    (b'{"a":Infinity}', {"a": None}),
    (b'{"a":"\\ud800"}', {"a": "\ufffd"}),
    (b'{"a":"\\ud83d\\ude80"}', {"a": "🚀"}),
    (b"[1,2]", message("[1,2]")),
    (b"42", message("42")),
    (b"null", message("null")),
    (b'{"nested":{"deep":[1,{"x":null}]},"list":[]}', {"nested": {"deep": [1, {"x": None}]}, "list": []}),
    (DEEP, message(DEEP.decode())),
    # names of ours, and names that clash with ours
    (b'{"log.file.name":"forged","x":1}', {"overridden.log.file.name": "forged", "x": 1}),
    (b'{"log":{"file":{"name":"forged"}},"x":1}', {"overridden.log.file.name": "forged", "log": {"file": {}}, "x": 1}),
    (b'{"k8s.pod.name":"forged"}', {"overridden.k8s.pod.name": "forged"}),
    (b'{"k8s":{"pod":{"name":"forged","ip":"10.1.2.3"}}}',
     {"overridden.k8s.pod.name": "forged", "k8s": {"pod": {"ip": "10.1.2.3"}}}),
    (b'{"\\u006b8s.pod.name":"forged"}', {"overridden.k8s.pod.name": "forged"}),
    (b'{"team":"forged"}', {"overridden.team": "forged"}),
    (b'{"service":"agent"}', {"service.original": "agent"}),
    (b'{"service":{"name":"forged","version":"1"}}',
     {"overridden.service.name": "forged", "service": {"version": "1"}}),
    (b'{"log":"text"}', {"log.original": "text"}),
    (b'{"log":{"level":"info"}}', {"log": {"level": "info"}}),
    (b'{"msg":"\\"log.file.name\\":\\"quoted\\""}', {"msg": '"log.file.name":"quoted"'}),
    (b"the last line", message("the last line")),
]  # fmt: skip


def _utc(*parts: int, by: timedelta = timedelta()) -> datetime:
    return datetime(*parts, tzinfo=timezone(by))  # type: ignore[misc, arg-type]  # the parts are whole numbers


_TEN = _utc(2026, 11, 22, 10)
_SECONDS = int(_TEN.timestamp())
TIMES: Sequence[tuple[bytes, datetime | None]] = [
    (b'"2026-11-22T10:00:00Z"', _TEN),
    (b'"2026-11-22t10:00:00z"', _TEN),
    (b'"2026-11-22T10:00:00.123456Z"', _TEN + timedelta(microseconds=123_456)),
    (b'"2026-11-22T10:00:00.123456789Z"', _TEN + timedelta(microseconds=123_456)),
    (b'"2026-11-22T11:30:00+01:30"', _TEN),
    (b'"2026-11-22T05:00:00.5-05:00"', _TEN + timedelta(milliseconds=500)),
    (b'"2026-11-22T10:00:00+0000"', _TEN),
    (b'"2026-11-22 10:00:00"', _TEN),
    (b'"2026-11-22 10:00:00,123"', _TEN + timedelta(milliseconds=123)),
    (b'"2026-11-22 10:00:00.123"', _TEN + timedelta(milliseconds=123)),
    (b'"2026-11-22 12:00:00+02:00"', _TEN),
    (b"%d" % _SECONDS, _TEN),
    (b"%d.25" % _SECONDS, _TEN + timedelta(milliseconds=250)),
    (b"%d123" % _SECONDS, _TEN + timedelta(milliseconds=123)),
    (b"%d123456" % _SECONDS, _TEN + timedelta(microseconds=123_456)),
    (b"%d123456789" % _SECONDS, _TEN + timedelta(microseconds=123_456)),
    (b'"yesterday"', None),
    (b'"2026-02-30T10:00:00Z"', None),
    (b"true", None),
    (b"null", None),
    (b'{"nested":1}', None),
]
"""A JSON value, and the event time that it means; None: it means none."""
BY_NAME: Sequence[tuple[bytes, datetime | None]] = [
    (b'{"time":"2026-11-22T10:00:00Z","ts":1}', _TEN),
    (b'{"ts":1,"time":"2026-11-22T10:00:00Z"}', _TEN),
    (b'{"timestamp":"2026-11-22T10:00:00Z","time":1}', _TEN),
    (b'{"time":1,"@timestamp":"2026-11-22T10:00:00Z"}', _TEN),
    (b'{"ts":%d}' % _SECONDS, _TEN),
    (b'{"nested":{"time":"2026-11-22T10:00:00Z"}}', None),
    (b'{"msg":"\\"time\\":\\"2026-11-22T10:00:00Z\\""}', None),
    (b'{"msg":"no time at all"}', None),
]


def settle(logship: Logship, receiver: Receiver, records: int) -> list[dict[str, Any]]:
    """Wait until all is shipped; give the records."""
    receiver.wait_for_records(records)
    logship.check_conservation()
    return list(receiver.records())


def stripped(record: Mapping[str, Any]) -> dict[str, Any]:
    """Take off what every record has."""
    ours = ("@timestamp", "log.file.name", "k8s.pod.name", "service.name", "team")
    assert all(name in record for name in ours), f"a record lacks fields: {str(record)[:300]}"
    return {name: value for name, value in record.items() if name not in ours}


def start(logship: Logship) -> None:
    """Start with fields of our own."""
    logship.start(pod_name="pod", service_name="service", fields="team=blue")


def check_corpus(got: Sequence[Mapping[str, Any]], corpus: Sequence[tuple[bytes, Expected]]) -> None:
    """Compare, telling the first difference in few words."""
    wanted = [(text, expected) for text, expected in corpus if expected is not None]
    for record, (text, expected) in zip(got, wanted, strict=False):
        short = f"{text[:80]!r} became {str(stripped(record))[:200]}, not {str(expected)[:200]}"
        assert stripped(record) == expected, short
    assert len(got) == len(wanted)


@pytest.mark.parametrize("piece", [1 << 30, 4096], ids=["at-once", "in-pieces"])
def test_odd_lines(logship: Logship, logs: Path, receiver: Receiver, piece: int) -> None:
    """Each odd line becomes what it must, in order, whether the file is there at once or grows in pieces of 4 KiB."""
    corpus = [*ODD, *_long(), *ODD[1:]]
    data = b"".join(text + b"\n" for text, _ in corpus)
    if piece > len(data):
        (logs / "odd.log").write_bytes(data)
    start(logship)
    if piece < len(data):
        with (logs / "odd.log").open("ab", buffering=0) as file:
            for at in range(0, len(data), piece):
                file.write(data[at : at + piece])
    records = settle(logship, receiver, sum(expected is not None for _, expected in corpus))
    check_corpus(records, corpus)
    assert {record["log.file.name"] for record in records} == {"odd.log"}
    samples = logship.metrics()
    invalid = sum(
        expected is not None and "\ufffd" in str(expected) and not text.isascii() for text, expected in corpus
    )
    assert samples.total("logship_input_lines_truncated_total") == len(_long()) - 10
    assert samples.total("logship_input_decode_errors_total") == invalid
    assert samples.by("logship_sink_skipped_bytes_total", "reason").keys() == {"empty", "nul", "bom", "overlong"}
    assert samples.total("logship_sink_skipped_bytes_total", reason="bom") == 3


def test_odd_lines_among_plain_ones(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """One odd line among hundreds of plain ones changes neither them nor itself."""
    corpus: list[tuple[bytes, Expected]] = []
    for number, (text, expected) in enumerate(ODD[1:]):
        plain = [line("w", at)[:-1] for at in range(number * 200, number * 200 + 200)]
        corpus += [*((each, json.loads(each)) for each in plain), (text, expected)]
    (logs / "odd.log").write_bytes(b"".join(text + b"\n" for text, _ in corpus))
    start(logship)
    check_corpus(settle(logship, receiver, sum(expected is not None for _, expected in corpus)), corpus)


def test_every_form_of_event_time(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """Each form becomes one ``@timestamp`` in UTC; what can't be understood takes the time of the file and is kept."""
    corpus = [(b'{"n":1,"%b":%b}' % (name, value), at) for value, at in TIMES for name in (b"time", b"@timestamp")]
    corpus += BY_NAME
    (logs / "times.log").write_bytes(b"".join(text + b"\n" for text, _ in corpus))
    written = datetime(2026, 11, 1, 12, tzinfo=UTC)
    os.utime(logs / "times.log", (written.timestamp(), written.timestamp()))
    logship.start()
    records = settle(logship, receiver, len(corpus))
    for record, (text, at) in zip(records, corpus, strict=True):
        stamp = record["@timestamp"]
        assert stamp.endswith("Z"), f"{text!r} became {stamp}"
        got = datetime.fromisoformat(stamp[:26].removesuffix("Z") + "+00:00")
        assert got == (at or written), f"{text!r} became {stamp}"
        sent = json.loads(text)
        own = sent.pop("@timestamp", None)
        assert {name: record.get(name) for name in sent} == sent
        if at is None and b'"@timestamp"' in text:
            assert record["overridden.@timestamp"] == own
    bad = sum(at is None for _, at in TIMES) * 2
    assert logship.metrics().total("logship_records_bad_timestamps_total") == bad


def test_one_percent_of_odd_lines_is_no_drag(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """A large file with 1 % of odd lines arrives whole and in order, the odd ones among the others."""
    count = scaled(200_000)
    with (logs / "w.log").open("wb") as file:
        for number in range(count):
            file.write(line("w", number))
            if number % 100 == 0:
                file.write(b"text between, %d\n" % number)
    logship.start()
    records = settle(logship, receiver, count + (count + 99) // 100)
    assert_all_arrived([record for record in records if "message" not in record], {"w": count})
    between = [record["message"] for record in records if "message" in record]
    assert between == [f"text between, {number}" for number in range(0, count, 100)]


def test_a_line_in_two_writes_is_one_record(logship: Logship, logs: Path, receiver: Receiver) -> None:
    """Half a line waits for the other half, 2 s later."""
    logship.start()
    with (logs / "w.log").open("ab", buffering=0) as file:
        file.write(line("w", 0) + line("w", 1)[:40])
        receiver.wait_for_records(1)
        time.sleep(2)
        assert receiver.counts().records == 1
        file.write(line("w", 1)[40:])
    assert_all_arrived(settle(logship, receiver, 2), {"w": 2})


def test_a_last_line_without_newline_is_shipped_once_by_the_drain(
    logship: Logship, logs: Path, receiver: Receiver
) -> None:
    """It is held while logship runs, shipped as partial at its end and not again; what follows is a continuation."""
    logship.start()
    (logs / "a.log").write_bytes(b"whole\nhalf a")
    receiver.wait_for_records(1)
    time.sleep(1)
    assert receiver.counts().records == 1
    assert logship.terminate() == 0
    assert logship.start().terminate() == 0
    with (logs / "a.log").open("ab") as file:
        file.write(b" line\nnext\n")
    logship.start()
    records = [(record["message"], record.get("log.flags")) for record in settle(logship, receiver, 4)]
    assert records == [("whole", None), ("half a", ["partial"]), (" line", ["continuation"]), ("next", None)]
