"""What a mapping lacks of the docs' template."""

import json
from pathlib import Path
from typing import Any

import pytest

from logship.sinks.elasticsearch.mapping import mapping_faults

TEMPLATE = Path(__file__).parents[2] / "k8s" / "agent-with-elasticsearch" / "index-template.json"
SETTINGS = {"index.mapping.ignore_malformed": "true"}
GOOD = {"date_detection": False, "properties": {"level": {"type": "keyword"}}}


def test_the_template_of_the_docs_has_no_fault() -> None:
    """It is what others are compared with."""
    template = json.loads(TEMPLATE.read_text())["template"]
    assert mapping_faults(template["mappings"], template["settings"]) == []


@pytest.mark.parametrize(
    ("mappings", "settings", "words"),
    [
        (GOOD, SETTINGS, []),
        (GOOD, {"index": {"mapping": {"ignore_malformed": "true"}}}, []),
        (GOOD, {"index": {"mapping": {"ignore_malformed": "false"}}}, ["ignore_malformed"]),
        (GOOD, None, []),
        (GOOD, {}, ["ignore_malformed"]),
        ({**GOOD, "date_detection": True}, SETTINGS, ["date_detection"]),
        ({"properties": GOOD["properties"], "dynamic": "strict"}, SETTINGS, []),
        ({"date_detection": False, "properties": {"level": {"type": "long"}}}, SETTINGS, ["of type long"]),
        ({"date_detection": False, "properties": {"level": {"properties": {}}}}, SETTINGS, ["of type object"]),
        ({"dynamic": "true"}, {}, ["date_detection", "no keyword yet", "ignore_malformed"]),
    ],
)
def test_each_fault_is_told(mappings: dict[str, Any], settings: dict[str, Any] | None, words: list[str]) -> None:
    """By what it would come to; nothing is said of settings that are unknown."""
    faults = mapping_faults(mappings, settings)
    assert len(faults) == len(words)
    assert all(word in fault for word, fault in zip(words, faults, strict=True))
