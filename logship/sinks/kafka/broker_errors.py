"""Kafka's words: what its errors mean, and what they say of each record; pure.

An error goes by its name, such as ``MSG_SIZE_TOO_LARGE`` from a broker or ``_TRANSPORT`` from the client itself.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from logship.model import Limits, Outcome, Status, Verdict

Group: TypeAlias = tuple[bytes | None, Sequence[bytes]]
"""A key, and the records that have it, in order."""

RECORD_OVERHEAD: Final = 512
"""Bytes that a record may take beside its value, alone in a batch: the batch's head 61, its own 30, a key of 255."""
MAX_RECORDS: Final = 50_000
"""In one attempt; the client's queue has room for twice as many."""

_TOO_LARGE: Final = frozenset({"MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_MSG_SIZE"})
_REFUSED: Final = frozenset({"INVALID_RECORD", "INVALID_TIMESTAMP"})
_FAULTS: Final = frozenset(
    {
        "CLUSTER_AUTHORIZATION_FAILED",
        "ILLEGAL_SASL_STATE",
        "POLICY_VIOLATION",
        "SASL_AUTHENTICATION_FAILED",
        "TOPIC_AUTHORIZATION_FAILED",
        "TOPIC_EXCEPTION",
        "UNKNOWN_TOPIC_OR_PART",
        "UNSUPPORTED_COMPRESSION_TYPE",
        "UNSUPPORTED_FOR_MESSAGE_FORMAT",
        "UNSUPPORTED_SASL_MECHANISM",
        "UNSUPPORTED_VERSION",
        "_AUTHENTICATION",
        "_INVALID_ARG",
        "_SSL",
        "_UNKNOWN_TOPIC",
        "_UNSUPPORTED_FEATURE",
    }
)
_REASONS: Final = {
    "_AUTHENTICATION": "authentication",
    "_MSG_TIMED_OUT": "timeout",
    "_RESOLVE": "dns",
    "_SSL": "tls",
    "_TRANSPORT": "connection_reset",
    "_UNKNOWN_TOPIC": "unknown_topic_or_part",
}
_CONNECTIONS: Final = (
    ("SSL handshake failed: Disconnected", "tls_not_spoken"),
    ("Connection refused", "connection_refused"),
    ("timed out", "timeout"),
)
"""What the client says of a connection that could not be made, and the reason; the first one that is found counts."""
_BROKER: Final = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_PORT: Final = 9092
_PORT_MAX: Final = 65535


class Failure(NamedTuple):
    """A record that a broker did not take."""

    key: bytes | None
    value: bytes
    name: str
    """The error's."""


def limits(message_max_bytes: int) -> Limits:
    """Say what may be sent at once to a broker that takes batches of so many bytes."""
    return Limits(1 << 28, MAX_RECORDS, message_max_bytes - RECORD_OVERHEAD, separable=False)


def host_and_port(broker: str) -> tuple[str, int]:
    """Take ``host``, ``host:9092`` or ``[::1]:9092`` apart."""
    host, colon, port = broker.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = broker, str(_PORT)
    return host.strip("[]"), int(port)


def broker_faults(brokers: Sequence[str]) -> list[str]:
    """Say what is wrong with the addresses, without showing what may be secret in them."""
    for broker in brokers:
        found = _BROKER.fullmatch(broker)
        if not found or not 0 < int(found[1] or _PORT) <= _PORT_MAX:
            return ["BROKERS must be host:port,host:port,…, without a scheme"]
    return []


def topic_faults(topic: str) -> list[str]:
    """Say what is wrong with a topic's name."""
    if _TOPIC.fullmatch(topic) and topic not in {".", ".."}:
        return []
    return ["TOPIC has a character that no topic may have (only a-z A-Z 0-9 . _ -), or is too long"]


def meaning(name: str, text: str = "") -> Outcome:
    """Say what became of records by an error that all of them share; ``text`` is the client's own words, if any."""
    if name in _REFUSED:
        return Outcome(Status.REJECTED, name.lower(), text)
    reason = _REASONS.get(name, name.lower().lstrip("_"))
    if name == "_TRANSPORT":
        reason = next((found for words, found in _CONNECTIONS if words in text), reason)
    return Outcome(Status.ERRORED, reason, text, too_large=name in _TOO_LARGE, fault=name in _FAULTS)


def outcome(groups: Sequence[Group], failures: Sequence[Failure], cause: Outcome | None = None) -> Outcome:
    """Say what an attempt came to, from the records that no broker took; ``cause`` is why it was ended, if it was.

    A broker takes or refuses records by the batch that the client made of them. So a record that alone is refused was
    alone; of several, which share the blame, each may yet succeed without the others.
    """
    if not failures:
        return Outcome(Status.DELIVERED)
    names = {failure.name for failure in failures}
    shared = cause or meaning(min(names, key=lambda name: (is_refusal(name), name)))
    if len(failures) == sum(len(values) for _, values in groups):
        return shared
    alone = len(failures) == 1 and is_refusal(failures[0].name)
    status = Status.REJECTED if alone else Status.ERRORED
    found = [(at, cause or meaning(name)) for at, name in _places(groups, failures)]
    verdicts = tuple(Verdict(at, status, each.reason, each.detail) for at, each in found)
    return Outcome(Status.DELIVERED, verdicts=verdicts, fault=shared.fault)


def is_refusal(name: str) -> bool:
    """Say whether an error is about the records, which no other attempt would mend."""
    return name in _TOO_LARGE or name in _REFUSED


def _places(groups: Sequence[Group], failures: Sequence[Failure]) -> list[tuple[int, str]]:
    """Say which records failed; of those that are the same byte for byte, it does not matter which."""
    wanted = defaultdict[tuple[bytes | None, bytes], list[str]](list)
    for key, value, name in failures:
        wanted[key, value].append(name)
    records = ((key, value) for key, values in groups for value in values)
    return [(at, wanted[record].pop()) for at, record in enumerate(records) if wanted.get(record)]
