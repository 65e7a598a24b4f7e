import gzip
import io
import os
import random
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

import pytest

from logship.files import decoding
from logship.files.decoding import MAGIC_BYTES, packed_as, unpack
from logship.files.tars import HEADER_BYTES
from tests.files.test_decoding import FORMATS, opened

MIB = 1 << 20
LINES = b"a line\n" * 40
PACKED = {name: pack(LINES) for name, (_, pack) in FORMATS.items()}
MUTATIONS = 250
"""Of each format."""
ENTRY_BYTES = 46
"""Of a member in a zip's directory, in front of its name: APPNOTE 6.3.10, 4.3.12."""


def left_out(packed: bytes, kind: str = "") -> int:
    """Unpack it all; gives how many bytes it is said to have in other files."""
    told = [0]
    with opened(packed) as fd:
        for _ in unpack(fd, kind or packed_as(packed[:MAGIC_BYTES]), others=told.append):
            pass
    return told[-1]


def mutated(packed: bytes, chance: random.Random) -> bytes:
    """Give an archive with some bytes changed, taken out or put in, mostly near its ends: headers are there."""
    data = bytearray(packed)
    for _ in range(chance.randrange(1, 5)):
        near = chance.choice((60, 600, len(data))) or 1
        at = min(len(data) - 1, chance.choice((0, max(0, len(data) - near))) + chance.randrange(near))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\x80\0\0\0"))
            case 3:
                del data[at : at + chance.randrange(1, 40)]
            case _:
                data[at:at] = data[: chance.randrange(40)]
        if not data:
            return b"\0"
    return bytes(data)


def checked(header: bytes) -> bytes:
    """Give a header of a tar with the check sum that it should have, so that what else is wrong with it counts."""
    sound = bytearray(header)
    sound[148:156] = b"        "
    sound[148:156] = b"%06o\0 " % sum(sound)
    return bytes(sound)


def tars(chance: random.Random) -> Iterator[bytes]:
    """Give tars whose headers say anything, with sound check sums."""
    with tarfile.open(fileobj=(out := io.BytesIO()), mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("é" * 90, "b"):
            member = tarfile.TarInfo(name)
            member.size = len(LINES)
            archive.addfile(member, io.BytesIO(LINES))
    whole = out.getvalue()[:4096]
    while True:
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(4) * 512
            field, size = chance.choice(
                ((124, 12), (156, 1), (136, 12), (329, 8), (345, 155), (386, 97), (482, 1), (0, 30))
            )
            data[at + field : at + field + size] = chance.choice(
                (
                    chance.randbytes(size),
                    b"7" * size,
                    b"\xff" * size,
                    b"\x80" + chance.randbytes(size - 1),
                    b"SxgLKV7"[:size],
                )
            )
            data[at + 156] = chance.choice(b"0\0SxgLK7XD5V")
            data[at : at + 512] = checked(bytes(data[at : at + 512]))
        yield bytes(data)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_but_an_os_error_comes_of_hostile_bytes(name: str) -> None:
    """Whatever stands in an archive, who reads it has one thing to expect."""
    chance = random.Random(name)
    for _ in range(MUTATIONS):
        with suppress(OSError):
            assert left_out(mutated(PACKED[name], chance), FORMATS[name][0]) >= 0


def test_nothing_but_an_os_error_comes_of_a_tar_whose_headers_say_anything() -> None:
    """Sizes that are negative or too large for 64 bits, kinds of members that nobody writes, maps of holes."""
    archives = tars(random.Random(4))
    for _ in range(4 * MUTATIONS):
        with suppress(OSError):
            assert 0 <= left_out(next(archives), "tar") < 2**64


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("deep"), OverflowError("large"), KeyError("odd")])
def test_what_a_decoder_raises_is_an_os_error(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is known by its name: the next version of a library may have others."""

    def failing(_packed: object) -> NoReturn:
        raise error

    monkeypatch.setitem(decoding._DECODERS, "gzip", failing)
    with opened(PACKED["gzip"]) as fd, pytest.raises(OSError, match="not gzip") as raised:
        list(unpack(fd, "gzip"))
    assert raised.value.__cause__ is error


def test_an_os_error_of_the_volume_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to do."""

    def failing(_packed: object) -> NoReturn:
        raise PermissionError(13, "denied")

    monkeypatch.setitem(decoding._DECODERS, "gzip", failing)
    with opened(PACKED["gzip"]) as fd, pytest.raises(PermissionError):
        list(unpack(fd, "gzip"))


def zipped(*names: str) -> bytearray:
    """Give a zip of some members."""
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, LINES)
    return bytearray(out.getvalue())


def test_other_members_of_a_zip_are_counted_whatever_they_are_called() -> None:
    """Names that are no UTF-8, though a flag says so, and a version that nobody knows, keep nobody from counting."""
    packed = zipped("a.log", "bé.log", "c.log")
    name = packed.rindex("bé.log".encode())
    packed[name + 1 : name + 3] = b"\xff\xfe"
    packed[packed.index(b"PK\1\2") + 6] = 99
    assert left_out(bytes(packed)) == 2 * len(LINES)


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [(12, 0xFFFFFFFF, 0), (16, 0xFFFFFFFF, None), (12, 0, 0), (12, ENTRY_BYTES, 0), (10, 0xFFFF, 2 * len(LINES))],
)
def test_a_directory_that_is_not_where_it_should_be_counts_as_none(at: int, value: int, expected: int | None) -> None:
    """Of one whose offset takes more than 32 bits all that is packed counts: it has more than four gigabytes."""
    packed = zipped("a.log", "b.log", "c.log")
    end = packed.rindex(b"PK\5\6")
    directory = struct.unpack_from("<I", packed, end + 12)[0]
    packed[end + at : end + at + (2 if at == 10 else 4)] = value.to_bytes(2 if at == 10 else 4, "little")
    assert left_out(bytes(packed)) == (len(packed) - directory if expected is None else expected)


def header(kind: bytes, size: int) -> bytes:
    """Give the header of a tar's member."""
    member = tarfile.TarInfo("logs")
    member.type, member.size = kind, size
    return member.tobuf(tarfile.USTAR_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_header_of_a_tar_takes_no_more_memory_than_a_name_does(kind: bytes) -> None:
    """A hundred kilobytes, packed, can say that a name has a hundred megabytes."""
    packed = gzip.compress(header(kind, 48 * MIB) + bytes(48 * MIB) + header(b"0", 5) + b"line\n".ljust(1536, b"\0"))
    tracemalloc.start()
    try:
        with pytest.raises(OSError, match="header"):
            left_out(packed)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [tarfile.DIRTYPE, tarfile.XGLTYPE, b"V"])
def test_headers_in_front_of_a_tars_file_are_bounded_together(kind: bytes) -> None:
    """However many folders stand there, or comments: they are gone through without a pause."""
    many = 2 * HEADER_BYTES // 512
    with pytest.raises(OSError, match=r"header|recursion"):
        left_out(header(kind, 0) * many + header(b"0", 5) + b"line\n".ljust(1536, b"\0"), "tar")


def test_headers_behind_a_tars_file_are_bounded_as_well() -> None:
    """What was read is whole; whether another file follows so many folders nobody asks."""
    few, many = (header(tarfile.DIRTYPE, 0) * count for count in (100, 2 * HEADER_BYTES // 512))
    file, other = (header(b"0", size) + b"line\n".ljust(512, b"\0") for size in (5, 7))
    assert left_out(few + file + few + other + bytes(1024), "tar") == 7
    assert left_out(file + many + other + bytes(1024), "tar") == 0


def test_a_name_of_ten_kilobytes_keeps_no_tar_from_being_read() -> None:
    """Folders are deep sometimes."""
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        with tarfile.open(fileobj=(out := io.BytesIO()), mode="w:gz", format=form) as archive:
            member = tarfile.TarInfo("é" * 5000)
            member.size = len(LINES)
            archive.addfile(member, io.BytesIO(LINES))
        with opened(out.getvalue()) as fd:
            assert b"".join(piece for piece, _ in unpack(fd, "gzip")) == LINES
            assert os.fstat(fd).st_size < 10_000
