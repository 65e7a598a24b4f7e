import json
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logship.files.joining import Joining
from logship.model import Block, FileId
from logship.records.encoding import BlockEncoder
from logship.records.enrichment import Enrichment
from logship.records.framing import Frame
from logship.records.joining import Joined, More
from logship.records.layouts import Lines
from logship.records.runtime_lines import RuntimeLines

AT = b"2026-11-27T10:00:00.123456789Z stdout "


def lines(*tags: str, end: bytes = b"\n") -> bytes:
    """Give a line of CRI for each tag."""
    return b"".join(AT + tag.encode() + b" x" + end for tag in tags)


SIZE = len(lines("P"))


def cri(multiline: str = "off", max_lines: int = 1000, max_bytes: int = 1 << 20) -> RuntimeLines:
    """Put lines of CRI together."""
    return joins("cri", multiline, max_lines, max_bytes)


def joins(parse: str, multiline: str = "auto", max_lines: int = 1000, max_bytes: int = 1 << 20) -> RuntimeLines:
    """Join what a runtime wrote."""
    found = Joining.by(multiline, parse, max_lines, max_bytes, 1.0)
    assert found
    assert found.runtime
    return found.runtime


def join(runtime: RuntimeLines, data: bytes, start: int, more: More, state: str = "") -> Joined:
    """Join lines whose generation begins with them."""
    return runtime.join(data, start, more, form=runtime.learn(data), state=state, noted="")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_line_that_goes_on_is_held_back_until_the_next_is_there(end: bytes) -> None:
    """Behind it, all records before it leave."""
    size = len(lines("P", end=end))
    data = lines("F", "P", "P", "F", "P", end=end)
    found = join(cri(), data, 1000, More.MAYBE)
    ((start, stop),) = found.frames[0].joins
    assert [(frame.start, frame.end, frame.data) for frame in found.frames] == [
        (1000, 1000 + 4 * size, lines("F", "P", "P", "F", end=end))
    ]
    assert (start, stop, found.held) == (1000 + size, 1000 + 4 * size, 1000 + 4 * size)


def test_where_it_is_not_waited_for_is_noted() -> None:
    """Unless that is known, or nothing can follow."""
    for more, cuts in ((More.LATE, ((3 * SIZE, ""),)), (More.NOTED, ()), (More.NEVER, ())):
        found = join(cri(), lines("F", "P", "P"), 0, more)
        assert [(frame.end, frame.joins, frame.cuts) for frame in found.frames] == [
            (3 * SIZE, ((SIZE, 3 * SIZE),), cuts)
        ]
        assert found.held == 3 * SIZE


@pytest.mark.parametrize(("most", "nbytes"), [(2, 1 << 20), (1000, 2 * SIZE), (1000, 3 * SIZE - 1)])
def test_a_record_is_bounded(most: int, nbytes: int) -> None:
    """What is beyond is a record of its own."""
    found = join(cri("off", most, nbytes), lines("P", "P", "P", "P", "F", "F"), 0, More.MAYBE)
    assert [(frame.start, frame.end, frame.joins) for frame in found.frames] == [
        (0, 2 * SIZE, ((0, 2 * SIZE),)),
        (2 * SIZE, 4 * SIZE, ((2 * SIZE, 4 * SIZE),)),
        (4 * SIZE, 6 * SIZE, ()),
    ]


def test_a_line_alone_over_the_limit_stands_by_itself() -> None:
    """There is always one line in a record."""
    found = join(cri("off", max_bytes=1), lines("P", "F"), 0, More.MAYBE)
    assert [(frame.start, frame.end) for frame in found.frames] == [(0, SIZE), (SIZE, 2 * SIZE)]


def test_a_last_line_without_newline_is_left() -> None:
    """It may yet grow."""
    found = join(cri(), lines("F") + AT, 0, More.LATE)
    assert [(frame.start, frame.end) for frame in found.frames] == [(0, SIZE)]
    assert found.held == SIZE
    assert join(cri(), AT, 0, More.LATE) == ([], 0, False)


def wrapped(parse: str, *texts: str) -> list[bytes]:
    """Give lines of a runtime around texts; a stream stands before each text, and ``P`` behind it where it goes on."""
    found = []
    for number, line in enumerate(texts):
        head, _, text = line.partition(" ")
        stream, _, part = head.partition(":")
        at = f"2026-11-27T10:00:00.{number:09}Z"
        if parse == "cri":
            found.append(f"{at} {stream} {part or 'F'} {text}\n".encode())
        else:
            log = text if part else text + "\n"
            found.append(json.dumps({"log": log, "stream": stream, "time": at}).encode() + b"\n")
    return found


def records(runtime: RuntimeLines, found: list[bytes], more: More = More.LATE) -> list[list[int]]:
    """Give the numbers of the lines of each record."""
    data = b"".join(found)
    frames = join(runtime, data, 0, more).frames
    assert b"".join(frame.data for frame in frames) == data[: frames[-1].end]
    joined = {start: end for frame in frames for start, end in frame.joins}
    result: list[list[int]] = []
    at, until = 0, 0
    for number, line in enumerate(found):
        if at >= frames[-1].end:
            break
        if at >= until:
            result.append([])
            until = joined.get(at, at + len(line))
        result[-1].append(number)
        at += len(line)
    return result


TRACE = (
    "stderr Traceback (most recent call last):",
    'stderr   File "/app.py", line 3, in <module>',
    "stderr     x()",
    "stderr ValueError: disk is full",
)


PIECES = [*(text.partition(" ")[2] for text in TRACE), "ready", "{", '  "a": 1', "}", '{"a":1}', "", " x"]


@pytest.mark.parametrize("parse", ["cri", "docker"])
@pytest.mark.parametrize("rule", ["auto", "python", "python,java"])
def test_a_stack_trace_of_many_lines_is_one_record(parse: str, rule: str) -> None:
    """As a kubelet writes what Python printed; lines before and behind it are records of their own."""
    found = wrapped(parse, 'stdout {"a":1}', "stdout ready", *TRACE, "stdout ready", 'stdout {"a":2}')
    assert records(joins(parse, rule), found) == [[0], [1], [2, 3, 4, 5], [6], [7]]
    assert records(joins(parse, "off"), found) == [[at] for at in range(8)]


@pytest.mark.parametrize("parse", ["cri", "docker"])
def test_a_time_stamp_within_the_text_begins_a_record(parse: str) -> None:
    """It is learned from the texts, and a part that goes on is more of its line."""
    head = "2026-11-27 10:00:00,123 ERROR app: "
    found = wrapped(
        parse, f"stderr {head}one", "stderr two", "stderr ", "stderr:P thr", "stderr ee", f"stderr {head}four"
    )
    assert records(joins(parse), found) == [[0, 1, 2, 3, 4], [5]]
    assert records(joins(parse), found, More.MAYBE) == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize("parse", ["cri", "docker"])
def test_nothing_goes_on_with_what_the_other_stream_wrote(parse: str) -> None:
    """Neither a stack trace nor a part of a line."""
    found = wrapped(parse, *TRACE[:2], "stdout   ready", "stderr:P ab", "stdout cd")
    assert records(joins(parse), found) == [[0, 1], [2], [3], [4]]


def test_what_goes_on_behind_a_cut_is_its_streams() -> None:
    """The state is noted with the stream; a line of the other one is a record."""
    runtime = joins("cri")
    found = wrapped("cri", *TRACE)
    (frame,) = join(runtime, b"".join(found[:3]), 0, More.LATE).frames
    ((at, word),) = frame.cuts
    for stream, flags in (("stderr", ("continuation",)), ("stdout", ())):
        (line,) = wrapped("cri", f"{stream}     y()")
        (rest,) = join(runtime, line, at, More.LATE, word).frames
        assert rest.flags == flags


@pytest.mark.parametrize("parse", ["cri", "docker"])
def test_a_start_is_asked_of_the_text(parse: str) -> None:
    """And holds over reads, as any rule does."""
    found = wrapped(parse, "stdout > one", "stdout two", "stdout:P > thr", "stdout ee", "stdout four", "stdout > five")
    runtime = joins(parse, "start:^> ")
    assert records(runtime, found) == [[0, 1], [2, 3, 4], [5]]
    assert runtime.knows(found[0][:-1])
    assert not runtime.knows(found[1][:-1])


@pytest.mark.parametrize("parse", ["cri", "docker"])
def test_what_was_joined_is_unwrapped_to_one_text(parse: str) -> None:
    """With the time of its first line; an object over several lines has its fields; the rest of a cut one is read."""
    made = BlockEncoder(Enrichment({}, parse=parse), Lines())
    runtime = joins(parse)
    found = wrapped(parse, *TRACE, "stdout {", 'stdout   "a": 1,', 'stdout   "level": "warn"', "stdout }")
    (frame,) = join(runtime, b"".join(found), 0, More.NEVER).frames
    trace, pretty = map(json.loads, made.encode(block(frame)).body.splitlines())
    assert trace["message"] == "\n".join(text.partition(" ")[2] for text in TRACE)
    assert (trace["@timestamp"], trace["stream"]) == ("2026-11-27T10:00:00.000000000Z", "stderr")
    assert (pretty["a"], pretty["level"], pretty["stream"]) == (1, "warn", "stdout")
    (rest,) = wrapped(parse, "stderr     y()")
    (frame,) = join(runtime, rest, 100, More.NEVER, "stderr tb").frames
    body = json.loads(made.encode(block(frame)).body)
    assert (body["message"], body["log.flags"]) == ("    y()", ["continuation"])


@given(
    st.lists(st.tuples(st.sampled_from(["stdout", "stdout:P", "stderr"]), st.sampled_from(PIECES)), max_size=24),
    st.sampled_from([2, 3, 1000]),
    st.sampled_from(list(More)),
)
def test_what_is_joined_is_in_order_and_apart(written: list[tuple[str, str]], most: int, more: More) -> None:
    """A line that goes on is in the record of the next one, whether or not texts are joined there, and once only."""
    found = wrapped("cri", *(f"{head} {text}" for head, text in written))
    ends = [0, *accumulate(map(len, found))]
    frames = join(joins("cri", max_lines=most), b"".join(found), 0, more).frames
    joined = [each for frame in frames for each in frame.joins]
    assert all(start < end <= after for (start, end), (after, _) in pairwise([*joined, (ends[-1], 0)]))
    assert {each for pair in joined for each in pair} <= {*ends}
    inner = {at for start, end in joined for at in ends if start < at < end}
    for at, (head, _) in enumerate(written[:-1]):
        follows = head == "stdout:P" and written[at + 1][0] != "stderr" and most > len(written)
        assert not follows or ends[at + 1] in inner or ends[at + 2] > (frames[-1].end if frames else 0)


@pytest.mark.timeout(60)
def test_many_parts_cost_no_square() -> None:
    """Of one frame, or in a frame each: each held against all before it, and all in each frame, took minutes."""
    whole = b"".join(wrapped("cri", "stdout:P a", "stdout b"))
    (frame,) = join(joins("cri"), whole * 40_000, 0, More.LATE).frames
    assert len(frame.joins) == 40_000
    cut = b"".join(wrapped("cri", TRACE[0], "stderr:P   x", "stderr   y", "stderr   z", "stderr   w"))
    frames = join(joins("cri", max_lines=3), cut * 10_000, 0, More.LATE).frames
    assert (len(frames), sum(len(frame.joins) for frame in frames)) == (15_000, 15_000)


def block(frame: Frame) -> Block:
    """Give the block of a frame."""
    return Block(FileId("f"), "a", frame.start, frame.end, frame.data, 0, 0.0, frame.flags, joins=frame.joins)
