"""Kafka's client in a thread of its own: one attempt at a time, of which nothing is left when it is over.

The client is librdkafka, by confluent-kafka: it compresses and sends in C, without the lock of the interpreter. Its own
retries within an attempt bear the same sequence numbers, so that a broker drops what it had already. An attempt that
fails takes the producer with it: what it still had is thrown away, and the next one reads password and certificates
again, and is told again what is wrong.

Loaded when a sink is opened: confluent-kafka is an extra, and takes 0.1 s. aiokafka, measured beside it with a million
lines and a local broker, took as much CPU if it was handed whole batches (20 s/GB against 24, on a busy machine; five
times as much if not), but it compresses in the event loop, and has no way to let go of what it was given.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from logship.model import Outcome, Status
from logship.net.credentials import SecretError, read_secret
from logship.settings.config import Secret
from logship.sinks.kafka.broker_errors import MAX_RECORDS, Failure, Group, is_refusal, meaning, outcome

_T = TypeVar("_T")
_LOOK_SECONDS: Final = 0.1
"""Between two looks at whether an attempt is over for another reason than that all is known."""
_PURGE_SECONDS: Final = 5.0
_DEFAULTS: Final[Mapping[str, object]] = {
    "client.id": "logship",
    "acks": "all",
    "enable.idempotence": True,
    "partitioner": "murmur2_random",  # a key goes where Java's clients would put it
    "linger.ms": 1000,  # an attempt ends with a flush, which does not linger
    "queue.buffering.max.messages": 2 * MAX_RECORDS,
    "topic.metadata.propagation.max.ms": 5000,
    "socket.keepalive.enable": True,
    "delivery.report.only.error": True,  # no object for a record that is delivered
    "enable.metrics.push": False,  # of the client, which nobody asked for
    "log_level": 0,  # it would write to stderr
}
_silent = logging.getLogger("logship.librdkafka")
_silent.setLevel(logging.CRITICAL + 1)


class Attempt:
    """What is known of one attempt; made in the event loop, filled in the thread."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.failures: list[Failure] = []
        self.given_up = False
        """Set from the event loop: nobody waits for it any more."""

    def report(self, error: KafkaError | None, message: Message) -> None:
        """Note a record that was not delivered; the client calls it."""
        if error is not None:
            self.failures.append(Failure(message.key(), message.value() or b"", error.name()))

    def forget(self) -> None:
        """Take every record for one that was not delivered."""
        self.failures = [Failure(key, value, "_FAIL") for key, values in self.groups for value in values]


class KafkaClient:
    """Sends to one topic. ``settings`` are librdkafka's own; a change of the password or of a file counts at once."""

    def __init__(
        self,
        topic: str,
        settings: Mapping[str, object],
        *,
        password: Secret,
        files: Sequence[str],
        headers: Mapping[str, str],
    ) -> None:
        self._topic, self._password, self._files = topic, password, [path for path in files if path]
        self._settings = {**_DEFAULTS, **settings, "logger": _silent, "error_cb": self._note}
        self._headers: dict[str, str | bytes | None] = dict(headers)
        self._thread = ThreadPoolExecutor(1, "logship-kafka")
        self._producer: Producer | None = None
        self._made_of = 0
        self._proven = False
        self._down = False
        self._trouble: Outcome | None = None

    async def send(self, groups: Sequence[Group]) -> Outcome:
        """Make one attempt. When it is cancelled, what has not left yet never will."""
        attempt = Attempt(groups)
        try:
            return await self._run(partial(self._send, attempt))
        finally:
            attempt.given_up = True

    async def look(self, seconds: float) -> Outcome:
        """Ask for the topic; DELIVERED if it is there, and then ``detail`` is the number of its partitions."""
        return await self._run(partial(self._look, seconds))

    async def close(self) -> None:
        """Leave the brokers; an attempt that was cancelled may take a moment to end."""
        try:
            await self._run(self._discard)
        finally:
            self._thread.shutdown(wait=False)

    async def _run(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    # -- in the thread ------------------------------------------------------------------------------------------------

    def _send(self, attempt: Attempt) -> Outcome:
        producer = self._ready()
        if isinstance(producer, Outcome):
            return producer
        self._produce(producer, attempt)
        cause = self._wait(producer, attempt)
        if cause or not all(is_refusal(failure.name) for failure in attempt.failures):
            self._discard()
        else:
            self._proven, self._down, self._trouble = True, False, None
        return outcome(attempt.groups, attempt.failures, cause)

    def _produce(self, producer: Producer, attempt: Attempt) -> None:
        """Put the records into the client's queue, which copies them."""
        produce = partial(producer.produce, headers=self._headers) if self._headers else producer.produce
        topic, report = self._topic, attempt.report
        for key, values in attempt.groups:
            for value in values:
                try:
                    produce(topic, value, key, -1, report)
                except BufferError:
                    attempt.failures.append(Failure(key, value, "_QUEUE_FULL"))
                except KafkaException as error:
                    attempt.failures.append(Failure(key, value, error.args[0].name()))

    def _wait(self, producer: Producer, attempt: Attempt) -> Outcome | None:
        """Return when the fate of every record is known, or no longer waited for; then with the reason."""
        while producer.flush(_LOOK_SECONDS):
            if cause := self._over(attempt):
                producer.purge()
                if producer.flush(_PURGE_SECONDS):
                    attempt.forget()
                return cause
        return None

    def _over(self, attempt: Attempt) -> Outcome | None:
        """Say why there is no point in waiting.

        Brokers that have taken records before may have some now whose answer is lost: the client sends those again by
        the same sequence numbers once a broker is back, which another attempt could not. So it is given its time.
        """
        if attempt.given_up:
            return Outcome(Status.ERRORED, "timeout")
        trouble = self._trouble or meaning("_TRANSPORT")
        return trouble if self._down and (trouble.fault or not self._proven) else None

    def _ready(self) -> Producer | Outcome:
        """Give the producer, a new one if there is none or it is stale; else why there can't be one."""
        try:
            return self._current()
        except SecretError as error:
            return Outcome(Status.ERRORED, "secret", str(error), fault=True)
        except KafkaException as error:
            return meaning("_INVALID_ARG", str(error))

    def _current(self) -> Producer:
        password = read_secret(self._password) if self._password else ""
        made_of = hash((password, *map(_stamp, self._files)))
        if self._producer is not None:
            self._producer.poll(0)  # what it had to say while nothing was sent
            if self._down or made_of != self._made_of:
                self._discard()
        if self._producer is None:
            self._producer = Producer({**self._settings, **({"sasl.password": password} if password else {})})
            self._made_of = made_of
        return self._producer

    def _discard(self) -> None:
        self._producer, self._proven, self._down, self._trouble = None, False, False, None

    def _note(self, error: KafkaError) -> None:
        """Hear of trouble that is not of a record; what is for an operator to mend is remembered before all else."""
        if error.fatal():
            self._down, self._proven = True, False
        if error.name() == "_ALL_BROKERS_DOWN":
            self._down = True
        elif not (self._trouble and self._trouble.fault):
            self._trouble = meaning(error.name(), error.str())

    def _look(self, seconds: float) -> Outcome:
        producer = self._ready()
        if isinstance(producer, Outcome):
            return producer
        deadline = time.monotonic() + seconds
        while not self._down and time.monotonic() < deadline:
            with contextlib.suppress(KafkaException):  # the reason is told by _note
                found = producer.list_topics(self._topic, timeout=1.0).topics[self._topic]
                if found.error:
                    return meaning(found.error.name())
                return Outcome(Status.DELIVERED, detail=str(len(found.partitions)))
            producer.poll(0)
        trouble = self._trouble or meaning("_TRANSPORT")
        self._discard()
        return trouble


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - a str path, as everywhere on the way of an attempt
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)
