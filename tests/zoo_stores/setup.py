"""A set-up: one sink with one real server, what it is held to, and what is known not to hold."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from tests.zoo_stores.corpus import Line
from tests.zoo_stores.judging import Expected
from tests.zoo_stores.server import Server
from tests.zoo_stores.shapes import OURS, to_the

Known = Mapping[str, Collection[str]]
"""By fault (``missing``, ``refused``, ``time``, …): the kinds of lines that have it."""


class Setup(Struct, frozen=True):
    """One sink with one server."""

    name: str
    sink: str
    program: str
    """As people call the server."""
    version: str
    """Of the server, pinned."""
    make: Callable[[Path], Server]
    """Gives the server, not started, that has its data in the folder."""
    settings: Callable[[Any], Mapping[str, object]]
    """Gives logship's settings for that server."""
    expected: Callable[[Line], Expected]
    folder: str = ""
    """In ``tests``: whose ``run.sh`` builds the server."""
    known: Known = field(default_factory=dict)
    """What the store makes of some lines; whatever else differs is a failure."""
    may: Known = field(default_factory=dict)
    """What it does to some of these lines, but not each time."""
    same_time: Callable[[int, int], bool] = to_the(1)
    ours: Mapping[str, Any] = field(default_factory=lambda: OURS)
    arrival_only: bool = False
    """Whether nothing is compared but that each line is there, and how often."""
    keyed: bool = False
    """Whether a repeat is stored once."""
    scenarios: tuple[str, ...] = ("plain", "kill", "restart", "crash", "throttle")
    loses_in: tuple[str, ...] = ()
    """Cells in which the server loses what it has acknowledged: when it is killed, say."""
    words: str = ""
    """What the store does to which lines, for the page."""
    needs: str = ""
    """The settings, for the page."""
