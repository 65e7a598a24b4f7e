"""What the set-ups of the compiled languages share: where their programs are, and how these are built."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.zoo.setup import Missing

PROGRAMS = Path(__file__).parent.parent / "programs"


def tool(name: str) -> str:
    """Give the path of a program of this machine; raises ``Missing``."""
    path = shutil.which(name)
    if path is None:
        raise Missing(name)
    return path


def build(command: Sequence[str | Path], folder: Path) -> None:
    """Run one step of a build in ``folder``, with its messages on stderr; raises ``CalledProcessError``."""
    subprocess.run(command, cwd=folder, stdout=sys.stderr, check=True)


def copied(language: str, cache: Path) -> Path:
    """Copy a language's program into the cache, where its build leaves what it makes beside it."""
    return Path(shutil.copytree(PROGRAMS / language, cache / language, dirs_exist_ok=True))
