"""The tables of options: one row says what ``convert`` does and what the page says of it.

``k8s/FROM-FLUENT-BIT.md`` is made of the same rows (:mod:`logship.convert.page`), so that the two cannot differ.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from logship.convert import values
from logship.convert.sections import VARIABLE, Property, Section
from logship.convert.sheet import Kind, Sheet

PREFIX: Final = "LOGSHIP_"
NOTHING: Final = "logship has nothing of the kind"
_EMPHASIS: Final = re.compile(r"\*(\w[\w ]*)\*")
_FOLDER: Final = Path(__file__).parent


class Fate(Enum):
    """What becomes of an option that is no setting by itself."""

    MADE = "made"
    """It is part of a setting that several options make, or of a look at the whole."""
    NOT_NEEDED = "not needed"
    LEFT_OUT = "left out"
    SECRET = "secret"  # noqa: S105 - a word of the tables
    """It is a secret: only where it is may be said."""


Rule = Callable[[str], "str | Fate"]
"""Makes our text of theirs, or says what becomes of it; raises ``ValueError`` with why it can't."""


class Row(NamedTuple):
    """Options of Fluent Bit's that one thing is to be said of."""

    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    """Settings without prefix; ``.URL`` is the sink's own; ``=`` stands before what is no setting."""
    rule: str
    """A name of :data:`RULES`; empty where Fluent Bit has nothing of the kind."""
    words: str
    """What differs, and why, in Markdown."""

    def names(self, sink: str = "") -> list[str]:
        """Give ours by their whole names; the sink's own are those of this one."""
        return [_whole(each, sink) for each in self.ours]

    def instead(self, sink: str = "") -> str:
        """Say what is there instead, without Markdown."""
        words = _EMPHASIS.sub(r"\1", self.words.replace("`", "").replace("](", " (").replace("[", ""))
        ours = ", ".join(self.names(sink))
        return ": ".join(filter(None, (ours, words))) or NOTHING


def _whole(name: str, sink: str) -> str:
    if name.startswith("="):
        return name[1:].replace("_", " ") if name[1:].islower() else name[1:]
    return f"{PREFIX}{sink.upper()}_{name[1:]}" if name.startswith(".") else PREFIX + name


@cache
def tables(file: str) -> Mapping[str, Sequence[Row]]:
    """Read ``options`` or ``plugins``: rows by the heading that they are under."""
    found: dict[str, list[Row]] = {}
    rows: list[Row] = []
    for line in (_FOLDER / f"{file}.txt").read_text().splitlines():
        if line.startswith("== "):
            rows = found.setdefault(line.removeprefix("== "), [])
        elif line and not line.startswith("#"):
            theirs, ours, rule, words = (part.strip() for part in line.split("|", 3))
            names = () if theirs == "-" else tuple(theirs.split())
            rows.append(Row(names, tuple(ours.split()), rule, words))
    return found


def find_row(file: str, heading: str, name: str) -> Row | None:
    """Find what is said of a name."""
    return next((row for row in tables(file).get(heading, ()) if name in row.theirs), None)


_BY_BEGINNING: Final = {
    "net.": "connections are kept open, and made again by themselves",
    "storage.": "no second copy on disk: the log file is the buffer",
    "thread": "one loop; compression is done in a thread",
}


def apply_rows(heading: str, section: Section, sheet: Sheet, sink: str = "") -> None:
    """Convert each property of a plugin by its row."""
    for found in section.properties:
        if found.name in ("name", "condition"):
            continue
        more = ["every output"] if section.kind == "output" else []
        rows = (find_row("options", each, found.name) for each in (heading, *more, "besides"))
        row = next(filter(None, rows), None)
        if row:
            _apply(row, found, sheet, sink)
        elif why := next((why for begin, why in _BY_BEGINNING.items() if found.name.startswith(begin)), ""):
            sheet.leave(found, why, Kind.NOT_NEEDED)
        else:
            sheet.leave(found, NOTHING)


def _apply(row: Row, found: Property, sheet: Sheet, sink: str) -> None:
    names = row.names(sink)
    variable = names[min(row.theirs.index(found.name), len(names) - 1)] if names else ""
    try:
        made = RULES[row.rule](found.text)
    except ValueError as why:
        sheet.leave(found, f"{why} ({row.instead(sink)})")
        return
    if made is Fate.SECRET or (isinstance(made, str) and variable.endswith(("_PASSWORD", "_CLIENT_SECRET"))):
        sheet.secret(variable, found)
    elif isinstance(made, str):
        sheet.set(variable, made, found.place, f"{found.name} {found.text}")
    elif made is not Fate.MADE:
        sheet.leave(found, row.instead(sink), Kind.NOT_NEEDED if made is Fate.NOT_NEEDED else Kind.LEFT_OUT)


def _always(fate: Fate) -> Rule:
    return lambda _: fate


def _only(*texts: str) -> Rule:
    """Make a rule: these are what logship does anyway; all others are left out."""
    return lambda text: Fate.NOT_NEEDED if text.strip().lower() in texts else Fate.LEFT_OUT


def _choice(**texts: str) -> Rule:
    """Make a rule: each of these texts is one of ours."""

    def rule(text: str) -> str:
        if (found := texts.get(values.known(text).strip().lower())) is None:
            message = f"logship has {', '.join(dict.fromkeys(texts.values()))}"
            raise ValueError(message)
        return found

    return rule


def _plain(text: str) -> str:
    """Take a text that has no part of a record or a tag in it."""
    if VARIABLE.sub("", text).find("$") >= 0:
        message = "it comes from the record or the tag"
        raise ValueError(message)
    return text


def _field(text: str) -> str:
    return accessor(text)


def accessor(text: str) -> str:
    """Give ``$a['b']['c']``, a record accessor, as a dotted path."""
    if not text.startswith("$") or VARIABLE.search(text):
        return text
    return text[1:].replace("']['", ".").replace("['", ".").replace("']", "")


def _retries(text: str) -> str | Fate:
    return "0" if values.known(text).strip().lower() in ("false", "off", "no_limits") else Fate.NOT_NEEDED


def _timestamp(text: str) -> Fate:
    """Judge what the time's field is called, or how it is written: ours is ``@timestamp``, in RFC 3339."""
    word = text.strip().lower()
    usual = word in ("@timestamp", "false", "off", "true", "on", "iso8601") or word.startswith("%y-%m-%dt")
    return Fate.NOT_NEEDED if usual else Fate.LEFT_OUT


def _aws(text: str) -> str | Fate:
    try:
        return values.flag(text)
    except ValueError:
        return text


def _kafka(text: str) -> str:
    word = values.known(text).strip()
    return {"SSL": "true", "SASL_SSL": "true", "PLAINTEXT": "false", "SASL_PLAINTEXT": "false"}.get(word.upper(), word)


RULES: Final[Mapping[str, Rule]] = {
    "made": _always(Fate.MADE),
    "not_needed": _always(Fate.NOT_NEEDED),
    "left_out": _always(Fate.LEFT_OUT),
    "secret": _always(Fate.SECRET),
    "text": str,
    "login": str,
    "plain": _plain,
    "field": _field,
    "upper": lambda text: text.upper(),
    "seconds": values.seconds,
    "size": values.size_text,
    "flag": values.flag,
    "no_flag": values.no_flag,
    "level": values.level,
    "retries": _retries,
    "aws": _aws,
    "kafka": _kafka,
    "on": _only("on", "true", "yes", "1"),
    "off": _only("off", "false", "no", "0"),
    "json": _only("json", "json_lines"),
    "create": _only("create"),
    "json_lines": _only("json_lines", "json", "json_stream"),
    "timestamp": _timestamp,
    "gzip": _choice(gzip="gzip", none="none", off="none", false="none", on="gzip", true="gzip"),
    "codec": _choice(zstd="zstd", lz4="lz4", gzip="gzip", none="none"),
    "http_format": _choice(json_lines="ndjson", json_stream="ndjson", json="json", ndjson="ndjson"),
}
