"""Dotted paths with ``*``, which stands for any part of one name; pure.

What matches is where a member stands, its names from the top with dots between: ``{"a":{"b":1}}`` and ``{"a.b":1}`` are
the same. What lies below what matches goes with it.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

_NEVER: Final = re.compile(r"(?!)")


class Patterns:
    """Several patterns at once."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._all = tuple(patterns)
        self._at = _either(f"{regex(each)}(?:\\.|\\Z)" for each in self._all)
        self._above = _either(
            rf"{regex('.'.join(words[:count]))}\Z"
            for words in (each.split(".") for each in self._all)
            for count in range(1, len(words))
        )

    def __bool__(self) -> bool:
        return bool(self._all)

    def match(self, path: str) -> bool:
        """Say whether a path, or what it lies below, matches one."""
        return self._at.match(path) is not None

    def may_match_below(self, path: str) -> bool:
        """Say whether something below a path may match one."""
        return self._above.match(path) is not None


def regex(pattern: str) -> str:
    """Give the expression for a pattern, with a group for each ``*``."""
    return "".join("([^.]*)" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))


def _either(expressions: Iterable[str]) -> re.Pattern[str]:
    joined = "|".join(dict.fromkeys(expressions))
    return re.compile(joined, re.DOTALL) if joined else _NEVER


class Renames:
    """New names by patterns; a ``*`` in a new name stands for what the one in the pattern stands for."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = [(re.compile(rf"{regex(pattern)}(?=\.|\Z)", re.DOTALL), new) for pattern, new in pairs]
        self._above = Patterns(pattern for pattern, _ in pairs)

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def new(self, path: str, start: int = 0) -> str:
        """Give the new path of a member whose own name begins at ``start``; empty if it stays.

        What lies below what matches goes with it. The pattern that matches most counts; one that matches no more than
        the object, which has its new name by it already, is none for what lies in there.
        """
        matches = [(found, new) for expression, new in self._pairs if (found := expression.match(path))]
        found, new = max(matches, key=lambda match: match[0].end(), default=(None, ""))
        if found is None or found.end() < start:
            return ""
        words = zip_longest(new.split("*"), found.groups(), fillvalue="")
        return "".join(map("".join, words)) + path[found.end() :]

    def may_match_below(self, path: str) -> bool:
        """Say whether something below a path may get a new name."""
        return self._above.may_match_below(path)


def pattern_faults(patterns: Iterable[str]) -> list[str]:
    """Give the ends of sentences that begin with the pattern."""
    return [f"{each!r} has a name that is empty; write a.b or a.*" for each in patterns if not all(each.split("."))]


def path_faults(paths: Sequence[str]) -> list[str]:
    """Give what is wrong with paths that are read, as :func:`pattern_faults` does."""
    wild = [f"{each!r} has a *, which stands for nothing here; write the name" for each in paths if "*" in each]
    return [*wild, *(f"{each!r} has a name that is empty; write a.b" for each in paths if not all(each.split(".")))]


def rename_faults(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Give what is wrong with pairs of a pattern and a new name."""
    faults = []
    for pattern, new in pairs:
        faults += pattern_faults([pattern, new])
        if pattern.count("*") != new.count("*"):
            faults.append(f"{pattern!r} and {new!r} have not the same number of *; write for example a.*=b.*")
    return faults
