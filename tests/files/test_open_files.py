import os
from collections.abc import Callable
from pathlib import Path

import pytest

from logship.files.open_files import OpenFiles
from logship.files.tailing import TailedFile
from logship.state.identity import SHORT_HEAD_BYTES, Entry, Print, new_file_id

Opening = Callable[[str, bytes], TailedFile]


@pytest.fixture
def opened(tmp_path: Path) -> Opening:
    """Open files of one lineage by name and content."""

    def make(name: str, data: bytes) -> TailedFile:
        path = tmp_path / name
        path.write_bytes(data)
        entry = Entry(new_file_id(), str(tmp_path / "a.log"), 0, None, Print(), 0, 1.0)
        return TailedFile(entry, os.open(path, os.O_RDONLY), str(path), None, 0.0)

    return make


def test_a_file_is_compared_only_with_those_that_begin_as_it_does(opened: Opening) -> None:
    """And with the live one, and what is too short or empty in front: nobody knows what those have by now."""
    head, other = b"h" * SHORT_HEAD_BYTES, b"o" * SHORT_HEAD_BYTES
    known = [("a.log.1", head), ("a.log.2", other), ("a.log.3", b"short"), ("a.log.4", bytes(99)), ("a.log", other)]
    files = {name: opened(name, data + b" more") for name, data in known}
    found = OpenFiles()
    for file in files.values():
        found.add(file)
    lineage = files["a.log"].lineage

    def names(begin: bytes) -> set[str]:
        return {Path(file.path).name for file in found.like(lineage, begin)}

    assert names(head) == {"a.log.1", "a.log.3", "a.log.4", "a.log"}
    assert names(head[1:]) == names(b"\0" + head[1:]) == set(files)
    found.forget(files["a.log.1"])
    assert names(head) == {"a.log.3", "a.log.4", "a.log"}
    for file in files.values():
        found.forget(file)
        file.close()
    assert not list(found._by_head)
    assert not (found.of_lineage(lineage))
