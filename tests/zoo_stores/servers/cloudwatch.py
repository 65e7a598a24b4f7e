"""CloudWatch Logs as moto has it, read back by botocore."""

import signal
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from botocore.session import Session  # type: ignore[import-untyped]

from benchmarks.processes import free_port
from tests.zoo_stores.corpus import number_in
from tests.zoo_stores.judging import Stored
from tests.zoo_stores.server import Program
from tests.zoo_stores.setup import Setup
from tests.zoo_stores.shapes import POD, as_document, parsed, record, split, to_the

REGION: Final = "eu-central-1"
GROUP: Final = "/logs"
_MS: Final = 10**6
_OUTSIDE: Final = ("15 days old", "3 days ahead", "of 1970", "of 2300")


class Moto:
    """One server, which forgets all when it ends."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self._program = Program(folder / "moto.txt")

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, *, throttled: bool = False) -> None:
        """Start it; it has no limit to meet."""
        assert not throttled
        self._program.start([sys.executable, "-m", "moto.server", "-p", self._port])
        self._program.wait(f"{self.url}/moto-api/")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        self._program.stop(number)

    def settings(self) -> Mapping[str, object]:
        """Give logship's settings."""
        return {
            "cloudwatch_endpoint": self.url,
            "cloudwatch_region": REGION,
            "cloudwatch_group": GROUP,
            "cloudwatch_stream": POD,
            "cloudwatch_access_key_id": "any",
            "cloudwatch_secret_access_key": "any",
        }

    def stored(self) -> list[Stored]:
        """Give all events."""
        return [_stored(each) for each in self._events()]

    def _events(self) -> Iterator[dict[str, Any]]:
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        logs = Session().create_client("logs", region_name=REGION, endpoint_url=self.url, **keys)
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, logStreamNames=[POD]):
            yield from page["events"]


def _stored(event: dict[str, Any]) -> Stored:
    fields, ours = split(parsed(event["message"]))
    return record(number_in(event["message"]), event["timestamp"] * _MS, fields=fields, ours=ours)


SETUPS: Final = (
    Setup(
        "cloudwatch",
        "cloudwatch",
        "moto (CloudWatch Logs)",
        version("moto"),
        Moto,
        Moto.settings,
        as_document,
        known={"refused": ("1 MiB", "1.5 MiB")},
        may={"missing": _OUTSIDE, "refused": _OUTSIDE},
        same_time=to_the(_MS),
        scenarios=("plain", "kill"),
        words="the sink puts aside what is over 1,000,000 bytes; takes 14 days back and 2 hours ahead, and says which "
        "events it did not take, moto by other indexes than CloudWatch documents, so that some count as delivered",
        needs="`CLOUDWATCH_GROUP`, `_REGION`, keys",
    ),
)
