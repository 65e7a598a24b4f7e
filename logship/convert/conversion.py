"""A configuration in, what does the same here out; what our own settings would not take is left out, too."""

import os
import re
from collections.abc import Mapping
from typing import Final

from logship.convert.filters import convert_filters
from logship.convert.inputs import convert_inputs
from logship.convert.outputs import convert_outputs
from logship.convert.rows import apply_rows
from logship.convert.sections import NO_SECTION, VARIABLE, Configuration, Place, Section
from logship.convert.sheet import Kind, Sheet
from logship.convert.values import surely
from logship.errors import ConfigError
from logship.settings.loading import load

_KNOWN: Final = ("service", "input", "filter", "output", "parser", "multiline_parser", "processor")
_FAULT: Final = re.compile(r"(LOGSHIP_\w+?)(?:_FILE)?(?::| )(.*)", re.DOTALL)
_ELSEWHERE: Final = ("can't be read", "is no zone that is known here", "is no file")
"""Ends of faults that are about this machine, not about the settings."""


def convert(configuration: Configuration) -> Sheet:
    """Convert all of it."""
    sheet = Sheet()
    for place, what, why in configuration.oddities:
        sheet.remark(Kind.LEFT_OUT, place, what, why)
    for place, name in configuration.missing:
        _missing(name, place, sheet)
    for section in configuration.sections:
        if section.kind not in _KNOWN and not section.kind.startswith("processor of"):
            sheet.remark(Kind.LEFT_OUT, section.place, f"[{section.kind.upper()}]", NO_SECTION)
    convert_inputs(configuration, sheet)
    for service in configuration.of("service"):
        apply_rows("service", service, sheet)
        _listen(service, sheet)
    convert_filters(configuration, sheet)
    convert_outputs(configuration, sheet)
    sheet.finish()
    _check(sheet)
    return sheet


def _missing(name: str, place: Place, sheet: Sheet) -> None:
    """Say that a file is not here; the parsers that come with Fluent Bit need none."""
    if name.rpartition("/")[2] == "parsers.conf":
        sheet.remark(Kind.NOTE, place, name, "it is not here; the parsers that come with Fluent Bit are known anyway")
    else:
        sheet.remark(Kind.LEFT_OUT, place, name, "there is no such file here; run convert beside it")


def _listen(service: Section, sheet: Sheet) -> None:
    """Make the address of probes and metrics; logship has them on a port of its own in any case."""
    server = service.find("http_server")
    if not server or not surely(server):
        return
    host = service.get("http_listen", "::")
    host = "[::]" if host in ("0.0.0.0", "::", "[::]") else host  # noqa: S104 - what the file says
    sheet.set("LOGSHIP_LISTEN", f"{host}:{service.get('http_port', '2020')}", server.place)
    why = "with /metrics, /livez, /readyz, /startupz and /status, and series of our own; port 8687 by default"
    sheet.remark(Kind.NOTE, server.place, "LOGSHIP_LISTEN", why)


def _check(sheet: Sheet) -> None:
    """Take out what the daemon's own reading of settings would refuse, and say why."""
    for _ in range(len(sheet.settings) + 1):
        fault = next(iter(faults(environment(sheet))), None)
        if fault is None:
            return
        found = _FAULT.match(fault)
        setting = sheet.settings.pop(found[1], None) if found else None
        first = sheet.settings.get("LOGSHIP_SINKS") or next(iter(sheet.settings.values()), None)
        place = setting.place if setting else first.place if first else None
        if place is not None:
            sheet.remark(Kind.LEFT_OUT, place, found[1] if found else "settings", found[2].strip() if found else fault)
        if setting is None:
            return


def _stand_in(variable: str) -> str:
    return "/x" if variable.endswith(("_PATHS", "_EXCLUDE", "_FILE", "_FILE_PATH")) else "1"


def environment(sheet: Sheet) -> dict[str, str]:
    """Give the variables as they would be where each ``${X}`` is 1 and each secret a word."""
    found = {"HOME": os.environ.get("HOME", "/root"), "LOGSHIP_SECRETS_DIR": "/nonexistent"}
    for variable, setting in sheet.settings.items():
        found[variable] = "secret" if setting.secret else VARIABLE.sub(_stand_in(variable), setting.text)
        if setting.secret and variable.endswith(("_URL", "_ENDPOINT", "_HEADERS")):
            found[variable] = "X=secret" if variable.endswith("_HEADERS") else "http://secret"
    return found


def faults(environ: Mapping[str, str]) -> list[str]:
    """Give what the daemon would refuse to start with, but for what is about this machine."""
    try:
        load({}, environ)
    except ConfigError as error:
        return [fault for fault in error.faults if not any(word in fault for word in _ELSEWHERE)]
    return []
