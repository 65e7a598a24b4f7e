"""Runs the soak: starts the stores, the applications and the daemon, has the schedule befall them, and looks."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from tests.e2e.harness import Logship
from tests.e2e.writers import paused
from tests.soak.accounts import Account
from tests.soak.lines import recognize
from tests.soak.load import hold_of
from tests.soak.record import Restarted, Sample, Soak
from tests.soak.sampling import look
from tests.soak.schedule import BOTH, Fault, Restart, faults, moods, restarts

TEXT_WRITERS = ("copied",)
_ALL_WELL = dict.fromkeys(BOTH, "well")
Tell = Callable[[str], None]


class StoreProcess:
    """The soak's side of one store."""

    def __init__(self, kind: str) -> None:
        self.mood = "well"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.store", kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = f"http://127.0.0.1:{self._answer()['port']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def _answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def _ask(self, **words: object) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def change(self, mood: str) -> None:
        """Put it into a mood."""
        if mood != self.mood:
            self._ask(order="mood", mood=mood)
            self.mood = mood

    def look(self) -> dict[str, float | None]:
        """Give how many records it has, and the delays since the last look."""
        found: dict[str, float | None] = self._ask(order="look")
        return found

    def settle(self, written: dict[str, int], dead: dict[str, list[int]]) -> Account:
        """Have it compare what was written with what it has."""
        found = self._ask(order="settle", written=written, dead=dead, texts=TEXT_WRITERS)
        return Account(**{**found, "examples": tuple(found["examples"])})


class Load:
    """The applications' process."""

    def __init__(self, logs: Path, seconds: float) -> None:
        self.lock = logs.parent / "lock"
        """Who holds it stops the writing."""
        command = [sys.executable, "-m", "tests.soak.load", str(logs), str(self.lock), str(seconds)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @property
    def busy(self) -> bool:
        """Whether it still writes."""
        return self._process.poll() is None

    def written(self) -> dict[str, int]:
        """Wait for its end; give how many lines each application wrote."""
        out, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, "the applications failed"
        found: dict[str, int] = json.loads(out)
        return found

    def close(self) -> None:
        """Make sure that it has gone."""
        if self.busy:
            self._process.kill()
        self._process.communicate()


class Conductor:
    """Has the schedule happen to a running daemon, and looks at it in between."""

    def __init__(self, soak: Soak, daemon: Logship, stores: dict[str, StoreProcess], lock: Path) -> None:
        self._soak, self._daemon, self._stores = soak, daemon, stores
        self._lock = lock
        self._due = restarts(soak.seconds)
        self._began = time.monotonic()
        self._plan = faults(soak.seconds)
        self._bad_since: dict[str, float] = {}
        self._lost_before = 0.0
        self._last: Sample | None = None

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def run(self, load: Load, tell: Tell, every: float) -> None:
        """Go on until the applications have finished and all restarts have been."""
        while load.busy or self._due:
            self._change_moods(moods(self._plan, self.seconds))
            while self._due and self._due[0].at <= self.seconds:
                self._restart(self._due.pop(0))
            self.look()
            tell(self._line())
            time.sleep(every - self.seconds % every)

    def finish(self) -> None:
        """Have the stores take everything, and the daemon end."""
        self._change_moods(_ALL_WELL)
        self._daemon.check_conservation()
        self.look()
        self._soak.exit_code = self._daemon.terminate()
        self._count_lost()
        self._soak.lost_bytes = int(self._lost_before)

    def look(self) -> None:
        """Note what the daemon and the stores look like."""
        life = len(self._soak.restarted)
        values: dict[str, float] = look(self._daemon)
        for name, store in self._stores.items():
            seen = store.look().items()
            values |= {f"{name}_{each}": value for each, value in seen if value is not None}
        values["lost_bytes"] += self._lost_before
        self._last = Sample(round(self.seconds, 3), life, values)
        self._soak.samples.append(self._last)

    def _change_moods(self, wanted: dict[str, str]) -> None:
        for name, mood in wanted.items():
            store = self._stores[name]
            if mood != store.mood and name in self._bad_since:
                self._soak.faults.append(Fault(self._bad_since.pop(name), self.seconds, store.mood, (name,)))
            if mood not in (store.mood, "well"):
                self._bad_since[name] = self.seconds
            store.change(mood)

    def _restart(self, restart: Restart) -> None:
        self.look()
        self._count_lost()
        start = self.seconds
        hold_of(self._lock).touch()
        code = self._end(restart.number)
        self._daemon.start()
        hold_of(self._lock).unlink()
        self._soak.restarted.append(Restarted(restart.number.name, start, self.seconds, code))

    def _end(self, number: signal.Signals) -> int | None:
        if number == signal.SIGKILL:
            self._daemon.kill()
            return None
        self._change_moods(_ALL_WELL)
        with paused(self._lock):  # as a pod ends: the applications first; so the drain must be complete
            return self._daemon.terminate()

    def _count_lost(self) -> None:
        self._lost_before = self._last.values["lost_bytes"] if self._last else 0.0

    def _line(self) -> str:
        values = self._last.values if self._last else {}
        bad = ", ".join(f"{name} {store.mood}" for name, store in self._stores.items() if store.mood != "well")
        return (
            f"{self.seconds:6.0f} of {self._soak.seconds:.0f} s  RSS {values['rss_mib']:.1f} MiB  "
            f"{values['descriptors']:.0f} descriptors  lag {values['lag_mib']:.2f} MiB  {bad or 'all well'}"
        )


def run(soak: Soak, folder: Path, tell: Tell, every: float = 1.0) -> None:
    """Run it with all its files in ``folder`` and look so many seconds apart; the caller judges the record."""
    logs = folder / "logs"
    logs.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        stores = {name: stack.enter_context(StoreProcess(name)) for name in BOTH}
        daemon = Logship(folder / "daemon", **_settings(logs, stores, soak.seconds))
        stack.callback(daemon.close)
        daemon.start()
        load = Load(logs, soak.seconds)
        stack.callback(load.close)
        conductor = Conductor(soak, daemon, stores, load.lock)
        conductor.run(load, tell, every)
        written = load.written()
        tell("waiting until all is shipped")
        conductor.finish()
        for name, store in stores.items():
            soak.accounts[name] = store.settle(written, dead_letters(daemon.state, name))
    soak.problems = list(_problems(soak, daemon))


def _settings(logs: Path, stores: dict[str, StoreProcess], seconds: float) -> dict[str, Any]:
    retry_max = round(min(30.0, seconds / 60), 3)  # so that the back-off of a short soak ends within it
    return {
        "paths": f"{logs}/*.log",
        "sinks": BOTH,
        "http_url": stores["http"].url,
        "elasticsearch_url": stores["elasticsearch"].url,
        "retry_initial_seconds": min(0.5, retry_max),
        "retry_max_seconds": retry_max,
    }


def dead_letters(state: Path, sink: str) -> dict[str, list[int]]:
    """Give the numbers of the lines in a sink's dead-letter files, by writer."""
    found: dict[str, list[int]] = {}
    for path in (state / "dead-letter").glob(f"{sink}*.ndjson"):
        for letter in map(json.loads, path.read_text().splitlines()):
            text = letter["record"]
            line = recognize(json.loads(text) if text.startswith("{") else {"message": text.rstrip("\n")})
            assert line, f"a dead letter that is no line of an application: {text[:200]}"
            found.setdefault(line.writer, []).append(line.number)
    return found


def _problems(soak: Soak, daemon: Logship) -> Iterator[str]:
    for name, account in soak.accounts.items():
        yield from (f"{name}: {fault}" for fault in account.faults(soak.lost_bytes, keyed=name != "http"))
    if soak.exit_code not in (0, 4):  # the stores refuse some
        yield f"the daemon ended with {soak.exit_code}"
    yield from (
        f"{each.signal}: exit {each.exit_code}" for each in soak.restarted if each.exit_code not in (0, 4, None)
    )
    errors = {each["message"] for each in daemon.messages() if each["level"].lower() in ("error", "critical")}
    yield from (f"logship says: {each}" for each in sorted(errors))
