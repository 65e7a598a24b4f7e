"""Lines in the forms of real loggers, with the time and the severity that they mean, by every path."""

import ast
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Rows, Woven
from logship.records.line_parser import LineParser

NEAR = 1_796_000_000 * 10**9
"""The last write to the file, some days later than all lines."""

LINES: dict[str, tuple[str, str | None, int]] = {
    "pino": ('{"level":30,"time":1795771800123,"pid":7,"hostname":"a","msg":"x"}', "2026-11-27T09:30:00.123000000Z", 9),
    "pino, error": (
        '{"level":50,"time":1795771800123,"pid":7,"hostname":"a","msg":"x"}',
        "2026-11-27T09:30:00.123000000Z",
        17,
    ),
    "pino without base": ('{"level":40,"time":1795771800123,"msg":"x"}', "2026-11-27T09:30:00.123000000Z", 13),
    "pino, another key": (
        '{"level":50,"time":1795771800123,"pid":7,"hostname":"a","message":"x"}',
        "2026-11-27T09:30:00.123000000Z",
        17,
    ),
    "pino, label": (
        '{"level":"error","time":1795771800,"pid":7,"hostname":"a","msg":"x"}',
        "2026-11-27T09:30:00.000000000Z",
        17,
    ),
    "Python's attributes": (
        '{"levelno":40,"created":1795771800.5,"message":"x"}',
        "2026-11-27T09:30:00.500000000Z",
        17,
    ),
    "adze": (
        '{"v":1,"level":2,"levelName":"warn","name":"a","hostname":"h","msg":"x","args":[],"pid":3,"time":"2026-11-27T09:30:00+00:00"}',
        "2026-11-27T09:30:00Z",
        13,
    ),
    "logr's funcr": (
        '{"logger":"","ts":"2026-11-27 09:30:00.123456","level":0,"msg":"x","a":1}',
        "2026-11-27T09:30:00.123456Z",
        9,
    ),
    "funcr, V(1)": ('{"logger":"app","level":1,"msg":"x"}', None, 5),
    "funcr, an error": (
        '{"logger":"app","ts":"2026-11-27 09:30:00.123456","msg":"x","error":"boom"}',
        "2026-11-27T09:30:00.123456Z",
        17,
    ),
    "funcr, an error that is none": ('{"logger":"","msg":"x","error":null}', None, 17),
    "funcr, an error with its caller": (
        '{"logger":"","ts":"2026-11-27 09:30:00.123456","caller":{"file":"a.go","line":7},"msg":"x","error":"boom"}',
        "2026-11-27T09:30:00.123456Z",
        17,
    ),
    "DAZN's for Lambda": ('{"message":"x","level":20,"sLevel":"DEBUG"}', None, 5),
    "Mozilla's dockerflow": (
        '{"Timestamp": 1795771800123456000, "Logger": "s", "EnvVersion": "2.0", "Severity": 3, "Fields": {"msg": "x"}}',
        "2026-11-27T09:30:00.123456000Z",
        17,
    ),
    "slog-mozlog-json": (
        '{"Logger":"s","Type":"s:log","Pid":7,"Severity":7,"Timestamp":1795771800123456000,"Fields":{"msg":"x"}}',
        "2026-11-27T09:30:00.123456000Z",
        5,
    ),
    "a severity of no logger": ('{"Severity":3,"Timestamp":1795771800123456000}', None, 0),
    "no severity of dockerflow's": ('{"Logger":"s","Severity":"HIGH","Fields":{"msg":"x"}}', None, 0),
    "an error of no logger": ('{"msg":"x","error":"boom"}', None, 0),
    "a level of somebody's, one": ('{"level":1,"msg":"x"}', None, 1),
    "zap, more verbose than debug": (
        '{"level":"Level(-2)","ts":1795771800.5,"msg":"x"}',
        "2026-11-27T09:30:00.500000000Z",
        1,
    ),
    "dbt": (
        '{"data":{},"info":{"code":"A001","level":"warn","msg":"x","ts":"2026-11-27T09:30:00.123456Z"}}',
        "2026-11-27T09:30:00.123456Z",
        13,
    ),
    "Log4j 2's JsonLayout, with includeTimeMillis": (
        '{"timeMillis":1795771800123,"thread":"main","level":"WARN","loggerName":"app","message":"x","endOfBatch":false}',
        "2026-11-27T09:30:00.123000000Z",
        13,
    ),
    "a time of somebody's": ('{"timeMillis":1795771800123,"level":"WARN","message":"x"}', None, 13),
    "Open Liberty": (
        '{"type":"liberty_message","message":"x","ibm_datetime":"2026-11-27T09:30:00.123+0000","loglevel":"WARNING"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "what may be dbt's": ('{"info":{"level":"error","ts":"2026-11-27T09:30:00Z"}}', None, 0),
    "what Datadog reads": (
        '{"message":"x","timestamp":"2026-11-27T09:30:00.123Z","status":"warning","logger":{"name":"app"}}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "an answer's status": ('{"time":"2026-11-27T09:30:00Z","status":"error","logger":"a"}', "2026-11-27T09:30:00Z", 0),
    ".NET, with a blank behind": (
        '{"Timestamp":"2026-11-27 09:30:00 ","LogLevel":"Warning","Category":"App","Message":"x"}',
        "2026-11-27T09:30:00Z",
        13,
    ),
    "an order": ('{"level":"info","created":1795771800.5}', None, 9),
    "lambda-log": ('{"_logLevel":"error","msg":"x","_tags":[]}', None, 17),
    "bunyan": (
        '{"name":"a","hostname":"h","pid":1,"level":20,"msg":"x","time":"2026-11-27T09:30:00.123Z","v":0}',
        "2026-11-27T09:30:00.123Z",
        5,
    ),
    "roarr": (
        '{"context":{"logLevel":50},"message":"x","sequence":"0","time":1795771800123,"version":"2.0.0"}',
        "2026-11-27T09:30:00.123000000Z",
        17,
    ),
    "log4js": (
        '{"startTime":"2026-11-27T09:30:00.123Z","categoryName":"a","data":["x"],"level":{"level":40000,"levelStr":"ERROR"}}',
        "2026-11-27T09:30:00.123Z",
        17,
    ),
    "log4js-json-layout": (
        '{"startTime":"2026-11-27T09:30:00.123Z","categoryName":"a","level":"WARN","data":"x"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "json-logging": (
        '{"written_at":"2026-11-27T09:30:00.123Z","written_ts":1795771800123456000,"msg":"x","level":"ERROR"}',
        "2026-11-27T09:30:00.123Z",
        17,
    ),
    "a letter": ('{"written_at":"2026-11-27T09:30:00.123Z","to":"x","level":"info"}', None, 9),
    "nginx, by a variable's name": (
        '{"time_local":"27/Nov/2026:15:00:00 +0530","request":"GET / HTTP/1.1","status":"200"}',
        "2026-11-27T09:30:00Z",
        0,
    ),
    "a booking": ('{"startTime":"2026-11-27T09:30:00.123Z","level":"info","room":4}', None, 9),
    "winston, coloured": (
        '{"level":"\\u001b[33mwarn\\u001b[39m","message":"x","timestamp":"2026-11-27T09:30:00.123Z"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "winston, format.metadata(): n8n": (
        '{"level":"warn","message":"x","metadata":{"file":"a.js","timestamp":"2026-11-27T09:30:00.123Z"}}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "winston, with a time of its own": (
        '{"level":"warn","message":"x","metadata":{"timestamp":"2026-11-20T09:30:00Z"},"timestamp":"2026-11-27T09:30:00.123Z"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "a photograph's metadata": ('{"level":"info","metadata":{"timestamp":"2026-11-27T09:30:00.123Z"}}', None, 9),
    "winston, logstash": (
        '{"@fields":{"level":"error"},"@message":"x","@timestamp":"2026-11-27T09:30:00.123Z"}',
        "2026-11-27T09:30:00.123Z",
        17,
    ),
    "structlog": (
        '{"event": "x", "level_number": 40, "level": "error", "timestamp": "2026-11-27T09:30:00.123456Z"}',
        "2026-11-27T09:30:00.123456Z",
        17,
    ),
    "python-json-logger": (
        '{"asctime": "2026-11-27 09:30:00,123", "levelname": "ERROR", "message": "x"}',
        "2026-11-27T09:30:00.123Z",
        17,
    ),
    "jsonformatter": (
        '{"Name": "a", "Levelname": "WARNING", "Asctime": "2026-11-27 09:30:00,123", "Message": "x"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "logstash-formatter, version 0": (
        (
            '{"@message": "x", "@timestamp": "2026-11-27T09:30:00.178115Z", "@source_host": "h",'
            ' "@fields": {"name": "a", "levelname": "ERROR", "levelno": 40, "created": 1795771800.1}}'
        ),
        "2026-11-27T09:30:00.178115Z",
        17,
    ),
    "a level without a name": (
        '{"asctime": "2026-11-27 09:30:00,123", "levelname": "Level 35", "message": "x"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "loguru": (
        (
            '{"text": "x\\n", "record": {"extra": {}, "level": {"name": "SUCCESS", "no": 25}, "message": "x",'
            ' "time": {"repr": "2026-11-27 15:00:00.123456+05:30", "timestamp": 1795771800.123456}}}'
        ),
        "2026-11-27T09:30:00.123456000Z",
        9,
    ),
    "Python's number": ('{"timestamp":"2026-11-27T09:30:00Z","level":40,"message":"x"}', "2026-11-27T09:30:00Z", 17),
    "slog": (
        '{"time":"2026-11-27T15:00:00.123456789+05:30","level":"WARN","msg":"x"}',
        "2026-11-27T09:30:00.123456789Z",
        13,
    ),
    "slog, between": (
        '{"time":"2026-11-27T15:00:00.1+05:30","level":"WARN+2","msg":"x"}',
        "2026-11-27T09:30:00.1Z",
        15,
    ),
    "zap": ('{"level":"dpanic","ts":1795771800.5,"caller":"m.go:1","msg":"x"}', "2026-11-27T09:30:00.500000000Z", 21),
    "zap, development": (
        '{"L":"ERROR","T":"2026-11-27T15:00:00.123+0530","C":"m.go:1","M":"x"}',
        "2026-11-27T09:30:00.123Z",
        17,
    ),
    "hclog": (
        '{"@level":"error","@message":"x","@timestamp":"2026-11-27T15:00:00.123456+05:30"}',
        "2026-11-27T09:30:00.123456Z",
        17,
    ),
    "Kubernetes, error": (
        '{"ts":1795771800123.5,"caller":"m.go:9","msg":"x","err":"e"}',
        "2026-11-27T09:30:00.123500000Z",
        17,
    ),
    "Kubernetes": ('{"ts":1795771800123.5,"caller":"m.go:9","msg":"x","v":2}', "2026-11-27T09:30:00.123500000Z", 9),
    "Log4j 2": (
        '{"instant":{"epochSecond":1795771800,"nanoOfSecond":1002003},"level":"FATAL","message":"x"}',
        "2026-11-27T09:30:00.001002003Z",
        21,
    ),
    "Log4j 2, Google": (
        '{"timestampSeconds":1795771800,"timestampNanos":7,"severity":"ERROR","message":"x"}',
        "2026-11-27T09:30:00.000000007Z",
        17,
    ),
    "Log4j 2, GELF": (
        '{"version":"1.1","host":"h","short_message":"x","timestamp":1795771800.5,"level":3}',
        "2026-11-27T09:30:00.500000000Z",
        17,
    ),
    "Spring Boot, GELF": (
        '{"version":"1.1","host":"h","short_message":"x","timestamp":1795771800.5,"level":6,"_level_name":"INFO"}',
        "2026-11-27T09:30:00.500000000Z",
        9,
    ),
    "Spring Boot, ECS": (
        '{"@timestamp":"2026-11-27T09:30:00.1Z","log":{"level":"WARN","logger":"a"},"message":"x"}',
        "2026-11-27T09:30:00.1Z",
        13,
    ),
    "ECS with dots": (
        '{"@timestamp":"2026-11-27T09:30:00.1Z","log.level":"error","message":"x"}',
        "2026-11-27T09:30:00.1Z",
        17,
    ),
    "Logback": (
        '{"sequenceNumber":0,"timestamp":1795771800123,"nanoseconds":123004005,"level":"ERROR","message":"x"}',
        "2026-11-27T09:30:00.123004005Z",
        17,
    ),
    "java.util.logging": (
        '{"timestamp":"2026-11-27T15:00:00.1+05:30","level":"FINER","message":"x"}',
        "2026-11-27T09:30:00.1Z",
        5,
    ),
    "Monolog": (
        '{"message":"x","context":{},"level":550,"level_name":"ALERT","channel":"a","datetime":"2026-11-27T09:30:00.123456+00:00"}',
        "2026-11-27T09:30:00.123456Z",
        22,
    ),
    "Monolog's number": (
        '{"message":"x","level":300,"channel":"a","datetime":"2026-11-27T09:30:00.1+00:00"}',
        "2026-11-27T09:30:00.1Z",
        13,
    ),
    "Monolog 1": (
        '{"message":"x","level":400,"channel":"a","datetime":{"date":"2026-11-27 09:30:00.1","timezone":"UTC"}}',
        "2026-11-27T09:30:00.1Z",
        17,
    ),
    "Serilog": ('{"@t":"2026-11-27T09:30:00.1234567Z","@l":"Error","@mt":"x"}', "2026-11-27T09:30:00.1234567Z", 17),
    "Serilog, information": ('{"@t":"2026-11-27T09:30:00.1234567Z","@mt":"x"}', "2026-11-27T09:30:00.1234567Z", 9),
    ".NET": (
        '{"Timestamp":"2026-11-27T09:30:00.1Z","LogLevel":"Critical","Message":"x"}',
        "2026-11-27T09:30:00.1Z",
        21,
    ),
    "PostgreSQL": (
        '{"timestamp":"2026-11-27 09:30:00.123 GMT","error_severity":"PANIC","message":"x"}',
        "2026-11-27T09:30:00.123Z",
        24,
    ),
    "PostgreSQL in India": (
        '{"timestamp":"2026-11-27 15:00:00.123 IST","error_severity":"LOG","message":"x"}',
        None,
        9,
    ),
    "nginx": ('{"time":"27/Nov/2026:15:00:00 +0530","status":"200"}', "2026-11-27T09:30:00Z", 0),
    "a mail server": ('{"time":"Fri, 27 Nov 2026 09:30:00 GMT","level":"info"}', "2026-11-27T09:30:00Z", 9),
    "syslog": ('{"time":"Nov 27 09:30:00","severity":"err"}', "2026-11-27T09:30:00Z", 17),
    "tracing, up since": ('{"timestamp":"   0.5s","level":"ERROR","fields":{"message":"x"}}', None, 17),
    "slog for Rust": ('{"msg":"x","level":"ERRO","ts":"2026-11-27T09:30:00.1Z"}', "2026-11-27T09:30:00.1Z", 17),
    "MongoDB": (
        '{"t":{"$date":"2026-11-27T09:30:00.123+00:00"},"s":"W","c":"NETWORK","id":1,"ctx":"a","msg":"x"}',
        "2026-11-27T09:30:00.123Z",
        13,
    ),
    "OpenTelemetry's file exporter": (
        (
            '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795771800000000009","severityNumber":9},'
            '{"timeUnixNano":"1795771800000000010","severityNumber":17,"severityText":"ERROR"}]}]}]}'
        ),
        "2026-11-27T09:30:00.000000009Z",
        17,
    ),
    "nanoseconds": ('{"timestamp_ns":1795771800000000009,"lvl":"warn"}', "2026-11-27T09:30:00.000000009Z", 13),
    "Ray, far from Greenwich": (
        '{"asctime":"2026-11-27 15:00:00,123","levelname":"ERROR","message":"x","timestamp_ns":1795771800123456789}',
        "2026-11-27T09:30:00.123456789Z",
        17,
    ),
    "Google": (
        '{"timestamp":{"seconds":1795771800,"nanos":5},"severity":"NOTICE","message":"x"}',
        "2026-11-27T09:30:00.000000005Z",
        10,
    ),
    "log15": ('{"lvl":"eror","msg":"x","t":"2026-11-27T15:00:00.1+05:30"}', "2026-11-27T09:30:00.1Z", 17),
    "Twisted": (
        '{"log_namespace":"a","log_level":{"name":"critical"},"log_time":1795771800.5}',
        "2026-11-27T09:30:00.500000000Z",
        21,
    ),
    "consola": (
        '{"date":"2026-11-27T09:30:00.1Z","args":["x"],"type":"warn","level":1,"tag":""}',
        "2026-11-27T09:30:00.1Z",
        13,
    ),
    "journald": (
        '{"__REALTIME_TIMESTAMP":"1795771800123456","PRIORITY":"4","MESSAGE":"x"}',
        "2026-11-27T09:30:00.123456000Z",
        13,
    ),
    "tslog": (
        '{"0":"x","_meta":{"date":"2026-11-27T09:30:00.1Z","logLevelId":5,"logLevelName":"ERROR"}}',
        "2026-11-27T09:30:00.1Z",
        17,
    ),
    "null first": ('{"@timestamp":null,"time":"2026-11-27T09:30:00Z","level":"warn"}', "2026-11-27T09:30:00Z", 13),
    "a duration": ('{"message":"done","levelname":"INFO","time":1.5}', None, 9),
    "a duration first": ('{"time":1.5,"asctime":"2026-11-27 09:30:00","levelname":"INFO"}', "2026-11-27T09:30:00Z", 9),
    "own level twice": (
        '{"level":"error","time":"me","level":"user","time":"2026-11-27T09:30:00Z"}',
        "2026-11-27T09:30:00Z",
        17,
    ),
    "both readable": (
        '{"level":"error","time":"2026-11-27T09:30:00Z","level":"info","time":"2021-11-27T09:30:00Z"}',
        "2026-11-27T09:30:00Z",
        17,
    ),
    "a level of its own": ('{"level":"SHOUT","time":"2026-11-27T09:30:00Z"}', "2026-11-27T09:30:00Z", 0),
    "text": ("plain text", None, 0),
    "cut": ('{"time":"2026-11-27T09:30:00Z","level":"error","msg":"and so o', "2026-11-27T09:30:00Z", 17),
}


class Facts:
    """Writes nothing but what is known of each record."""

    wants: tuple[str, ...] = ()

    def write(self, rows: Rows) -> Woven:
        """Give a line for each record."""
        pairs = zip(rows.stamps, rows.levels, strict=True)
        return Woven([b"%b\n" % repr((stamp.decode().strip('"'), level.severity)).encode() for stamp, level in pairs])


def block(lines: list[str], **changes: Any) -> Block:
    """Make a block of lines."""
    data = "".join(f"{line}\n" for line in lines).encode()
    return Block(FileId("AbCdEfGhIjKlMnOpQrStUv"), "app.log", 0, len(data), data, NEAR, 0.0, **changes)


def facts(made: BlockEncoder, one: Block) -> list[tuple[str, int]]:
    """Give time and severity of each record."""
    return [ast.literal_eval(line.decode()) for line in made.encode(one).body.splitlines()]


MTIME = "2026-11-30T00:53:20.000000000Z"


@pytest.mark.parametrize("name", LINES)
def test_a_loggers_line_has_its_time_and_its_level_by_every_path(name: str) -> None:
    """Alone, in a block of its like, read once more, and among others."""
    line, time, severity = LINES[name]
    expected = (time or MTIME, severity)
    judged = LineParser(Enrichment({})).judge(line.encode(), block=block([line]))
    assert (judged.stamp, judged.level.severity) == (f'"{time}"'.encode() if time else None, severity)
    made = BlockEncoder(Enrichment({}), Facts(), levels=True)
    for count in (1, 40, 40):
        assert facts(made, block([line] * count)) == [expected] * count
    assert facts(made, block([line, '{"a":1}', "text"] * 40))[::3] == [expected] * 40
    tally = made.encode(block([line] * 40)).tally
    assert (tally.without_time, tally.without_level) == (0 if time else 40, 0 if severity else 40)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.lists(st.sampled_from(list(LINES)), min_size=1, max_size=2), min_size=1, max_size=4),
    counts=st.integers(1, 60),
    levels=st.booleans(),
)
def test_what_was_read_before_changes_nothing(names: list[list[str]], counts: int, levels: bool) -> None:  # noqa: FBT001
    """Blocks of any loggers' lines after one another come to what their lines come to alone."""
    made = BlockEncoder(Enrichment({"service.name": "s"}), Facts(), levels=levels)
    for some in names:
        lines = [LINES[name][0] for name in some] * counts
        expected = [(LINES[name][1] or MTIME, LINES[name][2]) for name in some] * counts
        found = facts(made, block(lines))
        assert [time for time, _ in found] == [time for time, _ in expected]
        if levels:
            assert found == expected
        tally = made.encode(block(lines)).tally
        assert tally.without_level == sum(not severity for _, severity in expected)
        assert tally.without_time == sum(time == MTIME for time, _ in expected)


members = st.sampled_from(
    [
        *[
            '"level":"info"',
            '"level":30',
            '"level":"user"',
            '"level":{"levelStr":"ERROR"}',
            '"level":null',
            '"L":"WARN"',
        ],
        *['"severity":"ERROR"', '"level_name":"NOTICE"', '"log":{"level":"warn"}', '"log.level":"error"', '"log":1'],
        *['"record":{"level":{"name":"DEBUG"},"time":{"timestamp":1795771800.5}}', '"record":{"time":1}', '"v":1'],
        *[
            '"pid":1',
            '"hostname":"h"',
            '"msg":"x"',
            '"short_message":"x"',
            '"caller":"m"',
            '"@t":1795771800',
            '"s":"E"',
        ],
        *['"time":1795771800123', '"time":"2026-11-27T09:30:00Z"', '"time":"soon"', '"ts":1795771800123.5', '"c":"x"'],
        *['"timestamp":1795771800123', '"nanoseconds":123000001', '"timestamp":"2026-11-27T09:30:00Z"', '"M":"x"'],
        *['"instant":{"epochSecond":1795771800,"nanoOfSecond":5}', '"instant":{"epochSecond":1795771800}', '"T":null'],
        *['"@timestamp":"2026-11-27T09:30:01Z"', '"@timestamp":0', '"datetime":"2026-11-27 09:30:00"', '"channel":"a"'],
        *[
            '"args":[]',
            '"type":"warn"',
            '"date":"2026-11-27T09:30:03Z"',
            '"asctime":"2026-11-27 09:30:04"',
            '"timestamp_ns":1795771800123456789',
        ],
        *['"lev\\u0065l":"error"', '"t\\u0069me":1795771801', '"startTime":1795771802', '"context":{"logLevel":20}'],
    ]
)
record = st.lists(members, min_size=1, max_size=6).map(lambda some: "{" + ",".join(some) + "}")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    records=st.lists(record, min_size=1, max_size=4), counts=st.integers(1, 20), fields=st.sampled_from(["s", "time"])
)
def test_a_block_says_what_its_lines_say(records: list[str], counts: int, fields: str) -> None:
    """Whatever names of times and levels come together, twice or in an unusual spelling."""
    enrichment = Enrichment({fields: 1})
    made, judge = BlockEncoder(enrichment, Facts(), levels=True), LineParser(enrichment)
    judged = [judge.judge(line.encode(), block=block([line])) for line in records]
    expected = [((line.stamp or f'"{MTIME}"'.encode()).decode().strip('"'), line.level.severity) for line in judged]
    places = [0] * 20 * counts + [*range(len(records))] + [0] * 20
    few_odd = [records[at] for at in places], [expected[at] for at in places]
    alike = records[:1] * counts, expected[:1] * counts
    for lines, wanted in (alike, (records * counts, expected * counts), few_odd, alike, few_odd):
        encoded = made.encode(block(lines))
        assert facts(made, block(lines)) == wanted
        assert encoded.tally.without_level == sum(not severity for _, severity in wanted)


def test_where_levels_and_times_are_can_be_said() -> None:
    """Dotted paths match a name with a dot in it, or what is nested; a scale is of what cannot be told."""
    enrichment = Enrichment(
        {}, level_fields=("app.sev", "status"), level_scale="syslog", timestamp_fields=("app.at",), timestamp_zone="UTC"
    )
    made = BlockEncoder(enrichment, Facts(), levels=True)
    lines = [
        '{"app":{"sev":"warn","at":"2026-11-27T09:30:00Z"},"level":"error"}',
        '{"app.sev":3,"app.at":"2026-11-27T09:30:01Z"}',
        '{"status":"info","time":"2026-11-27T09:30:02Z"}',
    ]
    expected = [("2026-11-27T09:30:00Z", 13), ("2026-11-27T09:30:01Z", 17), (MTIME, 9)]
    assert facts(made, block(lines)) == expected
    for line, each in zip(lines, expected, strict=True):
        assert facts(made, block([line] * 9)) == [each] * 9


def test_a_condition_on_the_level_counts_what_has_none() -> None:
    """They are left out, and told apart from those that are not severe enough."""
    made = BlockEncoder(Enrichment({}), Facts(), "level>=warning", levels=False)
    lines = ['{"log":{"level":"ERROR"}}', '{"level":30,"msg":"x","pid":1,"hostname":"h"}', '{"a":1}', "text"]
    encoded = made.encode(block(lines))
    assert facts(made, block(lines)) == [(MTIME, 17)]
    assert encoded.tally.filtered_records == 3
    assert [(reason, records) for reason, records, _ in encoded.tally.filtered] == [("condition", 1), ("no_level", 2)]
    plain = made.encode(block(['{"a":1}'] * 9))
    assert (plain.records, plain.tally.filtered) == (0, (("no_level", 9, 9 * len('{"a":1}\n')),))


@pytest.mark.parametrize("flag", ["truncated", "partial"])
def test_a_record_that_was_cut_is_read_by_its_head(flag: str) -> None:
    """Its text stays a message; only members that stand whole count."""
    made = BlockEncoder(Enrichment({}), Facts(), levels=True)
    line = '{"a":{"level":"info"},"level":"error","time":"2026-11-27T09:30:00Z","x":[1,"'
    assert facts(made, block([line], flags=(flag,))) == [("2026-11-27T09:30:00Z", 17)]
    assert facts(made, block(['{"msg":"x","level":"err'], flags=(flag,))) == [(MTIME, 0)]
    assert facts(made, block(['{"msg":"x","level":3'], flags=(flag,))) == [(MTIME, 0)]
    text = BlockEncoder(Enrichment({}, "text"), Facts(), levels=True)
    assert facts(text, block([line], flags=(flag,))) == [(MTIME, 0)]


def test_a_line_in_which_a_name_is_there_very_often_costs_no_more_than_its_length() -> None:
    """A line of a megabyte must not keep the daemon busy."""
    line = "{" + ",".join(['"level":"x"'] * 80_000) + ',"level":"error"}'
    assert json.loads(line)["level"] == "error"
    assert LineParser(Enrichment({})).judge(line.encode()).level.severity == 17


def test_a_name_that_is_there_twice_is_noticed_beside_one_that_is_written_otherwise() -> None:
    """However many there are in all: of each line the first time that can be read counts."""
    made = BlockEncoder(Enrichment({}), Facts(), levels=True)
    spaced = '{"a":1,"time" :"2026-11-27T09:30:00Z","level":"info"}'
    twice = '{"a":1,"time":"2026-11-27T09:30:00Z","level":"info","time":"2026-11-27T09:30:01Z"}'
    expected = [("2026-11-27T09:30:00Z", 9)]
    assert facts(made, block([spaced, twice] * 20)) == expected * 40
    assert facts(made, block([spaced] * 30 + ["text", twice] + [spaced] * 8 + [twice])) == [
        *expected * 30,
        (MTIME, 0),
        *expected * 10,
    ]


def test_what_tells_the_scale_may_be_the_time_or_the_level_of_the_next_record() -> None:
    """A block whose first record has something unreadable there says nothing of the others."""
    enrichment = Enrichment({}, timestamp_fields=("time", "ts"), level_fields=("type", "level"))
    made = BlockEncoder(enrichment, Facts(), levels=True)
    first = '{"level":30,"ts":"2026-11-27T09:30:00Z","time":"soon","type":"x"}'
    other = '{"level":30,"ts":"2026-11-27T09:30:00Z","time":"2026-11-27T09:30:05Z","type":"error"}'
    expected = [("2026-11-27T09:30:00Z", 13)], [("2026-11-27T09:30:05Z", 17)]
    assert facts(made, block([first, *[other] * 30])) == [*expected[0], *expected[1] * 30]
    assert facts(made, block([first] * 30)) == expected[0] * 30
    assert facts(made, block([other] * 30)) == expected[1] * 30
    assert facts(made, block([first, *[other] * 30, "text"])) == [*expected[0], *expected[1] * 30, (MTIME, 0)]


def test_a_level_that_tells_the_time_may_be_readable_in_the_next_record() -> None:
    """Beside ``levelname``, ``created`` is the time; where it is no level, the number decides, and else itself."""
    made = BlockEncoder(Enrichment({}), Facts(), levels=True)
    first = '{"levelname":"user","levelno":40,"created":1795771800.5}'
    other = '{"levelname":"INFO","levelno":40,"created":1795771800.5}'
    time = "2026-11-27T09:30:00.500000000Z"
    for count in (1, 20, 30):
        assert facts(made, block([first, *[other] * count])) == [(time, 17), *[(time, 9)] * count]
    assert facts(made, block([first] * 20)) == [(time, 17)] * 20
