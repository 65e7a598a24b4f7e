"""What can be wrong with settings that are each well-formed: paths, folders, zones, names; the file system is asked."""

import difflib
import os
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from logship.records.enrichment import FILE_FIELDS, reserved
from logship.records.field_edits import always_there
from logship.records.field_patterns import path_faults, pattern_faults, rename_faults
from logship.records.multiline import parse_multiline
from logship.records.routing import condition_on
from logship.settings.config import Config, Secret
from logship.settings.options import PREFIX, SECRETS_DIR, Option
from logship.settings.parsing import clean_secret, quote
from logship.settings.places import parse_listen
from logship.settings.redacting import redaction_faults
from logship.settings.resolved import enrichment_of
from logship.settings.sink_names import sink_faults
from logship.settings.sources import Folder

SECRET_MAX: Final = 1 << 16
"""Bytes that are read of a file that holds a secret."""

_SERVICE_LINK: Final = re.compile(
    r"LOGSHIP_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
_SERVICE_URL: Final = re.compile(r"(?:tcp|udp|sctp)://\S+")


def name_faults(
    environ: Mapping[str, str], known: Sequence[Option], idle: Iterable[str]
) -> tuple[list[str], tuple[str, ...]]:
    """Give (faults, warnings) for the variables of our prefix that name no setting; ``idle`` are unchosen sinks."""
    names = {SECRETS_DIR} | {name for option in known for name in (option.variable, option.secret_file) if name}
    short = [name.removeprefix(PREFIX) for name in names]
    faults, warnings = [], []
    for name in sorted(environ):
        if name not in names and name.upper() in names:
            faults.append(f"{name}: is no setting; did you mean {name.upper()}?")
        if not name.startswith(PREFIX) or name in names or _is_service_link(name, environ[name]):
            continue
        sink = next((sink for sink in idle if name.startswith(f"{PREFIX}{sink.upper()}_")), "")
        if sink:
            warnings.append(f"{name}: is set, but {sink} is not in LOGSHIP_SINKS")
        else:
            near = difflib.get_close_matches(name.removeprefix(PREFIX), short, 1)
            faults.append(f"{name}: is no setting" + (f"; did you mean {PREFIX}{near[0]}?" if near else ""))
    return faults, tuple(warnings)


def file_name_faults(
    folder: Folder, known: Sequence[Option], idle: Iterable[str], named: Container[str]
) -> tuple[list[str], tuple[str, ...]]:
    """Give (faults, warnings) for the files of the secrets folder that hold no setting; ``named`` are paths in use."""
    names = [option.name for option in known]
    faults = [f"{SECRETS_DIR}: {quote(str(folder.path))} {folder.fault}"] if folder.fault else []
    faults += [f"{path}: is no file" for path in folder.others if folder.setting(path) in names]
    faults += [f"{path}: is there in another case too, or without logship_; keep one" for path in folder.twins]
    warnings = []
    for name, path in sorted(folder.files.items()):
        if name in names or "." in name or str(path) in named:
            continue
        sink = next((sink for sink in idle if name.startswith(f"{sink}_")), "")
        near = difflib.get_close_matches(name, names, 1, 0.8)
        ours = path.name.lower().startswith(PREFIX.lower())
        if sink:
            warnings.append(f"{path}: is there, but {sink} is not in LOGSHIP_SINKS")
        elif near or ours:
            hint = f"; did you mean {PREFIX.lower() if ours else ''}{near[0]}?" if near else ""
            faults.append(f"{path}: is no setting{hint}")
        else:
            warnings.append(f"{path}: is no setting, and is not read")
    return faults, tuple(warnings)


def _is_service_link(name: str, value: str) -> bool:
    """Whether Kubernetes made the variable for a Service whose name begins with ours."""
    by_value = name == "LOGSHIP_PORT" or (name.endswith("_PORT") and bool(_SERVICE_URL.fullmatch(value)))
    return by_value or bool(_SERVICE_LINK.fullmatch(name))


def config_faults(config: Config, names: Mapping[str, str], kinds: Sequence[str], own: Sequence[Option]) -> list[str]:
    """Give one line a fault; ``names`` has what each field is called, ``kinds`` which sinks there are."""
    found: list[tuple[str, str]] = []
    for field, check in _CHECKS:
        found += [(field, fault) for fault in check(config)]
    found += [("sinks", fault) for fault in sink_faults(config, kinds, own)]
    found += [] if _field_faults(config) else redaction_faults(config, enrichment_of(config))
    return [f"{names[field]}: {fault}" for field, fault in found]


def _path_faults(config: Config) -> list[str]:
    return [f"{quote(path)} {why}" for path in config.paths if (why := _path_fault(path))]


def _exclude_faults(config: Config) -> list[str]:
    return [f"{quote(path)} {why}" for path in config.exclude if (why := _path_fault(path))]


def _path_fault(path: str) -> str:
    if not path.startswith("/"):
        return "is not absolute; write it from / on"
    if ".." in PurePosixPath(path).parts:
        return "has .. in it; write the folder itself"
    return "is a folder; add /*.log" if path.endswith("/") else ""


def _state_faults(config: Config) -> list[str]:
    found = _absolute("state_dir")(config)
    is_file = not found and os.path.isfile(config.state_dir)  # noqa: PTH113 - Path's may raise
    return [f"{quote(config.state_dir)} is a file; name a folder"] if is_file else found


def _root_faults(config: Config) -> list[str]:
    if not config.root:
        return []
    if why := _path_fault(config.root.rstrip("/") or "/x"):
        return [f"{quote(config.root)} {why}"]
    outside = [path for path in config.paths if not trusted_root(path).is_relative_to(config.root)]
    return [f"{quote(config.root)} does not contain {quote(path)}; widen it or drop the path" for path in outside]


def trusted_root(path: str) -> PurePosixPath:
    """Give the deepest folder before the first wildcard of a glob."""
    parts = PurePosixPath(path).parts[:-1]
    wild = next((place for place, part in enumerate(parts) if set(part) & set("*?[")), len(parts))
    return PurePosixPath(*parts[:wild])


def _zone_faults(config: Config) -> list[str]:
    if config.timestamp_zone.upper() == "UTC":  # known even where the image has no zones
        return []
    import zoneinfo  # noqa: PLC0415 - most say UTC, and the application waits for the start

    try:
        zoneinfo.ZoneInfo(config.timestamp_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return [f"{quote(config.timestamp_zone)} is no zone that is known here; write UTC or Europe/Berlin"]
    return []


def _multiline_faults(config: Config) -> list[str]:
    if config.multiline in {"auto", "off"}:
        return []
    try:
        parse_multiline(config.multiline, max_lines=1, max_bytes=1)
    except ValueError as why:
        return [f"{quote(config.multiline)} {why}"]
    return []


def _listen_faults(config: Config) -> list[str]:
    try:
        parse_listen(config.listen or ":0")
    except ValueError as why:
        return [f"{quote(config.listen)} {why}"]
    return []


def _absolute(field: str) -> Callable[[Config], list[str]]:
    def check(config: Config) -> list[str]:
        path: str = getattr(config, field)
        return [f"{quote(path)} is not absolute; write it from / on"] if path and not path.startswith("/") else []

    return check


def _retry_faults(config: Config) -> list[str]:
    if config.retry_max_seconds >= config.retry_initial_seconds:
        return []
    return [f"{config.retry_max_seconds:g} is less than the first bound, {config.retry_initial_seconds:g}"]


def _file_field_faults(config: Config) -> list[str]:
    wrong = [name for name in config.file_fields if name not in FILE_FIELDS]
    return [f"{quote(name)} is not one of {', '.join(FILE_FIELDS)}" for name in wrong]


def _field_faults(config: Config) -> list[str]:
    wrong = sorted(reserved(config.file_fields).intersection(config.fields))
    return [f"{quote(name)} is a field that every record has anyway; choose another name" for name in wrong]


_RAW: Final = "raw lines have no fields; set LOGSHIP_FORMAT to auto"


def _drop_faults(config: Config) -> list[str]:
    if _field_faults(config) or not config.drop_fields:
        return []
    enrichment = enrichment_of(config)
    stays = {*always_there(enrichment), *enrichment.ours}
    kept = [f"{each!r} always stays, as time, level and message do" for each in config.drop_fields if each in stays]
    return [_RAW] if config.format == "raw" else [*pattern_faults(config.drop_fields), *kept]


def _name_faults(field: str) -> Callable[[Config], list[str]]:
    return lambda config: path_faults(getattr(config, field))


def _only_faults(config: Config) -> list[str]:
    return [_RAW] if config.only_fields and config.format == "raw" else pattern_faults(config.only_fields)


def _rename_faults(config: Config) -> list[str]:
    if _field_faults(config) or not config.rename_fields:
        return []
    clash = enrichment_of(config).clash
    ours = [
        f"{new!r} is a field that logship adds, or lies above one"
        for new in config.rename_fields.values()
        if clash(new)
    ]
    return [_RAW] if config.format == "raw" else [*rename_faults(config.rename_fields.items()), *ours]


def _sample_faults(config: Config) -> list[str]:
    return ["raw lines have no level; set LOGSHIP_FORMAT to auto"] if config.sample and config.format == "raw" else []


def condition_faults(config: Config, when: str) -> list[str]:
    """Give what is wrong with a sink's condition beside the other settings."""
    if _field_faults(config):
        return []
    try:
        condition_on(when, enrichment_of(config))
    except ValueError as why:
        return [str(why)]
    return []


def _parse_faults(config: Config) -> list[str]:
    if config.format == "auto" or config.parse in ("auto", "off"):
        return []
    return [f"{quote(config.parse)} makes fields of lines, and LOGSHIP_FORMAT={config.format} has none; leave one out"]


_CHECKS: Final[tuple[tuple[str, Callable[[Config], list[str]]], ...]] = (
    ("paths", _path_faults),
    ("exclude", _exclude_faults),
    ("root", _root_faults),
    ("timestamp_zone", _zone_faults),
    *((field, _name_faults(field)) for field in ("timestamp_fields", "level_fields", "message_fields")),
    ("multiline", _multiline_faults),
    ("parse", _parse_faults),
    ("listen", _listen_faults),
    ("state_dir", _state_faults),
    ("exit_file", _absolute("exit_file")),
    ("retry_max_seconds", _retry_faults),
    ("fields", _field_faults),
    ("sample", _sample_faults),
    ("drop_fields", _drop_faults),
    ("rename_fields", _rename_faults),
    ("only_fields", _only_faults),
    ("file_fields", _file_field_faults),
)


def config_warnings(config: Config) -> tuple[str, ...]:
    """Give one line for each valid setting that is seldom meant."""
    roots = [config.root] if config.root else [str(trusted_root(path)) for path in config.paths]
    folders = [path for path in config.paths if os.path.isdir(path)]  # noqa: PTH112 - Path's may raise
    inside = dict.fromkeys(root for root in roots if PurePosixPath(config.state_dir).is_relative_to(root))
    state = f"LOGSHIP_STATE_DIR: {quote(config.state_dir)}"
    return (
        *(f"LOGSHIP_PATHS: {quote(path)} is a folder; write {quote(f'{path}/*.log')}" for path in folders),
        *(f"{state} is inside {quote(root)}: whoever writes logs there can change it" for root in inside),
    )


def _content(path: str) -> bytes:
    """Give the beginning of a file; a folder or a pipe is none, and is not waited for."""
    if Path(path).exists() and not Path(path).is_file():
        message = "is no file"
        raise ValueError(message)
    with Path(path).open("rb") as file:
        return file.read(SECRET_MAX)


def unreadable(given: str | Secret, place: str, environ: Mapping[str, str]) -> list[str]:
    """Give a line if a file, or a secret wherever it is, can't be used; never its content."""
    path = given if isinstance(given, str) else given.path
    shown = quote(path) if path else "the value"
    try:
        content = (
            _content(path)
            if path
            else environ.get(getattr(given, "variable", ""), "").encode("utf-8", "surrogateescape")
        )
        if isinstance(given, Secret):
            clean_secret(content.decode())
    except OSError as error:
        return [f"{place}: {shown} can't be read: {error.strerror}"]
    except UnicodeDecodeError:
        return [f"{place}: {shown} is not UTF-8"]
    except ValueError as why:
        return [f"{place}: {shown} {why}"]
    return []
