"""Commands that several set-ups are made of: the plain writer, beside a rotator or piped into one."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.zoo.setup import Work

ROOT = Path(__file__).parents[2]


def program(module: str, *arguments: object, python: str | Path = sys.executable) -> list[str]:
    """Give the command of a module in ``tests/zoo/programs`` under a Python that may have nothing else of ours."""
    words = map(str, arguments)
    return ["env", f"PYTHONPATH={ROOT}", str(python), "-P", "-m", f"tests.zoo.programs.{module}", *words]


def amount(work: Work) -> list[str]:
    """Give the options that say how many lines, and how fast."""
    return ["--first", str(work.first), "--lines", str(work.lines), "--rate", str(work.rate)]


def beside(work: Work, rotate: str, *, live: str = "app.log", each: bool = False) -> list[str]:
    """Give a writer to ``live`` and a shell command that rotates it whenever it is large enough.

    The writer opens its file again after SIGHUP (``$PID``); with ``each`` it opens it for every line.
    """
    writer = program("plain", "--path", work.folder / live, *amount(work), *(["--each"] if each else []))
    options = ["--live", work.folder / live, "--bytes", work.rotate_bytes, "--rotate", rotate]
    return program("together", *options, "--", *writer)


def piped(work: Work, rotator: Sequence[object], *, good: int = 0) -> list[str]:
    """Give a writer whose stdout a rotator reads, which ends with ``good`` if all went well."""
    pipe = f"{shlex.join(program('plain', *amount(work)))} | {shlex.join(map(str, rotator))}"
    return ["/bin/sh", "-c", f"{pipe}; [ $? = {good} ]"]


def side(work: Work) -> Path:
    """Give a folder beside the log folder, for a rotator's configuration and state."""
    folder = work.folder.with_name("rotator")
    folder.mkdir(exist_ok=True)
    return folder
