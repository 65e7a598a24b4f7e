import json
import random
from collections import Counter
from typing import Any

import pytest

from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.layouts import Lines
from logship.records.sampling import fraction, share_faults

LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical")


def block(records: list[dict[str, Any]], file: str = "AbCdEfGhIjKlMnOpQrStUv", start: int = 0) -> Block:
    """Make a block of records."""
    data = b"".join(json.dumps(each).encode() + b"\n" for each in records)
    return Block(FileId(file), "app.log", start, start + len(data), data, 10**18, 0.0)


def encoder(when: str = "", **shares: float) -> BlockEncoder:
    """Make an encoder that keeps a sample."""
    return BlockEncoder(Enrichment({}, sample=shares), Lines(), when)


def sent(made: BlockEncoder, one: Block) -> list[dict[str, Any]]:
    """Give what is sent of a block."""
    return [json.loads(line) for line in made.encode(one).body.splitlines()]


def test_a_share_of_each_level_is_kept_and_the_others_are_counted() -> None:
    """A name covers its level's band up to the next that is named; what has no level is kept."""
    records = [{"level": level, "n": n} for n in range(3000) for level in LEVELS] + [{"n": 1}] * 100
    made, one = encoder(info=0.1, notice=0.5, debug=0), block(records)
    encoded = made.encode(one)
    kept = Counter(record.get("level", "") for record in sent(made, one))
    assert {name: kept[name] for name in ("trace", "debug", "warning", "error", "critical", "")} == {
        **dict.fromkeys(("trace", "warning", "error", "critical"), 3000),
        "debug": 0,
        "": 100,
    }
    assert 200 < kept["info"] < 400
    assert 1300 < kept["notice"] < 1700
    ((reason, count, nbytes),) = encoded.tally.filtered
    assert (reason, count) == ("sampled", len(records) - encoded.records)
    assert nbytes == sum(len(line) + 1 for line in one.data.splitlines()) - sum(
        each.end - each.start for each in made.records(one)
    )


def test_a_repeat_decides_alike_however_the_reads_fall() -> None:
    """Each record by itself, in other company, beside a line that is odd: the same are sent."""
    records = [{"level": "info", "n": n} for n in range(500)]
    made, one = encoder(info=0.3), block(records)
    alone = [json.loads(made.encode(each).body)["n"] for each in made.records(one)]
    assert [record["n"] for record in sent(made, one)] == alone
    half = len(b"".join(one.data.splitlines(keepends=True)[:250]))
    second = Block(one.file, one.name, half, one.end, one.data[half:], one.time_ns, 0.0)
    assert [record["n"] for record in sent(encoder(info=0.3), second)] == [n for n in alone if n >= 250]
    odd = Block(one.file, one.name, 0, one.end + 5, one.data + b"text\n", one.time_ns, 0.0)
    assert [record["n"] for record in sent(encoder(info=0.3), odd) if "n" in record] == alone
    assert [record["n"] for record in sent(made, block(records, file="x" * 22))] != alone


def test_a_trace_is_kept_or_left_out_as_a_whole() -> None:
    """In every file and pod, and wherever a logger writes it."""
    traces = [f"{random.Random(n).getrandbits(128):032x}" for n in range(300)]
    first = [{"level": "info", "trace_id": trace} for trace in traces]
    second = [{"level": "info", "mdc": {"traceId": trace.upper()}} for trace in reversed(traces)]
    kept = {record["trace_id"] for record in sent(encoder(info=0.5), block(first))}
    assert kept == {record["mdc"]["traceId"].lower() for record in sent(encoder(info=0.5), block(second, "y" * 22, 77))}
    assert 100 < len(kept) < 200
    assert {record["trace_id"] for record in sent(encoder(info=0.1), block(first))} < kept


def test_what_a_condition_left_out_is_not_sampled_too() -> None:
    """Each record has one reason."""
    records = [{"level": level} for level in ("debug", "info", "error")] * 100 + [{}]
    encoded = encoder("level>=info", info=0, error=1).encode(block(records))
    assert {reason: count for reason, count, _ in encoded.tally.filtered} == {
        "condition": 100,
        "no_level": 1,
        "sampled": 100,
    }
    assert encoded.records == 100


@pytest.mark.parametrize("step", [1, 100, 4096])
def test_ids_in_a_row_are_spread_evenly(step: int) -> None:
    """Lines of one length have offsets that are multiples of it."""
    for share in (0.1, 0.5, 0.9):
        kept = sum(fraction(b"AbCdEfGhIjKlMnOpQrStUv-%d" % (n * step)) < share for n in range(20_000))
        assert abs(kept / 20_000 - share) < 0.015


def test_wrong_shares_are_named() -> None:
    """With what to write."""
    assert share_faults({"info": 0.1, "DEBUG": 0, "warn": 1}) == []
    assert share_faults({"inof": 0.1}) == ["has 'inof', which is no level; write info=0.1,debug=0"]
    assert share_faults({"warn": 0.1, "info": 1, "Warning": 0.2}) == [
        "has 'warn' and 'Warning', which are one level; write one of them"
    ]
    assert share_faults({"info": 10}) == ["has 10 for info; write a share from 0 to 1"]
    assert share_faults({"info": float("nan")}) == ["has nan for info; write a share from 0 to 1"]
