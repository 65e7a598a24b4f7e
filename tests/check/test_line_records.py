import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.check import line_records
from logship.check.line_records import Lines, Told
from logship.model import Tally
from logship.plugins import load, names
from logship.records.enrichment import Enrichment
from logship.settings.config import Config, Secret
from logship.settings.resolved import enrichment_of
from tests.check.samples import resolved, sample, told
from tests.records.test_loggers import LINES
from tests.sinks.plugins import LOCAL, NETWORK

FILE_TIME = "2026-11-30T00:53:20.000000000Z"
TEXT = (
    '{"time":"2026-11-27T09:30:00Z","level":"error","msg":"x","trace_id":"0af7651916cd43dd8448eb211c80319c"}\n'
    "2026-11-27 09:30:01,000 ERROR app: it broke\nTraceback (most recent call last):\n  File x\nValueError: y\n\n"
    '{"level":"debug","n":NaN}\n'
)


@pytest.mark.parametrize("name", LINES)
def test_real_loggers_lines_have_their_time_and_level(name: str) -> None:
    """As the encoders find them; and where each is, is named."""
    line, stamp, severity = LINES[name]
    (found,) = told(line + "\n")
    assert (found.first, found.last) == (1, 1)
    assert (found.time, found.severity) == (stamp or found.time, severity)
    own = found.time_from.startswith('"') or found.time_from in {
        "the form of its logger's records",
        "the head of its text",
    }
    assert own == bool(stamp), found.time_from
    assert bool(found.level_from) == bool(severity)
    assert json.loads(found.sinks["stdout"])["@timestamp"] == found.time


def settings_of(name: str, secret: Secret) -> Any:
    """Give a sink's settings, without a store."""
    return load(name).Settings(**LOCAL[name]) if name in LOCAL else NETWORK[name].settings("http://127.0.0.1:1", secret)


@pytest.mark.parametrize("name", names())
async def test_each_sink_gets_what_it_would_send(name: str, tmp_path: Path) -> None:
    """Record by record; of Protocol Buffers, the same in JSON. Nothing is opened, and nobody is asked."""
    (tmp_path / "secret").write_text("hunter2")
    secret = Secret(path=f"{tmp_path}/secret")
    settings = settings_of(name, secret)
    lines = Lines(sample(TEXT), resolved({name: settings}, pod_name="shop-1"))
    records = [each.sinks[name] for each in lines.records()]
    assert len(records) == 3
    enrichment, module = enrichment_of(resolved(pod_name="shop-1").config), load(name)
    around = NETWORK[name].surroundings(secret) if name in NETWORK else nullcontext()
    async with around, module.open_sink(settings, enrichment) as sink:
        encode = module.encoder(settings, enrichment).encode if name in {"otlp", "gcl"} else sink.encode
        each = [encode(one).body.decode() for block in lines._blocks for one in sink.records(block)]
    assert [body.rstrip("\n").rstrip(",") for body in each] == records
    assert "it broke" in records[1]
    assert "".join(records).replace("\n", "").isprintable(), "for people to read"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("loki", 'labels {"k8s_pod_name":"shop-1"}'),
        ("otlp", 'resource {"k8s.pod.name":"shop-1"}'),
        ("cloudwatch", "group g, stream s"),
        ("kafka", "topic logs-agent, key by pod"),
        ("elasticsearch", "index logs-agent-default"),
    ],
)
def test_what_all_records_have_in_a_store_is_told(name: str, said: str, tmp_path: Path) -> None:
    """It is in no record by itself."""
    settings = settings_of(name, Secret(path=f"{tmp_path}/none"))
    lines = Lines(sample(TEXT), resolved({name: settings, "stdout": load("stdout").Settings()}, pod_name="shop-1"))
    assert lines.common == {name: said}


def test_several_lines_are_one_record_and_empty_ones_none() -> None:
    """By the numbers of their lines."""
    found = told(TEXT)
    assert [(each.first, each.last) for each in found] == [(1, 1), (2, 5), (7, 7)]
    assert [each.kind for each in found] == ["JSON object", "text, 4 lines as one", "JSON object, mended: nan"]
    assert Lines(sample(TEXT), resolved()).skipped() == {"empty": 1}


def test_an_object_over_several_lines_is_one_of_so_many() -> None:
    """Though it leaves on one."""
    (found,) = told('{\n  "level": "info"\n}\n')
    assert (found.kind, found.last, found.severity) == ("JSON object, 3 lines as one", 3, 9)


def test_a_record_without_time_has_its_files() -> None:
    """Whether there is none, or none that can be read."""
    (none, bad) = told('{"level":"info"}\n{"time":"soon"}\n')
    assert none.time == bad.time
    assert none.time_from == "its file's last write: no time is known"
    assert bad.time_from == "its file's last write: the time that is there can't be read"
    assert (none.level, none.severity, none.level_from) == ("info", 9, '"level"')


def test_places_that_tell_a_time_together_are_both_named() -> None:
    """Log4j writes seconds and nanoseconds apart."""
    (found,) = told('{"instant":{"epochSecond":1795771800,"nanoOfSecond":5},"level":"INFO"}\n')
    assert found.time_from == '"instant.epochSecond" and "instant.nanoOfSecond"'


def test_of_a_name_that_is_there_twice_the_first_that_can_be_read_is_taken() -> None:
    """As encoders do."""
    (found,) = told('{"time":"soon","time":"2026-11-27T09:30:00Z","level":"odd","level":"warn"}\n')
    assert (found.time, found.time_from) == ("2026-11-27T09:30:00Z", '"time"')
    assert found.severity == 13


def test_a_level_that_nobody_knows_is_shown() -> None:
    """By what its application calls it."""
    (found,) = told('{"severity":"odd"}\n')
    assert (found.level, found.severity, found.level_from) == ("odd", 0, "")


def test_fields_that_are_added_left_out_or_renamed_are_named() -> None:
    """By dotted paths; what makes way for ours, too."""
    (found,) = told(
        '{"level":"info","user":{"mail":"x","name":"y"},"log.file.name":"z","a":{"b":1}}\n',
        drop_fields=("user.mail",),
        rename_fields={"a.b": "c"},
        fields={"team": "blue"},
        file_fields=("name", "path", "offset"),
    )
    assert found.added == ("@timestamp", "log.file.name", "log.file.path", "log.offset", "team")
    assert found.gone == ("a.b", "user.mail")
    assert found.new == ("c", "overridden.log.file.name")
    assert found.notes == ("fields of its own made way for ours",)


def test_text_has_no_fields_of_its_own() -> None:
    """Its message and level are no additions, nor left out."""
    (found,) = told("2026-11-27 09:30:00 INFO x\n")
    assert (found.gone, found.new, found.added) == ((), (), ("@timestamp", "log.file.name"))
    (quiet,) = told("x\n")
    assert (quiet.gone, quiet.new) == ((), ())


def test_what_is_odd_is_noted() -> None:
    """Bytes, times to come, flags."""
    (found,) = told(b'{"time":"2027-11-27T09:30:00Z","a":"\xff"}')
    assert found.notes == (
        "log.flags: partial",
        "bytes that are no UTF-8 were replaced",
        "its time is over 5 minutes later than its file's last write",
    )


def test_what_an_encoder_counts_beside_is_shown_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redactions, say, need no word of their own here."""
    monkeypatch.setattr("logship.check.line_records._TOLD", frozenset(), raising=True)
    (found,) = told('{"n":NaN}\n')
    assert "repaired: nan 1" in found.notes
    assert "without level: 1" in found.notes
    assert Tally().repaired == ()


def test_what_must_not_leave_is_not_shown() -> None:
    """Neither in records nor in what is said of them."""
    if "redact" not in Config.__dataclass_fields__:
        pytest.skip("there is no such setting yet")
    lines = '{"time":"a@b.example","level":"a@b.example","msg":"of a@b.example"}\na@b.example\n'
    found = told(lines, explain=True, redact=("email",))
    assert "a@b.example" not in str(found)
    assert "[email]" in found[1].sinks["stdout"]
    assert any("email" in note for note in found[0].notes)


def test_a_line_in_parts_is_shown_as_a_daemon_sends_it() -> None:
    """What a cut went through is in no part, whatever is between them."""
    lines = ("stdout P card 41111111", "stderr F mid word here", "stdout F 11111111 paid", "stderr F other line")
    found = told("".join(f"2026-11-27T10:00:00.1Z {line}\n" for line in lines), parse="cri", redact=("all",))
    said = [json.loads(each.sinks["stdout"])["message"] for each in found]
    assert said == ["card [cut]", "mid word here", "[cut]", "other line"]


def test_our_own_words_go_through_what_redacts() -> None:
    """They quote values; without such, they stay."""
    (found,) = told('{"time":"soon","level":"soon"}\n', explain=True)
    hiding: Any = SimpleNamespace(redaction=SimpleNamespace(text=lambda text: text.replace("soon", "[word]")))
    hidden = line_records._hidden(found, hiding)
    assert hidden.level == "[word]"
    assert "soon" in str(found.why)
    assert "soon" not in str(hidden.why)
    assert line_records._hidden(found, Enrichment({})) == found


def test_a_sink_that_does_not_get_it_says_why() -> None:
    """A condition, a level that is not there, a sample."""
    when = load("stdout").Settings(when="level>=warning")
    found = told('{"level":"info"}\n{"a":1}\n{"level":"error"}\n{"level":"debug"}\n', sinks={"stdout": when})
    assert [dict(each.left_out) for each in found] == [
        {"stdout": "condition"},
        {"stdout": "no_level"},
        {},
        {"stdout": "condition"},
    ]
    assert [bool(each.sinks) for each in found] == [False, False, True, False]
    (sampled,) = told('{"level":"info"}\n', sample={"info": 0.0})
    assert sampled.left_out == {"stdout": "sampled"}
    assert sampled.severity == 9


def test_lines_that_go_out_as_they_are_have_no_facts() -> None:
    """FORMAT=raw."""
    found = told("a\n\nTraceback (most recent call last):\n  File\n", format="raw")
    assert found == [
        Told(n, n, "the line as it is", sinks={"stdout": text})
        for n, text in ((1, "a"), (3, "Traceback (most recent call last):"), (4, "  File"))
    ]


def test_lines_that_are_all_messages_are_text() -> None:
    """FORMAT=text, and a record that was cut: of that its first members are read."""
    (found,) = told('{"level":"info"}\n', format="text")
    assert (found.kind, found.level, found.level_from) == ("text", "", "")
    (cut,) = told('{"level":"warn","time":"2026-11-27T09:30:00Z","x":"' + "y" * 200 + '"}\n', max_line_bytes=100)
    assert (cut.kind, cut.severity, cut.time_from) == ("text", 13, '"time"')


@pytest.mark.parametrize(
    ("parse", "line", "kind", "time_from"),
    [
        (
            "logfmt",
            "time=2026-11-27T09:30:00Z level=warn msg=x",
            "what LOGSHIP_PARSE=logfmt made of the line",
            '"time"',
        ),
        (
            "cri",
            "2026-11-27T09:30:00Z stdout F x",
            "what LOGSHIP_PARSE=cri made of the line",
            "what stands around or at the head of its text",
        ),
        ("nginx", "x", "text", "its file's last write: no time is known"),
    ],
)
def test_what_a_parser_made_is_told(parse: str, line: str, kind: str, time_from: str) -> None:
    """And what it left alone."""
    (found,) = told(line + "\n", parse=parse)
    assert (found.kind, found.time_from) == (kind, time_from)


def test_an_encoder_asks_for_what_its_sink_asks_for() -> None:
    """A sink that can't take raw lines says so here, too."""
    with pytest.raises(Exception, match="LOGSHIP_FORMAT=raw gives no JSON records"):
        load("loki").encoder(load("loki").Settings(url="http://x"), Enrichment({}, "raw"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([line.encode() for line, *_ in LINES.values()]),
            st.sampled_from([b"Traceback (most recent call last):", b"  File x", b"ValueError: y", b"\0\0x", b"{"]),
            st.binary(max_size=40).map(lambda odd: odd.replace(b"\n", b"")),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["auto", "off", "logfmt", "cri", "docker", "nginx", "json_in:msg", "regex:(?P<level>[a-z]+)"]),
    st.sampled_from([{}, {"format": "text"}, {"format": "raw"}, {"max_line_bytes": 64}, {"only_fields": ("msg",)}]),
)
def test_nothing_that_an_application_writes_is_too_odd(lines: list[bytes], parse: str, more: dict[str, Any]) -> None:
    """Every record of an encoder is told of, once and in order, with every reason."""
    text = b"\n".join(lines) + b"\n"
    made = Lines(sample(text), resolved(parse=parse, drop_fields=("a",), **more), explain=True)
    found = [*made.records()]
    encode = load("stdout").encoder(load("stdout").Settings(), enrichment_of(resolved(parse=parse, **more).config))
    assert len(found) == sum(encode.encode(block).records for block in made._blocks)
    assert [each.first for each in found] == sorted(each.first for each in found)
    assert all(each.sinks["stdout"] for each in found)
