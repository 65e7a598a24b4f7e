r"""Expressions of the operator's, run by google-re2: in linear time, whatever an application writes.

re2 is imported here alone, and only once an expression is set: it takes 3.4 MiB. Its syntax
(https://github.com/google/re2/wiki/Syntax) has no look-around and no back-reference, and calls ``\Z`` ``\z``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import repeat
from operator import contains, ne
from typing import Any, Final, Protocol, cast

_ANY_PIECE: Final = r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[])*?"
"""Escaped characters, sets and all else, so that nothing within them is taken for what follows."""
_HINTS: Final = tuple(
    (re.compile(_ANY_PIECE + f"({found})", re.DOTALL), why)
    for found, why in (
        (r"\(\?<?[=!]", "there is no look-around; match the neighbours too, or join two conditions by and, not"),
        (r"\\[1-9]|\(\?P=\w*\)?", "there is no back-reference; write the alternatives out, (a.*a|b.*b)"),
        (r"\(\?>|[*+?}]\+", "there is nothing possessive, nor need there be: the time is linear; write it plainly"),
        (r"\\Z", r"the end is written $ or \z"),
        (r"\(\?#", "there are no comments; leave it out"),
        (r"\(\?[a-zA-Z]*[axLu]", "there are the flags i, m, s and U alone; write it without blanks and comments"),
        (r"\\[uN]", r"a character is written as itself or \x{263A}"),
        (r"\{\d{4,}|\{\d*,\d{4,}", "at most 1000 repeats; write * or +"),
    )
)
PIECES: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""Of an expression: an escaped character, a set, or another character."""
_NOT_BY_LINE: Final = re.compile(r"\\[AzCQ]|\(\?[a-zA-Z]*-?[a-zA-Z]*m")
"""What means something else where many lines are searched at once."""

_LITERAL: Final = re.compile(r"(?:[^\\.^$*+?{}\[\]|()\n]|\\(?!_)[!-/:-@\[-`{-~])+")
"""An expression without anything that has a meaning of its own, or with all of that escaped."""
_SOMETHING: Final = (".", ".+")
"""Expressions that match where there is any character but a newline."""
_ESCAPED: Final = re.compile(r"\\(.)")
_NOWHERE: Final = (-1, -1)
_SOME: Final = 32
"""Matches; where they are in fewer than twice as many lines, nearly every line has one."""

Finder = Callable[[bytes, int, int], Sequence[tuple[int, int]]]
"""Text, start and end in; a list out, of which the first is where the match is, or :data:`_NOWHERE`."""


class Match(Protocol):
    """As ``re.Match`` of bytes has it."""

    def group(self, group: int | bytes = 0, /) -> bytes | None:
        """Give what a group matched; None if it had no part in it. ``IndexError`` if there is none of that name."""

    def groupdict(self) -> dict[bytes, bytes | None]:
        """Give what each named group matched."""

    def start(self, group: int = 0, /) -> int:
        """Give where a group begins; -1 if it had no part."""

    def end(self, group: int = 0, /) -> int:
        """Give where it ends."""


class Expression(Protocol):
    """As ``re.Pattern`` of bytes has it, but for the names of groups, which are bytes."""

    @property
    def groupindex(self) -> Mapping[bytes, int]:
        """The number of each named group."""

    def search(self, text: bytes, /) -> Match | None:
        """Match anywhere."""

    def match(self, text: bytes, /) -> Match | None:
        """Match at the beginning."""

    def fullmatch(self, text: bytes, /) -> Match | None:
        """Match the whole."""


def compile_expression(text: str) -> Expression:
    """Compile an expression for bytes in UTF-8.

    Raises ``ValueError`` with the end of a sentence that begins with the expression: what is wrong in it,
    where, why, and what to write instead.
    """
    return cast("Expression", _compiled(text))


def finder(text: str, *, captures: bool = True, max_bytes: int = 8 << 20) -> Finder:
    """Compile an expression to be asked often; without captures it tells where the whole match is, and sooner.

    It takes two thirds of ``max_bytes`` at most, and then forgets what it has learned of texts, and is slower.
    Raises as :func:`compile_expression` does.
    """
    return _finder(_compiled(text, never_capture=not captures, max_mem=max_bytes))


def _compiled(text: str, wrapped: str = "", **options: int) -> Any:  # noqa: ANN401 - re2 has no types
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - 3.4 MiB, and most set no expression

    chosen = re2.Options()
    chosen.log_errors = False  # it would write them to stderr by itself
    for name, value in options.items():
        setattr(chosen, name, value)
    try:
        return re2.compile((wrapped or text).encode(), chosen)
    except re2.error as error:
        raise ValueError(_fault(text, error.args[0].decode(errors="replace"))) from error


def _fault(text: str, error: str) -> str:
    """Say what is wrong with an expression, and where; ``error`` is re2's own word on it, ``reason: piece``."""
    found = [(match.start(1), match[1], hint) for form, hint in _HINTS if (match := form.match(text))]
    if found:
        at, piece, hint = min(found)
        return f"has no valid expression: {piece!r} at character {at + 1}: {hint}"
    reason, _, piece = error.partition(": ")
    if reason == "missing )" and (opened := _unclosed(text)) >= 0:
        return f"has no valid expression: the '(' at character {opened + 1} is not closed; write \\( for the character"
    at = text.find(piece) if piece else -1
    where = f": {piece!r} at character {at + 1}" if at > 0 else f": {piece!r}" if piece and piece != text else ""
    hint = r"; write \( \[ \* \\ for the characters themselves" if reason != "invalid UTF-8" else ""
    return f"has no valid expression: {reason.rstrip(':')}{where}{hint}"


def _unclosed(text: str) -> int:
    """Give the place of the last parenthesis that is not closed; -1 where all are."""
    opened: list[int] = []
    for piece in PIECES.finditer(text):
        if piece[0] == "(":
            opened.append(piece.start())
        elif piece[0] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else -1


def search(text: str) -> "Search":
    """Give what says whether texts have a match of an expression; raises as :func:`compile_expression` does."""
    if text in _SOMETHING:
        return Something()
    plain = _LITERAL.fullmatch(text)
    return Literal(_ESCAPED.sub(r"\1", text).encode()) if plain else Search(text)


class Search:
    """Says whether texts have a match of an expression; of many at once, for little more than a scan of their bytes."""

    def __init__(self, text: str) -> None:
        """Raise as :func:`compile_expression` does."""
        self._find = _finder(_compiled(text, never_capture=True))
        self._find_line: Finder | None = None
        if not _NOT_BY_LINE.search(text):
            self._find_line = _finder(_compiled(text, f"(?m:{text})", never_capture=True, never_nl=True))

    def one(self, text: bytes) -> bool:
        """Say whether a text, in UTF-8, has a match."""
        return self._find(text, 0, len(text)) != [_NOWHERE]

    def each(self, texts: Sequence[bytes]) -> list[bool]:
        """Say it of each text, all in UTF-8."""
        lines = b"\n".join(texts)
        return self.lines(lines, len(texts)) if lines.count(b"\n") == len(texts) - 1 else self._one_by_one(texts)

    def lines(self, lines: bytes, count: int) -> list[bool]:
        """Say it of each of so many texts that have no newline in them and one between them."""
        if self._find_line is None:
            return self._one_by_one(lines.split(b"\n") if count else ())
        found = [False] * count
        at = place = matches = 0
        while place < count and (start := self._find_line(lines, at, len(lines))[0][0]) >= 0:
            place += lines.count(b"\n", at, start) + 1
            found[place - 1] = True
            at = lines.find(b"\n", start) + 1 or len(lines)
            matches += 1
            if matches == _SOME and place < 2 * _SOME:
                # To find the next match costs more than to ask the next line.
                found[place:] = self._one_by_one(lines[at:].split(b"\n") if place < count else ())
                break
        return found

    def _one_by_one(self, texts: Sequence[bytes]) -> list[bool]:
        return [*map(ne, map(self._find, texts, repeat(0), map(len, texts)), repeat([_NOWHERE]))]


class Literal(Search):
    """Does the same for an expression that is the very text that is looked for: without re2, and sooner."""

    def __init__(self, text: bytes) -> None:
        """Take it in UTF-8."""
        self._text = text
        self._find_line = lambda lines, start, end: [(lines.find(text, start, end), -1)]

    def one(self, text: bytes) -> bool:
        """Say whether it is in a text."""
        return self._text in text

    def _one_by_one(self, texts: Sequence[bytes]) -> list[bool]:
        return [*map(contains, texts, repeat(self._text))]


class Something(Search):
    """Does the same for an expression that matches wherever there is something: a condition that a field is there."""

    def __init__(self) -> None:
        self._find_line = None

    def one(self, text: bytes) -> bool:
        """Say whether there is."""
        return bool(text.strip(b"\n"))

    def _one_by_one(self, texts: Sequence[bytes]) -> list[bool]:
        return [*map(self.one, texts)]


def _finder(compiled: Any) -> Finder:  # noqa: ANN401 - re2 has no types
    """Give what is beneath re2's own ``search``, which takes four times as long: it makes a generator and a Match."""
    import re2  # noqa: PLC0415 - see above

    return partial(compiled._regexp.Match, re2._Anchor.UNANCHORED)  # noqa: SLF001
