"""Where the open files are: by inode, by name and by lineage."""

from collections.abc import Iterable

from logship.files.found import Found
from logship.files.tailing import TailedFile


class OpenFiles:
    """What is open, or will be once the checkpoint has it."""

    def __init__(self) -> None:
        self.by_inode: dict[tuple[int, int], TailedFile] = {}
        """By device and inode."""
        self.by_path: dict[str, TailedFile] = {}
        """By the name that each had when names were last noted, or was found under since."""
        self._by_lineage: dict[str, list[TailedFile]] = {}

    def add(self, file: TailedFile) -> None:
        """Find a file from now on."""
        self.by_inode[file.device, file.inode] = file
        self._by_lineage.setdefault(file.lineage, []).append(file)
        if not self.live(file.path):
            self.by_path[file.path] = file

    def of_lineage(self, path: str) -> list[TailedFile]:
        """Give the open generations of a lineage, oldest first."""
        return list(self._by_lineage.get(path, ()))

    def note_names(self, files: Iterable[TailedFile]) -> None:
        """Note under which names the files are, oldest first."""
        self.by_path = {file.path: file for file in reversed(list(files)) if file.path}

    def forget(self, file: TailedFile) -> None:
        """Find a file no longer."""
        if self.by_path.get(file.path) is file:
            del self.by_path[file.path]
        self.leave(file)
        same = self._by_lineage.get(file.lineage, [])
        if file in same:
            same.remove(file)
        if not same:
            self._by_lineage.pop(file.lineage, None)

    def leave(self, file: TailedFile) -> None:
        """Note that a generation is in its file no longer."""
        place = (file.device, file.inode)
        if self.by_inode.get(place) is not file:
            return
        del self.by_inode[place]
        for other in self._by_lineage.get(file.lineage, ()):  # generations that are in one copy, one behind the other
            if other is not file and not other.orphaned and (other.device, other.inode) == place:
                self.by_inode[place] = other
                other.judged, other.asked = max(other.judged, file.judged), max(other.asked, file.asked)

    def judge(self, found: Found, end: int) -> None:
        """Note up to where it is known what an archive has that others were appended to."""
        for file in self._by_lineage.get(found.lineage, ()):
            if (file.device, file.inode) == (found.device, found.inode) and file.packed[1]:
                file.judged, file.asked = max(file.judged, end), max(file.asked, found.packed_to)

    def doubt(self, lineage: str) -> None:
        """Have what was appended to archives of a lineage asked about again, unless it is known for good."""
        for file in self._by_lineage.get(lineage, ()):
            if file.packed[1]:
                file.asked = file.judged

    def live(self, path: str) -> TailedFile | None:
        """Give the open file that has this name."""
        file = self.by_path.get(path) if path else None
        return file if file and file.path == path else None


def folders_of(files: Iterable[TailedFile]) -> set[str]:
    """Give the folders of files that have a name, and all that they are in, each with a slash at its end."""
    folders = set[str]()
    for file in files:
        folder = file.path.rpartition("/")[0]
        while folder and f"{folder}/" not in folders:
            folders.add(f"{folder}/")
            folder = folder.rpartition("/")[0]
    return folders
