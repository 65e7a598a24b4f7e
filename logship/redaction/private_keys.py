"""Private keys over lines that were not joined: which lines of a file are within one; pure.

A line is within a key if a line before it began one that has not ended: no more than :data:`LASTING` lines since the
last that had a piece of a key, and :data:`MOST` in all. What is known at an offset is a word (empty: nothing), which
is saved beside the offset.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from logship.redaction.credentials import PEM_BEGIN, PEM_END
from logship.redaction.escapes import unescaped

LASTING: Final = 16
"""Lines; others may come between two of a key."""
MOST: Final = 1000
"""Lines of one key, and of what comes between them; a key of 16,384 bits has 200."""
_MARK: Final = re.compile(f"({PEM_BEGIN})|(?:{PEM_END})".encode())
_WORD: Final = b"PRIVATE KEY"
_RARE: Final = b"V"
_TRIES: Final = 16
_PIECE: Final = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}|[A-Za-z0-9+/]+={1,2}(?![A-Za-z0-9+/=])")
_WHOLE: Final = re.compile(rb"[A-Za-z0-9+/=]+")
_LONG: Final = re.compile(rb"[A-Za-z0-9+/=]{40}")
"""What a line that is a piece of a key has, unless it is the last."""
_LINE: Final = re.compile(rb"""(?:^|[\s":])([A-Za-z0-9+/]{64})(?:$|[\s"])""")
"""What all lines of a key but the last are (RFC 7468, section 2), in whatever is written around it."""
_DRAWN: Final = tuple(map(re.compile, (rb"[a-z]", rb"[A-Z]", rb"[0-9]")))


class Watched(NamedTuple):
    """What is known of lines."""

    within: list[tuple[int, int]]
    """(start, end) of runs of lines that are within a key, by their offsets."""
    word: str
    """What is known where they end."""


def watch(data: bytes, start: int, word: str) -> Watched:
    """Look at lines that begin at offset ``start``, where ``word`` was known."""
    lasting, left = _read(word)
    if not (lasting or may_begin(data)):
        return Watched([], "")
    within: list[tuple[int, int]] = []
    at = start
    for line in _lines(data):
        end = at + len(line)
        if lasting:
            joins = bool(within) and within[-1][1] == at
            begin = within.pop()[0] if joins else at
            within.append((begin, end))
        begun, lasting = _after(line, lasting)
        left = MOST if begun else max(0, left - 1)
        lasting = lasting if left else 0
        at = end
    return Watched(within, f"{lasting}/{left}" if lasting else "")


def from_before(data: bytes) -> str:
    """Give what is known where a file begins with these lines: a key may go on from the one that was rotated away.

    That shows in its first line, or in the end of a key that did not begin here.
    """
    first = data.partition(b"\n")[0]
    line = _LINE.search(unescaped(first).text if b"\\" in first else first)
    ends = _MARK.search(data) if _WORD in data else None
    goes_on = (line and all(form.search(line[1]) for form in _DRAWN)) or (ends and not ends[1])
    return f"{LASTING}/{MOST}" if goes_on else ""


def _read(word: str) -> tuple[int, int]:
    """Give for how many more lines a key may go on without a piece of it, and for how many in all."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", word)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def may_begin(data: bytes) -> bool:
    """Say whether a key may begin in some lines."""
    return _has_word(data) or (b"\\" in data and b"\\u00" in data and _WORD in unescaped(data).text)


def _has_word(data: bytes) -> bool:
    """Say whether the word is in some lines: most have no letter V, and one letter is found at once."""
    at = -1
    for _ in range(_TRIES):
        at = data.find(_RARE, at + 1)
        if at < 0:
            return False
        if data.startswith(_WORD, at - _WORD.index(_RARE)):
            return True
    return data.find(_WORD, at) >= 0


def _lines(data: bytes) -> Iterator[bytes]:
    parts = data.split(b"\n")
    yield from (part + b"\n" for part in parts[:-1])
    if parts[-1]:
        yield parts[-1]


def _after(line: bytes, lasting: int) -> tuple[bool, int]:
    """Say whether a line begins a key; and give for how many more lines a key may go on."""
    text = unescaped(line).text if b"\\" in line else line
    if last := _last_mark(text):
        return bool(last[1]), LASTING if last[1] else 0
    return False, LASTING if lasting and _LONG.search(text) else max(0, lasting - 1)


def _last_mark(text: bytes) -> re.Match[bytes] | None:
    return deque(_MARK.finditer(text), maxlen=1)[0] if _WORD in text and _MARK.search(text) else None


def pieces(text: bytes) -> list[tuple[int, int]]:
    """Give where a text that is within a key has pieces of one."""
    bare = text.strip()
    if _WHOLE.fullmatch(bare):
        start = text.index(bare)
        return [(start, start + len(bare))]
    return [match.span() for match in _PIECE.finditer(text)]
