"""Members by the last names of their paths alone, in a text that is no JSON: a record that was cut; pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_VALUE: Final = rb'[ \t]*:[ \t]*(?:"((?:[^"\\]++|\\.)*+)|(-?\d[^,\]} \t\r\n]*))'


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
        for match in self._member.finditer(text) if self._member else ():
            yield match.span(match.lastindex or 0)
