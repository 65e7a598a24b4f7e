"""How expressions that have names are read: ``order=ORD-[0-9]{6},badge=B[0-9]+``, or one a line; pure."""

import re
from typing import Final

import msgspec

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_NEXT_NAME: Final = re.compile(r",(?=\s*[a-z][a-z0-9_]{0,31}=)")


def parse_expressions(text: str) -> str:
    """Give the text of named expressions that can be told apart, or a path; nobody compiles them here."""
    if not text.startswith("/"):
        named_expressions(text)
    return text


def named_expressions(text: str) -> dict[str, str]:
    """Read ``name=expression``, a line each or by commas; or a JSON object, for expressions that have ``,name=``."""
    if text.lstrip().startswith("{"):
        pairs = list(_object(text).items())
    else:
        lines = [line.strip() for line in text.split("\n")]
        parts = [part for line in lines if not line.startswith("#") for part in _NEXT_NAME.split(line) if part.strip()]
        pairs = [_pair_of(part.strip()) for part in parts]
    for name, expression in pairs:
        if not _NAME.fullmatch(name) or not expression:
            message = "has no name, or a name that is not of a-z, 0-9 and _; write order=ORD-[0-9]{6}"
            raise ValueError(message)
        if not expression.isprintable():
            message = f"has a control character in {name}; take it out"
            raise ValueError(message)
    if len({name for name, _ in pairs}) < len(pairs):
        message = "has a name twice; write a|b for either"
        raise ValueError(message)
    return dict(pairs)


def _pair_of(part: str) -> tuple[str, str]:
    name, _, expression = part.partition("=")
    return name.strip(), expression.strip()


def _object(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text.encode(), type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        message = 'is not a JSON object of strings; write name=expression or {"name": "expression"}'
        raise ValueError(message) from None
