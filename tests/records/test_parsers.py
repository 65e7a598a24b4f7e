"""What ``PARSE`` makes of lines: fields, with the time and the level that any record has."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from logship.model import Block, Encoded, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.logfmt import parse_logfmt
from logship.records.parsers import open_parser

FILE = FileId("AbCdEfGhIjKlMnOpQrStUv")
READ_TIME = "2026-11-27T12:00:00.000000000Z"
TEXT = "2026-11-27 10:00:00,123 WARNING app.db: a message"
ACCESS = '10.0.0.1 - bob [27/Nov/2026:15:30:00 +0530] "GET /a?b=%20 HTTP/1.1" 200 512 "-" "curl/8 \\x22x\\x22"'
CRI = "2026-11-27T11:00:00.123456789Z"


def block(lines: list[str], **changes: Any) -> Block:
    """Make a block of lines that was written at noon."""
    data = "".join(line + "\n" for line in lines).encode(errors="surrogateescape")
    return Block(FILE, "app.log", 1000, 1000 + len(data), data, 1795780800 * 10**9, 0.0, **changes)


def encoded(parse: str, lines: list[str], flags: tuple[str, ...] = (), **changes: Any) -> Encoded:
    """Encode a block of lines."""
    enrichment = Enrichment(**{"fields": {}, "parse": parse, **changes})
    return BlockEncoder(enrichment, Lines()).encode(block(lines, flags=flags))


def records(parse: str, *lines: str, **changes: Any) -> list[dict[str, Any]]:
    """Give the records of a block of lines, without the file's name."""
    found = [json.loads(line) for line in encoded(parse, [*lines], **changes).body.splitlines()]
    return [{name: value for name, value in record.items() if name != "log.file.name"} for record in found]


def log(text: str, **more: Any) -> str:
    """Write a line as Docker does."""
    return json.dumps({"log": text, "stream": "stdout", **more, "time": CRI}, separators=(",", ":"))


def test_logfmt_gives_all_pairs() -> None:
    """Quoted values as Go quotes them; time and level are those of the fields that are named so."""
    line = r'time=2026-11-27T10:00:00Z level=info msg="a \"b\" \x41 \u00e9" empty= url=http://a/?b=c'
    (one,) = records("logfmt", line)
    assert one == {
        "@timestamp": "2026-11-27T10:00:00Z",
        "time": "2026-11-27T10:00:00Z",
        "level": "info",
        "msg": 'a "b" A é',
        "empty": "",
        "url": "http://a/?b=c",
    }


def test_logfmt_as_slog_writes_it() -> None:
    """Names may be quoted; a byte that is no UTF-8 is one character, as in any line, and so is half a pair."""
    (one,) = records(
        "logfmt", r'msg=x "quoted key"=2 "h.a=b"="1 2" "q\"k"=3 err="\xff\xc3\xa9\t" half="\ud800" two="\ud800\x41"'
    )
    assert {name: one[name] for name in ("quoted key", "h.a=b", 'q"k', "err", "half", "two")} == {
        "quoted key": "2",
        "h.a=b": "1 2",
        'q"k': "3",
        "err": "\ufffdé\t",
        "half": "\ufffd",
        "two": "\ufffdA",
    }


def test_logfmt_keeps_both_of_a_name_that_is_there_twice() -> None:
    """The last one has the name; a line without a message keeps its text."""
    (one,) = records("logfmt", "a=1 a=2 a=3")
    assert (
        one
        == {
            "@timestamp": READ_TIME,
            "a": "3",
            "overridden.a": "2",
            "overridden.overridden.a": "1",
            "message": "a=1 a=2 a=3",
        }
        or one["a"] == "3"
    )


@pytest.mark.parametrize(
    "line", ["a message", "a=1 b", 'a="b', "=1", "level=info started the server", 'a=b"c', 'a=1 ""=2']
)
def test_line_that_is_not_logfmt_throughout_stays_a_message(line: str) -> None:
    """A word alone is no field: a sentence with a sign in it must not become fields named by its words."""
    found = encoded("logfmt", [line])
    assert json.loads(found.body)["message"] == line
    assert (found.tally.parsed, found.tally.unparsed) == (0, 1)


def test_access_line_gives_nginx_names() -> None:
    """For nginx and Apache alike; the text stays whole, what is - is left out, escapes are read."""
    (one,) = records("nginx", ACCESS)
    assert one == {
        "@timestamp": "2026-11-27T10:00:00Z",
        "remote_addr": "10.0.0.1",
        "remote_user": "bob",
        "status": 200,
        "body_bytes_sent": 512,
        "http_user_agent": 'curl/8 "x"',
        "method": "GET",
        "path": "/a?b=%20",
        "protocol": "HTTP/1.1",
        "message": ACCESS,
    }
    assert records("apache", ACCESS) == [one]
    (common,) = records("apache", 'shop:443 ::1 - - [27/Nov/2026:10:00:00 +0000] "-" 408 -')
    assert common == {
        "@timestamp": "2026-11-27T10:00:00Z",
        "server_name": "shop",
        "server_port": 443,
        "remote_addr": "::1",
        "status": 408,
        "message": 'shop:443 ::1 - - [27/Nov/2026:10:00:00 +0000] "-" 408 -',
    }


def test_error_lines_of_servers_give_their_fields() -> None:
    """With the level that stands in their head."""
    line = '2026/11/27 10:00:00 [error] 7#8: *9 open() failed (2), client: ::1, server: a, request: "GET / HTTP/1.1"'
    (one,) = records("nginx", line)
    assert {**one, "message": ""} == {
        "@timestamp": "2026-11-27T10:00:00Z",
        "pid": 7,
        "tid": 8,
        "connection": 9,
        "remote_addr": "::1",
        "server_name": "a",
        "method": "GET",
        "path": "/",
        "protocol": "HTTP/1.1",
        "level": "error",
        "message": "",
    }
    line = "[Fri Nov 27 10:00:00.123456 2026] [core:error] [pid 7:tid 8] [client 10.0.0.1:5] AH00126: x"
    (one,) = records("apache", line)
    assert one == {
        "@timestamp": "2026-11-27T10:00:00.123456Z",
        "module": "core",
        "pid": 7,
        "tid": 8,
        "remote_addr": "10.0.0.1",
        "remote_port": 5,
        "level": "error",
        "message": line,
    }


NGINX = "2026/11/30 22:03:23 [error] 7#8: *9 "
TRUE = ', client: 127.0.0.1, server: shop, request: "GET /zz HTTP/1.1", host: "shop.example"'
FORGED = ', client: 6.6.6.6, server: bank, request: "GET /admin HTTP/1.1", host: "evil'


@pytest.mark.parametrize(
    ("before", "behind", "referer"),
    [
        ('open() "/zz" failed (2: No such file)', "", None),
        ('open() "/, client: 7.7.7.7, request: "GET /admin HTTP/1.1"" failed (2: No such file)', "", None),
        ('open() "/, client: 6.6.6.6, server: bank" failed (2: No such file)', "", None),
        (
            'open() "/zz" failed (2: No such file)',
            ', referrer: "http://r/", client: 6.6.6.6, server: bank, host: "evil"',
            'http://r/", client: 6.6.6.6, server: bank, host: "evil',
        ),
        ('open() "/zz" failed', ', referrer: "http://r/"q"\\x22", host: "x"', 'http://r/"q"\\x22", host: "x'),
    ],
)
def test_clients_choose_nothing_that_nginx_says_of_them(before: str, behind: str, referer: str | None) -> None:
    """It escapes nothing in its error log: what a path or a header says is none of its own words."""
    (one,) = records("nginx", NGINX + before + TRUE + behind)
    assert (one["remote_addr"], one["server_name"], one["http_host"]) == ("127.0.0.1", "shop", "shop.example")
    assert (one["path"], one.get("http_referer")) == ("/zz", referer)


@pytest.mark.parametrize(
    "line",
    [
        f'open() "/x{FORGED}", referrer: "" failed (2: No such file){TRUE}',
        f'open() "/zz" failed (2: No such file){TRUE}, referrer: "http://r/{FORGED}"',
        'open() "/x' + (FORGED + '", referrer: "').ljust(2047 - len(NGINX) - 9, "x"),
    ],
)
def test_what_a_client_may_have_said_as_nginx_does_is_left_out(line: str) -> None:
    """Nobody can tell then; nginx cuts its lines at 2 KiB, so that its own words may be missing."""
    (one,) = records("nginx", NGINX + line)
    assert one["pid"] == 7
    assert not {"remote_addr", "server_name", "http_host", "method", "upstream"} & one.keys()


def test_what_nginx_says_without_a_request_and_in_a_line_that_it_cut() -> None:
    """Of a stream, a login, a connection; of what is cut, what is whole."""
    stream = 'connect() failed, client: ::1, server: 0.0.0.0:1, upstream: "10.0.0.1:2", bytes from/to client:0/0'
    login = 'client logged in, client: ::1, server: 0.0.0.0:1, login: "a"'
    long = f'client sent too long URI, client: ::1, server: 0.0.0.0:1, request: "GET /{"a" * 2047}'
    for line in (
        stream,
        login,
        "client closed connection, client: ::1, server: 0.0.0.0:1",
        (NGINX + long)[len(NGINX) : 2047],
    ):
        (one,) = records("nginx", NGINX + line)
        assert (one["remote_addr"], one["server_name"]) == ("::1", "0.0.0.0:1")
        assert one.get("upstream") == ("10.0.0.1:2" if line == stream else None)
        assert "request" not in one


@pytest.mark.parametrize(
    "before",
    ["", "(13)Permission denied: ", "mod_authz_core.c(843): ", "core.c(1): (EAI 2)Name or service not known: "],
)
def test_apache_has_its_client_behind_an_error_and_a_place(before: str) -> None:
    """As its default format has them."""
    head = "[Mon Nov 30 22:03:23.131231 2026] [core:error] [pid 1:tid 2] "
    (one,) = records("apache", f"{head}{before}[client ::1:50432] AH00132: file permissions deny access")
    assert (one["remote_addr"], one["remote_port"], one["module"]) == ("::1", 50432, "core")
    (other,) = records("apache", f"{head}AH00132: (13)x: y [client 6.6.6.6:1] z")
    assert "remote_addr" not in other


@pytest.mark.parametrize(
    ("written", "user"),
    [("\\x22x [1/2] y\\x22", '"x [1/2] y"'), ("a [b", "a [b"), ("ann b", "ann b"), ('""', None), ("-", None)],
)
def test_any_user_of_an_access_line(written: str, user: str | None) -> None:
    """With brackets, too: the time is what is behind it. Apache writes an empty one in quotes."""
    line = f'127.0.0.1 - {written} [30/Nov/2026:22:02:35 +0000] "GET /auth HTTP/1.1" 401 179 "-" "-"'
    for parse in ("nginx", "apache"):
        (one,) = records(parse, line)
        assert (one.get("remote_user"), one["status"], one["path"]) == (user, 401, "/auth")
        assert one["@timestamp"] == "2026-11-30T22:02:35Z"


@pytest.mark.parametrize(
    ("request_line", "method"),
    [
        ("M-SEARCH * HTTP/1.1", "M-SEARCH"),
        ("ODD-M /a HTTP/1.1", "ODD-M"),
        ("get / HTTP/1.1", "get"),
        ("GET /", "GET"),
        ("hello world", None),
        ("GET /a b HTTP/1.1", None),
    ],
)
def test_a_method_is_any_token(request_line: str, method: str | None) -> None:
    """Two words alone are a request only in capitals."""
    (one,) = records("nginx", f'::1 - - [30/Nov/2026:22:02:35 +0000] "{request_line}" 400 1 "-" "-"')
    assert one.get("method") == method
    assert one.get("request") == (None if method else request_line)


def test_uvicorn_behind_a_socket_and_with_quotes_in_a_request() -> None:
    """It knows no client there, and escapes nothing."""
    one, two = records(
        "uvicorn",
        'INFO:      - "GET /404 HTTP/1.1" 404 Not Found',
        'INFO:     ::1:35408 - "GET /599?a="b" HTTP/1.1" 599',
    )
    assert (one["method"], one["path"], one["status"]) == ("GET", "/404", 404)
    assert "remote_addr" not in one
    assert (two["remote_addr"], two["path"], two["status"]) == ("::1", '/599?a="b"', 599)


def test_uvicorn_lines_give_request_and_level() -> None:
    """A request's fields; of any other line, the level."""
    line = 'INFO:     127.0.0.1:56198 - "GET /x?y=1 HTTP/1.1" 200 OK'
    one, other = records("uvicorn", line, "\x1b[32mINFO\x1b[0m:     Application startup complete.")
    assert one == {
        "@timestamp": READ_TIME,
        "remote_addr": "127.0.0.1",
        "remote_port": 56198,
        "status": 200,
        "method": "GET",
        "path": "/x?y=1",
        "protocol": "HTTP/1.1",
        "level": "INFO",
        "message": line,
    }
    assert other["level"] == "INFO"


def test_cri_is_unwrapped() -> None:
    """JSON within becomes the record, whose own time counts; else the runtime's does. Text keeps its own level."""
    one, two, three = records(
        "cri",
        CRI + ' stdout F {"time":"2026-11-27T09:00:00Z","stream":"mine","a":1}',
        CRI + ' stderr F {"a":1}',
        CRI + " stderr F " + TEXT,
    )
    assert one == {
        "@timestamp": "2026-11-27T09:00:00Z",
        "overridden.stream": "stdout",
        "logtag": "F",
        "time": "2026-11-27T09:00:00Z",
        "stream": "mine",
        "a": 1,
    }
    assert two == {"@timestamp": CRI, "stream": "stderr", "logtag": "F", "a": 1}
    assert three == {"@timestamp": CRI, "stream": "stderr", "logtag": "F", "level": "WARNING", "message": TEXT}


def test_docker_is_unwrapped() -> None:
    """As CRI is; labels stay, the newline goes."""
    one, two, three = records("docker", log('{"a":1}\n', attrs={"tag": "x"}), log(TEXT + "\n"), log("\n"))
    assert one == {"@timestamp": CRI, "stream": "stdout", "attrs": {"tag": "x"}, "a": 1}
    assert two == {"@timestamp": CRI, "stream": "stdout", "level": "WARNING", "message": TEXT}
    assert three == {"@timestamp": CRI, "stream": "stdout", "message": ""}


@pytest.mark.parametrize("parse", ["cri", "docker"])
def test_parts_of_a_line_are_one_record(parse: str) -> None:
    """It has the offset and the time of its first part."""
    parts = ['{"a":"', "b", 'c"}']
    if parse == "cri":
        lines = [f"{CRI} stdout {'PPF'[at]} {part}" for at, part in enumerate(parts)]
    else:
        lines = [log(part + "\n" * (at == 2)) for at, part in enumerate(parts)]
    size = sum(len(line) + 1 for line in lines)
    whole = replace(block([*lines, lines[0]]), joins=((1000, 1000 + size),))
    encoder = BlockEncoder(Enrichment({}, parse=parse), Lines())
    one, two = map(json.loads, encoder.encode(whole).body.splitlines())
    assert (one["a"], one["@timestamp"]) == ("bc", CRI)
    assert two["message"] == parts[0]
    first, second = encoder.records(whole)
    assert (first.start, second.end) == (1000, whole.end)
    assert json.loads(encoder.encode(first).body)["a"] == "bc"


def test_whether_a_line_goes_on_is_told_of_the_line_alone() -> None:
    """What is no line of the runtime's never does."""
    cri, docker = open_parser("cri"), open_parser("docker")
    assert cri
    assert cri.unwrap
    assert docker
    assert docker.unwrap
    for line, goes_on in [(" stdout P x", True), (" stdout P:T x", True), (" stdout F x", False)]:
        assert cri.unwrap((CRI + line).encode()) == ("stdout", b"x", goes_on)
    assert cri.unwrap((CRI + " P").encode()) is None
    assert docker.unwrap(log("x").encode()) == ("stdout", b"x", True)
    assert docker.unwrap(log("x\\n").encode()) == ("stdout", b"x\\n", True)
    assert docker.unwrap(log("x\n").encode()) == ("stdout", b"x", False)
    assert docker.unwrap(b'{"log":"x"}') is None


def test_json_in_a_field_becomes_the_record() -> None:
    """Beside the others; of a name that both have, the outer makes way."""
    line = json.dumps(
        {"host": "h", "level": "info", "log": '{"level":"error","n":1.10}', "time": "2026-11-27T10:00:00Z"}
    )
    (one,) = records("json_in:log", line)
    assert one == {
        "@timestamp": "2026-11-27T10:00:00Z",
        "host": "h",
        "overridden.level": "info",
        "time": "2026-11-27T10:00:00Z",
        "level": "error",
        "n": 1.10,
    }
    found = encoded("json_in:log", ['{"log":"text"}', '{"a":1}', TEXT, line])
    assert (found.tally.parsed, found.tally.unparsed, found.records) == (1, 3, 4)


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ('{"x":{"y":"{\\"n\\":1}"},"b":2}', {"b": 2}),
        ('{"x":{"a":1.50,"y":"{\\"n\\":1}","c":[1]},"b":2}', {"x": {"a": 1.5, "c": [1]}, "b": 2}),
        ('{"x.y":"{\\"n\\":1}","x":{"y":"{}"}}', {"x": {"y": "{}"}}),
        ('{"x":{"z":3}, "x.y" : "{\\"n\\":1}"}', {"x": {"z": 3}}),
        ('{"x":{"y":"{\\"n\\":1,\\"x\\":5}","z":3}}', {"overridden.x": {"z": 3}, "x": 5}),
    ],
)
def test_json_in_a_field_within_another_becomes_the_record(line: str, others: dict[str, Any]) -> None:
    """By a dotted path, of which the longest name that is there counts, as everywhere; what is beside it stays."""
    (one,) = records("json_in:x.y", line)
    assert one == {"@timestamp": READ_TIME, "n": 1, **others}


def test_json_in_a_field_deep_within_others_becomes_the_record() -> None:
    """Objects in which nothing is left go with it."""
    inner = json.dumps({"n": 1})
    assert records(
        "json_in:a.b.c", json.dumps({"a": {"b": {"c": inner}}}), json.dumps({"a.b": {"c": inner, "d": 2}})
    ) == [
        {"@timestamp": READ_TIME, "n": 1},
        {"@timestamp": READ_TIME, "n": 1, "a.b": {"d": 2}},
    ]
    (one,) = records("json_in:x.y", '{"x":{"loss":NaN,"y":"{\\"a\\":Infinity}"},"z":NaN}')
    assert one == {"@timestamp": READ_TIME, "x": {"loss": None}, "z": None, "a": None}
    line = '{"a":{"b":1},"x":"{}"}'
    assert encoded("json_in:a.b.c", [line, '{"a":{"b":{"c":1}}}', '{"a.b":{"c":"text"}}']).tally.unparsed == 3


@pytest.mark.parametrize("newline", ["", "\n  "])
@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1", ""])
@pytest.mark.parametrize("parse", ["cri", "docker", "json_in:log"])
def test_object_within_is_mended_and_written_on_one_line(parse: str, value: str, newline: str) -> None:
    """As it is where nothing is around it: seven Python loggers in a container write NaN, and some for people to read.

    A record with a newline in it is two lines to a store.
    """
    inner = f'{{{newline}"level": "error",{newline}"loss": {value}}}'
    cri = [f"{CRI} stdout {'F' if part[-1] == '}' else 'P'} {part}" for part in inner.split("\n")]
    lines = {"cri": cri, "docker": [log(inner + "\n")], "json_in:log": [json.dumps({"log": inner, "no": 7})]}[parse]
    joins = ((1000, 1000 + sum(len(line) + 1 for line in lines)),) if len(lines) > 1 else ()
    found = BlockEncoder(Enrichment({}, parse=parse), Lines()).encode(block(lines, joins=joins))
    (one,) = [json.loads(line) for line in found.body.splitlines()]
    assert (one["level"], one["loss"]) == ("error", 1 if value == "1" else None)
    what = {"1": "", "": "empty_value"}.get(value, "nan")
    assert found.tally.repaired == (((what, 1),) if what else ())


def test_object_that_has_a_wrong_number_beside_the_text_is_mended() -> None:
    """Both are one record."""
    (one,) = records("json_in:log", '{"loss":NaN,"log":"{\\"a\\":Infinity}"}')
    assert (one["loss"], one["a"]) == (None, None)


def test_expression_gives_its_named_groups() -> None:
    """Time and level are those of the groups that are named so, else of the line's head."""
    (one,) = records(r"regex:^(?P<level>\w+) (?P<user>\w+)(?P<no>x)? (?P<message>.*)", "error bob did it")
    assert one == {"@timestamp": READ_TIME, "level": "error", "user": "bob", "message": "did it"}
    (two,) = records(r"regex:app\.(?P<part>\w+)", TEXT)
    assert two == {"@timestamp": "2026-11-27T10:00:00.123Z", "part": "db", "level": "WARNING", "message": TEXT}


def test_line_that_does_not_match_stays_what_it_is_and_is_counted() -> None:
    """With the time and the level that it begins with; a JSON line is a record already, and is not counted."""
    found = encoded("nginx", [TEXT, ACCESS, '{"a":1}', "a message"])
    assert (found.tally.parsed, found.tally.unparsed, found.records) == (1, 2, 4)
    assert records("nginx", TEXT) == [{"@timestamp": "2026-11-27T10:00:00.123Z", "level": "WARNING", "message": TEXT}]


def test_field_that_clashes_with_ours_makes_way() -> None:
    """As in any record."""
    (one,) = records("logfmt", "service.name=app msg=x", fields={"service.name": "s"})
    assert (one["service.name"], one["overridden.service.name"]) == ("s", "app")


def test_bad_utf8_within_is_replaced_and_counted() -> None:
    """Once."""
    found = encoded("cri", [CRI + " stdout F a \udcff message"])
    assert (json.loads(found.body)["message"], found.tally.decode_errors) == ("a \ufffd message", 1)


@pytest.mark.parametrize(("flags", "line"), [(("truncated",), log("x\n")), (("continuation",), log("x\n")[1:])])
def test_line_that_was_cut_is_not_parsed(flags: tuple[str, ...], line: str) -> None:
    """It is no whole line of its form."""
    found = encoded("docker", [line], flags=flags)
    assert (json.loads(found.body)["message"], found.tally.parsed) == (line, 0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "json",
            "is no way to parse; there are auto, off, logfmt, cri, docker, nginx, apache, uvicorn, json_in:<field>",
        ),
        ("cri:x", "cri takes nothing behind it"),
        (r"regex:^(?P<a>x)|[(?<a>]\((?<a>y)", "names two groups 'a', and only the first would be a field"),
        ("json_in:log,msg", "names several fields; write one: json_in:log"),
        ("json_in:a..b", "has a name that is empty; write json_in:a.b"),
        ("json_in:.a", "has a name that is empty; write json_in:a.b"),
        ("json_in:", "does not say which field; write for example json_in:log"),
        ("regex", "does not say by which expression; write for example regex:"),
        ("regex:(a", "the '(' at character 1 is not closed; write \\( for the character; write for example regex:"),
        ("regex:a(?=b)", "'(?=' at character 2: there is no look-around"),
        ("regex:a+", "names no group, so that it gives no field; write for example regex:"),
    ],
)
def test_what_is_no_parser_says_what_to_write(text: str, why: str) -> None:
    """With the place in an expression, and an example."""
    with pytest.raises(ValueError, match=re.escape(why)):
        open_parser(text)


LINES = [
    *[TEXT, ACCESS, "a=1 b=2", "INFO:     hello", log("x\n"), log("x"), log('{"a":"@timestamp"}\n'), log('{"a":'), ""],
    *[
        f"{CRI} stdout F x",
        f"{CRI} stdout P x",
        f"{CRI} stderr P {{",
        f"{CRI} stdout F }}",
        '{"log":"{\\"a\\":1}"}',
        "{}",
    ],
    *[
        '{"log":{"a":"{}","b":1}}',
        '{"log":{"a":" {\\"log\\":1}"}}',
        '{"log.a":"{\\"level\\":\\"info\\"}","log":{"a":1}}',
    ],
    *['{"log":" { } ","log.file.name":1}', "{ no", "\udcff", f"{CRI} stdout F \udcff", '{"log":"{\\"time\\":0}"}'],
]
PARSE = [
    "logfmt",
    "cri",
    "docker",
    "nginx",
    "apache",
    "uvicorn",
    "json_in:log",
    "json_in:log.a",
    r"regex:(?P<log>\w)(?P<b>=)?",
]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(LINES), max_size=20), st.sampled_from(PARSE))
def test_block_comes_to_what_its_records_come_to(lines: list[str], parse: str) -> None:
    """Each record encoded by itself gives the bytes that it has in the block; all counts add up; no name is twice."""
    encoder = BlockEncoder(Enrichment({"service.name": "s"}, parse=parse), Lines())
    whole = encoder.encode(block(lines))
    each = [encoder.encode(one) for one in encoder.records(block(lines))]
    assert whole.body == b"".join(one.body for one in each)
    assert [one.records for one in each] == [1] * whole.records
    for count in ("bad_times", "parsed", "unparsed", "decode_errors", "overridden"):
        assert getattr(whole.tally, count) == sum(getattr(one.tally, count) for one in each)
    for line in whole.body.splitlines():
        names = json.loads(line, object_pairs_hook=lambda pairs: [name for name, _ in pairs])
        assert len(set(names)) == len(names)


def test_of_a_level_that_logfmt_has_twice_the_first_that_can_be_read_counts() -> None:
    """As in JSON; of a time, too, and what makes way is kept."""
    found = parse_logfmt(b"level=INFO msg=x level=high time=2026-11-27T10:00:00Z time=noon n=1 n=2")
    assert found
    assert dict(found.fields) == {
        "level": b'"INFO"',
        "overridden.level": b'"high"',
        "msg": b'"x"',
        "n": b'"2"',
        "overridden.n": b'"1"',
        "time": b'"2026-11-27T10:00:00Z"',
        "overridden.time": b'"noon"',
    }
    later = parse_logfmt(b"level=high level=INFO")
    assert later
    assert dict(later.fields)["level"] == b'"INFO"'
