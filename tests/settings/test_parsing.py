import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.settings.parsing import (
    format_list,
    format_seconds,
    format_size,
    parse_list,
    parse_mapping,
    parse_seconds,
    parse_size,
    quote,
)
from logship.settings.places import parse_listen

HIDDEN = "hunter2-sEcReT"


@given(st.integers(0, 2**60))
def test_a_size_reads_back(size: int) -> None:
    """What is shown as a size is read as the same size."""
    assert parse_size(format_size(size)) == size
    assert parse_size(str(size)) == size


@given(
    st.integers(0, 10**6),
    st.sampled_from([("KiB", 1024), ("kB", 1000), ("MiB", 1 << 20), ("MB", 10**6), ("Mi", 1 << 20)]),
)
def test_a_size_has_a_unit(number: int, unit: tuple[str, int]) -> None:
    """Binary and decimal units are told apart."""
    assert parse_size(f"{number}{unit[0]}") == number * unit[1]


@given(st.floats(0, 10**9, allow_nan=False).map(lambda value: round(value, 6)))
def test_a_duration_reads_back(seconds: float) -> None:
    """What is shown as seconds is read as the same number."""
    assert parse_seconds(format_seconds(seconds)) == seconds


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1)).map(tuple))
def test_a_list_reads_back(parts: tuple[str, ...]) -> None:
    """Also when its parts have commas, quotes or white space at their ends."""
    assert parse_list(format_list(parts)) == parts


@pytest.mark.parametrize(
    "text", ["1MB5", "", "-1", "1e3", "0.5", "1.0000001KiB", "1XB", "0x10", "\u0661", "nan", "1 0", "2000000000G"]
)
def test_what_is_no_size(text: str) -> None:
    """Half understood is not understood; the fault says what to write."""
    with pytest.raises(ValueError, match=r"is (not a|too large for a) size; write 1048576 or 1MiB"):
        parse_size(text)


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e9", "", "1 s s", "1d"])
def test_what_is_no_duration(text: str) -> None:
    """Seconds are finite and not negative."""
    with pytest.raises(ValueError, match=r"write 0\.5 or 500ms"):
        parse_seconds(text)


def test_durations_take_units() -> None:
    """A bare number is seconds."""
    assert [parse_seconds(text) for text in ("0.2", "200ms", "1m", "1h", "3s")] == [0.2, 0.2, 60, 3600, 3]


def test_a_mapping_is_pairs_or_json() -> None:
    """Text values from pairs, any value from JSON, strings only where only strings will do."""
    assert parse_mapping("a=1, b = x=y ,") == {"a": "1", "b": "x=y"}
    assert parse_mapping('{"a": {"b": [1]}}') == {"a": {"b": [1]}}
    for text, kind in (("a", object), ("=1", object), ('{"a": 1}', str), ('{"a": NaN}', object), ('{"a":', object)):
        with pytest.raises(ValueError, match=r"is not|empty"):
            parse_mapping(text, kind)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[::]:8687", ("::", 8687)),
        (":8687", ("::", 8687)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("localhost:1", ("localhost", 1)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_an_address_is_host_and_port(text: str, address: tuple[str, int]) -> None:
    """Without a host it is every address, of both kinds."""
    assert parse_listen(text) == address


@pytest.mark.parametrize("text", ["8687", "::1:80", "[::]:65536", "a:b", "[::]8687", "http://x:1", "a b:1", "x:"])
def test_what_is_no_address(text: str) -> None:
    """An address of six kinds must be in brackets, and a port is a number."""
    with pytest.raises(ValueError, match="is not an address"):
        parse_listen(text)


def test_a_quote_hides_credentials_and_stays_on_its_line() -> None:
    """A fault may be about a URL that holds a password."""
    shown = quote(f"https://user:{HIDDEN}@host/x?token={HIDDEN}\nmore")
    assert HIDDEN not in shown
    assert "\n" not in shown
    assert "host/x" in shown
