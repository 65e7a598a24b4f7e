"""What stands in the place of what was taken out: its kind, or its kind and a keyed hash of it; pure."""

import hmac
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

Mark = Callable[[str, bytes], bytes]
"""Gives what stands for a value that was found by a detector; ASCII, without quotes and backslashes."""

_REMEMBERED: Final = 4096
_SHORT: Final = 256
"""Bytes; the hash of a longer value is not remembered: an application may write values of any size."""
_DIGITS: Final = 16
"""Of a hash that are shown: 64 bits."""
_MARK: Final = re.compile(rb"\[[a-z0-9_]+:[0-9a-f]{16}\]")


def by_type(detector: str, value: bytes) -> bytes:
    """Give ``[email]``."""
    del value
    return b"[" + detector.encode() + b"]"


def by_hash(key: bytes) -> Mark:
    """Give what gives ``[email:5f2c…]``: 64 bits of HMAC-SHA256, the same for the same value."""

    def hashed(detector: str, value: bytes) -> bytes:
        if _MARK.fullmatch(value) and value.startswith(f"[{detector}:".encode()):
            return value  # a dead letter that is sent again
        return f"[{detector}:{hmac.digest(key, value, 'sha256').hex()[:_DIGITS]}]".encode()

    remembered = lru_cache(maxsize=_REMEMBERED)(hashed)
    return lambda detector, value: (remembered if len(value) <= _SHORT else hashed)(detector, value)
