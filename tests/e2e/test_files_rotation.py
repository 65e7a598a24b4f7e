"""Points 1 and 2 of "Files": rotation by every program that is about, with file events and by polling."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.arrivals import LINE_BYTES, assert_all_arrived
from tests.e2e.conftest import StartWriter
from tests.e2e.harness import SCALE, Logship, scaled, wait_until
from tests.e2e.receiver import Receiver
from tests.e2e.writers import Logrotate, Writer, finish_all, lines_per_second, move_large

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

POLL_SECONDS = 0.2
POLLED_LIFE = 3.2 * POLL_SECONDS
EVENTS: dict[str, Any] = {}
POLLING = {"force_polling": "true", "poll_seconds": POLL_SECONDS}
MANY, SOME = 100_000, 20_000
"""Lines of each writer: the size of the issue, and of its variants."""

look_by = pytest.mark.parametrize(
    ("settings", "life"), [(EVENTS, 0.55), (POLLING, POLLED_LIFE)], ids=["events", "polling"]
)


class Rotation:
    """Five writers, rotated in some way while the daemon ships what they write."""

    def __init__(self, logship: Logship, logs: Path, receiver: Receiver, write: StartWriter) -> None:
        self.logship = logship
        self.logs = logs
        self._receiver = receiver
        self._write = write
        self._writers: list[Writer] = []

    def begin(self, kind: str, lines: int, **options: object) -> Sequence[Writer]:
        """Start the writers."""
        self._writers = [
            self._write(kind, self.logs / f"w{number}.log", scaled(lines), **options) for number in range(5)
        ]
        wait_until(lambda: all(writer.path.exists() for writer in self._writers), "all writers have begun")
        return self._writers

    def check(self, rotate: Callable[[], object] | None = None, every: float = 0.1) -> None:
        """Let the writers finish; then every line must have arrived once, in order, and nothing counted as lost."""
        finish_all(self._writers, rotate, every)
        expected = {writer.name: writer.end for writer in self._writers}
        self._receiver.wait_for_records(sum(expected.values()))
        samples = self.logship.check_conservation()
        assert_all_arrived(self._receiver.records(), expected)
        assert samples.by("logship_input_lost_bytes_total", "reason") == {}

    def forms(self) -> list[str]:
        """Give the suffixes that the logs of the first writer have now."""
        return sorted(path.name.removeprefix("w0.log") for path in self.logs.glob("w0.log*"))


@pytest.fixture
def rotation(logship: Logship, logs: Path, receiver: Receiver, write: StartWriter) -> Rotation:
    """Give five writers and a daemon, not started yet."""
    return Rotation(logship, logs, receiver, write)


@look_by
@pytest.mark.parametrize(("keep", "lines"), [(1, SOME), (5, MANY), (10, SOME)])
def test_rotating_file_handler(
    rotation: Rotation, settings: dict[str, Any], life: float, keep: int, lines: int
) -> None:
    """RotatingFileHandler renames ``.1`` to ``.2`` and so on, deletes the last and opens a new file."""
    rotation.logship.start(**settings)
    rotation.begin("rotating", lines, keep=keep, rate=lines_per_second(life))
    rotation.check()
    assert len(rotation.forms()) > min(keep, 3 * SCALE)
    assert len(rotation.forms()) <= 1 + keep


@look_by
def test_timed_rotating_file_handler(rotation: Rotation, settings: dict[str, Any], life: float) -> None:
    """TimedRotatingFileHandler gives the old file a date for a suffix."""
    rotation.logship.start(**settings)
    rotation.begin("timed", SOME, keep=5, rate=lines_per_second(life))
    rotation.check()
    assert [form for form in rotation.forms() if form.startswith(".20")]


@look_by
def test_watched_file_handler(rotation: Rotation, settings: dict[str, Any], life: float) -> None:
    """Somebody else renames the file; WatchedFileHandler notices and opens a new one."""
    rotation.logship.start(**settings)
    writers = rotation.begin("watched", SOME, rate=lines_per_second(life))

    def move() -> None:
        for writer in writers:
            move_large(writer.path)

    rotation.check(move)
    assert ".3" in rotation.forms()


@look_by
@pytest.mark.parametrize("compress", [(), ("compress", "delaycompress")], ids=["plain", "compressed"])
def test_logrotate_create(
    rotation: Rotation, tmp_path: Path, settings: dict[str, Any], life: float, compress: tuple[str, ...]
) -> None:
    """Logrotate renames and creates; the writers, told by SIGHUP, still write 20 lines into the old file first."""
    rotation.logship.start(**settings)
    writers = rotation.begin("append", SOME, late=20, rate=lines_per_second(life))
    hang_up = f"kill -HUP {' '.join(str(writer.pid) for writer in writers)} 2>/dev/null || true"
    options = ("create", *compress, "postrotate", hang_up, "endscript")
    logrotate = Logrotate(tmp_path / "logrotate", f"{rotation.logs}/*.log", *options)
    rotation.check(logrotate.run, every=life)
    assert (".2.gz" if compress else ".2") in rotation.forms()


@look_by
@pytest.mark.parametrize("pattern", ["*.log", "w*"], ids=["copy-does-not-match", "copy-matches"])
def test_logrotate_copytruncate(
    rotation: Rotation, tmp_path: Path, settings: dict[str, Any], life: float, pattern: str
) -> None:
    """Logrotate copies the file and truncates it: the unread tail is shipped from the copy."""
    rotation.logship.start(**settings, paths=f"{rotation.logs}/{pattern}")
    logrotate = Logrotate(tmp_path / "logrotate", f"{rotation.logs}/*.log", "copytruncate")
    rotation.begin("append", SOME, lock=logrotate.lock, rate=lines_per_second(life))
    rotation.check(logrotate.run_paused, every=life)
    assert ".2" in rotation.forms()


@pytest.mark.parametrize("settings", [EVENTS, POLLING], ids=["events", "polling"])
@pytest.mark.parametrize("pattern", ["*.log", "fast*"], ids=["copy-does-not-match", "copy-matches"])
@pytest.mark.parametrize("kind", ["copytruncate", "nonappend"])
def test_copytruncate_fast(
    rotation: Rotation, receiver: Receiver, write: StartWriter, settings: dict[str, Any], pattern: str, kind: str
) -> None:
    """20,000 lines/s, copied and truncated every 3 MB; without O_APPEND the writer leaves NULs, which are skipped."""
    logship = rotation.logship.start(**settings, paths=f"{rotation.logs}/{pattern}")
    writer = write(kind, rotation.logs / "fast.log", scaled(120_000), rate=20_000, bytes=3_000_000)
    finish_all([writer])
    receiver.wait_for_records(writer.end)
    samples = logship.check_conservation()
    assert_all_arrived(receiver.records(), {"fast": writer.end})
    assert samples.by("logship_input_lost_bytes_total", "reason") == {}
    skipped = samples.by("logship_sink_skipped_bytes_total", "reason")
    assert set(skipped) == ({"nul"} if kind == "nonappend" else set())
    assert samples.total("logship_input_files_truncated_total") >= writer.end * LINE_BYTES // 3_000_000
