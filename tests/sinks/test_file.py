import asyncio
import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.sinks.file.sink import FileSink, Settings, open_sink

DELIVERED = Outcome(Status.DELIVERED)


def batch(sink: FileSink, data: bytes = b'{"n":1}\ntext\n') -> Batch:
    """Give a batch of one block."""
    return Batch((sink.encode(Block(FileId("f" * 22), "a.log", 0, len(data), data, 0, 0.0)),))


def names(folder: Path) -> list[str]:
    """Give the names of the files but the lock's, sorted."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def records(folder: Path) -> list[Any]:
    """Give what is in the finished files."""
    files = sorted(folder.glob("*.ndjson.gz"))
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


async def test_a_batch_is_delivered_once_it_is_on_disk(tmp_path: Path) -> None:
    """The file is named after the pod, and finished at the end."""
    async with open_sink(Settings(path=str(tmp_path)), Enrichment({"k8s.pod.name": "agent-1"})) as sink:
        assert await sink.deliver(batch(sink)) == DELIVERED
        opened = tmp_path / "agent-1.ndjson.gz.open"
        assert len(gzip.decompress(opened.read_bytes()).splitlines()) == 2
    assert [record.get("n", record.get("message")) for record in records(tmp_path)] == [1, "text"]
    assert names(tmp_path)[0].startswith("agent-1-")


async def test_a_name_that_could_lead_elsewhere_is_not_used(tmp_path: Path) -> None:
    """A pod's name is letters, digits and dashes; anything else is not taken for one."""
    async with open_sink(Settings(path=str(tmp_path)), Enrichment({"k8s.pod.name": "../x"})) as sink:
        await sink.deliver(batch(sink))
    assert names(tmp_path)[0].startswith("logship-")


async def test_raw_lines_are_kept_as_they_are(tmp_path: Path) -> None:
    """Without compression they are the file's own bytes."""
    settings = Settings(path=str(tmp_path), compression="none", prefix="p")
    async with open_sink(settings, Enrichment({}, "raw")) as sink:
        await sink.deliver(batch(sink, b"\xff\x00a\nb\n"))
    [name] = [name for name in names(tmp_path) if name.endswith(".ndjson")]
    assert (tmp_path / name).read_bytes() == b"\xff\x00a\nb\n"


async def test_a_folder_that_cannot_be_written_keeps_the_data(tmp_path: Path) -> None:
    """It is no wrong setting of the sink's; once the folder is mended, the same batch is delivered."""
    (tmp_path / "logs").write_text("a file")
    async with open_sink(Settings(path=str(tmp_path / "logs")), Enrichment({})) as sink:
        one = batch(sink)
        outcome = await sink.deliver(one)
        assert (outcome.status, outcome.fault) == (Status.ERRORED, False)
        (tmp_path / "logs").unlink()
        assert await sink.deliver(one) == DELIVERED
    assert len(records(tmp_path / "logs")) == 2


async def test_a_folder_that_went_away_is_made_again(tmp_path: Path) -> None:
    """With a new file, at the latest when the open one should get its name."""
    folder = tmp_path / "logs"
    times = iter([0.0, 5000.0, 5001.0])
    async with open_sink(Settings(path=str(folder)), Enrichment({}), clock=lambda: next(times)) as sink:
        one = batch(sink)
        assert await sink.deliver(one) == DELIVERED
        shutil.rmtree(folder)
        assert (await sink.deliver(one)).status is Status.ERRORED
        assert await sink.deliver(one) == DELIVERED
    assert len(records(folder)) == 2


async def test_two_daemons_never_share_a_file(tmp_path: Path) -> None:
    """The second says so and keeps its data; check says it too."""
    settings = Settings(path=str(tmp_path), prefix="p")
    async with open_sink(settings, Enrichment({})) as first, open_sink(settings, Enrichment({})) as second:
        await first.deliver(batch(first))
        outcome = await second.deliver(batch(second))
        assert (outcome.reason, outcome.fault) == ("in_use", True)
        findings = await second.preflight(send=True)
    assert [finding.good for finding in findings] == [True, False]


async def test_a_quiet_file_is_finished_when_it_is_old(tmp_path: Path) -> None:
    """Whoever waits for finished files gets it, although nothing more is logged."""
    async with open_sink(Settings(path=str(tmp_path), max_seconds=0), Enrichment({})) as sink:
        assert await sink.deliver(batch(sink)) == DELIVERED
        async with asyncio.timeout(30):
            while any(name.endswith(".open") for name in names(tmp_path)):  # noqa: ASYNC110 - a thread renames it
                await asyncio.sleep(0)
        assert len(records(tmp_path)) == 2


async def test_check_says_whether_the_folder_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made by looking."""
    (tmp_path / "file").write_text("")

    async def message(path: Path) -> str:
        async with open_sink(Settings(path=str(path)), Enrichment({})) as sink:
            [finding] = await sink.preflight(send=False)
            return f"{finding.good} {finding.message}"

    assert await message(tmp_path) == f"True {tmp_path} can be written"
    assert await message(tmp_path / "a" / "b") == f"True {tmp_path}/a/b is not there yet: it will be made"
    for path in (tmp_path / "file", tmp_path / "file" / "a"):
        assert await message(path) == f"False {tmp_path}/file is no folder: set FILE_PATH to one"
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    assert (await message(tmp_path / "a")).startswith(f"False {tmp_path} can't be written by user ")
    assert not (tmp_path / "a").exists()


def test_bad_settings_are_faults() -> None:
    """Said before the start."""
    assert Settings(path="logs").check() == ["PATH is not absolute; write it from / on"]
    assert len(Settings(path="/x", prefix="a/b").check()) == 1
    assert Settings(path="/x", prefix="a").check() == []
