"""Which of the files that are met in one sweep comes before which."""

from collections.abc import Collection, Generator, Mapping, MutableMapping

from logship.files.found import Found
from logship.files.identification import Part, agreeing
from logship.files.plan import Key, Plan
from logship.files.tailing import TailedFile
from logship.model import FileId
from logship.state.identity import HEAD_BYTES, Entry


def in_order(unknown: Collection[Found], plan: Plan | None) -> Generator[None, None, list[Found]]:
    """Give, in steps, files in the order in which it is decided what they are; a run that ends has its own.

    Rotated forms come first, oldest first: what they hold was written before what the live file holds.
    """
    first = yield from _copied(unknown)

    def order(found: Found) -> tuple[bool, Key]:
        key = plan.rank(found.inode) if plan else (not found.live, found.mtime_ns)
        return found.inode not in first, key

    return sorted(unknown, key=order)


def by_age(new: MutableMapping[FileId, tuple[TailedFile, Entry]], ages: Mapping[FileId, int]) -> None:
    """Have what a sweep has begun with read in the order in which it was written, as far as that is known.

    A generation in an archive is recognised once that is unpacked, after a younger one in a plain file. Those that were
    known keep their order (``ages``), and come first; but another of their lineage comes before the first of them that
    is live, or was written to later.
    """
    known, others = sorted(ages.keys() & new, key=ages.__getitem__), [file for file in new if file not in ages]
    lineages: dict[str, list[FileId]] = {}
    for file in known:
        lineages.setdefault(new[file][0].lineage, []).append(file)

    def order(file: FileId) -> tuple[bool, int]:
        tailed, _ = new[file]
        return bool(tailed.path), tailed.mtime_ns

    before: dict[FileId | None, list[FileId]] = {}  # and, under None, those that come last
    for file in others:
        later = (each for each in lineages.get(new[file][0].lineage, ()) if order(each) > order(file))
        before.setdefault(next(later, None), []).append(file)
    ordered = [file for each in known for file in (*before.get(each, ()), each)]
    for file in (*ordered, *before.get(None, ())):
        new[file] = new.pop(file)


def _copied(unknown: Collection[Found]) -> Generator[None, None, set[int]]:
    """Give, in steps, the inodes of live files that begin with all of a rotated form: that is a copy, or less.

    Of less than 1 KiB that says little: runs of a program begin alike. Files that can't be read are passed over.
    """
    live = {found.candidate.path: found for found in unknown if not (found.live or found.packed)}
    copies = (found for found in unknown if found.live in live and not (found.packed or found.begin))
    inodes = set[int]()
    for copy in copies:
        original = live[copy.live]
        if HEAD_BYTES <= copy.size <= original.size and original.inode not in inodes:
            try:
                same = yield from agreeing(Part(copy, 0), original.read_at, 0, copy.size)
            except OSError:
                continue
            inodes |= {original.inode} if same >= copy.size else set()
    return inodes
