import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from logship.sinks.otlp.anyvalues import any_json, any_value
from logship.sinks.otlp.protobuf import BYTES, FIXED32, FIXED64, VARINT, delimited, read_fields, tag, varint

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
)


def plain(value: AnyValue) -> object:
    """Read a value with OpenTelemetry's own type."""
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [plain(each) for each in value.array_value.values]
        case "kvlist_value":
            return {each.key: plain(each.value) for each in value.kvlist_value.values}
        case kind:
            return getattr(value, str(kind))


def as_json(document: dict[str, object]) -> object:
    """Read a value in OTLP's JSON."""
    if not document:
        return None
    [(kind, value)] = document.items()
    match kind, value:
        case "arrayValue", {"values": list(values)}:
            return [as_json(each) for each in values]
        case "kvlistValue", {"values": list(values)}:
            return {each["key"]: as_json(each["value"]) for each in values}
        case "intValue", str():
            return int(value)
    return value


def expected(value: object) -> object:
    """Give a value as OTLP can say it: a whole number of more than 64 bits is text."""
    match value:
        case bool():
            return value
        case int():
            return value if -(2**63) <= value < 2**63 else str(value)
        case list():
            return [expected(each) for each in value]
        case dict():
            return {name: expected(each) for name, each in value.items()}
    return value


@given(VALUES)
def test_any_json_value_can_be_said_in_both_formats(value: object) -> None:
    """Whatever an operator has put into a field."""
    assert plain(AnyValue.FromString(any_value(value))) == expected(value)
    assert as_json(any_json(value)) == expected(value)


@given(st.integers(-(2**63), 2**64 - 1))
def test_a_number_comes_back(number: int) -> None:
    """As 64 bits."""
    assert [*read_fields(tag(1, VARINT) + varint(number))] == [(1, number % 2**64)]


def test_fields_of_every_kind_are_read() -> None:
    """Also those that nobody asked for, as the library reads them."""
    data = tag(3, FIXED64) + b"12345678" + tag(4, FIXED32) + b"1234" + delimited(5, b"x") + tag(600, VARINT) + b"\x07"
    assert [*read_fields(data)] == [(3, b"12345678"), (4, b"1234"), (5, b"x"), (600, 7)]
    assert ExportLogsServiceResponse.FromString(data).SerializeToString() == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x0a\x05abc", id="too short"),
        pytest.param(b"\x80", id="a tag without end"),
        pytest.param(b"\x08" + b"\xff" * 11, id="a number without end"),
        pytest.param(b"\x0b", id="a group"),
        pytest.param(b"\x00\x01", id="field 0"),
        pytest.param(b"\x09\x01", id="half a fixed64"),
        pytest.param(tag(1, BYTES), id="no length"),
    ],
)
def test_what_is_no_message_is_told(data: bytes) -> None:
    """Never more than ValueError, whatever the other side sends."""
    with pytest.raises(ValueError, match=r"^$"):
        list(read_fields(data))


@given(st.binary(max_size=40))
def test_noise_is_survived(data: bytes) -> None:
    """The other side may be anything."""
    try:
        fields = list(read_fields(data))
    except ValueError:
        return
    assert all(number > 0 for number, _ in fields)
