"""Two builds of logship beside each other: the files that are here, and another commit in a folder of its own."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.shippers import Program, logship_program

ROOT = Path(__file__).parents[1]
TODAY = "today"
"""The name of the build that is here, whatever of it is committed."""


def build(name: str, folder: Path, python: str = sys.executable) -> Program:
    """Give the logship of a folder, which goes before the one that is installed, in both of its stages."""
    return logship_program(name, python, {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"})


@contextlib.contextmanager
def commit(name: str, repository: Path = ROOT) -> Iterator[Path]:
    """Check a commit out into a temporary folder; leaving removes it. Exits where there is no such commit."""
    with tempfile.TemporaryDirectory(prefix="logship-commit-") as place:
        folder = Path(place) / "tree"
        try:
            _git(repository, "worktree", "add", "--detach", "--quiet", str(folder), name)
        except subprocess.CalledProcessError as error:
            sys.exit(f"{name}: {error.stderr.strip() or error}")
        try:
            yield folder
        finally:
            _git(repository, "worktree", "remove", "--force", str(folder))


def _git(repository: Path, *told: str) -> None:
    subprocess.run(["git", "-C", str(repository), *told], check=True, capture_output=True, text=True)
