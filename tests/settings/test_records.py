import pytest

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.layouts import Lines
from logship.settings.resolved import enrichment_of
from tests.settings.test_loading import faults, load


def test_settings_of_times_and_levels_reach_the_records() -> None:
    """Lists by commas; what is between two formats may be told by a JSON list."""
    config = load(
        TIMESTAMP_FIELDS="app.at,ts",
        TIMESTAMP_FORMAT="%d.%m.%Y %H:%M:%S,%f, %d.%m. %H:%M",
        LEVEL_FIELDS="app.sev",
        LEVEL_SCALE="Syslog",
    ).config
    enrichment = enrichment_of(config)
    assert enrichment.timestamp_fields == ("app.at", "ts")
    assert enrichment.timestamp_formats == ("%d.%m.%Y %H:%M:%S,%f", "%d.%m. %H:%M")
    assert (enrichment.level_fields, enrichment.level_scale) == (("app.sev",), "syslog")
    assert enrichment_of(load(TIMESTAMP_FORMAT='["%d %b %Y, %H:%M"]').config).timestamp_formats == ("%d %b %Y, %H:%M",)


@pytest.mark.parametrize(("parse", "fields"), [("auto", ("app.sev",)), ("cri", ("app.sev", "level"))])
def test_what_parse_reads_from_a_text_is_a_level_whatever_others_are_called(
    parse: str, fields: tuple[str, ...]
) -> None:
    """``level>=warning`` left out a container's warnings in text where ``LEVEL_FIELDS`` named what its JSON has."""
    enrichment = enrichment_of(load(PARSE=parse, LEVEL_FIELDS="app.sev").config)
    assert enrichment.level_fields == fields
    head = b"2026-11-30T15:00:00.1Z stdout F " if parse == "cri" else b""
    data = head + b"2026-11-30 15:00:00,123 WARNING app: x\n" + head + b'{"app":{"sev":"error"},"level":7}\n'
    block = Block(FileId("F" * 22), "app.log", 0, len(data), data, 10**18, 0.0)
    assert len(BlockEncoder(enrichment, Lines(), when="level>=warning").encode(block).body.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (
            "TIMESTAMP_FORMAT",
            "%H:%M",
            "\"%H:%M\" has '%H:%M', which does not tell day, hour and minute; write for example %d.%m.%Y %H:%M:%S",
        ),
        ("TIMESTAMP_FIELDS", "a..b,ts", "'a..b' has a name that is empty; write a.b"),
        ("LEVEL_FIELDS", "app.*", "'app.*' has a *, which stands for nothing here; write the name"),
        ("MESSAGE_FIELDS", "text.", "'text.' has a name that is empty; write a.b"),
        ("LEVEL_SCALE", "log", '"log" is not one of auto, python, pino, syslog, monolog, otel'),
    ],
)
def test_what_cannot_work_ends_the_start(name: str, text: str, why: str) -> None:
    """With the place in it, and what to write."""
    assert faults(**{name: text}) == [f"LOGSHIP_{name}: {why}"]
