"""CPU seconds per GB of log for each step of encoding: ``python -m benchmarks.micro``.

The best of several short runs over one block of 256 KiB; on a machine that is busy with other work, run it again.
"""

import json
import random
import time
from collections.abc import Callable
from functools import partial

from logship.bulk import Bulk
from logship.encoding import BlockEncoder
from logship.enrichment import Enrichment
from logship.layouts import Layout, Lines
from logship.model import Block, FileId
from logship.timestamps import TimestampReader

_BLOCK = 256 * 1024
_FIELDS = {
    "k8s.pod.name": "agent-7d9c5b6f4-x2x9z",
    "k8s.namespace.name": "default",
    "k8s.pod.uid": "5f0c6f0e-7b1c-4c52-9a55-0d8f7b1f2a11",
    "service.name": "agent",
}
_LAYOUTS: dict[str, Layout] = {"http": Lines(), "elasticsearch": Bulk()}


def _record(at: int, **extra: object) -> dict[str, object]:
    return {
        "timestamp": f"2026-11-22T10:{at // 60 % 60:02}:{at % 60:02}.{at % 1000:03}Z",
        "level": "INFO",
        "logger": "agent.worker.tasks",
        "message": f"request number {at} was answered with a result of the usual kind",
        "request_id": f"{random.getrandbits(128):032x}",
        "duration_ms": at * 1.5,
        "path": f"/api/v1/things/{at}",
        "status": 200,
        **extra,
    }


def _json(record: dict[str, object]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()


def _times(form: Callable[[int], object], key: str = "timestamp") -> Callable[[int], bytes]:
    def line(at: int) -> bytes:
        record = _record(at)
        del record["timestamp"]
        return _json({key: form(at), **record})

    return line


def _odd(at: int) -> bytes:
    odd = (
        b"Traceback (most recent call last):",
        b"{}",
        b'{"a":NaN}',
        b'{"service":"x"}',
        b'{"a":"\xff"}',
        b'{"a":1}\r',
    )
    return odd[at // 100 % len(odd)] if at % 100 == 0 else _json(_record(at))


def _second(at: int) -> str:
    return f"{at // 60 % 60:02}:{at % 60:02}"


_LINES: dict[str, Callable[[int], bytes]] = {
    "plain JSON": lambda at: _json(_record(at)),
    "CRLF": lambda at: _json(_record(at)) + b"\r",
    "no event time": _times(lambda at: at, key="sequence"),
    "@timestamp first (ECS)": _times(lambda at: f"2026-11-22T10:{_second(at)}.123Z", key="@timestamp"),
    "Python's 10:00:00,123": _times(lambda at: f"2026-11-22 10:{_second(at)},123"),
    "+00:00": _times(lambda at: f"2026-11-22T10:{_second(at)}.123456+00:00"),
    "+01:00": _times(lambda at: f"2026-11-22T10:{_second(at)}.123456+01:00"),
    "epoch, float": _times(lambda at: 1795341600 + at / 8),
    "log as an object (ECS)": lambda at: _json(_record(at, log={"logger": "agent", "origin": {"file": {"line": at}}})),
    "1 % odd lines": _odd,
    "service as a string, in every line": lambda at: _json(_record(at, service="agent")),
    "text": lambda at: b"2026-11-22 10:00:00,123 INFO agent.worker: " + b"some words of text, " * 10 + b"%d" % at,
}


def _block(line: Callable[[int], bytes]) -> Block:
    random.seed(1)
    lines: list[bytes] = []
    while sum(map(len, lines[-1:])) * len(lines) < _BLOCK:
        lines.append(line(len(lines)) + b"\n")
    data = b"".join(lines)
    return Block(FileId("F" * 22), "agent.log", 1 << 20, (1 << 20) + len(data), data, 1_795_341_600 * 10**9, 0.0)


def _cost(run: Callable[[], object], size: int) -> float:
    """Give the CPU seconds per GB of the best run."""
    best = float("inf")
    for _ in range(100):
        begin = time.process_time()
        run()
        best = min(best, time.process_time() - begin)
    return best / size * 1e9


def main() -> None:
    """Print the table."""
    encoders = {name: BlockEncoder(Enrichment(_FIELDS), layout) for name, layout in _LAYOUTS.items()}
    print(f"{'CPU s/GB':40}" + "".join(f"{name:>15}" for name in encoders) + f"{'bytes/line':>12}")
    for name, line in _LINES.items():
        block = _block(line)
        costs = [_cost(partial(each.encode, block), len(block.data)) for each in encoders.values()]
        print(f"{name:40}" + "".join(f"{cost:15.2f}" for cost in costs) + f"{len(block.data) / block.lines:12.0f}")
    values = [b'"2026-11-22T10:00:%02d.123Z"' % (at % 60) for at in range(1000)]
    reader = TimestampReader("UTC")
    print(f"{'event times alone, at 262 bytes a line':40}{_cost(lambda: reader.read_all(values), 262_000):15.2f}")


if __name__ == "__main__":
    main()
