"""Small configurations of Fluent Bit's, with what they come to: ``(settings, what is left out)``."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Example(NamedTuple):
    """A configuration in the classic format."""

    text: str
    settings: Mapping[str, str]
    """Those that are told apart by it; others may be there."""
    left_out: tuple[str, ...] = ()
    """The beginning of what each remark is about."""
    files: Mapping[str, str] = {}
    """Files beside it."""


TAIL: Final = "[INPUT]\n    Name tail\n    Path /var/log/app/*.log\n    Tag app\n"
STDOUT: Final = "[OUTPUT]\n    Name stdout\n    Match *\n"


def with_input(*lines: str) -> str:
    """Give a configuration whose input says this, too."""
    return TAIL + "".join(f"    {line}\n" for line in lines) + STDOUT


def with_filter(*lines: str) -> str:
    """Give a configuration with one filter."""
    return TAIL + "[FILTER]\n" + "".join(f"    {line}\n" for line in lines) + "    Match *\n" + STDOUT


def with_output(*lines: str) -> str:
    """Give a configuration with one output."""
    return TAIL + "[OUTPUT]\n" + "".join(f"    {line}\n" for line in lines) + "    Match *\n"


def with_parser(*lines: str) -> Example:
    """Give a configuration whose input names a parser of its own, in a file."""
    parser = "[PARSER]\n    Name own\n" + "".join(f"    {line}\n" for line in lines)
    return Example("[SERVICE]\n    Parsers_File own.conf\n" + with_input("Parser own"), {}, (), {"own.conf": parser})


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
    "es": Example(
        with_output("Name es", "Host ${ES}", "Port 9243", "tls On", "tls.verify Off", "HTTP_User me", "HTTP_Passwd x",
                    "Logstash_Format On", "Logstash_Prefix logs", "Retry_Limit False", "Replace_Dots On"),
        {
            "LOGSHIP_SINKS": "elasticsearch",
            "LOGSHIP_ELASTICSEARCH_URL": "https://${ES}:9243",
            "LOGSHIP_ELASTICSEARCH_INDEX": "logs-%Y.%m.%d",
            "LOGSHIP_ELASTICSEARCH_USERNAME": "me",
            "LOGSHIP_ELASTICSEARCH_INSECURE_SKIP_VERIFY": "true",
            "LOGSHIP_RETRY_LIMIT_SECONDS": "0",
        },
        ("replace_dots On",),
    ),
    "opensearch on AWS": Example(
        with_output("Name opensearch", "Host x.eu-west-1.es.amazonaws.com", "Port 443", "tls On", "AWS_Auth On",
                    "AWS_Region eu-west-1", "Index app"),
        {
            "LOGSHIP_ELASTICSEARCH_URL": "https://x.eu-west-1.es.amazonaws.com",
            "LOGSHIP_ELASTICSEARCH_AWS_SIGV4": "true",
            "LOGSHIP_ELASTICSEARCH_AWS_REGION": "eu-west-1",
            "LOGSHIP_ELASTICSEARCH_INDEX": "app",
        },
    ),
    "http": Example(
        with_output("Name http", "Host in.example", "URI /v1/in", "Format json", "Header X-Team a",
                    "Header Authorization Bearer ${TOKEN}", "Json_Date_Key _time"),
        {
            "LOGSHIP_HTTP_URL": "http://in.example/v1/in",
            "LOGSHIP_HTTP_FORMAT": "json",
            "LOGSHIP_HTTP_HEADERS": "X-Team=a",
            "LOGSHIP_HTTP_BEARER_TOKEN": "${TOKEN}",
        },
        ("json_date_key _time",),
    ),
    "http in a form that is not there": Example(
        with_output("Name http", "Format msgpack", "Compress snappy"), {"LOGSHIP_HTTP_URL": "http://127.0.0.1"},
        ("compress snappy", "format msgpack"),
    ),
    "loki": Example(
        with_output("Name loki", "Host loki", "Labels job=x, lvl=$level", "Label_keys $a", "Tenant_ID t"),
        {"LOGSHIP_LOKI_URL": "http://loki:3100", "LOGSHIP_LOKI_LABELS": "job=x", "LOGSHIP_LOKI_TENANT": "t"},
        ("labels lvl=$level", "label_keys $a"),
    ),
    "loki without labels": Example(with_output("Name loki", "Host ::1"), {
        "LOGSHIP_LOKI_URL": "http://[::1]:3100", "LOGSHIP_LOKI_LABELS": "job=fluent-bit"}),
    "kafka": Example(
        with_output("Name kafka", "Brokers a:9092,b:9092", "Topics logs", "rdkafka.security.protocol SASL_SSL",
                    "rdkafka.sasl.mechanism SCRAM-SHA-512", "rdkafka.sasl.username me", "rdkafka.sasl.password p"),
        {
            "LOGSHIP_KAFKA_BROKERS": "a:9092,b:9092",
            "LOGSHIP_KAFKA_TOPIC": "logs",
            "LOGSHIP_KAFKA_TLS": "true",
            "LOGSHIP_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "LOGSHIP_KAFKA_USERNAME": "me",
        },
    ),
    "splunk": Example(
        with_output("Name splunk", "Host s", "tls On", "Splunk_Token t", "Event_Index i", "Event_Sourcetype $st"),
        {"LOGSHIP_SPLUNK_URL": "https://s:8088", "LOGSHIP_SPLUNK_INDEX": "i"}, ("event_sourcetype $st",),
    ),
    "datadog": Example(
        with_output("Name datadog", "Host http-intake.logs.datadoghq.eu", "TLS on", "apikey k", "dd_service s",
                    "dd_source python", "dd_tags env:x,team:y"),
        {
            "LOGSHIP_DATADOG_SITE": "datadoghq.eu",
            "LOGSHIP_DATADOG_SERVICE": "s",
            "LOGSHIP_DATADOG_TAGS": "env:x,team:y",
        },
    ),
    "cloudwatch": Example(
        with_output("Name cloudwatch_logs", "region eu-west-1", "log_group_name /a/b", "log_stream_prefix x-",
                    "auto_create_group On", "log_retention_days 3"),
        {
            "LOGSHIP_CLOUDWATCH_REGION": "eu-west-1",
            "LOGSHIP_CLOUDWATCH_GROUP": "/a/b",
            "LOGSHIP_CLOUDWATCH_CREATE": "true",
        },
        ("log_retention_days 3",),
    ),
    "stackdriver": Example(
        with_output("Name stackdriver", "resource k8s_container", "k8s_cluster_name c", "k8s_cluster_location l",
                    "export_to_project_id p", "severity_key sev"),
        {
            "LOGSHIP_SINKS": "gcl",
            "LOGSHIP_GCL_PROJECT": "p",
            "LOGSHIP_GCL_RESOURCE": "type=k8s_container,cluster_name=c,location=l",
            "LOGSHIP_LEVEL_FIELDS": "sev",
        },
    ),
    "opentelemetry": Example(
        with_output("Name opentelemetry", "Host c", "Port 4318", "Logs_uri /otel/v1/logs", "Add_label env x"),
        {"LOGSHIP_OTLP_ENDPOINT": "http://c:4318/otel", "LOGSHIP_FIELDS": "env=x"},
    ),
    "file": Example(with_output("Name file", "Path /out", "Mkdir On"), {"LOGSHIP_FILE_PATH": "/out"}),
    "two of a kind": Example(
        with_output("Name http", "Host a") + "[OUTPUT]\n    Name http\n    Match *\n    Host b\n    Alias audit\n"
        + "[OUTPUT]\n    Name http\n    Match *\n    Host c\n",
        {
            "LOGSHIP_SINKS": "http,audit:http,http_2:http",
            "LOGSHIP_AUDIT_URL": "http://b",
            "LOGSHIP_HTTP_2_URL": "http://c",
        },
    ),
    "outputs that are not there": Example(
        with_output("Name s3", "bucket b") + "[OUTPUT]\n    Name null\n    Match *\n" + STDOUT,
        {"LOGSHIP_SINKS": "stdout"}, ("output s3",),
    ),
    "an output for some files": Example(
        TAIL + TAIL.replace("app", "b") + "[OUTPUT]\n    Name stdout\n    Match b\n", {}, ("match b",),
    ),
    "a secret in the address": Example(
        with_output("Name http", "Host in.example", "URI /v1/0123456789abcdef0123456789"), {"LOGSHIP_HTTP_URL": ""},
    ),
    "a secret in a header": Example(
        with_output("Name http", "Host in.example", "Header X-Api-Key hunter2", "Header X-Team a"),
        {"LOGSHIP_HTTP_HEADERS": ""},
    ),
    "a header that looks like a secret": Example(
        with_output("Name http", "Host in.example", "Header X-Team 0123456789abcdef0123456789"),
        {"LOGSHIP_HTTP_HEADERS": ""},
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
