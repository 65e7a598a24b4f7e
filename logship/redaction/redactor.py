"""Takes out of records what must not leave the pod, and puts a mark in its place; all other bytes stay; pure.

It is right for every record and slow: :mod:`logship.redaction.blocks` says which ones it has to look at.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from logship.json_faults import UNREADABLE
from logship.redaction.cuts import head, tail
from logship.redaction.escapes import Plain, unescaped
from logship.redaction.fields import Fields
from logship.redaction.kept import Kept
from logship.redaction.loose import Loose
from logship.redaction.marks import Mark
from logship.redaction.private_keys import pieces
from logship.redaction.scanner import Found, Scanner
from logship.redaction.tokens import Kind, Token, tokens

FIELD: Final = "field"
"""Where a path of the operator's names the member."""
CUT: Final = "cut"
"""Where a line was cut, maybe within a secret."""
PRIVATE_KEY: Final = "private_key"
_MOST_COPIES: Final = 100
_DEEPEST: Final = 8
"""So often is JSON looked for within a string of JSON."""
_NO_FIELDS: Final = Fields()
_NO_TEXT: Final = re.compile("[\udc80-\udcff]")
_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Where(NamedTuple):
    """What has to be known of the place of a record."""

    within: bool = False
    """It is within a private key that began before."""
    from_cut: bool = False
    """It begins where a line was cut."""
    to_cut: bool = False
    """It ends where a line was cut."""


PLAIN: Final = Where()


class Hidden(NamedTuple):
    """A text with marks."""

    text: bytes
    counts: Counter[str]
    """What was taken out, by detector."""


class Redactor:
    """What is to be hidden, and how."""

    def __init__(self, scanner: Scanner | None, fields: Sequence[str], kept: Kept, mark: Mark) -> None:
        """``scanner`` finds by content, ``fields`` are paths."""
        self.scanner = scanner
        self.paths = tuple(fields)
        self._fields = Fields(fields)
        self._loose = Loose(fields)
        self._kept = kept
        self.copied = False
        """What the paths mean stands in the text of the record, too: it was made of that."""
        self.mark = mark
        self.kept_names = {path.rpartition(".")[2] for path in kept.names}
        """The last names of what is never touched."""

    def by_content(self) -> "Redactor":
        """Give the same without paths."""
        return Redactor(self.scanner, (), self._kept, self.mark)

    def record(self, text: bytes, where: Where = PLAIN) -> Hidden:
        """Hide in a JSON object; what is ``where`` has its text in its last string."""
        last = self._last(text) if where.from_cut or where.to_cut else -1
        copies = self._values(text) if self.copied else ()
        within = where._replace(from_cut=False, to_cut=False)
        counts: Counter[str] = Counter()
        parts: list[bytes] = []
        done = 0
        for token in tokens(text, self._fields, self._kept.paths):  # never all at once: a line may be full of them
            here = where if token.start == last else within
            new = self._token(text[token.start : token.end], token, counts, here, copies)
            if new is not None:
                parts += text[done : token.start], new
                done = token.end
        return Hidden(b"".join([*parts, text[done:]]) if parts else text, counts)

    @staticmethod
    def _last(text: bytes) -> int:
        """Give where the last string begins."""
        found = (token.start for token in tokens(text, _NO_FIELDS, _NO_FIELDS) if token.kind is Kind.STRING)
        return max(found, default=-1)

    def value(self, name: str, raw: bytes) -> bytes:
        """Hide in the raw JSON value of a top-level member."""
        key = msgspec.json.encode(name)
        return self.record(b"{" + key + b":" + raw + b"}").text[len(key) + 2 : -1]

    def may_have(self, name: str, raw: bytes) -> bool:
        """Say whether the paths may name a top-level member, or what is in its raw JSON value; wrong only in a yes."""
        if not self._fields:
            return False
        here = self._fields.below(self._fields.top, name.encode())
        return here.within or (bool(here.open) and raw[:1] in b"{[" and self._loose.may_hold(raw))

    def line(self, line: bytes, where: Where = PLAIN) -> Hidden:
        """Hide in a line as it was written, JSON or text, of whatever bytes."""
        plain = sound(line)
        if line.startswith(b"{") and plain is line and _is_object(line):
            return self.record(line, where)
        if self._fields.top.within:  # whatever there is
            return Hidden(self.mark(FIELD, line), Counter((FIELD,)))
        new, found = self.spliced(line, None, self._spans(plain, where))
        return Hidden(new, Counter(found))

    def without(self, line: bytes, record: bytes) -> bytes:
        """Hide in a line what the paths mean in the JSON object that is made of it, wherever it stands in the line.

        Raises ValueError if that is not there as it is.
        """
        self._values(record)
        for token in tokens(record, self._fields, self._kept.paths):
            raw = record[token.start : token.end]
            if not token.hidden or token.kind is Kind.KEY or (token.kept and self._kept.is_used(raw, token.key)):
                continue
            inner = raw[1:-1] if token.kind is Kind.STRING else raw
            value = unescaped(inner).text
            forms = {value, inner, msgspec.json.encode(inner.decode())[1:-1]} - {b""}
            if value and not any(form in line for form in forms):
                message = "a value is not in its line"
                raise ValueError(message)
            for form in sorted(forms, key=len, reverse=True):
                line = line.replace(form, self.mark(FIELD, value))
        return line

    def _values(self, text: bytes) -> list[bytes]:
        """Give the values that the paths mean, decoded, the longest first; raises ValueError if there are too many."""
        found = set()
        for token in tokens(text, self._fields, self._kept.paths):
            raw = text[token.start : token.end]
            if token.hidden and token.kind is not Kind.KEY and not (token.kept and self._kept.is_used(raw, token.key)):
                found.add(unescaped(raw.strip(b'"')).text)
            if len(found) > _MOST_COPIES:  # each is looked for in all of the record
                message = "too many values to look for"
                raise ValueError(message)
        return sorted(found - {b""}, key=len, reverse=True)

    def _token(
        self, raw: bytes, token: Token, counts: Counter[str], where: Where, copies: Sequence[bytes]
    ) -> bytes | None:
        """Give what a token becomes; None if it stays."""
        if token.kept and self._kept.is_used(raw, token.key):
            return None
        is_number = token.kind is Kind.NUMBER
        written = raw if is_number else raw[1:-1]
        plain = unescaped(written) if b"\\" in written else None
        text = plain.text if plain else written
        by = self._whole(token, text)
        if by:
            mark = self.mark(by, text)
            if mark == text:  # it was taken out before
                return None
            counts[by] += 1
            return b'"' + mark + b'"'
        found = self._spans(text, where if token.kind is Kind.STRING else PLAIN, copies)
        if not found:
            return None
        new, detectors = self.spliced(written, plain, found)
        counts.update(detectors)
        return b'"' + new + b'"'

    def _whole(self, token: Token, text: bytes) -> str:
        """Name what hides a value as a whole; empty if nothing does."""
        if token.kind is Kind.KEY:
            return ""
        if token.hidden:
            return FIELD
        return self.scanner.by_key(token.key, text) if self.scanner and token.key else ""

    def _spans(self, text: bytes, where: Where, copies: Sequence[bytes] = ()) -> list[Found]:
        """Give what must go of a text, decoded: left to right, not overlapping."""
        found = self._find(text)
        if where.within:
            found += [Found(*span, PRIVATE_KEY) for span in pieces(text)]
        found += [Found(*match.span(), FIELD) for each in copies for match in re.finditer(re.escape(each), text)]
        if where.from_cut:
            found.append(Found(0, head(text), CUT))
        if where.to_cut:
            found.append(Found(tail(text), len(text), CUT))
        return _apart(found)

    def spans_of_lines(self, text: bytes) -> list[Found]:
        """Give what must go of the lines of a text, where nothing is known of where they stand, by its place."""
        found = self.scanner.find_lines(text) if self.scanner else []
        if not self._may_have_more(text):
            return found
        begin, others = 0, list[Found]()
        for line in text.split(b"\n"):
            others += [Found(begin + each.start, begin + each.end, each.detector) for each in self._within(line)]
            begin += len(line) + 1
        return _apart(found + others) if others else found

    def spans(self, text: bytes, where: Where = PLAIN) -> list[Found]:
        """Give the same of one text that may have several lines."""
        return self._spans(text, where)

    def _may_have_more(self, text: bytes) -> bool:
        """Say False only if :meth:`_within` finds nothing in any line of a text: most strings stand for themselves."""
        return self._may_be_json(text) or _may_be_escaped(text) or (b"+" in text and b"=" in text)

    def _may_be_json(self, text: bytes) -> bool:
        return b'"' in text and (b"{" in text or bool(self._fields))  # most strings are not

    def _find(self, text: bytes, depth: int = 0) -> list[Found]:
        return [*(self.scanner.find(text) if self.scanner else ()), *self._within(text, depth)]

    def _within(self, text: bytes, depth: int = 0) -> list[Found]:
        """Find in what a text has of JSON, and in what it stands for if it has escapes: JSON in a string of JSON."""
        found = [*self._in_text(text)] if self._may_be_json(text) else []
        if depth < _DEEPEST and _may_be_escaped(text):
            plain = unescaped(text, percents=True)
            inner = self._find(plain.text, depth + 1) if plain.text != text else []
            found += [Found(plain.start(each.start), plain.end(each.end), each.detector) for each in inner]
        if self.scanner and b"+" in text and b"=" in text:  # what a form has written
            found += self.scanner.find(text.replace(b"+", b" "))
        return found

    def _in_text(self, text: bytes, depth: int = 0) -> Iterator[Found]:
        """Give what members' names and paths tell in a text that has JSON in it, whole or cut, and in its strings."""
        begin = text.find(b"{")
        for token in tokens(text[begin:], self._fields, _NO_FIELDS) if begin >= 0 else ():
            quote = token.kind is Kind.STRING
            raw = text[begin + token.start : begin + token.end]
            whole = quote and len(raw) > 1 and raw.endswith(b'"')
            inner = raw[1 : len(raw) - whole] if quote else raw
            start = begin + token.start + quote
            if by := self._whole(token, inner):
                yield Found(start, start + len(inner), by)
            elif quote and depth < _DEEPEST and b"\\" in inner:
                plain = unescaped(inner)
                for each in self._in_text(plain.text, depth + 1):
                    yield Found(start + plain.start(each.start), start + plain.end(each.end), each.detector)
        if self._fields and self._loose.may_hold(text):
            yield from (Found(*span, FIELD) for span in self._loose.values(text))

    def spliced(self, written: bytes, plain: Plain | None, found: Sequence[Found]) -> tuple[bytes, list[str]]:
        """Put marks in the place of what was found in the text that was ``written`` so; also give the detectors."""
        text = plain.text if plain else written
        parts: list[bytes] = []
        done = 0
        for each in found:
            start = plain.start(each.start) if plain else each.start
            parts += written[done:start], self.mark(each.detector, text[each.start : each.end])
            done = plain.end(each.end) if plain else each.end
        return b"".join([*parts, written[done:]]), [each.detector for each in found]


def _apart(found: list[Found]) -> list[Found]:
    """Leave no two that overlap: the first, of those at one place the longest, and what sticks out of the others."""
    if len(found) == 1 and found[0].end > found[0].start:
        return found
    apart: list[Found] = []
    at = 0
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if each.end > max(at, each.start):
            apart.append(Found(max(at, each.start), each.end, each.detector))
            at = each.end
    return apart


def _may_be_escaped(text: bytes) -> bool:
    return b"\\" in text or b"%" in text or b"\x1b" in text


def _is_object(text: bytes) -> bool:
    try:
        _object(text)
    except UNREADABLE:
        return False
    return True


def sound(text: bytes) -> bytes:
    """Give a text with a character of one byte in the place of each byte that is not UTF-8: all places stay."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return _NO_TEXT.sub("\x1a", text.decode(errors="surrogateescape")).encode()
    return text
