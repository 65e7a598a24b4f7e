"""Members by the last names of their paths alone, in a text that is no JSON: a record that was cut; pure."""

import re
from collections.abc import Generator, Iterator, Sequence
from typing import Final

from logship.redaction.tokens import TOKEN

_VALUE: Final = rb'\s*:\s*(?:"((?:[^"\\]++|\\.)*+)|(-?\d[^,\]} \t\r\n]*)|([{\[]))'
_NAME: Final = re.compile(rb"\s*:")
_OPEN: Final = 3
"""The group of an object, or of an array."""


class Loose:
    """Names, as they are written between quotes."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._names = [name for path in paths if (name := path.rpartition(".")[2]).strip("*")]
        either = b"|".join(rb'[^"\\]*'.join(map(re.escape, name.encode().split(b"*"))) for name in self._names)
        self._member = re.compile(rb'"(?:[^"\\]*\.)?(?:' + either + rb')"' + _VALUE, re.DOTALL) if either else None
        self._plain = all("*" not in path.rpartition(".")[2] for path in paths)

    def may_hold(self, text: bytes) -> bool:
        """Say whether a text may have a member that is meant."""
        return not self._plain or b"\\" in text or any(name.encode() in text for name in self._names)

    def values(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Give where the strings and numbers of such members are, without quotes."""
        at = 0
        while self._member and (match := self._member.search(text, at)):
            at = match.end()
            if match.lastindex == _OPEN:  # each byte is walked over once, however such members lie in each other
                at = yield from _all_in(text, at - 1)
            else:
                yield match.span(match.lastindex or 0)


def _all_in(text: bytes, start: int) -> Generator[tuple[int, int], None, int]:
    """Give the same of all strings and numbers of an object or an array, and where it ends."""
    depth = 0
    for match in TOKEN.finditer(text, start):
        first = match[0][:1]
        depth += (first in b"{[") - (first in b"}]")
        if not depth:
            return match.end()
        if first == b'"' and not _NAME.match(text, match.end()):
            whole = len(match[0]) > 1 and match[0].endswith(b'"')
            yield match.start() + 1, match.end() - whole
        elif first not in b'{}[],"':
            yield match.span()
    return len(text)
