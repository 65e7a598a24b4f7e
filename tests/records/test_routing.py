import tracemalloc

import pytest

from logship.records.routing import Condition, parse_condition


def condition(text: str) -> Condition:
    """Read a condition that is there."""
    found = parse_condition(text)
    assert found
    return found


@pytest.mark.parametrize(
    ("text", "name", "holding", "others"),
    [
        ("severity>=warning", "severity", [b'"WARNING"', b'"warn"', b'"critical"', b"40"], [b'"info"', None, b"20"]),
        ("lvl < error", "lvl", [b'"info"', b'"warning"'], [b'"error"', None, b'"x"']),
        ("status>=500", "status", [b"500", b"503.5", b'"502"'], [b"404", b'"x"', None, b"{}"]),
        ("latency_ms<=1.5", "latency_ms", [b"1.5", b"-3"], [b"1.6", b"null"]),
        ("app=a=b", "app", [b'"a=b"'], [b'"a"', None]),
        ("ok=true", "ok", [b"true", b'"true"'], [b"false", None]),
        ("app!=a", "app", [b'"b"', None, b"1"], [b'"a"', b'"\\u0061"']),
        ("path~^/api/", "path", [b'"/api/x"'], [b'"/health"', None]),
        ("path!~^/health", "path", [b'"/api/x"', None], [b'"/healthz"']),
        ("~time ?out", "", [b"a timeout", b'{"m":"time out\xff"}'], [b"fine"]),
        ("!~GET /health", "", [b"GET /api", b""], [b'"GET /healthz"']),
        ('app="a b"', "app", [b'"a b"'], [b'"c"', None]),
        ("app='a", "app", [b'"\'a"'], [b'"a"']),
        ("~[äö]", "", ["schön".encode()], ["Tür".encode(), b"\xff"]),
        ("~(?i)^Ä.$", "", ["äß".encode()], ["ü".encode()]),
        ("~\\u00e4", "", ["ä".encode()], [b"a"]),
    ],
)
def test_a_condition_holds_or_not(
    text: str, name: str, holding: list[bytes | None], others: list[bytes | None]
) -> None:
    """Levels are compared by how severe they are, numbers as numbers, anything else as text."""
    found = condition(text)
    assert found.name == name
    assert [value for value in [*holding, *others] if found.holds(value)] == holding


@pytest.mark.parametrize(
    ("text", "holding", "others"),
    [
        ("level>=warning", [13, 14, 17, 24], [0, 1, 12]),
        ("level < error", [1, 16], [0, 17]),
        ("level=error", [17], [0, 13, 18]),
        ("level != WARN", [0, 12, 14], [13]),
    ],
)
def test_a_condition_on_the_level_is_one_on_the_records_severity(
    text: str, holding: list[int], others: list[int]
) -> None:
    """Whatever the record calls it; one without a level is neither above nor below any."""
    found = condition(text)
    assert found.by_level
    assert [number for number in [*holding, *others] if found.holds_at(number)] == holding


@pytest.mark.parametrize(
    "expression",
    [
        r"(a+)+$",
        r"^(?:\w+\s?)*$",
        r"(a|aa)+$",
        r"(?P<x>(b)?a{2,})*c",
        r"((a?){9}){10}",
        r"(a{1,3}){20,}",
        r"(?i:(x|[|)]y))+z",
        r"(?>a*b*)*c",
        r"((ab)*)+",
        r"(?i)(.*,){11}P",
        r"(([^)(]+)x)*",
        r"(\(+\))+",
        r"(?P<n>x)(a+(?P=n))+",
        r"(x)?((?(1)a|b))+",
    ],
)
def test_an_expression_that_may_take_for_ever_is_no_expression(expression: str) -> None:
    """Nested repetition takes exponential time on a line that is made for it; the daemon would stand still."""
    with pytest.raises(ValueError, match="repeats a group"):
        parse_condition("~" + expression)


@pytest.mark.parametrize(
    "expression",
    [
        r"(\d{1,3}\.){3}\d{1,3}",
        r"(?:GET|POST) /api/\w+(?:\?.*)?$",
        r"(abc)+x*",
        r"\(a+\)+",
        r"[(a+)]+",
        r"[]+)(]+(a)*",
        r"(?#(a+)x+",
        r"(?i)time ?outs*",
        r"(?=.*error)(?!.*debug+).*",
        r"(a+)?b(c|d)?",
        r"(a+)??(?P<n>b)+(?P=n)*",
        r"(?<=x)+y|z*",
    ],
)
def test_repetition_that_is_not_nested_is_taken(expression: str) -> None:
    """Nor what only looks so: brackets that are escaped, in a set or in a comment."""
    assert parse_condition("~" + expression)


@pytest.mark.parametrize("text", ["", "  "])
def test_no_condition_is_none(text: str) -> None:
    """Every record is sent."""
    assert parse_condition(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("warning", "is no condition; write for example"),
        (">=warning", "names no field before >="),
        ("level>=loud", "neither a level nor a number"),
        ("~(", "has no valid expression"),
        ("a~[", "has no valid expression"),
        ("level==error", "has ==, which is no sign"),
        ("~(a+)+$", "repeats a group that itself repeats or chooses"),
        ("level=~err", "has =~, which is no sign"),
        ("level=>warning", "has =>, which is no sign"),
    ],
)
def test_a_wrong_condition_says_what_to_write(text: str, fault: str) -> None:
    """The setting is refused at the start."""
    with pytest.raises(ValueError, match=fault):
        parse_condition(text)


@pytest.mark.parametrize("text", ["message=a", "n>=5"])
def test_long_values_are_not_kept(text: str) -> None:
    """Answers are remembered by value, and an application may write values of any size."""
    found = condition(text)
    values = [b'"%d%s"' % (number, b"x" * 100_000) for number in range(20)]
    tracemalloc.start()
    try:
        assert not any(map(found.holds, [bytes(bytearray(value)) for value in values]))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
