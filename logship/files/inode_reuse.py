"""Whether an inode was freed and given to another file, however alike their lines are.

No sign of it alone would do, so all must say so: the name is none of the generation's lineage, the file was born at
another time, and it was written since. Sessions that write one equal line each, and are removed, get the same inode
again and again (ext4); a birth time alone changes on overlays and network file systems, where the name or the time of
the last write stays.
"""

from collections.abc import Iterable, Sequence

from logship.files.found import Found
from logship.state.identity import SHORT_HEAD_BYTES, Entry, same_file
from logship.state.rows import Row, path_hash


def entry_of_another(found: Found, entry: Entry) -> bool:
    """Whether a file has only the inode of a generation that was not finished."""
    written = found.mtime_ns > int(entry.seen * 1e9)
    return written and entry.path not in _names(found) and _born_otherwise(found, entry.birth_ns)


def row_of_another(found: Found, row: Row) -> bool:
    """Whether a file has only the inode of one that was finished: of that it is known when it was last written."""
    if found.mtime_ns == row.mtime_ns:
        return False
    return row.lineage not in map(path_hash, _names(found)) and _born_otherwise(found, row.birth_ns)


def in_this_file(found: Found, entries: Iterable[Entry], name: str) -> list[Entry]:
    """Give, of generations that had a file's inode, those that are in it, in the order of where they end.

    All but the last one are sealed. One that is never to be read counts only where there is no other. ``name`` speaks
    where birth times do not.
    """
    same = (found.inode, found.birth_ns, found.size, found.read_at)
    there = (entry for entry in entries if not entry_of_another(found, entry))
    alike = [entry for entry in there if same_file(entry, *same, named=entry.path == name)]
    read = [entry for entry in alike if not entry.ignored] or alike[:1]
    sealed = sorted((entry for entry in read if entry.sealed), key=lambda entry: entry.shift + entry.size)
    return [*sealed, *[entry for entry in read if not entry.sealed][:1]]


def is_around(row: Row, entries: Sequence[Entry]) -> bool:
    """Whether what was finished in an inode may be in it beside others: they are in holes of it that were filled."""
    return not entries or (entries[-1].sealed and row.size > entries[-1].shift + entries[-1].size)


def row_of_this(found: Found, row: Row, name: str) -> bool:
    """Whether a file is what was finished in its inode; ``name`` speaks where birth times do not."""
    if not row.size or row_of_another(found, row):
        return False
    same = row.birth_ns == (found.birth_ns or -1)
    born = same or row.lineage == path_hash(name)
    if row.begins(found.size, found.read_at):
        return row.size >= SHORT_HEAD_BYTES or born
    return same and row.is_punched(found.size, found.read_at)


def _names(found: Found) -> tuple[str, str]:
    return found.candidate.path, found.lineage


def _born_otherwise(found: Found, birth_ns: int | None) -> bool:
    return bool(found.birth_ns and birth_ns) and found.birth_ns != birth_ns
