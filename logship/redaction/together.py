r"""Several records of a block, each of which may have something to hide, looked at together; pure.

What costs time is not to look, but to begin: so all their strings are parted at once, at the quotes, and each detector
looks at those at once in which there may be something. It comes to what :meth:`Redactor.record` comes to with each
record, or leaves the record to that.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, compress, repeat
from operator import itemgetter
from typing import Final, NamedTuple

from logship.records.json_members import SPACE
from logship.redaction.escapes import Plain, unescaped
from logship.redaction.redactor import Redactor
from logship.redaction.scanner import Scanner

_LONG: Final = 1 << 16
"""Bytes; a longer record is looked at by itself."""
_ESCAPED: Final = ((b"\\\\", b"\\\1"), (b'\\"', b"\\\0"))
"""What may hide where a string ends, and what stands for it meanwhile; no JSON has these characters."""
_BEHIND: Final = frozenset((b":", b",", b"}", b"]"))
"""What may stand behind a string."""


class Seen(NamedTuple):
    """What some records came to."""

    changed: dict[int, bytes]
    """Those that were changed, by place."""
    found: dict[int, list[str]]
    """The detectors of what was taken out of them."""
    left: set[int]
    """Those that have to be looked at by themselves."""


class _Strings(NamedTuple):
    """The strings of some lines."""

    pieces: list[bytes]
    """What is before the first string, then each string and what is behind it; the same stands there."""
    inner: list[bytes]
    """Each string, with what stands for some escapes."""
    is_name: list[bool]
    line: list[int]
    """The line of each."""


def together(redactor: Redactor, scanner: Scanner, lines: Mapping[int, bytes]) -> Seen:
    """Look at records, given by place without the brace that they begin with, for what the scanner finds."""
    easy = [at for at, line in lines.items() if len(line) <= _LONG]
    text = b"\n".join([lines[at] for at in easy])
    if not easy or b"\0" in text or b"\1" in text or text.count(b"\n") != len(easy) - 1:
        return Seen({}, {}, {*lines})
    strings = _parted(text)
    if b"\n" in b"".join(strings.inner):
        return Seen({}, {}, {*lines})
    hard = _hard(scanner, strings)
    hits = [at for at in _hits(scanner, strings) if strings.line[at] not in hard]
    hard.update(strings.line[at] for at in hits if not _is_free(redactor, strings, at))
    hits = [at for at in hits if strings.line[at] not in hard]
    found = _replaced(redactor, strings, hits)
    made = as_written(b'"'.join(strings.pieces)).split(b"\n")
    left = {*lines}.difference(easy).union(easy[at] for at in hard)
    return Seen({easy[at]: made[at] for at in found}, {easy[at]: what for at, what in found.items()}, left)


def _parted(text: bytes) -> _Strings:
    pieces = put_away(text).split(b'"')
    inner, behind = pieces[1::2], pieces[2::2]
    firsts = [*map(itemgetter(slice(1)), behind)]
    # where there is no white space, what is behind a string begins with a colon, a comma or the end of something
    spaced = not _BEHIND.issuperset(firsts)
    is_name = [other.lstrip(SPACE)[:1] == b":" for other in behind] if spaced else [each == b":" for each in firsts]
    newlines = map(bytes.count, pieces[:-1:2], repeat(b"\n"))
    return _Strings(pieces, inner, is_name, [*accumulate(newlines)])


def put_away(text: bytes) -> bytes:
    """Put what stands for them in the place of escapes that may hide where a string ends."""
    for escaped, away in _ESCAPED if b"\\" in text else ():
        text = text.replace(escaped, away)
    return text


def as_written(text: bytes) -> bytes:
    """Put the escapes back."""
    for escaped, away in reversed(_ESCAPED):
        text = text.replace(away, escaped)
    return text


def _hard(scanner: Scanner, strings: _Strings) -> set[int]:
    """Give the lines that have a number in which there may be something, or a name whose value may go."""
    others = b'"'.join(strings.pieces[::2])
    hard = {*scanner.suspect_lines(others)}
    names = {*compress(strings.inner, strings.is_name)}
    keyed = {name for name in names if b"\\" in name or scanner.may_key(name)}
    if keyed:
        hard.update(line for name, line in zip(strings.inner, strings.line, strict=True) if name in keyed)
    return hard


def _hits(scanner: Scanner, strings: _Strings) -> Iterable[int]:
    """Give the strings in which there may be something, as they are or within themselves."""
    inner = strings.inner
    joined = as_written(b"\n".join(inner))
    hits = {*scanner.suspect_lines(joined)}
    if _stands_for_more(joined):
        hits.update(at for at, string in enumerate(inner) if _stands_for_more(as_written(string)))
    return sorted(hits)


def _stands_for_more(string: bytes) -> bool:
    """Say whether a string may stand for another text: JSON, what a form wrote, what was escaped again, colors."""
    if b"\\" in string and any(each in string for each in (b"{", b"\\\\", b"\\u00")):
        return True
    return b"%" in string or (b"+" in string and b"=" in string)


def _is_free(redactor: Redactor, strings: _Strings, at: int) -> bool:
    """Say whether a string is a name, or a member's value that is certainly not used as a time, a level or an id."""
    if strings.is_name[at]:
        return True
    is_value = at > 0 and strings.is_name[at - 1]
    return is_value and strings.inner[at - 1].rpartition(b".")[2].decode() not in redactor.kept_names


def _replaced(redactor: Redactor, strings: _Strings, hits: Sequence[int]) -> dict[int, list[str]]:
    """Put marks into strings, and give what was taken out, by line."""
    gone: dict[int, list[str]] = {}
    simple = [at for at in hits if _is_simple(strings.inner[at])]
    text = b"\n".join([strings.inner[at] for at in simple]).replace(b"\\\0", b'"')
    found = redactor.spans_of_lines(text) if simple else []
    new, _ = redactor.spliced(text, None, found)
    written = new.replace(b'"', b"\\\0").split(b"\n")
    line = done = 0
    for each in found:
        line += text.count(b"\n", done, each.start)
        done = each.start
        strings.pieces[2 * simple[line] + 1] = written[line]
        gone.setdefault(strings.line[simple[line]], []).append(each.detector)
    for at in {*hits}.difference(simple):
        what = _replaced_alone(redactor, strings, at)
        if what:
            gone.setdefault(strings.line[at], []).extend(what)
    return gone


def _is_simple(raw: bytes) -> bool:
    """Say whether a string has no escapes but those of quotes, and no tab."""
    return raw.count(b"\\") == raw.count(b"\\\0") and b"\t" not in raw


def _replaced_alone(redactor: Redactor, strings: _Strings, at: int) -> list[str]:
    """Put marks into one string."""
    text, plain = read_string(strings.inner[at])
    spans = redactor.spans(text)
    if not spans:
        return []
    new, what = redactor.spliced(as_written(strings.inner[at]) if plain else text, plain, spans)
    strings.pieces[2 * at + 1] = new if plain else write_string(new)
    return what


def read_string(raw: bytes) -> tuple[bytes, Plain | None]:
    """Give what a string stands for, and where that is written, unless :func:`write_string` writes it."""
    if b"\\" not in raw and b"\t" not in raw:
        return raw, None
    text = raw.replace(b"\\\0", b'"').replace(b"\\n", b"\n").replace(b"\\t", b"\t")
    if b"\\" not in text and b"\t" not in raw:
        return text, None
    plain = unescaped(as_written(raw))
    return plain.text, plain


def write_string(text: bytes) -> bytes:
    """Write a text whose escapes are the usual: the same bytes, as long as they stand for something."""
    return text.replace(b'"', b"\\\0").replace(b"\n", b"\\n").replace(b"\t", b"\\t")
