import pytest

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
