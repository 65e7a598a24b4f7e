"""Records that a store refused: what makes way moves, all else stays byte for byte."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.records.enrichment import to_json
from logship.records.json_members import members, value_end
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


def test_a_hostile_line_costs_no_time() -> None:
    """A name that is there a hundred thousand times stays refused, and so does what nests beyond all sense."""
    assert without_repeats(b"{" + b'"a":1,' * 100_000 + b'"b":2}', readable) is None
    assert without_repeats(b"{" + b'"a":1,' * 100 + b'"a":2}', readable)


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


def plainly(text: bytes) -> bytes | None:
    """Give an object with each name once, level by level: every level reads all that is in it once more."""
    moved: list[tuple[str, bytes]] = []
    kept = _once("", text, moved)
    if not 0 < len(moved) <= 100:
        return None
    taken = {member.name for member in members(kept)}
    added = []
    for name, value in moved:
        while name in taken:
            name = "overridden." + name  # noqa: PLW2901 - until it is nobody's
        taken.add(name)
        added.append(to_json(name) + b":" + value)
    return kept[:-1] + (b"," if kept != b"{}" else b"") + b",".join(added) + b"}"


def _once(parent: str, text: bytes, moved: list[tuple[str, bytes]]) -> bytes:
    listed = [(each.name, text[each.key : each.value], text[each.value : each.end]) for each in members(text)]
    stays: dict[str, int] = {}
    for at, (name, _, _) in enumerate(listed):
        if parent or name not in stays or not readable(name, listed[stays[name]][2]):
            stays[name] = at
    parts = []
    for at, (name, key, value) in enumerate(listed):
        if stays[name] == at:
            parts.append(key + _value(f"{parent}{name}.", value, moved))
        else:
            moved.append((f"overridden.{parent}{name}", value))
    return b"{" + b",".join(parts) + b"}"


def _value(parent: str, value: bytes, moved: list[tuple[str, bytes]]) -> bytes:
    if value.startswith(b"{"):
        return _once(parent, value, moved)
    if value.startswith(b"[") and b"{" in value:
        return b"[" + b",".join(_value(parent, item, moved) for item in items(value)) + b"]"
    return value


def items(array: bytes) -> Iterator[bytes]:
    """Give the items of an array."""
    at = 1
    while match := re.compile(rb"[ \t\r\n,]*(?=[^ \t\r\n,\]])").match(array, at):
        at = value_end(array, match.end())
        yield array[match.end() : at]


def placed(text: bytes, path: str, start: int = 0, parent: str = "") -> tuple[int, int, str] | None:
    """Give where the value at a path is, the last of its name, level by level."""
    inner = None
    for member in members(text):
        full = parent + member.name
        value = text[member.value : member.end]
        if full == path or (path.startswith(full + ".") and value.startswith(b"[")):
            inner = start + member.value, start + member.end, full
        elif path.startswith(full + ".") and value.startswith(b"{"):
            inner = placed(value, path, start + member.value, full + ".") or inner
    return inner


NAMES = ["a", "b", "time", "a.b", "", "overridden.a", "{", 'x"', "\u00e9"]
odd = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.none(), st.sampled_from(["]}", "{", "[", '"', "\\", ",:", "x y"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=4).map(tuple),
    ),
    max_leaves=16,
)


@given(st.lists(st.tuples(st.sampled_from(NAMES), odd), max_size=6), st.sampled_from(["", " ", "\t "]))
@settings(max_examples=300)
def test_one_pass_gives_what_level_by_level_gives(pairs: list[tuple[str, Any]], space: str) -> None:
    """Byte for byte, whatever nests in whatever."""
    text = (space + write(tuple(pairs), space) + space).encode()
    assert without_repeats(text, readable) == plainly(text)


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), odd), max_size=6),
    st.sampled_from(["", " "]),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(".".join),
)
@settings(max_examples=300)
def test_one_way_down_finds_what_level_by_level_finds(pairs: list[tuple[str, Any]], space: str, path: str) -> None:
    """The same value, the last of its name, dots in names or not."""
    text = write(tuple(pairs), space).encode()
    found = placed(text, path)
    value = text[found[0] : found[1]] if found else b""
    assert has_object(text, path) == (value.startswith((b"{", b"[")) and b"{" in value)
    assert as_text(text, path) == (
        text[: found[0]] + to_json(value.decode()) + text[found[1] :] if found and value[:1] != b'"' else None
    )


def nested(depth: int, inner: bytes, name: bytes = b"a") -> bytes:
    """Give a record with a repeated name at the top, and one object in another."""
    return b'{"c":1,"c":2,"b":' + (b'{"' + name + b'":') * depth + inner + b"}" * depth + b"}"


@pytest.mark.timeout(60)
def test_depth_costs_no_more_than_length() -> None:
    """Each level that read all that is in it would take minutes."""
    inner = b"[" + b"[]," * 100_000 + b"[]]"
    text = nested(1000, inner)
    assert without_repeats(text, readable) == nested(1000, inner)[:1] + text[7:-1] + b',"overridden.c":1}'
    path = ".".join(["b", *["a"] * 1000])
    assert as_text(text, path) == nested(1000, to_json(inner.decode()))
    assert not has_object(text, path)
    deep = nested(30_000, b"1")
    assert without_repeats(deep, readable) == b"{" + deep[7:-1] + b',"overridden.c":1}'


def test_names_of_what_moves_are_bounded() -> None:
    """A hundred members far below long names would be a hundred times as long as the record."""
    repeats = b'{"x":1' + b',"x":1' * 100 + b"}"
    assert without_repeats(nested(1, repeats, b"n" * 10_000), readable) is None
    assert without_repeats(nested(1, repeats.replace(b',"x":1', b"", 1), b"n" * 10_000), readable) is not None


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
