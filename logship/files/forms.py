"""Forms of names that rotators give and no rule knows: those that a link leads to, and those that are learnt.

winston calls a file ``app1.log`` that was ``app.log``; that may as well be another program's. Two signs tell: the same
letters, and a known generation in it.
"""

import os
import re
from collections.abc import Iterable, Mapping

from logship.files.names import Candidate, Folder, shape

_MOST, _MOST_FOLDERS = 100, 1000
_NO_LETTERS = re.compile(r"[\W\d_]+|current|latest|active|live", re.IGNORECASE)
"""And what only the file is called that is written to."""


class Forms:
    """Shapes of names, and the live names whose rotated files are called so, by their folders."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, str]] = {}
        """Up to 100 of 1,000 folders each, those that were noted last at the end; what is forgotten is learnt again."""
        self.unlisted: dict[str, Folder] = {}
        """Folders of which some was learnt since they were listed, by their paths."""

    def of(self, folder: str) -> Mapping[str, str]:
        """Give live names by shapes, of a folder's path with a slash at its end."""
        return self._folders.get(folder, {})

    def learn(self, folder: Folder, live: str, name: str) -> bool:
        """Note that a live file's generation has a name; whether others of its form are there that nobody listed."""
        form = shape(name)
        if form == name or not alike(live, name) or folder.globs.moved(name):
            return False
        forms = self._folders[folder.path] = self._folders.pop(folder.path, {})
        if forms.pop(form, "") != live:
            self.unlisted[folder.path] = folder
        forms[form] = live
        if len(forms) > _MOST:
            del forms[next(iter(forms))]
        if len(self._folders) > _MOST_FOLDERS:
            del self._folders[next(iter(self._folders))]
        return folder.path in self.unlisted


def alike(live: str, name: str) -> bool:
    """Whether a name has the letters of a live one, with or without an extension more."""
    own = letters(live)
    return bool(own) and own in {letters(name), letters(name.rpartition(".")[0])}


def letters(name: str) -> str:
    """Give what is left of a name without numbers, what parts them, and what says that it is written to."""
    return _NO_LETTERS.sub("", name)


def of_target(link: str, folder: Folder, folder_fd: int) -> dict[str, str]:
    """Give the shape of the name that a link leads to in its own folder, and the link's name; nothing else.

    Some write the whole path into it (tracing-appender 0.2.5).
    """
    try:
        path = os.path.normpath(os.path.join(folder.path, os.readlink(link, dir_fd=folder_fd)))  # noqa: PTH118 - text
    except OSError:
        return {}
    there, name = os.path.split(path)
    here = os.path.normpath(folder.path)
    if shape(name) == name or there not in {here, os.path.realpath(here)}:
        return {}
    return {shape(name): link}


def of_forms(
    folder: Folder, entries: Iterable[os.DirEntry[str]], links: Mapping[str, str], learnt: Mapping[str, str]
) -> list[Candidate]:
    """Give those names that have the shape of what a link leads to, or one that was learnt of a live name."""
    shapes = [(entry, shape(entry.name)) for entry in entries]
    return [
        Candidate(
            folder,
            entry.name,
            entry.inode(),
            is_file(entry),
            matched=False,
            linked=links.get(form, ""),
            learnt=learnt.get(form, ""),
        )
        for entry, form in shapes
        if form in links or form in learnt
    ]


def is_file(entry: os.DirEntry[str]) -> bool:
    """Whether a listed name is a regular file's own; a link is none."""
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:  # a file system that does not list what its names are, and it has just gone
        return False
