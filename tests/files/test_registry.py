"""What is kept of generations that are not open. How they are told from one another: test_catalog and test_intake."""

import itertools
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from logship.files.beneath import Root
from logship.files.names import Candidate, Folder, Globs
from logship.files.registry import Registry
from logship.model import FileId, LineState
from logship.state.finished import Finished
from logship.state.identity import Entry, Print, Saved, new_file_id
from logship.state.rows import row_of

_SMALL = st.integers(0, 3)


def entry(number: int, *, inode: int, path: str = "/logs/app.log", head: Print | None = None) -> Entry:
    """Give a generation that two sinks have read to the end, each value an object of its own as in a real one."""
    head = head or Print.of(b"%d" % number * 64)
    saved = {name: Saved(9_000, LineState.WHOLE, Print.of(b"%d" % number)) for name in ("http", "elasticsearch")}
    return Entry(FileId(f"file-{number}"), path, inode, 10**18 + number, head, 9_000, 1.7e9, saved)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), _SMALL, _SMALL, _SMALL)))
def test_it_answers_as_one_who_goes_through_all_of_them(steps: list[tuple[bool, int, int, int, int]]) -> None:
    """By inode and path, however many share one, and whatever came and went before."""
    known, plain = Registry((), Finished(), ("http", "elasticsearch")), dict[FileId, Entry]()
    for add, number, inode, path, head in steps:
        each = entry(number, inode=inode, path=f"/logs/{path}.log", head=Print.of(b"%d" % head * 64))
        plain.pop(each.file, None)
        if add:
            plain[each.file] = each
            known.add(each)
        else:
            known.pop(each.file)
    assert known.entries == plain
    assert known.paths() == {each.path for each in plain.values()}
    for inode in range(4):
        assert sorted(known.at(inode)) == sorted(file for file, each in plain.items() if each.inode == inode)
    for file in list(plain):
        known.pop(file)
    assert not known.paths()
    assert not any(known.at(inode) for inode in range(4))


@pytest.mark.parametrize("shared", [True, False], ids=["one path", "a path each"])
def test_a_generation_takes_little_memory(*, shared: bool) -> None:
    """So many come and go in an hour, and each is kept that long: 8192 at most stay within 12 MiB."""
    numbers = itertools.count()

    def add(known: Registry, count: int) -> None:
        for _ in range(count):
            number = next(numbers)
            path = "/var/log/agent/app.log" if shared else f"/var/log/agent/app-{number}.log"
            each = entry(number, inode=10**7 + number, path=path, head=Print.of(os.urandom(64)))
            known.add(Entry(new_file_id(), *(getattr(each, name) for name in Entry.__struct_fields__[1:])))

    known = Registry((), Finished(), ("http", "elasticsearch"))
    add(known, 2048)  # tables that grow at once belong to no single one
    tracemalloc.start()
    try:
        add(known, 6144)
        nbytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert nbytes / 6144 < 1536


def test_a_file_is_opened_for_what_is_to_be_read_on_in_it(tmp_path: Path) -> None:
    """A copy was put by under its inode once, and has not changed since: the entry is what counts."""
    path = tmp_path / "a.log.1"
    path.write_bytes(b"x" * 100)
    stat = path.stat()
    finished = Finished()
    known_as = entry(1, inode=stat.st_ino, head=Print.of(b"x" * 100))
    put_by = replace(known_as, file=new_file_id(), offsets={}, ignored=True)
    row = row_of(replace(put_by, size=100), 100, stat.st_mtime_ns, b"x" * 64)
    assert row
    finished.add(row)
    known = Registry((), finished, ("http",))
    folder = Folder(Root(str(tmp_path)), "", stat.st_dev, Globs(()))
    name = Candidate(folder, path.name, stat.st_ino, regular=True, matched=True)
    assert known.unchanged(name) == ""
    known.add(entry(2, inode=stat.st_ino))
    assert known.unchanged(name) is None
