"""Unpacks what rotators pack, by what the bytes say: gzip, zstd, xz, bzip2, and the first file of a zip or tar.

An archive is hostile input: one that is damaged, needs a window of more than 16 MiB, or has more than 1 MiB of headers
in front of a tar's file raises OSError, and nothing else does. Formats: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file
format 1.2.1, APPNOTE 6.3.10 (zip), POSIX.1-1988 (tar).
"""

import errno
import os
import re
import struct
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Final

from isal import isal_zlib

from logship.files.packed import OUTPUT_BYTES, Others, Packed, Piece
from logship.model import NO_LIMIT

STREAMS: Final = ("gzip", "zstd", "xz", "bzip2")
"""Formats whose archives may follow each other in one file."""
LEAST_BYTES: Final = 10
"""So many say of what format such an archive is."""

MEMORY_BYTES: Final = 16 << 20
MAGIC_BYTES: Final = 512
_ZSTD_WINDOW_LOG: Final = 24
_GZIP: Final = 31
_TAR_AT: Final = 257
_MAGIC: Final = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    **{bytes([kind]) + b"*M\x18": "zstd" for kind in range(0x50, 0x60)},  # a frame to be skipped: pzstd begins so
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x1f\x9d": "compress",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}
_MAGICS: Final = tuple(_MAGIC)
_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x1a\x7f]")
_STORED, _DEFLATED = 0, 8
"""Methods of a zip's members."""
_ENCRYPTED, _DESCRIBED = 1, 8
"""Flags of a zip's members; the second one says that CRC-32 and sizes follow the data."""
_DESCRIPTOR_BYTES, _SIZE_ELSEWHERE = 8, 0xFFFFFFFF
_ZIP_END_BYTES, _ZIP_COMMENT_BYTES, _ZIP_DIRECTORY_BYTES = 22, 0xFFFF, 1 << 16
_ZIP_ENTRY: Final = struct.Struct("<4s20xIHHH12x")
"""Of a member in the directory: its signature and size, and the lengths of its name, extra field and comment."""
_CAUSE_CHARACTERS: Final = 100
UNREADABLE: Final = ("lz4", "compress", "7z", "rar")
"""Packed, and not read."""


def packed_as(head: bytes) -> str:
    """Give the format that the first 512 bytes of a file are of; empty where they are not packed."""
    kind = ""
    if head.startswith(_MAGICS):
        kind = next(kind for magic, kind in _MAGIC.items() if head.startswith(magic))
    if kind == "bzip2" and head[4:10] not in (b"1AY&SY", b"\x17rE8P\x90"):
        return ""
    return kind or ("tar" if head[_TAR_AT : _TAR_AT + 5] == b"ustar" else "")


def is_noise(head: bytes) -> bool:
    """Whether the beginning of a file is random bytes: no UTF-8, and with control characters that no text has."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.end < len(head) and bool(_NO_TEXT.search(head))
    return False


def unpack(fd: int, kind: str, start: int = 0, end: int = NO_LIMIT, others: Others | None = None) -> Iterator[Piece]:
    """Give the contents of a file in pieces of up to 256 KiB; OSError, and no other, where they can't be read.

    Of archives that follow each other, those between the offsets ``start`` and ``end`` of the file. ``others`` is
    called behind the first file of a zip or tar if there is another one.
    """
    if kind not in _DECODERS:
        raise OSError(errno.EBADMSG, f"not read: {kind or 'not packed'}")
    try:
        pieces = _DECODERS[kind](Packed(fd, start, end))
        head, first = b"", list[Piece]()
        while len(head) < MAGIC_BYTES and (piece := next(pieces, None)):  # a decoder may give nothing at first
            head += piece[0][:MAGIC_BYTES]
            first.append(piece)
        rest = chain(first, pieces)
        yield from _tar(rest, others) if packed_as(head[:MAGIC_BYTES]) == "tar" else rest
        if others and kind == "zip" and (left := _others_in_zip(fd)):
            others(left)
    except OSError:
        raise
    except Exception as error:  # whatever: an archive can make a library fail in any way
        cause = str(error)[:_CAUSE_CHARACTERS] or type(error).__name__
        raise OSError(errno.EBADMSG, f"not {kind}: {cause}") from error


def _gunzip(packed: Packed) -> Iterator[Piece]:
    unpacker, pending = isal_zlib.decompressobj(wbits=_GZIP), b""
    while True:
        data = pending or packed.read()
        if not data:
            return
        piece = unpacker.decompress(data, OUTPUT_BYTES)
        ended = unpacker.eof
        pending = packed.behind(unpacker.unused_data) if ended else unpacker.unconsumed_tail
        if ended:
            unpacker = isal_zlib.decompressobj(wbits=_GZIP)
        yield piece, packed.at - len(pending) if ended else 0


def _streamed(packed: Packed, decoder: Callable[[], Any]) -> Iterator[Piece]:
    """Unpack with a decoder that has the interface of ``bz2.BZ2Decompressor``; streams may follow each other."""
    unpacker, data = decoder(), b""
    while True:
        if unpacker.eof:
            unpacker = decoder()
        if not data and unpacker.needs_input:
            data = packed.read()
            if not data:
                return
        piece = unpacker.decompress(data, OUTPUT_BYTES)
        data = packed.behind(unpacker.unused_data) if unpacker.eof else b""
        yield piece, packed.at - len(data) if unpacker.eof else 0


def _zstd_decoder() -> Any:  # noqa: ANN401 - of a library that is loaded when it is needed
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - seldom needed
    else:
        from backports import zstd  # noqa: PLC0415 - seldom needed
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})


def _unzstd(packed: Packed) -> Iterator[Piece]:
    return _streamed(packed, _zstd_decoder)


def _unxz(packed: Packed) -> Iterator[Piece]:
    import lzma  # noqa: PLC0415 - seldom needed

    return _streamed(packed, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES))


def _unbzip2(packed: Packed) -> Iterator[Piece]:
    import bz2  # noqa: PLC0415 - seldom needed

    return _streamed(packed, bz2.BZ2Decompressor)


def _unzip(packed: Packed) -> Iterator[Piece]:
    """Read the first member, from its local header on: the directory at the end may not be written yet."""
    fd = packed.fd
    header = os.pread(fd, 30, 0)
    flags, method, _, _, expected, _, size, name, extra = struct.unpack_from("<HHHHIIIHH", header, 6)
    described = bool(flags & _DESCRIBED)
    if flags & _ENCRYPTED or method not in {_STORED, _DEFLATED}:
        message = "encrypted, or packed by a method that is not read"
        raise ValueError(message)
    if method == _STORED and (described or size == _SIZE_ELSEWHERE):
        message = "not compressed, and of a length that its header does not say"
        raise ValueError(message)
    packed.at = 30 + name + extra
    pieces = _stored(packed, size) if method == _STORED else _inflated(packed)
    crc = 0
    for piece, end in pieces:
        crc = isal_zlib.crc32(piece, crc)
        known = [expected] if not described else _described_crcs(fd, end)
        if end and known and crc not in known:
            message = "its CRC-32 is not that of its contents"
            raise ValueError(message)
        yield piece, bool(end and known)


def _stored(packed: Packed, size: int) -> Iterator[tuple[bytes, int]]:
    """Give pieces of ``size`` bytes, as far as they are there, and 0; with the last one, where they end in the file."""
    left, end = size, packed.at + size
    while left and (data := packed.read()[:left]):
        left -= len(data)
        yield data, 0 if left else end


def _inflated(packed: Packed) -> Iterator[tuple[bytes, int]]:
    unpacker = isal_zlib.decompressobj(wbits=-15)
    while not unpacker.eof:
        data = unpacker.unconsumed_tail or packed.read()
        if not data:
            return
        piece, rest = unpacker.decompress(data, OUTPUT_BYTES), unpacker.unused_data
        ended = bool(unpacker.eof)
        yield piece, packed.at - len(rest) if ended else 0


def _described_crcs(fd: int, end: int) -> list[int]:
    """Give what the CRC-32 behind a member's data may be, its signature being optional; nothing while it is not there.

    APPNOTE 6.3.10, 4.3.9.
    """
    data = os.pread(fd, _DESCRIPTOR_BYTES, end) if end else b""
    return list(struct.unpack("<II", data)) if len(data) == _DESCRIPTOR_BYTES else []


def _others_in_zip(fd: int) -> int:
    """Give the bytes of all members but the first; 0 where its directory is not there.

    Of very many, or of more than four gigabytes, it gives what they take packed. APPNOTE 6.3.10, 4.3.12 and 4.3.16.
    """
    size = os.fstat(fd).st_size
    before = max(0, size - _ZIP_END_BYTES - _ZIP_COMMENT_BYTES)
    tail = os.pread(fd, _ZIP_END_BYTES + _ZIP_COMMENT_BYTES, before)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _ZIP_END_BYTES:
        return 0
    count, directory, offset = struct.unpack_from("<HII", tail, at + 10)
    start = before + at - directory
    if count <= 1 or start < 0:
        return 0
    if directory > _ZIP_DIRECTORY_BYTES or offset == _SIZE_ELSEWHERE:
        return int(size - directory)
    return sum(_sizes_in_zip(os.pread(fd, directory, start))[1:])


def _sizes_in_zip(directory: bytes) -> list[int]:
    """Give the size of each member as the directory says it, as far as that is sound."""
    sizes, at = list[int](), 0
    while at + _ZIP_ENTRY.size <= len(directory):
        signature, size, *lengths = _ZIP_ENTRY.unpack_from(directory, at)
        if signature != b"PK\1\2":
            break
        sizes.append(size)
        at += _ZIP_ENTRY.size + sum(lengths)
    return sizes


def _untar(packed: Packed) -> Iterator[Piece]:
    while data := packed.read():
        yield data, True


def _tar(pieces: Iterator[Piece], others: Others | None) -> Iterator[Piece]:
    from logship.files.tars import first_of_tar  # noqa: PLC0415 - seldom needed

    return first_of_tar(pieces, others)


_DECODERS: Final[dict[str, Callable[[Packed], Iterator[Piece]]]] = {
    "gzip": _gunzip,
    "zstd": _unzstd,
    "xz": _unxz,
    "bzip2": _unbzip2,
    "zip": _unzip,
    "tar": _untar,
}
