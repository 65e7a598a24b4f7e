"""Reads settings from flags, the environment and files, and names every fault at once.

The only module that reads the environment for settings. The dataclasses of :mod:`logship.settings.config` and of the
sinks say what there is; here it is looked for, in this order: flag, variable, ``<NAME>_FILE`` (secrets only), one
file a setting in ``LOGSHIP_SECRETS_DIR``, a standard's variable. The value of a secret is never read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from logship import plugins
from logship.errors import ConfigError
from logship.plugins import settings_type
from logship.settings.config import Config, Secret
from logship.settings.options import PREFIX, SECRETS_DIR, SECRETS_DIR_DEFAULT, Option, config_options, options
from logship.settings.parsing import PARSERS, parse_plain, quote
from logship.settings.resolved import Resolved
from logship.settings.validation import (
    condition_faults,
    config_faults,
    config_warnings,
    default_state_dir,
    name_faults,
    unreadable,
)

_EMPTY_IS_A_VALUE: Final = ("LOGSHIP_LISTEN",)


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


def load(flags: Mapping[str, str], environ: Mapping[str, str], *, once: bool = False) -> Resolved:
    """Give the settings, or raise :class:`ConfigError` with every fault; ``flags`` are texts by variable name."""
    places = _Places(flags, environ)
    known = config_options()
    config, faults = _build(Config, known, places)
    names = {option.field: places.place(option) for option in known}
    if not config.state_dir:
        config, more = _with_state_dir(config, environ)
        faults += more
    faults += config_faults(config, names, plugins.names())
    chosen = [sink for sink in dict.fromkeys(config.sinks) if sink in plugins.names()]
    chosen_settings = {}
    for sink in chosen:
        own = options(settings_type(sink), sink)
        known += own
        chosen_settings[sink], more = _build(settings_type(sink), own, places)
        faults += more
        when = next(option for option in own if option.field == "when")
        found = condition_faults(config, getattr(chosen_settings[sink], "when", ""))
        faults += [f"{places.place(when)}: {why}" for why in found]
    idle = [sink for sink in plugins.names() if sink not in chosen]
    unknown, warnings = name_faults(environ, known, idle)
    if faults or unknown:
        raise ConfigError([*unknown, *faults])
    return Resolved(config=config, sinks=chosen_settings, warnings=(*warnings, *config_warnings(config)), once=once)


def chosen_sinks(flags: Mapping[str, str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give the names of the chosen sinks that there are, without any other check."""
    found = _Places(flags, environ).find(next(option for option in config_options() if option.field == "sinks"))
    names = (parse_plain(str(found.value)) or ()) if found else Config().sinks
    return tuple(name for name in dict.fromkeys(names) if name in plugins.names())


def _with_state_dir(config: Config, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    folder = default_state_dir(environ)
    values = {field.name: getattr(config, field.name) for field in fields(config)} | {"state_dir": folder}
    fault = "LOGSHIP_STATE_DIR: is not set, and there is neither a writable /var/lib/logship nor a home folder"
    return Config(**values), ([] if folder else [fault])


def _build(settings: type[Any], of: Sequence[Option], places: _Places) -> tuple[Any, list[str]]:
    """Give an instance with defaults in the place of faulty settings (None if there is none), and the faults."""
    found: dict[str, _Found] = {}
    values: dict[str, Any] = {}
    faults = []
    for option in of:
        one = places.find(option)
        if one is None:
            if option.required:
                faults.append(f"{option.variable}: is not set, and there is no default: {option.doc}")
            continue
        try:
            values[option.field] = read_value(option, one.value)
        except ValueError as why:
            faults.append(f"{one.place}: {_shown(option, one)} {why}")
        else:
            found[option.field] = one
    if any(option.required and option.field not in values for option in of):
        return None, faults + _file_faults(of, found)
    made = settings(**values)
    return made, faults + _later_faults(made, of, found)


def read_value(option: Option, given: str | Secret) -> Any:  # noqa: ANN401 - of the setting's type
    """Read what was given for a setting; raises ValueError with what is wrong and what to write instead."""
    if isinstance(given, Secret):
        return given
    try:
        given.encode()
    except UnicodeEncodeError:
        message = "is not UTF-8"
        raise ValueError(message) from None
    value = PARSERS.get(option.kind, str)(given)
    if option.choices and value not in option.choices:
        message = "is not one of " + ", ".join(option.choices)
        raise ValueError(message)
    if option.minimum is not None and value < option.minimum:
        message = f"is too small; the least is {option.minimum:.15g}"
        raise ValueError(message)
    if option.maximum is not None and value > option.maximum:
        message = f"is too large; the most is {option.maximum:.15g}"
        raise ValueError(message)
    return value


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


def _shown(option: Option, found: _Found) -> str:
    # A header may be an Authorization, and whoever puts a password into a variable may put it into the wrong one.
    return "the value" if option.kind == "text mapping" else quote(str(found.value))
