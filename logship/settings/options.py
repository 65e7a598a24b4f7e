"""What every setting is called and means, drawn from the settings' dataclasses; light, so that ``--help`` is fast."""

import collections.abc
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from logship.settings.config import GROUPS, Config, Secret
from logship.settings.parsing import format_list, format_seconds, format_size
from logship.settings.places import SECRETS_DIR as SECRETS_DIR  # noqa: PLC0414 - an option, if not a setting
from logship.settings.places import SECRETS_DIR_DEFAULT as SECRETS_DIR_DEFAULT  # noqa: PLC0414

PREFIX: Final = "LOGSHIP_"


@dataclass(frozen=True, slots=True)
class Option:
    """One setting."""

    field: str
    """The dataclass field."""
    variable: str
    """``LOGSHIP_PATHS``"""
    kind: str
    """A key of :data:`logship.settings.parsing.PARSERS`, ``choice``, ``count``, ``bool``, ``text`` or ``secret``."""
    doc: str
    group: str
    """What it is shown beneath: a few words, or its sink's name."""
    default: Any
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    empty: bool = False
    """The empty text means something; of all others it means that they are not set."""
    path: bool = False
    """It names a file that must be readable at the start."""
    also: tuple[str, ...] = ()
    """Variables of others that count where ours is not set; the first that is set."""
    plain: bool = False
    """Its texts hold nothing secret, as headers may, and labels do not."""
    reading: Callable[[str, str], str] | None = None
    """Turns the name and the text of such a variable into a text of ours."""

    @property
    def name(self) -> str:
        """``http_url``: what tells it from all others, those of other sinks included."""
        return self.variable.removeprefix(PREFIX).lower()

    @property
    def form(self) -> str:
        """What to write, in a word: the kinds that are read in a way of their own are still texts and lists."""
        return {
            "globs": "list",
            "formats": "list",
            "names": "list",
            "verbatim": "text",
            "parser": "text",
            "expressions": "text",
            "headers": "text mapping",
            "shares": "mapping",
        }.get(self.kind, self.kind)

    @property
    def veiled(self) -> bool:
        """Whether what is given may hold a secret beside names: a header may be an ``Authorization``."""
        return self.form == "text mapping" and not self.plain

    @property
    def flag(self) -> str:
        """``--paths``; empty for a secret, which has none."""
        return "" if self.kind == "secret" else "--" + self.name.replace("_", "-")

    @property
    def secret_file(self) -> str:
        """Name of the variable that may hold the path of a secret's file; empty if this is no secret."""
        return self.variable + "_FILE" if self.kind == "secret" else ""

    @property
    def default_text(self) -> str:
        """The default as an operator would write it."""
        match self.default:
            case bool():
                return str(self.default).lower()
            case int() if self.kind == "size":
                return format_size(self.default)
            case int() | float():
                return format_seconds(self.default)
            case tuple():
                return format_list(self.default)
            case str():
                return self.default
        return ""


def options(settings: type[Any], sink: str = "") -> tuple[Option, ...]:
    """Give the settings of a dataclass; those of a sink have its name in their prefix."""
    hints = get_type_hints(settings, include_extras=True)
    prefix = PREFIX + (sink.upper() + "_" if sink else "")
    found, group = [], sink
    for field in fields(settings):
        group = sink or GROUPS.get(field.name, group)
        found.append(_option(field, prefix, hints[field.name], group))
    return tuple(found)


def sink_options(settings: type[Any], name: str, kind: str) -> tuple[Option, ...]:
    """Give the settings of a sink; standards' variables are for the one that is called as its kind."""
    found = options(settings, name)
    return (
        found
        if name == kind
        else tuple(replace(each, also=(), doc=each.doc.partition("; else `")[0]) for each in found)
    )


def config_options() -> tuple[Option, ...]:
    """Give the daemon's own settings."""
    return options(Config)


def _option(field: Any, prefix: str, hint: Any, group: str) -> Option:  # noqa: ANN401 - a dataclass field of any type
    kind = _kind(hint)
    meta: Mapping[str, Any] = field.metadata
    return Option(
        field=field.name,
        variable=prefix + field.name.upper(),
        kind=kind,
        doc=meta["doc"] + "".join(f"; else `{name}`" for name in meta.get("also", ())),
        group=group,
        default={} if field.default is MISSING else field.default,
        choices=get_args(hint) if kind == "choice" else (),
        minimum=meta.get("minimum", 1 if kind == "count" else 0 if kind in ("size", "seconds") else None),
        maximum=meta.get("maximum"),
        required=meta.get("required", False),
        empty=meta.get("empty", False),
        path=meta.get("path", False),
        also=meta.get("also", ()),
        plain=meta.get("plain", False),
        reading=meta.get("reading"),
    )


def _kind(hint: Any) -> str:  # noqa: ANN401 - any type
    origin = get_origin(hint)
    if origin is Annotated:
        return str(get_args(hint)[1])
    if origin is Literal:
        return "choice"
    if origin is collections.abc.Mapping:
        return "text mapping" if get_args(hint)[1] is str else "mapping"
    if origin is tuple:
        return "list"
    kinds: dict[Any, str] = {bool: "bool", str: "text", Secret: "secret", int: "count", float: "seconds"}
    return kinds[hint]
