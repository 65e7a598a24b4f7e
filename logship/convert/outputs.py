"""The outputs: each a sink, with its URL and what only all options together say; pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from logship import plugins
from logship.convert.routing import renamed, tags, taken
from logship.convert.rows import PREFIX, apply_rows, find_row
from logship.convert.sections import VARIABLE, Configuration, Place, Property, Section
from logship.convert.sheet import LOOKS_SECRET, Kind, Sheet, is_secret
from logship.convert.values import surely, yes
from logship.records.names import MESSAGE_FIELDS

_TABLES: Final = {"opensearch": "es", "cloudwatch": "cloudwatch_logs"}
"""Outputs whose options are another's."""
_PORTS: Final = {"es": 9200, "opensearch": 9200, "http": 80, "loki": 3100, "splunk": 8088, "opentelemetry": 80}
_SINK_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_SCHEME: Final = re.compile(r"https?://")


def convert_outputs(configuration: Configuration, sheet: Sheet) -> None:
    """Convert every output to a sink of its own."""
    sinks: list[tuple[str, str]] = []
    for section in configuration.of("output"):
        row = find_row("plugins", "outputs", section.name)
        if row is None or row.rule != "made":
            kind = Kind.NOT_NEEDED if row and row.rule == "not_needed" else Kind.LEFT_OUT
            why = f"no such sink; {row.instead()}" if row else "no such sink; http, otlp and kafka take most"
            sheet.remark(kind, section.place, f"output {section.name}", why)
        elif configuration.of("input") and not taken(section, configuration) and not renamed(configuration):
            why = f"match {section.get('match')}: no file's records come here"
            sheet.remark(Kind.NOT_NEEDED, section.place, f"output {section.name}", why)
        else:
            kind_of = row.ours[0].removeprefix("=")
            if row.words.startswith("needs"):
                sheet.remark(Kind.NOTE, section.place, f"output {section.name}", row.instead())
            name = _free_name(kind_of, section, sinks)
            sinks.append((name, kind_of))
            _output(section, name, configuration, sheet)
    if sinks:
        chosen = ",".join(name if name == kind_of else f"{name}:{kind_of}" for name, kind_of in sinks)
        sheet.set("LOGSHIP_SINKS", chosen, configuration.of("output")[0].place)
        _conditions(sinks, sheet)


def _free_name(kind: str, section: Section, sinks: list[tuple[str, str]]) -> str:
    used = [name for name, _ in sinks]
    if kind not in used:
        return kind
    alias = section.get("alias").lower().replace("-", "_")
    if _SINK_NAME.fullmatch(alias) and alias not in (*used, *plugins.names()):
        return alias
    return next(f"{kind}_{number}" for number in range(2, 1000) if f"{kind}_{number}" not in used)


def _conditions(sinks: list[tuple[str, str]], sheet: Sheet) -> None:
    texts = [text for text, _ in sheet.conditions]
    for name, _ in sinks if texts else ():
        sheet.set(f"{PREFIX}{name.upper()}_WHEN", " and ".join(texts), sheet.conditions[0][1])


def _output(section: Section, name: str, configuration: Configuration, sheet: Sheet) -> None:
    found = taken(section, configuration)
    if len(found) < len(tags(configuration)) or (renamed(configuration) and section.get("match", "*") != "*"):
        where = section.find("match", "match_regex")
        sheet.remark(
            Kind.LEFT_OUT,
            where.place if where else section.place,
            f"match {section.get('match') or section.get('match_regex')}",
            f"{name} gets the records of all files; {PREFIX}{name.upper()}_WHEN with what the records differ in",
        )
    table = _TABLES.get(section.name, section.name)
    apply_rows(table, section, sheet, name)
    MAKERS[table](section, f"{PREFIX}{name.upper()}_", sheet)
    if header := section.every("header"):
        _headers(header, f"{PREFIX}{name.upper()}_", sheet)


def _url(section: Section, sheet: Sheet, variable: str, path: str = "", default: str = "") -> None:
    """Make an address of host, port, path and TLS, as Fluent Bit fills them in."""
    host = section.find("host")
    place = host.place if host else section.place
    try:
        tls = yes(section.get("tls", "off"))
    except ValueError as why:
        sheet.remark(Kind.LEFT_OUT, place, f"tls {section.get('tls')}", f"{why}; http:// or https:// in {variable}")
        tls = False
    name = host.text if host else "127.0.0.1"
    name = f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name
    # a port within the host, and a whole URL, are not Fluent Bit's, but are seen
    name = _SCHEME.sub("", name).rstrip("/")
    port = section.get("port") or default
    usual = {"443": True, "80": False}.get(port) is tls
    where = name if usual or not port or name.rpartition(":")[2].isdigit() else f"{name}:{port}"
    tail = path if path.startswith("/") or not path else f"/{path}"
    text = f"http{'s' if tls else ''}://{where}{tail if tail != '/' else ''}"
    if _holds_secret(tail):
        sheet.secret(variable, Property("uri", "", place))
        sheet.remark(Kind.NOTE, place, variable, "the address has what looks like a secret in it")
    else:
        sheet.set(variable, text, place)


def _holds_secret(path: str) -> bool:
    """Whether a path has a key in it, as addresses of some services do."""
    bare = VARIABLE.sub("", path)
    names = re.findall(r"[?&]([^=&]+)=[^&]", bare)
    return any(map(is_secret, names)) or bool(LOOKS_SECRET.search(bare))


def _headers(headers: Sequence[Property], prefix: str, sheet: Sheet) -> None:
    """Give each header; where one of them is a secret, only where all are."""
    rest = []
    for found in headers:
        name, _, value = found.text.partition(" ")
        if name.lower() == "authorization" and value.lower().startswith("bearer "):
            sheet.secret(f"{prefix}BEARER_TOKEN", found._replace(text=value.strip()[7:].strip()))
        elif name and value.strip():
            rest.append((name, value.strip(), found))
    secret = next((found for name, value, found in rest if _is_secret(name, value)), None)
    if secret:
        sheet.secret(f"{prefix}HEADERS", secret._replace(text=""))
        form = ",".join(f"{name}={'…' if _is_secret(name, value) else value}" for name, value, _ in rest)
        sheet.remark(Kind.NOTE, secret.place, f"{prefix}HEADERS", f"what is to be in the Secret: {form}")
    for name, value, found in () if secret else rest:
        sheet.put(f"{prefix}HEADERS", name, value, found.place)


def _is_secret(name: str, value: str) -> bool:
    """Whether a header says who we are: by its name, or by a value that looks like a key."""
    return not VARIABLE.search(value) and (is_secret(name) or bool(LOOKS_SECRET.search(value)))


def _es(section: Section, prefix: str, sheet: Sheet) -> None:
    if cloud := section.find("cloud_id"):
        sheet.leave(cloud, f"{prefix}URL: the deployment's address, https://….es.….cloud.es.io")
    _url(section, sheet, f"{prefix}URL", section.get("path"), "9200")
    place = section.place
    if surely(section.find("logstash_format")):
        day = section.get("logstash_dateformat", "%Y.%m.%d")
        index = section.get("logstash_prefix", "logstash") + section.get("logstash_prefix_separator", "-") + day
    else:
        index = section.get("index", "fluent-bit")
    sheet.set(f"{prefix}INDEX", index, place, f"index {index}")


def _plain_url(variable: str, path: str) -> Callable[[Section, str, Sheet], None]:
    def make(section: Section, prefix: str, sheet: Sheet) -> None:
        default = str(_PORTS.get(section.name, 80))
        _url(section, sheet, prefix + variable, section.get(path) if path else "", default)

    return make


def _loki(section: Section, prefix: str, sheet: Sheet) -> None:
    _url(section, sheet, f"{prefix}URL", section.get("uri"), "3100")
    for found in section.every("labels"):
        for part in filter(None, map(str.strip, found.text.split(","))):
            name, equals, value = part.partition("=")
            if not equals or "$" in VARIABLE.sub("", part):
                sheet.leave(
                    found._replace(text=part), f"{prefix}LABELS: constant labels; query the record's own fields"
                )
            else:
                sheet.put(f"{prefix}LABELS", name.strip(), value.strip().strip('"'), found.place)
    if not section.every("labels", "label_keys", "label_map_path"):
        sheet.put(f"{prefix}LABELS", "job", "fluent-bit", section.place)  # as Fluent Bit does: queries ask for it
    for found in section.every("remove_keys"):
        for part in filter(None, map(str.strip, found.text.split(","))):
            sheet.add("LOGSHIP_DROP_FIELDS", part.lstrip("$"), found.place)


def _cloudwatch(section: Section, prefix: str, sheet: Sheet) -> None:
    group = section.find("log_group_name")
    if group and "$" in VARIABLE.sub("", group.text):
        sheet.leave(group, f"{prefix}GROUP: one group for a sink, not by the record")
    elif group:
        sheet.set(f"{prefix}GROUP", group.text, group.place)
    stream, begins = section.find("log_stream_name"), section.find("log_stream_prefix")
    if stream and "$" not in VARIABLE.sub("", stream.text):
        sheet.set(f"{prefix}STREAM", stream.text, stream.place)
    for found in filter(None, (begins, stream if stream and "$" in VARIABLE.sub("", stream.text) else None)):
        sheet.leave(found, f"{prefix}STREAM is POD_NAME/CONTAINER_NAME by default; no tag is added", Kind.NOTE)
    if not section.get("auto_create_group"):
        sheet.set(f"{prefix}CREATE", "false", section.place)
    if endpoint := section.find("endpoint"):
        sheet.set(f"{prefix}ENDPOINT", _address(endpoint.text), endpoint.place)


def _address(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _datadog(section: Section, prefix: str, sheet: Sheet) -> None:
    host = section.find("host")
    if host and (found := re.fullmatch(r"http-intake\.logs\.(.+)", host.text)):
        sheet.set(f"{prefix}SITE", found[1], host.place)
    elif host:
        _url(section, sheet, f"{prefix}URL")
    if key := section.find("dd_message_key"):
        for name in (key.text, *MESSAGE_FIELDS):
            sheet.add("LOGSHIP_MESSAGE_FIELDS", name, key.place)


def _otlp(section: Section, prefix: str, sheet: Sheet) -> None:
    path = section.get("logs_uri", "/v1/logs").removesuffix("/v1/logs")
    _url(section, sheet, f"{prefix}ENDPOINT", path, "80")
    if section.find("logs_uri") and not section.get("logs_uri").endswith("/v1/logs"):
        before = sheet.settings[f"{prefix}ENDPOINT"]
        sheet.settings[f"{prefix}ENDPOINT"] = before._replace(text=before.text + "#")
    for found in section.every("add_label"):
        name, _, value = found.text.partition(" ")
        sheet.put("LOGSHIP_FIELDS", name, value.strip(), found.place)


def _kafka(section: Section, prefix: str, sheet: Sheet) -> None:
    place: Place = section.place
    if not section.get("brokers"):
        sheet.remark(
            Kind.LEFT_OUT, place, "output kafka", f"{prefix}BROKERS is not said, or by a variable of rdkafka's"
        )
    if not section.get("topics"):
        sheet.set(f"{prefix}TOPIC", "fluent-bit", place)


def _gcl(section: Section, prefix: str, sheet: Sheet) -> None:
    resource = section.find("resource")
    if not resource:
        return
    sheet.put(f"{prefix}RESOURCE", "type", resource.text, resource.place)
    names = {"k8s_cluster_name": "cluster_name", "k8s_cluster_location": "location", "location": "location",
             "namespace": "namespace", "node_id": "node_id", "job": "job", "task_id": "task_id"}  # fmt: skip
    for found in section.every(*names):
        sheet.put(f"{prefix}RESOURCE", names[found.name], found.text, found.place)
    for found in section.every("resource_labels"):
        sheet.leave(found, f"{prefix}RESOURCE: type=…,label=…")


def _nothing(section: Section, prefix: str, sheet: Sheet) -> None:
    """Make nothing more than the rows do."""
    del section, prefix, sheet


MAKERS: Final[Mapping[str, Callable[[Section, str, Sheet], None]]] = {
    "es": _es,
    "http": _plain_url("URL", "uri"),
    "splunk": _plain_url("URL", ""),
    "stdout": _nothing,
    "loki": _loki,
    "kafka": _kafka,
    "datadog": _datadog,
    "cloudwatch_logs": _cloudwatch,
    "stackdriver": _gcl,
    "opentelemetry": _otlp,
    "file": _nothing,
}
"""By name; each row of ``plugins.txt`` whose rule is ``made`` has one."""
