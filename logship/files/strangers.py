"""Files in which a setting fits no line: told once each, when many lines have shown it, and shown in the status."""

import logging
from collections.abc import Iterator
from typing import Final

from logship.model import FileId

logger = logging.getLogger(__name__)

PARSE: Final = "LOGSHIP_PARSE"
MULTILINE: Final = "LOGSHIP_MULTILINE"
ENOUGH: Final = 1000
"""Lines without one that fits."""
_FILES: Final = 4096
"""Files that are remembered for each setting; then all are forgotten, and may be told of again."""
_FITS: Final = -1


class Strangers:
    """Counts, for each file, the lines before the first one that a setting fits; all readers share it."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[FileId, int]] = {PARSE: {}, MULTILINE: {}}
        self._seen: dict[FileId, int] = {}
        """Of the joined ones, up to which offset the lines were looked at: readers read the same lines."""
        self._told: dict[tuple[str, FileId], str] = {}
        """Paths, by setting and file."""

    def asks(self, setting: str, file: FileId, end: int = 0) -> bool:
        """Whether it is still open if a setting fits a file; of lines up to ``end``, if that is given, only once."""
        return 0 <= self._lines[setting].get(file, 0) < ENOUGH and not 0 < end <= self._seen.get(file, 0)

    def saw(self, setting: str, file: FileId, path: str, lines: int, *, fits: bool, end: int = 0) -> None:
        """Note lines of a file, and whether one of them fits."""
        counts = self._lines[setting]
        if len(counts) >= _FILES and file not in counts:
            counts.clear()
            self._seen.clear()
        if end:
            self._seen[file] = end
        before = counts.get(file, 0)
        if fits:
            counts[file] = _FITS
            self._told.pop((setting, file), None)
        elif before != _FITS:
            counts[file] = before + lines
            if before < ENOUGH <= counts[file]:
                self._tell(setting, file, path, counts[file])

    def forget(self, file: FileId) -> None:
        """Tell no more of a file that is closed."""
        for setting in self._lines:
            self._told.pop((setting, file), None)

    def problems(self) -> Iterator[str]:
        """Say, a line each, which open files have shown that a setting fits none of their lines."""
        for (setting, _), path in self._told.items():
            yield f"{path}: none of its lines is of the form that {setting} names"

    def _tell(self, setting: str, file: FileId, path: str, lines: int) -> None:
        self._told[setting, file] = path
        extra = {
            "path": path,
            "setting": setting,
            "lines": lines,
            "advice": "compare it with a line; see logship check",
        }
        logger.warning("none of a file's lines is of the form that a setting names", extra=extra)
