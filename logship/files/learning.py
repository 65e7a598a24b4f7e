"""Learns how a rotator calls its files from where known generations are, and lists what else is called so.

By the kernel's word where an open file is now, or by the head of an archive: a name alone may be another program's.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice

from msgspec.structs import replace

from logship.files.archives import Contents
from logship.files.beneath import Root, real_path
from logship.files.discovery import NAMES_AT_ONCE, Discovery
from logship.files.forms import Forms, letters, of_forms
from logship.files.names import Candidate, Folder, shape
from logship.files.steps import in_steps
from logship.files.sweeping import Sweep
from logship.files.tailing import TailedFile
from logship.state.identity import HEAD_BYTES, Print

_Heads = dict[str, list[tuple[str, Print]]]
"""Live names, and how what had them began, by the letters of those names."""


def learn(discovery: Discovery, live: str, path: str) -> bool:
    """Learn a form of names from where a live file's generation is; whether others of it are there that nobody listed.

    Only in the same folder; no component of ``path`` is a link.
    """
    candidate = discovery.candidate(live, 0, 0)
    there, _, name = path.rpartition("/")
    if candidate is None or not name or os.path.realpath(candidate.folder.path) != (there or "/"):
        return False
    return discovery.forms.learn(candidate.folder, candidate.name, name)


def learn_from_renamed(files: Iterable[TailedFile], sweep: Sweep, discovery: Discovery) -> None:
    """Learn how open files are called now whose names a sweep did not meet."""
    for file in files:
        if file.path and file.file not in sweep.present:
            learn(discovery, file.path, real_path(file.fd))


def learn_from_packed(files: Iterable[TailedFile], sweep: Sweep, discovery: Discovery) -> Iterator[None]:
    """Learn, in steps, how archives are called of generations whose files a sweep did not meet, by their heads."""
    heads = [(file.path, file.fingerprint()) for file in files if file.path and file.file not in sweep.present]
    for entry in in_steps(list(sweep.registry.entries.values()), NAMES_AT_ONCE):
        if entry is None:
            yield
        elif not sweep.has_met(entry):
            heads.append((entry.path, entry.head))
    folders: dict[str, tuple[Folder, _Heads]] = {}
    for live, head in heads:
        candidate = discovery.candidate(live, 0, 0) if head.length == HEAD_BYTES else None
        if candidate:
            _, names = folders.setdefault(candidate.folder.path, (candidate.folder, {}))
            names.setdefault(letters(candidate.name), []).append((candidate.name, head))
    for folder, names in folders.values():
        yield from _learn_from_archives(folder, names, discovery.forms)


def unlisted(discovery: Discovery) -> Iterator[list[Candidate]]:
    """List what has names of forms that were learnt since their folders were listed."""
    forms = discovery.forms
    while forms.unlisted:
        _, folder = forms.unlisted.popitem()
        learnt = forms.of(folder.path)
        for there, some in _listed(folder):
            yield [each for each in of_forms(there, some, {}, learnt) if discovery.takes(each)]


def _learn_from_archives(folder: Folder, heads: _Heads, forms: Forms) -> Iterator[None]:
    """Look, in steps, into what may be an archive of one of them by the letters of its name."""
    for _, some in _listed(folder):
        for each in some:
            stem = each.name.rpartition(".")[0]
            known = heads.get(letters(stem), [])
            told = shape(each.name) in forms.of(folder.path) or folder.globs.moved(each.name)
            if known and shape(stem) != stem and not told:
                begun = _head(Candidate(folder, each.name, each.inode(), regular=True, matched=False))
                for live in (live for live, head in known if head.matches(begun)):
                    forms.learn(folder, live, each.name)
                yield
        yield


def _listed(folder: Folder) -> Iterator[tuple[Folder, list[os.DirEntry[str]]]]:
    """List what is in a folder beneath its root, some names at a time, and on which device; nothing if it can't be."""
    with suppress(OSError), _opened(folder.root, folder.root.open_folder, folder.prefix) as fd:
        folder = replace(folder, device=os.fstat(fd).st_dev)
        with os.scandir(fd) as listed:
            while some := list(islice(listed, NAMES_AT_ONCE)):
                yield folder, some


def _head(candidate: Candidate) -> bytes:
    """Give how the contents of an archive begin; nothing where it is none, or can't be read."""
    with suppress(OSError), _opened(candidate.root, candidate.root.open_file, candidate.relative) as fd:
        return Contents(fd).head()
    return b""


@contextmanager
def _opened(root: Root, opens: Callable[[int, str], int], relative: str) -> Iterator[int]:
    root_fd = root.open()
    try:
        fd = opens(root_fd, relative)
    finally:
        os.close(root_fd)
    try:
        yield fd
    finally:
        os.close(fd)
