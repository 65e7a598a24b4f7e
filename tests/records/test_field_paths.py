from collections.abc import Iterator

import pytest

from logship.records.field_paths import Below, Column, merged


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("b", b'{"a":1,"b":2}', b"2"),
        ("b.c", b'{"b":{"c": [1, 2] }}', b"[1, 2]"),
        ("b.c", b'{"b.c":1,"b":{"c":2}}', b"1"),
        ("b.c", b'{"b":"x","b.c":1}', b"1"),
        ("b.c.d", b'{"b":{"c.d":1}}', b"1"),
        ("b.c.d", b'{"b.c":{"x":1},"b":{"c":{"d":2}}}', b"2"),
        ("b", b'{"b":null}', b"null"),
        ("b", b'{"a":1}', None),
        ("b.c", b'{"b":[{"c":1}]}', None),
        ("b", b'"b"', None),
        ("b", b"[1]", None),
        ("b", b"7", None),
        ("b", None, None),
        ("b", b'{"\\u0062":1}', b"1"),
    ],
)
def test_a_field_is_found_in_an_object_by_its_path(path: str, value: bytes | None, found: bytes | None) -> None:
    """As it is written; alone, among objects, and among what is none."""
    below = Below(path)
    assert [*below.values([value])] == [found]
    assert [*below.values([b"{}", value, b'{"n":1}'])] == [None, found, None]
    assert [*below.values([b"7", value, None])] == [None, found, None]


def test_of_several_paths_the_first_that_is_there_counts() -> None:
    """Whatever their order in the object is."""
    assert [*Below("a", "b").values([b'{"b":1,"a":2}', b'{"b":1}', b"{}"])] == [b"2", b"1", None]


def test_columns_are_asked_for_until_none_is_missing() -> None:
    """What costs something is not done for nothing."""
    columns: Iterator[Column] = iter([[b"1", None], [None, b"2"], [b"3", b"3"]])
    assert merged(columns) == [b"1", b"2"]
    assert next(columns) == [b"3", b"3"]
    assert merged(iter([])) == ()
