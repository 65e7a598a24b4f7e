"""The application's own ``@timestamp``, cut from its record where that is simple; pure."""

from typing import Any, Final

from msgspec import UNSET

from logship.records.json_members import may_spell

NAME: Final = b'"@timestamp"'
CUTS: Final = (b'"@timestamp":', b'"@timestamp": ')


def cut(rest: bytes | None, own: Any, *, known: bool) -> bytes | None:  # noqa: ANN401 - Raw or UNSET
    """Give a line's rest without the application's ``@timestamp``; None if that is not simple.

    ``known``: that is its event time.
    """
    if own is UNSET or rest is None:
        return rest
    if not known or rest.count(NAME) != 1 or may_spell(rest):
        return None
    for key in CUTS:
        member = key + bytes(own)
        if rest.startswith(member + b","):
            return rest[len(member) + 1 :]
        before, found, after = rest.partition((b", " if key.endswith(b" ") else b",") + member)
        if found:
            return before + after
    return None
