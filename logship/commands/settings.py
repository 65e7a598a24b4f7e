"""``logship settings``: every setting with type, default and meaning; a JSON schema, or the README's tables."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from logship import plugins
from logship.plugins import settings_type
from logship.settings.config import Config
from logship.settings.options import Option, options

_PIPED_WIDTH: Final = 320
_JSON_TEXT: Final = {"type": "string"}
_JSON_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "size": {"type": "integer"},
    "count": {"type": "integer"},
    "seconds": {"type": "number"},
    "bool": {"type": "boolean"},
    "list": {"type": "array", "items": _JSON_TEXT},
    "mapping": {"type": "object", "additionalProperties": True},
    "text mapping": {"type": "object", "additionalProperties": _JSON_TEXT},
}
"""By :attr:`logship.settings.options.Option.kind`; all others are text."""
_DEFAULTS: Final = {"LOGSHIP_STATE_DIR": "/var/lib/logship in the image, else the user's state folder"}


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_true", help="as a JSON schema")
    style.add_argument("--markdown", action="store_true", help="as a table for a page")


def run(parsed: argparse.Namespace) -> int:
    """Print them."""
    if parsed.json:
        sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
    elif parsed.markdown:
        sys.stdout.write(markdown(every_option()))
    else:
        _table(every_option())
    return 0


def every_option() -> tuple[Option, ...]:
    """Give the daemon's settings, then those of each sink."""
    own = options(Config)
    return own + tuple(option for name in plugins.names() for option in options(settings_type(name), name))


def schema() -> dict[str, Any]:
    """Give a JSON schema whose properties are variables."""
    properties = {option.variable: _property(option) for option in every_option()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties}


def _property(option: Option) -> dict[str, Any]:
    if option.kind == "secret":
        return {"type": "string", "writeOnly": True, "description": option.doc}
    given = {"minimum": option.minimum, "maximum": option.maximum, "enum": list(option.choices)}
    bounds = {name: bound for name, bound in given.items() if bound not in (None, [])}
    default = {} if option.required else {"default": option.default}
    return {"description": option.doc, **_JSON_TYPES.get(option.kind, _JSON_TEXT), **bounds, **default}


def type_text(option: Option) -> str:
    """Say in a word or two what to write."""
    if option.kind == "secret":
        return "secret, also `_FILE`"
    return " | ".join(f"`{choice}`" for choice in option.choices) or option.kind


def default_text(option: Option) -> str:
    """Say what holds if nothing is written."""
    return "required" if option.required else _DEFAULTS.get(option.variable, option.default_text)


def markdown(of: Iterable[Option]) -> str:
    """Give a table; a bar within a cell is escaped."""
    rows = [("setting", "type", "default", "meaning"), ("---",) * 4]
    for option in of:
        default = default_text(option)
        shown = default if default in ("", "required", *_DEFAULTS.values()) else f"`{default}`"
        rows.append((f"`{option.variable}`", type_text(option), shown, option.doc))
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def _table(of: Iterable[Option]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("setting", "type", "default", "meaning"):
        table.add_column(title, overflow="fold", no_wrap=title == "setting")
    for option in of:
        # Plain text: a default such as `[::]:8687` would be taken for markup.
        cells = (option.variable, type_text(option), default_text(option), option.doc)
        table.add_row(*[cell.replace("`", "").replace("[", r"\[") for cell in cells])
    console = Console()
    if not console.is_terminal:  # a row a line, for grep
        console = Console(width=_PIPED_WIDTH)
    console.print(table)
