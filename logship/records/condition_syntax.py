"""How a condition is written: comparisons joined by ``and``, ``or``, ``not`` and parentheses; text in, a tree out.

A value may have blanks in it and goes on to the next ``and`` or ``or``, or to the parenthesis that closes a group; in
quotes it may have those, too: ``"…"`` is JSON, ``'…'`` is what stands in it.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

import msgspec
from msgspec import Struct

from logship.records.expressions import PIECES

EXAMPLE: Final = "level>=warning and not (logger=health or message~'^GET /ready')"
_SIGNED: Final = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*"|'[^']*')|([^<>=!~()"]*?))\s*(>=|<=|!=|!~|=|>|<|~)\s*""")
_NOT: Final = re.compile(r"""\s*not(?=[\s("'])""", re.IGNORECASE)
_JOIN: Final = re.compile(r"\s*(and|or)(?=[\s(]|$)", re.IGNORECASE)
_OPEN: Final = re.compile(r"\s*\(")
_CLOSE: Final = re.compile(r"\s*\)")
_QUOTED: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")
_ENDS: Final = re.compile(r"\s*(?:$|\)|\s(?:and|or)(?=[\s(]|$))", re.IGNORECASE)
_JOINED: Final = re.compile(r"\s+(?:and|or)(?=[\s(]|$)", re.IGNORECASE)
_NO_VALUE: Final = re.compile(r"(?:and|or)[\s(]", re.IGNORECASE)
_WORDS: Final = {"&&": "and", "||": "or"}
_SIGN_FOR_WORD: Final = re.compile(r"\s(&&|\|\|)\s")
_DEEPEST: Final = 50


class Comparison(Struct, frozen=True):
    """``name sign value``."""

    name: str
    """A dotted path; empty: the whole line."""
    sign: str
    value: str
    at: int
    """The place of the value in the text, from 0."""


class Not(Struct, frozen=True):
    """What must not be so."""

    term: "Tree"


class Join(Struct, frozen=True):
    """What must be so for one (``or``) or for all (``and``)."""

    word: str
    terms: "tuple[Tree, ...]"


Tree = Comparison | Not | Join


def read_condition(text: str) -> Tree:
    """Read a condition that is not empty; raises ``ValueError`` that says what is wrong, where, and what to write."""
    reader = _Reader(text)
    tree = reader.choice()
    reader.end()
    return tree


class _Reader:
    """Reads from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def choice(self) -> Tree:
        """Read terms with ``or`` between them."""
        return self._joined("or", lambda: self._joined("and", self._term))

    def end(self) -> None:
        """Make sure that nothing is left."""
        if rest := self._text[self._at :].strip():
            if rest.startswith(")"):
                self._fail("has ) without its (")
            self._fail(f"has {_shown(rest)} where it should end")

    def _joined(self, word: str, read: Callable[[], Tree]) -> Tree:
        terms = [read()]
        while (found := _JOIN.match(self._text, self._at)) and found[1].lower() == word:
            self._at = found.end()
            terms.append(read())
        return terms[0] if len(terms) == 1 else Join(word, tuple(terms))

    def _term(self) -> Tree:
        if found := _NOT.match(self._text, self._at):
            self._at = found.end()
            return self._deeper(lambda: Not(self._term()))
        if found := _OPEN.match(self._text, self._at):
            opened, self._at = found.end() - 1, found.end()
            tree = self._deeper(self.choice)
            if not (found := _CLOSE.match(self._text, self._at)):
                self._at = opened
                self._fail("has ( without its )")
            self._at = found.end()
            return tree
        return self._comparison()

    def _deeper(self, read: Callable[[], Tree]) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"nests deeper than {_DEEPEST}")
        tree = read()
        self._depth -= 1
        return tree

    def _comparison(self) -> Comparison:
        found = _SIGNED.match(self._text, self._at)
        if not found or _JOINED.search(found[2] or "") or _NO_VALUE.match(found[2] or ""):
            self._fail_without_sign()
        name, sign = _unquoted(found[1]) if found[1] else found[2] or "", found[3]
        after = self._text[found.end() : found.end() + 1]
        if not name and (found[1] or not sign.endswith("~")):
            self._fail(f"names no field before {sign}")
        if found[2] and not all(name.split(".")):
            self._fail(f"has {name!r}, which has a name that is empty")
        if not sign.endswith("~") and after in tuple("=<>!~"):
            self._fail(f"has {sign}{after}, which is no sign; there are = != > >= < <= ~ !~")
        start = self._at = found.end()
        if word := _NO_VALUE.match(self._text, start):
            self._fail(f"has no value before {word[0][:-1]}", quote=True)
        value = self._value(expression=sign.endswith("~"))
        if not value and sign.endswith("~"):
            self._at = start
            self._fail(f"has no expression behind {sign}")
        return Comparison(name, sign, value, start)

    def _fail_without_sign(self) -> NoReturn:
        rest = self._text[self._at :].strip()
        joined = _JOINED.search(rest)
        if not rest:
            self._fail("is no condition: it ends" if self._at else "is no condition: it is empty")
        shown = _shown(rest[: joined.start()] if joined else rest)
        self._fail(f"is no condition: {shown} compares nothing", quote=bool(self._at))

    def _value(self, *, expression: bool) -> str:
        quoted = _QUOTED.match(self._text, self._at)
        if quoted and _ENDS.match(self._text, quoted.end()):
            self._at = quoted.end()
            return _unquoted(quoted[0])
        start, self._at = self._at, self._bare_end(expression=expression)
        if not expression and (sign := _SIGN_FOR_WORD.search(self._text, start, self._at)):
            self._at = sign.start(1)
            self._fail(f"has {sign[1]} where it should say {_WORDS[sign[1]]}", quote=True)
        return self._text[start : self._at].rstrip()

    def _bare_end(self, *, expression: bool) -> int:
        """Say where a value that has no quotes around it ends; what parentheses within it hold is part of it."""
        depth, at = 0, self._at
        while at < len(self._text):
            if not depth and at > self._at and _JOINED.match(self._text, at):
                return at
            piece = PIECES.match(self._text, at) if expression else None
            word = piece[0] if piece else self._text[at]
            if word == ")" and not depth and self._depth:
                return at
            if word == ")" and not depth and not expression:
                self._at = at
                self._fail("has ) without its (", quote=True)
            depth = max(0, depth + (word == "(") - (word == ")"))
            at += len(word)
        return at

    def _fail(self, what: str, *, quote: bool = False) -> NoReturn:
        """Raise; the place is where the reading is."""
        blanks = len(self._text[self._at :]) - len(self._text[self._at :].lstrip())
        hint = "; put a value in quotes if that is part of it" if quote else ""
        message = f"{what}, at character {self._at + blanks + 1}{hint}; write for example {EXAMPLE}"
        raise ValueError(message)


def _unquoted(quoted: str) -> str:
    """Give what quotes hold: JSON in double ones, and as it stands in others, or where that is no JSON."""
    if quoted.startswith('"'):
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(quoted, type=str)
    return quoted[1:-1]


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004 - to be read
