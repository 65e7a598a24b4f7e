"""What is kept of generations that are not open. How they are told from one another: test_catalog and test_intake."""

import itertools
import os
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.files.registry import Registry
from logship.model import FileId, LineState
from logship.state.finished import Finished
from logship.state.identity import Entry, Print, Saved, new_file_id

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
