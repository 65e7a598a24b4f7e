"""A real Kafka broker for tests: started from ``tests/kafka`` on free ports, or the one that is named.

``LOGSHIP_TEST_KAFKA=host:port`` uses a running broker without TLS and SASL, that makes no topics by itself; tests that
need more of it, or stop it, are skipped then. Where Java or Maven is missing all are skipped, but fail if ``CI`` is
``true``: there a silent skip would be a hole.

A test module says ``pytest_plugins = ("tests.e2e.kafka",)`` and then has the fixture ``kafka``.
PYTEST_DONT_REWRITE: the module is imported before pytest loads it as a plugin.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.admin._scram import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from confluent_kafka.cimpl import NewTopic

from benchmarks.processes import free_port
from tests.e2e.harness import wait_until

RUN: Final = Path(__file__).parents[1] / "kafka" / "run.sh"
START_SECONDS: Final = 120.0
BUILD_SECONDS: Final = 900.0
USER: Final = "alice"
PASSWORD: Final = "hunter2"
_PLAIN: Final = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class Stored(NamedTuple):
    """One message of a topic."""

    partition: int
    key: bytes | None
    value: bytes
    headers: Mapping[str, object]


class Broker:
    """A broker with four ways in: plain, SASL without TLS, SASL with TLS, and plain by a proxy.

    ``folder`` has its data and certificate. ``proxy`` is where it tells the clients that come to ``behind`` to go.
    """

    def __init__(self, folder: Path, address: str = "") -> None:
        self.folder = folder
        self.address = address or f"127.0.0.1:{free_port()}"
        self.sasl, self.secure, self.proxy, self.behind = (f"127.0.0.1:{free_port()}" for _ in range(4))
        self.certificate = folder / "cert.pem"
        self._own = not address
        self._process: subprocess.Popen[str] | None = None

    def need_own(self) -> None:
        """Skip the test if the broker is not ours to stop and to set up."""
        if not self._own:
            pytest.skip("the broker that LOGSHIP_TEST_KAFKA names is not set up for this")

    def start(self, *settings: str) -> None:
        """Start it, or start it again with the data that it has; with more SETTING=VALUE."""
        log = self.folder / "server.log"
        command = [
            "sh",
            str(RUN),
            self.address.rpartition(":")[2],
            str(self.folder / "data"),
            *self._settings(),
            *settings,
        ]
        with log.open("ab") as errors:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self._process.stdout is not None
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        try:
            if not any(line.startswith("ready ") for line in iter(self._process.stdout.readline, "")):
                pytest.fail(f"Kafka did not start: {log.read_text()[-2000:]}")
        finally:
            watchdog.cancel()

    def _settings(self) -> list[str]:
        mechanisms = {"plain": _PLAIN, "scram-sha-256": _SCRAM, "scram-sha-512": _SCRAM}
        sasl = f"SASL_PLAINTEXT://{self.sasl},SASL_SSL://{self.secure}"
        return [
            f"+listeners={sasl},PROXIED://{self.behind}",
            f"advertised.listeners=PLAINTEXT://{self.address},{sasl},PROXIED://{self.proxy}",
            "+listener.security.protocol.map=PROXIED:PLAINTEXT",
            f"sasl.enabled.mechanisms={','.join(mechanisms).upper()}",
            *(
                f"listener.name.{listener}.{mechanism}.sasl.jaas.config={module}"
                for listener in ("sasl_plaintext", "sasl_ssl")
                for mechanism, module in mechanisms.items()
            ),
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={self.folder / 'both.pem'}",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:ANONYMOUS",
            "allow.everyone.if.no.acl.found=true",
        ]

    def certify(self) -> None:
        """Make its certificate, for 127.0.0.1."""
        key = self.folder / "key.pem"
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=x"]
        files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run(["openssl", "req", "-x509", *kind, *files], check=True, capture_output=True)
        (self.folder / "both.pem").write_text(key.read_text() + self.certificate.read_text())

    def send(self, number: int) -> None:
        """Send it a signal."""
        assert self._process
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, by a signal, and wait for that."""
        if self._process:
            self.send(number)
            self._process.communicate(timeout=60)
            self._process = None

    # -- as its administrator ---------------------------------------------------------------------------------------

    def admin(self) -> AdminClient:
        """Make a client that may do everything; it has to be kept until what it is to do is done."""
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def create(self, topic: str, partitions: int = 1, **config: object) -> str:
        """Create a topic; ``max_message_bytes=1000`` is its max.message.bytes. Gives its name."""
        settings = {name.replace("_", "."): str(value) for name, value in config.items()}
        admin = self.admin()
        admin.create_topics([NewTopic(topic, partitions, 1, config=settings)])[topic].result(30)
        return topic

    def make_user(self) -> None:
        """Make the user of SCRAM; that of PLAIN is in the settings."""
        admin = self.admin()
        for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
            change = UserScramCredentialUpsertion(USER, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode())
            admin.alter_user_scram_credentials([change])[USER].result(30)

    def close_to_all_but(self, user: str, topic: str) -> None:
        """Let nobody but one user write to a topic."""
        admin = self.admin()
        kinds = ResourceType.TOPIC, topic, ResourcePatternType.LITERAL
        rule = AclBinding(*kinds, f"User:{user}", "*", AclOperation.ALL, AclPermissionType.ALLOW)
        admin.create_acls([rule])[rule].result(30)

    # -- as a reader --------------------------------------------------------------------------------------------------

    def stored(self, topic: str) -> list[Stored]:
        """Give all messages of a topic, partition by partition, each in its order."""
        reader = Consumer(
            {"bootstrap.servers": self.address, "group.id": "test", "enable.auto.commit": False, "log_level": 0}
        )
        try:
            partitions = reader.list_topics(topic, timeout=30).topics[topic].partitions
            return [message for number in sorted(partitions) for message in _read(reader, topic, number)]
        finally:
            reader.close()

    def count(self, topic: str) -> int:
        """Give how many messages a topic has."""
        reader = Consumer({"bootstrap.servers": self.address, "group.id": "test", "log_level": 0})
        try:
            partitions = reader.list_topics(topic, timeout=30).topics[topic].partitions
            marks = [reader.get_watermark_offsets(TopicPartition(topic, number), timeout=30) for number in partitions]
            return sum(high - low for low, high in marks)
        except KafkaException:
            return 0  # it is about to start, or stopped
        finally:
            reader.close()


def _read(reader: Consumer, topic: str, number: int) -> Iterator[Stored]:
    low, high = reader.get_watermark_offsets(TopicPartition(topic, number), timeout=30)
    reader.assign([TopicPartition(topic, number, low)])
    deadline = time.monotonic() + 60
    while low < high:
        assert time.monotonic() < deadline, f"{topic} can't be read to its end"
        for message in reader.consume(10_000, timeout=1.0):
            assert not message.error(), message.error()
            low = (message.offset() or 0) + 1
            yield Stored(number, message.key(), message.value() or b"", dict(message.headers() or {}))


def _missing() -> str:
    """Say why no broker can be started; empty if one can."""
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        return "no java"
    if not shutil.which("openssl"):
        return "no openssl"
    if not (RUN.parent / "target" / "built").exists() and not shutil.which("mvn"):
        return "no mvn to build tests/kafka with"
    return ""


def _build() -> None:
    """Build once, though several workers may ask at the same time."""
    lock = Path(tempfile.gettempdir()) / f"logship-kafka-build-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        subprocess.run(["sh", str(RUN), "build"], check=True, timeout=BUILD_SECONDS)


@pytest.fixture(scope="session", name="kafka")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Give a broker that makes no topics by itself."""
    folder = tmp_path_factory.mktemp("kafka")
    if address := os.environ.get("LOGSHIP_TEST_KAFKA"):
        yield Broker(folder, address)
        return
    if why := _missing():
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"Kafka can't be started: {why}; set LOGSHIP_TEST_KAFKA to use a running one")
    _build()
    broker = Broker(folder)
    broker.certify()
    try:
        broker.start()
        broker.make_user()
        wait_until(lambda: broker.admin().list_topics(timeout=10), "the broker answers")
        yield broker
    finally:
        broker.stop()
