"""Filters."""

from collections.abc import Mapping
from typing import Final

from tests.convert.writing import STDOUT, TAIL, Example, with_filter

EXAMPLES: Final[Mapping[str, Example]] = {
    "modify": Example(
        with_filter("Name modify", "Add env ${ENV}", "Set who me, you", "Remove a", "Remove_wildcard b.",
                    "Rename c d.e",
                    "Rename when @timestamp", "Copy x y", "Move_to_start z"),
        {
            "LOGSHIP_FIELDS": '{"env":"${ENV}","who":"me, you"}',
            "LOGSHIP_DROP_FIELDS": "a,b.*",
            "LOGSHIP_RENAME_FIELDS": "c=d.e",
            "LOGSHIP_TIMESTAMP_FIELDS": "when,@timestamp,timestamp,time,ts,asctime",
        },
        ("copy x y",),
    ),
    "modify with a condition": Example(with_filter("Name modify", "Condition Key_exists a", "Add b c"), {},
                                       ("filter modify",)),
    "a field that would be a secret": Example(with_filter("Name modify", "Add api_key hunter2"), {},
                                              ("add api_key ***",)),
    "record_modifier": Example(
        with_filter("Name record_modifier", "Record host ${HOSTNAME}", "Allowlist_key a", "Remove_key b"),
        {"LOGSHIP_FIELDS": "host=${HOSTNAME}", "LOGSHIP_ONLY_FIELDS": "a", "LOGSHIP_DROP_FIELDS": "b"},
    ),
    "grep": Example(
        with_filter("Name grep", "Exclude log health(z|y)", "Regex $kubernetes['ns'] ^a"),
        {"LOGSHIP_STDOUT_WHEN": '!~"health(z|y)" and kubernetes.ns~^a'},
    ),
    "grep, either": Example(
        with_filter("Name grep", "Logical_Op or", "Exclude a x", "Exclude b y"),
        {"LOGSHIP_STDOUT_WHEN": "not (a~x or b~y)"},
    ),
    "grep in a runtime's text": Example(
        TAIL + "    Parser cri\n[FILTER]\n    Name grep\n    Match *\n    Regex log ^x\n" + STDOUT,
        {"LOGSHIP_STDOUT_WHEN": "message~^x", "LOGSHIP_PARSE": "cri"},
    ),
    "grep with look-around": Example(with_filter("Name grep", "Regex a x(?!y)"), {}, ("regex a x(?!y)",)),
    "a filter for some files": Example(
        TAIL + TAIL.replace("app", "b") + "[FILTER]\n    Name modify\n    Match b\n    Add x y\n" + STDOUT, {},
        ("filter modify",),
    ),
    "a filter for no file": Example(TAIL + "[FILTER]\n    Name lua\n    Match cpu.*\n" + STDOUT, {}, ("filter lua",)),
    "kubernetes": Example(
        with_filter("Name kubernetes", "Merge_Log On", "Labels On", "Kube_URL https://k"),
        {"LOGSHIP_PARSE": "json_in:log"},
        ("labels On",),
    ),
    "parser of the line": Example(
        "[PARSER]\n    Name own\n    Format regex\n    Regex ^(?<a>.)\n"
        + with_filter("Name parser", "Key_Name log", "Parser own"), {"LOGSHIP_PARSE": "regex:^(?P<a>.)"}),
    "parser of a field": Example(with_filter("Name parser", "Key_Name inner", "Parser json"),
                                 {"LOGSHIP_PARSE": "json_in:inner"}),
    "multiline filter": Example(with_filter("Name multiline", "multiline.key_content log", "multiline.parser go"),
                                {"LOGSHIP_MULTILINE": "go"}),
    "nest": Example(with_filter("Name nest", "Operation nest", "Wildcard a_*", "Nest_under n"),
                    {"LOGSHIP_RENAME_FIELDS": "a_*=n.a_*"}),
    "lift": Example(with_filter("Name nest", "Operation lift", "Nested_under k", "Add_prefix k_"),
                    {"LOGSHIP_RENAME_FIELDS": "k.*=k_*"}),
    "what is left out on purpose": Example(
        with_filter("Name lua", "script x.lua") + "[FILTER]\n    Name throttle\n    Match *\n    Rate 1\n", {},
        ("filter lua", "filter throttle"),
    ),
}  # fmt: skip
