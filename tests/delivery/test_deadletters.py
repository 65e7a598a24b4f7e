import base64
import fcntl
import json
import os
import stat
import threading
from pathlib import Path

import pytest

from logship.delivery.deadletters import DeadLetters, Letter, count_letters, decode_letter
from logship.errors import DeadLetterError
from logship.model import Block, FileId, LineState

FILE = FileId("f" * 22)


def letter(
    data: bytes = b'{"a":"x"}\n', start: int = 7, reason: str = "mapper_parsing_exception", name: str = "a.log"
) -> Letter:
    """Give a letter of one line."""
    return Letter(Block(FILE, name, start, start + len(data), data, 123, 0.0), reason, "the store's words")


def lines(path: Path) -> list[dict[str, object]]:
    """Read a segment as anybody would."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_letter_is_one_line_for_people_and_tools(tmp_path: Path) -> None:
    """Each letter says which record of which sink it is, why it was refused and when, and has its text."""
    assert DeadLetters(tmp_path / "dead-letter", "es", 1 << 20).put([letter()]) == (0, 0)
    [found] = lines(tmp_path / "dead-letter" / "es.ndjson")
    assert found.pop("time")
    assert found == {
        "sink": "es",
        "status": "rejected",
        "reason": "mapper_parsing_exception",
        "detail": "the store's words",
        "file": FILE,
        "name": "a.log",
        "offset": 7,
        "end": 17,
        "time_ns": 123,
        "record": '{"a":"x"}',
    }


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """Dead letters hold log content: nobody else on the machine may read them."""
    DeadLetters(tmp_path / "dead-letter", "es", 1 << 20).put([letter()])
    assert stat.S_IMODE((tmp_path / "dead-letter" / "es.ndjson").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "dead-letter").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "block",
    [
        Block(FILE, "a.log", 7, 11, b"abc\n", 5, 0.0),
        Block(FILE, "a.log", 7, 10, b"abc", 5, 0.0, ("partial",), after=LineState.PARTIAL),
        Block(FILE, "a.log", 7, 12, b"\xff\xfe\x00a\n", 5, 0.0),
        Block(FILE, os.fsdecode(b"caf\xe9.log"), 0, 3, b"\r\r\n", 5, 0.0, ("truncated", "continuation")),
        Block(FILE, "a.log", 7, 11, b"abc\n", 5, 0.0, path=os.fsdecode(b"/caf\xe9/a.log")),
        Block(FILE, "\u2028 \u00e9.log", 0, 7, "\u2028\u00e9x\n".encode(), 5, 0.0),
        Block(FILE, "a.log", 7, 11, b"a\nb\n", 5, 0.0, joins=((7, 11),)),
    ],
    ids=["plain", "no newline", "not UTF-8", "odd name", "odd path", "line separators", "several lines"],
)
def test_a_letter_comes_back_as_it_was(tmp_path: Path, block: Block) -> None:
    """A replay sends the same bytes under the same id, whatever the record and its file's name hold."""
    DeadLetters(tmp_path, "es", 1 << 20).put([Letter(block, "r", "d", "errored")])
    [line] = (tmp_path / "es.ndjson").read_bytes().split(b"\n")[:-1]
    assert decode_letter(line) == Letter(block, "r", "d", "errored")


def test_bytes_that_are_no_text_are_base64(tmp_path: Path) -> None:
    """The file stays valid JSON, and the record is complete."""
    DeadLetters(tmp_path, "es", 1 << 20).put([letter(b"\xff\n")])
    [found] = lines(tmp_path / "es.ndjson")
    assert base64.b64decode(str(found["record_base64"])) == b"\xff"
    assert "record" not in found


@pytest.mark.parametrize("line", [b'{"sink":"\xe9"}', b'{"x":' + b"[" * 100_000], ids=["no text", "deep"])
def test_a_line_that_cannot_be_read_is_no_letter(line: bytes) -> None:
    """Whatever was written into the file by hand."""
    assert decode_letter(line) is None


def test_a_torn_last_line_spoils_nothing(tmp_path: Path) -> None:
    """After a crash in mid-write the next letter begins on a line of its own; the torn one is left out."""
    letters = DeadLetters(tmp_path, "es", 1 << 20)
    letters.put([letter()])
    with (tmp_path / "es.ndjson").open("ab") as file:
        file.write(b'{"time":"2026-')
    letters.put([letter(start=99)])
    found = [decode_letter(line) for line in (tmp_path / "es.ndjson").read_bytes().splitlines()]
    assert [each and each.block.start for each in found] == [7, None, 99]
    assert count_letters(tmp_path / "es.ndjson") == (2, 20)


def test_the_oldest_go_and_are_counted(tmp_path: Path) -> None:
    """The files never pass the bound; what had to go is told in records and file bytes; the newest stay."""
    letters = DeadLetters(tmp_path, "es", 20_000)
    gone_records = gone_bytes = 0
    for start in range(0, 2000, 10):
        records, nbytes = letters.put([letter(start=start)])
        gone_records, gone_bytes = gone_records + records, gone_bytes + nbytes
        assert sum(path.stat().st_size for path in tmp_path.glob("*.ndjson")) <= 20_000
    kept = [*lines(tmp_path / "es.1.ndjson"), *lines(tmp_path / "es.ndjson")]
    assert [each["offset"] for each in kept] == list(range(gone_records * 10, 2000, 10))
    assert len(kept) > 40
    assert gone_bytes == gone_records * 10 > 0


def test_a_put_larger_than_the_bound(tmp_path: Path) -> None:
    """One call may bring more than the files can hold: its own oldest go, and are counted."""
    letters = DeadLetters(tmp_path, "es", 20_000)
    records, _ = letters.put([letter(start=start) for start in range(0, 2000, 10)])
    kept = [*lines(tmp_path / "es.1.ndjson"), *lines(tmp_path / "es.ndjson")]
    assert len(kept) + records == 200
    assert kept[-1]["offset"] == 1990


def test_a_letter_larger_than_the_bound_is_kept(tmp_path: Path) -> None:
    """A single huge record is not lost for its size alone."""
    letters = DeadLetters(tmp_path, "es", 1000)
    assert letters.put([letter(b"x" * 5000 + b"\n")]) == (0, 0)
    assert len(lines(tmp_path / "es.ndjson")) == 1


def test_no_room_at_all(tmp_path: Path) -> None:
    """With a bound of 0 nothing is written, and all is counted as gone."""
    assert DeadLetters(tmp_path / "none", "es", 0).put([letter(), letter()]) == (2, 20)
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The caller must know, so that it holds the sink."""
    (tmp_path / "dead-letter").write_text("a file is in the way")
    with pytest.raises(DeadLetterError):
        DeadLetters(tmp_path / "dead-letter", "es", 1 << 20).put([letter()])


def test_a_failed_write_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: what was written of the line is taken back, and a repeat writes it once."""
    letters = DeadLetters(tmp_path, "es", 1 << 20)
    letters.put([letter()])
    before = (tmp_path / "es.ndjson").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _full)
        with pytest.raises(DeadLetterError):
            letters.put([letter(start=50)])
    assert (tmp_path / "es.ndjson").read_bytes() == before
    letters.put([letter(start=50)])
    assert [each["offset"] for each in lines(tmp_path / "es.ndjson")] == [7, 50]


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_take_gives_all_and_lets_the_daemon_go_on(tmp_path: Path) -> None:
    """Both segments are renamed, oldest first; new letters go to a new file; another take gives the old ones again."""
    letters = DeadLetters(tmp_path, "es", 1 << 20)
    letters.put([letter(start=1)])
    (tmp_path / "es.ndjson").rename(tmp_path / "es.1.ndjson")
    letters.put([letter(start=2)])
    taken = letters.take()
    assert [lines(path)[0]["offset"] for path in taken] == [1, 2]
    letters.put([letter(start=3)])
    assert [lines(path)[0]["offset"] for path in letters.take()] == [1, 2, 3]


def test_take_of_nothing(tmp_path: Path) -> None:
    """A sink without dead letters makes no folder."""
    assert DeadLetters(tmp_path / "none", "es", 1 << 20).take() == []
    assert not (tmp_path / "none").exists()


def test_taking_while_the_daemon_writes_loses_nothing(tmp_path: Path) -> None:
    """A segment is complete once it is taken: no letter is added to it afterwards, and none is lost."""
    letters, other = DeadLetters(tmp_path, "es", 1 << 24), DeadLetters(tmp_path, "es", 1 << 24)
    writer = threading.Thread(target=lambda: [letters.put([letter(start=start)]) for start in range(200)])
    writer.start()
    sizes: dict[Path, int] = {}
    while writer.is_alive():
        for path in other.take():
            assert sizes.setdefault(path, path.stat().st_size) == path.stat().st_size
    writer.join()
    found = [each["offset"] for path in other.take() for each in lines(path)]
    assert found == list(range(200))


def test_what_a_killed_replay_left_counts_for_the_bound(tmp_path: Path) -> None:
    """Leftovers of a replay are the oldest letters, and go first; those of a running one stay."""
    letters = DeadLetters(tmp_path, "es", 20_000)
    letters.put([letter(start=start) for start in range(0, 400, 10)])
    [killed] = letters.take()
    letters.put([letter(start=start) for start in range(400, 800, 10)])
    running = letters.take()[-1]
    fd = os.open(running, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    gone, _ = letters.put([letter(start=start) for start in range(800, 1600, 10)])
    os.close(fd)
    assert gone == 40
    assert not killed.exists()
    assert running.exists()
    assert [each["offset"] for path in letters.take() for each in lines(path)] == list(range(400, 1600, 10))


def test_a_folder_that_cannot_be_taken_from_is_an_error(tmp_path: Path) -> None:
    """A replay says so instead of finding nothing."""
    DeadLetters(tmp_path, "es", 1 << 20).put([letter()])
    (tmp_path / "es.lock").unlink()
    (tmp_path / "es.lock").mkdir()
    with pytest.raises(DeadLetterError):
        DeadLetters(tmp_path, "es", 1 << 20).take()
