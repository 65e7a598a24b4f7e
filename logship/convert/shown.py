"""What was found, as lines of an environment file or as Kubernetes' ``env:``; pure."""

import json
import shlex
from collections.abc import Iterator
from typing import Final

from logship.convert.sections import VARIABLE
from logship.convert.sheet import Kind, Remark, Setting, Sheet
from logship.logs import printable
from logship.settings.options import PREFIX, config_options

SECRETS_FOLDER: Final = "/run/secrets/logship"
SECRET_NAME: Final = "logship-secrets"  # noqa: S105 - what the Secret is called
_POD_FIELDS: Final = {
    "LOGSHIP_POD_NAME": "metadata.name",
    "LOGSHIP_POD_NAMESPACE": "metadata.namespace",
    "LOGSHIP_POD_UID": "metadata.uid",
    "LOGSHIP_NODE_NAME": "spec.nodeName",
}
NO_SECRETS: Final = ("_URL", "_ENDPOINT", "_HEADERS")
"""Ends of settings that take no ``_FILE``; the folder of secrets can hold any setting."""
_ADDRESSES: Final = ("_URL", "_ENDPOINT", "_BROKERS", "_GROUP", "_PATH", "_SITE")
_HEADINGS: Final = {
    Kind.LEFT_OUT: "left out, and what to do instead",
    Kind.NOTE: "converted, and different",
    Kind.NOT_NEEDED: "not needed",
}


def environment_file(sheet: Sheet, source: str) -> str:
    """Give ``NAME=value`` lines, quoted as a shell reads them; comments say the rest."""
    lines = [f"# {source}, as logship's settings; for sh: set -a; . ./this-file"]
    for variable, setting in _in_order(sheet):
        lines += _shell_lines(variable, setting)
    if sheet.pod_fields:
        lines.append("# LOGSHIP_POD_NAME, LOGSHIP_POD_NAMESPACE, LOGSHIP_POD_UID, LOGSHIP_NODE_NAME: the downward API;")
        lines.append("# logship convert --kubernetes writes them")
    return "\n".join([*lines, *_remarks(sheet)]) + "\n"


def _in_order(sheet: Sheet) -> list[tuple[str, Setting]]:
    """Give the daemon's own settings as the table of all settings has them, then each sink's, its address first."""
    places = {option.variable: place for place, option in enumerate(config_options())}

    def key(each: tuple[str, Setting]) -> tuple[int, str, bool]:
        sink = "" if each[0] in places else each[0].removeprefix(PREFIX).partition("_")[0]
        return places.get(each[0], len(places)), sink, not each[0].endswith(_ADDRESSES)

    return sorted(sheet.settings.items(), key=key)


def _shell_lines(variable: str, setting: Setting) -> Iterator[str]:
    if not setting.secret or setting.text:
        yield f"{variable}={_shell_text(setting.text)}"
        return
    path = f"{SECRETS_FOLDER}/{variable.lower()}"
    yield f"# {printable(str(setting.place))} has a secret, which is not repeated here: put it into this file"
    yield f"# {path}" if variable.endswith(NO_SECRETS) else f"{variable}_FILE={path}"


def _shell_text(text: str) -> str:
    if not VARIABLE.search(text):
        return shlex.quote(text) if text else ""
    pieces, end = [], 0
    for found in VARIABLE.finditer(text):
        pieces += [_in_quotes(text[end : found.start()]), found[0]]
        end = found.end()
    return f'"{"".join(pieces)}{_in_quotes(text[end:])}"'


def _in_quotes(text: str) -> str:
    return "".join(f"\\{each}" if each in '\\"$`' else each for each in text)


def kubernetes_list(sheet: Sheet, source: str) -> str:
    """Give an ``env:`` list; a secret is a key of the Secret ``logship-secrets``."""
    lines = [f"# {source}, as logship's settings", "env:"]
    for name, path in _POD_FIELDS.items() if sheet.pod_fields else ():
        lines.append(f"- {{name: {name}, valueFrom: {{fieldRef: {{fieldPath: {path}}}}}}}")
    for variable, setting in _in_order(sheet):
        lines += _entry(variable, setting)
    if len(lines) == 2:  # noqa: PLR2004 - the comment and its list
        lines[1] = "env: []"
    return "\n".join([*lines, *_variables(sheet), *_remarks(sheet)]) + "\n"


def _entry(variable: str, setting: Setting) -> Iterator[str]:
    if not setting.secret or setting.text:
        yield f"- {{name: {variable}, value: {_yaml_text(setting.text)}}}"
        return
    key = variable.lower()
    yield f"# {printable(str(setting.place))} has a secret, not repeated here: put it into the Secret, as this key"
    yield f"- {{name: {variable}, valueFrom: {{secretKeyRef: {{name: {SECRET_NAME}, key: {key}}}}}}}"


def _yaml_text(text: str) -> str:
    """Give a text in quotes; ``$(X)`` is what Kubernetes puts variables of the same list into."""
    pieces, end = [], 0
    for found in VARIABLE.finditer(text):
        pieces += [text[end : found.start()].replace("$(", "$$("), f"$({found[1].partition(':-')[0]})"]
        end = found.end()
    pieces.append(text[end:].replace("$(", "$$("))
    return json.dumps("".join(pieces), ensure_ascii=False)


def _variables(sheet: Sheet) -> list[str]:
    used: dict[str, str] = {}
    for found in (found for each in sheet.settings.values() for found in VARIABLE.finditer(each.text)):
        name, has_default, default = found[1].partition(":-")
        used[name] = f"{name} ({default} there, if it is not set)" if has_default else name
    return [printable(f"# define these before them in the list: {', '.join(used.values())}")] if used else []


def _remarks(sheet: Sheet) -> Iterator[str]:
    for kind, heading in _HEADINGS.items():
        found = sorted((each for each in sheet.remarks if each.kind is kind), key=lambda each: each.place)
        if found:
            yield f"\n# {heading}:"
        groups: dict[object, list[Remark]] = {}
        for each in found:
            alike = (each.place.file, each.what.partition(" ")[0], each.why)
            groups.setdefault(each if kind is Kind.LEFT_OUT else alike, []).append(each)
        yield from map(_line, groups.values())


def _line(remarks: list[Remark]) -> str:
    """Give a line for remarks that are alike but for the line of the file."""
    first, *others = remarks
    also = f" (and in line {', '.join(str(each.place.line) for each in others)})" if others else ""
    return printable(f"# {first.place}: {first.what}{also}: {first.why}")
