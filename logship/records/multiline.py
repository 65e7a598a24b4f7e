"""Which lines of text are one record: stack traces, messages of several lines, pretty-printed objects.

Pure, and the same for the same bytes: whether a line goes on with a record depends on that record's lines alone, on a
few lines behind it at the most, and on the form that its generation has learned. How it goes on is a table: for each
state of the record under way what the next line may look like, and the state then. A state with ``?`` is a guess: lines
are taken in only once a later one bears it out, and are else records of their own.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import compress, count
from operator import itemgetter, methodcaller
from typing import TYPE_CHECKING, NamedTuple

from logship.records.lazy_pattern import LazyPattern
from logship.records.leveled_lines import LEVELED
from logship.records.line_starts import END, INDENTED, ORDINARY, Starts, Table, past_colour
from logship.records.looks import RECORD, those
from logship.records.multiline_rules import (
    FIRST,
    HEADS,
    INDENTS,
    INVALID,
    MAY_GO_ON,
    MORE,
    PLAIN,
    PREFIXED,
    RULES,
    STATES,
    UNKNOWN,
    WITH_ERROR,
    WITH_LEVEL,
)
from logship.records.pretty_json import after_line
from logship.records.uncaught import OTHERS

if TYPE_CHECKING:
    from logship.records.expressions import Expression

GUESSED_LINES = 10
"""A guess that no line of so many bears out is given up; empty lines are no guess."""
_MAY_BEGIN = (
    *(b" " * 11, b" [sentry] "),
    *(b" %b%b" % (level, behind) for level in (b"INFO", b"WARN") for behind in (b" ", b": ", b"\x1b")),
    *(b"%8b" % name for name in (b"DEBUG", b"INFO", b"WARNING", b"ERROR")),
    *(b"%7b 2" % name for name in (b"DEBUG", b"INFO", b"NOTICE", b"ERROR")),
)
"""How an indented line begins that may have a head; with a year, Gearman's."""
_MAY_GO_ON = {b"", b" ", b"\t", b"{", b"[", b":"}
"""Last bytes of lines that nobody knows, with which something may go on."""
_LEVELED = LazyPattern(LEVELED)
_ERROR = re.compile(rb"(?i)ERROR|FATAL|CRIT|SEVERE|EMERG")
"""A level that says so."""
_TRACE = b"Traceback (most recent call last):"
_UNLIKE = (b"", b"a", b"Z", b"0", b" ", b"-", "é".encode())
"""Lines that have nothing in common: what is found in all of them is found in any."""
_WINSTON = 24
"""Bytes in which winston's level stands, with its colour."""
_WITHOUT_STAMP = {"", "w", "we", "wp"}
"""What begins with a head without a stamp, or with none: a stack trace may begin in that line."""


class Extent(NamedTuple):
    """What the record that begins at a line comes to."""

    lines: int
    """How many lines it has; 0 where the first line does not go on as was thought."""
    certain: bool
    """Whether no line that may follow would change that."""
    state: str
    """The state of the record; what follows a cut by force goes on from there."""
    empty: int = 0
    """Of a record that is not certain, how many empty lines are behind it, and nothing else: they are its own if it
    goes on."""
    guess: str = ""
    """Of a record that is not certain, the state that it is in if all lines that there are go on with it."""


class Multiline:
    """Says which lines are one record, by one setting."""

    def __init__(
        self, rules: Iterable[str], start: "Expression | None", max_lines: int, max_bytes: int, *, chosen: bool = False
    ) -> None:
        known = set(rules)
        if known.issuperset(RULES):
            known.add(OTHERS)
        self._python = "python" in known
        self.chosen = chosen
        """Whether somebody said which lines there are: then it is strange if there are none of them."""
        self._start = start
        self._max_lines, self._max_bytes = max_lines, max_bytes
        self._starts = Starts(known)
        self._tables = {state: _table(rows, known) for state, rows in STATES.items()}
        self._first = _table(FIRST, known)
        heads = [(form, state) for rule, form, state in HEADS if rule in known]
        self._begins = Table([*self._starts.rows, *heads], ORDINARY)
        others = dict.fromkeys(
            form for rule, form, _ in (*PLAIN, *MORE) if rule in known
        )  # what is in FIRST is there, too
        self._special = Table([*self._starts.rows, *heads, *((form, "") for form in others)], ORDINARY)
        self._prefixed = {0, *(row for row, word in enumerate(self._special.words) if word in PREFIXED)}
        """Rows of heads without a stamp, and of what nobody knows."""
        self._last: tuple[bytes, str, str] = (b"", "", "")
        """The line that was asked about last, the form, and the answer: each is asked about twice."""

    def fits(self, lines: int, nbytes: int) -> bool:
        """Say whether no limit cuts a record of so many lines and bytes."""
        return lines <= self._max_lines and nbytes <= self._max_bytes

    def learn(self, head: bytes) -> str:
        """Give the form of a generation with these first bytes; empty where there is none, or none yet."""
        return "" if self._start else self._starts.learn(head)

    def knows(self, line: bytes) -> bool:
        """Whether a line of text is one that the setting is about."""
        if self._start:
            return bool(self._start.search(line))
        return bool(self._special.row(line))

    def begins(self, line: bytes, form: str) -> str:
        """Give the state of the record that a line begins whatever is before it; empty where it may go on with that."""
        if self._start:
            return "s" if self._start.search(line) else ""
        if line is not self._last[0] or form != self._last[1]:
            self._last = (line, form, self._judge(line, form))
        return self._last[2]

    def _judge(self, line: bytes, form: str) -> str:
        found = self._begins.word(line)
        if found == "=blank":
            return "s" if "|[" in form else ""  # behind a time in brackets, which it does not write again
        if found.startswith("="):
            if found[1:] == form.partition("|")[0]:
                return "s"
            return "we" if found == "=node" and b"error: " in line[:_WINSTON] else "w"
        return found

    def is_calm(self, line: bytes) -> bool:
        """Whether a line is one that nobody knows: where another such line follows it, it is a record by itself.

        Cheaper than to measure it.
        """
        return not (self._start or _may_go_on(line) or self._special.row(line))

    def alone(self, lines: Sequence[bytes], *, prefixed: bool) -> list[bool]:
        """Say which lines are calm; if ``prefixed``, or have a head without a stamp.

        As of :meth:`is_calm`: where another such line follows, it is a record by itself; with such a head if no limit
        cuts before the other one.
        """
        if self._start:
            return [False] * len(lines)
        rows = self._special.rows(lines)
        found = [*map((self._prefixed if prefixed else {0}).__contains__, rows)]
        ends = map(_MAY_GO_ON.__contains__, map(itemgetter(slice(-1, None)), lines))
        doubtful = [*compress(count(), ends), *those(lines, _names_error)]
        for at in doubtful:
            line = lines[at]
            found[at] &= not (_announces(line) if rows[at] else _may_go_on(line))
        for at in compress(count(), map(methodcaller("startswith", b"\t"), lines)):
            found[at] &= rows[at] > 0
        return found

    def extent(self, lines: Sequence[bytes], at: int, form: str, state: str = "") -> Extent:
        """Measure the record whose first line is ``lines[at]``; ``state`` is that of a record that was cut before."""
        end, sure, sure_state = at, at, state
        nbytes = 0
        if not state:
            state = sure_state = self._first_state(lines[at], form)
            end = sure = at + 1
            nbytes = len(lines[at]) + 1
        guessed = 0
        while state != END:
            if end == len(lines):
                behind = 0 if any(line.strip() for line in lines[sure:end]) else end - sure
                return Extent(sure - at, certain=False, state=sure_state, empty=behind, guess=state.lstrip("?"))
            line = lines[end]
            nbytes += len(line) + 1
            if end - at >= self._max_lines or nbytes > self._max_bytes:
                return Extent(max(end - at, 1), certain=True, state=state.lstrip("?"))
            if not (line and state in INDENTS and self._is_indented(line, form)):
                state = self._after(state.lstrip("?"), line, form)
            if not state:
                break
            end += 1
            guessed = guessed + bool(line.strip()) if state[0] == "?" else 0
            if guessed > GUESSED_LINES:
                break
            if state[0] != "?":
                sure, sure_state = end, state
        return Extent(sure - at, certain=True, state=END)

    def _first_state(self, line: bytes, form: str) -> str:
        if line.startswith(RECORD) or not line.strip():
            return END
        if self._start:
            return "s" if self._start.search(line) else END
        if line.rstrip() in {b"{", b"["}:
            return "j1"
        known = self.begins(line, form) or self._first.word(line)
        begun = _begun(line) if self._python and known in _WITHOUT_STAMP and _announces(line) else ""
        return begun or known or _unknown(line)

    def _after(self, state: str, line: bytes, form: str) -> str:
        """Give the state after one more line; empty where the line does not go on with the record."""
        if line.startswith(b"\x1b") and not self._start:  # chalk colours each line of a stack
            line = past_colour(line).lstrip(b"\r") or line
        if line.startswith(RECORD):
            return ""
        if state[0] == "j":
            return after_line(int(state[1:]), line, END)
        begun = "" if self._is_indented(line, form) else self.begins(line, form)
        if begun and state not in MAY_GO_ON.get(begun, ()):
            return ""
        return self._tables[state].word(line)

    def _is_indented(self, line: bytes, form: str) -> bool:
        """Say whether a line begins no record since it is indented."""
        indented = line[:1] in b" \t" and not line.startswith(_MAY_BEGIN)
        return indented and not (self._start or form.startswith(INDENTED))


def _may_go_on(line: bytes) -> bool:
    """Say whether a line that nobody knows ends with an open bracket or a colon, or names an error."""
    return line[-1:] in _MAY_GO_ON or _names_error(line)


def _names_error(text: bytes) -> bool:
    return b"rror" in text or b"Exception" in text


def _unknown(line: bytes) -> str:
    """Give the state of a line that no row matches."""
    is_error = b"Error" in line
    if line.rstrip().endswith((b" {", b" [", b"({", b"([")):
        return "pj" if is_error else "pb"
    head = _LEVELED.match(line)
    if is_error or b"Exception" in line:
        return "le" if head else "pe"
    return UNKNOWN if not head else WITH_ERROR if _ERROR.search(head[0]) else WITH_LEVEL


def _begun(line: bytes) -> str:
    """Give the state of what of Python's begins behind a line's head; empty where nothing does.

    No rows of a table: those are looked for at a line's start, and these would be in all of every line.
    """
    if line.rstrip().endswith(_TRACE):
        return "tb"
    return "mv" if re.match(INVALID, line) else ""


def _announces(line: bytes) -> bool:
    """Whether a line may say that Python's stack trace is next, or the fields that Pydantic refused."""
    return line[-1:] in b": " or b" validation error" in line


def _table(rows: Iterable[tuple[str, bytes, str]], known: set[str]) -> Table:
    return Table([(form, state) for rule, form, state in rows if not rule or rule in known])


def parse_multiline(text: str, *, max_lines: int, max_bytes: int) -> Multiline | None:
    """Read the setting: ``auto``, ``off`` (gives None), rules by name or ``start:`` and an expression.

    Raises ValueError with what is wrong, as the end of a sentence that begins with the text: where, and an example.
    """
    text = text.strip()
    if text == "off":
        return None
    if text.startswith("start:"):
        from logship.records.expressions import compile_expression  # noqa: PLC0415 - most set none

        if text == "start:":  # it would join nothing
            message = "has no expression; write start:^\\d{4}-\\d\\d-\\d\\d, say"
            raise ValueError(message)
        try:
            start = compile_expression(text.removeprefix("start:"))
        except ValueError as why:
            message = f"{why}; write start:^\\d{{4}}-\\d\\d-\\d\\d, say"
            raise ValueError(message) from why
        if all(start.search(line) for line in _UNLIKE):
            message = "matches the empty text, which is everywhere; write + for *, say: start:^\\d+"
            raise ValueError(message)
        return Multiline((), start, max_lines, max_bytes, chosen=True)
    names = [name.strip() for name in text.split(",") if name.strip()]
    rules = RULES if names == ["auto"] else tuple(names)
    unknown = next((name for name in rules if name not in RULES), "" if rules else text)
    if unknown or not rules:
        import difflib  # noqa: PLC0415 - only a wrong setting needs it

        if len(names) > 1 and unknown.startswith(("auto", "off", "start:")):
            message = f"has {unknown!r} beside others; it stands alone: leave it out, or the others"
            raise ValueError(message)
        near = difflib.get_close_matches(unknown, (*RULES, "auto", "off", "start:"), 1)
        hint = f"did you mean {near[0]}?" if near else f"write auto, off, start:^expression, or of {', '.join(RULES)}"
        message = f"names no rule with {unknown!r}; {hint}"
        raise ValueError(message)
    return Multiline(rules, None, max_lines, max_bytes, chosen=names != ["auto"])
