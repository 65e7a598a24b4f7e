"""Outputs."""

from collections.abc import Mapping
from typing import Final

from tests.convert.writing import STDOUT, TAIL, Example, with_output

EXAMPLES: Final[Mapping[str, Example]] = {
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
}  # fmt: skip
