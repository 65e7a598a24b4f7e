"""Secrets planted in generated records, in every place and form, are in nothing that a sink would send."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logship.delivery.deadletters import Letter, decode_letter, encode_letter
from logship.delivery.hiding import hiding
from logship.model import Block, FileId, Sink
from logship.plugins import load
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.raw_encoding import RawEncoder
from logship.redaction.escapes import unescaped
from logship.redaction.open import open_redaction
from logship.settings.config import Secret
from tests.sinks.plugins import NETWORK

EMAIL, CARD, KEY = "jane.doe@mail.example.org", "4111111111111111", "sk-proj-" + "aB3dE5fG7hJ9kL1mN3pQ" + "rS5tU7vW9x"
HIDDEN = "Zw0-tangerine-Xq"
"""What only a path tells: it looks like nothing."""
FOUND = (EMAIL, CARD, KEY)
ENRICHMENT = Enrichment({"k8s.pod.name": "p-1", "service.name": "s"})
PLACES = (
    "a",
    "message",
    "msg",
    "level",
    "time",
    "trace_id",
    "error.stack",
    "service.name",
    "@timestamp",
    "k8s",
    "tags",
)
BLOCK = Block(FileId("A" * 22), "app.log", 7, 7, b"", 10**18, 0.0, path="/logs/app.log")


@contextlib.contextmanager
def sinks(enrichment: Enrichment, folder: Path) -> Iterator[dict[str, Sink]]:
    """Open every network sink, without a server."""
    secret = Secret(path=str(folder / "secret"))
    (folder / "secret").write_text("k" * 40)

    async def opened() -> dict[str, Sink]:
        found = {}
        for name, plugin in NETWORK.items():
            made = plugin.settings("http://127.0.0.1:9", secret)
            await stack.enter_async_context(plugin.surroundings(secret))
            found[name] = await stack.enter_async_context(load(name).open_sink(made, enrichment))
        return found

    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        try:
            yield runner.run(opened())
        finally:
            runner.run(stack.aclose())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sink]]:
    """Give every sink with redaction of all kinds."""
    redaction = open_redaction(["all"], {}, ["*.token", "user.ssn", "service.name"], ENRICHMENT, tag=True)
    with sinks(replace(ENRICHMENT, redaction=redaction), tmp_path_factory.mktemp("sinks")) as found:
        yield found


def leaks(body: bytes, secrets: Sequence[str]) -> list[str]:
    """Give the secrets that are in a body, however often it has escaped them."""
    forms = [body]
    for _ in range(4):
        forms.append(unescaped(forms[-1]).text)
    return [secret for secret in secrets if any(secret.encode() in form for form in forms)]


escapings = st.sampled_from(["", "u", "U", "/"])


@st.composite
def strings(draw: st.DrawFn, text: str) -> str:
    """Write a text as a JSON string, some of its characters escaped that need not be."""
    how = draw(escapings)
    some = draw(st.sets(st.integers(0, max(0, len(text) - 1)), max_size=4))
    parts = []
    for at, character in enumerate(text):
        plain = json.dumps(character)[1:-1]
        if how in ("u", "U") and at in some:
            plain = f"\\u{ord(character):04x}" if how == "u" else f"\\u{ord(character):04X}"
        parts.append("\\/" if how == "/" and character == "/" else plain)
    return '"' + "".join(parts) + '"'


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Give a text with a secret in it."""
    before = draw(st.sampled_from(["", "mail to ", "x=1, ", "line\n", '"', "\u00fc ", "\\", "see: "]))
    after = draw(st.sampled_from(["", " now", ", y", "\nat f()", '"', " \u00fc", "\t", ")"]))
    return before + draw(st.sampled_from(FOUND)) + after


@st.composite
def values(draw: st.DrawFn, depth: int = 3) -> str:
    """Write a JSON value that has a secret somewhere."""
    kinds = ["string", "string", "json", "number"] + (["object", "array", "key", "token"] if depth else [])
    match draw(st.sampled_from(kinds)):
        case "string":
            found = draw(strings(draw(texts())))
        case "json":
            found = draw(strings("{" + f'"a":{draw(strings(draw(texts())))}' + "}"))
        case "number":
            found = CARD
        case "array":
            found = f"[1, {draw(values(depth - 1))}, null]"
        case "object":
            found = f'{{"b":true,"c": {draw(values(depth - 1))}}}'
        case "key":
            found = "{" + f"{draw(strings(EMAIL))}:1.50" + "}"
        case _:
            key = draw(strings("token"))
            found = "{" + f"{key}:{draw(st.sampled_from([json.dumps(HIDDEN), json.dumps([HIDDEN])]))}" + "}"
    return found


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Write a line that has a secret: a JSON object, a text, or something in between."""
    if draw(st.booleans()):
        text = draw(texts()).replace("\n", " ")
        head = draw(st.sampled_from(["", "2026-11-22 10:00:00,123 ERROR ", "level=info msg=", "{not json: ", '{"a":"']))
        return (head + text).encode()
    name, value = draw(st.sampled_from(PLACES)), draw(values())
    if name in {"time", "@timestamp"} and value == CARD:  # then it is the event time
        name = "a"
    if name == "trace_id" and json.loads(value) == CARD:  # 16 digits in quotes: then it is one
        name = "a"
    members = [f"{draw(strings(name))}:{value}"]
    members += draw(st.sampled_from([[], ['"level":"info"'], ['"n": 12345678901234567890', '"time":1795341600']]))
    if draw(st.booleans()):
        members.append(f'"user": {{"ssn":{json.dumps(HIDDEN)}, "id": 5}}')
    if draw(st.booleans()):
        members.append(f'"service.name":{json.dumps(HIDDEN)}')
    return ("{" + ", ".join(draw(st.permutations(members))) + "}").encode()


clean = st.sampled_from([b'{"level":"info","msg":"fine","n":1}', b"all is well", b'{"a":{"b":[1,2]}}', b"", b"{}"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(records(), clean), min_size=1, max_size=12), st.booleans())
def test_no_sink_sends_it(made: dict[str, Sink], lines: list[bytes], odd: bool) -> None:  # noqa: FBT001
    """Whatever the layout, whatever is beside it, read as a block or one by one, and among the dead letters, too."""
    data = b"\n".join(lines) + (b"\xff odd\n" if odd else b"\n")
    block = Block(BLOCK.file, BLOCK.name, 7, 7 + len(data), data, 10**18, 0.0, path=BLOCK.path)
    for name, sink in made.items():
        whole = sink.encode(block)
        assert leaks(whole.body, [*FOUND, HIDDEN]) == [], name
        single = [sink.encode(each) for each in sink.records(block)]
        assert sum(each.records for each in single) == whole.records
        assert all(leaks(each.body, [*FOUND, HIDDEN]) == [] for each in single), name
        assert whole.tally.unredactable == ()


@pytest.mark.parametrize("form", ["auto", "text", "raw"])
@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(records(), clean), min_size=1, max_size=6))
def test_no_dead_letter_has_it(form: Literal["auto", "text", "raw"], lines: list[bytes]) -> None:
    """Neither as it is kept nor as it is sent again; nor what was kept before redaction was on, once it is sent."""
    paths = ["*.token", "user.ssn", "service.name"]
    around = replace(ENRICHMENT, format=form)
    redaction = open_redaction(["all"], {}, paths, around, tag=True)
    hide = hiding(redaction)
    assert hide
    around = replace(around, redaction=redaction)
    made = RawEncoder(redaction=redaction) if form == "raw" else BlockEncoder(around, Lines())
    data = b"\n".join(lines) + b"\n"
    for record in made.records(Block(BLOCK.file, EMAIL, 7, 7 + len(data), data, 10**18, 0.0, path=f"/logs/{EMAIL}")):
        for change in (hide, lambda letter: letter):
            letter = change(Letter(record, "mapper", f"can't parse {EMAIL}"))
            written = encode_letter(letter, "http", datetime.now(UTC))
            assert change is not hide or leaks(written, [*FOUND, HIDDEN]) == []
            again = decode_letter(written)
            assert again
            sent = made.encode(again.block)
            assert leaks(sent.body, [*FOUND, HIDDEN]) == []
            assert sent.tally.unredactable == ()


def test_it_would_be_sent_otherwise(tmp_path: Path) -> None:
    """Without redaction each of these is in what every sink sends: the test above can fail."""
    data = f'{{"message":"{EMAIL} {CARD} {KEY}","user":{{"ssn":"{HIDDEN}"}}}}\n'.encode()
    with sinks(ENRICHMENT, tmp_path) as plain:
        for name, sink in plain.items():
            block = Block(BLOCK.file, BLOCK.name, 7, 7 + len(data), data, 10**18, 0.0)
            assert leaks(sink.encode(block).body, [*FOUND, HIDDEN]) == [*FOUND, HIDDEN], name
