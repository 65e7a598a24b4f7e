import asyncio
import fcntl
import os
from collections import deque
from pathlib import Path

import pytest

from logship.delivery import suspects
from logship.delivery.backoff import RetryPolicy
from logship.delivery.deadletters import DeadLetters, Letter
from logship.delivery.replay import Summary, open_segment, replay
from logship.errors import DeadLetterError
from logship.model import Batch, Limits, Outcome, Status, Verdict
from tests.autojump import autojump
from tests.line_sink import LineSink, block, errored, rejected


@pytest.fixture
def letters(tmp_path: Path) -> DeadLetters:
    """Two dead letters of neighbours, and one of another file."""
    letters = DeadLetters(tmp_path, "s", 1 << 20)
    blocks = [block("one", start=0), block("two", start=4), block("three", start=0, file="g" * 22)]
    letters.put([Letter(each, "mapper_parsing_exception", "words") for each in blocks])
    return letters


async def run(sink: LineSink, letters: DeadLetters) -> Summary:
    """Replay."""
    return await replay("s", sink, letters, RetryPolicy())


def left(tmp_path: Path) -> list[str]:
    """Give the names of the files that hold letters."""
    return sorted(path.name for path in tmp_path.glob("*.ndjson") if path.exists())


@autojump
async def test_all_is_sent_again(letters: DeadLetters, tmp_path: Path) -> None:
    """What the store takes now is gone from the dead letters, under the offsets that it had: they make the ids."""
    sink = LineSink()
    assert await run(sink, letters) == Summary(delivered=3)
    assert sink.stored == ["one", "two", "three"]
    assert [(part.block.file[0], part.block.start, part.block.end) for part in sink.batches[0].parts] == [
        ("f", 0, 8),
        ("g", 0, 6),
    ]
    assert left(tmp_path) == []


@autojump
async def test_duplicates_are_told_apart(letters: DeadLetters) -> None:
    """The summary says what the store had already."""
    sink = LineSink(deque([Outcome(Status.DELIVERED, verdicts=(Verdict(1, Status.DUPLICATE),))]))
    assert await run(sink, letters) == Summary(delivered=2, duplicate=1)


@autojump
async def test_what_is_refused_again_stays(letters: DeadLetters, tmp_path: Path) -> None:
    """It goes back with the new reason, once, and the replay comes to an end."""
    summary = await run(LineSink(otherwise=rejected(1, reason="new_reason")), letters)
    assert summary == Summary(delivered=2, refused=1)
    assert not summary.complete
    assert left(tmp_path) == ["s.ndjson"]
    text = (tmp_path / "s.ndjson").read_text()
    assert '"record":"two"' in text
    assert '"reason":"new_reason"' in text
    assert text.count("\n") == 1


@autojump
async def test_what_is_refused_without_a_name_is_told(letters: DeadLetters) -> None:
    """It is lost, and the summary says so."""
    summary = await run(LineSink(otherwise=Outcome(Status.DELIVERED, "partial_success", unnamed=2)), letters)
    assert summary == Summary(delivered=1, dropped=2)
    assert not summary.complete


@autojump
async def test_everything_refused_does_not_hold(letters: DeadLetters) -> None:
    """A replay is no stream: it does not wait to see whether the setting gets better."""
    assert (await run(LineSink(otherwise=Outcome(Status.REJECTED, "http_400")), letters)).refused == 3
    assert asyncio.get_running_loop().time() == 0


@autojump
async def test_a_store_that_is_down_ends_the_replay(letters: DeadLetters, tmp_path: Path) -> None:
    """After a minute of retries all stays as it was, and the next replay finds it."""
    summary = await run(LineSink(otherwise=errored()), letters)
    assert summary == Summary(left=3, reason="http_503")
    assert asyncio.get_running_loop().time() == 60
    assert left(tmp_path) == ["s.replay-1.ndjson"]
    sink = LineSink()
    assert await run(sink, letters) == Summary(delivered=3)
    assert sink.stored == ["one", "two", "three"]


@autojump
async def test_a_killed_replay_loses_nothing(tmp_path: Path) -> None:
    """Killed between two batches, it has cut off what was sent: the next one sends the rest."""
    letters = DeadLetters(tmp_path, "s", 1 << 24)
    letters.put([Letter(block(f"line{n}", start=n * 100), "r") for n in range(2500)])
    first = LineSink(deque([Outcome(Status.DELIVERED), Outcome(Status.DELIVERED)]), otherwise=errored())
    task = asyncio.create_task(run(first, letters))
    await asyncio.sleep(20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    second = LineSink()
    assert (await run(second, letters)).delivered == 500
    assert sorted(first.stored + second.stored) == sorted(f"line{n}" for n in range(2500))


@autojump
async def test_new_letters_beside_a_replay_are_kept(letters: DeadLetters, tmp_path: Path) -> None:
    """What the daemon puts aside meanwhile is not lost with the taken segment."""

    def answer(_: Batch) -> Outcome:
        letters.put([Letter(block("new", start=50), "r")])
        return Outcome(Status.DELIVERED)

    assert await run(LineSink(otherwise=answer), letters) == Summary(delivered=3)
    assert '"record":"new"' in (tmp_path / "s.ndjson").read_text()


@autojump
async def test_two_replays_at_once(letters: DeadLetters, tmp_path: Path) -> None:
    """The second one leaves the first one's segment alone."""
    [path] = letters.take()
    fd = os.open(path, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        assert await run(LineSink(), letters) == Summary()
    finally:
        os.close(fd)
    assert left(tmp_path) == ["s.replay-1.ndjson"]


@autojump
async def test_a_torn_letter_is_left_out(letters: DeadLetters, tmp_path: Path) -> None:
    """A crash in mid-write: its record was not acknowledged, so the daemon read it again; nothing stops here."""
    with (tmp_path / "s.ndjson").open("ab") as file:
        file.write(b'{"ti\n{"time":"20')
    assert await run(LineSink(), letters) == Summary(delivered=3)
    assert left(tmp_path) == []


@autojump
async def test_a_letter_that_was_edited_into_none_is_kept_and_told(letters: DeadLetters, tmp_path: Path) -> None:
    """An operator who mends records may slip: nothing of it goes without a word."""
    path = tmp_path / "s.ndjson"
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first.replace(b"}", b"]}"), b"\n", b'{"x":1}\n', *others]))
    summary = await run(LineSink(), letters)
    assert (summary, summary.complete) == (Summary(delivered=2, unreadable=2), False)
    assert left(tmp_path) == ["s.unreadable.ndjson"]
    assert (tmp_path / "s.unreadable.ndjson").read_bytes() == first.replace(b"}", b"]}") + b'{"x":1}\n'


@autojump
async def test_more_that_make_the_store_fail_than_may_wait_stop_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goes back with its batch: none of them waits for anything, so all others are sent."""
    monkeypatch.setattr(suspects, "MAX_WAITING", 3)
    letters = DeadLetters(tmp_path, "s", 1 << 20)
    names = ["ok", "ok", "ok", "bad"] * 10
    letters.put([Letter(block(f"{name}{n}", start=n * 10), "r") for n, name in enumerate(names)])
    fails = LineSink(
        otherwise=lambda batch: errored("http_500") if b"BAD" in batch.body else Outcome(Status.DELIVERED),
        limits=Limits(max_records=4),
    )
    assert await run(fails, letters) == Summary(delivered=30, refused=10)
    again = LineSink()
    assert (await run(again, letters)).delivered == 10
    assert sorted(again.stored) == sorted(f"bad{n}" for n in range(3, 40, 4))


@autojump
async def test_letters_that_cannot_go_back_stay(
    letters: DeadLetters, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A full disk in mid-replay: the taken segment keeps what was refused again."""

    def full(_: object) -> tuple[int, int]:
        raise DeadLetterError

    monkeypatch.setattr(letters, "put", full)
    with pytest.raises(DeadLetterError):
        await run(LineSink(otherwise=rejected(0)), letters)
    assert (tmp_path / "s.replay-1.ndjson").read_text().count("\n") == 3


def test_a_segment_is_read_in_bounded_steps(tmp_path: Path) -> None:
    """The last letters come first, at least one, at most as many as the limits say."""
    letters = DeadLetters(tmp_path, "s", 1 << 20)
    letters.put([Letter(block(f"line{n}", start=n * 10), "r") for n in range(5)])
    with open_segment(letters.take()[0]) as segment:
        assert segment is not None
        got, _, count = segment.last(Limits(max_records=2))
        assert ([each.block.start for each in got], count) == ([30, 40], 2)
        segment.cut(count)
        got, _, count = segment.last(Limits(max_bytes=1))
        assert ([each.block.start for each in got], count) == ([20], 1)
        assert segment.left == 3
