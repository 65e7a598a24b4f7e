"""Lines of a container's runtime that stay what they are, but for what must not leave in the texts in them; pure.

A text may be in several of them, and so may what is to be hidden in it.
"""

from collections.abc import Sequence

from logship.records.runtime_lines import Piece, Rewrap
from logship.redaction.redactor import Redactor, Where, sound


def hidden(lines: Sequence[tuple[bytes, Piece]], where: Where, redactor: Redactor, wrap: Rewrap) -> bytes:
    """Give the lines of one record, whose text is ``where``."""
    texts = [piece.text + (b"" if piece.goes_on else b"\n") for _, piece in lines]
    whole = b"".join(texts).removesuffix(b"\n")
    found = redactor.spans(sound(whole), where)
    written, at = [], 0
    for (line, piece), text in zip(lines, texts, strict=True):
        end, parts, done = at + len(piece.text), list[bytes](), at
        for each in found:
            if each.start < end and each.end > at:
                parts.append(whole[done : max(at, each.start)])
                # what goes on from the line before has its mark there
                parts.append(redactor.mark(each.detector, whole[each.start : each.end]) if each.start >= at else b"")
                done = min(end, each.end)
        written.append(wrap(line, piece, b"".join([*parts, whole[done:end]])))
        at += len(text)
    return b"\n".join([redactor.line(line).text for line in written])
