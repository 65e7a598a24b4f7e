"""Which records a sink is given: ``level>=warning and not (logger=health or path~^/metrics)``; pure.

``field=value`` (``!=``), ``field<number`` (``<=``, ``>``, ``>=``), ``field~expression`` (``!~``) and, for the whole
line, ``~expression``; a field is a dotted path. ``level`` is how severe the record is, wherever it says so.
"""

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, cast

import msgspec
from msgspec import Struct

from logship.records.candidates import Candidates
from logship.records.condition_syntax import EXAMPLE, Comparison, Not, Tree, read_condition
from logship.records.enrichment import Enrichment
from logship.records.expressions import Search, search
from logship.records.field_paths import FieldPath
from logship.records.odd_lines import is_text
from logship.records.severity import UNKNOWN, named_severity, severity

LEVEL: Final = "level"
"""The name that means the severity."""
_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_SHORT: Final = 64
"""Bytes; the answers for longer values are not kept: they are seldom the same, and may be of any size."""

Values = Callable[[Candidates], Sequence[bytes | None]]
"""Gives a raw JSON value, or None, for each record."""
Holds = Callable[[Candidates], list[bool]]
"""Says of each record whether it is as it must be."""


class Condition(Struct, frozen=True):
    """What a record must be like to be sent."""

    holds: Holds
    names: tuple[str, ...] = ()
    """The dotted paths that are looked at; empty: whole lines alone."""
    wants: tuple[str, ...] = ()
    """The top-level names whose columns are needed."""

    @property
    def graded(self) -> bool:
        """Whether it looks at levels, too."""
        return LEVEL in self.names


def parse_condition(text: str, clash: Callable[[str], object] = lambda _: None) -> Condition | None:
    """Read a condition; None if it is empty. Raises ``ValueError`` that says what is wrong, where, and what to write.

    ``clash`` says whether a name gets in the way of a field of ours.
    """
    return _made(read_condition(text), clash) if text.strip() else None


def condition_on(text: str, enrichment: Enrichment) -> Condition | None:
    """Read a condition on records that are enriched so; a ``ValueError`` also if it can tell none from another."""
    when = parse_condition(text, enrichment.clash)
    if not when or not when.names:
        return when
    if enrichment.format == "raw":
        message = "raw lines have no fields; write ~expression"
        raise ValueError(message)
    for name in when.names:
        if name != LEVEL and enrichment.clash(name):
            message = f"{name} is a field that logship adds: no record can be told by it"
            raise ValueError(message)
    return when


def _made(tree: Tree, clash: Callable[[str], object]) -> Condition:
    if isinstance(tree, Comparison):
        return _comparison(tree, clash)
    if isinstance(tree, Not):
        inner = _made(tree.term, clash)
        return Condition(lambda records: [*map(operator.not_, inner.holds(records))], inner.names, inner.wants)
    terms = [_made(term, clash) for term in tree.terms]
    join = operator.and_ if tree.word == "and" else operator.or_

    def holds(records: Candidates) -> list[bool]:
        found = terms[0].holds(records)
        for term in terms[1:]:
            found = [*map(join, found, term.holds(records))]
        return found

    names, wants = (dict.fromkeys(each for found in every for each in found) for every in _each_of(terms))
    return Condition(holds, tuple(names), tuple(wants))


def _each_of(terms: Sequence[Condition]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [term.names for term in terms], [term.wants for term in terms]


def _comparison(found: Comparison, clash: Callable[[str], object]) -> Condition:
    if not found.name:
        return Condition(_in_lines(_search(found), negated=found.sign == "!~"))
    if found.name == LEVEL:
        return Condition(_of_level(found), (LEVEL,))
    path = FieldPath(found.name, clash)
    return Condition(_of_values(found, path.values), (found.name,), path.wants)


def _of_level(found: Comparison) -> Holds:
    """Compare how severe records are if the value is a level's name, and else what their level is called."""
    bound = named_severity(found.value)
    if not bound or found.sign.endswith("~"):
        return _of_values(found, lambda records: records.levels())
    if found.sign in _ORDERS:
        order = _ORDERS[found.sign]
        good = {number for number in range(UNKNOWN + 1, 25) if order(number, bound)}
    else:
        good = {bound} if found.sign == "=" else {*range(UNKNOWN, 25)} - {bound}
    return lambda records: [number in good for number in records.severities()]


def _of_values(found: Comparison, values: Values) -> Holds:
    if found.sign.endswith("~"):
        asked, negated = _search(found), found.sign == "!~"
        return lambda records: _answers(_in_texts(asked, values(records)), negated=negated)
    if found.sign in _ORDERS:
        one = _remembering(_ordered(found))
    else:
        text, wanted = found.value, found.sign == "="
        one = _remembering(lambda raw: (_text(raw) == text) is wanted)
    return lambda records: [*map(one, values(records))]


def _in_texts(search: Search, values: Sequence[bytes | None]) -> list[bool]:
    """Search in what raw JSON values say; where there is none, nothing is found, not even an empty match."""
    if None not in values:
        # All are strings without an escape, nearly always: then they are so many with a quote at both ends.
        lines = b"\n".join(cast("Sequence[bytes]", values))
        texts = lines[1:-1].replace(b'"\n"', b"\n")
        if b"\\" not in lines and len(texts) == len(lines) - 2 * len(values) and b'"' not in texts:
            return search.lines(texts, len(values))
    return [*map(operator.and_, search.each([*map(_utf8, values)]), [value is not None for value in values])]


def _in_lines(search: Search, *, negated: bool) -> Holds:
    def holds(records: Candidates) -> list[bool]:
        lines = records.lines()
        if isinstance(lines, bytes):
            return _answers(search.lines(lines, records.count), negated=negated)
        if not is_text(b"\n".join(lines)):
            # What is sent of such a line has U+FFFD in it.
            lines = [line.decode(errors="replace").encode() for line in lines]
        return _answers(search.each(lines), negated=negated)

    return holds


def _answers(found: list[bool], *, negated: bool) -> list[bool]:
    return [*map(operator.not_, found)] if negated else found


def _search(found: Comparison) -> Search:
    try:
        return search(found.value)
    except ValueError as why:
        message = f"{why}; the expression begins at character {found.at + 1}"
        raise ValueError(message) from why


def _remembering(holds: Callable[[bytes | None], bool]) -> Callable[[bytes | None], bool]:
    short = lru_cache(maxsize=1024)(holds)
    return lambda raw: short(raw) if raw is None or len(raw) <= _SHORT else holds(raw)


def _text(raw: bytes | None) -> str | None:
    """Give a string's text, and anything else as it stands; None for a field that is not there."""
    return None if raw is None else _utf8(raw).decode(errors="replace")


def _utf8(raw: bytes | None) -> bytes:
    """Give a string's text, and anything else as it stands; nothing for a field that is not there."""
    if raw is None or not raw.startswith(b'"'):
        return raw or b""
    return raw[1:-1] if b"\\" not in raw else msgspec.json.decode(raw, type=str).encode()


def _ordered(found: Comparison) -> Callable[[bytes | None], bool]:
    named, order = named_severity(found.value), _ORDERS[found.sign]
    bound = float(named) if named else _number(found.value.encode())
    if bound is None:
        what = f"compares with {found.value!r} at character {found.at + 1}, which is neither a level nor a number"
        message = f"{what}; write for example {EXAMPLE}"
        raise ValueError(message)
    measure: Callable[[bytes | None], float | None] = (lambda raw: severity(raw) or None) if named else _number

    def holds(raw: bytes | None) -> bool:
        measured = measure(raw)
        return measured is not None and order(measured, bound)

    return holds


def _number(raw: bytes | None) -> float | None:
    """Give a number; a whole one of few digits as it is, since ids and nanoseconds are more than a float can tell."""
    text = b"" if raw is None else _utf8(raw)
    try:
        return int(text) if len(text) <= _SHORT and text.lstrip(b"-").isdigit() else float(text)
    except ValueError:
        return None
