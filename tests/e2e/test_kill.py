"""``kill -9`` again and again while an application logs: nothing is lost, and what repeats was in flight."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, scaled, wait_until
from tests.e2e.opensearch import OpenSearch
from tests.e2e.receiver import Receiver

pytest_plugins = ("tests.e2e.opensearch",)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

KILLS = 20
LINES = 5000 * 22
"""22 s at 5,000 lines/s: about as long as 20 lives of a few hundred milliseconds, with their starts."""


def kill_again_and_again(daemon: Logship, seed: int) -> None:
    """Kill it a few hundred milliseconds after it is up, or while it starts, and start it again."""
    chance = random.Random(seed)
    for number in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.5))
        daemon.kill()
        daemon.start(ready=number % 4 != 3)


def test_over_http_repeats_stay_within_what_was_in_flight(
    logship: Logship, receiver: Receiver, logs: Path, write: StartWriter
) -> None:
    """Every line arrives; a kill repeats at most the one batch whose answer had not been noted."""
    logship.start(batch_max_records=500)
    writer = write("rotating", logs / "app.log", scaled(LINES), rate=5000, bytes=3_000_000)
    kill_again_and_again(logship, seed=1)
    writer.finish()
    logship.wait_ready()
    logship.wait_idle()
    assert logship.terminate() == 0
    records = list(receiver.records())
    assert_all_arrived(records, {"app": writer.end}, repeats=True, ordered=False)
    twice = sum(count - 1 for count in Counter(record["seq"] for record in records).values())
    assert twice <= KILLS * 500


@pytest.mark.opensearch
def test_in_opensearch_every_line_is_there_once(
    opensearch: OpenSearch, new_logship: StartLogship, logs: Path, write: StartWriter
) -> None:
    """Repeats are answered with 409: the count equals the lines written."""
    index = f"kills-{time.time_ns()}"
    daemon = new_logship(
        paths=f"{logs}/*.log",
        sinks="elasticsearch",
        elasticsearch_url=opensearch.url,
        elasticsearch_index=index,
    )
    daemon.start()
    writer = write("rotating", logs / "app.log", scaled(LINES), rate=5000, bytes=3_000_000)
    kill_again_and_again(daemon, seed=2)
    writer.finish()
    daemon.wait_ready()
    daemon.wait_idle()
    wait_until(lambda: opensearch.count(index) >= writer.end, "all documents")
    assert daemon.terminate() == 0
    assert opensearch.count(index) == writer.end
