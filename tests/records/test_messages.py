import json
from typing import Any

import pytest

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Rows, Woven
from logship.records.messages import MessageText


class Showing:
    """Writes records with their texts."""

    def __init__(self, enrichment: Enrichment) -> None:
        self._texts = MessageText(enrichment)
        self.wants = self._texts.wants

    def write(self, rows: Rows) -> Woven:
        """Give a line for each."""
        return self._texts.added(rows, dict(zip(self.wants, rows.wanted, strict=True))).woven([], [b"\n"])


def shown(enrichment: Enrichment, *records: Any) -> list[list[Any]]:
    """Give all values of ``message`` in each record as it is sent."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    data = "".join(line + "\n" for line in lines).encode()
    one = Block(FileId("f" * 22), "a.log", 0, len(data), data, 10**18, 0.0)
    made = BlockEncoder(enrichment, Showing(enrichment))
    whole = made.encode(one)
    assert whole.body == b"".join(made.encode(each).body for each in made.records(one))
    pairs = [json.loads(line, object_pairs_hook=list) for line in whole.body.splitlines()]
    return [[value for name, value in each if name == "message"] for each in pairs]


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"msg": "m"}, ["m"]),
        ({"event": "e", "msg": "m"}, ["m"]),
        ({"msg": {"a": 1}, "event": "e"}, ["e"]),
        ({"record": {"message": "deep"}, "text": "a line\n"}, ["deep"]),
        ({"record.message": "m"}, ["m"]),
        ({"message": "own", "msg": "m"}, ["own"]),
        ({"message": None, "msg": "m"}, [None]),
        ({"n": 1}, []),
        ({}, []),
        ("text", ["text"]),
        ('{"msg": 7, "M" : "x\\u0041"}', ["xA"]),
    ],
)
def test_a_text_is_found_and_no_record_has_two(record: Any, text: list[Any]) -> None:
    """The first that is a text; by itself, and among others."""
    enrichment = Enrichment({})
    assert shown(enrichment, record) == [text]
    assert shown(enrichment, {"msg": "a"}, record, {"message": "b"}) == [["a"], text, ["b"]]


def test_the_names_can_be_chosen() -> None:
    """Below names of ours, too."""
    enrichment = Enrichment({"k8s.pod.name": "p"}, message_fields=("k8s.note",))
    assert shown(enrichment, {"k8s": {"note": "n"}, "msg": "m"}) == [["n"]]
    assert shown(Enrichment({}, message_fields=("message",)), {"msg": "m"}) == [[]]


def test_nothing_is_added_where_the_name_is_taken() -> None:
    """By a field of ours, or by a new name."""
    assert shown(Enrichment({"message": "ours"}), {"msg": "m"}) == [["ours"]]
    assert MessageText(Enrichment({"message.x": 1})).wants == ()
    assert shown(Enrichment({}, rename={"msg": "message"}), {"msg": "m"}) == [["m"]]
