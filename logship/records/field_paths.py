"""Fields by dotted paths: ``a.b`` is a name with a dot, or the name ``b`` in the object ``a``; pure."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import UNSET, Raw, UnsetType

from logship.records.candidates import Candidates


class FieldPath:
    """Looks for one field in many records; the name with most dots in it counts, if there are several such fields."""

    def __init__(self, path: str, clash: Callable[[str], object]) -> None:
        """``clash``: whether a name gets in the way of ours, so that no column has it.

        Raises ``ValueError``, as the end of a sentence that begins with what names the path, for one that can't be.
        """
        words = path.split(".")
        self._ways = [
            (name, _below(words[count:]) if count < len(words) else None)
            for count in range(len(words), 0, -1)
            if (name := ".".join(words[:count]))
        ]
        self._hidden = {name: _below([name]) for name, below in self._ways if below and clash(name)}
        self.wants = tuple(name for name, _ in self._ways if name not in self._hidden)
        """The top-level names whose columns are needed."""

    def values(self, records: Candidates) -> Sequence[bytes | None]:
        """Give the raw JSON value in each record; None where there is none."""
        found: Sequence[bytes | None] = ()
        for name, below in self._ways:
            if name in self._hidden:
                column: Sequence[bytes | None] = [*map(self._hidden[name], records.objects())]
            else:
                column = records.column(name)
            if below and any(column):
                column = [*map(below, column)]
            elif below:
                continue
            found = [ours or other for ours, other in zip(found, column, strict=True)] if found else column
        return found


def _below(words: Sequence[str]) -> Callable[[bytes | None], bytes | None]:
    """Make what finds the field of that path in a raw JSON object; None where there is none, or no object."""
    names = {f"f{count}": ".".join(words[:count]) for count in range(len(words), 0, -1)}
    try:
        kind = msgspec.defstruct(
            "Object",
            [(field, Raw | UnsetType, UNSET) for field in names],
            rename=names,
            gc=False,
            forbid_unknown_fields=False,
        )
    except ValueError as error:
        message = (
            f"has {'.'.join(words)!r}, whose quotes, backslashes or control characters no name in an object can have"
        )
        raise ValueError(message) from error
    decode = msgspec.json.Decoder(kind).decode
    deeper = [
        (field, _below(words[count:]) if count < len(words) else None)
        for field, count in zip(names, range(len(words), 0, -1), strict=True)
    ]

    def find(value: bytes | None) -> bytes | None:
        if not value or not value.startswith(b"{"):
            return None
        try:
            record = decode(value)
        except (msgspec.DecodeError, RecursionError):
            return None
        for field, below in deeper:
            raw = getattr(record, field)
            if raw is not UNSET and (found := below(bytes(raw)) if below else bytes(raw)):
                return found
        return None

    return find
