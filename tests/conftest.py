import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from logship import ticks

# jsonschema would build 38 grammars of IRIs with it, 2 s in each process; no schema of ours has an IRI
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# no test fails for how long it took: the machine has other work
settings.register_profile("logship", deadline=None)
settings.load_profile("logship")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a test does to the process's logging: the daemon's own set-up is for a process of its own."""
    root = logging.getLogger()
    before = root.level, root.handlers[:], logging.raiseExceptions
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    logging.raiseExceptions = before[2]


@pytest.fixture(autouse=True)
def _begun_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process have begun when its clock stood at 0: ticks are at whole seconds of it."""
    monkeypatch.setattr(ticks, "_BEGAN", 0.0)


@pytest.fixture(autouse=True)
def _disk_outlives_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have fsync ask only whether the descriptor is open: in this process no node dies, only what plays a process.

    The daemons of ``tests/e2e`` are processes of their own: theirs is the real one.
    """
    monkeypatch.setattr(os, "fsync", os.fstat)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give an empty log folder."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder
