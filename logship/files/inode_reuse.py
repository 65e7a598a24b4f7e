"""Whether an inode was freed and given to another file, however alike their lines are.

No sign of it alone would do, so all must say so: the name is none of the generation's lineage, the file was born at
another time, and it was written since. Sessions that write one equal line each, and are removed, get the same inode
again and again (ext4); a birth time alone changes on overlays and network file systems, where the name or the time of
the last write stays.
"""

from logship.files.found import Found
from logship.state.identity import Entry
from logship.state.rows import Row, path_hash


def entry_of_another(found: Found, entry: Entry) -> bool:
    """Whether a file has only the inode of a generation that was not finished."""
    written = found.mtime_ns > int(entry.seen * 1e9)
    return entry.path not in _names(found) and written and _born_otherwise(found, entry.birth_ns)


def row_of_another(found: Found, row: Row) -> bool:
    """Whether a file has only the inode of one that was finished: of that it is known when it was last written."""
    lineages = map(path_hash, _names(found))
    return row.lineage not in lineages and found.mtime_ns != row.mtime_ns and _born_otherwise(found, row.birth_ns)


def _names(found: Found) -> tuple[str, str]:
    return found.candidate.path, found.lineage


def _born_otherwise(found: Found, birth_ns: int | None) -> bool:
    return bool(found.birth_ns and birth_ns) and found.birth_ns != birth_ns
