"""The cells of a row: one run each of a real rotator beside a logship that lives, dies once, or dies ten times."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from tests.e2e.harness import Logship
from tests.zoo.arrivals import Store, storing
from tests.zoo.folder import numbers
from tests.zoo.judging import Figures, judge
from tests.zoo.setup import Setup, Work
from tests.zoo.watch import Watch

ROTATIONS = 6
"""About so many in a cell, where size decides."""
LINE_BYTES = 116
KILLS = 10
LIFE_SECONDS = 0.6
KILLS_RATE = 10_000
"""Lines a second, at most, over ten kills: so that the writer outlives most of them."""
QUIET_SECONDS = 3.0
"""Nothing arrived for so long: it has ended."""
LAG_SECONDS = 60.0
"""A backlog that logship knows of may take so long after the writer's end."""
WRITER_SECONDS = 180.0
SEED = 20_000


class Options(Struct, frozen=True):
    """What all cells share."""

    program: tuple[str, ...]
    """logship: the command before ``run``."""
    cache: Path
    lines: int = 60_000
    keep: bool = False
    """Leave log files where they are, of passed cells, too."""
    exact: bool = False
    """Have every cell name the live file alone, as ``exact`` does."""


class Run:
    """A cell while it runs."""

    def __init__(self, setup: Setup, cell: str, options: Options, store: Store, folder: Path) -> None:
        self.setup, self.store = setup, store
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.work = Work(
            cache=options.cache / setup.language,
            folder=self.logs,
            first=0,
            lines=options.lines,
            rate=min(setup.rate, KILLS_RATE) if cell == "ten-kills" else setup.rate,
            rotate_bytes=options.lines * LINE_BYTES // ROTATIONS,
        )
        self.daemon = Logship(
            folder / "daemon",
            program=options.program,
            paths=self.logs / (setup.exact if options.exact or cell == "exact" else setup.pattern),
            sinks="elasticsearch",
            elasticsearch_url=store.url,
            elasticsearch_index="zoo",
        )
        self.lost: Counter[str] = Counter()
        self.rotations = 0
        self.notes: list[str] = []
        self._said = (folder / "writer.txt").open("wb")
        self._writer: subprocess.Popen[bytes] | None = None

    @property
    def writing(self) -> bool:
        """Whether the writer has not ended."""
        return self._writer is not None and self._writer.poll() is None

    def write(self) -> None:
        """Start the writer, in a session of its own."""
        self._writer = subprocess.Popen(
            self.setup.command(self.work),
            cwd=self.logs,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            start_new_session=True,
        )

    def kill(self) -> None:
        """SIGKILL logship, after a look at what it says is lost."""
        self._note_lost()
        self.daemon.kill()

    def _note_lost(self) -> None:
        with suppress(OSError, AssertionError, ValueError):  # it may not listen yet
            self.lost.update({k: int(v) for k, v in self.daemon.metrics().by(_LOST, "reason").items()})

    def arrived(self, share: float) -> bool:
        """Whether that share of the lines has arrived."""
        return self.store.records >= share * self.work.lines

    def wait(self, true: Callable[[], bool], seconds: float = WRITER_SECONDS) -> None:
        """Return when it is so, when the writer has ended, or when the time is over."""
        deadline = time.monotonic() + seconds
        while self.writing and not true() and time.monotonic() < deadline:
            time.sleep(0.003)

    def finish(self) -> None:
        """Wait for the writer, then for logship to have nothing more, and end it."""
        assert self._writer
        try:
            code = self._writer.wait(WRITER_SECONDS)
            self.notes += [f"the writer ended with {code}"] * bool(code)
        except subprocess.TimeoutExpired:
            self.notes.append(f"the writer still ran after {WRITER_SECONDS:g} s")
        self._wait_quiet()
        self._note_lost()
        try:
            if code := self.daemon.terminate():
                self.notes.append(f"logship ended with {code}")
        except AssertionError as error:
            self.notes.append(str(error)[:200])

    def _wait_quiet(self) -> None:
        deadline = time.monotonic() + LAG_SECONDS
        seen, since = -1, time.monotonic()
        while time.monotonic() < deadline:
            if self.store.records != seen:
                seen, since = self.store.records, time.monotonic()
            if time.monotonic() - since > QUIET_SECONDS and not self._lags():
                return
            time.sleep(0.1)
        self.notes.append(f"{LAG_SECONDS:g} s after the writer's end there was still lag, or more arrived")

    def _lags(self) -> bool:
        with suppress(OSError, AssertionError):
            return bool(self.daemon.metrics().total("logship_input_lag_bytes"))
        return False

    def close(self) -> None:
        """Leave no process behind."""
        self.daemon.close()
        if self._writer:
            with suppress(ProcessLookupError):
                os.killpg(self._writer.pid, signal.SIGKILL)
            self._writer.wait(timeout=10)
        self._said.close()


_LOST = "logship_input_lost_bytes_total"


def live(run: Run) -> None:
    """Nothing happens to logship."""
    run.write()


def kill_over(rotations: int) -> Callable[[Run], None]:
    """SIGKILL logship; so many rotations later it starts again."""

    def play(run: Run) -> None:
        run.write()
        run.wait(lambda: run.arrived(0.1))
        watch = Watch(run.logs, run.setup.watch or run.setup.exact or run.setup.pattern)
        run.kill()
        run.wait(lambda: watch.look() >= rotations)
        run.rotations = watch.look()
        run.daemon.start()

    return play


def ten_kills(run: Run) -> None:
    """SIGKILL logship at random moments, every other time not before it was ready; it starts again at once."""
    chance = random.Random(f"{SEED} {run.setup.name}")
    run.write()
    for number in range(KILLS):
        if number % 2 == 0:
            run.daemon.wait_ready()
        time.sleep(chance.uniform(0, LIFE_SECONDS))
        run.kill()
        run.daemon.start(ready=False)
    run.daemon.wait_ready()


PLAYS: dict[str, Callable[[Run], None]] = {
    "pattern": live,
    "exact": live,
    "kill-one": kill_over(1),
    "kill-three": kill_over(3),
    "ten-kills": ten_kills,
}
"""By the name of the cell."""


def has_cell(setup: Setup, cell: str) -> bool:
    """Whether a set-up has the cell: without a constant name there is no ``exact``."""
    return cell != "exact" or bool(setup.exact)


def run_cell(setup: Setup, cell: str, options: Options, folder: Path) -> Figures:
    """Run one cell in a new folder; ``OSError`` and ``AssertionError`` where it could not be run to its end."""
    began = time.monotonic()
    with storing() as store, _run(setup, cell, options, store, folder) as run:
        run.daemon.start()
        PLAYS[cell](run)
        run.finish()
        figures = judge(store.arrivals(), numbers(run.logs), range(run.work.lines))
    figures.lost, figures.rotations, figures.notes = dict(run.lost), run.rotations, run.notes
    figures.seconds = round(time.monotonic() - began, 1)
    return figures


@contextmanager
def _run(setup: Setup, cell: str, options: Options, store: Store, folder: Path) -> Iterator[Run]:
    run = Run(setup, cell, options, store, folder)
    try:
        yield run
    finally:
        run.close()
