"""Reads a configuration with all that it includes, and its files of parsers; the file system is asked here alone."""

import glob
import sys
from pathlib import Path
from typing import Final

from logship.convert.classic import read_classic
from logship.convert.sections import NO_SECTION, Configuration, Place, resolved
from logship.convert.yaml_format import read_yaml
from logship.errors import ConfigError

_MAX_FILES: Final = 1000
"""As Fluent Bit has it (FLB_CF_FILE_NUM_LIMIT)."""
_MAX_BYTES: Final = 16 << 20


def read_configuration(name: str) -> Configuration:
    """Read a file, or standard input for ``-``; raises ConfigError if it can't be read, or is none of Fluent Bit's."""
    into = Configuration()
    text = _standard_input() if name == "-" else _file_text(Path(name))
    folder = Path() if name == "-" else Path(name).resolve().parent
    shown = "standard input" if name == "-" else name
    seen: set[Path] = set() if name == "-" else {Path(name).resolve()}
    _read(text, shown, folder, into, seen)
    pipeline = any(into.of(kind) for kind in ("input", "filter", "output"))
    others = [name for _, name, why in into.oddities if why == NO_SECTION]
    if not pipeline and (others or not into.of("service")):  # OpenTelemetry's collector has a service as well
        has = f"has {', '.join(others)}, but" if others else "has no [SERVICE],"
        message = f"{shown}: {has} no [INPUT], [FILTER] or [OUTPUT], and no pipeline: of Fluent Bit's?"
        raise ConfigError([message])
    for service in into.of("service"):
        for each in service.every("parsers_file"):
            _include(each.place, resolved(each.text, into.variables), folder, into, seen)
    into.resolve()
    return into


def _read(text: str, shown: str, folder: Path, into: Configuration, seen: set[Path]) -> None:
    yaml = shown.endswith((".yaml", ".yml")) or not (shown.endswith(".conf") or _looks_classic(text))
    for place, pattern in (read_yaml if yaml else read_classic)(text, shown, into):
        _include(place, resolved(pattern, into.variables), folder, into, seen)


def _looks_classic(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "[")
    return first.startswith(("[", "@"))


def _include(place: Place, pattern: str, folder: Path, into: Configuration, seen: set[Path]) -> None:
    """Read the files that a pattern names, from the first file's folder on."""
    found = _found(folder / pattern) or _found(folder / Path(pattern).name)  # a container's path: beside it, here
    if not found:
        into.missing.append((place, pattern))
    for path in map(Path, found):
        if path.resolve() in seen or len(seen) >= _MAX_FILES:
            continue
        seen.add(path.resolve())
        try:
            _read(_file_text(path), str(path), folder, into, seen)
        except ConfigError as error:
            into.oddities += [(place, pattern, fault) for fault in error.faults]


def _found(pattern: Path) -> list[str]:
    return sorted(glob.glob(str(pattern)))  # noqa: PTH207 - Path.glob takes no absolute pattern


def _standard_input() -> str:
    return _decoded(sys.stdin.buffer.read(_MAX_BYTES), "standard input")


def _file_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _decoded(file.read(_MAX_BYTES), str(path))
    except OSError as error:
        message = f"{path}: can't be read: {error.strerror}"
        raise ConfigError([message]) from None


def _decoded(content: bytes, shown: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{shown}: is not UTF-8"
        raise ConfigError([message]) from None
