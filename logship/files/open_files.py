"""Where the open files are: by inode, by name and by lineage."""

from collections.abc import Iterable

from logship.files.found import Found
from logship.files.index import Index
from logship.files.tailing import TailedFile
from logship.state.identity import SHORT_HEAD_BYTES

_NOT_ZERO = 1


class OpenFiles:
    """What is open, or will be once the checkpoint has it."""

    def __init__(self) -> None:
        self.by_inode: dict[tuple[int, int], TailedFile] = {}
        """By device and inode."""
        self.by_path: dict[str, TailedFile] = {}
        """By the name that each had when names were last noted, or was found under since."""
        self._by_lineage = Index[str, TailedFile]()
        self._by_head = Index[int, TailedFile]()
        """By the hash of lineage and first bytes, as they were found; none where they had too few."""

    def add(self, file: TailedFile) -> None:
        """Find a file from now on."""
        self.by_inode[file.device, file.inode] = file
        self._by_lineage.add(file.lineage, file)
        file.found_by = _NOT_ZERO | hash((file.lineage, file.begins if _is_head(file.begins) else b""))
        self._by_head.add(file.found_by, file)
        if not self.live(file.path):
            self.by_path[file.path] = file

    def of_lineage(self, path: str) -> list[TailedFile]:
        """Give the open generations of a lineage, oldest first."""
        return self._by_lineage.of(path)

    def like(self, path: str, head: bytes) -> list[TailedFile]:
        """Give those of a lineage that may have 64 bytes that a file begins with: there may be thousands of others.

        Of the live one, and of what begins with NULs, nobody knows what it has by now.
        """
        if not _is_head(head):
            return self.of_lineage(path)
        found = [*self._by_head.of(_NOT_ZERO | hash((path, b""))), *self._by_head.of(_NOT_ZERO | hash((path, head)))]
        live = self.live(path)
        if live and live.lineage == path and live not in found:
            found.append(live)
        return found

    def near(self, found: Found, head: bytes) -> list[TailedFile]:
        """Give those that a part of a file of their lineage may be of, by the 64 bytes that the part begins with.

        Each is looked at anew: it may just have lost its bytes, and what is compared with it is not known by that.
        """
        # what was cut where it was may have a few bytes only that are known
        near = self.of_lineage(found.lineage) if found.cut else self.like(found.lineage, head)
        for file in near:
            file.recheck()
        return near

    def lost_bytes(self, found: Found, head: bytes) -> bool:
        """Whether a file of a lineage may just have lost its bytes: what came after that waits."""
        self.near(found, head)
        return any(not (file.sound or file.orphaned) for file in self.of_lineage(found.lineage))

    def note_names(self, files: Iterable[TailedFile]) -> None:
        """Note under which names the files are, oldest first."""
        self.by_path = {file.path: file for file in reversed(list(files)) if file.path}

    def forget(self, file: TailedFile) -> None:
        """Find a file no longer."""
        if self.by_path.get(file.path) is file:
            del self.by_path[file.path]
        self.leave(file)
        if file.found_by:
            self._by_lineage.remove(file.lineage, file)
            self._by_head.remove(file.found_by, file)
            file.found_by = 0

    def leave(self, file: TailedFile) -> None:
        """Note that a generation is in its file no longer."""
        place = (file.device, file.inode)
        if self.by_inode.get(place) is not file:
            return
        del self.by_inode[place]
        for other in self._by_lineage.of(file.lineage):  # generations that are in one copy, one behind the other
            if other is not file and not other.orphaned and (other.device, other.inode) == place:
                self.by_inode[place] = other
                other.judged, other.asked = max(other.judged, file.judged), max(other.asked, file.asked)

    def judge(self, found: Found, end: int) -> None:
        """Note up to where it is known what an archive has that others were appended to."""
        for file in self._by_lineage.of(found.lineage):
            if (file.device, file.inode) == (found.device, found.inode) and file.packed[1]:
                file.judged, file.asked = max(file.judged, end), max(file.asked, found.packed_to)

    def doubt(self, lineage: str) -> None:
        """Have what was appended to archives of a lineage asked about again, unless it is known for good."""
        for file in self._by_lineage.of(lineage):
            if file.packed[1]:
                file.asked = file.judged

    def live(self, path: str) -> TailedFile | None:
        """Give the open file that has this name."""
        file = self.by_path.get(path) if path else None
        return file if file and file.path == path else None


def _is_head(data: bytes) -> bool:
    """Whether files that begin otherwise are other files: as many bytes as prove something, none to be filled."""
    return len(data) == SHORT_HEAD_BYTES and b"\0" not in data


def folders_of(files: Iterable[TailedFile]) -> set[str]:
    """Give the folders of files that have a name, and all that they are in, each with a slash at its end."""
    folders = set[str]()
    for file in files:
        folder = file.path.rpartition("/")[0]
        while folder and f"{folder}/" not in folders:
            folders.add(f"{folder}/")
            folder = folder.rpartition("/")[0]
    return folders
