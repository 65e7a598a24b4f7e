import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from logship.daemon.pipeline import Pipeline, Shape
from logship.daemon.shutdown import Stop
from logship.daemon.view import BEAT_SECONDS, NOTHING_SECONDS, STALLED_SECONDS, UNTERMINATED_SECONDS, DaemonView
from logship.delivery.backoff import RetryPolicy
from logship.delivery.delivery import Delivery
from logship.files.removed import ADVICE, LATE_SECONDS, WRITTEN
from logship.model import Batch, Block, FileId
from tests.autojump import autojump
from tests.bench import Kept
from tests.following import Follower
from tests.line_sink import DELIVERED, LineSink, errored
from tests.piping import Notes
from tests.privileges import folder_of_nobody, unprivileged


@dataclass
class Rig:
    """The view of a daemon that a test drives."""

    follower: Follower
    max_lag: float = 0.0

    def __post_init__(self) -> None:
        """Put it together as the daemon does, with a sink in memory and one clock."""
        follower = self.follower
        self.sink = LineSink()
        self.stop = Stop(25.0, clock=self.clock)
        self.counts = follower.metrics.sink("sink")
        delivery = Delivery(
            "sink",
            self.sink,
            policy=RetryPolicy(),
            dead_letters=Kept(),
            metrics=self.counts,
            draining=self.stop.stopping,
        )
        self.pipeline = Pipeline(
            follower.reader,
            self.sink,
            delivery,
            self.counts,
            Shape(1000, 1000, 0.2, 1 << 20),
            ended=lambda: False,
            stop=self.stop.stopping,
            saver=Notes(),
        )
        self.view = DaemonView(
            self.max_lag, follower.metrics, follower.intake, [self.pipeline], self.stop, clock=self.clock
        )

    def clock(self) -> float:
        """Tell the follower's time."""
        return self.follower.now

    def gauge(self, name: str, **labels: str) -> float | None:
        """Give a metric as it is shown."""
        self.view.refresh()
        return self.follower.metrics.registry.get_sample_value(name, labels)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Give a log folder with a file."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.log").write_text("one\ntwo\n")
    return folder


def rig_of(logs: Path, max_lag: float = 0.0) -> Rig:
    """Follow a folder."""
    return Rig(Follower(f"{logs}/**/*.log", logs.parent / "state"), max_lag)


def taken(rig: Rig, *, ack: bool) -> list[Block]:
    """Read what is there."""
    return rig.follower.take(ack=ack)


def test_it_is_started_and_ready_after_the_first_sweep(logs: Path) -> None:
    """Before, the next container has to wait."""
    rig = rig_of(logs)
    assert not rig.view.started()
    assert rig.view.ready() == "the first sweep has not finished"
    assert rig.gauge("logship_ready") == 0
    rig.follower.step()
    assert rig.view.started()
    assert rig.view.ready() == ""
    assert rig.gauge("logship_ready") == 1


def test_it_is_not_ready_while_it_drains(logs: Path) -> None:
    """From SIGTERM on."""
    rig = rig_of(logs)
    rig.follower.step()
    rig.stop.begin()
    assert rig.view.ready() == "draining"


@autojump
async def test_only_a_loop_that_stalls_is_dead(tmp_path: Path) -> None:
    """However long nothing else happens: a long POLL_SECONDS, a slow disk and a full buffer are life."""
    rig = Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state"))
    loop = asyncio.get_running_loop()
    rig.view._clock = loop.time
    beating = asyncio.create_task(rig.view.run())
    await asyncio.sleep(1000)
    assert rig.view.live() == ""
    beating.cancel()
    await asyncio.sleep(2 * STALLED_SECONDS)
    assert rig.view.live() == "the event loop stalled"


@pytest.mark.parametrize("there", ["folder", "other file", "nothing", "file"])
@autojump
async def test_it_says_once_that_there_is_no_file_to_follow(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, there: str
) -> None:
    """A minute after the start, with the cause if one is known: nothing else in the log tells of a wrong path."""
    logs = tmp_path / "logs"
    if there != "nothing":
        logs.mkdir()
    if "file" in there:
        (logs / ("app.txt" if there == "other file" else "app.log")).write_text("one\n")
    rig = rig_of(logs)
    await rig.follower.intake.step()
    rig.view._clock = asyncio.get_running_loop().time
    rig.view._born = rig.view._clock()
    beating = asyncio.create_task(rig.view.run())
    await asyncio.sleep(NOTHING_SECONDS - BEAT_SECONDS)
    assert not said(caplog)
    await asyncio.sleep(100 * NOTHING_SECONDS)
    beating.cancel()
    rig.follower.kill()
    problems = {
        "folder": "",
        "other file": "no file matches, but the folder has 1 other files",
        "nothing": f"{logs}: does not exist",
    }
    assert said(caplog) == ([(f"{logs}/**/*.log", problems[there])] if there != "file" else [])


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[object, object]]:
    """Give what was said of there being nothing to do."""
    words = "there is no file to follow yet"
    return [(vars(each)["looked_for"], vars(each)["problems"]) for each in caplog.records if each.message == words]


def test_an_age_makes_it_unready_only_where_that_is_wanted(logs: Path) -> None:
    """The age is that of the oldest byte that the store has not taken; without a limit it is only shown."""
    for limit, cause in ((0.0, ""), (60.0, "the oldest undelivered byte is 100 s old")):
        rig = rig_of(logs, limit)
        rig.follower.step()
        assert rig.gauge("logship_oldest_undelivered_seconds", sink="sink") == 0
        blocks = taken(rig, ack=False)
        rig.follower.now += 100
        assert rig.gauge("logship_oldest_undelivered_seconds", sink="sink") == 100
        assert rig.view.ready() == cause
        for block in blocks:
            rig.follower.reader.ledger.ack(block)
        assert rig.gauge("logship_oldest_undelivered_seconds", sink="sink") == 0
        assert rig.view.ready() == ""
        rig.follower.kill()


def test_the_lag_is_what_is_not_acknowledged(logs: Path) -> None:
    """What was read and is on its way counts until the store has it."""
    rig = rig_of(logs)
    rig.follower.step()
    assert rig.gauge("logship_input_lag_bytes") == 8
    (block,) = taken(rig, ack=False)
    assert rig.gauge("logship_input_lag_bytes") == 8
    assert rig.view.acknowledged() == (0, 8)
    with (logs / "a.log").open("a") as file:
        file.write("three\n")
    rig.follower.reader.ledger.ack(block)
    assert rig.gauge("logship_input_lag_bytes") == 0
    for block in taken(rig, ack=False):
        rig.follower.reader.ledger.ack(block)
    assert rig.gauge("logship_input_lag_bytes") == 0
    rig.follower.step()
    assert rig.gauge("logship_input_lag_bytes") == 6


def test_only_a_root_that_can_not_be_listed_makes_it_unready() -> None:
    """A folder beneath it, or one file, is a line in the status: the pod must stay in its Service."""
    with folder_of_nobody() as folder:
        logs = folder / "logs"
        (logs / "inner").mkdir(parents=True)
        (logs / "a.log").touch()
        (folder / "state").mkdir()
        (folder / "state").chmod(0o777)
        (logs / "inner").chmod(0)
        (logs / "a.log").chmod(0)
        with unprivileged():
            rig = rig_of(logs)
            for _ in range(4):
                rig.follower.step(2.0)
        assert rig.view.ready() == ""
        problems = rig.view.status()["problems"]
        assert problems == [f"{logs}/a.log: Permission denied", f"{logs}/inner: can't be listed"]
        logs.chmod(0)
        with unprivileged():
            for _ in range(3):
                rig.follower.step(2.0)
        assert rig.view.ready() == f"folders can't be listed: {logs}"
        logs.chmod(0o755)


def test_the_status_shows_files_and_sinks(logs: Path) -> None:
    """Size, acknowledged offset, what was deleted; state and totals of each sink."""
    rig = rig_of(logs)
    rig.follower.step()
    taken(rig, ack=True)
    (logs / "a.log").unlink()
    rig.follower.step()
    status = rig.view.status()
    (file,) = status["files"]
    assert (file["name"], file["size"], file["deleted"]) == (f"{logs}/a.log", 8, True)
    assert file["lag_bytes"] == 0
    (sink,) = status["sinks"]
    assert (sink["name"], sink["state"]) == ("sink", "ok")
    assert status["ready"] is True


@autojump
async def test_the_status_tells_a_failing_sink(tmp_path: Path) -> None:
    """Its last error, as long as it lasts."""
    rig = Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state"))
    await rig.follower.intake.step()
    rig.sink.otherwise = errored("http_503")
    block = Block(FileId("f" * 22), "a.log", 0, 2, b"a\n", 1, 0.0)
    rig.counts.read(1, 2)
    delivering = asyncio.create_task(rig.pipeline.delivery.deliver(Batch((rig.sink.encode(block),))))
    await asyncio.sleep(5)
    status = rig.view.status()
    (sink,) = status["sinks"]
    assert (sink["state"], sink["last_error"]) == ("retrying", "http_503")
    assert sink["last_error_at"] >= sink["since"] >= status["started_at"]
    assert sink["retries"] == rig.follower.metrics.registry.get_sample_value(
        "logship_sink_retries_total", {"sink": "sink", "reason": "http_503"}
    )
    assert [item["kind"] for item in status["attention"]] == ["sink_retrying"]
    rig.sink.otherwise = DELIVERED
    await delivering
    status = rig.view.status()
    assert status["attention"] == []
    assert status["sinks"][0]["since"] == status["sinks"][0]["last_success"]


def test_the_status_has_what_rates_and_curves_are_made_of(logs: Path) -> None:
    """Counters that only grow, memory and CPU; nothing is kept for whoever may look."""
    rig = rig_of(logs)
    rig.follower.step()
    taken(rig, ack=True)
    rig.counts.latency(0.07)
    rig.follower.now += 7
    status = rig.view.status()
    assert status["input"] == {"bytes": 8, "lines": 0}  # lines are counted once they are encoded
    assert status["cpu_seconds"] > 0
    assert status["host"] == os.uname().nodename
    (sink,), (file,) = status["sinks"], status["files"]
    assert sink["latency_buckets"][:2] == [[0.05, 0], [0.1, 1]]
    assert sink["latency_buckets"][-1] == [None, 1]
    assert 0.05 < sink["latency_p50_seconds"] < sink["latency_p99_seconds"] <= 0.1
    assert (file["rotated"], file["quiet_seconds"]) == (False, 7.0)
    (logs / "a.log").rename(logs / "a.log.1")
    rig.follower.step()
    assert [each["rotated"] for each in rig.view.status()["files"]] == [True]


def test_without_files_there_is_nothing_to_deliver(tmp_path: Path) -> None:
    """A folder that does not exist yet is ready, and no lag."""
    rig = Rig(Follower(f"{tmp_path}/later/*.log", tmp_path / "state"))
    rig.follower.step()
    assert rig.view.ready() == ""
    assert rig.gauge("logship_input_lag_bytes") == 0
    assert rig.view.acknowledged() == (0, 0)


# -- why nothing arrives ----------------------------------------------------------------------------------------------


def test_the_status_says_why_no_file_is_followed(tmp_path: Path) -> None:
    """A folder that is not there, and one with other files only; neither makes the pod unready."""
    later = tmp_path / "later"
    rig = Rig(Follower(f"{later}/*.log", tmp_path / "state"))
    rig.follower.step()
    assert rig.view.status()["problems"] == [f"{later}: does not exist"]
    later.mkdir()
    rig.follower.step()
    assert rig.view.status()["problems"] == []
    (later / "a.json").touch()
    (later / "inner").mkdir()
    rig.follower.step()
    assert rig.view.status()["problems"] == ["no file matches, but the folder has 1 other files"]
    assert rig.view.ready() == ""
    (later / "a.log").touch()
    rig.follower.step()
    assert rig.view.status()["problems"] == []


def test_the_status_says_that_a_removed_file_is_written_to(logs: Path) -> None:
    """As long as it is open, with what to do; its writer will write to others that nobody can see."""
    (logs / "a.log").write_text('{"a":1}\n')
    rig = rig_of(logs)
    rig.follower.step()
    with (logs / "a.log").open("a") as writer:
        (logs / "a.log").unlink()
        for seconds in (0.1, LATE_SECONDS + 0.1):
            assert rig.view.status()["problems"] == []
            writer.write('{"a":1}\n')
            writer.flush()
            rig.follower.step(seconds)
    status = rig.view.status()
    assert status["problems"] == [f"{logs}/a.log: {WRITTEN}"]
    assert ADVICE in [item["do"] for item in status["attention"]]


def test_the_status_says_that_no_line_ends(logs: Path) -> None:
    """Bytes grow and no record comes of them; not at once: a first line may take its time."""
    (logs / "a.log").write_text('{"a":1}{"b":2}')
    rig = rig_of(logs)
    rig.follower.step()
    taken(rig, ack=True)
    status = rig.view.status()
    assert (status["files"][0]["unterminated_bytes"], status["problems"]) == (14, [])
    rig.follower.now += UNTERMINATED_SECONDS + 1
    assert rig.view.status()["problems"] == [f"{logs}/a.log: 14 bytes, and no line has ended"]
    (logs / "a.log").write_text('{"a":1}{"b":2}\n')
    rig.follower.step()
    taken(rig, ack=True)
    status = rig.view.status()
    assert (status["files"][0]["unterminated_bytes"], status["problems"]) == (0, [])


def test_the_status_marks_files_from_before_the_first_start(logs: Path) -> None:
    """And counts those that are therefore never read."""
    (logs / "a.log.1").write_text("zero\n")
    rig = rig_of(logs)
    rig.view._first_start_ns = time.time_ns() + 10**9
    rig.follower.step()
    status = rig.view.status()
    assert [file["before_start"] for file in status["files"]] == [True]
    assert status["files_left_alone"] == 1
    rig.view._first_start_ns = 1
    assert [file["before_start"] for file in rig.view.status()["files"]] == [False]


def test_the_status_counts_odd_times(logs: Path) -> None:
    """As the metrics do."""
    rig = rig_of(logs)
    rig.follower.metrics.records.bad_times.inc(2)
    rig.follower.metrics.records.without_time.inc(4)
    rig.follower.metrics.records.without_level.inc(5)
    rig.follower.metrics.records.future_times.inc(3)
    status = rig.view.status()
    assert (status["bad_timestamps"], status["future_timestamps"]) == (2, 3)
    assert (status["without_timestamp"], status["without_level"]) == (4, 5)


@autojump
async def test_the_status_tells_why_the_last_record_was_refused(tmp_path: Path) -> None:
    """Dead letters grow while all else goes well."""
    rig = Rig(Follower(f"{tmp_path}/*.log", tmp_path / "state"))
    rig.pipeline.delivery._complaints.put_aside("mapper_parsing_exception", 1)
    (sink,) = rig.view.status()["sinks"]
    assert (sink["state"], sink["last_error"], sink["last_refusal"]) == ("refusing", "", "mapper_parsing_exception")
