"""The file of finished generations, row by row."""

from pathlib import Path

import pytest

from logship.state.row_file import RowFile
from logship.state.rows import ROW_BYTES, Row


def rows(count: int) -> list[Row]:
    """Give some that can be told apart."""
    return [Row(b"%016d" % number, 1, 2, 3, 4, number, 5, 6, 7, 8, 9, 10, 0) for number in range(count)]


def of(table: RowFile) -> list[bytes]:
    """Give the identities of all that a table has."""
    data = b"".join(table.pieces())
    return [data[at : at + 16] for at in range(0, len(data), ROW_BYTES)]


def test_rows_are_numbered_over_disk_and_memory(tmp_path: Path) -> None:
    """What was put on disk, and what was not yet, are one list; another that opens the file has the first."""
    path, every = tmp_path / "finished.bin", rows(5)
    table = RowFile(path)
    for row in every[:3]:
        table.append(row)
    table.flush()
    for row in every[3:]:
        table.append(row)
    assert table.pending
    assert [table.row(number) for number in range(5)] == every
    assert of(table) == [row.number for row in every]
    again = RowFile(path)
    again.open()
    assert list(again.rows()) == every[:3]
    assert not again.pending


def test_without_a_path_all_stay_in_memory() -> None:
    """Nothing is pending then, for nothing will be written."""
    table = RowFile(None)
    table.append(rows(1)[0])
    table.flush()
    assert not table.pending
    assert table.row(0) == rows(1)[0]
    with table.quiet() as usable:
        assert not usable


def test_what_is_written_anew_has_the_rows_that_are_kept(tmp_path: Path) -> None:
    """The others are gone, and what comes after goes on behind them; nobody writes meanwhile."""
    path, every = tmp_path / "finished.bin", rows(4)
    table = RowFile(path)
    for row in every[:3]:
        table.append(row)
    with table.quiet() as usable:
        assert usable
        table.rewrite(bytearray((1, 0, 1)))
        with table.quiet() as twice:
            assert not twice
    table.append(every[3])
    table.flush()
    assert path.stat().st_size == 3 * ROW_BYTES
    assert list(table.rows()) == [every[0], every[2], every[3]]


def test_a_folder_that_cannot_be_written_keeps_them_pending(tmp_path: Path) -> None:
    """They are written the next time."""
    path = tmp_path / "gone" / "finished.bin"
    table = RowFile(path)
    table.append(rows(1)[0])
    with pytest.raises(FileNotFoundError):
        table.flush()
    assert table.pending
    path.parent.mkdir()
    table.flush()
    assert list(table.rows()) == rows(1)
