import errno
import fcntl
import gzip
import os
from pathlib import Path

import pytest

from logship.sinks.file.archive import Archive


def archive(folder: Path, *, packed: bool = True, max_bytes: int = 1 << 20, max_seconds: float = 3600) -> Archive:
    """Make an archive that nobody has opened."""
    return Archive(folder, "pod-1", gzip=packed, max_bytes=max_bytes, max_seconds=max_seconds)


def finished(folder: Path) -> list[bytes]:
    """Give the contents of the finished files, oldest first."""
    files = sorted(path for path in folder.iterdir() if path.suffix in {".gz", ".ndjson"})
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]


@pytest.mark.parametrize("packed", [True, False])
def test_what_was_appended_is_in_finished_files(tmp_path: Path, *, packed: bool) -> None:
    """A file is finished once it is full, old, or at the end; nothing is open then."""
    folder = tmp_path / "a" / "b"
    made = archive(folder, packed=packed, max_seconds=10, max_bytes=200)
    made.append(b"one\n", 0)
    made.append(b"two\n", 5)
    made.append(b"three\n" + os.urandom(300), 10)
    made.append(b"four\n", 11)
    made.close()
    assert [content[:8] for content in finished(folder)] == [
        b"one\ntwo\n",
        b"three\n" + finished(folder)[1][6:8],
        b"four\n",
    ]
    assert not list(folder.glob("*.open"))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("torn", [1, 7, 25])
def test_a_torn_append_is_cut_off_by_the_next_process(tmp_path: Path, *, packed: bool, torn: int) -> None:
    """What was whole stays, and is finished; what was torn will be delivered again."""
    first = archive(tmp_path, packed=packed)
    first.append(b"one\n", 0)
    opened = next(tmp_path.glob("*.open"))
    whole = opened.stat().st_size
    first.append(b"a longer second append\n", 0)
    size = opened.stat().st_size
    os.truncate(opened, max(whole, size - torn))
    os.close(first._lock)  # the process dies
    second = archive(tmp_path, packed=packed)
    second.append(b"three\n", 0)
    second.close()
    assert finished(tmp_path) == [b"one\n", b"three\n"]


def test_a_file_of_which_nothing_is_whole_goes(tmp_path: Path) -> None:
    """It has nothing that was ever acknowledged."""
    (tmp_path / "pod-1.ndjson.gz.open").write_bytes(b"\x1f\x8b\x08 not gzip")
    made = archive(tmp_path)
    made.append(b"one\n", 0)
    made.close()
    assert finished(tmp_path) == [b"one\n"]


def test_two_processes_never_share_a_file(tmp_path: Path) -> None:
    """The second is told, and can go on once the first has gone."""
    first, second = archive(tmp_path), archive(tmp_path)
    first.append(b"one\n", 0)
    with pytest.raises(BlockingIOError):
        second.append(b"two\n", 0)
    first.close()
    second.append(b"two\n", 0)
    second.close()
    assert finished(tmp_path) == [b"one\n", b"two\n"]


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    """In a Deployment each pod has a new name: their locks would stay on the volume for ever."""
    made = archive(tmp_path)
    made.append(b"one\n", 0)
    assert (tmp_path / "pod-1.lock").exists()
    made.close()
    assert [path.suffix for path in tmp_path.iterdir()] == [".gz"]


def test_a_lock_that_goes_while_another_takes_it_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second opened the file before the first removed it: a third would make a new one, and have it, too."""
    first, second, third = (archive(tmp_path) for _ in range(3))
    first.append(b"one\n", 0)
    real = fcntl.flock

    def meanwhile(fd: int, how: int) -> None:
        monkeypatch.setattr("logship.sinks.file.archive.fcntl.flock", real)
        first.close()
        real(fd, how)

    monkeypatch.setattr("logship.sinks.file.archive.fcntl.flock", meanwhile)
    second.append(b"two\n", 0)
    with pytest.raises(BlockingIOError):
        third.append(b"three\n", 0)
    second.close()
    assert finished(tmp_path) == [b"one\n", b"two\n"]


def test_a_failed_append_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it was written when the disk was full: tried again, it is there once."""
    made, real = archive(tmp_path, packed=False), os.write
    made.append(b"one\n", 0)

    def half(fd: int, data: memoryview) -> int:
        if len(data) < 8:
            raise OSError(errno.ENOSPC, "full")
        return real(fd, data[:8])

    monkeypatch.setattr("logship.sinks.file.archive.os.write", half)
    with pytest.raises(OSError, match="full"):
        made.append(b"0123456789\n", 0)
    monkeypatch.undo()
    made.append(b"0123456789\n", 0)
    made.close()
    assert finished(tmp_path) == [b"one\n0123456789\n"]


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    """Whoever can write into the folder must not choose what is written to."""
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "pod-1.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic"):
        archive(tmp_path).append(b"one\n", 0)
    assert (tmp_path / "victim").read_text() == "precious"


def test_an_archive_that_nobody_used_makes_nothing(tmp_path: Path) -> None:
    """No folder, no file."""
    archive(tmp_path / "x").close()
    assert not (tmp_path / "x").exists()


def test_a_file_that_was_removed_is_not_written_on(tmp_path: Path) -> None:
    """What would go into it counts as not written: it would be gone with the process."""
    made = archive(tmp_path)
    made.append(b"one\n", 0)
    next(tmp_path.glob("*.open")).unlink()
    with pytest.raises(OSError, match="was removed"):
        made.append(b"two\n", 0)
    made.append(b"two\n", 0)
    made.close()
    assert finished(tmp_path) == [b"two\n"]


def test_an_old_file_is_finished_without_an_append(tmp_path: Path) -> None:
    """At the time that it says."""
    made = archive(tmp_path, max_seconds=10)
    made.append(b"one\n", 5)
    assert made.due == 15
    made.finish_old(14.9)
    assert finished(tmp_path) == []
    made.finish_old(15)
    assert finished(tmp_path) == [b"one\n"]
    assert made.due is None


def test_a_number_that_was_closed_is_not_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if closing fails: the number is another file's by then."""
    made = archive(tmp_path)
    made.append(b"one\n", 0)
    real, its = os.close, [made._fd]

    def close(fd: int) -> None:
        real(fd)
        if fd in its:
            its.clear()
            raise OSError(errno.EIO, "close")

    with monkeypatch.context() as patch:
        patch.setattr(os, "close", close)
        made.finish()
    made.append(b"two\n", 0)
    made.close()
    assert finished(tmp_path) == [b"one\n", b"two\n"]


@pytest.mark.parametrize("tail", [b"\0" * 4096, b"\x1f\x8b\x08" + b"\xff" * 200])
def test_what_a_crash_left_behind_the_last_append_is_cut_off(tmp_path: Path, tail: bytes) -> None:
    """Zeros or garbage: some file systems extend a file before its bytes are there."""
    first = archive(tmp_path)
    first.append(b"one\n", 0)
    opened = next(tmp_path.glob("*.open"))
    opened.write_bytes(opened.read_bytes() + tail)
    os.close(first._lock)  # the process dies
    second = archive(tmp_path)
    second.append(b"two\n", 0)
    second.close()
    assert finished(tmp_path) == [b"one\n", b"two\n"]
