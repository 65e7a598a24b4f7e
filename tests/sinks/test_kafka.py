import asyncio
import builtins
import dataclasses
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from msgspec.structs import replace

from logship.errors import ConfigError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.redaction.open import open_redaction
from logship.settings.config import Secret
from logship.sinks.kafka import producer as producing
from logship.sinks.kafka.sink import KafkaSink, Settings, client_settings, keys, open_sink

BROKER = "127.0.0.1:1"
DELIVERED = Outcome(Status.DELIVERED)


class Message:
    """What the client gives to a report."""

    def __init__(self, key: bytes | None, value: bytes) -> None:
        self._key, self._value = key, value

    def key(self) -> bytes | None:
        """Give the key."""
        return self._key

    def value(self) -> bytes:
        """Give the value."""
        return self._value


class FakeProducer:
    """As much of confluent-kafka's producer as we use; what a flush does is the test's script."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.queue: list[tuple[Any, ...]] = []
        self.taken: list[tuple[Any, ...]] = []
        self.headers: object = None
        self.purged = 0
        made.append(self)

    def produce(self, *message: Any, headers: object = None) -> None:
        """Queue a message: topic, value, key, partition, report."""
        if message[1] in bad:
            raise bad[message[1]]
        self.headers = headers
        self.queue.append(message)

    def flush(self, _: float) -> int:
        """Do the next thing of the script; without one, take everything."""
        if script:
            script.popleft()(self)
        else:
            self.taken += self.queue
            self.queue.clear()
        return len(self.queue)

    def poll(self, _: float) -> int:
        """Do nothing."""
        return 0

    def purge(self) -> None:
        """Fail what is queued."""
        self.purged += 1
        self.fail(lambda _: True, KafkaError._PURGE_QUEUE)

    def fail(self, which: Callable[[bytes], bool], code: int) -> None:
        """Report that messages were not delivered, and the others are."""
        for topic, value, key, _, report in self.queue:
            if which(value):
                report(KafkaError(code), Message(key, value))
            else:
                self.taken.append((topic, value, key))
        self.queue.clear()

    def say(self, code: int, text: str = "") -> None:
        """Tell of trouble."""
        self.settings["error_cb"](KafkaError(code, text))


made: list[FakeProducer] = []
bad: dict[bytes, Exception] = {}
script: deque[Callable[[FakeProducer], object]] = deque()


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    made.clear()
    bad.clear()
    script.clear()
    if "real" not in request.keywords:
        monkeypatch.setattr(producing, "Producer", FakeProducer)


def hear(*codes: int) -> Callable[[FakeProducer], object]:
    """Make a step in which the client tells of trouble."""

    def step(producer: FakeProducer) -> None:
        for code in codes:
            producer.say(code)

    return step


def nothing(_: FakeProducer) -> None:
    """Is a step in which nothing happens."""


def block(data: bytes = b'{"n":1}\ntwo\n\n{"n":3}\n', name: str = "a.log") -> Block:
    """Give a block of three records."""
    return Block(FileId("f" * 22), name, 0, len(data), data, 0, 0.0)


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[tuple[KafkaSink, Batch]]:
    """Open the sink; give it, and a batch."""
    enrichment = Enrichment({"k8s.pod.name": "agent-1"}, settings.pop("format", "auto"))
    async with open_sink(Settings(brokers=(BROKER,), **settings), enrichment) as sink:
        yield sink, Batch((sink.encode(block()), sink.encode(block(b"{}\n", "b.log"))))


async def test_each_record_is_a_message_under_the_pods_name() -> None:
    """In order, without its newline; equal settings make one producer for all attempts."""
    async with opened() as (sink, batch):
        assert await sink.deliver(batch) == DELIVERED
        assert await sink.deliver(batch) == DELIVERED
    [producer] = made
    topics, values, found, *_ = zip(*producer.taken, strict=True)
    assert set(topics) == {"logs-agent"}
    assert b"".join(value + b"\n" for value in values[:4]) == batch.body
    assert set(found) == {b"agent-1"}
    assert producer.headers is None


async def test_raw_lines_are_messages_as_they_are() -> None:
    """Without fields of ours; headers are on every message."""
    async with opened(format="raw", headers={"team": "search"}) as (sink, batch):
        assert await sink.deliver(batch) == DELIVERED
    assert [message[1] for message in made[0].taken] == [b'{"n":1}', b"two", b'{"n":3}', b"{}"]
    assert made[0].headers == {"team": "search"}


def test_keys() -> None:
    """By pod, by file, or none; where no pod is named, the host has its name."""
    enrichment = Enrichment({"k8s.pod.name": "p"})
    found = {key: keys(Settings(brokers=(BROKER,), key=key), enrichment)(block()) for key in ("pod", "file", "none")}
    assert found == {"pod": b"p", "file": b"p/a.log", "none": None}
    assert keys(Settings(brokers=(BROKER,)), Enrichment({}))(block())


def test_a_key_does_not_have_what_is_hidden() -> None:
    """A file may be called by an address."""
    enrichment = Enrichment({"k8s.pod.name": "p"})
    enrichment = dataclasses.replace(enrichment, redaction=open_redaction(("email",), {}, (), enrichment))
    named = replace(block(), name="jane@example.org.log")
    assert keys(Settings(brokers=(BROKER,), key="file"), enrichment)(named) == b"p/[email]"


async def test_a_report_names_the_record_that_failed() -> None:
    """The others are delivered, and the producer that is well is kept."""
    script.append(lambda producer: producer.fail(lambda value: b'"n":3' in value, KafkaError.MSG_SIZE_TOO_LARGE))
    async with opened() as (sink, batch):
        outcome = await sink.deliver(batch)
        assert outcome.status is Status.DELIVERED
        assert [(each.index, each.status) for each in outcome.verdicts] == [(2, Status.REJECTED)]
        await sink.deliver(batch)
    assert len(made) == 1


async def test_what_the_client_does_not_take_is_errored() -> None:
    """A full queue, or an error of its own, is that record's fate alone."""
    bad[b"two"] = BufferError()
    bad[b"{}"] = KafkaException(KafkaError(KafkaError._STATE))
    async with opened(format="raw") as (sink, batch):
        outcome = await sink.deliver(batch)
    assert [(each.index, each.reason) for each in outcome.verdicts] == [(1, "queue_full"), (3, "state")]


async def test_trouble_that_only_an_operator_mends_ends_the_attempt() -> None:
    """Also of a producer that has worked before; the next attempt is made by another one."""
    async with opened() as (sink, batch):
        await sink.deliver(batch)
        script.extend([hear(KafkaError._AUTHENTICATION, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN)])
        outcome = await sink.deliver(batch)
        assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "authentication", True)
        assert await sink.deliver(batch) == DELIVERED
    assert [producer.purged for producer in made] == [1, 0]


async def test_a_producer_that_has_never_worked_is_not_waited_for() -> None:
    """Nothing of it can be on its way: the next attempt may come at once."""
    script.extend([nothing, hear(KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN)])
    async with opened() as (sink, batch):
        assert (await sink.deliver(batch)).reason == "connection_reset"
    assert made[0].purged == 1


async def test_a_producer_that_has_worked_is_given_its_time() -> None:
    """It sends again by the same sequence numbers once a broker is back."""
    async with opened() as (sink, batch):
        await sink.deliver(batch)
        script.extend([hear(KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN), nothing, nothing])
        assert await sink.deliver(batch) == DELIVERED
        await sink.deliver(batch)
    assert [producer.purged for producer in made] == [0]


async def test_a_producer_that_went_down_while_idle_is_replaced() -> None:
    """Before anything is given to it."""
    async with opened() as (sink, batch):
        await sink.deliver(batch)
        made[0].say(KafkaError._ALL_BROKERS_DOWN)
        assert await sink.deliver(batch) == DELIVERED
    assert len(made) == 2


async def test_cancelling_throws_away_what_is_queued() -> None:
    """The thread lets go of it at its next look; nothing can be sent later."""
    waiting = threading.Event()
    purged = threading.Event()
    async with opened() as (sink, batch):
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(sink.deliver(batch))

        def wait(_: FakeProducer) -> None:
            loop.call_soon_threadsafe(task.cancel)
            waiting.wait(10)

        script.extend([wait, lambda _: purged.set()])
        with pytest.raises(asyncio.CancelledError):
            await task
        waiting.set()
        await asyncio.to_thread(purged.wait, 10)
        assert await sink.deliver(batch) == DELIVERED
    assert [producer.purged for producer in made] == [1, 0]


async def test_reports_that_do_not_come_make_all_records_errored() -> None:
    """What is not known to be delivered is sent again."""
    script.extend([hear(KafkaError._ALL_BROKERS_DOWN), lambda producer: producer.queue.append(())])
    async with opened() as (sink, batch):
        outcome = await sink.deliver(batch)
    assert (outcome.status, outcome.verdicts) == (Status.ERRORED, ())


async def test_a_rotated_password_or_certificate_counts_at_once(tmp_path: Path) -> None:
    """The producer is made again from what is in the files now."""
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    sasl: dict[str, Any] = {"sasl_mechanism": "PLAIN", "username": "alice", "password": Secret(path=str(secret))}
    async with opened(**sasl) as (sink, batch):
        await sink.deliver(batch)
        secret.write_text("fresh\n")
        await sink.deliver(batch)
        secret.unlink()
        outcome = await sink.deliver(batch)
    assert [producer.settings["sasl.password"] for producer in made] == ["hunter2", "fresh"]
    assert (outcome.reason, outcome.fault) == ("secret", True)


async def test_settings_that_the_client_refuses_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a certificate that is half written; the data is kept."""

    def refuse(_: object) -> None:
        raise KafkaException(KafkaError(KafkaError._INVALID_ARG))

    monkeypatch.setattr(producing, "Producer", refuse)
    async with opened() as (sink, batch):
        outcome = await sink.deliver(batch)
        findings = await sink._topic()
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "invalid_arg", True)
    assert [finding.good for finding in findings] == [False]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"brokers": ("kafka://h",)}, "BROKERS"),
        ({"topic": "a b"}, "TOPIC"),
        ({"username": "u", "password": Secret("X")}, "SASL_MECHANISM"),
        ({"sasl_mechanism": "PLAIN"}, "USERNAME"),
        ({"username": "u", "sasl_mechanism": "PLAIN"}, "PASSWORD"),
        ({"ca_file": "/ca"}, "TLS"),
        ({"insecure_skip_verify": True}, "TLS"),
    ],
)
def test_settings_that_do_not_fit_together(settings: dict[str, Any], words: str) -> None:
    """Each is one line that names the setting."""
    [fault] = Settings(**{"brokers": (BROKER,), **settings}).check()
    assert words in fault
    assert Settings(brokers=(BROKER, "kafka")).check() == []


def test_the_clients_settings() -> None:
    """TLS, SASL and compression as librdkafka calls them; the password is not among them."""
    plain = client_settings(Settings(brokers=("a:1", "b:2")))
    assert (plain["bootstrap.servers"], plain["security.protocol"]) == ("a:1,b:2", "plaintext")
    assert not any(name.startswith(("ssl.", "sasl.")) for name in plain)
    secure = client_settings(
        Settings(
            brokers=(BROKER,),
            tls=True,
            ca_file="/ca",
            cert_file="/cert",
            insecure_skip_verify=True,
            sasl_mechanism="SCRAM-SHA-512",
            username="alice",
            password=Secret("X"),
        )
    )
    assert secure["security.protocol"] == "sasl_ssl"
    assert (secure["ssl.ca.location"], secure["ssl.key.location"]) == ("/ca", "/cert")
    assert secure["enable.ssl.certificate.verification"] is False
    assert "sasl.password" not in secure


async def test_without_the_library_the_fault_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "logship.sinks.kafka.producer":
            raise ModuleNotFoundError(name="confluent_kafka")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigError, match=r"pip install '.\[kafka\]'"):
        async with opened():
            pass


async def test_a_certificate_file_that_is_none_is_a_config_error(tmp_path: Path) -> None:
    """Found at the start."""
    (tmp_path / "ca").write_text("nonsense")
    with pytest.raises(ConfigError, match=f"TLS files can.t be used: {tmp_path}/ca: no certificate or crl found"):
        async with opened(tls=True, ca_file=str(tmp_path / "ca")):
            pass


@pytest.mark.real
async def test_nobody_listens() -> None:
    """The real client says so; preflight does not ask for the topic then, but sends what it is told to send."""
    async with opened() as (sink, batch):
        outcome = await sink.deliver(batch)
        findings = await sink.preflight(send=True)
    assert (outcome.status, outcome.reason, outcome.fault) == (Status.ERRORED, "connection_refused", False)
    assert [(finding.subject, finding.good) for finding in findings] == [
        ("kafka: DNS", True),
        ("kafka: connection", False),
        ("kafka: delivery", False),
    ]


@pytest.mark.real
async def test_the_real_client_delivers_to_a_broker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Librdkafka plays the broker; it takes all our settings, and finds the topic."""
    monkeypatch.setitem(producing._DEFAULTS, "test.mock.num.brokers", 1)
    async with opened() as (sink, batch):
        assert await sink.deliver(batch) == DELIVERED
        [topic] = await sink._topic()
    assert topic.good
    assert "logs-agent is there" in topic.message
