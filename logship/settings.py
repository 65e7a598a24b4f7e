"""The door: reads settings from flags, the environment and files, and names every fault at once.

The only module that reads the environment for settings, and the only one that loads pydantic. The dataclasses of
:mod:`logship.config` and of the sinks say what there is; here it is looked for, in this order: flag, variable,
``<NAME>_FILE`` (secrets only), one file a setting in ``LOGSHIP_SECRETS_DIR``, a standard's variable. The value of a
secret is never read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from logship import sinks
from logship.checks import condition_faults, config_faults, config_warnings, default_state_dir, name_faults, unreadable
from logship.config import Config, Secret
from logship.errors import ConfigError
from logship.handoff import Resolved, settings_type
from logship.options import PREFIX, SECRETS_DIR, SECRETS_DIR_DEFAULT, Option, config_options, options
from logship.texts import PARSERS, parse_list, quote

_EMPTY_IS_A_VALUE: Final = ("LOGSHIP_LISTEN",)
_TYPES: Final[Mapping[str, Any]] = {
    "size": int,
    "seconds": float,
    "count": int,
    "bool": bool,
    "list": tuple[str, ...],
    "mapping": dict[str, Any],
    "text mapping": dict[str, str],
    "condition": str,
    "text": str,
    "secret": Secret,
}


@dataclass(frozen=True, slots=True)
class _Found:
    """What was given for a setting, and where."""

    value: str | Secret
    place: str


class _Places:
    """Looks for settings where they may be."""

    def __init__(self, flags: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self._flags = flags
        self._environ = environ
        self._folder = Path(flags.get(SECRETS_DIR) or environ.get(SECRETS_DIR) or SECRETS_DIR_DEFAULT)

    def find(self, option: Option) -> _Found | None:
        """Give what was given for a setting; the empty text is nothing."""
        name = option.variable
        if option.kind == "secret":
            return self._find_secret(option)
        for place, texts in ((option.flag, self._flags), (name, self._environ)):
            if texts.get(name) or (name in texts and name in _EMPTY_IS_A_VALUE):
                return _Found(texts[name], place)
        path = self._file(name)
        text = _read(path) if path else ""
        return _Found(text, str(path)) if text else self._find_elsewhere(option)

    def _find_elsewhere(self, option: Option) -> _Found | None:
        """Look for a setting where others have it."""
        name = next((name for name in option.also if self._environ.get(name)), "")
        text = self._environ.get(name, "")
        return _Found(option.reading(name, text) if option.reading else text, name) if text else None

    def place(self, option: Option) -> str:
        """Name the place for a fault: where the setting was found, else its variable."""
        found = self.find(option)
        return found.place if found else option.variable

    def _find_secret(self, option: Option) -> _Found | None:
        if self._environ.get(option.variable):
            return _Found(Secret(variable=option.variable), option.variable)
        if path := self._environ.get(option.secret_file):
            return _Found(Secret(path=path), option.secret_file)
        file = self._file(option.variable)
        return _Found(Secret(path=str(file)), str(file)) if file else None

    def _file(self, variable: str) -> Path | None:
        name = variable.lower()
        for path in (self._folder / name, self._folder / name.removeprefix(PREFIX.lower())):
            try:
                if path.is_file():
                    return path
            except OSError:  # a folder that may not be entered holds nothing for us
                return None
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return ""


class _Source(PydanticBaseSettingsSource):
    """Feeds pydantic with what was found."""

    def __init__(self, model: type[BaseSettings], found: Mapping[str, _Found]) -> None:
        super().__init__(model)
        self._found = found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give (value, name, whether it is complex) of one field."""
        del field
        return self._found[field_name].value, field_name, False

    def __call__(self) -> dict[str, Any]:
        return {name: found.value for name, found in self._found.items()}


def model(settings: type[Any], of: Sequence[Option], found: Mapping[str, _Found] | None = None) -> type[BaseSettings]:
    """Make the pydantic model of a settings dataclass; ``found`` is what an instance of it will hold."""

    class Sourced(BaseSettings):
        model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_others: object, **_named: object
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (_Source(settings_cls, found or {}),)

    members: dict[str, Any] = {option.field: _member(option) for option in of}
    return create_model(settings.__name__, __base__=Sourced, __doc__=settings.__doc__, **members)


def _member(option: Option) -> tuple[Any, Any]:
    kind = Literal[option.choices] if option.choices else _TYPES[option.kind]
    parse = PARSERS.get(option.kind)
    marks = (NoDecode, BeforeValidator(partial(_parse, parse))) if parse else (NoDecode,)
    default = ... if option.required else option.default
    # Arguments that are None would be validated too, as bounds.
    given = (("ge", option.minimum), ("le", option.maximum))
    bounds: dict[str, Any] = {name: bound for name, bound in given if bound is not None}
    about = Field(default, description=option.doc, json_schema_extra={"variable": option.variable}, **bounds)
    return Annotated[(kind, *marks)], about


def _parse(parse: Any, value: Any) -> Any:  # noqa: ANN401 - text in, a value of the setting's type out
    return parse(value) if isinstance(value, str) else value


def load(flags: Mapping[str, str], environ: Mapping[str, str], *, once: bool = False) -> Resolved:
    """Give the settings, or raise :class:`ConfigError` with every fault; ``flags`` are texts by variable name."""
    places = _Places(flags, environ)
    known = config_options()
    config, faults = _build(Config, known, places)
    names = {option.field: places.place(option) for option in known}
    if not config.state_dir:
        config, more = _with_state_dir(config, environ)
        faults += more
    faults += config_faults(config, names, sinks.names())
    chosen = [sink for sink in dict.fromkeys(config.sinks) if sink in sinks.names()]
    chosen_settings = {}
    for sink in chosen:
        own = options(settings_type(sink), sink)
        known += own
        chosen_settings[sink], more = _build(settings_type(sink), own, places)
        faults += more
        when = next(option for option in own if option.field == "when")
        found = condition_faults(config, getattr(chosen_settings[sink], "when", ""))
        faults += [f"{places.place(when)}: {why}" for why in found]
    idle = [sink for sink in sinks.names() if sink not in chosen]
    unknown, warnings = name_faults(environ, known, idle)
    if faults or unknown:
        raise ConfigError([*unknown, *faults])
    return Resolved(config=config, sinks=chosen_settings, warnings=(*warnings, *config_warnings(config)), once=once)


def chosen_sinks(flags: Mapping[str, str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give the names of the chosen sinks that there are, without any other check."""
    found = _Places(flags, environ).find(next(option for option in config_options() if option.field == "sinks"))
    names = parse_list(str(found.value)) if found else Config().sinks
    return tuple(name for name in dict.fromkeys(names) if name in sinks.names())


def _with_state_dir(config: Config, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    folder = default_state_dir(environ)
    values = {field.name: getattr(config, field.name) for field in fields(config)} | {"state_dir": folder}
    fault = "LOGSHIP_STATE_DIR: is not set, and there is neither a writable /var/lib/logship nor a home folder"
    return Config(**values), ([] if folder else [fault])


def _build(settings: type[Any], of: Sequence[Option], places: _Places) -> tuple[Any, list[str]]:
    """Give an instance with defaults in the place of faulty settings (None if there is none), and the faults."""
    found = {option.field: one for option in of if (one := places.find(option))}
    try:
        made = _instance(settings, of, found)
        return made, _later_faults(made, of, found)
    except ValidationError as error:
        bad = {str(fault["loc"][0]): fault for fault in error.errors(include_url=False, include_input=False)}
    faults = [_fault(option, found.get(option.field), bad[option.field]) for option in of if option.field in bad]
    good = {name: one for name, one in found.items() if name not in bad}
    if any(option.required and option.field not in good for option in of):
        return None, faults + _file_faults(of, good)
    made = _instance(settings, of, good)
    return made, faults + _later_faults(made, of, good)


def _instance(settings: type[Any], of: Sequence[Option], found: Mapping[str, _Found]) -> Any:  # noqa: ANN401
    made = model(settings, of, found)()
    return settings(**{option.field: getattr(made, option.field) for option in of})


def _later_faults(made: Any, of: Sequence[Option], found: Mapping[str, _Found]) -> list[str]:  # noqa: ANN401
    """Give the faults that show only in valid settings: files that can't be read, what the sink's own check says."""
    check = getattr(made, "check", None)
    own: Iterable[str] = check() if check else ()
    prefix = of[0].variable.removesuffix(of[0].field.upper())  # a sink's own check says `URL must be …`
    return _file_faults(of, found) + [fault if fault.startswith(PREFIX) else prefix + fault for fault in own]


def _file_faults(of: Sequence[Option], found: Mapping[str, _Found]) -> list[str]:
    faults = []
    for option in of:
        one = found.get(option.field)
        path = one.value.path if one and isinstance(one.value, Secret) else one.value if one and option.path else ""
        if one and path and (why := unreadable(str(path), empty=option.kind != "secret")):
            faults.append(f"{one.place}: {quote(str(path))} {why}")
    return faults


def _fault(option: Option, found: _Found | None, error: Mapping[str, Any]) -> str:
    """Say in one line what is wrong and what to write instead."""
    if found is None:
        return f"{option.variable}: is not set, and there is no default: {option.doc}"
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            why = str(context["error"])
        case "literal_error":
            why = "is not one of " + ", ".join(option.choices)
        case "greater_than_equal":
            why = f"is too small; the least is {context['ge']:.15g}"
        case "less_than_equal":
            why = f"is too large; the most is {context['le']:.15g}"
        case _:
            why = f"is not a {option.kind}"
    return f"{found.place}: {_shown(option, found)} {why}"


def _shown(option: Option, found: _Found) -> str:
    # A header may be an Authorization, and whoever puts a password into a variable may put it into the wrong one.
    return "the value" if option.kind == "text mapping" else quote(str(found.value))
