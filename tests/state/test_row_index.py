"""The table of rows by inode."""

from hypothesis import given
from hypothesis import strategies as st

from logship.state.row_index import RowIndex

inodes = st.integers(0, 40) | st.integers(0, 2**64 - 1)


@given(st.lists(st.tuples(st.sampled_from(["there", "gone", "forget"]), inodes), max_size=400))
def test_it_says_what_a_dict_says(history: list[tuple[str, int]]) -> None:
    """Whatever comes and goes: the last row of each inode that is there, and none of any other."""
    index, model, rows = RowIndex(), dict[int, int](), 0
    for action, inode in history:
        if action == "forget":
            index.forget(inode)
            model.pop(inode, None)
            continue
        index.append(inode, there=action == "there")
        if action == "there":
            model[inode] = rows
        rows += 1
    assert dict(index) == model
    assert len(index) == len(model)
    assert all((inode in index) == (inode in model) for _, inode in history)
    assert [index.get(inode) for _, inode in history] == [model.get(inode, -1) for _, inode in history]


def test_it_grows_with_what_is_there_and_forgets_what_is_gone() -> None:
    """Ten thousand that are there are found, and ten thousand that come and go one by one take no more room."""
    index = RowIndex()
    for inode in range(10_000):
        index.append(inode << 20, there=True)
    assert all(index.get(inode << 20) == inode for inode in range(10_000))
    before = len(index._slots)
    for inode in range(10_000):
        index.append(inode << 21 | 1, there=True)
        index.forget(inode << 21 | 1)
    assert len(index) == 10_000
    assert len(index._slots) <= before * 2
