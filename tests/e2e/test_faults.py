"""A store that answers in every wrong way while an application logs: every line arrives, politely."""

import time
from collections import Counter
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.e2e.arrivals import assert_all_arrived, line
from tests.e2e.conftest import StartLogship
from tests.e2e.harness import Logship, wait_until
from tests.e2e.receiver import Answer, Receiver

pytestmark = pytest.mark.e2e


def write_lines(path: Path, first: int, end: int) -> None:
    """Append numbered lines in one go."""
    with path.open("ab") as file:
        file.write(b"".join(line("app", number) for number in range(first, end)))


@pytest.mark.parametrize(
    ("answer", "repeats"),
    [
        pytest.param(Answer(status=500), False, id="500"),
        pytest.param(Answer(status=502, body="<html>bad gateway</html>"), False, id="502 with HTML"),
        pytest.param(Answer(status=408), False, id="408"),
        pytest.param(Answer(status=429, headers={"Retry-After": "1"}), False, id="429, seconds"),
        pytest.param(Answer(status=302, headers={"Location": "/elsewhere"}), False, id="302"),
        pytest.param(Answer(status=413), False, id="413"),
        pytest.param(Answer(delay=3.0, keep=False), False, id="a hang"),
        pytest.param(Answer(reset=True, keep=False), False, id="a reset"),
        pytest.param(Answer(keep=True, reset=True), True, id="taken, then reset"),
        pytest.param(Answer(cut=True, keep=True, body="x" * 1000), True, id="taken, answer cut"),
    ],
)
def test_every_line_arrives_after(
    logship: Logship, receiver: Receiver, logs: Path, answer: Answer, *, repeats: bool
) -> None:
    """Duplicates come only where a request's fate was unknown."""
    receiver.script(answer, answer)
    write_lines(logs / "app.log", 0, 300)
    logship.start(request_timeout_seconds=1, retry_initial_seconds=0.1, retry_max_seconds=0.5)
    receiver.wait_for(lambda counts: counts.records >= 300)
    write_lines(logs / "app.log", 300, 600)
    wait_until(lambda: any(record["seq"] == 599 for record in receiver.records()), "the last line")
    assert_all_arrived(receiver.records(), {"app": 600}, repeats=repeats)


def test_retry_after_is_obeyed_as_seconds_and_as_a_date(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """No request comes before the time that the store asked for."""
    receiver.script(Answer(status=429, headers={"Retry-After": "2"}))
    write_lines(logs / "app.log", 0, 10)
    logship.start(retry_initial_seconds=0.05, retry_max_seconds=0.1)
    receiver.wait_for_records(10)
    first, second = (request.at for request in receiver.requests())
    assert second - first >= 1.9
    date = int(time.time()) + 4  # whole seconds, as HTTP has it
    due = time.monotonic() + date - time.time()
    receiver.script(Answer(status=503, headers={"Retry-After": formatdate(date, usegmt=True)}))
    write_lines(logs / "app.log", 10, 20)
    receiver.wait_for_records(20)
    assert receiver.requests()[-1].at >= due - 0.01  # two clocks


def test_an_outage_is_one_message_and_few_requests(logship: Logship, receiver: Receiver, logs: Path) -> None:
    """Full-jitter back-off grows to its bound; a minute has one message; the application stays in its Service."""
    receiver.script(then=Answer(status=503))
    write_lines(logs / "app.log", 0, 50_000)
    logship.start(retry_initial_seconds=0.5, retry_max_seconds=4)
    time.sleep(10)
    assert receiver.counts().requests <= 20
    assert len(logship.messages("delivery failed")) == 1
    assert (logship.probe("livez"), logship.probe("readyz")) == (200, 200)
    sink = logship.status()["sinks"][0]
    assert (sink["state"], sink["last_error"]) == ("retrying", "http_503")
    look = logship.metrics()
    assert look.total("logship_oldest_undelivered_seconds") > 8
    assert look.total("logship_buffer_bytes") <= look.total("logship_buffer_capacity_bytes") * 1.5
    receiver.clear()
    receiver.wait_for_records(50_000)
    assert_all_arrived(receiver.records(), {"app": 50_000})


def test_a_rotated_secret_is_read_again_after_401(
    new_logship: StartLogship, receiver: Receiver, logs: Path, tmp_path: Path
) -> None:
    """No restart is needed, nothing is lost meanwhile, and the secret is in no output."""
    secret = tmp_path / "token"
    secret.write_text("old-secret-value\n")
    receiver.script(then=Answer(status=401, body="bad token old-secret-value"))
    write_lines(logs / "app.log", 0, 100)
    daemon = new_logship(
        paths=f"{logs}/*.log", sinks="http", http_url=receiver.url, http_bearer_token_file=secret, retry_max_seconds=1
    )
    daemon.start()
    receiver.wait_for(lambda counts: counts.requests >= 3)
    assert receiver.requests()[-1].headers["Authorization"] == "Bearer old-secret-value"
    secret.write_text("new-secret-value\n")
    wait_until(lambda: "new-secret-value" in receiver.requests()[-1].headers["Authorization"], "the new secret", 20)
    receiver.clear()
    receiver.wait_for_records(100)
    shown = daemon.stderr.read_text() + daemon.get("/status")[1] + daemon.get("/metrics")[1]
    assert "secret-value" not in shown
    assert daemon.terminate() == 0
    assert Counter(record["seq"] for record in receiver.records()) == Counter(range(100))


def test_a_refused_record_is_put_aside_and_its_neighbours_are_delivered(
    logship: Logship, receiver: Receiver, logs: Path
) -> None:
    """A request answered 400 is halved until the record that the store will not have stands alone."""
    write_lines(logs / "app.log", 0, 8)
    receiver.script(*[Answer(status=400)] * 4)  # 8, 4, 2 and at last 1 record
    logship.start()
    receiver.wait_for_records(7)
    logship.wait_idle()
    letters = (logship.state / "dead-letter" / "http.ndjson").read_text().splitlines()
    assert len(letters) == 1
    assert '"seq":0' in letters[0].replace("\\", "").replace(" ", "")
    assert logship.metrics().total("logship_sink_records_total", outcome="dead_lettered") == 1
