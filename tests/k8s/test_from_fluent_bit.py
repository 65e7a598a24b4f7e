"""k8s/FROM-FLUENT-BIT.md: every name on it exists, on both sides; fluent_bit.json has those of Fluent Bit's manual."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from logship.commands.settings import every_option
from logship.convert.conversion import convert
from logship.convert.filters import CONVERTERS
from logship.convert.outputs import MAKERS
from logship.convert.page import OPTIONS, PAGE_MARKS, PLUGINS
from logship.convert.rows import RULES, Row
from logship.convert.rows import tables as rows_of
from logship.convert.sections import Configuration, Place, Property, Section
from logship.convert.sheet import Kind, Sheet
from logship.metrics import Metrics

PAGE = Path(__file__).parents[2] / "k8s" / "FROM-FLUENT-BIT.md"
THEIRS: dict[str, list[str]] = json.loads(Path(__file__).with_name("fluent_bit.json").read_text())
ELSEWHERE = {"multiline.parser", "retry_limit", "storage.total_limit_size", "storage.type", "tls"}
"""Options that the manual has in the text of other pages than its tables."""


def tables() -> dict[str, list[tuple[set[str], set[str]]]]:
    """Give (Fluent Bit's names, ours) of each row, by the heading that the table is under."""
    found = {}
    for section in PAGE.read_text().split("\n## ")[1:]:
        rows = re.findall(r"^\| ([^|]*) \| ([^|]*) \|", section, re.MULTILINE)
        names = [(set(re.findall("`([^`]+)`", theirs)), set(re.findall("`([^`]+)`", ours))) for theirs, ours in rows]
        found[section.partition("\n")[0]] = [row for row in names if row != (set(), set())]
    return found


def documents(name: str) -> list[Any]:
    """Give the YAML documents of one of the two pods."""
    found = re.search(rf"<!-- pod: {name} -->\n```yaml\n(.*?)\n```", PAGE.read_text(), re.DOTALL)
    assert found
    return list(yaml.safe_load_all(found[1]))


@pytest.mark.parametrize(
    ("heading", "plugin"),
    [
        *[("The `tail` input", "tail"), ("The `es` output", "es"), ("The `http` output", "http")],
        ("The `stdout` output", "stdout"),
    ],
)
def test_the_tables_have_every_option_of_the_plugin(heading: str, plugin: str) -> None:
    """And none that its manual does not have."""
    named = [name for theirs, _ in tables()[heading] for name in theirs]
    assert len(set(named)) == len(named)
    assert set(named) - ELSEWHERE == set(THEIRS[plugin])


def test_every_option_of_the_service_is_there() -> None:
    """Its own options, those of TLS, and those of every output; none that the manual does not have."""
    named = {name for theirs, _ in tables()["Every output, and the service"] for name in theirs}
    assert named - ELSEWHERE == {*THEIRS["service"], *THEIRS["tls"]} - ELSEWHERE


def test_every_setting_on_the_page_is_one() -> None:
    """In the text, in the tables and in the pod."""
    settings = {name for option in every_option() for name in (option.variable, option.secret_file) if name}
    text = PAGE.read_text().replace("LOGSHIP_<SINK>_WHEN", "")
    named = set(re.findall(r"\bLOGSHIP_\w+", text))
    assert len(named) > 40
    assert named - settings == set()
    assert set(re.findall(r"`(logship_elasticsearch_\w+)`", text)) <= {name.lower() for name in settings}


def test_every_setting_has_its_row_or_is_logships_alone() -> None:
    """A sink's settings and those of the tail, beside what Fluent Bit has."""
    named = {name for rows in tables().values() for _, ours in rows for name in ours}
    sinks = ("ELASTICSEARCH", "HTTP", "STDOUT")
    options = {option.variable for option in every_option() if option.variable.split("_")[1] in sinks}
    left = {name for name in options - named if not name.endswith(("_WHEN", "_HEADERS", "_BEARER_TOKEN"))}
    of_tls = ("_CA_FILE", "_CERT_FILE", "_KEY_FILE", "_INSECURE_SKIP_VERIFY")
    assert {name for name in left if not name.endswith(of_tls)} == set()


def test_every_series_on_the_page_is_one() -> None:
    """Ours with their labels' values, Fluent Bit's as its manual has them."""
    families = list(Metrics(("x",), "1").registry.collect())
    samples = {sample.name for family in families for sample in family.samples}
    samples |= {family.name for family in families if family.type == "histogram"}
    values = {(s.name, *label) for family in families for s in family.samples for label in s.labels.items()}
    rows = tables()["Metrics"]
    ours = {name for _, names in rows for name in names}
    for name in ours:
        bare, _, label = name.partition("{")
        assert bare in samples, name
        if label:
            key, _, value = label.rstrip("}").partition("=")
            assert (bare, key, value.strip('"')) in values, name
    theirs = {name for names, _ in rows for name in names}
    assert theirs <= set(THEIRS["metrics"])
    assert len(theirs) > 20
    assert set(re.findall(r"`(logship_(?:input|sink|buffer)_[a-z_]+)", PAGE.read_text())) <= samples


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("version", ["1.29", "1.31"])
def test_both_pods_are_what_kubernetes_takes(name: str, version: str) -> None:
    """Strictly: no unknown field."""
    for document in documents(name):
        kubernetes_validate.validate(document, version, strict=True)


def test_the_pod_before_uses_options_that_fluent_bit_has() -> None:
    """In its configuration, which is YAML, too."""
    config, _ = documents("before")
    pipeline = yaml.safe_load(config["data"]["fluent-bit.yaml"])
    everywhere = {"name", "match", *ELSEWHERE, *THEIRS["tls"]}
    assert set(pipeline["service"]) <= set(THEIRS["service"])
    (tail,), (output,) = pipeline["pipeline"]["inputs"], pipeline["pipeline"]["outputs"]
    assert set(tail) <= {*THEIRS["tail"], *everywhere}
    assert set(output) <= {*THEIRS["es"], *everywhere}


def test_the_links_lead_somewhere() -> None:
    """Relative to the page."""
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text())
    assert links
    assert all((PAGE.parent / link).exists() for link in links)


@pytest.mark.parametrize("name", PAGE_MARKS)
def test_the_tables_are_what_convert_goes_by(name: str) -> None:
    """``make docs`` writes them again."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", PAGE.read_text(), re.DOTALL)
    assert found, f"the page lacks <!-- {name} -->"
    assert found[1] == PAGE_MARKS[name]()


@pytest.mark.parametrize("heading", PLUGINS)
def test_every_plugin_of_the_manual_is_on_the_page(heading: str) -> None:
    """Whether it is there or not; what is there has code that converts it."""
    rows = rows_of("plugins")[heading]
    named = [name for row in rows for name in row.theirs]
    assert len(set(named)) == len(named)
    assert set(THEIRS[heading]) <= set(named)
    made = {name for row in rows for name in row.theirs if row.rule == "made"}
    code = {
        "inputs": {"tail"},
        "outputs": {*MAKERS, "opensearch", "cloudwatch"},
        "filters": {*CONVERTERS} - {"content_modifier"},
    }
    assert made == code.get(heading, made)
    assert made <= {*CONVERTERS, "regex"} or heading != "processors"


SAMPLES = {"seconds": "7", "size": "3M", "flag": "on", "no_flag": "off", "level": "warn", "on": "on", "off": "off"}
"""By rule: what an option may say; of all others any word."""
RULED = [(heading, row, name) for heading in OPTIONS for row in rows_of("options")[heading] for name in row.theirs]


@cache
def outcome(heading: str) -> tuple[Sheet, dict[str, Place]]:
    """Convert a plugin that has every option of a table; gives the place of each, too."""
    plugin = "http" if heading == "every output" else heading
    first = Place("x", 0)
    tail = Section("input", first, [Property("name", "tail", first), Property("path", "/a", first)])
    kind = {"tail": "input", "service": "service"}.get(plugin, "output")
    section = Section(kind, first, [Property("name", plugin, first)])
    places: dict[str, Place] = {}
    for of, row, name in RULED:
        if of == heading:
            places[name] = Place("x", len(places) + 1)
            section.properties.append(Property(name, SAMPLES.get(row.rule, "word"), places[name]))
    return convert(Configuration([section] if plugin == "tail" else [tail, section])), places


@pytest.mark.parametrize(("heading", "row", "name"), RULED, ids=[f"{heading}: {name}" for heading, _, name in RULED])
def test_convert_does_with_an_option_what_the_page_says(heading: str, row: Row, name: str) -> None:
    """A setting of the row, or its words as the reason why there is none; never silence about what is left out."""
    sheet, places = outcome(heading)
    made = {variable for variable, setting in sheet.settings.items() if setting.place == places[name]}
    told = [each for each in sheet.remarks if each.place == places[name]]
    sink = "http" if heading == "every output" else OPTIONS[heading]
    if row.rule in ("left_out", "not_needed"):
        assert made == set()
        assert [each.kind for each in told] == [Kind.LEFT_OUT if row.rule == "left_out" else Kind.NOT_NEEDED]
        assert told[0].why == row.instead(sink)
    elif row.rule != "made":
        alike = {name for name in row.names(sink) if name in sheet.settings}  # made by another name of the same option
        assert made | alike | {each.what for each in told}
        assert made <= set(row.names(sink))


def test_every_rule_is_one() -> None:
    """In both tables; only what Fluent Bit lacks has none."""
    for file in ("options", "plugins"):
        for row in (row for rows in rows_of(file).values() for row in rows):
            assert row.rule in RULES or not row.theirs
            assert row.rule or not row.theirs
