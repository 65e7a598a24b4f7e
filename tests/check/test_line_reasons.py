import pytest

from logship.plugins import load
from tests.check.samples import told, why

STAMPED = "2026-11-27 09:30:00 INFO x\n"
TRACE = "Traceback (most recent call last):\n  File x\nValueError: y\n"


def of(reasons: list[str], about: str) -> list[str]:
    """Give the reasons about one matter."""
    return [each.removeprefix(f"{about}: ") for each in reasons if each.startswith(f"{about}: ")]


@pytest.mark.parametrize(
    ("line", "settings", "said"),
    [
        ("x", {}, ["no JSON object: it does not begin with {"]),
        ("[1]", {}, ["no JSON object: it does not begin with {"]),
        ('{"a":', {}, ["no JSON object: Input data was truncated"]),
        ('{"a":NaN}', {}, ["no JSON object: JSON is malformed: invalid character (byte 5); mended it is one"]),
        ('{"a":1}', {}, []),
        ('{"a":1}', {"format": "text"}, ["no JSON object: LOGSHIP_FORMAT=text: every line is a message"]),
        ("a" * 120, {"max_line_bytes": 100}, ["no JSON object: it is truncated"]),
        ("a=1 b=2", {"parse": "logfmt"}, ["LOGSHIP_PARSE=logfmt matches; fields: a, b, message"]),
        (
            "x",
            {"parse": "regex:^(?P<a>y)"},
            [
                "LOGSHIP_PARSE=regex:^(?P<a>y) does not match: it stays what it is",
                "no JSON object: it does not begin with {",
            ],
        ),
    ],
)
def test_why_it_is_taken_for_what_it_is(line: str, settings: dict[str, object], said: list[str]) -> None:
    """The decoder's own words, and which parser matched."""
    found = of(why(line + "\n", **settings), "form")
    assert [each.replace(", message", "") for each in found] == [each.replace(", message", "") for each in said]


def test_which_names_were_tried_for_a_time() -> None:
    """In their order, up to the one that counts; and why others did not."""
    line = '{"timestamp":"soon","time":"2026-11-27T09:30:00Z","ts":1,"t":1}\n'
    assert of(why(line), "time") == [
        '"timestamp" "soon" is no time that is known',
        '"time" "2026-11-27T09:30:00Z" is a time: it counts',
        "not there: @timestamp",
    ]
    assert of(why('{"t":1795771800}\n'), "time") == [
        '"t" 1795771800 counts only beside other names of its logger',
        "not there: @timestamp, timestamp, time, ts and 1 more",
    ]
    assert of(why('{"when":"2026-11-27T09:30:00Z"}\n', timestamp_fields=("a", "when")), "time") == [
        '"when" "2026-11-27T09:30:00Z" is a time: it counts',
        "not there: a",
    ]


def test_which_names_were_tried_for_a_level() -> None:
    """The first that is a level counts."""
    line = '{"level":"odd","severity":"warn","log":{"level":"info"}}\n'
    assert of(why(line), "level") == [
        '"level" "odd" is no level',
        '"severity" "warn" is a level: it counts',
    ]
    (missing,) = of(why('{"a":1}\n'), "level")
    assert missing.startswith("not there: level, severity, levelname, level_name and ")
    long = '{"level":"' + "x" * 100 + '"}\n'
    assert of(why(long), "level")[0] == '"level" "' + "x" * 39 + "… is no level"


def test_what_the_head_of_a_text_has() -> None:
    """The bytes that are its time, and what its level is called."""
    reasons = why("2026-11-27 09:30:00,123 +0100 WARN x\n")
    assert of(reasons, "time") == ["the text's head has 2026-11-27 09:30:00,123 +0100"]
    assert of(reasons, "level") == ['the text\'s head has "WARN"']
    reasons = why("it broke\n")
    assert of(reasons, "time") == ["the text's head has none that is known"]
    assert of(reasons, "level") == ["the text's head has none that is known"]


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        (STAMPED + "  more\n", {}, ["all but its first lack the head that records of its file have (stamp)"]),
        (
            "[2026-11-27 09:30:00] INFO x\n  more\n",
            {},
            ["all but its first lack the head that records of its file have (stamp)"],
        ),
        (TRACE, {}, ["one record by python"]),
        (TRACE, {"multiline": "java,python"}, ["one record by python"]),
        (STAMPED + STAMPED, {}, ["it begins a record whatever is before it (head: stamp)"]),
        ("a\nb\n", {}, ["no rule takes it for more of what is before it"]),
        ("a\n", {}, []),
        (STAMPED + '{"a":1}\n', {}, []),
        ("> a\nb\n", {"multiline": "start:^>"}, ["all but its first are none that start:^> matches"]),
        ("a\n> b\n", {"multiline": "start:^>"}, ["it begins a record whatever is before it"]),
        (TRACE, {"multiline": "off"}, []),
    ],
)
def test_why_lines_are_one_record_or_not(text: str, settings: dict[str, object], said: list[str]) -> None:
    """By the rule that joins them alone."""
    assert of(why(text, **settings), "lines") == said


def test_an_object_over_several_lines_is_one_record() -> None:
    """By no rule of a language."""
    assert of(why('{\n  "a": 1\n}\n'), "lines") == ["an object over several lines"]


def test_which_setting_left_a_field_out() -> None:
    """Each setting tried alone."""
    line = '{"level":"info","a":{"b":1,"c":2},"d":3,"log.file.name":"x"}\n'
    settings = {"drop_fields": ("d",), "rename_fields": {"a.b": "z"}, "only_fields": ("a",)}
    assert of(why(line, **settings), "fields") == [
        "LOGSHIP_DROP_FIELDS: d",
        "LOGSHIP_RENAME_FIELDS: a.b",
        "LOGSHIP_ONLY_FIELDS: d",
    ]
    assert of(why(line, drop_fields=("nothing",)), "fields") == ["made way for ours: now overridden.log.file.name"]


def test_which_part_of_a_condition_does_not_hold() -> None:
    """Each comparison by itself, as the encoder judges it."""
    when = "level>=warning and not (a.b=x or ~'GET /ready' or \"odd name\"!=2)"
    sinks = {"stdout": load("stdout").Settings(when=when), "http": load("http").Settings(url="http://x")}
    (found,) = told('{"level":"error","a":{"b":"x"}}\n', explain=True, sinks=sinks)
    assert of([*found.why], "stdout") == [
        'level>=warning holds; a.b=x holds; ~"GET /ready" does not hold; "odd name"!=2 holds'
    ]
    assert of([*found.why], "http") == []


def test_a_name_that_needs_quotes_is_told_in_quotes() -> None:
    """One with an empty part, too: without them it would be none."""
    sinks = {"stdout": load("stdout").Settings(when="'a..b'=1 or a_.c~x")}
    (found,) = told('{"a..b":1}\n', explain=True, sinks=sinks)
    assert of([*found.why], "stdout") == ['"a..b"=1 holds; a_.c~x does not hold']


def test_what_a_sample_leaves_out_is_told_with_its_limits() -> None:
    """Here a file has another identity than at the daemon."""
    assert why('{"level":"info"}\n', sample={"info": 0.0})[-1].startswith("LOGSHIP_SAMPLE leaves it out; without a")
    assert not why('{"level":"info"}\n', sample={"info": 1.0})[-1].startswith("LOGSHIP_SAMPLE")
