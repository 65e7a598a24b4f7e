"""Did each line arrive? Every sequence number of every writer once, whole, in order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

LINE_BYTES = 110
"""What :func:`line` comes to on average, about."""


def pad_of(writer: str, number: int) -> str:
    """Give what a line is filled up with: a different text for each, so that parts of two lines never make one."""
    text = f"{writer}-{number}-"
    length = 30 + number * 7919 % 90
    return (text * (length // len(text) + 1))[:length]


def line(writer: str, number: int) -> bytes:
    """Give a line as all writers write it, between 65 and 170 bytes."""
    return b'{"writer":"%b","seq":%d,"pad":"%b"}\n' % (writer.encode(), number, pad_of(writer, number).encode())


def _shown(numbers: Sequence[int]) -> str:
    few = ", ".join(map(str, numbers[:8]))
    return f"{len(numbers)} ({few}{', …' if len(numbers) > 8 else ''})"


def faults(
    records: Iterable[Mapping[str, Any]],
    expected: Mapping[str, int],
    *,
    ordered: bool = True,
    repeats: bool = False,
) -> list[str]:
    """Say what is wrong with what arrived, a line each: ``expected`` gives each writer's number of lines, from 0.

    Torn lines, lines of nobody, lines missing, twice (unless ``repeats``) or out of order (the first time they came).
    """
    arrived: dict[str, list[int]] = defaultdict(list)
    odd: list[str] = []
    for record in records:
        writer, number = record.get("writer"), record.get("seq")
        if isinstance(writer, str) and isinstance(number, int) and record.get("pad") == pad_of(writer, number):
            arrived[writer].append(number)
        else:
            odd.append(str(dict(record))[:300])
    found = [f"{len(odd)} records are no whole line of a writer, such as {odd[0]}"] if odd else []
    found += [f"{writer}: nobody wrote that" for writer in arrived.keys() - expected.keys()]
    for writer, lines in expected.items():
        found += [f"{writer}: {fault}" for fault in _faults_of_one(arrived[writer], lines, ordered, repeats)]
    return found


def _faults_of_one(numbers: list[int], lines: int, ordered: bool, repeats: bool) -> list[str]:  # noqa: FBT001 - one call
    counts = Counter(numbers)
    found = []
    if missing := [number for number in range(lines) if number not in counts]:
        found.append(f"of {lines} lines are missing {_shown(missing)}")
    if not repeats and (twice := [number for number, count in counts.items() if count > 1]):
        found.append(f"came more than once {_shown(sorted(twice))}")
    if strange := [number for number in counts if not 0 <= number < lines]:
        found.append(f"were never written {_shown(strange)}")
    firsts = list(dict.fromkeys(numbers))
    late = [second for first, second in pairwise(firsts) if second < first]
    if ordered and late:
        found.append(f"came out of order {_shown(late)}")
    return found


def assert_all_arrived(
    records: Iterable[Mapping[str, Any]], expected: Mapping[str, int], *, ordered: bool = True, repeats: bool = False
) -> None:
    """Fail with what is wrong with what arrived, if anything is (see :func:`faults`)."""
    found = faults(records, expected, ordered=ordered, repeats=repeats)
    assert not found, "\n".join(found)
