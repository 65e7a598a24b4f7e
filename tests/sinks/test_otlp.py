import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf import json_format
from msgspec.structs import replace
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from logship import __version__
from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.settings.loading import load as load_settings
from logship.sinks.otlp.sink import Settings, logs_url, open_sink
from tests.scripted_server import Reply, Request, ScriptedServer, scripted_server

FIELDS: Final = {
    "k8s.pod.name": "agent-1",
    "service.name": "a 100% \udcff agent",
    "n": 7,
    "negative": -7,
    "huge": 10**30,
    "ratio": 0.5,
    "flag": False,
    "nothing": None,
    "list": ["a", 1, [True]],
    "map": {"a": {"b": "c"}},
}
FILE: Final = FileId("f" * 22)
READ_NS: Final = 1_700_000_000_123_456_789
PROTOCOLS: Final = ("http/protobuf", "http/json")
TRACE: Final = "5b8efff798038103d269b633813fc60c"
SPAN: Final = "EEE19B7EC3C1B174"


def block(data: bytes, start: int = 0, flags: tuple[str, ...] = (), name: str = "a 100%.log") -> Block:
    """Give a block."""
    return Block(FILE, name, start, start + len(data), data, READ_NS, 0.0, flags)


def parse(request: Request) -> ExportLogsServiceRequest:
    """Read a request with OpenTelemetry's own types; what they do not know is an error."""
    if request.headers["content-type"] == "application/x-protobuf":
        found = ExportLogsServiceRequest.FromString(request.body)
        assert found.SerializeToString(deterministic=True) == request.body, "unknown fields, or out of order"
        return found
    assert request.headers["content-type"] == "application/json"
    document = json.loads(request.body)
    for resource in document["resourceLogs"]:
        for scope in resource["scopeLogs"]:
            for record in scope["logRecords"]:
                _from_hex(record)
    return json_format.ParseDict(document, ExportLogsServiceRequest())


def _from_hex(record: dict[str, Any]) -> None:
    """Give ids as the types' own JSON has them, which OTLP's has not."""
    for name, size in (("traceId", 32), ("spanId", 16)):
        if name in record:
            assert len(record[name]) == size
            record[name] = json_format.MessageToDict(LogRecord(trace_id=bytes.fromhex(record[name])))["traceId"]


async def sent(
    *blocks: Block, fields: Mapping[str, Any] = FIELDS, file_fields: tuple[str, ...] = ("name",), **settings: Any
) -> ExportLogsServiceRequest:
    """Deliver blocks in one batch and give the request."""
    async with (
        scripted_server() as server,
        open_sink(Settings(endpoint=server.url, **settings), Enrichment(fields, file_fields=file_fields)) as sink,
    ):
        assert await sink.deliver(Batch(tuple(map(sink.encode, blocks)))) == Outcome(Status.DELIVERED)
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v1/logs")
    return parse(request)


def any_value(value: object) -> AnyValue:
    """Encode a value naively."""
    found = AnyValue()
    match value:
        case None:
            pass
        case bool():
            found.bool_value = value
        case int() if -(2**63) <= value < 2**63:
            found.int_value = value
        case float():
            found.double_value = value
        case list():
            found.array_value.values.extend(map(any_value, value))
            found.array_value.SetInParent()
        case dict():
            found.kvlist_value.values.extend(key_values(value))
            found.kvlist_value.SetInParent()
        case _:
            found.string_value = str(value).replace("\udcff", "\ufffd")
    return found


def key_values(fields: Mapping[str, object]) -> list[KeyValue]:
    """Encode names and values naively."""
    return [KeyValue(key=name, value=any_value(value)) for name, value in fields.items()]


def record(offset: int, body: str, time_ns: int = READ_NS, **members: Any) -> LogRecord:
    """Make a log record naively."""
    attributes = {"log.file.name": "a 100%.log", **members.pop("attributes", {})}
    return LogRecord(
        time_unix_nano=time_ns,
        observed_time_unix_nano=READ_NS,
        body=any_value(body),
        attributes=key_values({**attributes, "log.record.uid": f"{FILE}-{offset}"}),
        **members,
    )


def request_of(*records: LogRecord, fields: Mapping[str, Any] = FIELDS) -> ExportLogsServiceRequest:
    """Make a request naively."""
    made = ExportLogsServiceRequest()
    resource = made.resource_logs.add()
    resource.resource.attributes.extend(key_values(fields))
    resource.resource.SetInParent()
    scope = resource.scope_logs.add()
    scope.scope.name, scope.scope.version = "logship", __version__
    scope.log_records.extend(records)
    return made


@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_records_are_what_a_naive_encoder_makes_of_them(protocol: str, compression: str) -> None:
    """Both formats say the same, whether lines are read together or one by one, in one batch or more."""
    lines: dict[bytes, dict[str, Any]] = {
        b'{"time":"2026-11-22T10:00:00.5Z","level":"WARNING","a":"100% \\"q\\" \xc3\xa9"}': {
            "time_ns": 1_795_341_600_500_000_000,
            "severity_number": 13,
            "severity_text": "WARNING",
        },
        b'a 100% text with \\ and \xc3\xa9 and "quotes"': {},
        b"[1,2]": {},
        b'{"levelname":30,"b":[1,{}]}': {"severity_number": 13, "severity_text": "30"},
        b'{"level":"odd","b":null}': {"severity_text": "odd"},
        b'{"level":{"a":1}}': {},
        b'{"level":true}': {},
        b"{}": {},
        b'{"trace_id":"%b","span_id":"%b"}' % (TRACE.encode(), SPAN.encode()): {
            "trace_id": bytes.fromhex(TRACE),
            "span_id": bytes.fromhex(SPAN),
        },
    }
    expected, offset = [], 0
    for line, members in lines.items():
        expected.append(record(offset, line.decode(), **members))
        offset += len(line) + 1
    data = b"".join(line + b"\n" for line in lines)
    found = await sent(block(data), block(b'{"x":1}\n' * 3, 10**6), protocol=protocol, compression=compression)
    more = [record(10**6 + 8 * at, '{"x":1}') for at in range(3)]
    assert found == request_of(*expected, *more)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_long_records_too(protocol: str) -> None:
    """Lengths of one, two, three and four bytes."""
    lines = [b'{"pad":"%b"}' % (b"x" * size) for size in (1, 130, 20_000, 2_100_000)]
    offsets = [sum(len(line) + 1 for line in lines[:at]) for at in range(4)]
    found = await sent(block(b"".join(line + b"\n" for line in lines)), protocol=protocol)
    expected = [record(offset, line.decode()) for offset, line in zip(offsets, lines, strict=True)]
    assert found == request_of(*expected)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("line", "body"),
    [
        (b"plain text", "plain text"),
        (b'{"message":"only \\u00e9\\n this"}', "only é\n this"),
        (b'{"message": "spaced"}', "spaced"),
        (b'{"message":""}', ""),
        (b'{"message":"a","b":"c"}', '{"message":"a","b":"c"}'),
        (b'{"message":"a\\\\","b":"c"}', '{"message":"a\\\\","b":"c"}'),
        (b'{"message":"a","b":{"c":"d"}}', '{"message":"a","b":{"c":"d"}}'),
        (b'{"message":7}', '{"message":7}'),
        (b'{"message":null}', '{"message":null}'),
        (b'{"@timestamp":"2023-11-14T22:13:20.123456789Z","message":"m"}', "m"),
    ],
)
async def test_the_body_is_the_line(protocol: str, line: bytes, body: str) -> None:
    """A text is itself, and so is a record that has nothing but a message; any other record is its JSON."""
    assert await sent(block(line + b"\n"), protocol=protocol) == request_of(record(0, body))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("members", "trace", "span"),
    [
        ({"traceId": TRACE, "spanId": SPAN}, TRACE, SPAN),
        ({"otelTraceID": TRACE, "otelSpanID": "0"}, TRACE, ""),
        ({"trace.id": TRACE.upper(), "span.id": SPAN}, TRACE, SPAN),
        ({"mdc": {"trace_id": TRACE}, "dd": {"span_id": "1234567890123456789"}}, TRACE, "112210f47de98115"),
        ({"logging.googleapis.com/trace": f"projects/p/traces/{TRACE}"}, TRACE, ""),
        ({"trace_id": TRACE, "span_id": "0" * 16}, TRACE, ""),
        ({"trace_id": "0" * 32, "span_id": SPAN}, "", ""),
        ({"trace_id": TRACE[:-1], "span_id": SPAN}, "", ""),
        ({"trace_id": TRACE[:-1] + "g", "span_id": SPAN}, "", ""),
        ({"trace_id": 10**33, "span_id": 10**17}, "", ""),
        ({"span_id": SPAN}, "", ""),
    ],
)
async def test_only_valid_ids_count(protocol: str, members: dict[str, Any], trace: str, span: str) -> None:
    """Hexadecimal digits, not all zero, by any of the names that applications use; no span without a trace."""
    line = json.dumps(members).encode()
    ids: dict[str, Any] = {"trace_id": bytes.fromhex(trace), "span_id": bytes.fromhex(span)}
    assert await sent(block(line + b"\n"), protocol=protocol) == request_of(record(0, line.decode(), **ids))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("year", ["1969", "9999"])
async def test_a_time_that_cannot_be_said_is_left_out(protocol: str, year: str) -> None:
    """Receivers then take the time of observation."""
    line = f'{{"time":"{year}-06-01T00:00:00Z"}}'
    assert await sent(block(line.encode() + b"\n"), protocol=protocol) == request_of(record(0, line, time_ns=0))


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_marks_a_line_goes_with_it(protocol: str) -> None:
    """A cut line says so."""
    found = await sent(block(b"long", flags=("truncated", "partial")), protocol=protocol, fields={})
    flags = {"log.flags": ["truncated", "partial"]}
    assert found == request_of(record(0, "long", attributes=flags), fields={})


async def test_a_name_that_is_no_text_is_mended() -> None:
    """A file can be called anything; a string of Protocol Buffers is UTF-8."""
    found = await sent(block(b"x\n", name="\udcff.log"))
    [attribute, _] = found.resource_logs[0].scope_logs[0].log_records[0].attributes
    assert attribute.value.string_value == "\ufffd.log"


# -- what answers mean ------------------------------------------------------------------------------------------------


def partial(protocol: str, rejected: int, message: str = "password=x is bad") -> Reply:
    """Answer that so many records were refused."""
    answer = ExportLogsServiceResponse(
        partial_success=ExportLogsPartialSuccess(rejected_log_records=rejected, error_message=message)
    )
    if protocol == "http/json":
        return Reply(200, json_format.MessageToJson(answer).encode(), {"Content-Type": "application/json"})
    return Reply(200, answer.SerializeToString(), {"Content-Type": "application/x-protobuf"})


async def answered(reply: Reply, protocol: str = "http/protobuf") -> Outcome:
    """Deliver three records to a server that answers so."""
    async with (
        scripted_server(reply) as server,
        open_sink(Settings(endpoint=server.url, protocol=protocol), Enrichment({})) as sink,  # type: ignore[arg-type]
    ):
        return await sink.deliver(Batch((sink.encode(block(b"1\n2\n")), sink.encode(block(b"3\n", 4)))))


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_all_refused_are_dead_letters(protocol: str) -> None:
    """Then each is known; the store's words go with them and nowhere else."""
    outcome = await answered(partial(protocol, 3), protocol)
    assert [(each.index, each.status, each.reason) for each in outcome.verdicts] == [
        (index, Status.REJECTED, "partial_success") for index in range(3)
    ]
    assert {each.detail for each in outcome.verdicts} == {"password=x is bad"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_some_refused_are_counted(protocol: str) -> None:
    """Nobody knows which; nothing is sent again, and the rest counts as delivered."""
    assert await answered(partial(protocol, 2), protocol) == Outcome(Status.DELIVERED, "partial_success", unnamed=2)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("rejected", [0, -1])
async def test_a_warning_is_no_refusal(protocol: str, rejected: int) -> None:
    """A message with no number of records is advice."""
    assert await answered(partial(protocol, rejected), protocol) == Outcome(Status.DELIVERED)


@pytest.mark.parametrize("body", [b"", b"{}", b"OK", b"{bad", b"\xff\xff\xff", b"\x0a\x7f", b'{"partialSuccess":null}'])
async def test_a_success_in_other_words_is_one(body: bytes) -> None:
    """Receivers are not exact about what they answer."""
    assert await answered(Reply(200, body)) == Outcome(Status.DELIVERED)


@pytest.mark.parametrize("body", [b'{"message":"caf\xe9"}', b'{"x":' + b"[" * 100_000], ids=["no text", "deep"])
async def test_an_answer_that_cannot_be_read_is_what_its_status_says(body: bytes) -> None:
    """A success is one, and what failed does not fail twice."""
    assert await answered(Reply(200, body)) == Outcome(Status.DELIVERED)
    assert (await answered(Reply(400, body))).status is Status.REJECTED
    outcome = await answered(Reply(503, body))
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "http_503")


async def test_a_web_page_is_no_success() -> None:
    """Whatever answers with one is no receiver: the data is kept."""
    outcome = await answered(Reply(200, b"Welcome", {"Content-Type": "text/html; charset=utf-8"}))
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "not_otlp", True)


async def test_an_answer_without_end_is_a_refusal() -> None:
    """The protocol says so; it is not sent again to find out more."""
    outcome = await answered(Reply(200, b"x" * ((4 << 20) + 1)))
    assert [each.reason for each in outcome.verdicts] == ["answer_too_long"] * 3


@pytest.mark.parametrize("status", [429, 502, 503, 504, 408])
async def test_what_is_sent_again(status: int) -> None:
    """After the time that the receiver asks for."""
    outcome = await answered(Reply(status, headers={"Retry-After": "7"}))
    assert (outcome.status, outcome.reason, outcome.retry_after) == (Status.ERRORED, f"http_{status}", 7)
    assert not outcome.fault


@pytest.mark.parametrize("status", [400, 422])
async def test_what_is_not(status: int) -> None:
    """The failure's message, whatever the format, is for the dead letters."""
    for body in (b'{"code":3,"message":"bad"}', b"\x08\x03\x12\x03bad"):
        outcome = await answered(Reply(status, body))
        assert outcome == Outcome(Status.REJECTED, f"http_{status}", "bad")


@pytest.mark.parametrize("status", [500, 507])
async def test_a_receiver_that_is_ill_blames_no_record(status: int) -> None:
    """The protocol has such a request not sent again; a Collector answers so while what is behind it fails."""
    assert await answered(Reply(status, b'{"message":"bad"}')) == Outcome(Status.ERRORED, f"http_{status}", "bad")


# -- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://c:4318", "http://c:4318/v1/logs"),
        ("http://c:4318/", "http://c:4318/v1/logs"),
        ("http://c:4318/otlp", "http://c:4318/otlp/v1/logs"),
        ("http://c:4318/otlp/v1/logs", "http://c:4318/otlp/v1/logs"),
        ("http://c:4318/in?tenant=a", "http://c:4318/in/v1/logs?tenant=a"),
        ("http://c:4318/in#", "http://c:4318/in"),
    ],
)
def test_the_path_is_added(endpoint: str, url: str) -> None:
    """Unless it is there, or the operator says no."""
    assert logs_url(endpoint) == url


def otlp_settings(tmp_path: Path, environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Settings:
    """Give the sink's settings as the daemon would get them."""
    base = {"LOGSHIP_SINKS": "otlp", "LOGSHIP_STATE_DIR": str(tmp_path), "LOGSHIP_SECRETS_DIR": str(tmp_path)}
    found = load_settings(flags or {}, {**base, **environ}).sinks["otlp"]
    assert isinstance(found, Settings)
    return found


def test_opentelemetrys_variables_are_read(tmp_path: Path) -> None:
    """Those for all signals; headers are percent-encoded there."""
    certificate = tmp_path / "ca.pem"
    certificate.write_text("pem")
    prefix = "OTEL_EXPORTER_OTLP_"
    words = {
        "ENDPOINT": "http://collector:4318",
        "PROTOCOL": "http/json",
        "COMPRESSION": "none",
        "HEADERS": "api-key=a%2Cb%3D%20c, x=%C3%A9",
        "CERTIFICATE": str(certificate),
    }
    found = otlp_settings(tmp_path, {prefix + name: text for name, text in words.items()})
    assert logs_url(found.endpoint) == "http://collector:4318/v1/logs"
    assert (found.protocol, found.compression, found.ca_file) == ("http/json", "none", str(certificate))
    assert found.headers == {"api-key": "a,b= c", "x": "é"}


def test_those_of_logs_win_over_those_of_all_signals(tmp_path: Path) -> None:
    """And their endpoint is a whole address."""
    environ = {
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://collector:4318/in",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://other:4318",
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "a=1",
        "OTEL_EXPORTER_OTLP_HEADERS": "b=2",
        "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "",
    }
    found = otlp_settings(tmp_path, environ)
    assert logs_url(found.endpoint) == "http://collector:4318/in"
    assert found.headers == {"a": "1"}
    assert found.protocol == "http/protobuf"


def test_logships_own_win_over_all_of_them(tmp_path: Path) -> None:
    """Wherever they are set: variable, file or flag."""
    (tmp_path / "otlp_headers").write_text("own=1%202\n")
    environ = {
        "LOGSHIP_OTLP_ENDPOINT": "http://own:4318",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://collector:4318/in",
        "OTEL_EXPORTER_OTLP_HEADERS": "b=2",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
    }
    found = otlp_settings(tmp_path, environ, {"LOGSHIP_OTLP_PROTOCOL": "http/json"})
    assert logs_url(found.endpoint) == "http://own:4318/v1/logs"
    assert found.headers == {"own": "1%202"}
    assert found.protocol == "http/json"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("PROTOCOL", "grpc", 'OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" is not one of http/protobuf, http/json'),
        ("HEADERS", "secret-without-name", "OTEL_EXPORTER_OTLP_HEADERS: the value is not k=v,k2=v2 or a JSON object"),
        ("LOGS_CERTIFICATE", "/nowhere", 'OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: "/nowhere" can\'t be read'),
        ("ENDPOINT", "collector:4317", "LOGSHIP_OTLP_ENDPOINT must be http://"),
    ],
)
def test_a_fault_names_the_variable(tmp_path: Path, name: str, text: str, fault: str) -> None:
    """So that it is found; a header is never shown."""
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", f"OTEL_EXPORTER_OTLP_{name}": text}
    with pytest.raises(ConfigError) as caught:
        otlp_settings(tmp_path, environ)
    assert fault in str(caught.value)
    assert "secret-without-name" not in str(caught.value)


async def test_raw_bytes_are_no_records() -> None:
    """The start says so."""
    with pytest.raises(ConfigError, match="raw"):
        async with open_sink(Settings(endpoint="http://c"), Enrichment({}, "raw")):
            pass


def test_two_ways_to_prove_who_we_are_are_a_fault() -> None:
    """Only one can be sent."""
    settings = Settings(endpoint="http://c", bearer_token=Secret("A"), username="u", password=Secret("B"))
    assert settings.check() == ["BEARER_TOKEN and USERNAME are both set: only one can be sent"]


# -- check ------------------------------------------------------------------------------------------------------------


async def checked(server: ScriptedServer, *, send: bool = False) -> list[tuple[bool, str]]:
    """Give what ``check`` finds."""
    async with open_sink(Settings(endpoint=server.url), Enrichment({})) as sink:
        return [(each.good, each.subject) for each in await sink.preflight(send=send)]


@pytest.mark.parametrize(
    ("reply", "good"), [(Reply(200), True), (Reply(400), None), (Reply(401), False), (Reply(404), False)]
)
async def test_check_sends_an_empty_request(reply: Reply, *, good: bool | None) -> None:
    """It is answered like any other; only a receiver that wants no empty one leaves the question open."""
    async with scripted_server(reply) as server:
        found = await checked(server)
    assert [each for subject, each in ((subject, each) for each, subject in found) if subject == "otlp: receiver"] == (
        [] if good is None else [good]
    )
    assert list(parse(server.requests[0]).resource_logs[0].scope_logs[0].log_records) == []


async def test_check_can_send_a_record() -> None:
    """A receiver that refuses it is found."""
    async with scripted_server(Reply(200), partial("http/protobuf", 1)) as server:
        assert (await checked(server, send=True))[-1] == (False, "otlp: delivery")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_what_is_asked_of_the_file_is_attributes(protocol: str) -> None:
    """The offset is a number."""
    one = replace(block(b'{"a":1}\n{"a":2}\n', 9), path="/x/a.log")
    request = await sent(one, protocol=protocol, file_fields=("path", "offset"))
    records = request.resource_logs[0].scope_logs[0].log_records
    found = [{each.key: each.value for each in record.attributes} for record in records]
    assert [set(each) for each in found] == [{"log.file.path", "log.record.uid", "log.offset"}] * 2
    assert [each["log.offset"].int_value for each in found] == [9, 17]
    assert found[0]["log.file.path"].string_value == "/x/a.log"
