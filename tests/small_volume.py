"""A volume so small that it is soon full; needs root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_volume(folder: Path, *options: str, lazy: bool = False) -> Iterator[Path]:
    """Give a new folder in ``folder`` with a tmpfs of these mount options on it; skips where this is not root.

    At the end nobody may have anything open there, unless ``lazy``.
    """
    if os.geteuid():
        pytest.skip("needs root, to mount a small volume")
    small = folder / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", small], check=True)
    try:
        yield small
    finally:
        subprocess.run(["umount", *(["--lazy"] if lazy else []), small], check=True)
