"""Parsers and multiline parsers as ``PARSE``, ``MULTILINE`` and what tells the time; pure."""

import re
from collections.abc import Mapping
from typing import Final

from logship.convert.rows import find_row
from logship.convert.sections import Configuration, Property, Section
from logship.convert.sheet import Kind, Sheet
from logship.convert.values import known
from logship.records.expressions import compile_expression
from logship.records.names import TIMESTAMP_FIELDS
from logship.records.time_formats import parse_formats

_SHIPPED: Final[Mapping[str, str]] = {
    "apache": "apache",
    "apache2": "apache",
    "apache_error": "apache",
    "nginx": "nginx",
    "docker": "docker",
    "docker-daemon": "auto",
    "cri": "cri",
    "json": "auto",
    "logfmt": "logfmt",
    "syslog-rfc5424": "auto",
    "syslog-rfc3164": "auto",
    "syslog-rfc3164-local": "auto",
}
"""Parsers that come with Fluent Bit (conf/parsers.conf), and what reads such lines here."""
_RULES: Final = ("go", "java", "python", "ruby")
"""Multiline parsers that come with Fluent Bit, and are rules of ours by the same names."""
_RUNTIMES: Final = ("docker", "cri")
_RULE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s+"((?:[^"\\]|\\.)*)"(?:\s+"((?:[^"\\]|\\.)*)")?')
_GROUP: Final = re.compile(r"\(\?<([A-Za-z_]\w*)>")
_OTHERS: Final = re.compile(r"\(\?<(?![=!])([^>]*)>")


def expression(text: str) -> str:
    """Give an expression of Ruby's as RE2 has it; raises ``ValueError`` if it has none."""
    text, flags = known(text).strip(), ""
    if found := re.fullmatch(r"/(.*)/([imx]*)", text, re.DOTALL):
        text, flags = found[1], found[2]
    text = _GROUP.sub(r"(?P<\1>", text.replace(r"\/", "/").replace(r"\h", "[0-9a-fA-F]").replace(r"\Z", "$"))
    if odd := _OTHERS.search(text):
        text = text.replace(odd[0], f"(?P<{re.sub(r'[^A-Za-z0-9_]', '_', odd[1])}>")
    text = (f"(?{flags.replace('x', '').replace('m', 's')})" if flags.replace("x", "") else "") + text
    try:
        compile_expression(text)
    except ValueError as why:
        message = f"its expression can't be used: {why}"
        raise ValueError(message) from None
    return text


def use_parser(asked: Property, configuration: Configuration, sheet: Sheet) -> None:
    """Set what reads lines as a parser does."""
    name = asked.text.strip()
    parser = next((each for each in configuration.of("parser") if each.get("name") == name), None)
    if (way := _SHIPPED.get(name.lower())) is not None:
        set_way(way, asked, sheet)
    elif parser is None:
        sheet.leave(asked, "no parser of that name is here: give its parsers_file; JSON and usual text need none")
        return
    else:
        _use_format(parser, asked, sheet)
    if parser is not None:
        _use_time(parser, sheet)
        _use_rest(parser, sheet)


def set_way(way: str, asked: Property, sheet: Sheet) -> None:
    """Set how lines are read; of the two runtimes the first that is asked for."""
    before = sheet.settings.get("LOGSHIP_PARSE")
    if way in _RUNTIMES and before and before.text in _RUNTIMES:
        sheet.leave(asked, f"LOGSHIP_PARSE is {before.text} because of {before.place}", Kind.NOTE)
    elif way != "auto":
        sheet.set("LOGSHIP_PARSE", way, asked.place, f"{asked.name} {asked.text}")


def _use_format(parser: Section, asked: Property, sheet: Sheet) -> None:
    form = parser.get("format").lower()
    if form == "logfmt":
        set_way("logfmt", asked, sheet)
    elif form == "regex":
        regex = parser.find("regex")
        try:
            way = "regex:" + expression(regex.text if regex else "")
            sheet.set("LOGSHIP_PARSE", way, (regex or asked).place, f"{asked.name} {asked.text}")
        except ValueError as why:
            sheet.leave(asked, f"{why}; time and level of a text's head are read anyway")
    elif form != "json":
        row = find_row("plugins", "parsers", form)
        sheet.leave(asked, row.instead() if row else f"format {form} is not there")


def _use_time(parser: Section, sheet: Sheet) -> None:
    """Say where the time is; a form only where it is none of the usual ones."""
    if key := parser.find("time_key"):
        add_time_field(key.text, key, sheet)
    form = parser.find("time_format")
    if form and not _is_usual(form.text):
        made = form.text.replace("%L", "%f").replace("%N", "%f").replace("%T", "%H:%M:%S").replace("%e", "%d")
        made = made.replace("%F", "%Y-%m-%d").replace("%D", "%m/%d/%y").replace("%R", "%H:%M")
        try:
            parse_formats(made)
            sheet.add("LOGSHIP_TIMESTAMP_FORMAT", made, form.place)
        except ValueError as why:
            sheet.leave(form, f"LOGSHIP_TIMESTAMP_FORMAT {why}; usual forms need none")
    _use_zone(parser, sheet)


def add_time_field(name: str, found: Property, sheet: Sheet) -> None:
    """Say that a field has the event time, before those that are known anyway."""
    if name in TIMESTAMP_FIELDS:
        return
    for each in (name, *TIMESTAMP_FIELDS):
        sheet.add("LOGSHIP_TIMESTAMP_FIELDS", each, found.place)


def _is_usual(form: str) -> bool:
    """Whether times of this form are read without being told: ISO 8601, RFC 3339, epochs, and what access logs have."""
    plain = re.sub(r"[.,]%[LNf]|[.,]?%z|Z$", "", form.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S")).strip()
    return plain in {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%s", "%d/%b/%Y:%H:%M:%S", "%b %d %H:%M:%S"}


def _use_zone(parser: Section, sheet: Sheet) -> None:
    zone, offset = parser.find("time_zone"), parser.find("time_offset")
    if zone:
        sheet.set("LOGSHIP_TIMESTAMP_ZONE", zone.text, zone.place, f"time_zone {zone.text}")
    elif offset and (found := re.fullmatch(r"([+-])(\d\d):?00", offset.text)):
        # Etc/GMT-9 is nine hours before Greenwich: signs are the other way round
        sign = "-" if found[1] == "+" else "+"
        name = f"Etc/GMT{sign}{int(found[2])}" if int(found[2]) else "UTC"
        sheet.set("LOGSHIP_TIMESTAMP_ZONE", name, offset.place, f"time_offset {offset.text}")
    elif offset:
        sheet.leave(offset, "LOGSHIP_TIMESTAMP_ZONE: a zone by its name, for example Asia/Kolkata")


def _use_rest(parser: Section, sheet: Sheet) -> None:
    for each in parser.every("decode_field", "decode_field_as"):
        kind, _, name = each.text.partition(" ")
        if kind.lower() == "json" and "docker" not in parser.get("name").lower():
            sheet.set("LOGSHIP_PARSE", f"json_in:{name.strip()}", each.place, f"{each.name} {each.text}")
        elif kind.lower() == "json":
            sheet.leave(each, "docker reads JSON that is within", Kind.NOT_NEEDED)
        else:
            sheet.leave(each, "what is escaped in JSON is read as JSON has it", Kind.NOT_NEEDED)
    if types := parser.find("types"):
        sheet.leave(types, "what a text line gives are texts; map them in the store")


def use_multiline(asked: Property, configuration: Configuration, sheet: Sheet) -> None:
    """Set what joins lines as multiline parsers do."""
    names = [name.strip() for name in asked.text.split(",") if name.strip()]
    runtimes = [name for name in names if name.lower() in _RUNTIMES]
    if runtimes:
        chosen = "cri" if "cri" in map(str.lower, runtimes) else "docker"
        set_way(chosen, asked, sheet)
        if len(runtimes) > 1:
            sheet.leave(asked, "LOGSHIP_PARSE is cri, as containerd and CRI-O write; docker for Docker", Kind.NOTE)
    for name in names:
        if name.lower() in _RULES:
            sheet.add("LOGSHIP_MULTILINE", name.lower(), asked.place)
        elif name not in runtimes:
            _use_own(name, asked, configuration, sheet)


def _use_own(name: str, asked: Property, configuration: Configuration, sheet: Sheet) -> None:
    parsers = configuration.of("multiline_parser")
    parser = next((each for each in parsers if each.get("name") == name), None)
    if parser is None:
        sheet.leave(asked, f"no multiline parser is called {name} here: give its parsers_file")
        return
    for rule in parser.every("rule"):
        found = _RULE.search(rule.text)
        if found and "start_state" in found[1]:
            _start(found[2], rule, sheet)
            return
    sheet.leave(asked, "LOGSHIP_MULTILINE=start:…: no rule has a start_state")


def _start(regex: str, found: Property, sheet: Sheet) -> None:
    try:
        text = "start:" + expression(regex)
    except ValueError as why:
        sheet.leave(found, f"LOGSHIP_MULTILINE: {why}")
        return
    sheet.set("LOGSHIP_MULTILINE", text, found.place, f"{found.name} {found.text}")
    sheet.leave(
        found, "every line goes on that the expression is not found in, whatever the other rules say", Kind.NOTE
    )


def use_first_line(asked: Property, configuration: Configuration, sheet: Sheet) -> None:
    """Set what the old way says, ``multiline on`` and ``parser_firstline``: a record begins where the parser fits."""
    parser = next((each for each in configuration.of("parser") if each.get("name") == asked.text), None)
    regex = parser.find("regex") if parser else None
    if not parser or not regex:
        sheet.leave(asked, "LOGSHIP_MULTILINE=start:… with the expression that a first line has")
        return
    _start(regex.text, regex, sheet)
    use_parser(asked, configuration, sheet)
