"""Each way in which nothing arrives, brought about with the real program; and what the program then says.

What it says is compared with k8s/TROUBLESHOOTING.md. Places, times and users differ from machine to machine:
:func:`normal` puts words in their place, on both sides, and nothing else is forgiven.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from logship.state.checkpoints import Checkpoints
from tests.e2e.harness import Logship, wait_until

NO_PRIVILEGE: Final = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
"""Takes from root what makes it root to files."""
MEMORY: Final = Path("/dev/shm")
"""A file system of its own, as a volume is."""
WAITED_SECONDS: Final = 600

Status = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What the program said, in the page's words for places."""

    failed: list[str]
    """The findings of ``logship check`` that stand in the way, a line each."""
    fine: list[str]
    """The others."""
    status: Status


@dataclass(slots=True)
class Pod:
    """A log folder, a state folder, and the daemon and ``logship check`` that look at them, as in the sidecar."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    prefix: Sequence[str] = ()
    places: list[tuple[str, str]] = field(default_factory=list)
    """(what is there, what the page says)."""
    environ: dict[str, str] = field(default_factory=dict)
    """Of ``logship check``, beside its settings."""

    def __post_init__(self) -> None:
        """Make the folders."""
        self.logs.mkdir(parents=True)
        self.settings = {"paths": f"{self.logs}/*.log", **self.settings}

    @property
    def logs(self) -> Path:
        """Where the application writes."""
        return self.folder / "logs"

    @property
    def daemon(self) -> Path:
        """Where the daemon's own files are."""
        return self.folder / "daemon"

    def write(self, name: str, text: str) -> None:
        """Write as the application does."""
        with (self.logs / name).open("a") as file:
            file.write(text)

    def has_waited(self) -> None:
        """Let logship have started for the first time long ago."""
        Checkpoints(self.daemon / "state").save((), time.time_ns() - WAITED_SECONDS * 10**9)

    def said(self, until: Callable[[Status], object], *, before: Callable[[], None] | None = None) -> Said:
        """Run the daemon until its status is as wanted; then check, beside it. ``before`` runs once it is ready."""
        logship = Logship(self.daemon, prefix=self.prefix, **self.settings)
        try:
            logship.start()
            if before:
                before()
            wait_until(lambda: until(logship.status()), "the status tells")
            findings = self._check(logship)
            status = json.loads(self._in_the_pages_words(json.dumps(logship.status())))
        finally:
            logship.close()
        lines = [(each["good"], f"{each['subject']}: {each['message']}") for each in findings]
        shown = [(good, self._in_the_pages_words(line)) for good, line in lines]
        return Said(
            [f"FAIL {line}" for good, line in shown if not good],
            [f"ok   {line}" for good, line in shown if good],
            status,
        )

    def _check(self, logship: Logship) -> list[dict[str, Any]]:
        """Run ``logship check --full --json`` as ``kubectl exec`` does: in the daemon's environment."""
        settings = {f"LOGSHIP_{name.upper()}": str(value) for name, value in logship.settings.items()}
        clean = {name: text for name, text in os.environ.items() if not name.startswith(("LOGSHIP_", "KUBERNETES_"))}
        words = [*self.prefix, sys.executable, "-m", "logship", "check", "--full", "--json"]
        done = subprocess.run(
            words, env={**clean, **self.environ, **settings}, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.stdout, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        assert done.returncode == int(not all(each["good"] for each in found))
        return found

    def _in_the_pages_words(self, text: str) -> str:
        places = [(str(self.logs), "/var/log/agent"), (str(self.daemon / "state"), "/var/lib/logship"), *self.places]
        for here, there in places:
            text = text.replace(here, there)
        return text


def normal(text: str) -> str:
    """Put words in the place of what differs from one run to the next: times, durations, users."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)
    text = re.sub(r"\b\d+ (s|min|h|days)\b", "<duration>", text)
    return re.sub(r"\b(user|owner) \d+(:\d+)?\b", r"\1 <user>", text)


@contextmanager
def pod(**settings: Any) -> Iterator[Pod]:
    """Give one, on a file system of its own as a volume is, where there is such."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="logship-") as folder:
        yield Pod(Path(folder), settings)


def line(**fields: object) -> str:
    """Give one record of an application that logs as it should."""
    return json.dumps({"level": "info", "message": "an answer", **fields}) + "\n"


def any_status(_: Status) -> bool:
    """Wait for nothing."""
    return True


def _delivered(status: Status) -> bool:
    return bool(status["sinks"][0]["totals"]["delivered"]["records"])


def _no_line_has_ended(status: Status) -> bool:
    return any("no line has ended" in problem for problem in status["problems"])


# -- the log folder ---------------------------------------------------------------------------------------------------


def nothing_is_wrong() -> Said:
    """Let all be well."""
    with pod() as made:
        return made.said(_delivered, before=lambda: made.write("requests.log", line()))


def wrong_mount_path_of_the_sidecar() -> Said:
    """Mount the volume somewhere else than where LOGSHIP_PATHS looks."""
    with pod() as made:
        made.has_waited()
        made.logs.rmdir()
        return made.said(lambda status: status["problems"])


def wrong_mount_path_of_the_application() -> Said:
    """Have the application write into its own file system: the volume stays empty."""
    with pod() as made:
        made.has_waited()
        return made.said(any_status)


def pattern_that_matches_nothing() -> Said:
    """Give the application's file another name."""
    with pod() as made:
        return made.said(lambda status: status["problems"], before=lambda: made.write("requests.json", line()))


def folder_that_can_not_be_listed() -> Said:
    """Mode 0700, of another user."""
    with pod() as made:
        made.prefix = NO_PRIVILEGE
        made.write("requests.log", line())
        os.chown(made.logs, 10001, 10001)

        def lock() -> None:
            made.logs.chmod(0o700)

        return made.said(lambda status: status["problems"], before=lock)


def file_that_can_not_be_read() -> Said:
    """Mode 0600, of another user."""
    with pod() as made:
        made.prefix = NO_PRIVILEGE
        made.write("requests.log", line())
        (made.logs / "requests.log").chmod(0o600)
        os.chown(made.logs / "requests.log", 10001, 10001)
        return made.said(lambda status: status["problems"])


def records_without_newlines() -> Said:
    """``f.write(json.dumps(…))``: bytes grow, and no line ends."""
    with pod() as made:
        records = json.dumps({"message": "one"}) + json.dumps({"message": "two"})
        return made.said(_no_line_has_ended, before=lambda: made.write("requests.log", records))


def times_in_the_future() -> Said:
    """Local time, three hours ahead of UTC, written without its zone."""
    with pod() as made:
        ahead = datetime.now(UTC) + timedelta(hours=3, seconds=90)
        record = line(timestamp=f"{ahead:%Y-%m-%d %H:%M:%S}")
        return made.said(_delivered, before=lambda: made.write("requests.log", record))


def sidecar_after_the_application() -> Said:
    """Have the application write and rotate before logship is there."""
    with pod() as made:
        made.environ = {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}
        made.write("requests.log.1", line() * 3)
        made.write("requests.log", line() * 2)
        time.sleep(0.5)  # what "before" means: birth times are coarse
        return made.said(_delivered)
