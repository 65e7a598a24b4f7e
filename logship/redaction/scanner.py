r"""Detectors' expressions, run together: is there anything in a block, in which of its lines, and where in a text.

Almost every line of a log has nothing to hide, so two questions are asked. :meth:`Scanner.suspects` is put to a block
of lines as they were read, JSON or text, and costs one look of google-re2 at its bytes; :meth:`Scanner.find` is put to
the plain text of each string, number or message of the few lines that are left.

What a JSON string's escapes do to the first question: lines in which a printable character may hide behind an escape
(``\u0040``, ``\/``) are always suspects; all other escapes (``\n``, ``\"``, ``\\``, ``\u4e2d`` …) are allowed for in
the detectors' hints. A caller needs no look of its own at backslashes.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final

import msgspec

from logship.records.expressions import PIECES, Finder, compile_expression, finder
from logship.redaction.forms import ESCAPE

ESCAPED: Final = r"\\(?:u00[02-9a-fA-F]|x[2-7][0-9a-fA-F]|/)|%25(?:25)*[2-7][0-9a-fA-F]"
"""Where a character that could be written as itself may be written otherwise; the colors of a terminal are none."""
_ALL_BYTES: Final = 8_000_000
_DETECTOR_BYTES: Final = 1_000_000
"""Of memory: enough for what is common to be found again, whatever comes."""
_NAMES: Final = 1000
"""Names of members of which it is known whose they are; an application has fewer, and they come in every record."""
_SHORT: Final = 64
"""Bytes of a candidate that is no secret, within which the next one may begin; linear in time, as it is bounded."""


class Detector(msgspec.Struct, frozen=True):
    """One kind of what must not leave the pod."""

    name: str
    expressions: tuple[str, ...]
    """In RE2's syntax, on plain text in UTF-8; ``^`` and ``$`` are at each line. The first group that took part is what
    goes, and where none took part nothing. Without groups, which is several times as fast, it is the whole match, but
    for an escape that it begins with."""
    hints: tuple[str, ...] = ()
    """Found in every line, JSON or text, in which an expression is found once its strings are decoded. Empty: the
    expressions, wherever they match, and every line with a backslash."""
    needs: tuple[bytes, ...] = ()
    """One of these, in lower case, is in every text in which an expression is found. Empty: nothing is."""
    confirm: Callable[[bytes], bool] | None = None
    """Says of what would go whether it really is one."""
    whole: Callable[[bytes, int], int] | None = None
    """Gives where what begins at a place of a text ends, if the expression finds only how it begins."""
    keys: str = ""
    """Matches in full the name of a JSON member whose value goes, whatever it is; in lower case."""
    keyed: Callable[[bytes], bool] | None = None
    """Says of the value of such a member whether it is one; None: always."""
    sample: str = ""
    """A harmless text with one of the kind."""


class Found(msgspec.Struct, frozen=True):
    """Bytes of a text that must go."""

    start: int
    end: int
    detector: str


class Scanner:
    """Some detectors; needs re2, which takes memory from the first of them on."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        """Raise ``ValueError``, the end of a sentence that begins with the expression, if one does not compile."""
        self._each = [(each, _finder(each)) for each in detectors]
        self._always = [each for each in self._each if not each[0].needs]
        needs = {need.decode() for each in detectors for need in each.needs}
        self._need = finder(
            f"(?i:{_either(map(re.escape, sorted(needs)))})" if needs else _NOTHING,
            captures=False,
            max_bytes=_DETECTOR_BYTES,
        )
        self._alone = {each for each in detectors if not each.hints or any(map(_LINES.search, each.expressions))}
        """Detectors for which it is not the same where a text ends, or that would go on to the end of all texts."""
        self._keys = [(each, finder(rf"\A(?:{each.keys})\z", captures=False)) for each in detectors if each.keys]
        self._known: dict[bytes, tuple[Detector, ...]] = {}
        hints = [hint for each in detectors for hint in each.hints or _hints(each.expressions)]
        self._any = finder(_either(dict.fromkeys((*hints, ESCAPED))), captures=False, max_bytes=_ALL_BYTES)

    def may_hold(self, text: bytes) -> bool:
        """Say False only if no line, nor any JSON string or number or message in one, has anything to find."""
        return self._any(text, 0, len(text))[0][0] >= 0

    def suspects(self, lines: bytes) -> list[int]:
        """Give a place in each line of which :meth:`may_hold` says True, or just behind it; in order.

        Something that is found in several lines at once (a key in PEM) is a suspect in the line where it begins.
        """
        places: list[int] = []
        at, size = 0, len(lines)
        while 0 <= at < size and (place := self._any(lines, at, size)[0][0]) >= 0:
            places.append(place)
            at = lines.find(b"\n", place) + 1 or size
        return places

    def suspect_lines(self, lines: bytes) -> list[int]:
        """Give the same lines by their numbers."""
        numbers: list[int] = []
        number = at = 0
        for place in self.suspects(lines):
            number += lines.count(b"\n", at, place)
            at = place
            numbers.append(number)
        return numbers

    def find(self, text: bytes) -> list[Found]:
        """Give what must go of a plain text, decoded and in UTF-8: left to right, not overlapping."""
        if not self.may_hold(text):
            return []
        found = [each for detector, find in self._needed(text) for each in _found(detector, find, text)]
        return _apart(found) if len(found) > 1 else found

    def find_lines(self, text: bytes) -> list[Found]:
        """Give what must go of the lines of a text, each looked at by itself, by its place in the text; in order.

        That is sooner than line by line: a detector begins but once where few of them have any.
        """
        ends = [*accumulate(map(len, text.split(b"\n")), lambda at, size: at + size + 1, initial=-1)][1:]
        each = [some for needed in self._needed(text) if (some := self._of_lines(*needed, text, ends))]
        return each[0] if len(each) == 1 else _apart([*chain.from_iterable(each)])

    def _of_lines(self, detector: Detector, find: Finder, text: bytes, ends: Sequence[int]) -> list[Found]:
        """Give what a detector finds in the lines of a text that end there."""
        found: list[Found] = []
        alone, size = detector in self._alone, len(text)
        which = at = 0
        while at < size:
            match = ((at, size),) if alone else find(text, at, size)
            start, end = match[0]
            if start < 0:
                break
            which = bisect_left(ends, start, which)
            if alone or detector.whole or end > ends[which]:  # it goes on, or would, behind this line
                begin = ends[which - 1] + 1 if which else 0
                some = _found(detector, find, text[begin : ends[which]], max(0, at - begin))
                found += [Found(begin + one.start, begin + one.end, one.detector) for one in some]
                at = ends[which] + 1
                continue
            one, at = _one(detector, match, text)
            if one:
                found.append(one)
        return found

    def _needed(self, text: bytes) -> list[tuple[Detector, Finder]]:
        """Give the detectors that may find something in a text."""
        if not text.isascii():  # elsewhere there are letters that are one of ASCII's in another case
            return self._each
        if self._need(text, 0, len(text))[0][0] < 0:
            return self._always
        has = text.lower().__contains__
        return [each for each in self._each if not each[0].needs or any(map(has, each[0].needs))]

    def may_key(self, name: bytes) -> bool:
        """Say whether a member of that name, decoded, may be one whose value goes."""
        return bool(self._of_name(name))

    def by_key(self, name: bytes, value: bytes) -> str:
        """Give the detector for which a member's value goes in full, by its name, both decoded; empty if none."""
        known = self._of_name(name)
        return next((each.name for each in known if each.keyed is None or each.keyed(value)), "")

    def _of_name(self, name: bytes) -> tuple[Detector, ...]:
        known = self._known.get(name)
        if known is None:
            lower = name.lower()
            known = tuple(each for each, find in self._keys if find(lower, 0, len(lower))[0][0] >= 0)
            if len(name) <= _SHORT and len(self._known) < _NAMES:
                self._known[name] = known
        return known


_NOTHING: Final = r"[^\s\S]"
"""What is in no text."""
_ASSERTIONS: Final = frozenset(("^", "$", r"\A", r"\z", r"\b", r"\B"))


def own(name: str, expression: str) -> Detector:
    """Make a detector of an operator's expression; what goes is the whole match, whatever groups it has.

    Raises ``ValueError``, the end of a sentence that begins with the expression, if it does not compile or matches the
    empty text.
    """
    if compile_expression(expression).search(b"") is not None:
        message = "matches the empty text, which is everywhere; write + for *, say"
        raise ValueError(message)
    return Detector(name, (f"({expression})",))


def _hints(expressions: Iterable[str]) -> Iterator[str]:
    yield r"\\"
    yield from map(_bare, expressions)


def _bare(expression: str) -> str:
    """Give what matches wherever an expression may, though a string begins and ends elsewhere than a line does.

    That is the expression without its assertions; one that cannot be without them may match anywhere.
    """
    if r"\Q" in expression:
        return ""
    return "".join("(?:)" if piece in _ASSERTIONS else piece for piece in PIECES.findall(expression))


def _either(expressions: Iterable[str]) -> str:
    return "(?m:" + "|".join(f"(?:{each})" for each in expressions) + ")"


def _finder(detector: Detector) -> Finder:
    grouped = any(_GROUP.search(each) for each in detector.expressions)
    return finder(_either(detector.expressions), captures=grouped, max_bytes=_DETECTOR_BYTES)


_LINES: Final = re.compile(r"\(\?[a-zA-Z]*s|\\[Az]")
_GROUP: Final = re.compile(r"(?<!\\)\((?!\?)")


def _found(detector: Detector, find: Finder, text: bytes, at: int = 0) -> Iterator[Found]:
    size = len(text)
    while at < size:
        match = find(text, at, size)
        if match[0][0] < 0:
            return
        one, at = _one(detector, match, text)
        if one:
            yield one


def _one(detector: Detector, match: Sequence[tuple[int, int]], text: bytes) -> tuple[Found | None, int]:
    """Give what goes of a match, if anything does, and where the next one may begin."""
    start, end = _of(match, text)
    if start < 0:
        return None, max(match[0][1], match[0][0] + 1)
    if detector.whole is not None:
        end = detector.whole(text, start)
    if detector.confirm is None or detector.confirm(text[start:end]):
        return Found(start, end, detector.name), max(end, match[0][0] + 1)
    return None, start + 1 if end - start <= _SHORT else end


def _of(match: Sequence[tuple[int, int]], text: bytes) -> tuple[int, int]:
    """Give where the part is that goes; -1 for both if there is none."""
    if len(match) > 1:
        for each in match[1:]:
            if each[0] >= 0:
                return each
        return -1, -1
    start, end = match[0]
    escape = _BEFORE.match(text, start, end) if text[start] in _ESCAPES else None
    return escape.end() if escape else start, end


_BEFORE: Final = re.compile(ESCAPE.encode())
_ESCAPES: Final = b"\\%\x1b"


def _apart(found: list[Found]) -> list[Found]:
    """Leave no two that overlap: the first, of those at one place the longest, and what sticks out of the others."""
    apart: list[Found] = []
    at = 0
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if each.end > at:
            apart.append(each if each.start >= at else Found(at, each.end, each.detector))
            at = each.end
    return apart
