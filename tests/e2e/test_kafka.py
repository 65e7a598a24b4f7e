"""The whole daemon against a real Kafka broker: each promise, and what goes wrong between the two."""

import asyncio
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.settings.config import Secret
from logship.sinks.kafka.sink import Settings, open_sink
from tests.e2e.arrivals import assert_all_arrived
from tests.e2e.conftest import StartLogship, StartWriter
from tests.e2e.harness import Logship, scaled, wait_until
from tests.e2e.kafka import PASSWORD, USER, Broker

pytest_plugins = ("tests.e2e.kafka",)
pytestmark = [pytest.mark.e2e, pytest.mark.kafka, pytest.mark.timeout(300)]

BATCH = 500
KILLS = 6
PRODUCE = b"\0\0"
"""Names the request that brings records, after its four bytes of length."""
StartDaemon = Callable[..., Logship]


@pytest.fixture
def topic() -> str:
    """Give a name that no other test has."""
    return f"logs-{time.time_ns()}"


@pytest.fixture
def daemon(new_logship: StartLogship, kafka: Broker, logs: Path, topic: str) -> Logship:
    """Give a daemon, not started yet, that ships to the topic."""
    return new_logship(
        paths=f"{logs}/*.log",
        sinks="kafka",
        kafka_brokers=kafka.address,
        kafka_topic=topic,
        pod_name="agent-7",
        batch_max_records=BATCH,
        retry_initial_seconds=0.05,
        retry_max_seconds=0.5,
    )


def repeats(numbers: list[int]) -> int:
    """Count what came more than once."""
    return sum(count - 1 for count in Counter(numbers).values())


def test_every_line_is_stored_once_in_order_under_the_pods_name(
    daemon: Logship, kafka: Broker, topic: str, logs: Path, write: StartWriter
) -> None:
    """Of two rotating files, in one of the topic's partitions; SIGTERM drains what is still there."""
    kafka.create(topic, partitions=3)
    daemon.start(kafka_headers="team=search")
    writers = [write("rotating", logs / f"{name}.log", 6000, rate=4000, bytes=300_000) for name in ("one", "two")]
    for writer in writers:
        writer.finish()
    assert daemon.terminate() == 0
    stored = kafka.stored(topic)
    assert len({each.partition for each in stored}) == 1
    assert {each.key for each in stored} == {b"agent-7"}
    assert stored[0].headers == {"team": b"search"}
    records = [json.loads(each.value) for each in stored]
    assert_all_arrived(records, {"one": 6000, "two": 6000})
    assert records[0]["k8s.pod.name"] == "agent-7"


def test_killed_again_and_again_it_repeats_at_most_what_was_in_flight(
    daemon: Logship, kafka: Broker, topic: str, logs: Path, write: StartWriter
) -> None:
    """Nothing is missing; a kill repeats the one batch whose answer had not been noted."""
    kafka.create(topic)
    daemon.start()
    writer = write("rotating", logs / "app.log", scaled(25_000), rate=5000, bytes=3_000_000)
    chance = random.Random(3)
    for number in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.5))
        daemon.kill()
        daemon.start(ready=number % 4 != 3)
    writer.finish()
    daemon.wait_ready()
    daemon.check_conservation()
    assert daemon.terminate() == 0
    records = [json.loads(each.value) for each in kafka.stored(topic)]
    assert_all_arrived(records, {"app": writer.end}, repeats=True)
    assert repeats([record["seq"] for record in records]) <= KILLS * BATCH


def test_the_broker_dies_and_comes_back_in_mid_stream(
    daemon: Logship, kafka: Broker, topic: str, logs: Path, write: StartWriter
) -> None:
    """Nothing is missing or twice, and all is in order."""
    kafka.need_own()
    kafka.create(topic)
    daemon.start(request_timeout_seconds=100)
    writer = write("rotating", logs / "app.log", 20_000, rate=4000, bytes=3_000_000)
    wait_until(lambda: kafka.count(topic) > 2000, "some deliveries")
    kafka.stop(signal.SIGKILL)
    kafka.start()
    writer.finish()
    look = daemon.check_conservation()
    assert look.totals("kafka")["delivered"][0] == 20_000
    assert daemon.terminate() == 0
    assert_all_arrived([json.loads(each.value) for each in kafka.stored(topic)], {"app": 20_000})


def test_a_record_that_is_too_large_is_put_aside_alone(daemon: Logship, kafka: Broker, topic: str, logs: Path) -> None:
    """Whether only the broker knows that it is, or the settings do; its neighbours are stored."""
    kafka.create(topic, max_message_bytes=20_000)
    chance = random.Random(1)
    large = {40: 60_000, 70: 1_100_000}
    lines = [{"seq": n, "pad": chance.randbytes(large.get(n, 20) // 2).hex()} for n in range(100)]
    (logs / "app.log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    daemon.start(max_line_bytes="2MiB")
    wait_until(lambda: kafka.count(topic) >= 98, "the neighbours", 60)
    look = daemon.check_conservation()
    assert look.total("logship_sink_records_total", outcome="dead_lettered") == 2
    letters = (daemon.state / "dead-letter" / "kafka.ndjson").read_text().splitlines()
    assert {json.loads(letter)["reason"] for letter in letters} == {"record_too_large", "too_large"}
    assert sorted(json.loads(each.value)["seq"] for each in kafka.stored(topic)) == sorted({*range(100)} - {*large})


def test_a_topic_that_is_not_there_holds_everything_until_it_is(
    daemon: Logship, kafka: Broker, topic: str, logs: Path
) -> None:
    """It says so once, without a record's content; then all is delivered."""
    (logs / "app.log").write_text('{"seq":0,"password":"hunter2"}\n')
    daemon.start()
    wait_until(lambda: daemon.status()["sinks"][0]["last_error"], "a failure")
    assert daemon.status()["sinks"][0]["last_error"] == "unknown_topic_or_part"
    kafka.create(topic)
    wait_until(lambda: kafka.count(topic) == 1, "the record")
    daemon.check_conservation()
    assert len(daemon.messages("a setting or credential is wrong")) == 1
    assert PASSWORD not in daemon.stderr.read_text()


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_sasl_over_tls_and_a_password_that_is_mended(
    daemon: Logship, kafka: Broker, topic: str, logs: Path, tmp_path: Path, mechanism: str
) -> None:
    """A wrong password is a fault, and nothing is lost; the right one in the file counts without a restart."""
    kafka.need_own()
    kafka.create(topic)
    password = tmp_path / "password"
    password.write_text("wrong\n")
    (logs / "app.log").write_text('{"seq":0}\n')
    daemon.start(
        kafka_brokers=kafka.secure,
        kafka_tls=True,
        kafka_ca_file=kafka.certificate,
        kafka_sasl_mechanism=mechanism,
        kafka_username=USER,
        kafka_password_file=password,
    )
    wait_until(lambda: daemon.status()["sinks"][0]["last_error"] == "authentication", "the refusal")
    password.write_text(PASSWORD + "\n")
    wait_until(lambda: kafka.count(topic) == 1, "the record")
    daemon.check_conservation()
    shown = daemon.stderr.read_text() + daemon.get("/status")[1] + daemon.get("/metrics")[1]
    assert PASSWORD not in shown


# -- the sink alone ---------------------------------------------------------------------------------------------------


def block(data: bytes) -> Block:
    """Give a block."""
    return Block(FileId("f" * 22), "a.log", 0, len(data), data, 0, 0.0)


async def test_an_attempt_that_was_given_up_leaves_nothing_to_be_sent_later(kafka: Broker, topic: str) -> None:
    """A broker that hangs for longer than an attempt, and comes back, gets the record once: from the next one."""
    kafka.need_own()
    kafka.create(topic)
    async with open_sink(Settings(brokers=(kafka.address,), topic=topic), Enrichment({})) as sink:
        batch = Batch((sink.encode(block(b"{}\none\n")),))
        kafka.send(signal.SIGSTOP)
        try:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await sink.deliver(batch)
            await asyncio.sleep(0.5)  # it may take that long to end in its thread
        finally:
            kafka.send(signal.SIGCONT)
        assert await sink.deliver(batch) == Outcome(Status.DELIVERED)
        await asyncio.sleep(1.0)
    assert [json.loads(each.value).get("message") for each in kafka.stored(topic)] == [None, "one"]


class Proxy:
    """Stands between a client and the broker; ``cut`` has it swallow the answer to the next records, and hang up."""

    def __init__(self, broker: str) -> None:
        self._host, _, self._port = broker.partition(":")
        self.cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what two sides say."""
        answers, requests = await asyncio.open_connection(self._host, int(self._port))
        swallow = asyncio.Event()

        async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, asks: bool) -> None:
            while data := await source.read(1 << 16):
                if asks and self.cut and data[4:6] == PRODUCE:
                    self.cut = False
                    swallow.set()
                elif not asks and swallow.is_set():
                    break
                sink.write(data)
            writer.close()
            requests.close()

        await asyncio.gather(pass_on(reader, requests, asks=True), pass_on(answers, writer, asks=False))


async def test_an_answer_that_is_lost_makes_no_repeat(kafka: Broker, topic: str) -> None:
    """The client asks again within the attempt, by the same sequence number, and the broker has the record already."""
    kafka.need_own()
    kafka.create(topic)
    proxy = Proxy(kafka.behind)
    host, _, port = kafka.proxy.partition(":")
    server = await asyncio.start_server(proxy.serve, host, int(port))
    async with server, open_sink(Settings(brokers=(kafka.proxy,), topic=topic), Enrichment({})) as sink:
        assert await sink.deliver(Batch((sink.encode(block(b"one\n")),))) == Outcome(Status.DELIVERED)
        proxy.cut = True
        assert await sink.deliver(Batch((sink.encode(block(b"two\n")),))) == Outcome(Status.DELIVERED)
        assert not proxy.cut
    assert [json.loads(each.value)["message"] for each in kafka.stored(topic)] == ["one", "two"]


async def test_check_tells_name_connection_tls_credentials_and_topic_apart(
    kafka: Broker, topic: str, tmp_path: Path
) -> None:
    """One finding each, and where it is bad it says what to do."""
    kafka.need_own()
    kafka.create(topic)
    closed = kafka.create(topic + "-closed")
    kafka.close_to_all_but("bob", closed)
    (tmp_path / "right").write_text(PASSWORD)
    (tmp_path / "wrong").write_text("wrong")

    async def first_bad(broker: str = kafka.secure, file: str = "right", **settings: object) -> tuple[bool, str, str]:
        made = {
            "topic": topic,
            "tls": True,
            "ca_file": str(kafka.certificate),
            "username": USER,
            "sasl_mechanism": "SCRAM-SHA-512",
            "password": Secret(path=str(tmp_path / file)),
            **settings,
        }
        async with open_sink(Settings(brokers=(broker,), **made), Enrichment({})) as sink:  # type: ignore[arg-type]
            findings = await sink.preflight(send=True)
        found = next((each for each in findings if not each.good), findings[-1])
        assert PASSWORD not in found.message
        return found.good, found.subject.removeprefix("kafka: "), found.message

    assert await first_bad() == (True, "delivery", "accepted")
    assert (await first_bad("nonesuch.invalid:9092"))[:2] == (False, "DNS")
    assert (await first_bad("127.0.0.1:1"))[:2] == (False, "TLS")
    assert (await first_bad(kafka.sasl))[:2] == (False, "TLS")
    assert "CA_FILE" in (await first_bad(ca_file=""))[2]
    assert (await first_bad(file="missing"))[:2] == (False, "credentials")
    assert (await first_bad(file="wrong"))[:2] == (False, "credentials")
    assert (await first_bad(kafka.sasl, tls=False, ca_file="", sasl_mechanism="PLAIN"))[0] is True
    good, subject, message = await first_bad(topic="nonesuch")
    assert (good, subject, "create it" in message) == (False, "delivery", True)  # a broker may make it: a doubt
    good, subject, message = await first_bad(topic=closed)
    assert (good, subject, "allow it Write" in message) == (False, "topic", True)
