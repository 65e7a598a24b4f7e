"""Kafka, one broker, read back by a consumer."""

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.e2e.kafka import Broker
from tests.e2e.kafka import Stored as Message
from tests.zoo_stores.corpus import loads, number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.servers.victorialogs import time_of
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import as_document, record, split

VERSION: Final = "4.4.0"
TOPIC: Final = "logs"
_TWO_COPIES: Final = "min.insync.replicas=2"
"""More than there are brokers: nothing can be stored."""


class Kafka:
    """One broker with a topic of one partition."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._broker = Broker(folder)
        self._broker.certify()
        self._new = True

    def start(self, *, throttled: bool = False) -> None:
        """Start it, the first time with the topic; ``throttled``: it lacks a copy, and refuses all records for that."""
        self._broker.start(*([_TWO_COPIES] * throttled))
        if self._new:
            self._broker.create(TOPIC)
        self._new = False

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._broker.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        return {"kafka_brokers": self._broker.address, "kafka_topic": TOPIC}

    def stored(self) -> list[Stored]:
        """Give all messages."""
        return [_stored(each) for each in self._broker.stored(TOPIC)]


def _stored(message: Message) -> Stored:
    found = loads(message.value)
    time_ns = time_of(found["@timestamp"])
    fields, ours = split(found)
    return record(number_in(str(fields)), time_ns, fields=fields, ours=ours)


SETUPS: Final = (
    Setup(
        "kafka",
        "kafka",
        "Kafka",
        VERSION,
        Kafka,
        Kafka.settings,
        as_document,
        "kafka",
        {"refused": ("1 MiB", "1.5 MiB")},
        words="takes messages up to 1,048,588 bytes as a batch; the sink puts aside what is over 999,488",
        needs="`KAFKA_BROKERS`, `KAFKA_TOPIC`",
    ),
)
