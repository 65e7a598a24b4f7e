import json
import re
import tracemalloc
from collections.abc import Mapping

import pytest
from msgspec import structs

from logship.model import FileId
from logship.records.candidates import Candidates
from logship.records.enrichment import Enrichment
from logship.records.names import LEVEL_FIELDS
from logship.records.routing import Condition, condition_on, parse_condition
from logship.records.severity import severity

FILE = FileId("AbCdEfGhIjKlMnOpQrStUv")


def condition(text: str) -> Condition:
    """Read a condition that is there."""
    found = parse_condition(text)
    assert found
    return found


def candidates(records: list[Mapping[str, bytes]], lines: list[bytes] | None = None) -> Candidates:
    """Make records of their raw values."""
    objects = [b"{" + b",".join(json.dumps(k).encode() + b":" + v for k, v in each.items()) + b"}" for each in records]
    levels = [next((each[name] for name in LEVEL_FIELDS if name in each), None) for each in records]
    return Candidates(
        FILE,
        len(records),
        lambda: range(len(records)),
        lambda name: [each.get(name) for each in records],
        lambda: [*map(severity, levels)],
        lambda: levels,
        lambda: lines or objects,
        lambda: objects,
    )


@pytest.mark.parametrize(
    ("text", "name", "holding", "others"),
    [
        ("severity>=warning", "severity", [b'"WARNING"', b'"warn"', b'"critical"', b"40"], [b'"info"', None, b"20"]),
        ("lvl < error", "lvl", [b'"info"', b'"warning"'], [b'"error"', None, b'"x"']),
        ("level>=warning", "level", [b'"WARNING"', b'"warn"', b'"critical"', b"40"], [b'"info"', None, b'"x"', b"20"]),
        ("level < error", "level", [b'"info"', b'"warning"'], [b'"error"', None]),
        ("level=error", "level", [b'"ERROR"', b'"err"', b"40"], [b'"fatal"', None, b'"warn"']),
        ("level!=info", "level", [b'"ERROR"', None, b'"x"'], [b'"INFO"', b"20"]),
        ("level=audit", "level", [b'"audit"'], [b'"info"', None]),
        ("level>=35", "level", [b"40", b'"35"'], [b"30", b'"error"', None]),
        ("level~^WARN", "level", [b'"WARNING"'], [b'"warning"', None]),
        ("severity_of>=error", "severity_of", [b'"CRITICAL"'], [b'"info"']),
        (
            "status>=500",
            "status",
            [b"500", b"503.5", b'"502"', b'"\\u0035\\u0030\\u0030"'],
            [b"404", b'"x"', None, b"{}"],
        ),
        ("latency_ms<=1.5", "latency_ms", [b"1.5", b"-3"], [b"1.6", b"null"]),
        ("app=a=b", "app", [b'"a=b"'], [b'"a"', None]),
        ("ok=true", "ok", [b"true", b'"true"'], [b"false", None]),
        ("app!=a", "app", [b'"b"', None, b"1"], [b'"a"', b'"\\u0061"']),
        ("path~^/api/", "path", [b'"/api/x"', b'"\\u002fapi/"'], [b'"/health"', None]),
        ("path!~^/health", "path", [b'"/api/x"', None], [b'"/healthz"']),
        ("path~.*", "path", [b'""', b'"/"', b"null"], [None]),
        ("path~^", "path", [b'""', b'"/"', b"1"], [None]),
        ("path!~^|x", "path", [None], [b'""', b'"/"']),
        ("level~^", "level", [b'"info"', b"1"], [None]),
        ("a.b~.*", "a", [b'{"b":""}'], [b'{"c":1}', b"1", None]),
        ("big>9007199254740992", "big", [b"9007199254740993", b'"9007199254740993"', b"1e300"], [b"9007199254740992"]),
        ("big>=9007199254740993", "big", [b"9007199254740993", b"9" * 5000], [b"9007199254740992", b"-" + b"9" * 99]),
        ("n<-9007199254740992", "n", [b"-9007199254740993"], [b"-9007199254740992", b"-9007199254740991.5", b'"--1"']),
        ("n<=0.5", "n", [b"0", b"0.5", b"-7"], [b"1", b'""', b'"-"']),
        ("text~a.c|x$", "text", [b'"abc"', b'"x"', b'"a\\nx"'], [b'"a\\nc"', b'"x\\n"', None]),
        ('app="a b"', "app", [b'"a b"'], [b'"c"', None]),
        ("app='a b'", "app", [b'"a b"'], [b'"c"', None]),
        ("app='a", "app", [b'"\'a"'], [b'"a"']),
        ("user.id=7", "user.id", [b"7"], [b"8", None]),
        ("user.id=7", "user", [b'{"id":7}', b'{"x":{"id":8},"id":"7"}'], [b'{"id":8}', b"7", b"[7]", b"null", None]),
        ("a.b.c~x", "a", [b'{"b":{"c":"x"}}', b'{"b.c":"x"}', b'{"b.c":"x","b":{"c":1}}'], [b'{"b":{"c":1}}', b"{}"]),
        ("a.b.c~x", "a.b", [b'{"c":"x"}'], [b'{"d":"x"}', b'"x"', None]),
        ("not (n>=5 or n<2)", "n", [b"2", b"4", None], [b"5", b"1"]),
        ("n>=2 and n<5 and n!=3", "n", [b"2", b"4"], [b"1", b"5", b"3", None]),
        ("n=1 or n=3", "n", [b"1", b"3"], [b"2"]),
    ],
)
def test_a_condition_holds_or_not(
    text: str, name: str, holding: list[bytes | None], others: list[bytes | None]
) -> None:
    """Levels are compared by how severe they are, numbers as numbers, anything else as text."""
    values = [*holding, *others]
    found = condition(text).holds(candidates([{} if value is None else {name: value} for value in values]))
    assert [value for value, holds in zip(values, found, strict=True) if holds] == holding


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
    assert found.graded
    numbers = [*holding, *others]
    records = structs.replace(candidates([{}] * len(numbers)), severities=lambda: numbers)
    assert [number for number, holds in zip(numbers, found.holds(records), strict=True) if holds] == holding


@pytest.mark.parametrize(
    ("text", "holding", "others"),
    [
        ("~time ?out", [b"a timeout", b'{"m":"time out\xff"}'], [b"fine"]),
        ("!~GET /health", [b"GET /api", b""], [b'"GET /healthz"']),
        ("~[äö]", ["schön".encode()], ["Tür".encode(), b"\xff"]),
        ("~(?i)^Ä.$", ["äß".encode(), b"\xc3\xa4\xff"], ["ü".encode()]),
        (r"~\x{e4}", ["ä".encode()], [b"a"]),
        ("~'a or b' and not ~c", [b"a or b"], [b"a or b c", b"a"]),
    ],
)
def test_a_condition_on_lines_holds_or_not(text: str, holding: list[bytes], others: list[bytes]) -> None:
    """What is no UTF-8 is looked at as it is sent, with U+FFFD."""
    lines = [*holding, *others]
    for some in (lines, *([line] for line in lines)):
        found = condition(text).holds(candidates([{}] * len(some), some))
        assert [line for line, holds in zip(some, found, strict=True) if holds] == [
            each for each in some if each in holding
        ]


def test_a_name_with_a_dot_is_found_where_ours_lie_beneath_its_first_part() -> None:
    """``log`` has no column, since ``log.file.name`` is a field of ours."""
    enrichment = Enrichment({})
    found = condition_on("log.logger=x and not log.file.line>5", enrichment)
    assert found
    assert not set(found.wants) & {"log", "log.file"}
    records = [{"log": b'{"logger":"x"}'}, {"log.logger": b'"x"'}, {"log": b'{"logger":"y"}'}, {"log": b'"x"'}, {}]
    deep = {"log": b'{"logger":"x","file":{"line":7}}'}
    assert found.holds(candidates([*records, deep])) == [True, True, False, False, False, False]


@pytest.mark.parametrize("text", ["", "  "])
def test_no_condition_is_none(text: str) -> None:
    """Every record is sent."""
    assert parse_condition(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("warning", "is no condition: 'warning' compares nothing"),
        ("a=1 and level>=loud", "compares with 'loud' at character 16, which is neither a level nor a number; write"),
        ("~(", "has no valid expression: the '(' at character 1 is not closed"),
        ("a=1 or a~[", "has no valid expression: missing ]"),
        ("a=1 or a~b(?=c)", "'(?=' at character 2: there is no look-around"),
        ("a=1 or a~b(?=c)", "; the expression begins at character 10"),
        ('"a.b\\"c"=1', "whose quotes, backslashes or control characters no name in an object can have"),
        ("a.b.c.d.e.f.g.h.i=1", "has 'a.b.c.d.e.f.g.h.i', which goes deeper than 8 names"),
    ],
)
def test_a_wrong_condition_says_what_to_write(text: str, fault: str) -> None:
    """The setting is refused at the start."""
    with pytest.raises(ValueError, match=re.escape(fault)):
        parse_condition(text)


@pytest.mark.parametrize("text", ["message=a", "n>=5"])
def test_long_values_are_not_kept(text: str) -> None:
    """Answers are remembered by value, and an application may write values of any size."""
    found = condition(text)
    values = [b'"%d%s"' % (number, b"x" * 100_000) for number in range(20)]
    name = found.names[0]
    tracemalloc.start()
    try:
        assert not any(found.holds(candidates([{name: bytes(bytearray(value))} for value in values])))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
