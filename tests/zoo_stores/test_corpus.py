import json
from datetime import datetime

import pytest

from tests.zoo_stores.corpus import COMMON, LOOSE, ODD, SECOND, corpus, loads, number_in
from tests.zoo_stores.shapes import flat

NOW = 1_795_832_000 * SECOND + 123_456_789
LINES = corpus(1000, NOW)


def test_every_kind_is_there_and_every_line_has_its_number() -> None:
    """And no line has a newline within, which would make two of it."""
    assert {line.kind for line in LINES} == {*COMMON, *ODD, *LOOSE}
    for number, line in enumerate(LINES):
        assert number_in(line.raw.decode(errors="replace")) == line.number == number
        assert b"\n" not in line.raw


def test_what_a_line_is_said_to_say_is_in_it() -> None:
    """Fields are those of the JSON, and text is none; the time is no more exact than the line's own text."""
    for line in LINES:
        if line.fields is None:
            continue
        whole = loads(line.raw)
        assert {**whole, **line.fields} == whole
        assert set(whole) - set(line.fields) <= {"@timestamp"}


@pytest.mark.parametrize("kind", [kind for kind, make in COMMON.items() if make("#000000#", NOW)[1] is not None])
def test_times_are_those_that_the_text_says(kind: str) -> None:
    """Read by another way than logship's, to the microsecond."""
    text, time_ns, _ = COMMON[kind]("#000000#", NOW)
    fields = json.loads(text)
    said = next(fields[name] for name in ("@timestamp", "timestamp", "time", "ts") if name in fields)
    seconds = datetime.fromisoformat(said).timestamp() if isinstance(said, str) else said
    assert time_ns is not None
    assert abs(seconds - time_ns / SECOND) < 1e-5


def test_numbers_are_neither_rounded_nor_strings() -> None:
    """As they are read to be compared."""
    assert loads("1.50") != loads("1.5")
    assert loads("1") != loads('"1"')
    assert loads("[NaN]") == loads("[NaN]")


def test_a_flat_document_has_texts_by_dotted_names() -> None:
    """Lists stay JSON, and what is empty is not there."""
    found = flat(loads('{"a":{"b":1.50,"c":"x","d":{}},"l":[1,{"e":null}],"n":null,"t":true,"s":""}'))
    assert found == {"a.b": "1.50", "a.c": "x", "l": '[1,{"e":null}]', "t": "true"}
