import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.field_edits import FieldEdits
from logship.records.json_members import members
from logship.records.layouts import Lines
from tests.oracle import Object, parse

ALWAYS = ("message", "time", "level", "log.level")


def edited(edits: FieldEdits, *lines: str) -> list[str]:
    """Edit records that are written as lines."""
    return ["{" + rest.decode() for rest in edits.apply([line[1:].encode() for line in lines])]


LINE = '{"time":1,"message":"m","a":{"b":1,"c":{"d":2.50}},"a.b":3, "x" : [1, 2],"pw":"s"}'


@pytest.mark.parametrize(
    ("edits", "line", "after"),
    [
        ({"drop": ["pw"]}, LINE, LINE.replace(',"pw":"s"', "")),
        ({"drop": ["a.b"]}, LINE, LINE.replace('"b":1,', "").replace(',"a.b":3', "")),
        ({"drop": ["a"]}, LINE, '{"time":1,"message":"m", "x" : [1, 2],"pw":"s"}'),
        ({"drop": ["*"]}, LINE, '{"time":1,"message":"m"}'),
        ({"drop": ["a.c.*"]}, LINE, LINE.replace('{"d":2.50}', "{}")),
        ({"drop": ["p*"]}, LINE, LINE.replace(',"pw":"s"', "")),
        ({"rename": {"pw": "secret"}}, LINE, LINE.replace('"pw"', '"secret"')),
        ({"rename": {"x": "y.z"}}, LINE, LINE.replace('"x" :', '"y.z" :')),
        ({"rename": {"a.b": "a.e"}}, LINE, LINE.replace('"b"', '"e"').replace('"a.b"', '"a.e"')),
        ({"rename": {"a.c": "c"}}, '{"a":{"b":1,"c":{"d":2.50}}, "x":1}', '{"a":{"b":1}, "x":1,"c":{"d":2.50}}'),
        ({"rename": {"pw": "x"}}, LINE, LINE.replace('"pw"', '"overridden.x"')),
        ({"rename": {"a": "q"}, "drop": ["a.b"]}, '{"a":{"b":1,"e":2}}', '{"q":{"e":2}}'),
        ({"rename": {"h.*": "http.*"}}, '{"h":{"x":1},"h.y":2}', '{"h":{},"http.y":2,"http.x":1}'),
        ({"rename": {"h.*": "http.*"}}, '{"h.x.y":2,"h":{"x.y":1}}', '{"http.x.y":2,"h":{},"overridden.http.x.y":1}'),
        ({"rename": {"h.*": "http.*"}}, '{"h":{"x":{"y":1}},"n":1}', '{"h":{},"n":1,"http.x":{"y":1}}'),
        ({"rename": {"h": "http"}}, '{"h.x":2,"h":{"y":1},"hx":1}', '{"http.x":2,"http":{"y":1},"hx":1}'),
        ({"rename": {"h.x": "w", "h": "q"}}, '{"h.x.y":1,"h.z":2}', '{"w.y":1,"q.z":2}'),
        ({"rename": {"h.x": "w", "h": "q"}}, '{"h":{"x.y":1,"z":2}}', '{"q":{"z":2},"w.y":1}'),
        ({"rename": {"h": "q"}, "drop": ["h.x"]}, '{"h.x.y":1,"h.z":2}', '{"q.z":2}'),
        ({"rename": {"message": "text"}}, '{"message":"m"}', '{"text":"m"}'),
        ({"only": ["x"]}, LINE, '{"time":1,"message":"m", "x" : [1, 2]}'),
        ({"only": ["a.c.d"]}, LINE, '{"time":1,"message":"m","a":{"c":{"d":2.50}}}'),
        ({"only": ["a.*"]}, LINE, '{"time":1,"message":"m","a":{"b":1,"c":{"d":2.50}},"a.b":3}'),
        ({"only": ["x"], "rename": {"pw": "y"}}, LINE, '{"time":1,"message":"m", "x" : [1, 2],"y":"s"}'),
        ({"only": ["x"], "drop": ["x.y"]}, '{"x":{"y":1,"z":2}}', '{"x":{"z":2}}'),
        ({"drop": ["log"]}, '{"log":{"level":"x","o":1},"k":1}', '{"log":{"level":"x"},"k":1}'),
        ({"only": ["k"]}, '{"log":{"level":"x","o":1},"k":1,"z":{"k":1}}', '{"log":{"level":"x"},"k":1}'),
        ({"drop": ["a"]}, '{"a": 1, "b": 2, "a": 3}', '{"b": 2}'),
        ({"drop": ["a"]}, '{"a": 1}', "{}"),
        ({"drop": ["a"]}, '{ "a" :1,"b":2 }', '{ "b":2 }'),
        ({"drop": ["a"]}, '{"\\u0061":1,"b":2}', '{"b":2}'),
        ({"drop": ["a.b"]}, '{"a":[{"b":1}],"n":1e400}', '{"a":[{"b":1}],"n":1e400}'),
    ],
)
def test_a_record_is_edited_and_all_else_stays_as_it_was(edits: dict[str, Any], line: str, after: str) -> None:
    """Order, digits and blanks; what is always there stays, and a name that is taken is not given twice."""
    made = FieldEdits(**edits, always=ALWAYS)
    assert edited(made, line) == [after]
    assert edited(made, line, line, "{}") == [after, after, "{}"]


names = st.sampled_from(["a", "b", "a.b", "b.c", "a.b.c", "message", "log", "level", "x y", "overridden.b", "é"])
scalars = st.sampled_from(["1", "1.50", '"a"', '"\\"b\\":1"', "null", "[1, 2]", '[{"a":1}]', "123456789012345678901"])


def _object(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def build(pairs: list[tuple[str, str]], comma: str, colon: str) -> str:
        return "{" + comma.join(json.dumps(name, ensure_ascii=False) + colon + value for name, value in pairs) + "}"

    few = st.lists(st.tuples(names, values), max_size=4)
    return st.builds(build, few, st.sampled_from([",", ", ", " ,"]), st.sampled_from([":", ": "]))


objects = _object(scalars | _object(scalars | _object(scalars)))
paths = st.sampled_from(["a", "b", "a.b", "b.*", "*", "*.c", "a.*.b", "log", "b.c", "x*", "log.level.*", "a*.b"])
news = st.sampled_from(["b", "z", "a.z", "b.c", "message"])
cases = st.fixed_dictionaries(
    {
        "drop": st.lists(paths, max_size=2),
        "rename": st.dictionaries(paths.filter(lambda path: "*" not in path), news, max_size=2),
        "only": st.lists(paths, max_size=2),
    }
)


@settings(max_examples=400, deadline=None)
@given(case=cases, lines=st.lists(objects, max_size=6), often=st.integers(1, 3))
def test_many_records_are_edited_as_each_by_itself_and_as_the_naive_way_says(
    case: dict[str, Any], lines: list[str], often: int
) -> None:
    """Whatever the records have in common."""
    lines = lines * often
    found = edited(FieldEdits(**case, always=ALWAYS), *lines)
    assert found == [edited(FieldEdits(**case, always=ALWAYS), line)[0] for line in lines]
    for before, after in zip(lines, found, strict=True):
        assert parse(after) == _naive(case, parse(before))
        if not case["rename"]:
            _check_bytes(before.encode(), after.encode())


def _check_bytes(before: bytes, after: bytes) -> None:
    """Each member that is left, or what is left in it, is written as it was."""
    old = [before[each.key : each.end] for each in members(before)]
    for each in members(after):
        text = after[each.key : each.end]
        if not text.endswith(b"}"):
            assert text in old


def _matches(patterns: list[str], path: str) -> bool:
    """Say whether a path, or a part of it from the top, matches."""
    words = path.split(".")
    tops = [".".join(words[:count]) for count in range(1, len(words) + 1)]
    forms = [re.compile(re.escape(each).replace(r"\*", "[^.]*")) for each in patterns]
    return any(form.fullmatch(top) for form in forms for top in tops)


def _above(patterns: list[str], path: str) -> bool:
    return any(
        _matches([".".join(each.split(".")[:count])], path) and path.count(".") == count - 1
        for each in patterns
        for count in range(1, each.count(".") + 1)
    )


def _naive(case: dict[str, Any], record: Object) -> Object:
    moved: list[tuple[str, Any]] = []
    only = [*case["only"], *case["rename"]] if case["only"] else []
    pairs = _naive_pairs(case, only, record, "", moved, dropped=False)
    for new, value in moved:
        name = new
        while name in dict(pairs):
            name = "overridden." + name
        pairs.append((name, value))
    return Object(tuple(pairs))


def _naive_new(rename: dict[str, str], path: str, prefix: str) -> str:
    """Give the new path: of what is longest of the tops of the path that end in the member's own name."""
    words = path.split(".")
    tops = [".".join(words[:count]) for count in range(len(words), 0, -1)]
    return next((rename[top] + path[len(top) :] for top in tops if top in rename and len(top) >= len(prefix)), "")


def _naive_pairs(
    case: dict[str, Any], only: list[str], record: Object, prefix: str, moved: list[tuple[str, Any]], *, dropped: bool
) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    taken = [name for name, _ in record.pairs]
    for name, old in record.pairs:
        path, value = prefix + name, old
        always = _matches([*ALWAYS], path)
        gone = not always and (dropped or _matches(case["drop"], path))
        keep = not gone and (always or not only or _matches(only, path))
        if isinstance(value, Object) and not always:
            value = Object(tuple(_naive_pairs(case, only, value, path + ".", moved, dropped=gone)))
            above = _above([*ALWAYS], path) or (not gone and _above(only, path))
            keep = keep or (bool(value.pairs) and above)
        if not keep:
            continue
        new = "" if gone else _naive_new(case["rename"], path, prefix)
        if new and not new.startswith(prefix):
            moved.append((new, value))
            continue
        called = new[len(prefix) :] if new else name
        while new and called in set(taken) - {name}:
            called = "overridden." + called
        if new:
            taken.append(called)
        pairs.append((called, value))
    return pairs


def test_a_block_is_edited_whichever_path_its_lines_take() -> None:
    """Level and trace are known before anything is left out; text stays; what is not concerned is not touched."""
    enrichment = Enrichment({"k8s.pod.name": "p"}, drop=("user.*", "k8s.pod.x"), rename={"status": "http.status"})
    lines = [
        '{"level":"error","user":{"id":1},"status":200}',
        '{"k8s":{"pod":{"x":1,"name":"q"}},"n":1}',
        "text",
        '{"n": 1}',
    ]
    made = BlockEncoder(enrichment, Lines(), "user.id=1 or n=1 or ~text")
    data = "".join(line + "\n" for line in lines).encode()
    one = Block(FileId("f" * 22), "a.log", 0, len(data), data, 10**18, 0.0)
    whole = made.encode(one)
    assert whole.body == b"".join(made.encode(each).body for each in made.records(one))
    ours = ("@timestamp", "k8s.pod.name", "log.file.name")
    found = [
        {name: value for name, value in json.loads(line).items() if name not in ours}
        for line in whole.body.splitlines()
    ]
    assert found == [
        {"level": "error", "user": {}, "http.status": 200},
        {"k8s": {"pod": {}}, "n": 1, "overridden.k8s.pod.name": "q"},
        {"message": "text"},
        {"n": 1},
    ]


def test_no_record_gets_a_name_of_ours_by_what_a_star_stands_for() -> None:
    """The application writes what that is: it moves out of the way, as all that has our names does."""
    enrichment = Enrichment({"k8s.pod.name": "p"}, rename={"mdc.*": "k8s.*", "own.*": "*"})
    lines = ['{"mdc.pod.name":"q"}', '{"mdc":{"pod":{"name":"q"}}}', '{"own":{"@timestamp":1}}', '{"mdc":{"x.y":1}}']
    data = "".join(line + "\n" for line in lines).encode()
    block = Block(FileId("f" * 22), "a.log", 0, len(data), data, 10**18, 0.0)
    ours = ("@timestamp", "k8s.pod.name", "log.file.name")
    found = [json.loads(line) for line in BlockEncoder(enrichment, Lines()).encode(block).body.splitlines()]
    assert [each["k8s.pod.name"] for each in found] == ["p"] * 4
    assert [{name: value for name, value in each.items() if name not in ours} for each in found] == [
        {"overridden.k8s.pod.name": "q"},
        {"mdc": {}, "overridden.k8s.pod": {"name": "q"}},
        {"own": {}, "overridden.@timestamp": 1},
        {"mdc": {}, "k8s.x.y": 1},
    ]
