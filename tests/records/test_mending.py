"""Records that a store refused: what makes way moves, all else stays byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.records.mending import as_text, aside, has_object, without_repeats


def readable(name: str, value: bytes) -> bool | None:
    """Read times and levels that are not null."""
    return value != b"null" if name in {"time", "level"} else None


MOVED = b'"overridden.a.x":"}]","overridden.a.y":1}'
TIMES = b'"overridden.time":2,"overridden.level":null}'


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (b'{"a":1,"a":2}', b'{"a":2,"overridden.a":1}'),
        (b'{"b":1.10, "a" : 1,"\\u0061": 2}', b'{"b":1.10,"\\u0061": 2,"overridden.a":1}'),
        (b'{"a":{"x":1,"x":[2]},"a.x":3}', b'{"a":{"x":[2]},"a.x":3,"overridden.a.x":1}'),
        (b'{"a":[1,{"x":"}]","x":2},[{"y":1,"y":2}]]}', b'{"a":[1,{"x":2},[{"y":2}]],' + MOVED),
        (b'{"time":1,"time":2,"level":null,"level":"a"}', b'{"time":1,"level":"a",' + TIMES),
        (b'{"n":{"time":1,"time":2}}', b'{"n":{"time":2},"overridden.n.time":1}'),
        (b'{"a":1,"overridden.a":0,"a":2}', b'{"overridden.a":0,"a":2,"overridden.overridden.a":1}'),
    ],
)
def test_each_name_is_there_once(text: bytes, mended: bytes) -> None:
    """The last stays; of a time or a level the first that can be read; nested names and those in arrays, too."""
    assert without_repeats(text, readable) == mended
    assert without_repeats(mended, readable) is None


values = st.recursive(
    st.one_of(st.integers(), st.text(max_size=4), st.none(), st.just("]}")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(st.tuples(st.sampled_from(["a", "b", "time"]), inner), max_size=4).map(tuple),
    ),
    max_leaves=12,
)


def write(value: Any, space: str) -> str:
    """Write an object, a tuple of pairs, with names as often as they come."""
    if isinstance(value, tuple):
        return "{" + f",{space}".join(f"{json.dumps(k)}:{space}{write(v, space)}" for k, v in value) + space + "}"
    if isinstance(value, list):
        return "[" + f",{space}".join(write(each, space) for each in value) + space + "]"
    return json.dumps(value)


def leaves(value: Any) -> list[str]:
    """Give all values that are no containers."""
    if isinstance(value, list | tuple):
        return [leaf for each in value for leaf in leaves(each[1] if isinstance(value, tuple) else each)]
    return [json.dumps(value)]


@given(st.lists(st.tuples(st.sampled_from("abc"), values), max_size=5), st.sampled_from(["", " "]))
def test_no_value_is_lost(pairs: list[tuple[str, Any]], space: str) -> None:
    """Whatever repeats in whatever: a second look finds no repeat, and all values are there."""
    text = write(tuple(pairs), space).encode()
    found = without_repeats(text, readable)
    rounds = 0
    while found and (again := without_repeats(found, readable)):
        found, rounds = again, rounds + 1
    after = json.loads(found or text, object_pairs_hook=tuple)
    assert sorted(leaves(after)) == sorted(leaves(tuple(pairs)))
    assert found is not None or len(dict(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("path", "text", "moved"),
    [
        ("a", b'{"a":1,"b":2}', b'{"b":2,"overridden.a":"1"}'),
        ("b", b'{"a":1, "b" : {"c":"x"} }', b'{"a":1,"overridden.b":"{\\"c\\":\\"x\\"}"}'),
        ("a.b.c", b'{"a":{"b.c":[1],"d":2}}', b'{"a":{"d":2},"overridden.a.b.c":"[1]"}'),
        ("a.b", b'{"a":[{"b":1}],"c":3}', b'{"c":3,"overridden.a":"[{\\"b\\":1}]"}'),
        ("a", b'{"a":"text"}', b'{"overridden.a":"text"}'),
        ("a", b'{"b":1}', None),
    ],
)
def test_a_value_moves_as_a_text(path: str, text: bytes, moved: bytes | None) -> None:
    """By its dotted path, wherever the dots are; what lies in an array takes the array along."""
    assert aside(text, path) == moved


def test_a_value_becomes_a_text_in_its_place() -> None:
    """Digit for digit; a text is one already."""
    assert as_text(b'{"a":{"b":12345678901234567890}}', "a.b") == b'{"a":{"b":"12345678901234567890"}}'
    assert as_text(b'{"a":"1"}', "a") is None
    assert as_text(b'{"a":1}', "b") is None


def test_objects_are_told_from_values() -> None:
    """An array with an object counts."""
    text = b'{"a":{},"b":[1,"{"],"c":[{}],"d":"{"}'
    assert [has_object(text, name) for name in "abcde"] == [True, True, True, False, False]
