"""Permissions mean nothing to root: tests of them work as somebody else for a while."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody, where this is root; else stay who we are."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def folder_of_nobody() -> Iterator[Path]:
    """Give an empty folder that belongs to whom :func:`unprivileged` makes us; pytest's own lies beneath root's."""
    folder = Path(tempfile.mkdtemp())
    try:
        if not os.geteuid():
            os.chown(folder, NOBODY, NOBODY)
        yield folder
    finally:
        for inner in folder.rglob("*"):
            if inner.is_dir() and not inner.is_symlink():
                inner.chmod(0o700)
        folder.chmod(0o700)
        shutil.rmtree(folder)
