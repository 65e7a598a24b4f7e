"""What is at the edges: what can't be read, told or done."""

from collections.abc import Mapping
from typing import Final

from tests.convert.writing import STDOUT, TAIL, Example, with_filter, with_input, with_output, with_parser

EXAMPLES: Final[Mapping[str, Example]] = {
    "a header that looks like a secret": Example(
        with_output("Name http", "Host in.example", "Header X-Team 0123456789abcdef0123456789"),
        {"LOGSHIP_HTTP_HEADERS": ""},
    ),
    "where an input begins, each in its way": Example(
        TAIL + "    Read_from_Head On\n    exit_on_eof on\n" + TAIL.replace("app", "b") + "    Mem_Buf_Limit 5k\n"
        + STDOUT,
        {"LOGSHIP_READ_FROM": "beginning"},
    ),
    "Docker's files": Example(with_input("Docker_Mode On"), {"LOGSHIP_PARSE": "docker"}),
    "names that RE2 does not take": with_parser("Format regex", "Regex ^(?<a-b>.)", "Time_Zone Europe/Berlin")._replace(
        settings={"LOGSHIP_PARSE": "regex:^(?P<a_b>.)", "LOGSHIP_TIMESTAMP_ZONE": "Europe/Berlin"}
    ),
    "a time that can't be read": with_parser("Format json", "Time_Format %H", "Time_Offset +0530")._replace(
        left_out=("time_format %H", "time_offset +0530")
    ),
    "what is escaped": with_parser("Format json", "Decode_Field escaped_utf8 log"),
    "multiline parsers that are no use": Example(
        "[SERVICE]\n    Parsers_File own.conf\n" + with_input("multiline.parser own", "multiline.parser none"), {},
        ("multiline.parser none", "multiline.parser own"),
        {"own.conf": '[MULTILINE_PARSER]\n    name own\n    rule "cont" "/^ /" "cont"\n'},
    ),
    "a first line that can't be told": Example(
        "[SERVICE]\n    Parsers_File own.conf\n" + with_input("Multiline On", "Parser_Firstline own"), {},
        ("parser_firstline own",), {"own.conf": "[PARSER]\n    Name own\n    Format json\n"},
    ),
    "a start with look-around": Example(
        "[SERVICE]\n    Parsers_File own.conf\n" + with_input("multiline.parser own"), {}, ("rule ",),
        {"own.conf": '[MULTILINE_PARSER]\n    name own\n    rule "start_state" "/^(?!x)/" "cont"\n'},
    ),
    "fields that records say": Example(with_filter("Name modify", "Add a $b"), {}, ("add a $b",)),
    "annotations": Example(with_filter("Name kubernetes", "K8S-Logging.Parser On", "K8S-Logging.Exclude Off"), {},
                           ("k8s-logging.parser On",)),
    "several parsers": Example(
        with_filter("Name parser", "Key_Name log", "Parser json", "Parser cri"), {"LOGSHIP_PARSE": "json_in:log"},
        ("parser cri",),
    ),
    "a parser of a field that is no JSON": Example(with_filter("Name parser", "Key_Name a", "Parser nginx"), {},
                                                   ("parser nginx",)),
    "JSON in a runtime's text": Example(
        TAIL + "    Parser cri\n[FILTER]\n    Name parser\n    Match *\n    Key_Name log\n    Parser json\n" + STDOUT,
        {"LOGSHIP_PARSE": "cri"},
    ),
    "a parser filter without a parser": Example(with_filter("Name parser", "Key_Name a"), {}, ()),
    "what a runtime cut": Example(with_filter("Name multiline", "mode partial_message"), {}),
    "a nest that can't be": Example(with_filter("Name nest", "Operation nest", "Nest_under n"), {}, ("filter nest",)),
    "a filter that is not needed": Example(with_filter("Name alter_size", "Add 1"), {}),
    "an expression of tags": Example(
        TAIL + TAIL.replace("app", "b") + "[OUTPUT]\n    Name stdout\n    Match_Regex ^b\n"
        "[OUTPUT]\n    Name http\n    Match_Regex (\n", {"LOGSHIP_SINKS": "stdout,http"}, ("match ^b",),
    ),
    "tags that change": Example(
        TAIL + "[FILTER]\n    Name rewrite_tag\n    Match *\n[FILTER]\n    Name modify\n    Match new\n    Add a b\n"
        "[OUTPUT]\n    Name stdout\n    Match new\n", {}, ("filter modify", "filter rewrite_tag", "match new"),
    ),
    "an output for no file": Example(
        TAIL + STDOUT + "[OUTPUT]\n    Name http\n    Match cpu\n", {"LOGSHIP_SINKS": "stdout"}
    ),
    "datadog's message": Example(
        with_output("Name datadog", "apikey ${KEY}", "dd_message_key txt", "Host dd.example"),
        {"LOGSHIP_DATADOG_API_KEY": "${KEY}", "LOGSHIP_DATADOG_URL": "http://dd.example"},
    ),
    "a resource by labels": Example(
        with_output("Name stackdriver", "resource global", "resource_labels a=b"),
        {"LOGSHIP_GCL_RESOURCE": "type=global"},
        ("resource_labels a=b",),
    ),
    "what is set in the file": Example(
        "@SET dir=/var/log/b\n[INPUT]\n    Name tail\n    Path ${dir}/*.log\n" + STDOUT,
        {"LOGSHIP_PATHS": "/var/log/b/*.log"},
    ),
    "what is included": Example(
        "@INCLUDE in*.conf\n" + STDOUT, {"LOGSHIP_PATHS": "/var/log/app/*.log"}, (), {"in-1.conf": TAIL}
    ),
    "what is not here": Example("@INCLUDE none.conf\n" + TAIL + STDOUT, {}, ("none.conf",)),
    "odd lines": Example("x\n[INPUT]\n    Name\n" + TAIL + STDOUT + "[STREAM_TASK]\n    Name x\n@WHAT x\n", {},
                         ("x", "Name", "input", "[STREAM_TASK]", "@WHAT x")),
    "what nobody knows": Example(with_output("Name stdout", "colour red", "net.keepalive on"), {}, ("colour red",)),
    "what our settings refuse": Example(with_output("Name es", "Host h", "Index UPPER"), {},
                                        ("LOGSHIP_ELASTICSEARCH_INDEX",)),
    "values of another form from the environment": Example(
        "[SERVICE]\n    Flush ${FLUSH}\n" + with_input("Read_from_Head ${HEAD}"), {},
        ("flush ${FLUSH}", "read_from_head ${HEAD}"),
    ),
}  # fmt: skip
