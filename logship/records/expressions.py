"""Expressions of the user's, over bytes."""

import re
from typing import Protocol


class Expression(Protocol):
    """What was compiled."""

    def search(self, data: bytes, /) -> object | None:
        """Find it anywhere; None where it is not."""

    def match(self, data: bytes, /) -> object | None:
        """Find it at the beginning; None where it is not."""


def compile_expression(text: str) -> Expression:
    """Compile an expression; raises ValueError with the place of what is wrong."""
    try:
        return re.compile(text.encode())
    except re.error as error:
        message = f"{error.msg} at position {error.pos}"
        raise ValueError(message) from error
