import bz2
import gzip
import lzma
import shutil
import subprocess
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.zoo.folder import contents, lines, numbers
from tests.zoo.programs.lines import text

PLAIN = b"".join(text(number).encode() + b"\n" for number in range(100))
ALL = set(range(100))


def _zipped(plain: bytes) -> bytes:
    room = BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.log", plain)
    return room.getvalue()


def _tarred(plain: bytes) -> bytes:
    room = BytesIO()
    with tarfile.open(fileobj=room, mode="w:gz") as archive:
        member = tarfile.TarInfo("app.log")
        member.size = len(plain)
        archive.addfile(member, BytesIO(plain))
    return room.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        PLAIN,
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:3000]) + gzip.compress(PLAIN[3000:]),
        bz2.compress(PLAIN),
        lzma.compress(PLAIN),
        _zipped(PLAIN),
        _tarred(PLAIN),
    ],
    ids=["plain", "gzip", "two gzip members", "bzip2", "xz", "zip", "tar.gz"],
)
def test_every_form_gives_its_lines(packed: bytes, tmp_path: Path) -> None:
    """Whatever the name: the first bytes decide."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old/@4000.s").write_bytes(packed)
    assert numbers(tmp_path) == ALL


@pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")
def test_zstd_is_unpacked_by_its_own_tool() -> None:
    """Python 3.11 has none."""
    packed = subprocess.run(["zstd", "-cq"], input=PLAIN, capture_output=True, check=True).stdout
    assert lines(b"".join(contents(packed))) == ALL


def test_an_archive_that_is_cut_has_what_is_before_the_cut() -> None:
    """A rotator may still be packing, or was killed."""
    found = lines(b"".join(contents(gzip.compress(PLAIN)[:-40])))
    assert found
    assert found < ALL


def test_lines_are_found_behind_nuls_and_whatever_the_order_of_their_fields() -> None:
    """A hole ends where the line begins."""
    assert lines(b"\x00" * 9 + text(5).encode() + b"\n") == {5}
    assert lines(b'{"event": "line", "n": 7, "pad": "x"}\r\n{"level":"info","n":8,"pad":"x"}\n') == {7, 8}


def test_a_torn_line_is_none() -> None:
    """Neither its beginning nor its end."""
    whole = text(5).encode()
    assert lines(whole[:40] + b"\n" + whole[40:] + b"\n") == set()


def test_a_link_adds_nothing(tmp_path: Path) -> None:
    """What it leads to is counted where it is."""
    (tmp_path / "app.log").symlink_to("/dev/zero")
    assert numbers(tmp_path) == set()
