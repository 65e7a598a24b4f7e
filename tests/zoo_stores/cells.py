"""The cells of a row: one run each of a sink and a real server, while logship or the server dies, or has enough."""

import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from tests.e2e.harness import Logship, wait_until
from tests.zoo_stores.corpus import SECOND, corpus, number_in
from tests.zoo_stores.judging import FAULTS, Figures, Rules, failures, judge
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import FILE, POD

WRITE_SECONDS: Final = 4.0
BATCH_RECORDS: Final = 200
BATCH_BYTES: Final = 1 << 20
DOWN_SECONDS: Final = 1.5
WAIT_SECONDS: Final = 150.0
_DELIVERED = "logship_sink_records_total"


class Options(Struct, frozen=True):
    """What all cells share."""

    program: tuple[str, ...]
    """logship: the command before ``run``."""
    lines: int = 3000


class Run:
    """A cell while it runs."""

    def __init__(self, setup: Setup, options: Options, folder: Path) -> None:
        self.setup = setup
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.server = setup.make(folder / "server")
        self.began_ns = time.time_ns()
        self.lines = corpus(options.lines, self.began_ns)
        self.daemon = Logship(
            folder / "daemon",
            program=options.program,
            paths=self.logs / FILE,
            sinks=setup.sink,
            pod_name=POD,
            batch_max_records=BATCH_RECORDS,
            batch_max_bytes=BATCH_BYTES,
            retry_initial_seconds=0.2,
            retry_max_seconds=1,
            log_level="info",
        )
        self.kills = 0
        self.notes: list[str] = []
        self._writer = threading.Thread(target=self._write, daemon=True)

    def write(self) -> None:
        """Start to write; it takes some seconds."""
        self._writer.start()

    def _write(self) -> None:
        begun = time.monotonic()
        with (self.logs / FILE).open("ab", buffering=0) as log:
            for line in self.lines:
                log.write(line.raw + b"\n")
                ahead = begun + WRITE_SECONDS * line.number / len(self.lines) - time.monotonic()
                if ahead > 0:
                    time.sleep(ahead)

    def start(self, *, throttled: bool = False) -> None:
        """Start the server, then logship with settings for it."""
        self.server.start(throttled=throttled)
        self.daemon.start(**dict[str, Any](self.setup.settings(self.server)))

    def wait_for(self, share: float) -> None:
        """Return when that share of the lines has been delivered."""
        wait_until(lambda: self._delivered() >= share * len(self.lines), f"{share:.0%} delivered", WAIT_SECONDS)

    def _delivered(self) -> float:
        with suppress(OSError, AssertionError):
            return self.daemon.metrics().total(_DELIVERED, outcome="delivered")
        return 0

    def finish(self) -> None:
        """Wait until all is written and delivered, and end logship."""
        self._writer.join()
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._all_settled():
            if time.monotonic() > deadline:
                self.notes.append(f"not all was delivered in {WAIT_SECONDS:g} s")
                break
            time.sleep(0.1)
        if (code := self.daemon.terminate()) not in (0, 4):  # some records are made to be refused
            self.notes.append(f"logship ended with {code}")

    def _all_settled(self) -> bool:
        """Whether the file has been read to its end, and nothing is in flight; twice, for it looks now and then."""
        size = (self.logs / FILE).stat().st_size
        for _ in range(2):
            with suppress(OSError, AssertionError):
                [file] = self.daemon.status()["files"]
                if file["offset"] < size or self.daemon.metrics().totals(self.setup.sink)["in_flight"][0]:
                    return False
                time.sleep(0.2)
                continue
            return False
        return True

    def refused(self) -> set[int]:
        """Give the numbers of the dead letters."""
        found = set()
        for path in (self.daemon.state / "dead-letter").glob("*.ndjson"):
            for letter in map(json.loads, path.read_bytes().splitlines()):
                number = number_in(letter.get("record", "")) if letter.get("record") else self._by_offset(letter)
                found |= {number} if number is not None else set()
        return found

    def _by_offset(self, letter: dict[str, Any]) -> int | None:
        """Find a line of bytes that are no text, by its place in the file."""
        data = (self.logs / FILE).read_bytes()[letter["offset"] : letter["end"]]
        return number_in(data.decode(errors="replace"))

    def said(self) -> list[str]:
        """Give the reasons that logship named, each once, with what the store said of a record."""
        messages = self.daemon.messages()
        reasons = {f"{each['reason']}" for each in messages if "reason" in each}
        for path in (self.daemon.state / "dead-letter").glob("*.ndjson"):
            for letter in map(json.loads, path.read_bytes().splitlines()):
                detail = re.sub(r"\s+", " ", letter.get("detail", ""))[:160]
                reasons.add(f"{letter['reason']}: {detail}" if detail else letter["reason"])
        return sorted(reasons)

    def close(self) -> None:
        """Leave no process behind."""
        self.daemon.close()
        self.server.stop(signal.SIGKILL)


def plain(run: Run) -> None:
    """Nothing happens."""
    run.start()
    run.write()


def kill(run: Run) -> None:
    """SIGKILL logship three times in mid-stream."""
    run.start()
    run.write()
    for share in (0.15, 0.2, 0.25):
        run.wait_for(share if not run.kills else 0.1)
        run.daemon.kill()
        run.kills += 1
        run.daemon.start()


def _stop_server(number: int) -> Callable[[Run], None]:
    def play(run: Run) -> None:
        run.start()
        run.write()
        run.wait_for(0.3)
        run.server.stop(number)
        time.sleep(DOWN_SECONDS)
        run.server.start()

    return play


def throttle(run: Run) -> None:
    """Have a server that has enough for a while."""
    run.start(throttled=True)
    run.write()
    time.sleep(WRITE_SECONDS)
    run.server.stop()
    run.server.start()


PLAYS: Final[dict[str, Callable[[Run], None]]] = {
    "plain": plain,
    "kill": kill,
    "restart": _stop_server(signal.SIGTERM),
    "crash": _stop_server(signal.SIGKILL),
    "throttle": throttle,
}
"""By the name of the cell."""


def run_cell(setup: Setup, cell: str, options: Options, folder: Path) -> Figures:
    """Run one cell in a new folder; ``OSError`` and ``AssertionError`` where it could not be run to its end."""
    began = time.monotonic()
    with _run(setup, options, folder) as run:
        PLAYS[cell](run)
        run.finish()
        read = (run.began_ns - SECOND, time.time_ns())
        rules = Rules(setup.expected, setup.same_time, setup.ours, read, setup.arrival_only)
        figures = judge(run.server.stored(), run.lines, run.refused(), rules)
        figures.notes, figures.said = run.notes, run.said()
    figures.seconds = round(time.monotonic() - began, 1)
    return figures


def repeats_allowed(setup: Setup, cell: str) -> int:
    """Give how many records may be stored twice: what was in flight at each kill, of a store without keys."""
    times = {"kill": 3, "restart": 1, "crash": 1, "throttle": 1}.get(cell, 0)
    return 0 if setup.keyed else times * BATCH_RECORDS


def missed(setup: Setup, cell: str, figures: Figures) -> list[str]:
    """Name what a cell does not reach, but for what is known of the store."""
    known = {name: {*setup.known.get(name, ()), *setup.may.get(name, ())} for name in FAULTS}
    if cell in setup.loses_in:
        known["missing"] |= set(figures.missing)
    found = failures(figures, known, repeats_allowed(setup, cell))
    if cell == "plain" and not figures.notes:
        kinds = [(name, kind) for name, found_here in setup.known.items() for kind in found_here]
        found += [f"no longer {name}: {kind}" for name, kind in kinds if kind not in getattr(figures, name)]
    return found


@contextmanager
def _run(setup: Setup, options: Options, folder: Path) -> Iterator[Run]:
    run = Run(setup, options, folder)
    try:
        yield run
    finally:
        run.close()
