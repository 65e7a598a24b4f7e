"""How stores keep a record: as the document that it is, flattened, or as a line in a string."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.zoo_stores.corpus import NUMBER, Line, loads
from tests.zoo_stores.judging import Expected, Stored

POD: Final = "pod-1"
FILE: Final = "app.log"
OURS: Final[Mapping[str, Any]] = {"k8s.pod.name": POD, "log.file.name": FILE}
"""What logship adds in every cell, beside the time."""
_LONGEST_NAME: Final = 128
_MS: Final = 10**6
_TIMESTAMP: Final = "@timestamp"
_NUMBERS: Final = re.compile(r'"\\u0000([^"]*)"')

Level = Callable[[Line], str | None]
Maker = Callable[[Line], Expected]


def no_level(_: Line) -> None:
    """Say that the store keeps none beside the fields."""


def document(line: Line) -> dict[str, Any]:
    """Give the record that logship makes of a line, without what it adds; a name of ours that is taken moves."""
    if line.fields is None:
        return {"message": line.raw.decode(errors="replace")}
    return {f"overridden.{name}" if name in OURS else name: value for name, value in line.fields.items()}


def as_document(line: Line) -> Expected:
    """Expect the record itself."""
    return Expected(None, None, document(line))


def in_a_string(level: Level) -> Maker:
    """Expect the line as a text: its JSON, or what it was."""

    def make(line: Line) -> Expected:
        return Expected(level(line), None, document(line))

    return make


def parsed(text: str) -> dict[str, Any]:
    """Read a line that stands in a string: the fields of a JSON object, else its text as the message."""
    try:
        found = loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"message": text}


def split(fields: dict[str, Any], names: Mapping[str, str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take ours out of a record's fields: (the application's, ours); ``names`` are those that the store uses."""
    used = {name: (names or {}).get(name, name) for name in OURS}
    ours = {name: fields.pop(theirs) for name, theirs in used.items() if theirs in fields}
    fields.pop(_TIMESTAMP, None)
    fields.pop("log.flags", None)
    return fields, ours


def flat(value: Any, name: str = "") -> dict[str, str]:
    """Give a document as VictoriaLogs keeps it: texts by dotted names, lists as JSON; what is empty is not there.

    An object whose members would have names over 128 bytes stays JSON.
    """
    if isinstance(value, dict) and all(len(_joined(name, each).encode()) <= _LONGEST_NAME for each in value):
        return {key: text for each, inner in value.items() for key, text in flat(inner, _joined(name, each)).items()}
    text = _text(value)
    return {name: text} if text else {}


def _joined(name: str, member: str) -> str:
    return f"{name}.{member}" if name else member


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.removeprefix(NUMBER)
    return _NUMBERS.sub(r"\1", json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def flattened(messages: Sequence[str], level: Level = no_level, prefix: str = "") -> Maker:
    """Expect flat fields, the first of ``messages`` that is there as the message, each name beneath ``prefix``.

    ``level``: what is added as the field ``level`` to a record that has none.
    """

    def make(line: Line) -> Expected:
        fields = flat(document(line), prefix)
        if found := level(line):
            fields.setdefault("level", found)
        name = next((full for each in messages if (full := _joined(prefix, each)) in fields), "")
        return Expected(None, fields.pop(name, None), fields)

    return make


def named(names: Mapping[int, str]) -> Level:
    """Give the name of a line's severity: that of the greatest number up to it, ``names`` having the greatest first."""

    def level(line: Line) -> str | None:
        return next((name for least, name in names.items() if line.severity >= least), None)

    return level


def to_the(unit_ns: int) -> Callable[[int, int], bool]:
    """Say that times are kept to a unit, cut."""
    return lambda written, stored: written // unit_ns == stored // unit_ns


def loki_time(written: int, stored: int) -> bool:
    """Say that times are kept, and that the place in the file is below the milliseconds where they say no more."""
    return written == stored if written % _MS else written // _MS == stored // _MS


def record(number: int | None, time_ns: int | None, **parts: Any) -> Stored:
    """Make a record as stored; what is not given is not there."""
    return Stored(
        number,
        time_ns,
        parts.get("level"),
        parts.get("message"),
        parts.get("fields", {}),
        parts.get("ours", {}),
    )
