import asyncio
import errno
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from logship.errors import SinkClosedError
from logship.model import Batch, Block, FileId, Outcome, Status
from logship.records.enrichment import Enrichment
from logship.sinks.stdout import Settings, StdoutSink, open_sink

DELIVERED = Outcome(Status.DELIVERED)
RAW = Enrichment({}, "raw")
F_SETPIPE_SZ = 1031


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give a pipe that takes 4 KiB: (read end, write end)."""
    ends = os.pipe()
    fcntl.fcntl(ends[1], F_SETPIPE_SZ, 4096)
    yield ends
    for fd in ends:
        try:
            os.close(fd)
        except OSError as error:
            assert error.errno == errno.EBADF  # noqa: PT017 - a test closed it


def batch(sink: StdoutSink, data: bytes) -> Batch:
    """Give a batch of one block."""
    return Batch((sink.encode(Block(FileId("f" * 22), "a.log", 0, len(data), data, 0, 0.0)),))


def read_all(fd: int, size: int) -> bytes:
    """Read so many bytes, waiting for them."""
    data = b""
    while len(data) < size:
        data += os.read(fd, size - len(data))
    return data


async def test_records_with_their_prefix(pipe: tuple[int, int]) -> None:
    """Each record is a JSON line behind the prefix."""
    async with open_sink(Settings(prefix="collected: "), Enrichment({"a": 1}), pipe[1]) as sink:
        assert await sink.deliver(batch(sink, b'{"n":1}\ntext\n')) == DELIVERED
    lines = os.read(pipe[0], 4096).splitlines()
    assert all(line.startswith(b"collected: ") for line in lines)
    assert [json.loads(line[11:])["a"] for line in lines] == [1, 1]


async def test_raw_bytes_as_they_are(pipe: tuple[int, int]) -> None:
    """With LOGSHIP_FORMAT=raw nothing is added but the prefix."""
    async with open_sink(Settings(), RAW, pipe[1]) as sink:
        await sink.deliver(batch(sink, b"\xff odd\n{}\n"))
    assert os.read(pipe[0], 4096) == b"\xff odd\n{}\n"


async def test_one_write_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is one write call, so that others who write to the same file do not get between its lines."""
    calls: list[int] = []
    write = os.write

    def counted(fd: int, data: memoryview) -> int:
        calls.append(len(data))
        return write(fd, data)

    monkeypatch.setattr(os, "write", counted)
    fd = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    async with open_sink(Settings(), RAW, fd) as sink:
        await sink.deliver(batch(sink, b"line\n" * 200_000))
    os.close(fd)
    assert calls == [1_000_000]


@pytest.mark.parametrize("nonblocking", [False, True], ids=["blocking", "made non-blocking by somebody else"])
async def test_a_full_pipe_is_back_pressure(pipe: tuple[int, int], *, nonblocking: bool) -> None:
    """The delivery waits for the reader, without busy looping over EAGAIN or an error, and the loop goes on."""
    os.set_blocking(pipe[1], not nonblocking)
    data = b"x" * 99 + b"\n"
    async with open_sink(Settings(), RAW, pipe[1]) as sink:
        task = asyncio.create_task(sink.deliver(batch(sink, data * 1000)))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not task.done()
        assert await asyncio.to_thread(read_all, pipe[0], 100_000) == data * 1000
        assert await task == DELIVERED
    assert os.get_blocking(pipe[1]) is not nonblocking, "the mode belongs to all who share the file"


async def test_a_timed_out_write_goes_on_where_it_stopped(pipe: tuple[int, int]) -> None:
    """An attempt that was given up in mid-write is neither torn nor repeated by the next one."""
    async with open_sink(Settings(), RAW, pipe[1]) as sink:
        first, second = batch(sink, b"a" * 50_000 + b"\n"), batch(sink, b"b\n")
        for _ in range(3):
            task = asyncio.create_task(sink.deliver(first))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        reading = asyncio.create_task(asyncio.to_thread(read_all, pipe[0], 50_003))
        assert await sink.deliver(first) == DELIVERED
        assert await sink.deliver(second) == DELIVERED
        assert await reading == b"a" * 50_000 + b"\nb\n"


async def test_another_batch_after_a_given_up_one(pipe: tuple[int, int]) -> None:
    """If the batch is not given again, its write still ends before the next one begins."""
    async with open_sink(Settings(), RAW, pipe[1]) as sink:
        task = asyncio.create_task(sink.deliver(batch(sink, b"a" * 50_000 + b"\n")))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        reading = asyncio.create_task(asyncio.to_thread(read_all, pipe[0], 50_003))
        assert await sink.deliver(batch(sink, b"b\n")) == DELIVERED
        assert await reading == b"a" * 50_000 + b"\nb\n"


async def test_a_closed_reader_ends_the_sink(pipe: tuple[int, int]) -> None:
    """Nobody will ever read: that is for the program to end on."""
    os.close(pipe[0])
    async with open_sink(Settings(), RAW, pipe[1]) as sink:
        with pytest.raises(SinkClosedError):
            await sink.deliver(batch(sink, b"a\n"))


async def test_a_full_disk_is_an_error_to_repeat() -> None:
    """Standard output may be a file."""
    fd = os.open("/dev/full", os.O_WRONLY)
    async with open_sink(Settings(), RAW, fd) as sink:
        outcome = await sink.deliver(batch(sink, b"a\n"))
    os.close(fd)
    assert (outcome.status, outcome.reason) == (Status.ERRORED, "write_failed")


async def test_preflight(pipe: tuple[int, int]) -> None:
    """A descriptor that is not open for writing is found."""
    async with open_sink(Settings(), RAW, pipe[1]) as sink:
        assert (await sink.preflight(send=True))[0].good
    async with open_sink(Settings(), RAW, pipe[0]) as sink:
        assert not (await sink.preflight(send=True))[0].good
