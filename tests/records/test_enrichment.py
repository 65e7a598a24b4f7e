import json

import pytest

from logship.model import Block, FileId
from logship.records.enrichment import Clash, Enrichment, to_json


def block(name: str = "app.log", flags: tuple[str, ...] = ()) -> Block:
    """Make an empty block of a file of that name."""
    return Block(FileId("F" * 22), name, 0, 0, b"", 0, 0.0, flags)


def test_fields_come_in_order_with_name_and_flags_last() -> None:
    """Constant fields keep their order and JSON types; each has its comma, ready to be spliced."""
    enrichment = Enrichment({"k8s.pod.name": "p", "weight": 1.5, "labels": {"a": [None, True]}})
    members = enrichment.members(block(flags=("partial", "continuation")))
    assert members.endswith(b",")
    assert list(json.loads(b"{" + members[:-1] + b"}").items()) == [
        ("k8s.pod.name", "p"),
        ("weight", 1.5),
        ("labels", {"a": [None, True]}),
        ("log.file.name", "app.log"),
        ("log.flags", ["partial", "continuation"]),
    ]


def test_a_hostile_file_name_is_only_text() -> None:
    """Quotes, controls and percent signs are escaped, bytes that are no UTF-8 become U+FFFD."""
    members = Enrichment({}).members(block('a"b\n%d\udcff\ud800.log'))
    assert json.loads(b"{" + members[:-1] + b"}") == {"log.file.name": 'a"b\n%d\ufffd\ufffd.log'}
    assert b"\n" not in members


def test_surrogates_within_a_field_are_replaced() -> None:
    """A field from an environment variable that is no UTF-8 can still be sent."""
    assert to_json({"a": ["\udcff"]}) == b'{"a":["\xef\xbf\xbd"]}'


@pytest.mark.parametrize("name", ["@timestamp", "log.file.name", "log.flags"])
def test_fields_of_every_record_can_not_be_set(name: str) -> None:
    """A constant field can't have the name of one that we make for each record."""
    with pytest.raises(ValueError, match=name):
        Enrichment({name: "x"})


@pytest.mark.parametrize(
    ("name", "clash"),
    [
        *[("k8s.pod.name", Clash.OURS), ("@timestamp", Clash.OURS), ("log.flags", Clash.OURS), ("team", Clash.OURS)],
        *[("k8s", Clash.PREFIX), ("k8s.pod", Clash.PREFIX), ("log", Clash.PREFIX), ("overridden", Clash.PREFIX)],
        *[("k8s.pod.uid", None), ("k8", None), ("logger", None), ("service", None), ("message", None)],
    ],
)
def test_names_that_get_in_our_way_are_known(name: str, clash: Clash | None) -> None:
    """A name of ours and every name above one is a clash; others are none of our business."""
    assert Enrichment({"k8s.pod.name": "p", "team": "t"}).clash(name) is clash
