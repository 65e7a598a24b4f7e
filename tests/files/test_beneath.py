"""A hostile application makes the names; what may be opened is the same with openat2 and without."""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from logship.files import beneath
from logship.files.beneath import Root, birth_ns, written_ns


@pytest.fixture(params=["openat2", "walk"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder with some names, next to a secret; once for each way to resolve them."""
    if request.param == "walk":

        def no_openat2(*_: object) -> int:
            raise OSError(errno.ENOSYS, "Function not implemented")

        monkeypatch.setattr(beneath, "_openat2", no_openat2)
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "root"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.log").write_text("a")
    (folder / "inner" / "b.log").write_text("b")
    before = descriptors()
    yield folder
    assert descriptors() == before, "a descriptor was left open"


def descriptors() -> list[str]:
    """Give what is open."""
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def read(root: Path, name: str) -> str:
    """Open a name beneath the root, and read it."""
    trusted = Root(str(root))
    root_fd = trusted.open()
    try:
        fd = trusted.open_file(root_fd, name)
    finally:
        os.close(root_fd)
    with os.fdopen(fd) as file:
        return file.read()


@pytest.mark.parametrize("name", ["a.log", "./a.log", "inner/../a.log", "inner//../a.log"])
def test_a_file_beneath_the_root_is_opened(root: Path, name: str) -> None:
    """However its path is written, if no step leaves the root."""
    assert read(root, name) == "a"
    assert read(root, "inner/b.log") == "b"


@pytest.mark.parametrize(
    ("target", "content"),
    [("a.log", "a"), ("inner/b.log", "b"), ("inner/../a.log", "a"), ("./inner/./b.log", "b"), ("inner/up", "a")],
)
def test_a_link_that_stays_inside_is_fine(root: Path, target: str, content: str) -> None:
    """Also one over .. or another link, and one on the way."""
    (root / "inner" / "up").symlink_to("../a.log")
    (root / "link").symlink_to(target)
    assert read(root, "link") == content
    (root / "way").symlink_to("inner")
    assert read(root, "way/b.log") == "b"
    assert read(root, "way/up") == "a"


def test_an_absolute_link_that_leads_inside_is_fine(root: Path) -> None:
    """What it points to is resolved beneath the root once more: a second way out does not help."""
    (root / "link").symlink_to(root / "inner" / "b.log")
    assert read(root, "link") == "b"
    (root / "dots").symlink_to(f"{root}/inner/../a.log")
    assert read(root, "dots") == "a"
    (root / "inner" / "out").symlink_to("../../secret")
    (root / "twice").symlink_to(root / "inner" / "out")
    with pytest.raises(OSError, match="cross-device"):
        read(root, "twice")


def out_of(root: Path) -> dict[str, str]:
    """Give targets of links that lead out, by name."""
    return {
        "relative": "../secret",
        "absolute": str(root.parent / "secret"),
        "dots": "inner/../../secret",
        "many dots": "../" * 40 + str(root.parent / "secret").lstrip("/"),
        "absolute dots": f"{root}/../secret",
        "neighbour": f"{root}-2/secret",
        "cwd": f"/proc/self/cwd/{os.path.relpath(root.parent / 'secret')}",
        "root": f"/proc/self/root{root.parent}/secret",
        "environment": "/proc/self/environ",
    }


@pytest.mark.parametrize("way", list(out_of(Path("/r"))))
def test_no_link_leads_out(root: Path, way: str) -> None:
    """By .., by an absolute path, by a magic link of /proc: the secret stays one."""
    (root.parent / "root-2").mkdir()
    (root.parent / "root-2" / "secret").write_text("secret")
    (root / "link").symlink_to(out_of(root)[way])
    with pytest.raises(OSError, match="cross-device"):
        read(root, "link")
    (root / "folder").symlink_to("..")
    with pytest.raises(OSError, match="cross-device"):
        read(root, "folder/secret")


@pytest.mark.parametrize("name", ["../secret", "inner/../../secret", "/etc/passwd", "..", "inner/../.."])
def test_no_name_leads_out(root: Path, name: str) -> None:
    """Patterns have no such names, and if they had, nothing would be opened."""
    with pytest.raises(OSError, match=r"cross-device|directory|regular"):
        read(root, name)


def test_a_descriptor_is_no_way_out(root: Path) -> None:
    """A magic link of a descriptor leads to what is open, whatever its text says."""
    fd = os.open(root.parent / "secret", os.O_RDONLY)
    try:
        (root / "link").symlink_to(f"/proc/self/fd/{fd}")
        with pytest.raises(OSError, match="cross-device"):
            read(root, "link")
        with pytest.raises(OSError, match=r"symbolic links|No such file|cross-device"):
            read(Path("/proc/self/fd"), f"{fd}")
    finally:
        os.close(fd)


def test_links_in_a_circle_end(root: Path) -> None:
    """Neither the kernel nor the walk follows them for ever."""
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")
    with pytest.raises(OSError, match="Too many levels"):
        read(root, "one")


def test_only_regular_files_are_opened(root: Path) -> None:
    """A FIFO would block, a device may do anything, a folder and a socket are no logs."""
    os.mkfifo(root / "fifo")
    for name in ("fifo", "inner", "."):
        with pytest.raises(OSError, match="not a regular file"):
            read(root, name)
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(root)  # the names of sockets are short
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
        with pytest.raises(OSError, match="No such device or address"):
            read(root, "socket")


def test_devices_are_not_opened_as_files() -> None:
    """Not even harmless ones."""
    with pytest.raises(OSError, match="not a regular file"):
        read(Path("/dev"), "null")


@pytest.mark.parametrize("name", ["missing", "inner/missing", "missing/a.log"])
def test_what_is_not_there_is_not_there(root: Path, name: str) -> None:
    """A name that vanished between listing and opening is no other fault."""
    with pytest.raises(FileNotFoundError):
        read(root, name)
    with pytest.raises(NotADirectoryError):
        read(root, "a.log/b.log")


def test_folders_are_opened_beneath_the_root(root: Path) -> None:
    """The root itself by an empty name; a file is no folder, and a link out no way."""
    trusted = Root(str(root))
    root_fd = trusted.open()
    (root / "out").symlink_to("/etc")
    try:
        for name, wanted in (("", root), ("inner", root / "inner"), ("inner/", root / "inner")):
            fd = trusted.open_folder(root_fd, name)
            assert os.path.samestat(os.fstat(fd), wanted.stat())
            os.close(fd)
        with pytest.raises(NotADirectoryError):
            trusted.open_folder(root_fd, "a.log")
        with pytest.raises(OSError, match="cross-device"):
            trusted.open_folder(root_fd, "out")
    finally:
        os.close(root_fd)


def test_names_may_be_any_bytes(root: Path) -> None:
    """Newlines and what is no UTF-8."""
    name = os.fsdecode(b"new\nline \xff.log")
    (root / name).write_text("odd")
    assert read(root, name) == "odd"


def test_links_above_the_root_are_followed(root: Path) -> None:
    """Whoever set up the pod made them."""
    (root.parent / "alias").symlink_to(root)
    assert read(root.parent / "alias", "a.log") == "a"


def test_the_birth_time_is_that_of_the_file(tmp_path: Path) -> None:
    """It stays when the file is written, and is another one for the next file under the same name."""
    before = time.time_ns()
    (tmp_path / "a").write_text("a")
    fd = os.open(tmp_path / "a", os.O_RDONLY)
    born = birth_ns(fd)
    if born is None:
        os.close(fd)
        pytest.skip("this file system keeps no birth times")
    assert abs(born - before) < 60 * 10**9
    (tmp_path / "a").write_text("more")
    assert birth_ns(fd) == born
    (tmp_path / "b").write_text("b")
    (tmp_path / "b").rename(tmp_path / "a")
    other = os.open(tmp_path / "a", os.O_RDONLY)
    assert birth_ns(other) != born
    os.close(fd)
    os.close(other)


def test_a_birth_time_that_is_not_known_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what has none, for a descriptor that is not open, and with a C library that can't ask."""
    reader, writer = os.pipe()
    os.close(writer)
    assert birth_ns(reader) is None
    os.close(reader)
    assert birth_ns(sys.maxsize >> 40) is None
    monkeypatch.setattr(beneath, "_libc", object())
    assert birth_ns(0) is None


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [(10, 10), (2**33 * 10**9, 2**33 * 10**9), (2**63 - 1, 2**63 - 1), (2**63, 2**63 - 1), (2**92, 2**63 - 1), (-1, 0)],
)
def test_a_last_write_has_63_bits(set_to: int, expected: int) -> None:
    """Whoever owns a file can set any time, and some volumes keep it: 2300 is past what is saved of one."""
    stat = SimpleNamespace(st_mtime_ns=set_to)
    assert written_ns(stat) == expected  # type: ignore[arg-type]
