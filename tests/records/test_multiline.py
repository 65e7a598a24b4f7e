"""The samples are what real programs wrote: ``> `` begins a record, ``| `` goes on with it."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logship.records.line_starts import FORMLESS, LEARNED_BYTES, ORDINARY, SENTENCE, Starts, Table
from logship.records.multiline import Multiline, parse_multiline
from logship.records.multiline_rules import FIRST, HEADS, PLAIN, RULES

NUMBERS = ["1795773600 bytes were read", "20261127 100000 bytes", "[main] INFO was there", "WARN [0.5] of it"]
SAMPLES = sorted((Path(__file__).parent / "multiline").glob("*.txt"))
BYTES = 1 << 20


def rule(text: str = "auto", *, max_lines: int = 1000, max_bytes: int = BYTES) -> Multiline:
    """Give the rule of a setting."""
    found = parse_multiline(text, max_lines=max_lines, max_bytes=max_bytes)
    assert found
    return found


def sample(path: Path) -> tuple[list[bytes], list[int]]:
    """Give a sample's lines, and at which of them a record begins."""
    marked = path.read_bytes().split(b"\n")[:-1]
    return [line[2:] for line in marked], [at for at, line in enumerate(marked) if line.startswith(b">")]


def begins(multiline: Multiline, lines: list[bytes]) -> list[int]:
    """Say at which lines a record begins."""
    form, at, found = multiline.learn(b"".join(line + b"\n" for line in lines)), 0, []
    while at < len(lines):
        found.append(at)
        at += multiline.extent(lines, at, form).lines
    return found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_real_programs_lines_are_joined_as_they_were_meant(path: Path) -> None:
    """By the default, without a word about which program it was."""
    lines, expected = sample(path)
    assert begins(rule(), lines) == expected


def test_a_level_that_is_to_the_right_begins_a_record_beside_one_that_fills_its_column() -> None:
    """Gearman's levels have seven columns: what is indented is a head as well."""
    lines = [
        b"WARNING 2026-11-27 10:00:00.123456 [  main ] disk is full",
        b"   INFO 2026-11-27 10:00:00.123456 [  main ] Shutdown complete",
    ]
    assert begins(rule(), lines) == [0, 1]


def test_a_head_in_another_process_stack_trace_is_a_record() -> None:
    """Ray and vLLM mix the lines of processes: whatever was under way, no head loses its time and level to it."""
    told = b"(Agent pid=7) "
    lines = [
        b"2026-11-27 10:00:00,123 INFO worker.py:1 -- started",
        told + b"INFO said",
        told + b"Traceback (most recent call last):",
        told + b'  File "a.py", line 1, in <module>',
        b"(Engine_0 pid=12) ERROR 11-27 10:00:00 [core.py:1] disk is full",
        b"(pid=8, ip=10.0.0.8) [2026-11-27 10:00:00,123 E 8 8] core.cc:1: disk is full",
    ]
    assert begins(rule(), lines) == [0, 1, 4, 5]
    assert begins(rule("java"), lines) == [0, 1, 2, 3, 4, 5]


@given(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=3), st.data())
def test_a_record_that_is_certain_stays_so(paths: list[Path], data: st.DataObject) -> None:
    """Whatever is written behind it: where a file is read up to decides nothing."""
    lines = [line for path in paths for line in sample(path)[0]]
    cut = data.draw(st.integers(1, len(lines)))
    multiline = rule()
    whole = b"".join(line + b"\n" for line in lines)
    form, at = multiline.learn(whole), 0
    while at < cut:
        now, later = multiline.extent(lines[:cut], at, form), multiline.extent(lines, at, form)
        if not now.certain:
            assert later.lines >= now.lines - sum(not line.strip() for line in lines[at:cut])
            break
        assert (now.lines, now.certain) == (later.lines, True)
        at += now.lines


@given(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=2), st.integers(0, 5000))
def test_what_was_learned_stays_learned(paths: list[Path], cut: int) -> None:
    """A form is found in the first bytes, or is not there; more of them change nothing."""
    data = b"".join(line + b"\n" for path in paths for line in sample(path)[0])
    if early := rule().learn(data[:cut]):
        assert rule().learn(data) == early


@pytest.mark.parametrize(
    "head",
    [
        "2026-11-27 10:00:00,123 INFO x",
        "[2026-11-27 10:00:00 +0000] [12] [INFO] Starting gunicorn",
        "[2026-11-27 10:00:00,000: INFO/MainProcess] celery",
        "[2026-11-27T10:00:00.000+0000] {taskinstance.py:1} INFO - airflow",
        "I1127 10:00:00.000000       1 main.go:10] klog",
        "[I 2026-11-27 10:00:00.000 ServerApp] jupyter",
        "[I 261127 10:00:00 web:2271] tornado",
        "INFO 2026-11-27 10:00:00,123 module 12 django",
        "INFO  [2026-11-27 10:00:00,123] org.x: dropwizard",
        "WARN  [main] 2026-11-27 10:00:00,123 File.java:1 - Cassandra",
        "[11/27/26 10:00:00] INFO     Rich                                  app.py:1",
        "2026-11-27T10:00:00.000Z\tINFO\tzap",
        "10:00:00.123 [main] INFO x - logback",
        "[10:00:00 INF] serilog",
        "\x1b[90m10:00AM\x1b[0m \x1b[32mINF\x1b[0m zerolog",
        "[2026-11-27T10:00:00Z INFO  r] env_logger",
        "Nov 27 20:00:00 host app[1]: syslog",
        "[Fri Nov 27 10:00:00.123456 2026] [core:error] apache",
        "27-Nov-2026 10:00:00.123 INFO [main] tomcat",
        "[Nest] 123  - 11/27/2026, 10:00:00 AM     LOG [x] nest",
        "Nov 28, 2026 2:11:47\u202fAM app.Main main",
        "[2026-11-27 10:00:00.123 PM] info: winston",
        "2026-11-27/10:00:00 [WRN] seelog",
        "1795773600123456789 [Critical] seelog",
        "1.7957736001234567e+09\tdpanic\tapp/main.go:7\tzap",
        "1795773600123 WARN app.Main - Log4j 2",
        "20261127T100000,123 WARN app.Main - Log4j 2",
        "[main] 2026-11-27 10:00:00,123 WARN app.Main - Log4j 2",
        "[app] WARN 2026/11/27 10:00:00 jWalterWeatherman",
        "27 Nov 26 15:30 +0530 WRN zerolog",
        "[WARN] 10:00:00 a message",
        "WARN  [10:00:00.123] (app/7): pino-pretty",
        "\x1b[33mWARN\x1b[0m[10:00:00.123] logrus",
        "\x1b[33mWARN\x1b[0m[11-27|10:00:00] log15",
        "ERRO [2026-11-27 10:00:00,123] Python's %(levelname)-.4s",
        "27/Nov/2026:15:30:00 +0530 INFO a message",
        "2026-11-27_10-00-00 [INFO] a message",
        "November 27, 2026 10:00:00 [INFO] a message",
        "Friday, 27 November 2026 10:00:00 [INFO] a message",
        "Friday, November 27, 2026 1:00:00 PM INFO a message",
        "27-Nov-26 10:00:00 - INFO - a message",
        "2026-11-27 10:00.00 [info     ] structlog 20.1",
        "2026-11-27 18:00:00 +08 INFO app.x a message",
        "2026-11-27 10:00:00,123-5576-INFO-a message",
        "INFO:\t\b2026-11-27 10:00:00,123 app.x:4 asgi-correlation-id",
        "\u26a0\ufe0f 2026-11-27T10:00:00.123+00:00 loguru",
        "Fri Nov 27 18:00:00 +08 2026 INFO a message",
        "####<Nov 27, 2026 10:00:00 AM UTC> <Warning> <Server> WebLogic",
        "[2026-11-27][10:00:00][app][WARN] fern",
    ],
)
def test_a_stamped_head_is_learned_from_its_first_line(head: str) -> None:
    """All that follows goes on with it, indented or not, up to the next one."""
    lines = [head.encode(), b"second", b"", b"after an empty line", head.encode(), b'{"a":1}', b"plain"]
    assert begins(rule(), lines) == [0, 4, 5, 6]


@pytest.mark.parametrize(
    "line", ["12:30 lunch", "2026 plans", "10.11.12 10 apples", "WARNING: this", "error: that", *NUMBERS]
)
def test_what_only_looks_like_a_head_is_not_learned(line: str) -> None:
    """Lines that nobody knows are records of their own."""
    assert begins(rule(), [line.encode(), b"second", b"third"]) == [0, 1, 2]


def test_a_head_behind_the_first_64_kib_is_not_learned() -> None:
    """It was never looked at."""
    filler = [b"x" * 99] * 656
    lines = [*filler, b"2026-11-27 10:00:00 late", b"second"]
    assert begins(rule(), lines) == [*range(len(lines))]


def test_a_start_of_the_users_own_is_all_that_counts() -> None:
    """Lines without one go on; those before the first are by themselves, and JSON always is."""
    lines = [b"early", b"BEGIN 1", b"2026-11-27 10:00:00 x", b'{"a":1}', b"alone", b"BEGIN 2", b"", b"y"]
    assert begins(rule("start:^BEGIN"), lines) == [0, 1, 3, 4, 5]


def test_a_start_of_the_users_own_may_be_indented() -> None:
    """As tracing's pretty format is."""
    lines = [b"  2026-11-27T20:00:00Z  INFO one", b"    at src/main.rs:1", b"  2026-11-27T20:00:01Z  INFO two"]
    assert begins(rule(r"start:^  \d{4}-"), lines) == [0, 2]


def test_a_second_that_is_left_blank_begins_a_record() -> None:
    """Rich 15 writes each second once, and text that goes on below the text: an error there is no part of an info."""
    lines = [
        *[b"[11/28/26 21:17:03] INFO     first                          app.py:8"],
        *[b"                    WARNING  of the same second             app.py:8"],
        *[b"                             whose text goes on                     "],
        *[b"                    ERROR    boom                           app.py:9"],
        *[b"                             Traceback (most recent call last):     "],
        *[b'                               File "app.py", line 9, in <module>   '],
        *[b"                             ZeroDivisionError: division by zero    "],
        *[b"                    CRITICAL last                           app.py:9"],
    ]
    assert begins(rule(), lines) == [0, 1, 3, 7]
    assert begins(rule(), [b"2026-11-27 10:00:00,123 INFO x", *lines[1:3]]) == [0], "its seconds are never blank"


TRACE = [b"Traceback (most recent call last):", b'  File "a.py", line 1, in f', b"    g()"]


@pytest.mark.parametrize("head", [b"ERROR:    ", b"ERROR:root:", b"failed: ", b"[ERROR] "])
def test_a_stack_trace_begins_behind_a_head_without_a_stamp(head: bytes) -> None:
    """Uvicorn 0.38 says so where an application does not start, and ``logging.error(format_exc())``."""
    lines = [b"up", head + TRACE[0], *TRACE[1:], b"KeyError: 1", b"", head + b"Application startup failed. Exiting."]
    assert begins(rule(), lines) == [0, 1, 5, 6]


@pytest.mark.parametrize(
    "head",
    [
        *(
            "%(level)s: ",
            "%(level)s ",
            "%(level)s - ",
            "%(level)s | app.db | ",
            "%(level)-8s [app.db] ",
            "[%(level)s] ",
        ),
        *("app.db - %(level)s - ", "app: %(level)s: ", "[app.db] %(level)s: ", "app [%(level)s] ", "app.db %(level)s "),
        *(
            "app:7 - %(level)s - ",
            "MainThread %(level)s: ",
            "app.db      : %(level)-8s ",
            "42 %(level)s ",
            "%(level)s:",
        ),
        *("\x1b[32m%(level)s\x1b[0m: ", "\x1b[90m[Crawler]\x1b[0m \x1b[33m%(level)-5s\x1b[0m ", "%(level)8s "),
    ],
)
def test_a_line_with_a_level_is_no_text_of_an_error_that_another_names(head: str) -> None:
    """It is another event, though a stack trace comes later."""
    said = [("INFO", "up"), ("WARNING", "retry after TimeoutError('slow')"), ("INFO", "job done"), ("ERROR", "failed")]
    lines = [(head % {"level": level}).encode() + text.encode() for level, text in said]
    lines += [*TRACE, b"KeyError: 1", (head % {"level": "INFO"}).encode() + b"end"]
    assert begins(rule(), lines) == [0, 1, 2, 3, 8]
    assert begins(rule(), [b"caught KeyError", *lines[1:]]) == [0, 1, 2, 3, 8]


@pytest.mark.parametrize("trace", [["a.FooException: y", "\tat a.B.c(B.java:7)"], ["    at f (/app/a.js:1:2)"]])
@pytest.mark.parametrize("head", ["INFO: ", "info: ", "[app] INFO "])
def test_so_is_one_of_another_language(head: str, trace: list[str]) -> None:
    """A Java or Node.js program's."""
    error = head.replace("INFO", "ERROR").replace("info", "error")
    lines = [head + "first", head + "retry: java.lang.IllegalStateException: Error", error + "failed", *trace, "last"]
    lines.insert(0, "said")  # where the first two have it, winston's form is learned
    assert begins(rule(), [line.encode() for line in lines]) == [0, 1, 2, 3, len(lines) - 1]


@pytest.mark.parametrize(
    "line", ["Position: 15", "PSQLException: ERROR: no relation", "the WARNING was there", "job ERROR text", "DEBUG=1"]
)
def test_text_in_which_a_level_is_named_goes_on(line: str) -> None:
    """It has no place of its own there."""
    assert begins(rule(), [b"x: Error: boom", line.encode(), b"    at f (/app/a.js:1:2)"]) == [0]


def test_an_error_behind_a_level_belongs_to_it_where_that_is_an_errors() -> None:
    """What ``console.error(error)`` writes behind an information is another event."""
    error = [b"Error: boom", b"    at f (/app/a.js:1:2)", b"ready"]
    assert begins(rule(), [b"up", b"error:   failed: boom", *error]) == [0, 1, 4]
    assert begins(rule(), [b"up", b"ERROR: failed", *error]) == [0, 1, 4]
    assert begins(rule(), [b"up", b"INFO: job done", *error]) == [0, 1, 2, 4]
    assert begins(rule(), [b"up", b"job done", *error]) == [0, 1, 2, 4]


def test_fields_below_a_line_belong_to_it_where_that_has_a_level() -> None:
    """Pino-pretty indents them; what else is indented is lines."""
    fields = [b"    a: 1", b"    b: {", b'      "c": 2', b"    }"]
    assert begins(rule(), [b"WARN: low", *fields, b"WARN: low", *fields]) == [0, 5]
    assert begins(rule(), [b"up", b" WARN: low", *fields, b" INFO: up", b"said", *fields[:1]]) == [0, 1, 6, 7, 8]
    assert begins(rule(), [b"WARN: low", b"    one", b"    two"]) == [0, 1, 2]
    assert begins(rule("java"), [b"WARN: low", *fields[:1]]) == [0, 1]


def test_text_between_an_error_and_its_frames_may_have_empty_lines() -> None:
    """LangChain.js names a page there; where no frames follow, lines are records."""
    text = [b"AuthenticationError: 401", b"", b"Troubleshooting URL: https://docs", b""]
    frame = b"    at f (/app/a.js:1:2)"
    assert begins(rule(), [*text, frame, b"next"]) == [0, 5]
    assert begins(rule(), [*text, b"next"]) == [0, 1, 2, 3, 4]
    assert begins(rule(), [*text[:3], frame, b"next"]) == [0, 1, 2, 4], "it is the frame of what is right before it"
    assert begins(rule(), [*text[:2], b"INFO: up", b"", frame]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "request_line",
    [
        b'INFO:     127.0.0.1:57414 - "GET / HTTP/1.1" 500 Internal Server Error',
        b'127.0.0.1 - - [29/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 500 21 "-" "curl/8"',
    ],
)
def test_nothing_goes_on_with_a_request_that_was_answered(request_line: bytes) -> None:
    """A stack trace printed behind it would be an information, else."""
    lines = [request_line, *TRACE, b"KeyError: 1", request_line, request_line]
    assert begins(rule(), lines) == [0, 1, 5, 6]
    assert begins(rule(), [b"2026-11-29 10:00:00,123 INFO up", *lines]) == [0, 1, 2, 6, 7]


def test_a_start_may_be_a_colour() -> None:
    """What somebody set is looked for in the line as it stands, also behind another record."""
    lines = [b"\x1b[33m  WARN\x1b[0m[0000] two", b"lines", b"\x1b[34m  INFO\x1b[0m[0000] one"]
    assert begins(rule("start:^\\x1b\\["), lines) == [0, 2]


def test_npm_begins_a_record_with_each_error() -> None:
    """``npm error code ELIFECYCLE`` is four words, and a head."""
    assert begins(rule(), [b"2026-11-29 10:00:00,123 INFO up", b"npm error code ELIFECYCLE"]) == [0, 1]


ROWS = [*Starts(RULES).rows, *((form, state) for _, form, state in (*HEADS, *PLAIN, *FIRST))]


@pytest.mark.parametrize("form", sorted({form for form, _ in ROWS}))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_what_is_looked_for_first_is_nothing_else(form: bytes, data: st.DataObject) -> None:
    """Lines of words are tried against nothing more: no row begins so."""
    assert not re.match(ORDINARY, data.draw(st.from_regex(b"^(?:" + form + b")")))


@given(st.from_regex(b"^" + ORDINARY), st.from_regex(b"^" + SENTENCE), st.text())
def test_lines_of_words_are_known_by_no_row(words: bytes, sentence: bytes, more: str) -> None:
    """And behind uvicorn's level they are uvicorn's."""
    table = Table([row for row in ROWS if row[0] != SENTENCE])
    assert not table.row(words + more.encode())
    assert table.word(sentence + more.encode()) == "wp"


def test_what_follows_an_error_is_its_text_only_where_something_says_so() -> None:
    """Else a message that another part of the program wrote would be hidden in a stack trace."""
    trace = [*TRACE, b"ValueError: one"]
    assert begins(rule(), [*trace, b"two", b"{", b'  "a": 1', b"}"]) == [0, 4, 5]
    assert begins(rule(), [*trace, b"two", b"", b"During handling of the above exception, another", b"", *trace]) == [0]
    assert begins(rule(), [*trace, *trace, b"", b"During handling of the above exception, another", *trace]) == [0, 4]
    detail = b"DETAIL:  Key (id)=(1) already exists."
    assert begins(rule(), [*trace, detail, b"up", detail]) == [0, 5, 6], "PostgreSQL itself writes it, too"


@pytest.mark.parametrize(
    "line", ["task: [1, 2]", "future: <b>soon</b>", "handle: {}", "connections: [7]", "task: done"]
)
def test_what_an_application_says_of_a_task_is_its_own_record(line: str) -> None:
    """Only what asyncio and aiohttp write goes on with what is before it."""
    for before in (b"working", b"ERROR:app:failed", b"INFO:     up"):
        assert begins(rule(), [b"on", before, line.encode(), b"after"]) == [0, 1, 2, 3]


def test_languages_without_a_rule_of_their_own_are_known_where_all_are() -> None:
    """And behind a stamp an error that nobody caught goes on with the record before it, as any does."""
    lines = [b"up", b"** (RuntimeError) boom", b"second", b"    a.exs:1: (file)", b"on it goes"]
    assert begins(rule(), lines) == [0, 1, 4]
    assert begins(rule(",".join(RULES)), lines) == [0, 1, 4]
    assert begins(rule("python,java"), lines) == [0, 1, 2, 3, 4]
    assert begins(rule(), [b"2026-11-27 10:00:00,123 INFO up", *lines]) == [0]
    printed = [b"Error in f(1) : bad", b"on it goes", b"Error in f(2) : bad", b"Calls: f -> g", b"Execution halted"]
    assert begins(rule(), printed) == [0, 1, 2]


def test_only_the_rules_named_are_used() -> None:
    """Another language's stack trace is lines."""
    trace = [b"failed", b"Traceback (most recent call last):", b'  File "a.py", line 1', b"KeyError: 1"]
    assert begins(rule("python"), trace) == [0]
    assert begins(rule("java,node"), trace) == [0, 1, 2, 3]


def test_a_record_is_bounded_in_lines_and_bytes() -> None:
    """What is beyond goes on as the same kind of record."""
    lines = [b"2026-11-27 10:00:00 x", *[b"more"] * 9, b"2026-11-27 10:00:01 y"]
    multiline = rule(max_lines=4)
    first = multiline.extent(lines, 0, "stamp")
    assert (first.lines, first.certain, first.state) == (4, True, "s")
    second = multiline.extent(lines, 4, "stamp", first.state)
    assert (second.lines, second.certain, second.state) == (4, True, "s")
    assert multiline.extent(lines, 8, "stamp", "s")[:3] == (2, True, ".")
    assert multiline.extent(lines, 10, "stamp", "s").lines == 0
    assert rule(max_bytes=32).extent(lines, 0, "stamp")[:3] == (3, True, "s")


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.stem.split("-")[0] in RULES], ids=lambda p: p.stem)
def test_a_rule_suffices_for_its_own_programs(path: Path) -> None:
    """And is needed, unless a head with a stamp says it all."""
    lines, expected = sample(path)
    own = path.stem.split("-")[0]
    assert begins(rule(own), lines) == expected
    other = rule("postgres" if own != "postgres" else "python")
    assert other.learn(b"\n".join(lines)) or begins(other, lines) != expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pyton", "names no rule with 'pyton'; did you mean python"),
        ("start:(", r"^has no valid expression: the '\(' at character 1 is not closed.*; write start:\^"),
        ("java,off", "has 'off' beside others; it stands alone"),
        ("auto,java", "has 'auto' beside others; it stands alone"),
        ("java, start:x", "has 'start:x' beside others; it stands alone"),
        ("", "names no rule with ''; write auto"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, words: str) -> None:
    """With what it was, and where."""
    with pytest.raises(ValueError, match=words):
        rule(text)


@pytest.mark.parametrize("text", ["start:x*", "start:^", "start:^(ERROR)?", "start:.*", r"start:\d?$"])
def test_a_start_that_every_line_has_is_refused(text: str) -> None:
    """It would join nothing. One that is found where a line is empty may be meant: records with such a line between."""
    with pytest.raises(ValueError, match=r"^matches the empty text, which is everywhere; write \+ for \*, say: start:"):
        rule(text)
    for meant in ("start:^$", r"start:^\s*$", "start:^[A-Z]*$", "start:."):
        rule(meant)


def test_off_is_no_rule() -> None:
    """Every line is a record."""
    assert parse_multiline("off", max_lines=1, max_bytes=1) is None


def test_a_generation_without_a_form_is_looked_at_once() -> None:
    """That all of its first 64 KiB have none is learned, too; before those are there, nothing is."""
    lines = b"text\n" * LEARNED_BYTES
    assert (rule().learn(lines[: LEARNED_BYTES - 1]), rule().learn(lines)) == ("", FORMLESS)
    assert rule().learn(b"2026-11-27 10:00:00 x\n" + lines) == "stamp|0000-00-00 00:00"
