"""Reads settings from flags, the environment and files, and names every fault at once.

The dataclasses of :mod:`logship.settings.config` and of the sinks say what there is; pydantic-settings finds and reads
it (:mod:`logship.settings.sources`, :mod:`logship.settings.model`); here its faults get our words, and what is valid is
looked at as a whole.
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logship import plugins
from logship.errors import ConfigError
from logship.plugins import settings_type
from logship.settings.config import Config, NetworkSettings, Secret
from logship.settings.model import InitSettingsSource, ValidationError, model_of, words
from logship.settings.options import PREFIX, Option, config_options, sink_options
from logship.settings.parsing import quote
from logship.settings.places import default_state_dir
from logship.settings.resolved import Resolved
from logship.settings.sink_names import kinds_of, shared_variables
from logship.settings.sources import Environment, Flags, Folder, Ledger, NamedFiles, SecretsFolder, Standards
from logship.settings.standards import standard_faults, standard_warnings
from logship.settings.validation import (
    condition_faults,
    config_faults,
    config_warnings,
    file_name_faults,
    name_faults,
    unreadable,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sources came to; all by :attr:`Option.name`."""

    values: Mapping[str, Any]
    """Of each setting without a fault what was given, or else its default."""
    found: Mapping[str, tuple[str | Secret, str]]
    """What was given, and where."""
    faults: Mapping[str, str]
    unreadable: Sequence[str]
    """Lines about files that should hold a setting."""

    def place(self, option: Option) -> str:
        """Name the place for a fault: where the setting was found, else its variable."""
        return self.found[option.name][1] if option.name in self.found else option.variable


def read(of: Sequence[Option], flags: Mapping[str, str], environ: Mapping[str, str], folder: Folder) -> Reading:
    """Look for settings in all places and read them; ``flags`` are texts by variable name."""
    model = model_of(of)
    texts = {each.name: flags[each.variable] for each in of if each.variable in flags}
    files = SecretsFolder(model, of, folder)
    given = [Flags(model, of, ArgumentParser())(parsed_args=texts)] if texts else []
    given += [Environment(model, of, environ), NamedFiles(model, of, environ), files, Standards(model, of, environ)]
    ledger = Ledger(model, of, {type(source).__name__: source for source in given})
    faults: dict[str, str] = {}
    try:
        made = model(_build_sources=((*given, ledger), {}))
    except ValidationError as error:
        known = {each.name: each for each in of}
        for each in error.errors():
            option = known[str(each["loc"][0])]
            faults.setdefault(option.name, _fault(option, words(option, each), ledger.found.get(option.name)))
        sound = [each for each in of if each.name not in faults]
        model = model_of(sound)
        good = {each.name: ledger.found[each.name][0] for each in sound if each.name in ledger.found}
        made = model(_build_sources=((InitSettingsSource(model, good),), {}))
    return Reading(dict(made), ledger.found, faults, files.unreadable)


def _fault(option: Option, why: str, found: tuple[str | Secret, str] | None) -> str:
    if found is None:
        return f"{option.variable}: is not set, and there is no default: {option.doc}"
    # Whoever puts a password into a variable may put it into the wrong one.
    shown = "the value" if option.veiled else quote(str(found[0]).strip())
    return f"{found[1]}: {shown} {why}"


def load(flags: Mapping[str, str], environ: Mapping[str, str], *, once: bool = False) -> Resolved:
    """Give the settings, or raise :class:`ConfigError` with every fault; ``flags`` are texts by variable name."""
    folder = Folder(flags, environ)
    chosen = chosen_sinks(flags, environ, folder)
    own = config_options()
    of_sinks = {sink: sink_options(settings_type(kind), sink, kind) for sink, kind in chosen.items()}
    known = own + tuple(option for of in of_sinks.values() for option in of)
    reading = read(known, flags, environ, folder)
    config, faults = _config(own, reading, environ)
    sinks = {}
    for sink, of in of_sinks.items():
        sinks[sink], more = _sink(sink, settings_type(chosen[sink]), of, reading, environ)
        faults += more
        when = next(option for option in of if option.field == "when")
        found = condition_faults(config, getattr(sinks[sink], "when", ""))
        faults += [f"{reading.place(when)}: {why}" for why in found]
    faults += [f"{reading.place(_sinks_option(own))}: {why}" for why in shared_variables(of_sinks)]
    idle = [sink for sink in plugins.names() if sink not in chosen]
    unknown, warnings = name_faults(environ, known, idle)
    misnamed, more_warnings = file_name_faults(folder, known, idle, _paths(reading))
    if any(issubclass(settings_type(sink), NetworkSettings) for sink in chosen.values()):
        faults += standard_faults(environ)
        more_warnings += standard_warnings(environ)
    faults = [*unknown, *misnamed, *reading.unreadable, *faults]
    if faults:
        raise ConfigError(faults)
    warnings = (*warnings, *more_warnings, *config_warnings(config))
    kinds = {sink: kind for sink, kind in chosen.items() if sink != kind}
    return Resolved(config=config, sinks=sinks, kinds=kinds, warnings=warnings, once=once)


def chosen_sinks(
    flags: Mapping[str, str], environ: Mapping[str, str], folder: Folder | None = None
) -> Mapping[str, str]:
    """Give the kind of each chosen sink by its name, of those that there are, without any other check."""
    of = [_sinks_option(config_options())]
    sinks = read(of, flags, environ, folder or Folder(flags, environ)).values.get("sinks", ())
    return kinds_of(sinks, plugins.names())


def _sinks_option(own: Sequence[Option]) -> Option:
    return next(option for option in own if option.field == "sinks")


def _config(of: Sequence[Option], reading: Reading, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    """Give the daemon's own settings, with defaults in the place of faulty ones, and the faults."""
    values = {each.field: reading.values[each.name] for each in of if each.name in reading.values}
    faults = _faults(of, reading)
    if not values.get("state_dir"):
        values["state_dir"] = default_state_dir(environ)
        if not values["state_dir"] and "state_dir" not in reading.faults:
            faults.append(
                "LOGSHIP_STATE_DIR: is not set, and there is neither a writable /var/lib/logship nor a home folder"
            )
    config = Config(**values)
    places = {each.field: reading.place(each) for each in of}
    return config, faults + config_faults(config, places, plugins.names(), of)


def _sink(
    sink: str, kind: type[Any], of: Sequence[Option], reading: Reading, environ: Mapping[str, str]
) -> tuple[Any, list[str]]:
    """Give a sink's settings (None if one that has no default is missing), and the faults."""
    values = {each.field: reading.values[each.name] for each in of if each.name in reading.values}
    faults = _faults(of, reading) + _file_faults(of, reading, environ)
    if any(each.required and each.field not in values for each in of):
        return None, faults
    made = kind(**values)
    check = getattr(made, "check", None)
    own: Iterable[str] = check() if check else ()
    return made, faults + [_named(fault, sink, of, reading) for fault in own]


def _named(fault: str, sink: str, of: Sequence[Option], reading: Reading) -> str:
    """Name a setting as the operator did, where a sink's own check says ``URL must be …``."""
    if fault.startswith(PREFIX):
        return fault
    word = fault.split(" ", 1)[0].rstrip(":")
    option = next((each for each in of if each.field.upper() == word), None)
    if option is None or (place := reading.place(option)) in option.also:
        by = f"; it is set by {place}" if option else ""
        return f"{PREFIX}{sink.upper()}_{fault}{by}"
    return place + fault.removeprefix(word)


def _faults(of: Sequence[Option], reading: Reading) -> list[str]:
    return [reading.faults[each.name] for each in of if each.name in reading.faults]


def _file_faults(of: Sequence[Option], reading: Reading, environ: Mapping[str, str]) -> list[str]:
    """Give the faults of files that must be readable, and of secrets wherever they are."""
    faults = []
    for option in of:
        value: str | Secret = reading.values.get(option.name, "")
        if option.name in reading.found and (isinstance(value, Secret) or option.path):
            faults += unreadable(value, reading.found[option.name][1], environ)
    return faults


def _paths(reading: Reading) -> set[str]:
    """Give the paths of files that settings name."""
    given = [value.path if isinstance(value, Secret) else value for value in reading.values.values()]
    return {each for each in given if isinstance(each, str)}
