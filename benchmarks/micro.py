"""``micro``: CPU seconds per GB of log for each step of a line's way, in this process, by logship's own functions."""

import argparse
import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from msgspec.structs import replace

from benchmarks.bench import Bench
from benchmarks.kinds import KINDS, PLAIN, TRACES, WITH_TEXT, block, blocks, joined, learned
from benchmarks.rounds import Plan, Run
from benchmarks.tables import Column
from logship.files.framer import Place
from logship.files.reading import read_on
from logship.files.tailing import TailedFile
from logship.model import Batch, Block, Sink
from logship.net.http_client import compress
from logship.plugins import load, names
from logship.records.block_parser import BlockParser
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.framing import frame_lines
from logship.records.layouts import Lines
from logship.redaction.open import open_redaction
from logship.settings.config import Secret
from logship.state.identity import Entry, Print
from tests.sinks.plugins import NETWORK

SINKS = ("http",)
COMPRESSIONS = ("none",)
WORDS = "CPU seconds per GB of log for each step: read, frame, check, enrich, encode for each sink, compress, send"
COLUMNS = (
    Column("cpu_seconds_per_gb", "CPU s/GB", ".2f"),
    Column("to_plain", "x plain", ".2f"),
    Column("design", "DESIGN.md", ".2f"),
)
_FIELDS = {
    "k8s.pod.name": "agent-7d9c5b6f4-x2x9z",
    "k8s.namespace.name": "default",
    "k8s.node.name": "node-1",
    "k8s.container.name": "agent",
    "service.name": "agent",
}
_DESIGN: Mapping[str, float] = {
    "count newlines": 0.35,
    "check": 1.15,
    "enrich": 1.0,
    "encode for elasticsearch": 3.4,
    "compress for http": 0.9,
    "send to http": 1.5,
}
"""The table of the design: what each step cost when it was tried by itself."""
_NO_CONDITION = "no condition"
_CONDITIONS = ("level>=warning", "~(?i)timeout|refused", "~.", "message~.", "not (level=debug or ~health)")
"""One expression that no line matches, one that every line does."""
_MAX_LINE_BYTES = 1 << 20
_BATCH_BLOCKS = 4
_SHARE_SECONDS = 0.25
_LEAST_RUNS = 5

Step = Callable[[], object]


class Sized(NamedTuple):
    """A step, and the bytes of log that it is about."""

    run: Step
    nbytes: int


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument(
        "--kinds", nargs="*", choices=tuple(KINDS), default=list(KINDS), help="lines to encode for http (default: all)"
    )


def plan(bench: Bench, options: argparse.Namespace) -> Plan:
    """Each step; the encoder of each sink that there is."""
    runner = bench.stack.enter_context(asyncio.Runner())
    sinks = _open_sinks(bench, runner)
    plain = block(PLAIN)
    one, several = _reading(bench, plain) | _encoding(sinks, plain), _sending(sinks, plain, runner)
    runs = [
        Run(name, "logship", partial(_cost, step, len(plain.data) * blocks, name))
        for blocks, steps in ((1, one), (_BATCH_BLOCKS, several))
        for name, step in steps.items()
    ]
    choosing = {name: Sized(partial(made.encode, plain), len(plain.data)) for name, made in _choosing().items()}
    addresses = _with_addresses(plain)
    hundredth = Sized(partial(_choosing()["redact all"].encode, addresses), len(addresses.data))
    choosing["redact one in a hundred"] = hundredth
    beside = {f"encode, {name}": (step, choosing[_NO_CONDITION]) for name, step in choosing.items()}
    beside |= _kinds(options.kinds)
    runs += [Run(name, "logship", partial(beside_plain, *steps)) for name, steps in beside.items()]
    return Plan(runs, {"line_bytes": len(plain.data) / plain.lines, "block_bytes": len(plain.data)})


def _cost(run: Step, size: int, name: str = "") -> dict[str, Any]:
    """Give the CPU seconds per GB of the best run: whatever else the machine does only makes a run worse."""
    best, runs, until = float("inf"), 0, time.monotonic() + _SHARE_SECONDS
    kept = deque[object](maxlen=_BATCH_BLOCKS)  # as blocks are, on their way: else each run begins by asking for pages
    while runs < _LEAST_RUNS or time.monotonic() < until:
        best = min(best, _seconds(run, kept))
        runs += 1
    figures = {"cpu_seconds_per_gb": best / size * 1e9}
    return figures | {"design": _DESIGN[name]} if name in _DESIGN else figures


def beside_plain(step: Sized, plain: Sized) -> dict[str, Any]:
    """Give the cost of the best run, and the median of what each costs of a run of plain JSON just before it."""
    best, ratios, until = float("inf"), list[float](), time.monotonic() + _SHARE_SECONDS
    kept = deque[object](maxlen=_BATCH_BLOCKS)
    while len(ratios) < _LEAST_RUNS or time.monotonic() < until:
        before, cost = (_seconds(each.run, kept) / each.nbytes for each in (plain, step))
        ratios.append(cost / before)
        best = min(best, cost)
    return {"cpu_seconds_per_gb": best * 1e9, "to_plain": median(ratios)}


def _seconds(run: Step, kept: deque[object]) -> float:
    begin = time.process_time()
    kept.append(run())
    return time.process_time() - begin


def _kinds(kinds: Sequence[str]) -> dict[str, tuple["Sized", "Sized"]]:
    """Give what encodes each kind of lines, with plain JSON beside it: by itself, or joined before where text is.

    Each has an encoder of its own: it looks at a block as the one before asked for. No block is encoded twice in a row.
    """

    def sized(kind: str, *, join: bool) -> Sized:
        given, encoder = blocks(kind), BlockEncoder(Enrichment(_FIELDS), Lines(), most=1 << 30)
        form, each = learned(given[0]), cycle(given)
        nbytes = sum(len(block.data) for block in given) // len(given)
        return Sized(lambda: _encode(encoder, joined(next(each), form) if join else [next(each)]), nbytes)

    alone, whole = sized(PLAIN, join=False), sized(PLAIN, join=True)
    texts = [kind for kind in kinds if kind in (PLAIN, *WITH_TEXT)]
    found = {f"encode: {kind}": (sized(kind, join=False), alone) for kind in kinds if kind not in TRACES}
    return found | {f"join and encode: {kind}": (sized(kind, join=True), whole) for kind in texts}


def _encode(encoder: BlockEncoder, blocks: Sequence[Block]) -> list[object]:
    return [encoder.encode(each) for each in blocks]


def _reading(bench: Bench, plain: Block) -> dict[str, Step]:
    file = bench.fresh() / "agent.log"
    file.write_bytes(plain.data)
    descriptor = bench.stack.enter_context(_descriptor(file))
    tailed = TailedFile(Entry(plain.file, str(file), 1, None, Print(), 0, 0.0), descriptor, str(file), None, 0.0)
    size = len(plain.data)
    return {
        "read": partial(os.pread, descriptor, size, 0),
        "count newlines": partial(plain.data.count, b"\n"),
        "frame": lambda: list(frame_lines(plain.data, 0, _MAX_LINE_BYTES)),
        "read, frame and look for truncation": lambda: read_on(tailed, Place(), _MAX_LINE_BYTES, 0.0, size=size),
    }


@contextlib.contextmanager
def _descriptor(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _encoding(sinks: Mapping[str, Sink], plain: Block) -> dict[str, Step]:
    check = BlockParser(Enrichment(_FIELDS), ())
    separator = b"\n{" + b",".join(b'"%b":"%b"' % (a.encode(), b.encode()) for a, b in _FIELDS.items()) + b',"'
    return {
        "check": partial(check.whole, plain.data),
        "enrich": lambda: separator.join(plain.data.split(b'\n{"')),
        **{f"encode for {name}": partial(sink.encode, plain) for name, sink in sinks.items()},
    }


def _with_addresses(plain: Block) -> Block:
    """Put an address into one line of a hundred."""
    lines = plain.data.splitlines(keepends=True)
    for at in range(0, len(lines), 100):
        lines[at] = lines[at].replace(b"request number", b"mail to jane@example.org, number")
    data = b"".join(lines)
    return replace(plain, data=data, end=plain.start + len(data))


def _choosing() -> dict[str, BlockEncoder]:
    """Give what encodes as for http, with a condition, a sample or edits."""
    conditions = {_NO_CONDITION: "", **{f"when {when}": when for when in _CONDITIONS}}
    edits: dict[str, Any] = {
        "a tenth of info": {"sample": {"info": 0.1}},
        "a field left out": {"drop": ("path",)},
        "a field that is not there left out": {"drop": ("password",)},
    }
    redactions = {
        "redact all": open_redaction(("all",), {}, (), Enrichment(_FIELDS)),
        "redact two fields": open_redaction((), {}, ("path", "status"), Enrichment(_FIELDS)),
        "redact two fields at any depth": open_redaction((), {}, ("*.path", "*.status"), Enrichment(_FIELDS)),
    }
    edits |= {name: {"redaction": each} for name, each in redactions.items()}
    return {
        **{name: BlockEncoder(Enrichment(_FIELDS), Lines(), when, most=1 << 30) for name, when in conditions.items()},
        **{name: BlockEncoder(Enrichment(_FIELDS, **each), Lines(), most=1 << 30) for name, each in edits.items()},
    }


def _sending(sinks: Mapping[str, Sink], plain: Block, runner: asyncio.Runner) -> dict[str, Step]:
    steps: dict[str, Step] = {}
    for name in ("http", "elasticsearch"):
        sink = sinks[name]
        batch = Batch((sink.encode(plain),) * _BATCH_BLOCKS)
        steps[f"compress for {name}"] = partial(compress, batch.body)
        steps[f"send to {name}"] = partial(_send, runner, sink, batch)
    return steps


def _send(runner: asyncio.Runner, sink: Sink, batch: Batch) -> None:
    runner.run(sink.deliver(batch))


def _open_sinks(bench: Bench, runner: asyncio.Runner) -> dict[str, Sink]:
    """Open every sink there is: those on the network on the receiver, uncompressed."""
    stack = contextlib.AsyncExitStack()
    bench.stack.callback(lambda: runner.run(stack.aclose()))
    secret = bench.fresh() / "secret"
    secret.write_text("secret\n")
    return {name: runner.run(stack.enter_async_context(_opened(bench, name, secret))) for name in names()}


def _opened(bench: Bench, name: str, secret: Path) -> contextlib.AbstractAsyncContextManager[Sink]:
    url = bench.receiver.url
    settings = NETWORK[name][0](url, Secret(path=str(secret))) if name in NETWORK else load(name).Settings()
    return load(name).open_sink(settings, Enrichment(_FIELDS))
