"""What real loggers write, side by side in one data stream of a real OpenSearch with the template of the docs."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.opensearch import TEMPLATE, OpenSearch
from tests.e2e.test_elasticsearch_sink import Shipping, shipping

pytest_plugins = ("tests.e2e.opensearch",)
pytestmark = [pytest.mark.e2e, pytest.mark.opensearch, pytest.mark.timeout(300)]

STREAM = "logs-agent-shapes"
TIME = "2026-11-27T20:31:51.533Z"
LINES = (
    '{"level":30,"time":1795811511533,"pid":1,"hostname":"h","msg":"pino","err":{"type":"Error","stack":"Error: x"}}',
    f'{{"level":"warning","event":"structlog","timestamp":"{TIME}","err":"timed out"}}',
    '{"level":"error","ts":1795811511.5,"msg":"zap","error":"timed out","errorVerbose":"a\\nb"}',
    f'{{"level":"error","time":"{TIME}","message":"zerolog","error":{{"code":5}}}}',
    f'{{"time":"{TIME}","level":"INFO+2","msg":"slog","user":{{"id":7}}}}',
    f'{{"time":"{TIME}","level":"ERROR","msg":"slog","user":"ann"}}',
    '{"timestamp":1795811938321,"level":"WARN","message":"logback","mdc":{"user":"ann"},"throwable":null}',
    f'{{"timestamp":"{TIME}","level":{{"levelInt":20000,"levelStr":"INFO"}},"message":"logback"}}',
    '{"instant":{"epochSecond":1795811511,"nanoOfSecond":5},"level":"INFO","message":{"text":"log4j2"}}',
    '{"instant":"2026-11-27","level":"INFO","message":["a","b"]}',
    f'{{"message":"monolog","context":[],"level":200,"level_name":"INFO","extra":[],"datetime":"{TIME}"}}',
    '{"message":"monolog","context":{"id":"x"},"level":300,"extra":{"ip":"::1"},"datetime":{"date":"2026-11-27"}}',
    '{"version":"1.1","host":"h","short_message":"gelf","timestamp":1795811975.326100445,"level":6,"_id":"x"}',
    '{"host":{"name":"h"},"short_message":"ecs","ecs.version":"1.6.0","level":"info","count":"many","ok":"no"}',
    '{"count":3,"ok":true,"ratio":0.5,"tags":["a"]}',
    '{"count":3.5,"ok":false,"ratio":"n/a","tags":{"a":1}}',
    '{"count":{"a":1},"ok":{"a":1},"day":"2026-11-27"}',
    '{"day":"tomorrow","ratio":NaN,"big":18446744073709551615}',
    '{"big":123456789012345678901234567890,"n":{"big":-99999999999999999999}}',
    '{"level":"info","time":"user","level":"user","time":"2026-11-27T21:07:09Z","n":{"x":1,"x":{"y":1,"y":2}}}',
    '{"n":{"big":1,"x":"text"},"big":1,"n":"text","list":[{"a":1,"a":2}]}',
)


@pytest.fixture
def stream(opensearch: OpenSearch) -> Iterator[str]:
    """Put the template of the docs in place."""
    with opensearch.with_template(STREAM) as stream:
        yield stream


def members(value: Any) -> set[str]:
    """Give every name in a value."""
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("lines", [LINES, LINES[::-1]])
async def test_no_record_of_real_loggers_is_refused(
    opensearch: OpenSearch, stream: str, tmp_path: Path, lines: Sequence[str]
) -> None:
    """Whichever comes first; each is there under its own id, with all its names, and nothing is a dead letter."""
    async with shipping(opensearch, tmp_path, index=stream) as to:
        await to.send(*lines)
        assert (to.total("delivered"), to.dead()) == (len(lines), [])
    found = await asyncio.to_thread(opensearch.documents, stream)
    assert len({each["_id"] for each in found}) == len(lines)
    stored = json.dumps(found)
    for name in members([json.loads(line) for line in lines if "NaN" not in line]):
        assert name in stored
    for digits in ("18446744073709551615", "123456789012345678901234567890", "-99999999999999999999"):
        assert digits in stored


async def test_a_name_that_is_there_twice(opensearch: OpenSearch, stream: str, tmp_path: Path) -> None:
    """The last stays, of times and levels the first that can be read; the others are kept under another name."""
    async with shipping(opensearch, tmp_path, index=stream) as to:
        await to.send(LINES[19])
    (found,) = await asyncio.to_thread(opensearch.documents, stream)
    assert (found["level"], found["time"], found["n"]) == ("info", "2026-11-27T21:07:09Z", {"x": {"y": 2}})
    assert (found["overridden.level"], found["overridden.time"]) == ("user", "user")
    assert (found["overridden.n.x.y"], found["overridden.overridden.n.x"]) == (1, "1")


async def test_check_compares_the_mapping(opensearch: OpenSearch, stream: str, tmp_path: Path) -> None:
    """Before the first record that of the template, then that of the index; nothing is said of the docs' template."""
    old = json.loads(TEMPLATE.read_text())
    old["template"] = {"mappings": {"properties": {"@timestamp": {"type": "date_nanos"}}}}

    async def found(to: Shipping) -> list[str]:
        return [each.message for each in await to.sink.preflight(send=False) if "mapping" in each.subject]

    async with shipping(opensearch, tmp_path, index=stream) as to:
        assert await found(to) == []
        opensearch.ask("PUT", "/_index_template/logs-agent", old)
        [message] = await found(to)
        assert "before the first record" in message
        await to.send('{"level":30}')
        [message] = await found(to)
        for words in ("date_detection", "level is of type long", "ignore_malformed", "_rollover"):
            assert words in message
        opensearch.put_template()
        opensearch.ask("POST", f"/{stream}/_rollover")
        assert await found(to) == []
