import bz2
import gzip
import io
import lzma
import os
import random
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from logship.files import packed as packed_files
from logship.files.decoding import MAGIC_BYTES, UNREADABLE, packed_as, unpack
from logship.files.packed import OUTPUT_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Pack = Callable[[bytes], bytes]


def _zip(data: bytes, method: int, *, streamed: bool = False) -> bytes:
    out = io.BytesIO()
    target: Any = _Pipe(out) if streamed else out
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.log", data)
        archive.writestr("other.txt", b"not a log\n" * 20)
    return out.getvalue()


class _Pipe:
    """What can only be written to, forwards: sizes then come behind the data."""

    def __init__(self, out: io.BytesIO) -> None:
        self.write, self.flush = out.write, out.flush


def _tar(data: bytes, mode: str = "w", kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=kind) as archive:  # type: ignore[call-overload]
        folder = tarfile.TarInfo("logs")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in (("logs/a.log", data), ("logs/other.txt", b"not a log\n" * 20)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zstd_checked(data: bytes) -> bytes:
    """Compress as the ``zstd`` command does: with a check sum."""
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


STREAMS: dict[str, Pack] = {
    "gzip": gzip.compress,
    "zstd": zstd_checked,
    "xz": lambda data: lzma.compress(data, preset=6),
    "bzip2": bz2.compress,
}
"""Formats of which several may follow one another."""
FORMATS: dict[str, tuple[str, Pack]] = {
    **{name: (name, pack) for name, pack in STREAMS.items()},
    "zip stored": ("zip", lambda data: _zip(data, zipfile.ZIP_STORED)),
    "zip deflated": ("zip", lambda data: _zip(data, zipfile.ZIP_DEFLATED)),
    "zip to a pipe": ("zip", lambda data: _zip(data, zipfile.ZIP_DEFLATED, streamed=True)),
    "tar": ("tar", _tar),
    "tar of GNU": ("tar", lambda data: _tar(data, kind=tarfile.GNU_FORMAT)),
    "tar.gz": ("gzip", lambda data: _tar(data, "w:gz")),
    "tar.bz2": ("bzip2", lambda data: _tar(data, "w:bz2")),
    "tar.xz": ("xz", lambda data: _tar(data, "w:xz")),
}
DATA = b"".join(b'{"number":%d,"word":"%d"}\n' % (n, random.Random(n).randrange(10**9)) for n in range(2000))

ZIP_HEADER_BYTES = 30

every = pytest.mark.parametrize("name", FORMATS)


@contextmanager
def opened(data: bytes) -> Iterator[int]:
    """Give a file that has these bytes."""
    fd = os.memfd_create("packed")
    try:
        os.write(fd, data)
        yield fd
    finally:
        os.close(fd)


def unpacked(packed: bytes, kind: str = "") -> tuple[bytes, bool]:
    """Unpack it all; gives the contents, as far as they can be read, and whether they are complete."""
    contents, complete = b"", 0
    with opened(packed) as fd:
        try:
            for piece, complete in unpack(fd, kind or packed_as(packed[:MAGIC_BYTES])):  # noqa: B007 - the last one
                assert len(piece) <= OUTPUT_BYTES
                contents += piece
        except OSError:
            return contents, False
    return contents, bool(complete)


@every
def test_a_format_is_told_by_its_first_bytes(name: str) -> None:
    """Under whatever name."""
    kind, pack = FORMATS[name]
    assert packed_as(pack(DATA)[:MAGIC_BYTES]) == kind


@every
@pytest.mark.parametrize("size", [1, 1000, len(DATA), 3 * OUTPUT_BYTES + 7])
def test_contents_are_those_that_were_packed(name: str, size: int) -> None:
    """Of what has several members those of the first file alone."""
    data = (DATA * (size // len(DATA) + 1))[:size]
    assert unpacked(FORMATS[name][1](data)) == (data, True)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "tar.bz2"])
def test_what_hardly_gets_smaller_is_read_as_well(name: str) -> None:
    """A decoder may take many inputs before it gives anything."""
    data = random.Random(1).randbytes(2 * OUTPUT_BYTES)
    assert unpacked(FORMATS[name][1](data)) == (data, True)


PACKED = {name: pack(DATA) for name, (_, pack) in FORMATS.items()}


@every
@settings(deadline=None, max_examples=40)
@given(place=st.floats(0, 1, exclude_max=True))
def test_what_is_cut_anywhere_is_not_complete(name: str, place: float) -> None:
    """Unless what the cut took is not of the log: what there is of it can be read, and nothing else."""
    packed = PACKED[name]
    cut = packed[: int(place * len(packed))]
    assume(len(cut) >= ZIP_HEADER_BYTES)
    contents, complete = unpacked(cut)
    assert DATA.startswith(contents) or (name.startswith("tar.") and not complete)
    assert not complete or contents == DATA
    assert not (complete and name in STREAMS)


@pytest.mark.parametrize("name", ["gzip", "zstd", "xz", "bzip2", "tar.gz", "tar.bz2", "tar.xz"])
@settings(deadline=None, max_examples=40)
@given(place=st.floats(0.1, 0.9), noise=st.binary(min_size=8, max_size=50))
def test_what_is_damaged_is_an_error(name: str, place: float, noise: bytes) -> None:
    """Found by the check sums of the format, and nothing but OSError is raised."""
    packed = PACKED[name]
    at = int(place * len(packed))
    damaged = packed[:at] + noise + packed[at + len(noise) :]
    contents, complete = unpacked(damaged, FORMATS[name][0])
    assert not complete or contents == DATA


@every
@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=20, max_size=2000))
def test_anything_behind_a_magic_is_an_error_or_nothing(name: str, noise: bytes) -> None:
    """Whatever an application writes under such a name: no other exception, no hang."""
    unpacked(PACKED[name][:10] + noise, FORMATS[name][0])


@pytest.mark.parametrize("name", STREAMS)
def test_streams_follow_one_another(name: str) -> None:
    """As of a file that was appended to: each is a part of the contents; half of the last one is not all."""
    parts = [DATA[:1000], b"", DATA[1000:30_000], DATA[30_000:]]
    packed = b"".join(map(STREAMS[name], parts))
    assert unpacked(packed) == (DATA, True)
    assert not unpacked(packed[:-1])[1]
    assert unpacked(b"".join(map(STREAMS[name], parts[:3]))) == (DATA[:30_000], True)


@pytest.mark.parametrize("first", [0x50, 0x5F])
def test_frames_of_zstd_that_are_to_be_skipped_are_skipped(first: int) -> None:
    """RFC 8878, 3.1.2: pzstd writes one in front of each other frame, so that its archives begin with one."""
    skipped = bytes([first]) + b"*M\x18\x04\0\0\0size"
    packed = skipped + zstd_checked(DATA[:30_000]) + skipped + zstd_checked(DATA[30_000:])
    assert packed_as(packed[:MAGIC_BYTES]) == "zstd"
    assert unpacked(packed) == (DATA, True)
    assert unpacked(packed + skipped) == (DATA, True)
    assert not unpacked(packed[:-1])[1]


@pytest.mark.parametrize("name", STREAMS)
def test_rubbish_behind_the_last_stream_is_an_error(name: str) -> None:
    """What it is nobody knows."""
    assert not unpacked(STREAMS[name](DATA) + b"rubbish" * 10)[1]


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("count", [1, 4, 511, 60_000])
def test_nuls_behind_the_last_stream_are_padding(name: str, count: int) -> None:
    """Tapes and block devices have them, and xz allows them; gzip passes them over."""
    packed = STREAMS[name](DATA)
    assert unpacked(packed + b"\0" * count) == (DATA, True)
    assert not unpacked(packed + b"\0" * count + b"rubbish")[1]
    assert not unpacked(packed[:-1] + b"\0" * count + b"rubbish")[1]


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("behind", [-3, 0, 1])
def test_padding_begins_wherever_a_read_ends(name: str, behind: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of it than is read twice is none: a sparse file may have terabytes."""
    packed = STREAMS[name](DATA)
    monkeypatch.setattr(packed_files, "INPUT_BYTES", len(packed) - behind)
    assert unpacked(packed + b"\0" * 512) == (DATA, True)
    assert not unpacked(packed + b"\0" * 3 * len(packed))[1]


@pytest.mark.parametrize("preset", [7, 9])
def test_an_archive_that_takes_too_much_memory_is_refused(preset: int) -> None:
    """``xz -9`` has a dictionary of 64 MiB, whatever the size of what it packed."""
    assert unpacked(lzma.compress(DATA, preset=preset)) == (b"", False)
    assert unpacked(lzma.compress(DATA, preset=6)) == (DATA, True)


@pytest.mark.parametrize(("window", "read"), [(24, True), (25, False), (27, False)])
def test_a_large_window_is_refused(window: int, *, read: bool) -> None:
    """``zstd --long`` asks for 128 MiB."""
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: window})
    packed = packer.compress(DATA) + packer.flush()
    assert unpacked(packed) == ((DATA, True) if read else (b"", False))


@pytest.mark.parametrize("streamed", [False, True])
def test_a_zip_whose_contents_are_others_is_damaged(streamed: bool) -> None:  # noqa: FBT001 - a case
    """Its checksum says so, wherever that is: in front of the data, or behind it."""
    packed = bytearray(_zip(DATA, zipfile.ZIP_DEFLATED, streamed=streamed))
    crc = struct.pack("<I", zlib.crc32(DATA))
    at = packed.index(crc)
    packed[at] ^= 1
    with opened(bytes(packed)) as fd, pytest.raises(OSError, match="CRC-32"):
        list(unpack(fd, "zip"))
    assert unpacked(bytes(packed[:at])) == (DATA if streamed else b"", False)


def test_a_zip_that_does_not_say_how_long_its_contents_are_is_refused() -> None:
    """Nothing is left out in silence: where stored bytes end, only what follows them tells."""
    packed = _zip(DATA, zipfile.ZIP_STORED, streamed=True)
    with opened(packed) as fd, pytest.raises(OSError, match="length"):
        list(unpack(fd, "zip"))


def test_an_encrypted_zip_is_refused() -> None:
    """As the flag in its header says; nothing of it is taken for text."""
    packed = bytearray(_zip(DATA, zipfile.ZIP_STORED))
    packed[6] |= 1
    assert unpacked(bytes(packed)) == (b"", False)


def test_a_zip_of_another_method_is_refused() -> None:
    """Such as bzip2 within zip."""
    assert unpacked(_zip(DATA, zipfile.ZIP_BZIP2)) == (b"", False)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x04\x22\x4d\x18\x64\x40\xa7", "lz4"),
        (b"\x1f\x9d\x90", "compress"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
    ],
)
def test_some_formats_are_only_told(head: bytes, kind: str) -> None:
    """They are known by their first bytes, so that nobody ships them as text."""
    assert packed_as(head) == kind
    assert kind in UNREADABLE
    assert unpacked(head + DATA, kind) == (b"", False)


@pytest.mark.parametrize(
    "text",
    [b"", b"a line\n", b"BZh is no archive\n", b"BZh9 nor this\n", b"PK is neither\n", DATA, bytes(600), b"x" * 600],
)
def test_text_is_not_packed(text: bytes) -> None:
    """A log may begin with letters that a format begins with."""
    assert packed_as(text[:MAGIC_BYTES]) == ""


@pytest.mark.parametrize("name", STREAMS)
def test_a_bomb_comes_in_small_pieces(name: str) -> None:
    """64 MiB of nothing, a mebibyte at a time."""
    with opened(STREAMS[name](bytes(64 << 20))) as fd:
        sizes = [len(piece) for piece, _ in unpack(fd, name)]
    assert sum(sizes) == 64 << 20
    assert max(sizes) <= OUTPUT_BYTES


def test_a_tar_without_a_file_has_nothing() -> None:
    """Only a folder, say."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        folder = tarfile.TarInfo("logs")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    assert unpacked(out.getvalue(), "tar") == (b"", False)


def test_a_zip_that_says_it_has_four_gigabytes_has_what_is_there() -> None:
    """Whoever may write a header can't have it gone through in thousands of empty pieces."""
    header = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 2**32 - 2, 2**32 - 2, 5, 0)
    with opened(header + b"a.log" + b"a line\n") as fd:
        assert [*unpack(fd, "zip")] == [(b"a line\n", False)]
    with opened(header + b"a.log") as fd:
        assert [*unpack(fd, "zip")] == []
