"""Which records a sink is given: ``level>=warning``, ``field=value``, ``field~expression`` or ``~expression``; pure."""

import json
import operator
import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Final

from msgspec import Struct

from logship.records.enrichment import Enrichment
from logship.records.severity import UNKNOWN, named_severity, severity

_FORM: Final = re.compile(r"\s*([^<>=!~]*?)\s*(>=|<=|!=|!~|=|>|<|~)\s*(.*?)\s*", re.DOTALL)
_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_PIECE: Final = re.compile(
    r"""\\. | \[\^?\]?(?:\\.|[^\]\\])*\]               # an escaped character, a set
    | \(\?(?:\#[^)]*|[aiLmsux]+|P=\w+)\)               # what is no group: comment, flags, reference
    | \((?:\?(?:P?<\w+>|<?[=!]|[-aiLmsux]*:|>))?       # a group begins
    | \{\d*(?:,\d*)?\} | .""",
    re.VERBOSE | re.DOTALL,
)
_REPEATS: Final = re.compile(r"[*+?]|\{\d*(?:,\d*)?\}")
_FEW: Final = re.compile(r"\?|\{\d?(?:,\d)?\}")
LEVEL: Final = "level"
"""Compared with the name of a level, it is the record's severity, whatever the record calls it."""
_SHORT: Final = 64
"""Bytes; the answers for longer values are not kept: they are seldom the same, and may be of any size."""


class Condition(Struct, frozen=True):
    """What a record must be like to be sent."""

    name: str
    """The top-level field that is looked at; empty: the whole line."""
    holds: Callable[[bytes | None], bool]
    """Whether a raw JSON value (None: the record has no such field), or a line, is as it must be."""
    holds_at: Callable[[int], bool] = bool
    """Whether a severity (:data:`UNKNOWN` too) is as it must be."""
    by_level: bool = False
    """The record's severity is looked at, wherever it is: ``holds_at`` decides."""


def parse_condition(text: str) -> Condition | None:
    """Read a condition; None if it is empty. Raises ``ValueError`` that says what is wrong and what to write."""
    if not text.strip():
        return None
    match = _FORM.fullmatch(text)
    if not match:
        message = "is no condition; write for example level>=warning, field=value or ~expression"
        raise ValueError(message)
    name, sign, value = match.groups()
    if sign.endswith("~"):
        search = _matching if name else _containing
        return Condition(name, search(value, negated=sign == "!~"))
    if not name:
        message = f"names no field before {sign}"
        raise ValueError(message)
    if value[:1] and value[0] in "=<>!~":
        message = f"has {sign}{value[0]}, which is no sign; there are = != > >= < <= ~ !~"
        raise ValueError(message)
    if name == LEVEL and (bound := named_severity(value)):
        return Condition(name, lambda _: False, _severe(sign, bound), by_level=True)
    if sign in _ORDERS:
        return Condition(name, _ordered(_ORDERS[sign], value))
    return Condition(name, _equal(value, wanted=sign == "="))


def condition_on(text: str, enrichment: Enrichment) -> Condition | None:
    """Read a condition on records that are enriched so; a ``ValueError`` also if it can tell none from another."""
    when = parse_condition(text)
    if not when or not when.name:
        return when
    if enrichment.format == "raw":
        message = "raw lines have no fields; write ~expression"
        raise ValueError(message)
    if enrichment.clash(when.name) and not when.by_level:
        message = f"{when.name} is a field that logship adds: no record can be told by it"
        raise ValueError(message)
    return when


def _severe(sign: str, bound: int) -> Callable[[int], bool]:
    if sign == "!=":
        return lambda number: number != bound
    order: Callable[[float, float], bool] = _ORDERS.get(sign) or operator.eq
    return lambda number: number != UNKNOWN and order(number, bound)


def _equal(value: str, *, wanted: bool) -> Callable[[bytes | None], bool]:
    with suppress(ValueError):  # in quotes it is JSON, else as it stands
        value = str(_text(value.encode()))
    return _remembering(lambda raw: (_text(raw) == value) is wanted)


def _remembering(holds: Callable[[bytes | None], bool]) -> Callable[[bytes | None], bool]:
    short = lru_cache(maxsize=1024)(holds)
    return lambda raw: short(raw) if raw is None or len(raw) <= _SHORT else holds(raw)


def _text(raw: bytes | None) -> str | None:
    """Give a string's text, and anything else as it stands; None for a field that is not there."""
    if raw is None or not raw.startswith(b'"'):
        return None if raw is None else raw.decode(errors="replace")
    return str(json.loads(raw))


def _matching(expression: str, *, negated: bool) -> Callable[[bytes | None], bool]:
    search = _compiled(expression).search
    return lambda raw: (search(_text(raw) or "") is not None) is not negated


def _containing(expression: str, *, negated: bool) -> Callable[[bytes | None], bool]:
    search = _compiled(expression).search
    # The line itself need not be text: what is sent of it then is this, too.
    return lambda line: (search((line or b"").decode(errors="replace")) is not None) is not negated


def _compiled(expression: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(expression)
    except re.error as error:
        message = f"has no valid expression: {error}"
        raise ValueError(message) from error
    if _explodes(expression):
        message = "repeats a group that itself repeats or chooses: a line could keep it busy for ever; repeat only one"
        raise ValueError(message)
    return compiled


def _explodes(expression: str) -> bool:
    r"""Say whether a valid expression repeats a group in which something repeats or is a choice, as in ``(a+)+``.

    There are then exponentially many ways to match: 30 characters of an application's can take hours. Small counted
    repetitions, ``(\d{1,3}\.){3}``, are as good as written out. Without such groups the time is bounded by a power of
    the line's length.
    """
    varies, closed = [False], False
    for piece in _PIECE.findall(expression):
        if piece.startswith("(") and not piece.endswith(")"):
            varies.append(False)
        elif _REPEATS.fullmatch(piece):
            if closed and not _FEW.fullmatch(piece):
                return True
            varies[-1] = True
        elif piece == "|":
            varies[-1] = True
        inner = varies.pop() if piece == ")" and len(varies) > 1 else False
        varies[-1] |= inner
        closed = inner
    return False


def _ordered(order: Callable[[float, float], bool], value: str) -> Callable[[bytes | None], bool]:
    level = named_severity(value)
    bound = float(level) if level else _number(value.encode())
    if bound is None:
        message = f"compares with {value!r}, which is neither a level nor a number"
        raise ValueError(message)
    measure = _level if level else _number

    def holds(raw: bytes | None) -> bool:
        found = measure(raw)
        return found is not None and order(found, bound)

    return _remembering(holds)


def _level(raw: bytes | None) -> float | None:
    return severity(raw) or None


def _number(raw: bytes | None) -> float | None:
    try:
        return None if raw is None else float(raw.strip(b'"'))
    except ValueError:
        return None
