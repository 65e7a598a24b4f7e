"""What reading bytes as JSON raises where they are none."""

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Not only a DecodeError: bytes that are no UTF-8 are an error of their own in msgspec 0.19 and 0.20, and what nests
deeper than the interpreter goes is a third."""
