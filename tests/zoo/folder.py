"""Which lines a folder has, in whatever form: everything in it is unpacked by Python's own modules and zstd's tool."""

import bz2
import lzma
import re
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol

_LINE = re.compile(rb'^\x00*\{(?:[^\n]*,)?\s*"n":\s?(\d+)[,}][^\n]*$', re.MULTILINE)
_TAR_MAGIC = slice(257, 262)


def numbers(folder: Path) -> set[int]:
    """Give the ``n`` of every whole line in some file below the folder."""
    found: set[int] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for plain in contents(path.read_bytes()):
                found |= lines(plain)
    return found


def lines(plain: bytes) -> set[int]:
    """Give the ``n`` of every whole line; NULs before a line are a hole, not a part of it."""
    return {int(match[1]) for match in _LINE.finditer(plain) if match[0].rstrip(b"\r").endswith(b"}")}


def contents(raw: bytes) -> Iterator[bytes]:
    """Give what the bytes hold, unpacked as far as they can be: a cut archive has what is before the cut."""
    if raw.startswith(b"PK\x03\x04"):
        yield from _zipped(raw)
    elif raw[_TAR_MAGIC] == b"ustar":
        yield from _tarred(raw)
    elif unpack := _packing(raw):
        yield from contents(unpack(raw))
    else:
        yield raw


def _packing(raw: bytes) -> Callable[[bytes], bytes] | None:
    if raw.startswith(b"\x1f\x8b"):
        return _members(lambda: zlib.decompressobj(zlib.MAX_WBITS | 16))
    if raw.startswith(b"BZh"):
        return _members(bz2.BZ2Decompressor)
    if raw.startswith(b"\xfd7zXZ\x00"):
        return _members(lzma.LZMADecompressor)
    return _zstd if raw.startswith(b"\x28\xb5\x2f\xfd") else None


class _Decoder(Protocol):
    """What zlib, bz2 and lzma have in common."""

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _members(opened: Callable[[], _Decoder]) -> Callable[[bytes], bytes]:
    """Unpack one member after the other, up to the end or to what is broken."""

    def unpack(raw: bytes) -> bytes:
        plain: list[bytes] = []
        while raw:
            decoder = opened()
            try:
                plain.append(decoder.decompress(raw))
            except (zlib.error, OSError, lzma.LZMAError):
                break
            raw = decoder.unused_data
        return b"".join(plain)

    return unpack


def _zstd(raw: bytes) -> bytes:
    return subprocess.run(["zstd", "-dcq"], input=raw, capture_output=True, check=False).stdout


def _zipped(raw: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
    except (zipfile.BadZipFile, zlib.error):
        return


def _tarred(raw: bytes) -> Iterator[bytes]:
    try:
        with tarfile.open(fileobj=BytesIO(raw)) as archive:
            for member in archive:
                if file := archive.extractfile(member):
                    yield from contents(file.read())
    except tarfile.TarError:
        return
