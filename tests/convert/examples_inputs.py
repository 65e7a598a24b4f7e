"""Inputs, the service and parsers."""

from collections.abc import Mapping
from typing import Final

from tests.convert.writing import STDOUT, TAIL, Example, with_input, with_parser

EXAMPLES: Final[Mapping[str, Example]] = {
    "files": Example(
        with_input("Exclude_Path *.gz,/var/log/app/x.log", "DB /d/x.db", "Mem_Buf_Limit 5MB", "Rotate_Wait 60"),
        {
            "LOGSHIP_PATHS": "/var/log/app/*.log",
            "LOGSHIP_EXCLUDE": "/**/*.gz,/var/log/app/x.log",
            "LOGSHIP_READ_FROM": "end",
            "LOGSHIP_BUFFER_MAX_BYTES": "5000000",
            "LOGSHIP_ROTATE_WAIT_SECONDS": "60",
            "LOGSHIP_SINKS": "stdout",
        },
    ),
    "the head": Example(
        with_input("Read_from_Head On", "Buffer_Max_Size 4M"),
        {"LOGSHIP_READ_FROM": "beginning", "LOGSHIP_MAX_LINE_BYTES": "4000000"},
    ),
    "two inputs": Example(
        TAIL + "    Mem_Buf_Limit 5MB\n" + TAIL.replace("app", "b") + "    Mem_Buf_Limit 5MB\n" + STDOUT,
        {"LOGSHIP_PATHS": "/var/log/app/*.log,/var/log/b/*.log", "LOGSHIP_BUFFER_MAX_BYTES": "10000000"},
    ),
    "what has a name of its own": Example(
        with_input("Path_Key file", "Offset_Key at", "Key text"), {"LOGSHIP_FILE_FIELDS": "name,path,offset"}
    ),
    "a node": Example(
        TAIL.replace("/var/log/app/", "/var/log/containers/") + STDOUT,
        {"LOGSHIP_PATHS": "/var/log/containers/*.log"},
        ("input tail",),
    ),
    "a relative path": Example(TAIL.replace("/var/log/app/*.log", "app.log,/a/b.log") + STDOUT,
                               {"LOGSHIP_PATHS": "/a/b.log"}, ("path app.log",)),
    "other inputs": Example("[INPUT]\n    Name systemd\n[INPUT]\n    Name what\n" + TAIL + STDOUT, {},
                            ("input systemd", "input what")),
    "the service": Example(
        "[SERVICE]\n    Flush 1\n    Grace 20\n    Log_Level warn\n    HTTP_Server On\n    HTTP_Port 2021\n"
        "    scheduler.cap 60\n    storage.path /b\n    Daemon Off\n" + TAIL + STDOUT,
        {
            "LOGSHIP_BATCH_TIMEOUT_SECONDS": "1",
            "LOGSHIP_SHUTDOWN_TIMEOUT_SECONDS": "20",
            "LOGSHIP_LOG_LEVEL": "warning",
            "LOGSHIP_LISTEN": "[::]:2021",
            "LOGSHIP_RETRY_MAX_SECONDS": "60",
        },
    ),
    "a parser of Fluent Bit's": Example(with_input("Parser nginx"), {"LOGSHIP_PARSE": "nginx"}),
    "both runtimes": Example(
        with_input("multiline.parser docker, cri", "Parser docker"), {"LOGSHIP_PARSE": "cri"}
    ),
    "a parser with an expression": with_parser(
        "Format regex", r"Regex /^(?<time>[^ ]+) (?<lvl>\h+) (?<message>.*)$/i", "Time_Key time",
        "Time_Format %d.%m.%Y %H:%M:%S.%L", "Time_Offset +0900"
    )._replace(settings={
        "LOGSHIP_PARSE": "regex:(?i)^(?P<time>[^ ]+) (?P<lvl>[0-9a-fA-F]+) (?P<message>.*)$",
        "LOGSHIP_TIMESTAMP_FORMAT": "%d.%m.%Y %H:%M:%S.%f",
        "LOGSHIP_TIMESTAMP_ZONE": "Etc/GMT-9",
    }),
    "an expression with look-around": with_parser("Format regex", "Regex ^(?<a>x(?=y))")._replace(
        left_out=("parser own",)
    ),
    "JSON with a time": with_parser("Format json", "Time_Key when", "Time_Format %Y-%m-%dT%H:%M:%S.%L%z")._replace(
        settings={"LOGSHIP_TIMESTAMP_FIELDS": "when,@timestamp,timestamp,time,ts,asctime"}
    ),
    "JSON within": with_parser("Format json", "Decode_Field_As json inner", "Types a:integer")._replace(
        settings={"LOGSHIP_PARSE": "json_in:inner"}, left_out=("types a:integer",)
    ),
    "logfmt": with_parser("Format logfmt")._replace(settings={"LOGSHIP_PARSE": "logfmt"}),
    "LTSV": with_parser("Format ltsv")._replace(left_out=("parser own",)),
    "no such parser": Example(with_input("Parser none"), {}, ("parser none",)),
    "stack traces": Example(with_input("multiline.parser python, java"), {"LOGSHIP_MULTILINE": "python,java"}),
    "several lines of a form": Example(
        "[SERVICE]\n    Parsers_File own.conf\n" + with_input("multiline.parser own"),
        {"LOGSHIP_MULTILINE": r"start:^\d+ "},
        (),
        {"own.conf": '[MULTILINE_PARSER]\n    name own\n    rule "start_state" "/^\\d+ /" "cont"\n'
                     '    rule "cont" "/^ /" "cont"\n'},
    ),
    "several lines, the old way": Example(
        "[SERVICE]\n    Parsers_File own.conf\n" + with_input("Multiline On", "Parser_Firstline own", "Parser_1 own"),
        {"LOGSHIP_MULTILINE": r"start:^(?P<d>\d+) (?P<m>.*)", "LOGSHIP_PARSE": r"regex:^(?P<d>\d+) (?P<m>.*)"},
        (),
        {"own.conf": "[PARSER]\n    Name own\n    Format regex\n    Regex ^(?<d>\\d+) (?<m>.*)\n"},
    ),
}  # fmt: skip
