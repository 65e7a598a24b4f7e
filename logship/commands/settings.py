"""``logship settings``: settings with type, default and meaning, or what is set and where; a JSON schema, a table."""

import argparse
import itertools
import os
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from logship import plugins
from logship.errors import ConfigError
from logship.logs import document, printable
from logship.plugins import settings_type
from logship.settings.config import Config
from logship.settings.options import (
    PREFIX,
    SECRETS_DIR,
    SECRETS_DIR_DEFAULT,
    Option,
    config_options,
    options,
    sink_options,
)
from logship.settings.parsing import parse_texts, quote

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
"""By :attr:`logship.settings.options.Option.form`; all others are text."""
_DEFAULTS: Final = {"LOGSHIP_STATE_DIR": "/var/lib/logship in the image, else the user's state folder"}


def arguments(parser: argparse.ArgumentParser, _: Sequence[str]) -> None:
    """Add the flags."""
    parser.add_argument("name", nargs="*", help="only those of a sink, or whose name has this in it")
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_true", help="as a JSON schema")
    style.add_argument("--markdown", action="store_true", help="as a table for a page")
    style.add_argument("--effective", action="store_true", help="what is set here, and where; of a secret only where")


def run(parsed: argparse.Namespace) -> int:
    """Print them; raises ConfigError if there is none of that name, or if what is set has faults."""
    every = every_option() + named_options()
    sinks = {option.group for option in every[len(config_options()) :]}
    chosen = tuple(option for option in every if not parsed.name or _is_asked_for(option, parsed.name, sinks))
    if not chosen:
        raise ConfigError([f"no setting has {' or '.join(parsed.name)} in its name"])
    if parsed.json:
        sys.stdout.write(document(schema(chosen), indent=True).decode() + "\n")
    elif parsed.markdown:
        sys.stdout.write(markdown(chosen))
    elif parsed.effective:
        _show_effective(chosen)
    else:
        _show(chosen)
    return 0


def _is_asked_for(option: Option, names: Sequence[str], sinks: Container[str]) -> bool:
    wanted = [name.lower().replace("-", "_") for name in names]
    return any(name == option.group if name in sinks else name in option.variable.lower() for name in wanted)


def every_option() -> tuple[Option, ...]:
    """Give the daemon's settings, then those of each sink."""
    own = options(Config)
    return own + tuple(option for name in plugins.names() for option in options(settings_type(name), name))


def named_options() -> tuple[Option, ...]:
    """Give the settings of the sinks that have a name of their own here."""
    folder = Path(os.environ.get(SECRETS_DIR) or SECRETS_DIR_DEFAULT)
    in_file = any((folder / name).exists() for name in ("sinks", "logship_sinks", f"{PREFIX}SINKS"))
    if ":" not in os.environ.get(f"{PREFIX}SINKS", "") and not in_file:
        return ()
    from logship.settings.loading import chosen_sinks  # noqa: PLC0415 - pydantic: not for whoever lists settings

    named = {name: kind for name, kind in chosen_sinks({}, os.environ).items() if name != kind}
    return tuple(option for name, kind in named.items() for option in sink_options(settings_type(kind), name, kind))


def schema(of: Iterable[Option]) -> dict[str, Any]:
    """Give a JSON schema whose properties are variables."""
    properties = {option.variable: _property(option) for option in of}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties}


def _property(option: Option) -> dict[str, Any]:
    if option.kind == "secret":
        return {"type": "string", "writeOnly": True, "description": option.doc}
    given = {"minimum": option.minimum, "maximum": option.maximum, "enum": list(option.choices)}
    bounds = {name: bound for name, bound in given.items() if bound not in (None, [])}
    default = {} if option.required else {"default": option.default}
    return {"description": option.doc, **_JSON_TYPES.get(option.form, _JSON_TEXT), **bounds, **default}


def type_text(option: Option) -> str:
    """Say in a word or two what to write."""
    if option.kind == "secret":
        return "secret, also `_FILE`"
    return " | ".join(f"`{choice}`" for choice in option.choices) or option.form


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


def _show(of: Sequence[Option]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people

    console = Console()
    if console.is_terminal:
        _show_blocks(console, of)
        return
    rows = [(option.variable, type_text(option), default_text(option), option.doc) for option in of]
    _table(("setting", "type", "default", "meaning"), rows)


def _show_blocks(console: Any, of: Sequence[Option]) -> None:  # noqa: ANN401 - rich is loaded late
    """Print a heading for each group, a line for each setting, and what it means beneath, as wide as the terminal."""
    from rich.padding import Padding  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415

    for group, members in itertools.groupby(of, key=lambda option: option.group):
        console.print(Text(f"\n{group}", style="bold underline"))
        for option in members:
            default = default_text(option)
            about = type_text(option).replace("`", "") + (
                f", {'' if option.required else 'default '}{default}" if default else ""
            )
            console.print(Text.assemble((option.variable, "bold"), "  ", (about, "dim")))
            console.print(Padding(Text(option.doc.replace("`", "")), (0, 0, 0, 4)))


def _show_effective(of: Sequence[Option]) -> None:
    from logship.settings.loading import load, read  # noqa: PLC0415 - pydantic: not for whoever lists settings
    from logship.settings.sources import Folder  # noqa: PLC0415

    reading = read(every_option() + named_options(), {}, os.environ, Folder({}, os.environ))
    found = [(option, *reading.found[option.name]) for option in of if option.name in reading.found]
    _table(("setting", "value", "from"), [(each.variable, _value(each, given), place) for each, given, place in found])
    load({}, os.environ)


def _value(option: Option, given: object) -> str:
    """Give what may be shown: of a secret nothing, of headers, which may hold one, their names."""
    if option.kind == "secret":
        return "(secret)"
    if option.veiled:
        with suppress(ValueError):
            return ",".join(f"{name}=***" for name in parse_texts(str(given).strip()))
        return "***"
    return quote(str(given) if option.kind == "verbatim" else str(given).strip())[1:-1]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        # Plain text: a default such as `[::]:8687` would be taken for markup.
        table.add_row(*[Text(printable(cell.replace("`", ""))) for cell in row])
    console = Console()
    if not console.is_terminal:  # a row a line, for grep
        console = Console(width=_PIPED_WIDTH)
    console.print(table)
