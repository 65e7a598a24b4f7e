"""Which lines of text are one record: stack traces, messages of several lines, pretty-printed objects.

Pure, and the same for the same bytes: whether a line goes on with a record depends on that record's lines alone, on a
few lines behind it at the most, and on the form that its generation has learned. How it goes on is a table: for each
state of the record under way what the next line may look like, and the state then. A state with ``?`` is a guess: lines
are taken in only once a later one bears it out, and are else records of their own.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from logship.records.line_starts import Starts, Table
from logship.records.pretty_json import after_line

if TYPE_CHECKING:
    from logship.records.expressions import Expression

RULES = ("python", "java", "go", "node", "ruby", "php", "rust", "dotnet", "postgres")
GUESSED_LINES = 10
"""A guess that no line of so many bears out is given up; empty lines are no guess."""
RECORD = b'{"'
"""A line that begins so is a record by itself, whatever stands around it."""
END = "."
"""The state of a record that is complete, whatever follows."""
UNKNOWN = "p"
"""The state of a line that nobody knows: only frames of a stack trace go on with it."""

_BLANK = b" " * 11
_INDENTED = rb"[ \t]"
_OPEN = rb"[ \t].*[{\[(]$"
_ANY = rb""
_EMPTY = rb"\s*$"
_TRACE = rb"[ |]*Traceback \(most recent call last\):"
_BOX, _BOXED = r"\s*╭─.* Traceback \(most recent call last\) ".encode(), r"\s*(?:│|╰)".encode()
_STACK = rb"Stack \(most recent call last\):"
_GROUP = rb"\s*\+ Exception Group Traceback \(most recent"
_CHAIN = rb"(?:The above exception was the direct cause|During handling of the above exception)"
_AT, _AT_OPEN = rb"\s+at \S", rb"\s+at \S.*[{\[(]$"
_CAUSE = rb"\s*(?:Caused by:|Suppressed:|Next \S+: |Wrapped by:| ?--->)"
_HEADER = rb"(?:[\w$]++\.)++[\w$]*(?:Exception|Error|Throwable)\b"
_RUBY = rb"[^\s:]++:\d+:in [`']"
_FROM = rb"\s+from \S+:\d+:in "
_PHP = rb"(?:\s*#\d+ |(?:PHP )?Stack trace:)"
_MORE = rb"(?:\s*\.\.\. \d+ |--- End of |\s+(?:thrown in|what\(\):) |\t\S.* called at )"
_GO = (
    rb"(?:\t|goroutine \d+ |\[signal |created by |exit status |\.\.\.|\w+\s+0x[0-9a-f]+$"
    rb"|(?:[\w.-]++/)*+[\w-]++\.[^\s(]*(?:\(\*[\w\[\].]+\)[^\s(]*)?\(.*\)$|panic\()"
)
_SCRIPT = rb"(?:file://|/|[A-Z]:\\|node:)\S*:\d+$"
_CARET = rb"\s*\^+\s*$"

_FRAMES = (
    *(("node", _AT_OPEN, "b"), ("node", _AT, "f"), ("java", _AT, "f"), ("java", _MORE, "f"), ("java", _CAUSE, "c")),
    ("dotnet", _AT, "f"),
    *(("dotnet", _CAUSE, "c"), ("dotnet", _MORE, "f"), ("ruby", _RUBY, "f"), ("ruby", _FROM, "f")),
    *(("php", _PHP, "f"), ("php", _MORE, "f"), ("php", _CAUSE, "c"), ("rust", rb"[Ss]tack backtrace:", "f")),
    ("rust", _CAUSE, "f"),
)
_TRACES = (("python", _TRACE, "tb"), ("python", _BOX, "tr"), ("python", _STACK, "tk"), ("python", _GROUP, "tg"))
_PLAIN = (
    *(*_TRACES, *_FRAMES, ("go", rb"goroutine \d+ \[", "g")),
    *(("java", _HEADER, "?h"), ("dotnet", _HEADER, "?h")),
)
_IN_TRACE = (("", _INDENTED, "tb"), ("", rb"> File ", "tb"), ("", _EMPTY, "?tb"), ("", _ANY, "te"))
_AFTER_FRAMES = (
    *((rule, form, state) for rule, form, state in _FRAMES if form is not _RUBY),
    *(("php", rb"Next ", "c"), ("rust", rb"note: ", "f"), ("", _EMPTY, "?fe")),
)

_STAMPED = (("node", _SCRIPT, "?sn"), ("ruby", _RUBY, "sr"), ("ruby", _FROM, "sr"))

STATES: dict[str, tuple[tuple[str, bytes, str], ...]] = {
    "s": (*_STAMPED, ("", _EMPTY, "?s"), ("", _ANY, "s")),  # a learned head: all goes on
    "sr": (*_STAMPED, ("", _EMPTY, "?s"), ("", _ANY, "s")),  # … behind a frame of Ruby's: its cause may be next
    "sn": (("", _ANY, "?sm"),),  # a script's place: is it where Node.js died?
    "sm": (("", _CARET, ""), ("", _EMPTY, "?s"), ("", _ANY, "s")),
    "p": _PLAIN,  # a line that nobody knows
    "pb": (*_PLAIN, ("", _INDENTED, "b")),  # … that ends with a brace
    "pe": (*_PLAIN, ("rust", _EMPTY, "?fe"), ("", _EMPTY, ""), ("", _ANY, "?h")),  # … that names an error
    "re": (*_PLAIN, ("", _EMPTY, ""), ("", _ANY, "?h")),  # a failure of Ruby's
    "h": (*_PLAIN, ("", _EMPTY, ""), ("", _ANY, "?h")),  # more of its message, if frames follow
    "w": tuple((rule, form, "s" if state[0] != "?" else state) for rule, form, state in _PLAIN),  # a head of no stamp
    "wp": (*((rule, form, "s") for rule, form, state in _PLAIN), ("postgres", rb"\t", "wp")),
    "f": (("", _OPEN, "b"), *_FRAMES, ("rust", rb"note: ", "f"), ("", _INDENTED, "f"), ("", _EMPTY, "?fe")),
    "fe": _AFTER_FRAMES,
    "c": (*_FRAMES, ("", _OPEN, "b"), ("", _INDENTED, "f"), ("", _EMPTY, "?fe"), ("", _ANY, "?c")),
    "b": (("", rb"[}\])]+[,;]?\s*$", END), ("", _INDENTED, "b")),
    "tb": _IN_TRACE,
    "te": (("", _STACK, "tk"), ("", _EMPTY, "?tx")),
    "tx": (("", _CHAIN, "tc"), ("", _EMPTY, "?tx")),
    "tc": (("", _TRACE, "tb"), ("", _BOX, "tr"), ("", _GROUP, "tg"), ("", _EMPTY, "tc")),
    "tr": (("", _BOXED, "tr"), ("", _ANY, "te")),  # Rich's frame around it, and below the error
    "tg": (("", _INDENTED, "tg"), ("", _EMPTY, "?tx")),
    "tk": (("", _INDENTED, "tk"),),
    "g": (("", _GO, "g"), ("", _EMPTY, "?g")),
    "r": (("", _EMPTY, "?rm"), ("", _ANY, "rm")),
    "rm": (("", rb"stack backtrace:", "f"), ("", rb"note: ", END), ("", _ANY, "?rm")),
    "d": (("", _INDENTED, "d"), ("", _EMPTY, "?d")),
    "n": (("", _EMPTY, ""), ("", _ANY, "?na")),
    "na": (("", _CARET, "nb"),),
    "nb": (("", _AT, "nf"), ("", rb"Node\.js v", END), ("", _EMPTY, "?nb"), ("", _ANY, "nb")),
    "nf": (("", rb"Node\.js v", END), ("", _INDENTED, "nf"), ("", rb"[}\])]", "nf"), ("", _EMPTY, "?nf")),
}
_PREFIXED = {"w", "wp"}
"""States of what begins with a head without a stamp."""
_INDENTS = {state for state, rows in STATES.items() if rows[0] == ("", _INDENTED, state)}
"""States in which an indented line changes nothing."""
HEADS = (
    ("node", _SCRIPT, "n"),
    ("go", rb"(?:panic: |fatal error: |runtime: |SIGQUIT: quit|unexpected fault address )", "g"),
    ("rust", rb"thread '.*' (?:\(\d+\) )?panicked at ", "r"),
    ("java", rb'Exception in thread "', "pe"),
    ("python", rb"Exception (?:in thread \S.*|ignored in: .*|ignored in \S.*):?$", "pe"),
    ("dotnet", rb"(?:trce|dbug|info|warn|fail|crit): [\w.+`<>]+\[\d+\]$", "d"),
    ("dotnet", rb"Unhandled [Ee]xception[.:] ", "pe"),
    ("php", rb"PHP (?:Fatal error|Parse error|Warning|Notice|Deprecated): ", "pe"),
    ("ruby", _RUBY + rb"[^']*': ", "re"),
)
"""What begins a record by itself, though there is neither a stamp nor a level."""
_FIRST = (*_TRACES, *_FRAMES)
"""What begins one only where no record is under way."""


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
        self.chosen = chosen
        """Whether somebody said which lines there are: then it is strange if there are none of them."""
        self._start = start
        self._max_lines, self._max_bytes = max_lines, max_bytes
        self._starts = Starts(known)
        self._tables = {state: _table(rows, known) for state, rows in STATES.items()}
        self._first = _table(_FIRST, known)
        heads = [(form, state) for rule, form, state in HEADS if rule in known]
        self._begins = Table([*self._starts.rows, *heads])
        others = dict.fromkeys(form for rule, form, _ in _PLAIN if rule in known)  # what is in _FIRST is there, too
        self._special = Table([*self._starts.rows, *heads, *((form, "") for form in others)])
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
        return bool(self._special.matches(line))

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
            return "s" if found[1:] == form.partition("|")[0] else "w"
        return found

    def is_calm(self, line: bytes) -> bool:
        """Whether a line is one that nobody knows: where another such line follows it, it is a record by itself.

        Cheaper than to measure it.
        """
        return not (self._start or _may_go_on(line) or self._special.row(line))

    def is_lone(self, line: bytes) -> bool:
        """Whether a line is calm, or has a head without a stamp: where another such line follows, it is a record.

        By itself, that is, if no limit cuts before the other one.
        """
        if self._start:
            return False
        row = self._special.row(line)
        return self._special.words[row] in _PREFIXED if row else not (line.startswith(b"\t") or _may_go_on(line))

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
            if not (state in _INDENTS and line.startswith((b" ", b"\t")) and not self._start):
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
        if known:
            return known
        if line.rstrip().endswith((b" {", b" [", b"({", b"([")):
            return "pb"
        return "pe" if b"Error" in line or b"Exception" in line else UNKNOWN

    def _after(self, state: str, line: bytes, form: str) -> str:
        """Give the state after one more line; empty where the line does not go on with the record."""
        if line.startswith(RECORD):
            return ""
        if state[0] == "j":
            return after_line(int(state[1:]), line, END)
        indented = line[:1] in b" \t" and not (self._start or line.startswith(_BLANK))
        begun = "" if indented else self.begins(line, form)
        if begun and not (begun == "n" and state[0] == "s") and (begun, state) != ("re", "sr"):
            return ""
        return self._tables[state].word(line)


def _may_go_on(line: bytes) -> bool:
    """Say whether a line that nobody knows ends with an open bracket or names an error."""
    return line[-1:] in b" \t{[" or b"Error" in line or b"Exception" in line


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

        try:
            start = compile_expression(text.removeprefix("start:"))
        except ValueError as why:
            message = f"has an expression that can't be used: {why}; write start:^\\d{{4}}-\\d\\d-\\d\\d, say"
            raise ValueError(message) from why
        return Multiline((), start, max_lines, max_bytes, chosen=True)
    names = [name.strip() for name in text.split(",") if name.strip()]
    rules = RULES if names == ["auto"] else tuple(names)
    unknown = next((name for name in rules if name not in RULES), "" if rules else text)
    if unknown or not rules:
        import difflib  # noqa: PLC0415 - only a wrong setting needs it

        near = difflib.get_close_matches(unknown, (*RULES, "auto", "off", "start:"), 1)
        hint = f"did you mean {near[0]}?" if near else f"write auto, off, start:^expression, or of {', '.join(RULES)}"
        message = f"names no rule with {unknown!r}; {hint}"
        raise ValueError(message)
    return Multiline(rules, None, max_lines, max_bytes, chosen=names != ["auto"])
