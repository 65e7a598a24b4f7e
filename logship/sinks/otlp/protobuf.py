"""As much of Protocol Buffers' wire format as a sink needs; pure (https://protobuf.dev/programming-guides/encoding/)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types."""
_MORE: Final = 0x80
_LONGEST_VARINT: Final = 10
_UINT64: Final = 1 << 64


@lru_cache(maxsize=4096)
def varint(number: int) -> bytes:
    """Encode a number; a negative one as 64 bits in two's complement."""
    number %= _UINT64
    found = bytearray()
    while number >= _MORE:
        found.append(number % _MORE | _MORE)
        number //= _MORE
    found.append(number)
    return bytes(found)


def tag(field: int, wire: int) -> bytes:
    """Encode what stands before a field's value."""
    return varint(field << 3 | wire)


def delimited(field: int, value: bytes) -> bytes:
    """Encode a field that holds text, bytes or a message."""
    return tag(field, BYTES) + varint(len(value)) + value


def read_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give the number and the value of each field of a message; raises ValueError for what is no message."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        value: int | bytes
        if key & 7 == VARINT:
            value, at = _read_varint(data, at)
        else:
            size, at = _read_varint(data, at) if key & 7 == BYTES else (_fixed(key & 7), at)
            value, at = data[at : at + size], at + size
        if at > len(data) or key >> 3 == 0:
            raise ValueError
        yield key >> 3, value


def _fixed(wire: int) -> int:
    try:
        return {FIXED64: 8, FIXED32: 4}[wire]
    except KeyError:
        raise ValueError from None


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Give a number and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        number |= (byte & ~_MORE) << 7 * place
        if byte < _MORE:
            return number % _UINT64, at + place + 1
    raise ValueError
