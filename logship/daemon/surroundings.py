"""What the daemon depends on beside files and stores: its checkpoint, its volumes, its memory."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import asdict

from logship.daemon.memory_limit import memory_limit, resident_bytes, too_little
from logship.daemon.status import time_of
from logship.daemon.volumes import Volumes
from logship.state.checkpointer import Checkpointer


class Surroundings:
    """Shows them in the status; ``buffer_bytes`` is what may be held in memory."""

    def __init__(self, saver: Checkpointer, volumes: Volumes, buffer_bytes: int) -> None:
        self.volumes = volumes
        self._saver = saver
        self._limit = memory_limit()
        self.memory_problem = too_little(self._limit, buffer_bytes)
        """Says that the memory limit is below what is needed; empty where it is not."""

    def status(self) -> Mapping[str, Any]:
        """Give their members of the status document; the volumes are as they were a minute ago at the most."""
        self.volumes.refresh()
        saver = self._saver
        times = {"saved_at": time_of(saver.saved_at), "failing_since": time_of(saver.failing_since)}
        seen = [{**asdict(each), "state": each.state} for each in self.volumes.seen]
        names = {"free": "free_bytes", "size": "size_bytes"}
        return {
            "checkpoint": {**times, "error": saver.error},
            "volumes": [{names.get(name, name): value for name, value in each.items()} for each in seen],
            "memory": {"resident_bytes": resident_bytes(), "limit_bytes": self._limit},
        }

    def problems(self) -> Iterator[str]:
        """Say, a line each, what is wrong with them."""
        if self._saver.error:
            yield f"the checkpoint can't be saved, after any restart records are shipped again: {self._saver.error}"
        yield from self.volumes.problems()
        if self.memory_problem:
            yield self.memory_problem
