"""Filters and processors as settings for all records; pure."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from logship.convert.inputs import text_field
from logship.convert.parsers import add_time_field, expression, use_multiline, use_parser
from logship.convert.routing import renamed, tags, taken
from logship.convert.rows import accessor, find_row
from logship.convert.sections import VARIABLE, Configuration, Property, Section
from logship.convert.sheet import Kind, Sheet, is_secret
from logship.convert.values import surely

FIELDS: Final = "LOGSHIP_FIELDS"
DROP: Final = "LOGSHIP_DROP_FIELDS"
RENAME: Final = "LOGSHIP_RENAME_FIELDS"
ONLY: Final = "LOGSHIP_ONLY_FIELDS"
_ALWAYS: Final = ("name", "match", "match_regex", "alias", "log_level", "log_suppress_interval")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_@][\w.@-]*")

Convert = Callable[[Section, Configuration, Sheet], None]


def convert_filters(configuration: Configuration, sheet: Sheet) -> None:
    """Convert filters, then processors, in their order."""
    for section in configuration.of("filter"):
        _convert("filters", section, configuration, sheet)
    for section in configuration.sections:
        if section.kind == "processor":
            known = find_row("plugins", "processors", section.name)
            _convert("processors" if known else "filters", section, configuration, sheet)
        elif section.kind.startswith("processor of"):
            sheet.leave_out(section, "logs alone")


def _convert(heading: str, section: Section, configuration: Configuration, sheet: Sheet) -> None:
    row = find_row("plugins", heading, section.name)
    if row is None or row.rule == "left_out":
        sheet.leave_out(section, row.instead() if row else "logship has nothing of the kind")
    elif row.rule == "not_needed":
        sheet.remark(Kind.NOT_NEEDED, section.place, f"{section.kind} {section.name}", row.instead())
    elif section.every("condition"):
        sheet.leave_out(section, "it has a condition: logship changes all records alike")
    elif (
        section.kind == "filter"
        and not renamed(configuration)
        and tags(configuration)
        and not taken(section, configuration)
    ):
        why = f"match {section.get('match')}: no file's records come here"
        sheet.remark(Kind.NOT_NEEDED, section.place, f"filter {section.name}", why)
    elif partial := _partial(section, configuration):
        sheet.leave_out(section, partial)
    else:
        CONVERTERS[section.name](section, configuration, sheet)


def _partial(section: Section, configuration: Configuration) -> str:
    """Say why a filter is not about all records, if so; one that is about none does nothing."""
    if section.kind == "processor":
        mine, _, of = section.inside.partition(" ")
        return _by_tag(len(configuration.of(mine)) > 1, of)
    found = taken(section, configuration)
    if renamed(configuration) and not found:
        return "it is about records with a tag that rewrite_tag makes; there are no tags"
    return _by_tag(len(found) != len(tags(configuration)), section.get("match"))


def _by_tag(partly: bool, of: str) -> str:  # noqa: FBT001 - one question
    return f"it is for {of} alone, and logship changes all records alike" if partly else ""


_OF_KUBERNETES: Final = {
    *("merge_log", "labels", "annotations", "namespace_labels", "namespace_annotations"),
    *("k8s-logging.parser", "k8s-logging.exclude"),
}


def _kubernetes(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    del configuration
    sheet.pod_fields = True
    row = find_row("plugins", "filters", "kubernetes")
    sheet.remark(Kind.NOTE, section.place, "filter kubernetes", row.instead() if row else "")
    merge = section.find("merge_log")
    if merge and surely(merge) and "LOGSHIP_PARSE" not in sheet.settings:
        sheet.set("LOGSHIP_PARSE", "json_in:log", merge.place)
    for found in section.every("labels", "annotations", "namespace_labels", "namespace_annotations"):
        if found.text.lower() not in ("off", "false", "no"):
            sheet.leave(found, "LOGSHIP_FIELDS: what you need of them, from the downward API")
    for found in section.every("k8s-logging.parser", "k8s-logging.exclude"):
        if found.text.lower() not in ("off", "false", "no"):
            sheet.leave(found, "annotations are not read: LOGSHIP_PARSE of the pod itself, or no sidecar")
    _say_the_rest(section, sheet, _OF_KUBERNETES, "the API server is not asked")


def _say_the_rest(section: Section, sheet: Sheet, done: set[str], why: str) -> None:
    for found in section.properties:
        if found.name not in (*_ALWAYS, *done):
            sheet.leave(found, why, Kind.NOT_NEEDED)


def _modify(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    del configuration
    for found in section.properties:
        if found.name in _ALWAYS:
            continue
        name, _, value = found.text.partition(" ")
        _edit(found, found.name, name, value.strip(), sheet)


_EDITS: Final[Mapping[str, str]] = {
    "add": "add",
    "set": "add",
    "insert": "add",
    "upsert": "add",
    "record": "add",
    "remove": "drop",
    "delete": "drop",
    "remove_key": "drop",
    "remove_wildcard": "drop below",
    "rename": "rename",
    "hard_rename": "rename",
    "allowlist_key": "only",
    "whitelist_key": "only",
}
"""What modify, record_modifier and content_modifier call what we do."""


def _edit(found: Property, action: str, name: str, value: str, sheet: Sheet) -> None:
    """Do what a rule of a filter says."""
    name = accessor(name.strip("\"'"))
    match _EDITS.get(action):
        case "add":
            _add_field(found, name, value, sheet)
        case "drop":
            sheet.add(DROP, name, found.place)
        case "drop below":
            sheet.add(DROP, f"{name.rstrip('*')}*", found.place)
        case "rename" if value.strip("\"'") == "@timestamp":
            add_time_field(name, found, sheet)
        case "rename":
            sheet.put(RENAME, name, accessor(value.strip("\"'")), found.place)
        case "only":
            sheet.add(ONLY, name, found.place)
        case _ if action in ("move_to_start", "move_to_end"):
            sheet.leave(found, "fields have no order for a store", Kind.NOT_NEEDED)
        case _:
            sheet.leave(found, "LOGSHIP_FIELDS, LOGSHIP_DROP_FIELDS, LOGSHIP_RENAME_FIELDS: nothing of the kind")


def _add_field(found: Property, name: str, value: str, sheet: Sheet) -> None:
    value = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
    if is_secret(name) and not VARIABLE.search(value):
        sheet.leave(found, "a secret in every record? LOGSHIP_FIELDS, if it is meant")
    elif VARIABLE.sub("", value).startswith("$"):
        sheet.leave(found, "LOGSHIP_FIELDS are constant: the value comes from the record")
    else:
        sheet.put(FIELDS, name, value, found.place)


def _content_modifier(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    del configuration
    key = section.find("key") or section.find("action")
    if section.get("context", "body") not in ("body", "attributes", "otel_resource_attributes"):
        sheet.leave_out(section, "it changes what is not the record")
    elif key:
        _edit(key._replace(text=f"{section.get('action')} {key.text}"), section.get("action"), section.get("key"),
              section.get("value"), sheet)  # fmt: skip


def _grep(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    """Make a condition of each rule; without ``logical_op`` each must hold, as Fluent Bit goes through them."""
    terms: list[tuple[str, bool]] = []
    for found in section.every("regex", "exclude"):
        name, _, regex = found.text.partition(" ")
        try:
            term = _term(text_field(accessor(name), configuration), expression(regex))
        except ValueError as why:
            sheet.leave(found, f"LOGSHIP_<SINK>_WHEN: {why}")
            continue
        terms.append((term, found.name == "exclude"))
    if terms:
        sheet.conditions.append((_joined(terms, section.get("logical_op", "legacy").lower()), section.place))


def _joined(terms: list[tuple[str, bool]], how: str) -> str:
    """Join comparisons: the rules of one ``logical_op`` are of one kind, and ``exclude`` is about all of them."""
    if len(terms) == 1 or how not in ("and", "or"):
        return " and ".join(_negated(term) if excluded else term for term, excluded in terms)
    whole = f"({f' {how} '.join(term for term, _ in terms)})"
    return f"not {whole}" if terms[0][1] else whole


def _negated(term: str) -> str:
    return term.replace("~", "!~", 1)


def _term(field: str, regex: str) -> str:
    """Give a comparison; without a field it is about whole lines."""
    name = field if not field or _PLAIN_NAME.fullmatch(field) else json.dumps(field, ensure_ascii=False)
    return f"{name}~{_quoted(regex)}"


def _quoted(regex: str) -> str:
    return regex if re.fullmatch(r"[\w.*+^$|\\\[\]/:-]+", regex) else json.dumps(regex, ensure_ascii=False)


def _parser(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    key = section.find("key_name")
    parsers = section.every("parser")
    for found in parsers[1:]:
        sheet.leave(found, "LOGSHIP_PARSE is one way for all lines; time and level of a text's head are read anyway")
    if not key or not parsers:
        return
    defined = next((each for each in configuration.of("parser") if each.get("name") == parsers[0].text), None)
    form = defined.get("format").lower() if defined else "json" if parsers[0].text == "json" else ""
    if form == "json" and "LOGSHIP_PARSE" not in sheet.settings:
        sheet.set("LOGSHIP_PARSE", f"json_in:{accessor(key.text)}", key.place)
    elif form == "json" or text_field(key.text, configuration) in ("", "message"):
        _of_line(parsers[0], form, configuration, sheet)
    else:
        sheet.leave(parsers[0], "LOGSHIP_PARSE reads whole lines, and JSON in a field (json_in:), no other field")


def _of_line(asked: Property, form: str, configuration: Configuration, sheet: Sheet) -> None:
    if form == "json":
        sheet.leave(asked, "JSON within is read by LOGSHIP_PARSE anyway", Kind.NOT_NEEDED)
    else:
        use_parser(asked, configuration, sheet)


def _multiline(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    for found in section.every("multiline.parser"):
        use_multiline(found, configuration, sheet)
    done = {"multiline.parser"}
    if (mode := section.get("mode").lower()) == "partial_message":
        sheet.remark(Kind.NOTE, section.place, f"mode {mode}", "LOGSHIP_PARSE=docker joins what the runtime cut")
    _say_the_rest(section, sheet, done, "lines are joined as they are read, before anything else")


def _nest(section: Section, configuration: Configuration, sheet: Sheet) -> None:
    del configuration
    lift = section.get("operation").lower() == "lift"
    under = section.get("nested_under" if lift else "nest_under")
    wildcards = section.every("wildcard")
    if lift and under and not section.get("remove_prefix"):
        sheet.put(RENAME, f"{under}.*", f"{section.get('add_prefix')}*", section.place)
        return
    names = [each.text for each in wildcards]
    if lift or not under or not names or not all(name.count("*") <= 1 for name in names):
        sheet.leave_out(section, "LOGSHIP_RENAME_FIELDS: a.b=c, a_*=a.*")
    prefix, added = section.get("remove_prefix"), section.get("add_prefix")
    for name in names if not lift and under else ():
        sheet.put(RENAME, name, f"{under}.{added}{name.removeprefix(prefix)}", section.place)


CONVERTERS: Final[Mapping[str, Convert]] = {
    "kubernetes": _kubernetes,
    "modify": _modify,
    "record_modifier": _modify,
    "content_modifier": _content_modifier,
    "grep": _grep,
    "parser": _parser,
    "multiline": _multiline,
    "nest": _nest,
}
"""By name; each row of ``plugins.txt`` whose rule is ``made`` has one."""
